/*
 * Sine, cosine and tangent of float64.
 *
 * Both polynomials (scripts/coefficients, SIN and COS) of the reduced argument
 * (trig_core.h), each as a large part and a small one; the quadrant selects.
 * tan is the quotient of the two, carried as pairs.
 *
 * Infinities and NaN give NaN; sin and tan of zeros themselves.
 */
#include "trig_core.h"

static inline struct pair
sin_reduced(const struct trig *t)
{
	f64v z = t->r * t->r;
	struct pair s;

	s.hi = t->r;
	s.lo = t->r * z * trig_sin_tail(z) + t->rest * (1 - 0.5 * z);
	return s;
}

static inline struct pair
cos_reduced(const struct trig *t)
{
	f64v z = t->r * t->r, half = 0.5 * z;
	struct pair c;

	c.hi = 1 - half;
	c.lo = ((1 - c.hi) - half) +
	    (z * z * trig_cos_tail(z) - t->r * t->rest);
	return c;
}

static inline struct pair
pair_select(i64v mask, struct pair yes, struct pair no)
{
	struct pair p;

	p.hi = f64_select(mask, yes.hi, no.hi);
	p.lo = f64_select(mask, yes.lo, no.lo);
	return p;
}

static inline f64v
sin_quadrant(const struct trig *t, u64v k)
{
	struct pair p = pair_select(trig_odd(k), cos_reduced(t),
	    sin_reduced(t));

	return (f64v)((u64v)(p.hi + p.lo) ^ (u64v)trig_sign(k));
}

static inline f64v
sin_lanes(f64v x)
{
	struct trig t = trig_reduce(x);

	return f64_select((i64v)(f64_abs(x) < 0x1p-27), x,
	    sin_quadrant(&t, t.k));
}

static inline f64v
cos_lanes(f64v x)
{
	struct trig t = trig_reduce(x);

	return sin_quadrant(&t, t.k + 1);
}

static inline f64v
tan_lanes(f64v x)
{
	struct trig t = trig_reduce(x);
	struct pair s = sin_reduced(&t), c = cos_reduced(&t), q;
	i64v odd = trig_odd(t.k);

	s = pair_fast(s.hi, s.lo);
	c = pair_fast(c.hi, c.lo);
	q = pair_quotient(pair_select(odd, c, s), pair_select(odd, s, c));
	return f64_select((i64v)(f64_abs(x) < 0x1p-27), x,
	    (f64v)((u64v)q.hi ^ ((u64v)odd & F64_SIGN)));
}

#define MAP_NAME	sin_f64
#define MAP_LANES	sin_lanes
#include "map.h"

#define MAP_NAME	cos_f64
#define MAP_LANES	cos_lanes
#include "map.h"

#define MAP_NAME	tan_f64
#define MAP_LANES	tan_lanes
#include "map.h"
