/*
 * Elementary functions for processors with AVX2, and only those.
 */
#include "compute/math/math.h"

#if defined(__x86_64__)
#include <float.h>
#include <stdint.h>

#define MATH_BYTES	32
#define MATH_NAME_(f)	math_avx2_##f
#define MATH_NAME(f)	MATH_NAME_(f)
#include "compute/kernels/avx2_begin.h"
#include "compute/math/math_body.h"
#include "compute/kernels/avx2_end.h"
#endif
