/*
 * The special values of pow, the same for both types (C11 annex F, which is
 * NumPy's too).
 */
#ifndef RAVEN_POW_CORE_H
#define RAVEN_POW_CORE_H

#include "lanes.h"

static inline i64v
is_integer(f64v x)
{
	f64v a = f64_abs(x);

	return (i64v)(a >= 0x1p+52) | (i64v)((a + 0x1p+52) - 0x1p+52 == a);
}

/* z = |x|^y corrected for signs, zeros, infinities and NaN. */
static inline f64v
pow_special(f64v x, f64v y, f64v z)
{
	f64v a = f64_abs(x), end;
	i64v integer = is_integer(y), odd = integer & ~is_integer(0.5 * y);
	i64v wrong = (i64v)(x < 0.0) & (i64v)(a < F64_INF) & ~integer;
	i64v nan = ~((i64v)(x == x) & (i64v)(y == y));
	i64v one = (i64v)(x == 1.0) | (i64v)(y == 0.0);
	i64v zero = (i64v)(a == 0.0), inf = (i64v)(a == F64_INF);

	end = f64_select(zero ^ (i64v)(y < 0.0), f64_all(0.0),
	    f64_all(F64_INF));
	z = f64_select(zero | inf, end, z);
	z = f64_or(z, (f64v)((i64v)f64_sign(x) & odd));
	z = f64_select(wrong | nan, f64_all(F64_NAN), z);
	return f64_select(one, f64_all(1.0), z);
}

#endif
