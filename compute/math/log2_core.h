/*
 * log2 as a pair of doubles, the first of 26 bits, shared by log2, log10, pow.
 *
 * a = 2^k m, m in [sqrt(3)/2, sqrt(3)); c = 1 or 1.5, the nearer;
 * s = (m-c)/(m+c), |s| < 0.102; log(m/c) = 2s/3 (3 + s^2 + s^4 POW(s^2))
 * (scripts/coefficients, POW), times 1/ln 2, plus log2 c, plus k.  The plan
 * is that of Sun's fdlibm.
 */
#ifndef RAVEN_LOG2_CORE_H
#define RAVEN_LOG2_CORE_H

#include "log_core.h"
#include "pair.h"

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

#endif
