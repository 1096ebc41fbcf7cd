/*
 * Elementary functions with vectors that every processor has.
 */
#include "compute/math/math.h"

#define MATH_NAME_(f)	math_##f
#define MATH_NAME(f)	MATH_NAME_(f)
#include "compute/math/math_body.h"
