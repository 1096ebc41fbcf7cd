/*
 * Plans: what a graph would take, found by running the scheduler itself on a
 * copy of what is left, with participants that are as their estimates say.
 *
 * plan.c answers PLAN and keeps what is planned until it is found,
 * plan_copy.c makes the copy, plan_run.c lets its time pass, plan_skill.c
 * knows how far that is from what comes.
 */
#ifndef RAVEN_SCHED_PLAN_H
#define RAVEN_SCHED_PLAN_H

#include "sched_priv.h"

enum plan_basis { PLAN_NOBODY, PLAN_RUN, PLAN_MODEL };

/* Something that happens in a participant's copy: at, in this order. */
struct plan_event {
	uint64_t	us, nth;
	uint32_t	group;		/* its RESULT comes; 0: */
	uint32_t	op;		/* its value is stored */
};

/* What its copy in the plan is busy with. */
struct plan_peer {
	uint64_t	free_us[SLOTS_MAX];
	uint64_t	down_us, up_us;		/* its link, until then */
	double		us;			/* computed */
};

struct plan {
	struct plan	*next;
	uint64_t	 session, g;	/* who asked; 0: the scheduler */
	uint64_t	 asked_us;
	struct sched	*world;		/* the copy */
	struct graph	*graph;		/* in it */
	struct sched_out out;
	struct plan_peer *peers;	/* by index, as world's */
	struct plan_event *events;	/* a binary heap */
	uint32_t	 n_events, events_cap;
	uint64_t	 nth, groups;	/* of events; groups that were met */
	uint64_t	*ends;		/* of values: made, or there, at */
	uint64_t	 start_us, end_us, next_us;
	uint32_t	 idle;		/* turns in which nothing happened */
	uint32_t	 ops, total;	/* to compute; of the graph, with these */
	enum plan_basis	 basis;
	double		 us;		/* of PLAN_MODEL */
	uint64_t	 sent, returned, fetched;
	bool		 done;
};

/*
 * plan_copy.c: the world of a plan of g, with the ops of more behind it; NULL:
 * what is left is more than limit.  want: of more's too; sinks: what Python
 * holds and nobody uses is wanted.
 */
struct plan_ask {
	const struct graph	*g;
	const struct program	*more;		/* or NULL */
	struct u64s		 want;
	bool			 sinks;
	uint32_t		 limit;
};
bool	 plan_copy(const struct sched *, struct plan *,
	    const struct plan_ask *);
void	 plan_free(struct plan *);

/* plan_skill.c: a plan's time by its parts, and the variance of its ln. */
double	 skill_us(struct skills *, const double part[PLAN_PARTS]);
double	 skill_v(struct skills *, double us);
/* What it really took. */
void	 skill_learn(struct skills *, const double part[PLAN_PARTS],
	    double real);

/* plan.c */
#define PLAN_BELIEVED	0.4	/* spread above which a time says nothing */
void	 plan_parts(const struct plan *, double part[PLAN_PARTS]);
/* The variance of the ln of its time. */
double	 plan_v(struct sched *, const struct plan *, double us);
/* Plans what g has left, for forecast_take: so many ops at once, or later. */
void	 plan_wait(struct sched *, struct graph *, uint32_t ops);

/* forecast.c */
void	 forecast_take(struct sched *, struct graph *, const struct plan *);

/* plan_run.c: goes on until it is done, or about so many ops were handled. */
void	 plan_run(struct plan *, uint32_t ops);

#endif
