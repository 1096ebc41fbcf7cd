/*
 * All kernels of a float dtype; takes the macros that describe it and leaves
 * none defined.
 */
#include "compute/kernels/tile_all.h"
#include "compute/kernels/tile_number.h"
#include "compute/kernels/tile_float.h"
#include "compute/kernels/tile_round.h"
#include "compute/kernels/tile_compare_float.h"
#include "compute/kernels/tile_divide_float.h"
#undef T
#undef U
#undef BITS
#undef SQRT
#undef V
#undef B
#undef COPYSIGN
#undef NAN_OF
#undef NAN_BITS
#undef INFINITE
#undef WHOLE
#undef MANTISSA
#undef STEP
#undef MATH
#undef NAME
