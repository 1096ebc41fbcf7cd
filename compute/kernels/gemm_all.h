/*
 * The matrix product of the four dtypes, for one target: MR and NV come from
 * the including file, the width of vectors from vec.h.
 */

#define SHUFFLE __builtin_shufflevector
/* v[i][j] and v[j][i] change places. */
#define TRANSPOSE_4(v) do {						\
	__typeof__(v[0]) t0_ = SHUFFLE(v[0], v[1], 0, 4, 1, 5);		\
	__typeof__(v[0]) t1_ = SHUFFLE(v[0], v[1], 2, 6, 3, 7);	\
	__typeof__(v[0]) t2_ = SHUFFLE(v[2], v[3], 0, 4, 1, 5);	\
	__typeof__(v[0]) t3_ = SHUFFLE(v[2], v[3], 2, 6, 3, 7);	\
	v[0] = SHUFFLE(t0_, t2_, 0, 1, 4, 5);			\
	v[1] = SHUFFLE(t0_, t2_, 2, 3, 6, 7);			\
	v[2] = SHUFFLE(t1_, t3_, 0, 1, 4, 5);			\
	v[3] = SHUFFLE(t1_, t3_, 2, 3, 6, 7);			\
} while (0)
#define TRANSPOSE_2(v) do {						\
	__typeof__(v[0]) t0_ = SHUFFLE(v[0], v[1], 0, 2);	\
	v[1] = SHUFFLE(v[0], v[1], 1, 3);	\
	v[0] = t0_;							\
} while (0)

#define T float
#define V vec_f32
#define Q quad_f32
#define TRANSPOSE TRANSPOSE_4
#define NAME(f) k_gemm_##f##_f32
#include "compute/kernels/matvec_one.h"
#include "compute/kernels/gemm_one.h"

#define T double
#define V vec_f64
#define Q quad_f64
#define TRANSPOSE TRANSPOSE_2
#define NAME(f) k_gemm_##f##_f64
#include "compute/kernels/matvec_one.h"
#include "compute/kernels/gemm_one.h"

#define T uint32_t
#define V vec_i32
#define Q quad_i32
#define TRANSPOSE TRANSPOSE_4
#define NAME(f) k_gemm_##f##_i32
#include "compute/kernels/matvec_one.h"
#include "compute/kernels/gemm_one.h"

#define T uint64_t
#define V vec_i64
#define Q quad_i64
#define TRANSPOSE TRANSPOSE_2
#define NAME(f) k_gemm_##f##_i64
#include "compute/kernels/matvec_one.h"
#include "compute/kernels/gemm_one.h"

static const struct gemm_kernel *
pick(enum dtype dtype)
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
