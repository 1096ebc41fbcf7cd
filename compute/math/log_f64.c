/*
 * Natural logarithm of float64.
 *
 * x = 2^k m, m in [sqrt(1/2), sqrt(2)); f = m - 1 is exact; s = f/(2+f);
 * log(1+f) = f - (f^2/2 - s (f^2/2 + s^2 LOG(s^2))), which keeps the large
 * term f exact (scripts/coefficients, LOG); k ln 2 in two parts.
 *
 * Worst error seen: 0.84 ULP, at 0x1.691d92a3758ebp-1.
 * 0 gives -inf; less than 0 and NaN give NaN; inf gives inf.
 */
#include "log_core.h"
#include "math.h"

static inline f64v
log_lanes(f64v x)
{
	f64v k, f, s, z, half, tail;

	f = log_split(x, SQRT_HALF, &k) - 1;
	s = f / (2 + f);
	z = s * s;
	half = 0.5 * f * f;
	tail = s * (half + z * log_tail(z)) + k * LN2_LO;
	return log_special(x, k * LN2_HI - ((half - tail) - f));
}

#define MAP_NAME	math_log_f64
#define MAP_LANES	log_lanes
#define MAP_TYPE	double
#define MAP_VECTOR	f64v
#include "map.h"
