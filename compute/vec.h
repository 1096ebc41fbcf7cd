/*
 * Vectors: the only file that knows their width.  Compiler extensions, so one
 * source serves SSE2, AVX2, NEON and wasm; lanes never meet except in the
 * orders that COMPUTE rules fix, so the width cannot change a bit.
 */
#ifndef RAVEN_VEC_H
#define RAVEN_VEC_H

#include <float.h>
#include <stdint.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensor bytes are little-endian; this machine is not"
#endif
#if FLT_EVAL_METHOD != 0
#error "float and double must be rounded at every operation (no x87)"
#endif

/* A file for one target says so before it includes this. */
#ifndef VEC_BYTES
#define VEC_BYTES 16
#endif

/* Loads and stores need the element's alignment only. */
#define VEC_OF(bytes, align) \
	__attribute__((vector_size(bytes), aligned(align), may_alias))
typedef float	vec_f32 VEC_OF(VEC_BYTES, 4);
typedef double	vec_f64 VEC_OF(VEC_BYTES, 8);
typedef uint32_t vec_i32 VEC_OF(VEC_BYTES, 4);
typedef uint64_t vec_i64 VEC_OF(VEC_BYTES, 8);
typedef uint8_t	vec_u8 VEC_OF(VEC_BYTES, 1);
typedef int32_t	vec_s32 VEC_OF(VEC_BYTES, 4);
typedef int64_t	vec_s64 VEC_OF(VEC_BYTES, 8);

/* 16 bytes whatever the target, for code that turns rows into columns. */
typedef float	quad_f32 VEC_OF(16, 4);
typedef double	quad_f64 VEC_OF(16, 8);
typedef uint32_t quad_i32 VEC_OF(16, 4);
typedef uint64_t quad_i64 VEC_OF(16, 8);


#endif
