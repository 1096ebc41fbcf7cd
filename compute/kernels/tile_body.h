/*
 * The elementwise kernels of the five dtypes and their table, for one target.
 */

#define T uint8_t
#define NAME(op) k_##op##_bool
#include "compute/kernels/tile_all.h"
#undef T
#undef NAME

#define T int32_t
#define U uint32_t
#define NAME(op) k_##op##_i32
#include "compute/kernels/tile_all.h"
#include "compute/kernels/tile_number.h"
#include "compute/kernels/tile_int.h"
#undef T
#undef U
#undef NAME

#define T int64_t
#define U uint64_t
#define NAME(op) k_##op##_i64
#include "compute/kernels/tile_all.h"
#include "compute/kernels/tile_number.h"
#include "compute/kernels/tile_int.h"
#undef T
#undef U
#undef NAME

#define T float
#define U float
#define BITS uint32_t
#define SQRT __builtin_sqrtf
#define MATH(f) MATH_OF(f##_f32)
#define NAME(op) k_##op##_f32
#include "compute/kernels/tile_all.h"
#include "compute/kernels/tile_number.h"
#include "compute/kernels/tile_float.h"
#undef T
#undef U
#undef BITS
#undef SQRT
#undef MATH
#undef NAME

#define T double
#define U double
#define BITS uint64_t
#define SQRT __builtin_sqrt
#define MATH(f) MATH_OF(f##_f64)
#define NAME(op) k_##op##_f64
#include "compute/kernels/tile_all.h"
#include "compute/kernels/tile_number.h"
#include "compute/kernels/tile_float.h"
#undef T
#undef U
#undef BITS
#undef SQRT
#undef MATH
#undef NAME

static void
k_or_bool(const void *va, const void *vb, void *vz, size_t n)
{
	const uint8_t *a = va, *b = vb;
	uint8_t *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] | b[i];
}

static void
k_and_bool(const void *va, const void *vb, void *vz, size_t n)
{
	const uint8_t *a = va, *b = vb;
	uint8_t *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] & b[i];
}

/* What leaves the elements as they are: +a, |bool|, a bool squared. */
static void
k_same_8(const void *a, const void *b, void *z, size_t n)
{
	(void)b;
	memcpy(z, a, n);
}

static void
k_same_32(const void *a, const void *b, void *z, size_t n)
{
	(void)b;
	memcpy(z, a, n * 4);
}

static void
k_same_64(const void *a, const void *b, void *z, size_t n)
{
	(void)b;
	memcpy(z, a, n * 8);
}

#define ROW(op) { NULL, NULL, k_##op##_i32, k_##op##_i64, k_##op##_f32, \
	k_##op##_f64 }
#define ROW_BOOL(op) { NULL, k_##op##_bool, k_##op##_i32, k_##op##_i64, \
	k_##op##_f32, k_##op##_f64 }
#define ROW_AND(op, b) { NULL, b, k_##op##_i32, k_##op##_i64, k_##op##_f32, \
	k_##op##_f64 }
#define ROW_FLOAT(op) { NULL, NULL, NULL, NULL, k_##op##_f32, k_##op##_f64 }

static const tile_fn table[][DT_COUNT] = {
	[OP_ADD] = ROW_AND(add, k_or_bool),
	[OP_SUB] = ROW(sub),
	[OP_MUL] = ROW_AND(mul, k_and_bool),
	[OP_MULTIPLY] = ROW_AND(mul, k_and_bool),
	[OP_DIV] = ROW_FLOAT(div),
	[OP_POS] = { NULL, NULL, k_same_32, k_same_64, k_same_32, k_same_64 },
	[OP_NEG] = ROW(neg),
	[OP_SQUARE] = ROW_AND(square, k_same_8),
	[OP_CUBE] = ROW_AND(cube, k_same_8),
	[OP_SQUARE_ROOT] = ROW_FLOAT(square_root),
	[OP_ABS] = ROW_AND(abs, k_same_8),
	[OP_GREATER] = ROW_BOOL(greater),
	[OP_GREATER_EQUAL] = ROW_BOOL(greater_equal),
	[OP_LESS] = ROW_BOOL(less),
	[OP_LESS_EQUAL] = ROW_BOOL(less_equal),
	[OP_EQUAL] = ROW_BOOL(equal),
	[OP_NOT_EQUAL] = ROW_BOOL(not_equal),
#define ONE(OP, f) [OP_##OP] = ROW_FLOAT(f),
#define TWO(OP, f) [OP_##OP] = ROW_FLOAT(f),
#define POWER(OP, f) [OP_##OP] = ROW(f),
#include "compute/math/functions.def"
};

static tile_fn
pick(enum op_code code, enum dtype dtype)
{
	if ((size_t)code >= sizeof table / sizeof *table)
		return NULL;
	return table[code][dtype];
}
