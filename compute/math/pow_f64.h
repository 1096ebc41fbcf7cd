/*
 * x to the power y, float64: 2^(y log2 |x|), the logarithm and the product
 * carried as unevaluated sums of two doubles, whose first parts have 26 bits
 * so that their products are exact.
 *
 * log2: log2_core.h.  |y| over 2^66 changes nothing more.
 * 2^p: the nearest integer apart, the rest times ln 2 through exp_reduced().
 *
 * Worst error of 4e7 points: 0.67 ULP, 0.78 where the result is subnormal.
 * Special values: pow_core.h.
 */
#include "exp_core.h"
#include "log2_core.h"
#include "pow_core.h"

/* 2^(hi + lo). */
static inline f64v
exp2_pair(f64v hi, f64v lo)
{
	f64v p = hi + lo, t, k, r, rh, u, v, w;
	i64v far = ~(i64v)(f64_abs(p) < 1100.0);

	hi = f64_select(far, f64_or(f64_all(1100.0), f64_sign(p)), hi);
	lo = f64_select(far, f64_all(0.0), lo);
	t = (hi + lo) + F64_MAGIC;
	k = t - F64_MAGIC;
	r = hi - k;
	rh = f64_top(r + lo);
	u = rh * LN2_HALF_HI;
	v = (lo - (rh - r)) * LN2 + rh * LN2_HALF_LO;
	w = u + v;
	return f64_scale(exp_reduced(w, v - (w - u)),
	    (u64v)t - (u64v)f64_all(F64_MAGIC));
}

static inline f64v
pow_lanes(f64v x, f64v y)
{
	struct pair l = log2_pair(f64_abs(x));
	f64v b = y, bh;

	b = f64_select((i64v)(b > 0x1p+66), f64_all(0x1p+66), b);
	b = f64_select((i64v)(b < -0x1p+66), f64_all(-0x1p+66), b);
	bh = f64_top(b);
	return pow_special(x, y, exp2_pair(bh * l.hi,
	    (b - bh) * l.hi + b * l.lo));
}

#define MAP_NAME	pow_f64
#define MAP_LANES	pow_lanes
#define MAP_TWO
#include "map.h"
