/*
 * The benchmark of a participant: one stage per operator class and dtype, each
 * through the executor, about 0.8 s in all.  Pure: it reads no clock; the host
 * times every step.
 *
 *	do {
 *		t = now(); more = bench_step(b); bench_timed(b, now() - t);
 *	} while (more);
 */
#ifndef RAVEN_BENCH_H
#define RAVEN_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/xalloc.h"

#define BENCH_SPEEDS	16

/* Amounts as op_cost counts them, per second. */
struct bench_speed {
	uint32_t	cost_class;	/* enum cost_class */
	uint32_t	dtype;
	double		rate;
};

struct bench_result {
	uint32_t	n;		/* 0 of speeds */
	uint32_t	unused;		/* 4 */
	double		overhead_us;	/* 8 of an op on nothing; 0: not measured */
	double		digest_rate;	/* 16 bytes a second */
	struct bench_speed speeds[BENCH_SPEEDS];	/* 24, 16 bytes each */
};					/* 280 bytes */

enum bench_which {
	BENCH_ALL = 0,		/* every stage, alone on the machine */
	BENCH_SLOTS = 1,	/* the two that tell what a further slot is worth,
				 * to be run on all slots at once */
};

struct bench;

struct bench	*bench_new(enum bench_which);	/* NULL: no memory */
void		 bench_free(struct bench *);
/* Runs one batch of 5 to 40 ms; false when that was the last. */
bool		 bench_step(struct bench *) MUST_CHECK;
/* How long the step took. */
void		 bench_timed(struct bench *, double us);
/* Stages, for people. */
uint32_t	 bench_stages(const struct bench *);
uint32_t	 bench_stage(const struct bench *);	/* the one it is at */
const char	*bench_stage_name(const struct bench *, uint32_t);
void		 bench_result(const struct bench *, struct bench_result *);
/* What all slots are worth of one: each slot's BENCH_SLOTS against one's. */
double		 bench_all_slots(const struct bench_result *one,
		    const struct bench_result *slots, uint32_t n);

#endif
