/*
 * exp of float32, in float32 arithmetic.
 *
 * As exp of float64: x = k ln 2 + r, a polynomial of degree 6
 * (scripts/coefficients, EXP_F32), 2^k in two factors.
 *
 * Worst error, of all float32: 0.809 ULP, at -0x1.762ae2p+2.
 * NaN gives NaN; above 88.73 inf; below -103.98 0.
 */
#include "lanes.h"

static inline f32v
exp_tail_f32(f32v r)
{
	f32v r2 = r * r;

	return (EXP_F32_0 + EXP_F32_1 * r) +
	    ((EXP_F32_2 + EXP_F32_3 * r) + EXP_F32_4 * r2) * r2;
}

static inline f32v
exp_lanes_f32(f32v x)
{
	f32v t, k, r, head, rest;
	i32v biased, half;

	x = f32_select((i32v)(x > 90.0f), f32_all(90.0f), x);
	x = f32_select((i32v)(x < -105.0f), f32_all(-105.0f), x);
	t = x * LOG2_E_F32 + F32_MAGIC;
	k = t - F32_MAGIC;
	r = (x - k * LN2_HI_F32) - k * LN2_LO_F32;
	head = 1 + r;
	rest = (1 - head) + r;
	r = head + (rest + r * r * exp_tail_f32(r));
	biased = (i32v)t - (i32v)f32_all(F32_MAGIC) + 256;
	half = (i32v)((u32v)biased >> 1);
	return r * (f32v)((u32v)(half - 1) << 23) *
	    (f32v)((u32v)(biased - half - 1) << 23);
}

#define MAP_NAME	exp_f32
#define MAP_LANES	exp_lanes_f32
#define MAP_F32
#include "map.h"
