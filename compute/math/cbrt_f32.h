/*
 * Real cube root of float32, computed in float64 and rounded once.
 *
 * As cbrt of float64.
 *
 * Worst error, of all float32: below 0.50005 ULP.
 * Zeros, infinities and NaN are their own roots.
 */
#include "cbrt_core.h"

static inline f64v
cbrt_half(f64v x)
{
	f64v q, t, r, m = cbrt_split(f64_abs(x), &t, &q);

	r = m / (t * t);
	t = t + t * ((r - t) / (2 * t + r));
	return cbrt_special(x, t * power_of_two(q));
}

static inline f32v
cbrt_lanes_f32(f32v x)
{
	return f32_join(cbrt_half(f64_low(x)), cbrt_half(f64_high(x)));
}

#define MAP_NAME	cbrt_f32
#define MAP_LANES	cbrt_lanes_f32
#define MAP_F32
#include "map.h"
