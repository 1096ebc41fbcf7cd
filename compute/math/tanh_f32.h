/*
 * tanh of float32, in float32 arithmetic.
 *
 * An odd polynomial (scripts/coefficients, TANH_F32) below 0.6, beyond that
 * 1 - 2t/(1+t), t = exp(-2|x|).
 *
 * NaN gives NaN; infinities give 1 with their sign; zeros themselves.
 */

static inline f32v
tanh_lanes_f32(f32v x)
{
	f32v a = (f32v)((u32v)x & ~F32_SIGN), z = a * a, z2 = z * z;
	f32v small, t = exp_lanes_f32(-2 * a);

	small = a + a * z * (FOUR(TANH_F32, 0, 1, 2, 3, z, z2) +
	    TANH_F32_4 * (z2 * z2));
	a = f32_select((i32v)(a < 0.6f), small, 1 - 2 * t / (1 + t));
	return (f32v)((u32v)a | ((u32v)x & F32_SIGN));
}

#define MAP_NAME	tanh_f32
#define MAP_LANES	tanh_lanes_f32
#define MAP_F32
#include "map.h"
