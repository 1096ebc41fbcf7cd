/*
 * Logarithms to base 2 and 10 of float64.
 *
 * log2 as a pair (log2_core.h), for base 10 times log10(2) in two parts, of
 * which the first have 26 bits.  Powers of the base have exact logarithms.
 *
 * 0 gives -inf; less than 0 and NaN give NaN; inf gives inf.
 */
#include "log2_core.h"

static inline f64v
log2_lanes(f64v x)
{
	struct pair l = log2_pair(x);

	return log_special(x, l.hi + l.lo);
}

static inline f64v
log10_lanes(f64v x)
{
	struct pair l = log2_pair(x);

	return log_special(x, l.hi * LOG10_2_HI +
	    (l.hi * LOG10_2_LO + l.lo * LOG10_2));
}

#define MAP_NAME	log2_f64
#define MAP_LANES	log2_lanes
#include "map.h"

#define MAP_NAME	log10_f64
#define MAP_LANES	log10_lanes
#include "map.h"
