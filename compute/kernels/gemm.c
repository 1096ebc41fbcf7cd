/*
 * The matrix product's kernels.  Integers wrap.  Tiles: three rows of three
 * vectors where there are few registers to spare (wasm), four rows of two
 * with SSE2 and NEON.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#if defined(__wasm__)
#define MR 3
#define NV 3
#else
#define MR 4
#define NV 2
#endif

#include "compute/kernels/gemm_all.h"

const struct gemm_kernel *
gemm_kernel(enum dtype dtype, bool wide)
{
#if defined(__x86_64__)
	if (wide)
		return gemm_kernel_avx2(dtype);
#else
	(void)wide;
#endif
	return pick(dtype);
}
