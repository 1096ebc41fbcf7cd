/*
 * The first estimate of a cube root, shared by both types.
 */
#ifndef RAVEN_CBRT_CORE_H
#define RAVEN_CBRT_CORE_H

#include "lanes.h"

/*
 * a = 8^q m, m in [1, 8), for finite a > 0; the root is 2^q times m's, about
 * t with a relative error below 2^-22.  Returns m.
 */
static inline f64v
cbrt_split(f64v a, f64v *t, f64v *q)
{
	i64v tiny = (i64v)(a < 0x1p-1022), one, two;
	f64v k, r, m, m2, root;
	u64v bits;

	bits = (u64v)f64_select(tiny, a * 0x1p+54, a);
	k = f64_of_biased(bits >> 52, 1023.0);
	*q = ((k - 1) * (1 / 3.0) + F64_MAGIC) - F64_MAGIC;
	r = k - 3 * *q;
	*q -= f64_select(tiny, f64_all(18.0), f64_all(0.0));
	one = (i64v)(r == 1.0);
	two = (i64v)(r == 2.0);
	m = (f64v)((bits & F64_MANTISSA) | (u64v)f64_all(1.0));
	m2 = m * m;
	root = (CBRT_0 + CBRT_1 * m) + (CBRT_2 + CBRT_3 * m) * m2 +
	    ((CBRT_4 + CBRT_5 * m) + CBRT_6 * m2) * (m2 * m2);
	*t = root * f64_select(one, f64_all(ROOT3_2),
	    f64_select(two, f64_all(ROOT3_4), f64_all(1.0)));
	return m * f64_select(one, f64_all(2.0),
	    f64_select(two, f64_all(4.0), f64_all(1.0)));
}

/* The root with x's sign; zeros, infinities and NaN are their own. */
static inline f64v
cbrt_special(f64v x, f64v root)
{
	f64v a = f64_abs(x);
	i64v own = (i64v)(a == 0.0) | ~(i64v)(a < F64_INF);

	return f64_select(own, x, f64_or(root, f64_sign(x)));
}

#endif
