/*
 * The parts of a logarithm: exponent and mantissa, and the series.
 */
#ifndef RAVEN_LOG_CORE_H
#define RAVEN_LOG_CORE_H

#include "lanes.h"

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
