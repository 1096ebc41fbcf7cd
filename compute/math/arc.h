/*
 * Inverse sine, cosine and tangent of float64, and the angle of a point.
 *
 * All are the angle of a point (b, a) in the first quadrant, with pairs as
 * coordinates (pair.h): with t = a/b below tan(pi/8) atan(t); up to tan(3 pi/8)
 * pi/4 + atan((a-b)/(a+b)); beyond pi/2 - atan(b/a); a polynomial
 * (scripts/coefficients, ATAN).  arcsin and arccos: the root of 1 - x^2 is the
 * other coordinate.
 *
 * NaN gives NaN, as do arcsin and arccos beyond 1; zeros give themselves;
 * arctan2 as C11 annex F.
 */
#include "pair.h"

#define TAN_EIGHTH	0.41421356
#define TAN_3_EIGHTHS	2.41421356

/* For finite a, b >= 0, not both 0. */
static inline struct pair
arc_angle(struct pair a, struct pair b)
{
	i64v low = (i64v)(a.hi <= TAN_EIGHTH * b.hi);
	i64v high = ~low & ~(i64v)(a.hi <= TAN_3_EIGHTHS * b.hi);
	struct pair n = pair_sum(a.hi, -b.hi), d = pair_sum(a.hi, b.hi), q, p;
	f64v base, z, z2, z4, tail;

	n.hi = f64_select(low, a.hi, f64_select(high, -b.hi, n.hi));
	n.lo = f64_select(low, a.lo,
	    f64_select(high, -b.lo, n.lo + (a.lo - b.lo)));
	d.hi = f64_select(low, b.hi, f64_select(high, a.hi, d.hi));
	d.lo = f64_select(low, b.lo,
	    f64_select(high, a.lo, d.lo + (a.lo + b.lo)));
	q = pair_quotient(n, d);
	base = f64_select(low, f64_all(0.0),
	    f64_select(high, f64_all(0.5), f64_all(0.25)));
	z = q.hi * q.hi;
	z2 = z * z;
	z4 = z2 * z2;
	tail = FOUR(ATAN, 0, 1, 2, 3, z, z2) +
	    (FOUR(ATAN, 4, 5, 6, 7, z, z2) +
	    ((ATAN_8 + ATAN_9 * z) + ATAN_10 * z2) * z4) * z4;
	p = pair_fast(base * PI_HI, q.hi);
	tail = q.hi * z * tail + q.lo * (1 - z);
	return pair_fast(p.hi, p.lo + (base * PI_LO + tail));
}

/* The angle, or where mask says so its supplement. */
static inline f64v
arc_turned(struct pair angle, i64v mask)
{
	struct pair p = pair_fast(f64_all(PI_HI), -angle.hi);

	return f64_select(mask, p.hi + (p.lo + (PI_LO - angle.lo)), angle.hi);
}

static inline struct pair
arc_single(f64v x)
{
	struct pair p = { x, f64_all(0.0) };

	return p;
}

static inline f64v
arctan_lanes(f64v x)
{
	f64v a = f64_abs(x);
	i64v tiny = (i64v)(a < 0x1p-27);

	a = f64_select((i64v)(a > 0x1p+100), f64_all(0x1p+100), a);
	a = arc_angle(arc_single(a), arc_single(f64_all(1.0))).hi;
	return f64_select(tiny, x, f64_or(a, f64_sign(x)));
}

static inline f64v
arcsin_lanes(f64v x)
{
	f64v a = f64_abs(x);
	struct pair other = pair_root(pair_squares(f64_all(1.0), a));

	other = arc_angle(arc_single(a), other);
	return f64_select((i64v)(a < 0x1p-27), x,
	    f64_or(other.hi, f64_sign(x)));
}

static inline f64v
arccos_lanes(f64v x)
{
	f64v a = f64_abs(x);
	struct pair other = pair_root(pair_squares(f64_all(1.0), a));

	return arc_turned(arc_angle(other, arc_single(a)), (i64v)(x < 0.0));
}

static inline i64v
arc_both(f64v a, f64v b, double limit)
{
	return (i64v)(a < limit) & (i64v)(b < limit);
}

static inline f64v
arctan2_lanes(f64v y, f64v x)
{
	f64v a = f64_abs(y), b = f64_abs(x), scale, angle;
	i64v left = (i64v)f64_sign(x) < 0;
	i64v nan = ~((i64v)(x == x) & (i64v)(y == y));
	i64v far = (i64v)(a == F64_INF) | (i64v)(b == F64_INF);
	i64v none = (i64v)(a + b == 0.0);

	/* Of infinite points only the directions count. */
	scale = f64_select(far, f64_all(1.0), a);
	a = f64_select(far & ~(i64v)(a == F64_INF), f64_all(0.0), scale);
	scale = f64_select(far, f64_all(1.0), b);
	b = f64_select(far & ~(i64v)(b == F64_INF), f64_all(0.0), scale);
	b = f64_select(none, f64_all(1.0), b);
	/* The larger far up, for products with the smaller to be exact. */
	scale = f64_select(arc_both(a, b, 0x1p-300), f64_all(0x1p+1000),
	    f64_select(arc_both(a, b, 0x1p+300), f64_all(0x1p+600),
	    f64_select(arc_both(a, b, 0x1p+960), f64_all(1.0),
	    f64_all(0x1p-60))));
	angle = arc_turned(arc_angle(arc_single(a * scale),
	    arc_single(b * scale)), left);
	return f64_select(nan, f64_all(F64_NAN), f64_or(angle, f64_sign(y)));
}

#define MAP_NAME	arctan_f64
#define MAP_LANES	arctan_lanes
#include "map.h"

#define MAP_NAME	arcsin_f64
#define MAP_LANES	arcsin_lanes
#include "map.h"

#define MAP_NAME	arccos_f64
#define MAP_LANES	arccos_lanes
#include "map.h"

#define MAP_NAME	arctan2_f64
#define MAP_LANES	arctan2_lanes
#define MAP_TWO
#include "map.h"
