/*
 * The matrix product's kernels.  Integers wrap.  Tiles: three rows of three vectors where there are few registers to
 * spare (wasm), four rows of two with SSE2 and NEON.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#if defined(__wasm__)
#define MR 3
#define NV 3
#elif VEC_BYTES == 32
#define MR 6
#define NV 2
#else
#define MR 4
#define NV 2
#endif

#define T float
#define V vec_f32
#define NAME(f) k_gemm_##f##_f32
#include "compute/kernels/gemm_one.h"

#define T double
#define V vec_f64
#define NAME(f) k_gemm_##f##_f64
#include "compute/kernels/gemm_one.h"

#define T uint32_t
#define V vec_i32
#define NAME(f) k_gemm_##f##_i32
#include "compute/kernels/gemm_one.h"

#define T uint64_t
#define V vec_i64
#define NAME(f) k_gemm_##f##_i64
#include "compute/kernels/gemm_one.h"

const struct gemm_kernel *
gemm_kernel(enum dtype dtype)
{
	switch (dtype) {
	case DT_F32:
		return &k_gemm_gemm_f32;
	case DT_F64:
		return &k_gemm_gemm_f64;
	case DT_I32:
		return &k_gemm_gemm_i32;
	default:
		return &k_gemm_gemm_i64;
	}
}
