/*
 * The matrix product for processors with AVX2, and only those: six rows of
 * two vectors.  No target here has a fused multiply-add.
 */
#include "compute/kernels/kernels.h"

#if defined(__x86_64__)
#define VEC_BYTES 32
#include "compute/vec.h"

#include "compute/kernels/avx2_begin.h"

#define MR 6
#define NV 2
#include "compute/kernels/gemm_all.h"

const struct gemm_kernel *
gemm_kernel_avx2(enum dtype dtype)
{
	return pick(dtype);
}

#include "compute/kernels/avx2_end.h"
#endif
