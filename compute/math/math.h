/*
 * Elementary functions of arrays: contiguous, any length, x and y may be the
 * same array.  The same bits on every host: plain IEEE operations in a fixed
 * order, no libm, no tables, no contraction; an element's result depends on
 * that element alone.  Errors and special values are in each file's head; the
 * bounds are in bounds.def.
 */
#ifndef RAVEN_MATH_H
#define RAVEN_MATH_H

#include <stddef.h>

#define ONE(OP, name) \
	void	math_##name##_f64(const double *x, double *y, size_t n); \
	void	math_##name##_f32(const float *x, float *y, size_t n);
#define TWO(OP, name) \
	void	math_##name##_f64(const double *x, const double *y, \
		    double *z, size_t n); \
	void	math_##name##_f32(const float *x, const float *y, \
		    float *z, size_t n);
#include "functions.def"

#if defined(__x86_64__)
/* The same, for processors with AVX2. */
#define ONE(OP, name) \
	void	math_avx2_##name##_f64(const double *x, double *y, size_t n); \
	void	math_avx2_##name##_f32(const float *x, float *y, size_t n);
#define TWO(OP, name) \
	void	math_avx2_##name##_f64(const double *x, const double *y, \
		    double *z, size_t n); \
	void	math_avx2_##name##_f32(const float *x, const float *y, \
		    float *z, size_t n);
#include "functions.def"
#endif

#endif
