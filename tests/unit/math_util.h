/*
 * What the tests of compute/math share: the functions, their bounds, the C
 * library's float64 as judge of float32, and a seeded source of numbers.
 */
#ifndef RAVEN_MATH_UTIL_H
#define RAVEN_MATH_UTIL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compute/math/math.h"

typedef void (*f32_one)(const float *, float *, size_t);
typedef void (*f64_one)(const double *, double *, size_t);
typedef void (*f32_two)(const float *, const float *, float *, size_t);
typedef void (*f64_two)(const double *, const double *, double *, size_t);

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

/*
 * RAVEN_SWEEP=N asks for every N-th of all float32 and of the 10^7 points of
 * float64; without it, the check's share.
 */
static inline uint32_t
sweep_stride(uint32_t check)
{
	const char *text = getenv("RAVEN_SWEEP");
	long n = text == NULL ? 0 : strtol(text, NULL, 10);

	return n > 0 && n < 1L << 30 ? (uint32_t)n : check;
}

/* ---- the same functions by the C library ---- */

#define LIBM(name, libm) \
static inline double \
want_##name(double x) \
{ \
	return libm(x); \
}
LIBM(exp, exp)
LIBM(log, log)
LIBM(cbrt, cbrt)
LIBM(log2, log2)
LIBM(log10, log10)
LIBM(expm1, expm1)
LIBM(log1p, log1p)
LIBM(sin, sin)
LIBM(cos, cos)
LIBM(tan, tan)
LIBM(sinh, sinh)
LIBM(cosh, cosh)
LIBM(tanh, tanh)
LIBM(arcsin, asin)
LIBM(arccos, acos)
LIBM(arctan, atan)
LIBM(arcsinh, asinh)
LIBM(arccosh, acosh)
LIBM(arctanh, atanh)
LIBM(erf, erf)
#undef LIBM

static inline double
want_sigmoid(double x)
{
	return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

static inline double
want_softplus(double x)
{
	return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
}

/* Where erfc is small, a double's rounding of x/sqrt 2 would show. */
static inline double
want_gelu(double x)
{
	long double h = (long double)x * 0.70710678118654752440L;

	return x == -INFINITY ? -0.0 : (double)(x / 2 * erfcl(-h));
}

static inline double
want_pow(double x, double y)
{
	return pow(x, y);
}

static inline double
want_arctan2(double x, double y)
{
	return atan2(x, y);
}

static inline double
want_hypot(double x, double y)
{
	return hypot(x, y);
}

static inline double
want_logaddexp(double x, double y)
{
	double d = x == y ? 0 : fabs(x - y);

	return (x > y ? x : y) + log1p(exp(-d));
}

#endif
