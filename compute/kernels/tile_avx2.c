/*
 * Elementwise kernels for processors with AVX2, and only those.
 */
#include "compute/kernels/kernels.h"
#include "compute/math/math.h"

#include <string.h>

#if defined(__x86_64__)
#define VEC_BYTES 32
#include "compute/vec.h"

#define MATH_OF(f) math_avx2_##f
#include "compute/kernels/avx2_begin.h"
#include "compute/kernels/tile_body.h"

tile_fn
tile_kernel_avx2(enum op_code code, enum dtype dtype)
{
	return pick(code, dtype);
}

select_fn
tile_select_avx2(enum dtype dtype)
{
	return pick_select(dtype);
}

#include "compute/kernels/avx2_end.h"
#endif
