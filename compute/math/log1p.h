/*
 * log(1 + x) of float64, and what is made of it.
 *
 * softplus(x) = max(x, 0) + log1p(exp(-|x|))
 * logaddexp(x, y) = max(x, y) + log1p(exp(-|x - y|)); where the two cancel, the
 * error is that of the larger.
 *
 * log1p: -1 gives -inf; less and NaN give NaN; inf gives inf; -0 gives -0.
 * softplus: -inf gives 0; inf gives inf; NaN gives NaN.
 */
#include "log_core.h"

static inline f64v
log1p_lanes(f64v x)
{
	struct pair t = { x, f64_all(0.0) };
	struct pair l = log1p_pair(t, f64_all(0.0));
	i64v tiny = (i64v)(f64_abs(x) < 0x1p-54);

	return f64_select(tiny, x, log_special(1 + x, l.hi + l.lo));
}

static inline f64v
softplus_lanes(f64v x)
{
	f64v e = log1p_lanes(exp_lanes(-f64_abs(x)));

	return f64_select((i64v)(x > 0.0), x + e, e);
}

static inline f64v
logaddexp_lanes(f64v x, f64v y)
{
	f64v d = f64_select((i64v)(x == y), f64_all(0.0), f64_abs(x - y));

	return f64_select((i64v)(x > y), x, y) + log1p_lanes(exp_lanes(-d));
}

#define MAP_NAME	log1p_f64
#define MAP_LANES	log1p_lanes
#include "map.h"

#define MAP_NAME	softplus_f64
#define MAP_LANES	softplus_lanes
#include "map.h"

#define MAP_NAME	logaddexp_f64
#define MAP_LANES	logaddexp_lanes
#define MAP_TWO
#include "map.h"
