/*
 * Kernels of LU and Cholesky, float32 and float64.
 */
#include "compute/kernels/linalg.h"

#include <string.h>

/* Takes the exponent out of a finite number that is not 0; returns it. */
static int64_t
linalg_exponent(double *m)
{
	uint64_t bits;
	int64_t e;

	if (*m == 0 || !(*m - *m == 0))
		return 0;
	e = 0;
	if (*m < 0x1p-1022 && *m > -0x1p-1022) {
		*m = *m * 0x1p64;
		e = -64;
	}
	memcpy(&bits, m, sizeof bits);
	e += (int64_t)(bits >> 52 & 0x7ff) - 1023;
	bits = (bits & ~(UINT64_C(0x7ff) << 52)) | UINT64_C(1023) << 52;
	memcpy(m, &bits, sizeof bits);
	return e;
}

static double
power_of_two(int64_t e)
{
	uint64_t bits = (uint64_t)(e + 1023) << 52;
	double by;

	memcpy(&by, &bits, sizeof by);
	return by;
}

/* m * 2^e, rounded once; m is in [1, 2), or -m, or has no exponent. */
static double
linalg_scale(double m, int64_t e)
{
	if (m == 0 || !(m - m == 0))
		return m;
	if (e > 1023)
		return m * 0x1p1023 * 0x1p1023;
	if (e < -1100)
		return m * 0x1p-1022 * 0x1p-1022;
	if (e < -1022)
		return m * power_of_two(e + 64) * 0x1p-64;
	return m * power_of_two(e);
}

#define T float
#define SQRT __builtin_sqrtf
#define NAME(f) k_linalg_##f##_f32
#include "compute/kernels/linalg_one.h"

#define T double
#define SQRT __builtin_sqrt
#define NAME(f) k_linalg_##f##_f64
#include "compute/kernels/linalg_one.h"

const struct linalg_kernel *
linalg_kernel(enum dtype dtype)
{
	return dtype == DT_F32 ? &k_linalg_kernel_f32 : &k_linalg_kernel_f64;
}
