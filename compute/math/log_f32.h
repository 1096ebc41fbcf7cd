/*
 * Natural logarithm of float32, computed in float64 and rounded once.
 *
 * As log of float64, without keeping f apart.
 *
 * Worst error, of all float32: below 0.50005 ULP.
 * 0 gives -inf; less than 0 and NaN give NaN; inf gives inf.
 */
#include "log_core.h"

static inline f64v
log_half(f64v x)
{
	f64v k, f, s, z;

	f = log_split(x, SQRT_HALF, &k) - 1;
	s = f / (2 + f);
	z = s * s;
	return log_special(x, k * LN2 + s * (2 + z * log_tail(z)));
}

static inline f32v
log_lanes_f32(f32v x)
{
	return f32_join(log_half(f64_low(x)), log_half(f64_high(x)));
}

#define MAP_NAME	log_f32
#define MAP_LANES	log_lanes_f32
#define MAP_F32
#include "map.h"
