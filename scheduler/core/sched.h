/*
 * The scheduler core: events with the time go in, messages and writes come
 * out.  It does no I/O, reads no clock and no random source: the same events
 * give the same commands.
 *
 * A turn: sched_apply for each event, then sched_tick, then the shell sends
 * and submits what is in the sched_out.
 */
#ifndef RAVEN_SCHED_H
#define RAVEN_SCHED_H

#include <stdbool.h>

#include "common/msg.h"
#include "common/op.h"
#include "out.h"

struct sched;

struct sched_limits {
	uint64_t	max_message, batch_ops, batch_bytes;
	uint64_t	credit_batches, credit_bytes, part_bytes;
	uint64_t	tensor_bytes, graph_ops, graph_bytes;
	uint64_t	owner_graphs, owner_bytes, total_ops;
	uint64_t	group_ops, group_min_us, group_max_us;
	uint64_t	group_tries, op_tries, announce_us, plan_ops;
	uint64_t	keep_ended_us, keep_abandoned_us;
};

/* What the core cannot draw or know by itself. */
struct sched_setup {
	uint8_t		token_key[DIGEST_KEY_LEN];
	uint64_t	seed;		/* of the hash tables */
	uint64_t	epoch;
	uint64_t	next_graph;
	uint64_t	unix_us;	/* Unix time when now_us was 0 */
	const char	*build;
	struct sched_limits limits;
	/* Sentence for a refused op (op_error_text), or NULL: none. */
	char	*(*op_text)(char *, size_t, const struct op_row *,
		    const struct shape *const *, size_t,
		    const struct op_params *, const struct op_error *);
};

/* What the record knows of a CID. */
struct sched_client {
	bool		known;
	uint8_t		secret[DIGEST_LEN];
	uint64_t	first;			/* Unix seconds */
	uint64_t	groups, ops, compute_us, lost, refused;
	struct bytes	estimates;		/* borrowed for the event */
};

enum sched_kind {
	SCHED_HELLO,	/* msg, with owner (d) or cid and client (p) */
	SCHED_MESSAGE,	/* msg of a session that said HELLO, or SESSION */
	SCHED_GONE,	/* the gateway of this session is lost */
	SCHED_BROKEN,	/* graph g could not be recorded: freeze it */
	SCHED_PRESSURE,	/* full: refuse new work, or take it again */
	SCHED_CROWDED,	/* full: the store has little room left; or again */
};

struct sched_event {
	enum sched_kind			 kind;
	uint64_t			 session;
	const struct msg		*msg;
	struct str			 owner;
	struct str			 cid;	/* drawn, if HELLO has none */
	const struct sched_client	*client;
	uint64_t			 g;
	bool				 full;
};

struct sched	*sched_new(const struct sched_setup *);
void		 sched_free(struct sched *);
void		 sched_set_limits(struct sched *, const struct sched_limits *);
void		 sched_apply(struct sched *, uint64_t now_us,
		    const struct sched_event *, struct sched_out *);
/*
 * Ends a turn: hands out work, drops values, brings the records of changed
 * graphs up to date.  Returns when it wants to be called again (us).
 */
uint64_t	 sched_tick(struct sched *, uint64_t now_us,
	    struct sched_out *);

void		 sched_stats(const struct sched *, struct msg_stats *);
/* Answers status, participants, graphs, graph G, why G, forecast G as JSON; -1: unknown. */
int		 sched_query(const struct sched *, uint64_t now_us,
	    struct str what,
		    struct str arg, struct buf *json) MUST_CHECK;

/*
 * After a restart, before the first event: each graph, then its batches in
 * order, then its groups, then the tensors that are stored, then the end.
 * -1: the record is damaged; the graph is frozen, others go on.
 */
int	 sched_load_graph(struct sched *, uint64_t g,
	    const struct store_field *, size_t n) MUST_CHECK;
int	 sched_load_batch(struct sched *, uint64_t g, uint64_t n,
	    struct bytes record) MUST_CHECK;
int	 sched_load_group(struct sched *, uint64_t g, struct bytes name,
	    struct bytes record) MUST_CHECK;
/* True if the graph takes batches and groups: neither ended nor frozen. */
bool	 sched_load_open(struct sched *, uint64_t g);
void	 sched_load_stored(struct sched *, const uint8_t digest[DIGEST_LEN]);
void	 sched_load_end(struct sched *, uint64_t now_us, struct sched_out *);
/* A field of a hash, borrowed, and as a number; empty and 0: not there. */
struct bytes sched_field(const struct store_field *, size_t n, const char *);
uint64_t sched_number(const struct store_field *, size_t n, const char *);
/*
 * Collecting tensors: first notes all that graphs refer to, then says whether
 * these bytes are among them.
 */
void	 sched_refers_note(struct sched *);
bool	 sched_refers(const struct sched *, const uint8_t digest[DIGEST_LEN]);

#endif
