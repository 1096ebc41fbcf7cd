/*
 * Elementwise kernels.  Pointers are contiguous tiles that do not overlap the
 * output.
 */
#include "compute/kernels/kernels.h"
#include "compute/math/math.h"
#include "compute/vec.h"

#include <string.h>

#define MATH_OF(f) math_##f
#include "compute/kernels/tile_body.h"

tile_fn
tile_kernel(enum op_code code, enum dtype dtype, bool wide)
{
#if defined(__x86_64__)
	if (wide)
		return tile_kernel_avx2(code, dtype);
#else
	(void)wide;
#endif
	return pick(code, dtype);
}

select_fn
tile_select(enum dtype dtype, bool wide)
{
#if defined(__x86_64__)
	if (wide)
		return tile_select_avx2(dtype);
#else
	(void)wide;
#endif
	return pick_select(dtype);
}

bool
tile_negative(const void *v, enum dtype dtype, size_t n)
{
	const int32_t *x = v;
	const int64_t *y = v;
	uint64_t any = 0;

	if (dtype == DT_I32)
		for (size_t i = 0; i < n; i++)
			any |= (uint64_t)(x[i] < 0);
	else
		for (size_t i = 0; i < n; i++)
			any |= (uint64_t)(y[i] < 0);
	return any != 0;
}
