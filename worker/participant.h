/*
 * The participant: joins, is measured, takes groups, keeps values, gives
 * results back, survives the loss of its connection.  Pure: events in,
 * commands out; the host (workerd, or the page's network worker through
 * wasm.h) owns the socket, the clock and the threads that compute.
 *
 * The host calls one event function, then participant_next until it returns
 * false, then waits for the next event or the deadline that participant_tick
 * gave.  Times are microseconds of one clock that never goes back.
 */
#ifndef RAVEN_PARTICIPANT_H
#define RAVEN_PARTICIPANT_H

#include "bench.h"
#include "common/msg.h"
#include "common/tensor.h"

#define PARTICIPANT_SLOTS	64	/* at most */
#define PARTICIPANT_BUFFERED	262144	/* unsent bytes above which no part leaves */
#define PARTICIPANT_NAME	64	/* of a graph, with NUL; longer ones are cut */
#define PARTICIPANT_TEXT	256	/* of a refusal, with NUL */
#define PARTICIPANT_CID		72

struct participant;

struct participant_config {
	struct str	build;		/* program and version, for people */
	struct str	kind;		/* "native", "page", ... */
	struct str	cid;		/* empty: the scheduler draws one */
	struct bytes	secret;		/* 16..64 bytes, drawn by the host */
	struct str	tab;		/* tells two of one CID apart */
	struct bytes	token;		/* empty: none */
	uint32_t	slots;		/* groups at a time */
	uint64_t	memory;		/* bytes of values it keeps; each slot may
					 * use as much again */
	uint64_t	seed;		/* of the jitter */
};

enum participant_kind {
	PC_CONNECT = 1,	/* open a connection after_ms from now */
	PC_SEND = 2,	/* bytes: one binary message */
	PC_CLOSE = 3,	/* close it: code, why; participant_closed follows */
	PC_RUN = 4,	/* compute a group on slot; answer participant_done */
	PC_STOP = 5,	/* stop run on slot; the slot counts as free at once */
	PC_BENCH = 6,	/* measure (bench.h); answer participant_benched */
	PC_IDENTITY = 7,/* bytes: the CID that was given; keep it */
	PC_CHANGED = 8,	/* the status has changed; at most one at a time */
};

/* Borrowed until the next call of any participant_ function. */
struct participant_command {
	enum participant_kind	 kind;
	uint32_t		 after_ms;	/* CONNECT */
	uint32_t		 slot, run;	/* RUN, STOP; run counts up */
	uint16_t		 code;		/* CLOSE */
	struct bytes		 bytes;		/* SEND, IDENTITY, CLOSE (why) */
	/* RUN: what exec_load takes.  Program and inputs stay where they are
	 * until the run is done or stopped. */
	struct bytes		 program;
	const struct bytes	*given;
	size_t			 n_given;
	uint64_t		 memory;
};

/* A computed export.  bytes: from xtry_malloc, taken; NULL if there was no
 * memory for it (then the group is refused). */
struct participant_export {
	uint32_t	 op;		/* in the program's numbering */
	struct shape	 shape;
	uint8_t		*bytes;
	size_t		 size;
	uint8_t		 digest[DIGEST_LEN];
};

struct participant_outcome {
	enum error		 refused;	/* E_OK, or why it was not run */
	int64_t			 a[4];		/* of refused */
	struct participant_export *exports;	/* bytes are taken, the array not */
	size_t			 n_exports;
	const struct op_error	*errors;
	size_t			 n_errors;
	uint64_t		 units;		/* cost units that were computed */
	uint64_t		 compute_us, wall_us;
};

enum participant_state {
	PS_WAITING = 1,		/* for the time to connect again */
	PS_CONNECTING = 2,	/* PC_CONNECT given, not yet open */
	PS_JOINING = 3,		/* HELLO sent */
	PS_MEASURING = 4,
	PS_READY = 5,		/* joined */
	PS_REFUSED = 6,		/* for good: code and text say why */
	PS_LEFT = 7,		/* participant_leave has ended */
};

enum participant_pause { PAUSE_NO = 0, PAUSE_NOW = 1, PAUSE_AFTER = 2 };

/*
 * For people.  Only fixed-width members, every one at the same offset on
 * every host: the page reads it as bytes (wasm.h lists the offsets).
 */
