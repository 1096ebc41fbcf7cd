/*
 * The matrix product's kernels.  Integers wrap.  Tiles of four rows of two
 * vectors: SSE2, NEON and wasm have 16 registers, of which engines keep some.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#define MR 4
#define NV 2

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
