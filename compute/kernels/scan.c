/*
 * Running sums and products, one element after the other.  The first element
 * is taken as it is, so that a -0 stays one.
 */
#include "compute/kernels/kernels.h"

#define T float
#define A float
#define M float
#define NAME(f) k_cum##f##_f32
#include "compute/kernels/scan_one.h"
#define T double
#define A double
#define M double
#define NAME(f) k_cum##f##_f64
#include "compute/kernels/scan_one.h"
#define T uint8_t
#define A int64_t
#define M uint64_t
#define NAME(f) k_cum##f##_bool
#include "compute/kernels/scan_one.h"
#define T int32_t
#define A int64_t
#define M uint64_t
#define NAME(f) k_cum##f##_i32
#include "compute/kernels/scan_one.h"
#define T int64_t
#define A int64_t
#define M uint64_t
#define NAME(f) k_cum##f##_i64
#include "compute/kernels/scan_one.h"

static const scan_fn sums[DT_COUNT] = { NULL, k_cumsum_bool, k_cumsum_i32,
	k_cumsum_i64, k_cumsum_f32, k_cumsum_f64 };
static const scan_fn products[DT_COUNT] = { NULL, k_cumprod_bool,
	k_cumprod_i32, k_cumprod_i64, k_cumprod_f32, k_cumprod_f64 };

scan_fn
scan_kernel(enum op_code code, enum dtype in)
{
	return code == OP_CUMSUM ? sums[in] : products[in];
}
