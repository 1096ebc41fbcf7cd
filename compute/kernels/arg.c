/*
 * argmax and argmin: the first winner; the first NaN beats all numbers.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

static inline int
some(vec_i64 v)
{
	uint64_t all = 0;

	for (size_t i = 0; i < sizeof v / sizeof all; i++)
		all |= v[i];
	return all != 0;
}

#define ISNAN(a) ((a) != (a))	/* compilers know that integers are not */
#define T uint8_t
#define V vec_u8
#define I vec_u8
#define NAME k_argmax_bool
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_bool
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T
#undef V
#undef I

#define T int32_t
#define V vec_s32
#define I vec_s32
#define NAME k_argmax_i32
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_i32
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T
#undef V
#undef I

#define T int64_t
#define V vec_s64
#define I vec_s64
#define NAME k_argmax_i64
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_i64
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T
#undef V
#undef I

#define T float
#define V vec_f32
#define I vec_i32
#define NAME k_argmax_f32
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_f32
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T
#undef V
#undef I

#define T double
#define V vec_f64
#define I vec_i64
#define NAME k_argmax_f64
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_f64
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T
#undef V
#undef I
#undef ISNAN

static const arg_fn greatest[DT_COUNT] = { NULL, k_argmax_bool, k_argmax_i32,
	k_argmax_i64, k_argmax_f32, k_argmax_f64 };
static const arg_fn least[DT_COUNT] = { NULL, k_argmin_bool, k_argmin_i32,
	k_argmin_i64, k_argmin_f32, k_argmin_f64 };

arg_fn
arg_kernel(enum op_code code, enum dtype dtype)
{
	return code == OP_ARGMAX ? greatest[dtype] : least[dtype];
}
