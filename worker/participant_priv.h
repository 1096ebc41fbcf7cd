/*
 * What the participant's files share: participant.c (life, commands, wishes),
 * join.c (session messages), groups.c (from ASSIGN to ACK), transfer.c
 * (tensor bytes both ways), status.c (for people).
 */
#ifndef RAVEN_PARTICIPANT_PRIV_H
#define RAVEN_PARTICIPANT_PRIV_H

#include "participant.h"
#include "values.h"
#include "common/program.h"

#define GROUPS_MOST	256	/* in work and unacknowledged, as ANNOUNCE takes */
#define GROUP_OPS	65536	/* as conf.def lets group_ops be */
#define TOKEN_LEN	16
#define TRANSFERS_MOST	64	/* incoming at a time */

struct group_input {
	uint64_t	 op;
	struct blob	*blob;		/* a reference; NULL: awaited */
};

struct group_export {
	uint64_t	op;		/* in the graph */
	uint32_t	at;		/* in the program */
	bool		upload;
};

/* A group that waits or computes. */
struct group {
	struct group		*next;
	uint64_t		 g, epoch, number;
	uint8_t			 token[TOKEN_LEN];
	size_t			 token_len;
	char			 name[PARTICIPANT_NAME];
	uint8_t			*bytes;		/* of the program */
	struct program		 program;	/* over bytes */
	struct group_input	*inputs;
	size_t			 n_inputs;
	struct group_export	*exports;
	size_t			 n_exports;
	size_t			 missing;	/* inputs */
	struct bytes		*given;		/* while it runs */
	enum error		 doomed;	/* an input will never come */
	int64_t			 why[4];	/* numbers of doomed */
	uint64_t		 predicted_us;
	uint64_t		 started_us, told_us;	/* last PROGRESS */
	uint64_t		 done, total;
};

/* A finished group, kept until it is acknowledged. */
struct result {
	struct result	*next;
	uint64_t	 g, epoch, number;
	uint8_t		 token[TOKEN_LEN];
	size_t		 token_len;
	struct buf	 message;	/* RESULT, encoded */
};

struct slot {
	struct group	*group;		/* computing, or NULL */
	uint32_t	 run;
	uint64_t	 ready_us;	/* not before; the duty cycle */
	bool		 start;		/* PC_RUN is due */
	bool		 stop;		/* PC_STOP of stop_run is due first */
	uint32_t	 stop_run;
};

/* A message that waits to be sent. */
struct out {
	struct out	*next;
	struct buf	 message;
};

struct incoming {
	struct incoming	*next;
	struct blob	*blob;
	size_t		 have;
	struct digest	 digest;	/* of what came */
};

struct upload {
	struct upload	*next;
	struct blob	*blob;
	bool		 announced;	/* PUT sent */
	size_t		 sent;
	bool		 all;		/* sent whole; STORED is awaited */
	uint64_t	 after_us;	/* not before */
};

struct participant {
	/* who */
	char		*build, *kind, *tab;
	char		 cid[PARTICIPANT_CID];
	uint8_t		 secret[64], token[64];
	size_t		 secret_len, token_len;
	uint32_t	 slots;
	uint64_t	 memory;

	/* connection */
	enum participant_state state;
	bool		 open;		/* between opened and closed */
	bool		 closing;	/* PC_CLOSE is due or given */
	bool		 told;		/* ANNOUNCE sent in this session */
	uint64_t	 rng;
	unsigned	 attempts;	/* since the last good connection */
	uint64_t	 since_us;	/* WELCOME */
	uint64_t	 heard_us;	/* last bytes */
	uint64_t	 retry_us;	/* time of the next attempt */
	uint64_t	 retry_least_ms; /* as the last REFUSE asked */
	size_t		 part_bytes;
	enum error	 code;		/* of the last refusal */
	char		 text[PARTICIPANT_TEXT];

	/* wishes */
	enum participant_pause paused;
	bool		 hidden, leaving;
	double		 duty;

