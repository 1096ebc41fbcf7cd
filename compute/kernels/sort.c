/*
 * Sorting by stable merges, NaN last, -0 equal to +0.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#define T uint8_t
#define NAME(f) k_sort_##f##_bool
#define AFTER(a, b) ((a) > (b))
#include "compute/kernels/sort_one.h"
#define T int32_t
#define NAME(f) k_sort_##f##_i32
#define AFTER(a, b) ((a) > (b))
#include "compute/kernels/sort_one.h"
#define T int64_t
#define NAME(f) k_sort_##f##_i64
#define AFTER(a, b) ((a) > (b))
#include "compute/kernels/sort_one.h"
#define T float
#define NAME(f) k_sort_##f##_f32
#define AFTER(a, b) (((a) > (b)) | (((a) != (a)) & ((b) == (b))))
#include "compute/kernels/sort_one.h"
#define T double
#define NAME(f) k_sort_##f##_f64
#define AFTER(a, b) (((a) > (b)) | (((a) != (a)) & ((b) == (b))))
#include "compute/kernels/sort_one.h"

static const sort_fn runs[DT_COUNT] = { NULL, k_sort_runs_bool,
	k_sort_runs_i32, k_sort_runs_i64, k_sort_runs_f32, k_sort_runs_f64 };
static const merge_fn merges[DT_COUNT] = { NULL, k_sort_merge_bool,
	k_sort_merge_i32, k_sort_merge_i64, k_sort_merge_f32,
	k_sort_merge_f64 };

sort_fn
sort_kernel(enum dtype dtype)
{
	return runs[dtype];
}

merge_fn
merge_kernel(enum dtype dtype)
{
	return merges[dtype];
}
