/*
 * Floats to whole floats, without the instructions that SSE2 lacks: adding
 * WHOLE, from which on every float is whole, rounds to even.  V is a vector of
 * T, B one of as many BITS.
 */

#define SIGN	((B){ 0 } + ((BITS)1 << (8 * sizeof(BITS) - 1)))
#define ONE	((B)((V){ 0 } + 1))

/* The magnitude, rounded; infinities and NaN stay. */
static inline V
NAME(rint_abs)(V a)
{
	V r = a + WHOLE - WHOLE;
	B small = (B)(a < WHOLE);

	return (V)((small & (B)r) | (~small & (B)a));
}

static inline V
NAME(rint_lanes)(V x)
{
	B sign = (B)x & SIGN;

	return (V)((B)NAME(rint_abs)((V)((B)x ^ sign)) | sign);
}

static inline V
NAME(floor_lanes)(V x)
{
	V r = NAME(rint_lanes)(x);

	return r - (V)((B)(r > x) & ONE);
}

static inline V
NAME(trunc_lanes)(V x)
{
	B sign = (B)x & SIGN;
	V a = (V)((B)x ^ sign), r = NAME(rint_abs)(a);

	return (V)((B)(r - (V)((B)(r > a) & ONE)) | sign);
}

static inline V
NAME(ceil_lanes)(V x)
{
	return (V)((B)NAME(floor_lanes)((V)((B)x ^ SIGN)) ^ SIGN);
}

static inline T
NAME(floor_one)(T x)
{
	V v = { x };

	return NAME(floor_lanes)(v)[0];
}

#define KERNEL		NAME(rint)
#define LANES(a, b)	NAME(rint_lanes)(a)
#include "compute/kernels/tile_vector.h"
#define KERNEL		NAME(floor)
#define LANES(a, b)	NAME(floor_lanes)(a)
#include "compute/kernels/tile_vector.h"
#define KERNEL		NAME(trunc)
#define LANES(a, b)	NAME(trunc_lanes)(a)
#include "compute/kernels/tile_vector.h"
#define KERNEL		NAME(ceil)
#define LANES(a, b)	NAME(ceil_lanes)(a)
#include "compute/kernels/tile_vector.h"

#undef SIGN
#undef ONE
