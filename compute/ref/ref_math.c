/*
 * Elementary functions of the reference: those of compute/math, of a single
 * element; the lane it falls into must not matter.
 */
#include "compute/math/math.h"
#include "compute/ref/ref.h"

static bool
math_f32(enum op_code code, float a, float b, float *z)
{
	switch (code) {
#define ONE(OP, f) case OP_##OP: math_##f##_f32(&a, z, 1); return true;
#define TWO(OP, f) case OP_##OP: math_##f##_f32(&a, &b, z, 1); return true;
#include "compute/math/functions.def"
	default:
		return false;
	}
}

static bool
math_f64(enum op_code code, double a, double b, double *z)
{
	switch (code) {
#define ONE(OP, f) case OP_##OP: math_##f##_f64(&a, z, 1); return true;
#define TWO(OP, f) case OP_##OP: math_##f##_f64(&a, &b, z, 1); return true;
#include "compute/math/functions.def"
	default:
		return false;
	}
}

bool
ref_math(enum op_code code, enum dtype dtype, const struct ref_number *a,
    const struct ref_number *b, struct ref_number *z)
{
	if (dtype == DT_F32)
		return math_f32(code, a->f32, b->f32, &z->f32);
	return dtype == DT_F64 && math_f64(code, a->f64, b->f64, &z->f64);
}
