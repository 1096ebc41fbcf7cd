/*
 * Reductions: sums in NumPy's order, products, truths, greatest and least
 * elements.
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

#define T float
#define A float
#define M float
#define NAME(f) k_##f##_f32
#include "compute/kernels/reduce_product.h"
#define T double
#define A double
#define M double
#define NAME(f) k_##f##_f64
#include "compute/kernels/reduce_product.h"
#define T uint8_t
#define A int64_t
#define M uint64_t
#define NAME(f) k_##f##_bool
#include "compute/kernels/reduce_product.h"
#define T int32_t
#define A int64_t
#define M uint64_t
#define NAME(f) k_##f##_i32
#include "compute/kernels/reduce_product.h"
#define T int64_t
#define A int64_t
#define M uint64_t
#define NAME(f) k_##f##_i64
#include "compute/kernels/reduce_product.h"

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

#define SUM(t) { k_sum_##t, k_fold_sum_##t, FROM_ZERO }
#define PROD(t) { k_prod_##t, k_fold_prod_##t, FROM_ONE }
#define ANY(t) { k_any_##t, k_fold_any_##t, FROM_ZERO }
#define ALL(t) { k_all_##t, k_fold_all_##t, FROM_ONE }
#define MAX(t) { k_max_run_##t, k_max_fold_##t, FROM_FIRST }
#define MIN(t) { k_min_run_##t, k_min_fold_##t, FROM_FIRST }
#define EACH(OF) { { NULL, NULL, FROM_ZERO }, OF(bool), OF(i32), OF(i64),	\
	OF(f32), OF(f64) }

static const struct reduce_kernel sums[DT_COUNT] = EACH(SUM);
static const struct reduce_kernel products[DT_COUNT] = EACH(PROD);
static const struct reduce_kernel anys[DT_COUNT] = EACH(ANY);
static const struct reduce_kernel alls[DT_COUNT] = EACH(ALL);
static const struct reduce_kernel greatest[DT_COUNT] = EACH(MAX);
static const struct reduce_kernel least[DT_COUNT] = EACH(MIN);

struct reduce_kernel
reduce_kernel(enum op_code code, enum dtype in)
{
	switch (code) {
	case OP_PROD:
		return products[in];
	case OP_ANY:
		return anys[in];
	case OP_ALL:
		return alls[in];
	case OP_MAX:
		return greatest[in];
	case OP_MIN:
		return least[in];
	default:
		return sums[in];
	}
}

const void *
reduce_constant(enum dtype dtype, bool one)
{
	static const uint64_t zero;
	static const uint8_t yes = 1;
	static const int32_t i32 = 1;
	static const int64_t i64 = 1;
	static const float f32 = 1;
	static const double f64 = 1;
	static const void *const ones[DT_COUNT] = { NULL, &yes, &i32, &i64,
		&f32, &f64 };

	return one ? ones[dtype] : &zero;
}

void
reduce_divide(enum dtype dtype, void *acc, size_t n, double divisor)
{
	if (dtype == DT_F32)
		k_divide_f32(acc, n, divisor);
	else
		k_divide_f64(acc, n, divisor);
}
