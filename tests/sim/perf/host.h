/*
 * A participant's machine: the real participant.c, with lines, slots, speeds
 * and stalls in virtual time.
 */
#ifndef RAVEN_PERF_HOST_H
#define RAVEN_PERF_HOST_H

#include "common/op.h"
#include "link.h"
#include "rng.h"
#include "watch.h"
#include "worker/participant.h"

#define GROUP_US	200.0	/* to get a group to its thread and back */

/* What a participant is. */
struct trait {
	double		speed[COST_CLASSES][DT_COUNT];	/* of the reference */
	double		overhead;	/* us an op */
	uint32_t	slots;
	double		down, up;	/* bytes a second */
	double		rtt;		/* seconds */
	uint64_t	memory;
	bool		native;
	bool		stalls;
	double		noise;		/* sigma of a group's time */
	double		boast;		/* measured so many times as fast */
};

struct host_run {
	bool		 busy;
	uint32_t	 run;
	struct bytes	 program;
	const struct bytes *given;
	size_t		 n_given;
	double		 total, left;	/* us at pace 1 */
	double		 compute;	/* us of the ops alone, with noise */
	double		 reference;	/* us of them on the reference core */
	uint64_t	 since;		/* left is of then */
	uint64_t	 started;
	uint64_t	 group;		/* its number */
	uint64_t	 stamp;		/* of its end event */
};

struct host {
	struct clock		*clock;
	struct trait		 trait;
	struct rng		 rng;
	uint32_t		 index;
	uint64_t		 session;
	bool			 here;
	struct participant	*p;
	struct link		 up, down;
	double			 pace;		/* 1; less while it stalls */
	struct host_run		 run[PARTICIPANT_SLOTS];
	uint64_t		 stamp, wake;
	const struct watch	*watch;
	/* us of the reference core that were computed, in all */
	double			 reference_us;
};

/* Joins at once; up.arrive and down are the caller's to set before. */
void	 host_start(struct host *, uint32_t index);
/* Closed: all that it had is gone. */
void	 host_leave(struct host *);
void	 host_free(struct host *);
/* What an amount, or an op, takes on the reference core (the core's table). */
double	 reference_us(enum cost_class, enum dtype, double amount);
double	 reference_op_us(const struct op_cost *);
/* What an op takes there, in us. */
double	 trait_op_us(const struct trait *, const struct op_cost *);

#endif
