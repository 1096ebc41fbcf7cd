/*
 * Comparing rows of elements in order, NaN last, -0 equal to +0.
 */
#include "compute/kernels/kernels.h"

#define INT_BEFORE(a, b)	((a) < (b))
#define FLOAT_BEFORE(a, b)	(((a) < (b)) | (((a) == (a)) & ((b) != (b))))
#define INT_NAN(a)		false
#define FLOAT_NAN(a)		((a) != (a))

#define T uint8_t
#define NAME(f) k_rows_##f##_bool
#define BEFORE INT_BEFORE
#define IS_NAN INT_NAN
#include "compute/kernels/rows_one.h"
#define T int32_t
#define NAME(f) k_rows_##f##_i32
#define BEFORE INT_BEFORE
#define IS_NAN INT_NAN
#include "compute/kernels/rows_one.h"
#define T int64_t
#define NAME(f) k_rows_##f##_i64
#define BEFORE INT_BEFORE
#define IS_NAN INT_NAN
#include "compute/kernels/rows_one.h"
#define T float
#define NAME(f) k_rows_##f##_f32
#define BEFORE FLOAT_BEFORE
#define IS_NAN FLOAT_NAN
#include "compute/kernels/rows_one.h"
#define T double
#define NAME(f) k_rows_##f##_f64
#define BEFORE FLOAT_BEFORE
#define IS_NAN FLOAT_NAN
#include "compute/kernels/rows_one.h"

#define KERNEL(d) { k_rows_merge_##d, k_rows_differ_##d }

static const struct rows_kernel kernels[DT_COUNT] = {
	[DT_BOOL] = KERNEL(bool),
	[DT_I32] = KERNEL(i32),
	[DT_I64] = KERNEL(i64),
	[DT_F32] = KERNEL(f32),
	[DT_F64] = KERNEL(f64),
};

const struct rows_kernel *
rows_kernel(enum dtype dtype)
{
	return &kernels[dtype];
}
