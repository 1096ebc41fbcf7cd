/*
 * exp of float64.
 *
 * x = k ln 2 + r, |r| <= ln(2)/2, k rounded by adding 1.5 * 2^52, ln 2 in two
 * parts of which the first times k is exact; what rounding r lost is kept.
 * exp(r) by a polynomial of degree 11 (scripts/coefficients, EXP); 2^k by two
 * multiplications, so that results may be subnormal or infinite.
 *
 * Worst error of 4e7 points: 0.67 ULP, 0.79 where the result is subnormal.
 * NaN gives NaN; above 709.78 inf; below -745.13 0.
 */
#include "exp_core.h"

static inline f64v
exp_lanes(f64v x)
{
	f64v t, k, r, big, low;

	x = f64_select((i64v)(x > 710.0), f64_all(710.0), x);
	x = f64_select((i64v)(x < -746.0), f64_all(-746.0), x);
	t = x * LOG2_E + F64_MAGIC;
	k = t - F64_MAGIC;
	big = x - k * LN2_HI;
	low = k * LN2_LO;
	r = big - low;
	low = (big - r) - low;
	return f64_scale(exp_reduced(r, low),
	    (u64v)t - (u64v)f64_all(F64_MAGIC));
}

#define MAP_NAME	exp_f64
#define MAP_LANES	exp_lanes
#include "map.h"
