/*
 * Sorting long lanes by digits, least first: the same result as a stable
 * merge, sooner.  Floats become integers of the same order; every NaN becomes
 * the greatest key, and -0 the key of +0, whose signs are put back after.
 */
#include "compute/kernels/kernels.h"

#define TOP32 0x80000000u
#define TOP64 0x8000000000000000u

static inline uint32_t
key_f32(uint32_t u)
{
	uint32_t magnitude = u & ~TOP32;

	if (magnitude > 0x7f800000u)
		return 0xffffffffu;
	if (magnitude == 0)
		return TOP32;
	return (u & TOP32) != 0 ? ~u : u | TOP32;
}

static inline uint32_t
element_f32(uint32_t k)
{
	if (k == 0xffffffffu)
		return 0x7fc00000u;
	return (k & TOP32) != 0 ? k & ~TOP32 : ~k;
}

static inline uint64_t
key_f64(uint64_t u)
{
	uint64_t magnitude = u & ~TOP64;

	if (magnitude > 0x7ff0000000000000u)
		return 0xffffffffffffffffu;
	if (magnitude == 0)
		return TOP64;
	return (u & TOP64) != 0 ? ~u : u | TOP64;
}

static inline uint64_t
element_f64(uint64_t k)
{
	if (k == 0xffffffffffffffffu)
		return 0x7ff8000000000000u;
	return (k & TOP64) != 0 ? k & ~TOP64 : ~k;
}

#define U uint8_t
#define NAME(f) k_radix_##f##_bool
#define KEY(u) (u)
#define ELEMENT(k) (k)
#define IS_ZERO_MINUS(u) false
#include "compute/kernels/radix_one.h"
#define U uint32_t
#define NAME(f) k_radix_##f##_i32
#define KEY(u) ((u) ^ TOP32)
#define ELEMENT(k) ((k) ^ TOP32)
#define IS_ZERO_MINUS(u) false
#include "compute/kernels/radix_one.h"
#define U uint64_t
#define NAME(f) k_radix_##f##_i64
#define KEY(u) ((u) ^ TOP64)
#define ELEMENT(k) ((k) ^ TOP64)
#define IS_ZERO_MINUS(u) false
#include "compute/kernels/radix_one.h"
#define U uint32_t
#define NAME(f) k_radix_##f##_f32
#define KEY(u) key_f32(u)
#define ELEMENT(k) element_f32(k)
#define IS_ZERO_MINUS(u) ((u) == TOP32)
#include "compute/kernels/radix_one.h"
#define U uint64_t
#define NAME(f) k_radix_##f##_f64
#define KEY(u) key_f64(u)
#define ELEMENT(k) element_f64(k)
#define IS_ZERO_MINUS(u) ((u) == TOP64)
#include "compute/kernels/radix_one.h"

static const struct radix_kernel *const kernels[DT_COUNT] = { NULL,
	&k_radix_kernel_bool, &k_radix_kernel_i32, &k_radix_kernel_i64,
	&k_radix_kernel_f32, &k_radix_kernel_f64 };

const struct radix_kernel *
radix_kernel(enum dtype dtype)
{
	return kernels[dtype];
}
