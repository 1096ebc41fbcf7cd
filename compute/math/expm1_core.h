/*
 * exp and exp - 1 as pairs of doubles, shared by expm1, sigmoid and the
 * hyperbolic functions.
 */
#ifndef RAVEN_EXPM1_CORE_H
#define RAVEN_EXPM1_CORE_H

#include "pair.h"

/*
 * exp(x) = 2^k (1 + r + rest), |r| <= ln(2)/2, by a polynomial of degree 12
 * (scripts/coefficients, EXPM1).  For |x| < 1100.
 */
static inline struct pair
exp_split(f64v x, u64v *k)
{
	f64v t = x * LOG2_E + F64_MAGIC, n = t - F64_MAGIC;
	f64v big = x - n * LN2_HI, low = n * LN2_LO, r = big - low;
	f64v r2 = r * r, r4 = r2 * r2, tail;
	struct pair p;

	*k = (u64v)t - (u64v)f64_all(F64_MAGIC);
	low = (big - r) - low;
	tail = FOUR(EXPM1, 0, 1, 2, 3, r, r2) +
	    (FOUR(EXPM1, 4, 5, 6, 7, r, r2) +
	    ((EXPM1_8 + EXPM1_9 * r) + EXPM1_10 * r2) * r4) * r4;
	p.hi = r;
	p.lo = (low + low * r) + r2 * tail;
	return p;
}

/* (exp(x) - 1) / 4 for -60 < x < 710.6: a quarter cannot overflow. */
static inline struct pair
expm1_quarter(f64v x)
{
	u64v k;
	struct pair p = exp_split(x, &k), d, s;
	f64v scale = (f64v)((k + 1021) << 52);

	d = pair_sum(scale, f64_all(-0.25));
	s = pair_fast(d.hi, scale * p.hi);
	return pair_fast(s.hi, s.lo + (d.lo + scale * p.lo));
}

#endif
