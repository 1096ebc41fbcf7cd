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
typedef float	vec_f32 __attribute__((vector_size(VEC_BYTES), aligned(4), may_alias));
typedef double	vec_f64 __attribute__((vector_size(VEC_BYTES), aligned(8), may_alias));
typedef uint32_t vec_i32 __attribute__((vector_size(VEC_BYTES), aligned(4), may_alias));
typedef uint64_t vec_i64 __attribute__((vector_size(VEC_BYTES), aligned(8), may_alias));
typedef uint8_t	vec_u8 __attribute__((vector_size(VEC_BYTES), aligned(1), may_alias));
typedef int32_t	vec_s32 __attribute__((vector_size(VEC_BYTES), aligned(4), may_alias));
typedef int64_t	vec_s64 __attribute__((vector_size(VEC_BYTES), aligned(8), may_alias));

/* 16 bytes whatever the target, for code that turns rows into columns. */
typedef float	quad_f32 __attribute__((vector_size(16), aligned(4), may_alias));
typedef double	quad_f64 __attribute__((vector_size(16), aligned(8), may_alias));
typedef uint32_t quad_i32 __attribute__((vector_size(16), aligned(4), may_alias));
typedef uint64_t quad_i64 __attribute__((vector_size(16), aligned(8), may_alias));


#endif
