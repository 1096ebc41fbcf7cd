/*
 * Sine and cosine of float32, computed in float64 and rounded once.
 *
 * As those of float64, without what lies below an ulp of the reduced argument.
 */
#include "trig_core.h"

static inline f64v
sin_half(f64v x, uint64_t add)
{
	i64v far = ~(i64v)(f64_abs(x) < TRIG_FAR);
	f64v y = f64_select(far, f64_all(0.0), x);
	f64v t = y * TWO_OVER_PI + F64_MAGIC, n = t - F64_MAGIC, z;
	f64v r = (y - n * PI_HALF_1) - n * PI_HALF_REST, s, c;
	u64v k = (u64v)t - (u64v)f64_all(F64_MAGIC);
	double rest;
	uint64_t far_k;
	int i;

	for (i = 0; i < F64_LANES; i++) {
		if (far[i] == 0)
			continue;
		r[i] = trig_far(x[i], &rest, &far_k);
		k[i] = far_k;
	}
	k += add;
	z = r * r;
	s = r + r * z * trig_sin_tail(z);
	c = 1 - (0.5 * z - z * z * trig_cos_tail(z));
	s = f64_select(trig_odd(k), c, s);
	return (f64v)((u64v)s ^ (u64v)trig_sign(k));
}

static inline f32v
sin_lanes_f32(f32v x)
{
	f32v y = f32_join(sin_half(f64_low(x), 0), sin_half(f64_high(x), 0));

	return f32_select((i32v)(x == 0.0f), x, y);
}

static inline f32v
cos_lanes_f32(f32v x)
{
	return f32_join(sin_half(f64_low(x), 1), sin_half(f64_high(x), 1));
}

#define MAP_NAME	sin_f32
#define MAP_LANES	sin_lanes_f32
#define MAP_F32
#include "map.h"

#define MAP_NAME	cos_f32
#define MAP_LANES	cos_lanes_f32
#define MAP_F32
#include "map.h"
