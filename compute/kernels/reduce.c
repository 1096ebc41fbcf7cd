/*
 * Reductions: sums in NumPy's order, greatest and least elements.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#define T float
#define V vec_f32
#define NAME(f) k_##f##_f32
#include "compute/kernels/reduce_sum_float.h"
#undef T
#undef V
#undef NAME

#define T double
#define V vec_f64
#define NAME(f) k_##f##_f64
#include "compute/kernels/reduce_sum_float.h"
#undef T
#undef V
#undef NAME

#define T uint8_t
#define NAME(f) k_##f##_bool
#include "compute/kernels/reduce_sum_int.h"
#undef T
#undef NAME

#define T int32_t
#define NAME(f) k_##f##_i32
#include "compute/kernels/reduce_sum_int.h"
#undef T
#undef NAME

#define T int64_t
#define NAME(f) k_##f##_i64
#include "compute/kernels/reduce_sum_int.h"
#undef T
#undef NAME

#define GREATER(a, b)	((a) > (b))
#define LESS(a, b)	((a) < (b))
#define BOTH(x, y)	((x) & (y))	/* -0 only if both are */
#define EITHER(x, y)	((x) | (y))	/* -0 if either is */

#define T uint8_t
#define V vec_u8
#define I vec_u8
#define NONE 0
#define NAME(f) k_max_##f##_bool
#define BEATS GREATER
#define TIE BOTH
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_bool
#define BEATS LESS
#define TIE EITHER
#include "compute/kernels/reduce_extreme.h"
#undef T
#undef V
#undef I
#undef NONE

#define T int32_t
#define V vec_s32
#define I vec_s32
#define NONE 0
#define NAME(f) k_max_##f##_i32
#define BEATS GREATER
#define TIE BOTH
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_i32
#define BEATS LESS
#define TIE EITHER
#include "compute/kernels/reduce_extreme.h"
#undef T
#undef V
#undef I
#undef NONE

#define T int64_t
#define V vec_s64
#define I vec_s64
#define NONE 0
#define NAME(f) k_max_##f##_i64
#define BEATS GREATER
#define TIE BOTH
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_i64
#define BEATS LESS
#define TIE EITHER
#include "compute/kernels/reduce_extreme.h"
#undef T
#undef V
#undef I
#undef NONE

#define T float
#define V vec_f32
#define I vec_i32
#define NONE 0x7fc00000u
#define NAME(f) k_max_##f##_f32
#define BEATS GREATER
#define TIE BOTH
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_f32
#define BEATS LESS
#define TIE EITHER
#include "compute/kernels/reduce_extreme.h"
#undef T
#undef V
#undef I
#undef NONE

#define T double
#define V vec_f64
#define I vec_i64
#define NONE 0x7ff8000000000000u
#define NAME(f) k_max_##f##_f64
#define BEATS GREATER
#define TIE BOTH
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_f64
#define BEATS LESS
#define TIE EITHER
#include "compute/kernels/reduce_extreme.h"
#undef T
#undef V
#undef I
#undef NONE

#define SUM(t) { k_sum_##t, k_fold_sum_##t, false }
#define MAX(t) { k_max_run_##t, k_max_fold_##t, true }
#define MIN(t) { k_min_run_##t, k_min_fold_##t, true }

static const struct reduce_kernel sums[DT_COUNT] = {
	{ NULL, NULL, false }, SUM(bool), SUM(i32), SUM(i64), SUM(f32),
	SUM(f64),
};
static const struct reduce_kernel greatest[DT_COUNT] = {
	{ NULL, NULL, false }, MAX(bool), MAX(i32), MAX(i64), MAX(f32),
	MAX(f64),
};
static const struct reduce_kernel least[DT_COUNT] = {
	{ NULL, NULL, false }, MIN(bool), MIN(i32), MIN(i64), MIN(f32),
	MIN(f64),
};

struct reduce_kernel
reduce_kernel(enum op_code code, enum dtype in)
{
	if (code == OP_MAX)
		return greatest[in];
	if (code == OP_MIN)
		return least[in];
	return sums[in];
}

void
reduce_divide(enum dtype dtype, void *acc, size_t n, double divisor)
{
	if (dtype == DT_F32)
		k_divide_f32(acc, n, divisor);
	else
		k_divide_f64(acc, n, divisor);
}
