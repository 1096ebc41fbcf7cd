/*
 * exp(x) - 1 and the functions that are rational in it, float64.  Quotients
 * are carried as pairs (pair.h), so that only the last operation rounds.
 *
 * expm1: -inf gives -1; above 709.78 inf.
 * tanh: E/(E+2), E = expm1(2|x|); from 22 on it is 1.
 * sinh, cosh: above 710.47 infinite.
 * sigmoid: 1/(1+e) or e/(1+e), e = exp(-|x|).
 * NaN gives NaN; -0 gives -0, but cosh 1 and sigmoid 0.5.
 */
#include "expm1_core.h"

static inline f64v
expm1_lanes(f64v x)
{
	i64v tiny = (i64v)(f64_abs(x) < 0x1p-54);
	f64v a = x;

	a = f64_select((i64v)(a > 710.0), f64_all(710.0), a);
	a = f64_select((i64v)(a < -40.0), f64_all(-40.0), a);
	return f64_select(tiny, x, 4 * expm1_quarter(a).hi);
}

static inline f64v
tanh_lanes(f64v x)
{
	f64v a = f64_abs(x);
	i64v tiny = (i64v)(a < 0x1p-54);
	struct pair e, d;

	a = f64_select((i64v)(a > 22.0), f64_all(22.0), a);
	e = expm1_quarter(a + a);
	d = pair_sum(e.hi, f64_all(0.5));
	d.lo += e.lo;
	return f64_select(tiny, x,
	    f64_or(pair_quotient(e, d).hi, f64_sign(x)));
}

static inline f64v
sigmoid_lanes(f64v x)
{
	const f64v one = f64_all(1.0), zero = f64_all(0.0);
	f64v a = f64_abs(x), scale;
	i64v positive = (i64v)(x >= 0.0);
	struct pair m, d, q;
	u64v k;

	a = f64_select((i64v)(a > 746.0), f64_all(746.0), a);
	m = exp_split(-a, &k);
	d = pair_fast(one, m.hi);
	d.lo += m.lo;
	m = pair_fast(d.hi, d.lo);
	/* Below 2^-200 it changes nothing in the denominator. */
	scale = f64_select((i64v)(a > 140.0), zero,
	    (f64v)((k + 1023) << 52));
	d = pair_fast(one, scale * m.hi);
	d.lo += scale * m.lo;
	m.hi = f64_select(positive, one, m.hi);
	m.lo = f64_select(positive, zero, m.lo);
	q = pair_quotient(m, d);
	k &= ~(u64v)positive;
	return f64_scale(q.hi, k);
}

/* (E + E/(1+E))/2 */
static inline f64v
sinh_lanes(f64v x)
{
	f64v a = f64_abs(x);
	i64v tiny = (i64v)(a < 0x1p-54);
	struct pair e, d, q;

	a = f64_select((i64v)(a > 710.5), f64_all(710.5), a);
	e = expm1_quarter(a);
	d = pair_sum(e.hi, f64_all(0.25));
	d.lo += e.lo;
	q = pair_quotient(e, d);
	d = pair_fast(e.hi, 0.25 * q.hi);
	a = 2 * (d.hi + (d.lo + (e.lo + 0.25 * q.lo)));
	return f64_select(tiny, x, f64_or(a, f64_sign(x)));
}

/* (e + 1/e)/2 */
static inline f64v
cosh_lanes(f64v x)
{
	f64v a = f64_abs(x);
	struct pair e, d;

	a = f64_select((i64v)(a > 710.5), f64_all(710.5), a);
	e = expm1_quarter(a);
	d = pair_sum(e.hi, f64_all(0.25));
	e.lo += d.lo;
	d = pair_fast(d.hi, 0.0625 / d.hi);
	return 2 * (d.hi + (d.lo + e.lo));
}

#define MAP_NAME	expm1_f64
#define MAP_LANES	expm1_lanes
#include "map.h"

#define MAP_NAME	tanh_f64
#define MAP_LANES	tanh_lanes
#include "map.h"

#define MAP_NAME	sinh_f64
#define MAP_LANES	sinh_lanes
#include "map.h"

#define MAP_NAME	cosh_f64
#define MAP_LANES	cosh_lanes
#include "map.h"

#define MAP_NAME	sigmoid_f64
#define MAP_LANES	sigmoid_lanes
#include "map.h"
