/*
 * Reductions: sums in NumPy's order, greatest and least elements.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#include <string.h>

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

/*
 * Written as selects on bits, which compilers turn into vector code.  Equal
 * floats differ at most in the sign of zero: and keeps -0 only if both are,
 * or keeps it if either is.
 */
static inline float
max_f32(float a, float b)
{
	uint32_t x, y, r;

	__builtin_memcpy(&x, &a, 4);
	__builtin_memcpy(&y, &b, 4);
	r = a > b ? x : b > a ? y : a == b ? (x & y) : 0x7fc00000u;
	__builtin_memcpy(&a, &r, 4);
	return a;
}

static inline float
min_f32(float a, float b)
{
	uint32_t x, y, r;

	__builtin_memcpy(&x, &a, 4);
	__builtin_memcpy(&y, &b, 4);
	r = a < b ? x : b < a ? y : a == b ? (x | y) : 0x7fc00000u;
	__builtin_memcpy(&a, &r, 4);
	return a;
}

static inline double
max_f64(double a, double b)
{
	uint64_t x, y, r;

	__builtin_memcpy(&x, &a, 8);
	__builtin_memcpy(&y, &b, 8);
	r = a > b ? x : b > a ? y : a == b ? (x & y) : 0x7ff8000000000000u;
	__builtin_memcpy(&a, &r, 8);
	return a;
}

static inline double
min_f64(double a, double b)
{
	uint64_t x, y, r;

	__builtin_memcpy(&x, &a, 8);
	__builtin_memcpy(&y, &b, 8);
	r = a < b ? x : b < a ? y : a == b ? (x | y) : 0x7ff8000000000000u;
	__builtin_memcpy(&a, &r, 8);
	return a;
}

#define T uint8_t
#define NAME(f) k_max_##f##_bool
#define PICK(a, b) ((a) | (b))
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_bool
#define PICK(a, b) ((a) & (b))
#include "compute/kernels/reduce_extreme.h"
#undef T

#define T int32_t
#define NAME(f) k_max_##f##_i32
#define PICK(a, b) ((a) > (b) ? (a) : (b))
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_i32
#define PICK(a, b) ((a) < (b) ? (a) : (b))
#include "compute/kernels/reduce_extreme.h"
#undef T

#define T int64_t
#define NAME(f) k_max_##f##_i64
#define PICK(a, b) ((a) > (b) ? (a) : (b))
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_i64
#define PICK(a, b) ((a) < (b) ? (a) : (b))
#include "compute/kernels/reduce_extreme.h"
#undef T

#define T float
#define NAME(f) k_max_##f##_f32
#define PICK(a, b) max_f32(a, b)
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_f32
#define PICK(a, b) min_f32(a, b)
#include "compute/kernels/reduce_extreme.h"
#undef T

#define T double
#define NAME(f) k_max_##f##_f64
#define PICK(a, b) max_f64(a, b)
#include "compute/kernels/reduce_extreme.h"
#define NAME(f) k_min_##f##_f64
#define PICK(a, b) min_f64(a, b)
#include "compute/kernels/reduce_extreme.h"
#undef T

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
