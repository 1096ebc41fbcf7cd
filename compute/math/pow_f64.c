/*
 * x to the power y, float64: 2^(y log2 |x|), the logarithm and the product
 * carried as unevaluated sums of two doubles, whose first parts have 26 bits
 * so that their products are exact.
 *
 * log2: |x| = 2^k m, m in [sqrt(3)/2, sqrt(3)); c = 1 or 1.5, the nearer;
 * s = (m-c)/(m+c), |s| < 0.102; log(m/c) = 2s/3 (3 + s^2 + s^4 POW(s^2))
 * (scripts/coefficients, POW), times 1/ln 2, plus log2 c, plus k.  The plan
 * is that of Sun's fdlibm; |y| over 2^66 changes nothing more.
 * 2^p: the nearest integer apart, the rest times ln 2 through exp_reduced().
 *
 * Worst error of 4e7 points: 0.67 ULP, 0.78 where the result is subnormal.
 * Special values: pow_core.h.
 */
#include "exp_core.h"
#include "log_core.h"
#include "math.h"
#include "pow_core.h"

struct pair {
	f64v	hi, lo;
};

/* m/c's logarithm in units of 2/3: s (3 + s^2 + ...). */
static inline struct pair
log_ratio(f64v m, f64v c)
{
	f64v f = m - c, d = m + c, s = f / d;
	f64v dh = f64_top(d), dl = m - (dh - c);
	f64v sh = f64_top(s), sl = ((f - sh * dh) - sh * dl) / d;
	f64v z = s * s, z2 = z * z, zh = sh * sh;
	f64v tail, th, tl, u, v;
	struct pair p;

	tail = (POW_0 + POW_1 * z) + (POW_2 + POW_3 * z) * z2 +
	    (POW_4 + POW_5 * z) * (z2 * z2);
	tail = z2 * tail + sl * (sh + s);
	th = f64_top(3 + zh + tail);
	tl = tail - ((th - 3) - zh);
	u = sh * th;
	v = sl * th + tl * s;
	p.hi = f64_top(u + v);
	p.lo = v - (p.hi - u);
	return p;
}

/* log2 of a > 0. */
static inline struct pair
log2_pair(f64v a)
{
	f64v k, m = log_split(a, SQRT_3_HALF, &k), c, ch, cl, zh, zl;
	i64v upper = (i64v)(m >= SQRT_1_5);
	struct pair p, r;

	c = f64_select(upper, f64_all(1.5), f64_all(1.0));
	ch = f64_select(upper, f64_all(LOG2_1_5_HI), f64_all(0.0));
	cl = f64_select(upper, f64_all(LOG2_1_5_LO), f64_all(0.0));
	r = log_ratio(m, c);
	zh = POW_SCALE_HI * r.hi;
	zl = POW_SCALE_LO * r.hi + r.lo * POW_SCALE + cl;
	p.hi = f64_top(((zh + zl) + ch) + k);
	p.lo = zl - (((p.hi - k) - ch) - zh);
	return p;
}

/* 2^(hi + lo). */
static inline f64v
exp2_pair(f64v hi, f64v lo)
{
	f64v p = hi + lo, t, k, r, rh, u, v, w;
	i64v far = ~(i64v)(f64_abs(p) < 1100.0);

	hi = f64_select(far, f64_or(f64_all(1100.0), f64_sign(p)), hi);
	lo = f64_select(far, f64_all(0.0), lo);
	t = (hi + lo) + F64_MAGIC;
	k = t - F64_MAGIC;
	r = hi - k;
	rh = f64_top(r + lo);
	u = rh * LN2_HALF_HI;
	v = (lo - (rh - r)) * LN2 + rh * LN2_HALF_LO;
	w = u + v;
	return f64_scale(exp_reduced(w, v - (w - u)),
	    (u64v)t - (u64v)f64_all(F64_MAGIC));
}

static inline f64v
pow_lanes(f64v x, f64v y)
{
	struct pair l = log2_pair(f64_abs(x));
	f64v b = y, bh;

	b = f64_select((i64v)(b > 0x1p+66), f64_all(0x1p+66), b);
	b = f64_select((i64v)(b < -0x1p+66), f64_all(-0x1p+66), b);
	bh = f64_top(b);
	return pow_special(x, y, exp2_pair(bh * l.hi,
	    (b - bh) * l.hi + b * l.lo));
}

#define MAP_NAME	math_pow_f64
#define MAP_LANES	pow_lanes
#define MAP_TYPE	double
#define MAP_VECTOR	f64v
#define MAP_TWO
#include "map.h"
