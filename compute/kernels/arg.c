/*
 * argmax and argmin: the first winner; the first NaN beats all numbers.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#define ISNAN(a) 0
#define T uint8_t
#define NAME k_argmax_bool
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_bool
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T

#define T int32_t
#define NAME k_argmax_i32
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_i32
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T

#define T int64_t
#define NAME k_argmax_i64
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_i64
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T
#undef ISNAN

#define ISNAN(a) ((a) != (a))
#define T float
#define NAME k_argmax_f32
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_f32
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T

#define T double
#define NAME k_argmax_f64
#define BETTER(a, b) ((a) > (b))
#include "compute/kernels/arg_one.h"
#define NAME k_argmin_f64
#define BETTER(a, b) ((a) < (b))
#include "compute/kernels/arg_one.h"
#undef T
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
