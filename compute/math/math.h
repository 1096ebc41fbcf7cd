/*
 * Elementary functions of arrays: contiguous, any length, x and y may be the
 * same array.  The same bits on every host: plain IEEE operations in a fixed
 * order, no libm, no tables, no contraction, no branch on the data.  Errors
 * and special values are in each file's head; the bounds are in bounds.def.
 */
#ifndef RAVEN_MATH_H
#define RAVEN_MATH_H

#include <stddef.h>

void	math_exp_f64(const double *x, double *y, size_t n);
void	math_exp_f32(const float *x, float *y, size_t n);
void	math_log_f64(const double *x, double *y, size_t n);
void	math_log_f32(const float *x, float *y, size_t n);
void	math_cbrt_f64(const double *x, double *y, size_t n);
void	math_cbrt_f32(const float *x, float *y, size_t n);
/* z = x to the power y; z may be x or y. */
void	math_pow_f64(const double *x, const double *y, double *z, size_t n);
void	math_pow_f32(const float *x, const float *y, float *z, size_t n);

#endif
