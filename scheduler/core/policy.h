/*
 * What the files of the policy share: how work is poured over a team
 * (water.c), what lies nearer to one participant than to others (local.c),
 * how a group grows (grow.c, mates.c, steal.c), when its participant is
 * through (predict.c).
 */
#ifndef RAVEN_SCHED_POLICY_H
#define RAVEN_SCHED_POLICY_H

#include "sched_priv.h"

#define OUT_MAX		64	/* groups out at one participant */
#define SAVED_MAX	64	/* partners kept from the last group */
#define SOURCES_MAX	16	/* of the last seeds */
#define MIX_PARTS	6	/* kinds of work that are told apart */
#define TREE_SOURCES	64	/* large inputs looked at */
#define EXPORT_CODE	80	/* bytes of one in a RESULT, beside its data */

/*
 * The kinds of work that are ready: its first ops stand for all, each with
 * what follows from it alone, its chain.
 */
struct mix {
	uint32_t	n, n_ops, n_parts;
	double		ready_us;	/* reference us of the ready ops */
	double		ref_us;		/* with their chains */
	double		in, out;	/* bytes to be moved */
	double		common;		/* bytes that most of them need */
	struct {
		double	ref_us;
		uint8_t	cost, dtype;
	} part[MIX_PARTS];
};

/* Ops that are done together: reference us, bytes of large inputs. */
struct tree {
	double		us, bytes, code;
	uint32_t	n, from;
	uint32_t	n_sources, sources[TREE_SOURCES];
};

struct cand {
	uint32_t	peer;
	double		wait;		/* f of water.c, from pool.at_us */
	double		rate;
};

/*
 * A graph's ready work over its team.  level is absolute; it does not change
 * when work goes from the heap to who was counted in: given keeps that out.
 */
struct pool {
	struct mix	 mix;
	struct cand	*v;
	uint32_t	 n, cap;
	struct heap	 takers;	/* by -finish, from at_us */
	uint64_t	 at_us;
	double		 work, given;	/* then; since then; ready us */
	double		 scale;		/* chains and all, of ready us */
	struct tree	 tree;		/* of the top op */
	uint32_t	 top;
	double		 rates;		/* sum */
	double		 level;		/* from at_us */
	double		 best;		/* finish of who has no room */
	uint32_t	 dry;		/* who found nothing, since then */
	uint64_t	 turn;		/* when the touched were added */
};

/* What of a graph lies near to a participant; it may be stale. */
struct local {
	uint32_t	 graph;
	uint64_t	 g;		/* indices come again */
	double		 us;		/* reference us in the heap */
	struct heap	 heap;
	uint32_t	 n_saved, saved[SAVED_MAX];
	uint32_t	 n_sources, sources[SOURCES_MAX];	/* of seeds */
};

/* Limits of a group, us: computing, and each way of its link. */
struct target {
	double	compute, fetch, answer;
};

/* grow.c: which ops go together; borrows what it points to. */
struct grow {
	struct sched	*s;
	struct graph	*g;
	struct peer	*p;
	struct local	*local;
	uint32_t	 peer, group, stamp;
	struct target	 target;
	double		 us;
	double		 transfer_us;	/* of values that p has not */
	double		 answer;	/* bytes of its RESULT */
	double		 asked_us;	/* of ops that uploads were asked for */
	uint64_t	 after_us;	/* when what it waits for is made */
	double		 growth;	/* of what is alive there */
	uint64_t	 memory, bytes;		/* of values; of the program */
	uint32_t	 last;		/* the op taken last */
	bool		 closed, ahead, forced, over;
	bool		 placed;	/* tile_start was asked */
	bool		 mate;		/* looked at as one's partner */
};
/* Ops into s->form, marked computing in the group; false: none. */
bool	 grow_run(struct grow *);
bool	 grow_in_flight(const struct grow *, const struct op *);
/* us until all that it needs has come; until its RESULT has left. */
double	 grow_down_us(const struct grow *);
double	 grow_up_us(const struct grow *);
/* Bytes of op in an ASSIGN. */
uint32_t grow_code(const struct graph *, uint32_t op);
/* Bytes of op in a RESULT if somebody waits for it. */
double	 grow_answer(const struct graph *, uint32_t op);

/* mates.c: ready co-inputs of a consumer, and branches. */
void	 mates_find(struct grow *, uint32_t consumer);
bool	 mates_branches(const struct grow *, uint32_t first);

void	 mates_tree(const struct graph *, uint32_t op, struct tree *);

/* steal.c: may p have its inputs, and is it better than who has them? */
bool	 steal_reaches(struct grow *, uint32_t op);

/* tile.c: ops that share large sources. */
uint32_t tile_next(const struct grow *);
uint32_t tile_start(const struct grow *);
void	 tile_note(struct grow *, uint32_t op);

/* water.c */
struct pool *pool_of(struct sched *, struct graph *);
void	 pool_add(struct sched *, struct graph *, uint32_t peer);
/* The next who shall have work, or 0. */
uint32_t pool_next(struct sched *, struct graph *, struct target *);
struct target pool_target(const struct sched *, double share, uint32_t slots);
void	 pool_free(struct graph *);
uint32_t ready_top(struct graph *);

/* local.c */
/* NULL: none, or not wanted. */
struct local *local_of(struct sched *, struct peer *, const struct graph *,
	    bool make);
void	 local_push(struct sched *, const struct graph *, uint32_t peer,
	    uint32_t op);
void	 local_free(struct peer *);

/* predict.c */
/* us from now until the earliest slot is free, and the mean of all. */
double	 predict_first(const struct sched *, const struct peer *);
double	 predict_mean(const struct sched *, const struct peer *);
double	 predict_link(const struct sched *, const struct peer *);
double	 predict_line(const struct sched *, const struct peer *);
/* So long before its end the next group is sent. */
double	 predict_lead(const struct sched *, const struct peer *);
bool	 predict_room(const struct sched *, const struct peer *);
/* When something of what is out will be near enough to its end. */
uint64_t predict_when(const struct sched *, const struct peer *);
void	 predict_place(struct sched *, struct group *, uint64_t after_us);

/* timer.c: when to look at a participant again. */
void	 timer_set(struct sched *, enum timer_kind, uint32_t peer, uint64_t us);
bool	 timer_due(struct sched *, enum timer_kind, uint32_t *peer);
uint64_t timer_next(const struct sched *, enum timer_kind);

#endif
