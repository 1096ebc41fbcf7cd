/*
 * What the tests of compute/math share: functions by name, their bounds,
 * and a seeded source of numbers.
 */
#ifndef RAVEN_MATH_UTIL_H
#define RAVEN_MATH_UTIL_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "compute/math/math.h"

enum bound_id {
#define BOUND(name, type, ulp) BOUND_##name##_##type,
#include "compute/math/bounds.def"
};

static const double bound_ulp[] = {
#define BOUND(name, type, ulp) ulp,
#include "compute/math/bounds.def"
};

struct random {
	uint64_t	state;		/* not 0 */
};

static inline uint64_t
random_bits(struct random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state * 0x2545f4914f6cdd1du;
}

static inline double
random_between(struct random *r, double low, double high)
{
	return low + (high - low) * ((double)(random_bits(r) >> 11) * 0x1p-53);
}

/* Any double that is neither infinite nor NaN. */
static inline double
random_finite(struct random *r)
{
	uint64_t bits;
	double x;

	do {
		bits = random_bits(r);
		memcpy(&x, &bits, sizeof(x));
	} while (!isfinite(x));
	return x;
}

#endif
