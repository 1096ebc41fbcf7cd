/*
 * Inverse hyperbolic functions of float64: log1p of a pair (log_core.h).
 *
 * arcsinh(x) = log1p(a + a^2/(1 + sqrt(1 + a^2))), a = |x|
 * arccosh(x) = log1p(x - 1 + sqrt(x^2 - 1))
 * arctanh(x) = log1p(2a/(1 - a))/2
 *
 * Beyond 2^300 the first two are log(2a).  NaN gives NaN; zeros themselves;
 * infinities themselves, but arctanh NaN, which has them at 1 and -1; outside
 * their domains NaN.
 */
#include "log_core.h"

#define HYPERBOLIC_FAR	0x1p+300

static inline f64v
arcsinh_lanes(f64v x)
{
	f64v a = f64_abs(x), s = a * a;
	i64v far = (i64v)(a > HYPERBOLIC_FAR);
	i64v own = (i64v)(a < 0x1p-27) | (i64v)(a == F64_INF);
	struct pair t;

	s = s / (1 + f64_sqrt(1 + s));
	t = pair_fast(a, f64_select(far, f64_all(0.0), s));
	t = log1p_pair(t, f64_select(far, f64_all(1.0), f64_all(0.0)));
	return f64_select(own, x, f64_or(t.hi + t.lo, f64_sign(x)));
}

static inline f64v
arccosh_lanes(f64v x)
{
	i64v far = (i64v)(x > HYPERBOLIC_FAR);
	f64v a = f64_select(far, f64_all(2.0), x);
	struct pair root = pair_root(pair_squares(a, f64_all(1.0))), t;

	a = pair_sum(a, f64_all(-1.0)).lo;
	t = pair_fast(root.hi, f64_select(far, f64_all(0.0), x - 1));
	t.lo += root.lo + a;
	t.hi = f64_select(far, x, t.hi);
	t.lo = f64_select(far, f64_all(0.0), t.lo);
	t = log1p_pair(t, f64_select(far, f64_all(1.0), f64_all(0.0)));
	a = f64_select((i64v)(x == F64_INF), x, t.hi + t.lo);
	return f64_select((i64v)(x < 1.0), f64_all(F64_NAN), a);
}

static inline f64v
arctanh_lanes(f64v x)
{
	f64v a = f64_abs(x);
	i64v own = (i64v)(a < 0x1p-27), end = (i64v)(a == 1.0);
	struct pair n = { a + a, f64_all(0.0) }, t;

	t = pair_quotient(n, pair_sum(f64_all(1.0), -a));
	t = log1p_pair(t, f64_all(0.0));
	a = 0.5 * (t.hi + t.lo);
	a = f64_select(end, f64_all(F64_INF),
	    f64_select((i64v)(f64_abs(x) > 1.0), f64_all(F64_NAN), a));
	return f64_select(own, x, f64_or(a, f64_sign(x)));
}

#define MAP_NAME	arcsinh_f64
#define MAP_LANES	arcsinh_lanes
#include "map.h"

#define MAP_NAME	arccosh_f64
#define MAP_LANES	arccosh_lanes
#include "map.h"

#define MAP_NAME	arctanh_f64
#define MAP_LANES	arctanh_lanes
#include "map.h"
