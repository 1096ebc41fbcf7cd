/*
 * x to the power y, float32, computed in float64 and rounded once:
 * exp(y log |x|), with the polynomials of exp and log of float64.
 *
 * Worst error of 2^32 pairs, one for each base: below 0.50005 ULP.
 * Special values: pow_core.h.
 */
#include "exp_core.h"
#include "log_core.h"
#include "pow_core.h"

static inline f64v
pow_half(f64v x, f64v y)
{
	f64v k, f, s, z, p, t, r, b = y;

	/* Infinities must not meet a logarithm of 0. */
	b = f64_select((i64v)(b > 0x1p+200), f64_all(0x1p+200), b);
	b = f64_select((i64v)(b < -0x1p+200), f64_all(-0x1p+200), b);
	f = log_split(f64_abs(x), SQRT_HALF, &k) - 1;
	s = f / (2 + f);
	z = s * s;
	p = b * (k * LN2 + s * (2 + z * log_tail(z)));
	p = f64_select((i64v)(p > 200.0), f64_all(200.0), p);
	p = f64_select((i64v)(p < -200.0), f64_all(-200.0), p);
	t = p * LOG2_E + F64_MAGIC;
	k = t - F64_MAGIC;
	r = (p - k * LN2_HI) - k * LN2_LO;
	r = 1 + (r + r * r * exp_tail(r));
	return pow_special(x, y, f64_scale(r,
	    (u64v)t - (u64v)f64_all(F64_MAGIC)));
}

static inline f32v
pow_lanes_f32(f32v x, f32v y)
{
	return f32_join(pow_half(f64_low(x), f64_low(y)),
	    pow_half(f64_high(x), f64_high(y)));
}

#define MAP_NAME	pow_f32
#define MAP_LANES	pow_lanes_f32
#define MAP_F32
#define MAP_TWO
#include "map.h"
