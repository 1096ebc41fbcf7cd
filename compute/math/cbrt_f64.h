/*
 * Real cube root of float64.
 *
 * |x| = 8^q m, m in [1, 8); t: polynomial of degree 6 (scripts/coefficients,
 * CBRT), raised above the root so that r = m/t^2 lies below it (and is not
 * rounded more coarsely than the root), cut to 26 bits so that t^2 is exact;
 * then one step of third order, t + t (r - t) / (2t + r).
 *
 * Worst error of 4e7 points: 0.667 ULP.
 * Zeros, infinities and NaN are their own roots.
 */
#include "cbrt_core.h"

static inline f64v
cbrt_lanes(f64v x)
{
	f64v q, t, r, m = cbrt_split(f64_abs(x), &t, &q);

	t = f64_top(t * (1 + 0x1p-22));
	r = m / (t * t);
	t = t + t * ((r - t) / (2 * t + r));
	return cbrt_special(x, t * power_of_two(q));
}

#define MAP_NAME	cbrt_f64
#define MAP_LANES	cbrt_lanes
#include "map.h"
