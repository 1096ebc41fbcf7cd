/*
 * The parts of a logarithm: exponent and mantissa, and the series.
 */
#ifndef RAVEN_LOG_CORE_H
#define RAVEN_LOG_CORE_H

#include "pair.h"

/*
 * x = 2^k m with m in [low, 2 low), for x > 0.  Subnormals are scaled first.
 */
static inline f64v
log_split(f64v x, double low, f64v *k)
{
	i64v tiny = (i64v)(x < 0x1p-1022);
	u64v shift = (u64v)f64_all(1.0) - (u64v)f64_all(low), i;

	x = f64_select(tiny, x * 0x1p+54, x);
	i = (u64v)x + shift;
	*k = f64_of_biased(i >> 52, 1023.0) -
	    f64_select(tiny, f64_all(54.0), f64_all(0.0));
	return (f64v)((i & F64_MANTISSA) + (u64v)f64_all(low));
}

/* (2 atanh(s) / s - 2) / s^2 by z = s^2, for |s| <= 0.1716. */
static inline f64v
log_tail(f64v z)
{
	f64v z2 = z * z, z4 = z2 * z2;

	return (LOG_0 + LOG_1 * z) + (LOG_2 + LOG_3 * z) * z2 +
	    ((LOG_4 + LOG_5 * z) + LOG_6 * z2) * z4;
}

/*
 * log(2^k (1 + f + g)), g below an ulp of f.  f^2/2 is split into an exact part
 * and the rest, k ln 2 likewise; what rounding the large sums loses is kept
 * with the small terms.
 */
static inline struct pair
log_pair(f64v k, f64v f, f64v g)
{
	f64v s = f / (2 + f), z = s * s, top = f64_top(f);
	f64v half = 0.5 * top * top, rest = 0.5 * (f - top) * (f + top);
	f64v a = f - half, big = k * LN2_HI, low;
	struct pair l;

	low = s * ((half + rest) + z * log_tail(z)) + k * LN2_LO;
	/* 1/(1+f) = 1 - 2s + 2s^2 - ... */
	low += g * (1 - 2 * s + 2 * z);
	low = (low - rest) + ((f - a) - half);
	l.hi = big + a;
	l.lo = ((big - l.hi) + a) + low;
	return l;
}

/*
 * log(1 + t.hi + t.lo) + add ln 2, for 1 + t > 0: the sum is a pair, the
 * second part follows the first through the split.
 */
static inline struct pair
log1p_pair(struct pair t, f64v add)
{
	struct pair u = pair_sum(f64_all(1.0), t.hi), f;
	f64v k, m = log_split(u.hi, SQRT_HALF, &k);
	f64v shift = f64_select((i64v)(k > 900.0), f64_all(900.0), k);

	f = pair_sum(m - 1, (u.lo + t.lo) * power_of_two(-shift));
	return log_pair(k + add, f.hi, f.lo);
}

/* The result, but for the arguments that have no finite logarithm. */
static inline f64v
log_special(f64v x, f64v result)
{
	i64v zero = (i64v)(x == 0.0), bad = ~(i64v)(x >= 0.0);

	result = f64_select((i64v)(x == F64_INF), x, result);
	result = f64_select(zero, f64_all(-F64_INF), result);
	return f64_select(bad, f64_all(F64_NAN), result);
}

#endif
