/*
 * Natural logarithm of float64.
 *
 * x = 2^k m, m in [sqrt(1/2), sqrt(2)); f = m - 1 is exact; s = f/(2+f);
 * log(1+f) = f - f^2/2 + s (f^2/2 + s^2 LOG(s^2)) (scripts/coefficients, LOG).
 * f^2/2 is split into an exact part and the rest, k ln 2 likewise; what
 * rounding the large sums loses is kept and added last, with the small terms.
 *
 * Worst error seen: 0.69 ULP, at 0x1.690823df4121dp+0.
 * 0 gives -inf; less than 0 and NaN give NaN; inf gives inf.
 */
#include "log_core.h"

static inline f64v
log_lanes(f64v x)
{
	f64v k, f, s, z, top, half, rest, a, b, big, low;

	f = log_split(x, SQRT_HALF, &k) - 1;
	s = f / (2 + f);
	z = s * s;
	top = f64_top(f);
	half = 0.5 * top * top;
	rest = 0.5 * (f - top) * (f + top);
	low = s * ((half + rest) + z * log_tail(z)) + k * LN2_LO;
	a = f - half;
	low = (low - rest) + ((f - a) - half);
	big = k * LN2_HI;
	b = big + a;
	return log_special(x, b + (((big - b) + a) + low));
}

#define MAP_NAME	log_f64
#define MAP_LANES	log_lanes
#include "map.h"
