/*
 * Vectors of MATH_BYTES bytes and what the functions share: loads, selection by
 * mask, the conversions that SSE2 and wasm have no instruction for.  Private
 * to compute/math.
 */
#ifndef RAVEN_LANES_H
#define RAVEN_LANES_H

#include <float.h>
#include <stddef.h>
#include <stdint.h>

#include "coefficients.h"

#if FLT_EVAL_METHOD != 0
#error "floating point wider than its type gives other bits"
#endif

/* A file for one target says so before it includes this. */
#ifndef MATH_BYTES
#define MATH_BYTES 16
#endif
#define F64_LANES	(MATH_BYTES / 8)

typedef double f64v __attribute__((vector_size(MATH_BYTES)));
typedef int64_t i64v __attribute__((vector_size(MATH_BYTES)));
typedef uint64_t u64v __attribute__((vector_size(MATH_BYTES)));
typedef float f32v __attribute__((vector_size(MATH_BYTES)));
typedef int32_t i32v __attribute__((vector_size(MATH_BYTES)));
typedef uint32_t u32v __attribute__((vector_size(MATH_BYTES)));
typedef float f32half __attribute__((vector_size(MATH_BYTES / 2)));

#if MATH_BYTES == 16
#define LOW_HALF	0, 1
#define HIGH_HALF	2, 3
#define BOTH_HALVES	0, 1, 2, 3
#else
#define LOW_HALF	0, 1, 2, 3
#define HIGH_HALF	4, 5, 6, 7
#define BOTH_HALVES	0, 1, 2, 3, 4, 5, 6, 7
#endif

#define F64_INF		__builtin_inf()
#define F64_NAN		__builtin_nan("")
/* Adding it rounds to an integer, which the low bits then hold. */
#define F64_MAGIC	0x1.8p+52
#define F32_MAGIC	0x1.8p+23f
#define F64_SIGN	0x8000000000000000u
#define F64_MANTISSA	0x000fffffffffffffu
#define F32_SIGN	0x80000000u

static inline f64v
f64_all(double x)
{
	return x - (f64v){ 0 };
}

static inline f32v
f32_all(float x)
{
	return x - (f32v){ 0 };
}

static inline f64v
f64_select(i64v mask, f64v yes, f64v no)
{
	return (f64v)(((i64v)yes & mask) | ((i64v)no & ~mask));
}

static inline f32v
f32_select(i32v mask, f32v yes, f32v no)
{
	return (f32v)(((i32v)yes & mask) | ((i32v)no & ~mask));
}

static inline f64v
f64_abs(f64v x)
{
	return (f64v)((u64v)x & ~F64_SIGN);
}

static inline f64v
f64_sign(f64v x)
{
	return (f64v)((u64v)x & F64_SIGN);
}

static inline f64v
f64_or(f64v a, f64v b)
{
	return (f64v)((u64v)a | (u64v)b);
}

/* No vector square root but of single lanes; compilers join them again. */
static inline f64v
f64_sqrt(f64v x)
{
	f64v y = x;
	int i;

	for (i = 0; i < F64_LANES; i++)
		y[i] = __builtin_sqrt(x[i]);
	return y;
}

/* (c0 + c1 x) + (c2 + c3 x) x^2 */
#define FOUR(c, a, b, d, e, x, x2) \
	((c##_##a + c##_##b * (x)) + (c##_##d + c##_##e * (x)) * (x2))

/* The 26 leading bits: products of two such are exact. */
static inline f64v
f64_top(f64v x)
{
	return (f64v)((u64v)x & ~(uint64_t)0x7ffffff);
}

/* Small integers, biased to be positive, as doubles. */
static inline f64v
f64_of_biased(u64v k, double bias)
{
	return (f64v)(k | 0x4330000000000000u) - (0x1p+52 + bias);
}

/* 2^q for |q| < 1000, q an integer. */
static inline f64v
power_of_two(f64v q)
{
	u64v k = (u64v)(q + F64_MAGIC) - (u64v)f64_all(F64_MAGIC);

	return (f64v)((k + 1023) << 52);
}

/*
 * v * 2^k for |k| <= 1100, in two steps, so that the result may be infinite
 * or subnormal.
 */
static inline f64v
f64_scale(f64v v, u64v k)
{
	u64v biased = k + 2048, half = biased >> 1;

	return v * (f64v)((half - 1) << 52) *
	    (f64v)((biased - half - 1) << 52);
}

/* Two halves of four floats, as doubles, and back. */
static inline f64v
f64_low(f32v x)
{
	f32half h = __builtin_shufflevector(x, x, LOW_HALF);

	return __builtin_convertvector(h, f64v);
}

static inline f64v
f64_high(f32v x)
{
	f32half h = __builtin_shufflevector(x, x, HIGH_HALF);

	return __builtin_convertvector(h, f64v);
}

static inline f32v
f32_join(f64v low, f64v high)
{
	f32half a = __builtin_convertvector(low, f32half);
	f32half b = __builtin_convertvector(high, f32half);

	return __builtin_shufflevector(a, b, BOTH_HALVES);
}

#endif
