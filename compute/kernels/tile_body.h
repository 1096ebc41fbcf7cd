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
#include "compute/kernels/tile_bits.h"
#include "compute/kernels/tile_divide_i32.h"
#undef T
#undef U
#undef NAME

#define T int64_t
#define U uint64_t
#define NAME(op) k_##op##_i64
#include "compute/kernels/tile_all.h"
#include "compute/kernels/tile_number.h"
#include "compute/kernels/tile_int.h"
#include "compute/kernels/tile_bits.h"
#include "compute/kernels/tile_divide_i64.h"
#undef T
#undef U
#undef NAME

#define T float
#define U float
#define BITS uint32_t
#define SQRT __builtin_sqrtf
#define V vec_f32
#define B vec_i32
#define COPYSIGN __builtin_copysignf
#define NAN_OF __builtin_nanf("")
#define NAN_BITS UINT32_C(0x7fc00000)
#define INFINITE UINT32_C(0x7f800000)
#define WHOLE 0x1p23f
#define MANTISSA 23
#define STEP 40
#define MATH(f) MATH_OF(f##_f32)
#define NAME(op) k_##op##_f32
#include "compute/kernels/tile_floats.h"

#define T double
#define U double
#define BITS uint64_t
#define SQRT __builtin_sqrt
#define V vec_f64
#define B vec_i64
#define COPYSIGN __builtin_copysign
#define NAN_OF __builtin_nan("")
#define NAN_BITS UINT64_C(0x7ff8000000000000)
#define INFINITE UINT64_C(0x7ff0000000000000)
#define WHOLE 0x1p52
#define MANTISSA 52
#define STEP 11
#define MATH(f) MATH_OF(f##_f64)
#define NAME(op) k_##op##_f64
#include "compute/kernels/tile_floats.h"

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

static void
k_xor_bool(const void *va, const void *vb, void *vz, size_t n)
{
	const uint8_t *a = va, *b = vb;
	uint8_t *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] ^ b[i];
}

static void
k_not_bool(const void *va, const void *vb, void *vz, size_t n)
{
	const uint8_t *a = va;
	uint8_t *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = a[i] ^ 1;
}

/* Of ints and bools: all are finite, none is infinite or NaN. */
static void
k_no(const void *a, const void *b, void *z, size_t n)
{
	(void)a;
	(void)b;
	memset(z, 0, n);
}

static void
k_yes(const void *a, const void *b, void *z, size_t n)
{
	(void)a;
	(void)b;
	memset(z, 1, n);
}

#define T uint8_t
#define NAME k_select_8
#include "compute/kernels/tile_select.h"
#define T uint32_t
#define NAME k_select_32
#include "compute/kernels/tile_select.h"
#define T uint64_t
#define NAME k_select_64
#include "compute/kernels/tile_select.h"

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
#define ROW_BITS(op, b) { NULL, b, k_##op##_i32, k_##op##_i64 }
#define ROW_TRUTH(op) { NULL, op }
#define ROW_TEST(op, all) { NULL, all, all, all, k_##op##_f32, k_##op##_f64 }
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
	[OP_FLOOR] = ROW_FLOAT(floor),
	[OP_CEIL] = ROW_FLOAT(ceil),
	[OP_TRUNC] = ROW_FLOAT(trunc),
	[OP_RINT] = ROW_FLOAT(rint),
	[OP_SIGN] = ROW(sign),
	[OP_RECIPROCAL] = ROW(reciprocal),
	[OP_MINIMUM] = ROW_AND(minimum, k_and_bool),
	[OP_MAXIMUM] = ROW_AND(maximum, k_or_bool),
	[OP_MOD] = ROW(mod),
	[OP_FLOOR_DIVIDE] = ROW(floor_divide),
	[OP_LOGICAL_AND] = ROW_TRUTH(k_and_bool),
	[OP_LOGICAL_OR] = ROW_TRUTH(k_or_bool),
	[OP_LOGICAL_XOR] = ROW_TRUTH(k_xor_bool),
	[OP_LOGICAL_NOT] = ROW_TRUTH(k_not_bool),
	[OP_BITWISE_AND] = ROW_BITS(bitwise_and, k_and_bool),
	[OP_BITWISE_OR] = ROW_BITS(bitwise_or, k_or_bool),
	[OP_BITWISE_XOR] = ROW_BITS(bitwise_xor, k_xor_bool),
	[OP_INVERT] = ROW_BITS(invert, k_not_bool),
	[OP_LEFT_SHIFT] = ROW_BITS(left_shift, NULL),
	[OP_RIGHT_SHIFT] = ROW_BITS(right_shift, NULL),
	[OP_ISNAN] = ROW_TEST(isnan, k_no),
	[OP_ISFINITE] = ROW_TEST(isfinite, k_yes),
	[OP_ISINF] = ROW_TEST(isinf, k_no),
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

static select_fn
pick_select(enum dtype dtype)
{
	static const select_fn selects[DT_COUNT] = {
		[DT_BOOL] = k_select_8, [DT_I32] = k_select_32,
		[DT_I64] = k_select_64, [DT_F32] = k_select_32,
		[DT_F64] = k_select_64,
	};

	return selects[dtype];
}
