/*
 * The simulator's own random numbers: the same seed, the same run.
 */
#ifndef RAVEN_PERF_RNG_H
#define RAVEN_PERF_RNG_H

#include <stdint.h>

struct rng {
	uint64_t	state;
};

uint64_t rng_next(struct rng *);
/* A stream of its own: what one draws does not move the other. */
struct rng rng_fork(struct rng *);
double	 rng_unit(struct rng *);		/* in (0, 1] */
uint32_t rng_below(struct rng *, uint32_t n);
double	 rng_normal(struct rng *);
double	 rng_lognormal(struct rng *, double median, double sigma);
double	 rng_exp(struct rng *, double mean);
double	 rng_weibull(struct rng *, double scale, double shape);

#endif
