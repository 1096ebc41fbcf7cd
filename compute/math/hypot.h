/*
 * The root of x^2 + y^2, float64, with squares and root as pairs (pair.h).
 *
 * An infinity gives inf, also beside NaN; NaN gives NaN.
 */
#include "pair.h"

static inline f64v
hypot_lanes(f64v x, f64v y)
{
	f64v a = f64_abs(x), b = f64_abs(y), scale, back;
	i64v swap = (i64v)(b > a);
	i64v inf = (i64v)(a == F64_INF) | (i64v)(b == F64_INF), big, small;
	struct pair p, q, s;

	scale = f64_select(swap, b, a);
	b = f64_select(swap, a, b);
	a = scale;
	big = (i64v)(a > 0x1p+500);
	small = (i64v)(a < 0x1p-400);
	scale = f64_select(big, f64_all(0x1p-600), f64_all(1.0));
	scale = f64_select(small, f64_all(0x1p+600), scale);
	back = f64_select(big, f64_all(0x1p+600), f64_all(1.0));
	back = f64_select(small, f64_all(0x1p-600), back);
	p = pair_product(a * scale, a * scale);
	q = pair_product(b * scale, b * scale);
	s = pair_fast(p.hi, q.hi);
	s.lo += p.lo + q.lo;
	return f64_select(inf, f64_all(F64_INF), pair_root(s).hi * back);
}

#define MAP_NAME	hypot_f64
#define MAP_LANES	hypot_lanes
#define MAP_TWO
#include "map.h"
