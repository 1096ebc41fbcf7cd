/*
 * What a sorted lane says: its middle, its most frequent element, its
 * quantiles.  NaN stands last, so the last element tells whether there is one.
 */
#include "compute/kernels/kernels.h"

#define T uint8_t
#define U uint8_t
#define F double
#define NAME(f) k_##f##_bool
#include "compute/kernels/rank_one.h"
#define T int32_t
#define U uint32_t
#define F double
#define NAME(f) k_##f##_i32
#include "compute/kernels/rank_one.h"
#define T int64_t
#define U uint64_t
#define F double
#define NAME(f) k_##f##_i64
#include "compute/kernels/rank_one.h"
#define T float
#define U float
#define F float
#define NAME(f) k_##f##_f32
#include "compute/kernels/rank_one.h"
#define T double
#define U double
#define F double
#define NAME(f) k_##f##_f64
#include "compute/kernels/rank_one.h"

static const rank_fn medians[DT_COUNT] = { NULL, k_median_bool, k_median_i32,
	k_median_i64, k_median_f32, k_median_f64 };
static const rank_fn modes[DT_COUNT] = { NULL, k_mode_bool, k_mode_i32,
	k_mode_i64, k_mode_f32, k_mode_f64 };
static const quantile_fn quantiles[DT_COUNT] = { NULL, k_quantile_bool,
	k_quantile_i32, k_quantile_i64, k_quantile_f32, k_quantile_f64 };

rank_fn
rank_kernel(enum op_code code, enum dtype dtype)
{
	return code == OP_MEDIAN ? medians[dtype] : modes[dtype];
}

quantile_fn
quantile_kernel(enum dtype dtype)
{
	return quantiles[dtype];
}