	/* measured */
	struct bench_result bench;
	double		 all_slots;
	bool		 measuring;

	/* work */
	struct group	*groups, **groups_end;	/* waiting, in order */
	size_t		 n_groups;		/* computing ones too */
	struct slot	 slot[PARTICIPANT_SLOTS];
	uint32_t	 last_run;
	struct result	*results, **results_end;
	size_t		 n_results;
	struct values	 values;
	struct incoming	*incoming;
	size_t		 n_incoming;
	struct upload	*uploads, **uploads_end;

	/* commands due */
	struct out	*out, **out_end;
	struct buf	 given_out;	/* what the last command borrows */
	bool		 connect_due, close_due, bench_due, identity_due, changed;
	uint32_t	 connect_ms;
	uint16_t	 close_code;
	char		 close_why[64];

	struct msg_arena arena;
	uint64_t	 now_us;
	uint64_t	 rtt_us;	/* least to the gateway; 0: not known */
	/* counted */
	uint64_t	 groups_done, groups_refused, groups_cancelled, ops_done,
			 units_done, compute_us, bytes_in, bytes_out;
};

/* participant.c */
/* Queues a message for the open connection; without one it is dropped. */
void	 participant_send(struct participant *, const struct msg *);
/* The same for one already encoded (copied). */
void	 participant_send_bytes(struct participant *, const struct buf *);
/* The peer broke the protocol, or is gone: ends this connection. */
void	 participant_fault(struct participant *, enum error, const char *why);
void	 participant_set_text(struct participant *, enum error, struct str);

/* join.c: sessions. */
void	 join_hello(struct participant *);
void	 join_bench(struct participant *);
void	 join_state(struct participant *);
/* BENCH, STATE, ANNOUNCE and the results again. */
void	 join_tell(struct participant *);
void	 join_announce(struct participant *);
void	 on_welcome(struct participant *, const struct msg *);
void	 on_refuse(struct participant *, const struct msg *);
void	 on_again(struct participant *, const struct msg *);
void	 on_ping(struct participant *, const struct msg *);
void	 on_pong(struct participant *, const struct msg *);
void	 on_probe(struct participant *, const struct msg *);

/* groups.c: work. */
void	 groups_start(struct participant *);	/* fills free slots */
void	 groups_lost_connection(struct participant *);
void	 groups_hand_back(struct participant *);	/* all, without a word */
void	 groups_forget(struct participant *, uint64_t g, uint64_t epoch,
	    uint64_t number);
void	 groups_free(struct participant *);
/* The values with this digest will not come; need: bytes, for E_MEMORY. */
void	 groups_fail_digest(struct participant *, const uint8_t [DIGEST_LEN],
	    enum error, uint64_t need);
/* A blob has come for all values that await its digest. */
void	 groups_filled(struct participant *, struct blob *);
void	 groups_tick(struct participant *);	/* PROGRESS */
uint64_t groups_deadline(const struct participant *);
void	 on_assign(struct participant *, const struct msg *);
void	 on_cancel(struct participant *, const struct msg *);
void	 on_ack(struct participant *, const struct msg *);
void	 on_drop(struct participant *, const struct msg *);

/* transfer.c: bytes. */
void	 transfer_upload(struct participant *, struct blob *);
/* Writes the next PUT or PART; false: there is none to be sent now. */
bool	 transfer_next(struct participant *, struct buf *);
bool	 transfer_waiting(const struct participant *);
/* The gateway refused an upload or could not bring a tensor. */
void	 transfer_refused(struct participant *, const struct msg_refuse *);
void	 transfer_lost_connection(struct participant *);
void	 transfer_free(struct participant *);
void	 on_fetch(struct participant *, const struct msg *);
void	 on_put(struct participant *, const struct msg *);
void	 on_part(struct participant *, const struct msg *);
void	 on_stored(struct participant *, const struct msg *);

#endif
