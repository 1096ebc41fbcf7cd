/*
 * Random numbers: splitmix64, and the distributions of participants.
 */
#include "rng.h"

#include <math.h>

#define TWO_PI	6.283185307179586

uint64_t
rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

struct rng
rng_fork(struct rng *r)
{
	struct rng fork = { rng_next(r) };

	return fork;
}

double
rng_unit(struct rng *r)
{
	return ((double)(rng_next(r) >> 11) + 1) / 9007199254740992.0;
}

uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

double
rng_normal(struct rng *r)
{
	double a = rng_unit(r), b = rng_unit(r);

	return sqrt(-2 * log(a)) * cos(TWO_PI * b);
}

double
rng_lognormal(struct rng *r, double median, double sigma)
{
	return median * exp(sigma * rng_normal(r));
}

double
rng_exp(struct rng *r, double mean)
{
	return -mean * log(rng_unit(r));
}

double
rng_weibull(struct rng *r, double scale, double shape)
{
	return scale * pow(-log(rng_unit(r)), 1 / shape);
}
