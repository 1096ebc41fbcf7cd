/*
 * The error function and gelu(x) = x/2 (1 + erf(x/sqrt 2)), float64.
 *
 * erf: below 1 x + x ERF(x^2); beyond, 1 - exp(-a^2) ERFC(t) / (1 + 2a),
 * a = |x|, t = (a - c)/(a + c) (scripts/coefficients, ERF and ERFC).
 * gelu: the same with the tail from 0.5 on, and for negative x the tail alone,
 * which loses no digits; x/sqrt 2 and x^2/2 are carried as pairs.
 *
 * NaN gives NaN; zeros give themselves; erf of infinities 1 with their sign;
 * gelu(inf) is inf, gelu(-inf) the limit, -0.
 */
#include "expm1_core.h"

/* (erf(a) - a) / a of z = a^2, for a < 1. */
static inline f64v
erf_small(f64v z)
{
	f64v z2 = z * z, z4 = z2 * z2;

	return FOUR(ERF, 0, 1, 2, 3, z, z2) + (FOUR(ERF, 4, 5, 6, 7, z, z2) +
	    FOUR(ERF, 8, 9, 10, 11, z, z2) * z4) * z4;
}

/* exp(a^2) erfc(a) (1 + 2a) - ERFC_0 for a > 0.49. */
static inline f64v
erf_tail(f64v a)
{
	f64v t = (a - ERFC_CENTRE) / (a + ERFC_CENTRE);
	f64v t2 = t * t, t4 = t2 * t2, high;

	high = FOUR(ERFC, 13, 14, 15, 16, t, t2) +
	    (FOUR(ERFC, 17, 18, 19, 20, t, t2) + ERFC_21 * t4) * t4;
	high = FOUR(ERFC, 5, 6, 7, 8, t, t2) +
	    (FOUR(ERFC, 9, 10, 11, 12, t, t2) + high * t4) * t4;
	return t * (FOUR(ERFC, 1, 2, 3, 4, t, t2) + high * t4);
}

static inline f64v
erf_lanes(f64v x)
{
	f64v a = f64_abs(x), small, tail;

	small = a + a * erf_small(a * a);
	a = f64_select((i64v)(a > 6.5), f64_all(6.5), a);
	tail = exp_lanes(-(a * a)) * ((ERFC_0 + erf_tail(a)) / (1 + 2 * a));
	a = f64_select((i64v)(a < 1.0), small, 1 - tail);
	return f64_or(a, f64_sign(x));
}

/* a/2 erfc(h), h = a/sqrt 2 > 0.49. */
static inline f64v
gelu_tail(f64v a, struct pair h)
{
	struct pair square = pair_product(a, 0.5 * a), num, den, e;
	f64v low;
	u64v k;

	e = exp_split(-square.hi, &k);
	low = e.lo;
	e = pair_fast(f64_all(0.25), 0.25 * e.hi);
	e.lo += 0.25 * low;
	num = pair_fast(f64_all(ERFC_0), erf_tail(h.hi));
	low = a * num.lo;
	num = pair_product(a, num.hi);
	num.lo += low - num.hi * square.lo;
	den = pair_fast(f64_all(0.5), h.hi);
	den.lo += h.lo;
	num = pair_quotient(num, den);
	den = pair_product(e.hi, num.hi);
	den.lo += e.hi * num.lo + e.lo * num.hi;
	return f64_scale(den.hi + den.lo, k);
}

static inline f64v
gelu_lanes(f64v x)
{
	f64v a = f64_abs(x), small, tail;
	struct pair h, phi;

	a = f64_select((i64v)(a > 40.0), f64_all(40.0), a);
	h = pair_product(a, f64_all(SQRT_HALF));
	h.lo += a * SQRT_HALF_LO;
	tail = gelu_tail(a, h);
	small = h.hi * erf_small(h.hi * h.hi) + h.lo;
	phi = pair_sum(f64_all(0.5), f64_or(0.5 * h.hi, f64_sign(x)));
	phi.lo += 0.5 * f64_or(f64_abs(small), f64_sign(x));
	tail = f64_select((i64v)(x > 0.0), x - tail, -tail);
	return f64_select((i64v)(h.hi < 0.5), x * (phi.hi + phi.lo), tail);
}

#define MAP_NAME	erf_f64
#define MAP_LANES	erf_lanes
#include "map.h"

#define MAP_NAME	gelu_f64
#define MAP_LANES	gelu_lanes
#include "map.h"