struct participant_status {
	uint32_t	state;		/* 0 enum participant_state */
	uint32_t	code;		/* 4 enum error of the last refusal, or 0 */
	uint32_t	paused;		/* 8 enum participant_pause */
	uint32_t	hidden;		/* 12 */
	uint32_t	leaving;	/* 16 */
	uint32_t	slots;		/* 20 */
	uint32_t	running;	/* 24 groups computing */
	uint32_t	waiting;	/* 28 groups that wait for a slot or inputs */
	uint32_t	unacked;	/* 32 results not yet acknowledged */
	uint32_t	attempts;	/* 36 connections tried since the last good one */
	double		duty;		/* 40 share of time a slot may work */
	double		retry_us;	/* 48 when it connects again (WAITING) */
	double		since_us;	/* 56 joined since; 0: not joined */
	double		groups_done;	/* 64 */
	double		groups_refused;	/* 72 */
	double		groups_cancelled; /* 80 */
	double		ops_done;	/* 88 */
	double		units_done;	/* 96 cost units (about flops), with what
					 * the groups under way have done */
	double		compute_us;	/* 104 */
	double		bytes_in;	/* 112 messages received */
	double		bytes_out;	/* 120 messages sent */
	double		memory;		/* 128 lent */
	double		held_bytes;	/* 136 of values kept */
	double		held_values;	/* 144 */
	double		upload_bytes;	/* 152 still to be uploaded */
	double		download_bytes;	/* 160 announced and still to come */
	struct bench_result bench;	/* 168; n 0: not measured */
	double		all_slots;	/* 448 what all slots are worth of one */
	char		cid[PARTICIPANT_CID];	/* 456 with NUL */
	char		text[PARTICIPANT_TEXT];	/* 528 of the last refusal */
	double		rtt_us;		/* 784 least round trip; 0: not known */
};					/* 792 bytes */

/* A slot, for people. */
struct participant_slot {
	uint32_t	busy;		/* 0 */
	uint32_t	run;		/* 4 */
	uint32_t	ops;		/* 8 of the group */
	uint32_t	unused;		/* 12 */
	double		g, epoch, group;	/* 16, 24, 32 */
	double		done, total;	/* 40, 48 cost units */
	double		started_us;	/* 56 */
	double		predicted_us;	/* 64 how long the scheduler thinks */
	char		name[PARTICIPANT_NAME];	/* 72 of the graph */
};					/* 136 bytes */

/* Copies the config; the first command is PC_CONNECT. */
struct participant *participant_new(const struct participant_config *,
	    uint64_t now_us);
void	 participant_free(struct participant *);

/* Commands, in order.  unsent: bytes the socket has not sent yet. */
bool	 participant_next(struct participant *, size_t unsent,
	    struct participant_command *) MUST_CHECK;

/* Events of the connection. */
void	 participant_opened(struct participant *, uint64_t now_us);
void	 participant_received(struct participant *, const void *, size_t,
	    uint64_t now_us);
/* Also when it could not be opened.  code: as the peer closed it, or 0. */
void	 participant_closed(struct participant *, uint16_t code, uint64_t now_us);
/* Time passed; returns when to call again at the latest (UINT64_MAX: never).
 * Call it after every event, and sooner than told whenever convenient. */
uint64_t participant_tick(struct participant *, uint64_t now_us);

/* Events of the slots.  A run that was stopped is ignored (bytes freed). */
void	 participant_progress(struct participant *, uint32_t slot, uint32_t run,
	    uint64_t done, uint64_t total);
void	 participant_done(struct participant *, uint32_t slot, uint32_t run,
	    const struct participant_outcome *, uint64_t now_us);
/* False: the run was stopped, its outcome is not wanted. */
bool	 participant_runs(const struct participant *, uint32_t slot, uint32_t run);
/* one: measured alone; all_slots: bench_all_slots, 1 for one slot. */
void	 participant_benched(struct participant *, const struct bench_result *one,
	    double all_slots, uint64_t now_us);

/* Wishes of the page or the operator. */
void	 participant_pause(struct participant *, enum participant_pause,
	    uint64_t now_us);
void	 participant_set_slots(struct participant *, uint32_t, uint64_t now_us);
void	 participant_set_hidden(struct participant *, bool, uint64_t now_us);
void	 participant_set_duty(struct participant *, double, uint64_t now_us);
/* Bytes lent from now on; what it holds stays. */
void	 participant_set_memory(struct participant *, uint64_t, uint64_t now_us);
/* Takes no more; ends (PC_CLOSE, PS_LEFT) when all it has is acknowledged. */
void	 participant_leave(struct participant *, uint64_t now_us);

void	 participant_status(const struct participant *, struct participant_status *);
void	 participant_slot(const struct participant *, uint32_t slot,
	    struct participant_slot *);

#endif
