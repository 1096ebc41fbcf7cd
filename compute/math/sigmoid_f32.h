/*
 * Logistic function of float32, computed in float64 and rounded once:
 * 1/(1+e) or e/(1+e), e = exp(-|x|).
 *
 * NaN gives NaN; -inf gives 0, inf 1.
 */
#include "exp_core.h"

static inline f64v
sigmoid_half(f64v x)
{
	f64v a = f64_abs(x), t, k, r, e;

	a = f64_select((i64v)(a > 110.0), f64_all(110.0), a);
	t = F64_MAGIC - a * LOG2_E;
	k = t - F64_MAGIC;
	r = (-a - k * LN2_HI) - k * LN2_LO;
	e = power_of_two(k) * (1 + (r + r * r * exp_tail(r)));
	return f64_select((i64v)(x >= 0.0), f64_all(1.0), e) / (1 + e);
}

static inline f32v
sigmoid_lanes_f32(f32v x)
{
	return f32_join(sigmoid_half(f64_low(x)), sigmoid_half(f64_high(x)));
}

#define MAP_NAME	sigmoid_f32
#define MAP_LANES	sigmoid_lanes_f32
#define MAP_F32
#include "map.h"
