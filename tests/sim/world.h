/*
 * A world for the scheduler: the core, its turn, a store in memory, a clock
 * that only moves when told, and sessions whose mail is kept until read.
 */
#ifndef RAVEN_SIM_WORLD_H
#define RAVEN_SIM_WORLD_H

#include "common/program.h"
#include "scheduler/load.h"
#include "scheduler/store_mem.h"
#include "scheduler/turn.h"

struct mail {
	struct mail	*next;
	uint64_t	 session;
	size_t		 n;
	_Alignas(8) uint8_t bytes[];
};

/* A value that a fake participant keeps. */
struct cached {
	uint64_t	g, op;
	int64_t		*v;
	size_t		n;	/* elements */
};

struct world {
	struct sched		*s;
	struct store		*st;
	struct turn		*t;
	struct sched_limits	 limits;
	uint64_t		 now, deadline, epoch;
	struct mail		*first, **last;
	struct msg_arena	 arena;
	struct mail		*open;		/* what world_next decoded */
	struct load_counts	 loaded;
};

/* A fake participant: int64 tensors, a cache, uploads. */
struct fake {
	struct world	*w;
	uint64_t	 session;
	char		 cid[16], tab[16];
	struct cached	*cache;
	size_t		 n_cache;
	double		 rate;		/* speed against the reference */
	uint64_t	 memory, slots;
	unsigned	 computed;	/* ops, in all */
	unsigned	 groups;
	struct buf	 last;		/* the last RESULT, encoded */
};

void	 world_init(struct world *);
void	 world_clear(struct world *);
/* The scheduler dies; what was not recorded is lost. */
void	 world_restart(struct world *);
void	 world_apply(struct world *, uint64_t session, const struct msg *);
void	 world_turn(struct world *);
/* both */
void	 world_say(struct world *, uint64_t session, const struct msg *);
void	 world_wait(struct world *, uint64_t us);	/* turns up to then */
/* The next mail of a session; false: none.  Valid until the next call. */
bool	 world_next(struct world *, uint64_t session, struct msg *);
/* Skips to the next mail of this kind. */
bool	 world_find(struct world *, uint64_t session, enum msg_id,
	    struct msg *);
void	 world_forget(struct world *, uint64_t session);	/* its mail */
void	 world_session(struct world *, uint64_t session, enum msg_presence);

/* HELLO with the keys of graphs to resume. */
void	 world_hello(struct world *, uint64_t session, struct msg *,
	    const char *owner, const struct sched_client *);
/* HELLO of a developer; graph: GRAPH, then its number from the ACK. */
void	 world_developer(struct world *, uint64_t session, const char *owner);
uint64_t world_graph(struct world *, uint64_t session, uint8_t key);
void	 world_batch(struct world *, uint64_t session, uint64_t g, uint64_t n,
	    const struct program_writer *, const uint64_t *want, size_t n_want);
void	 world_end(struct world *, uint64_t session, uint64_t g, bool cancel);

void	 fake_init(struct fake *, struct world *, uint64_t session,
	    const char *cid);
void	 fake_clear(struct fake *);
void	 fake_hello(struct fake *);		/* HELLO, BENCH, ANNOUNCE */
/* The same with what it holds and its last RESULT, which it sends again. */
void	 fake_rejoin(struct fake *);
void	 fake_again(struct fake *);		/* the last RESULT, again */
void	 fake_forget(struct fake *);		/* a closed tab: all is gone */
/* Reads all mail: drops, uploads; computes at most n groups. */
unsigned fake_work(struct fake *, unsigned n);
/* Computes one assignment into m (a RESULT, valid until the next). */
void	 fake_compute(struct fake *, const struct msg_assign *, struct msg *m);
void	 fake_fetch(struct fake *, const struct msg_fetch *);

/* Sorts and keeps each number once; returns how many are left. */
size_t	 fake_unique(int64_t *, size_t n);

/* int64 programs; n as declared: LENGTH_UNKNOWN where data decides. */
uint32_t prog_const(struct program_writer *, const int64_t *, size_t n,
	    uint8_t flags);
uint32_t prog_op(struct program_writer *, uint32_t code, uint32_t a, uint32_t b,
	    int64_t n, uint8_t flags);

#endif
