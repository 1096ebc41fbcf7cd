/*
 * Copies that turn rows into columns, whole cache lines of the source at once.
 */
#include "compute/kernels/kernels.h"

#define T uint8_t
#define NAME k_turn_8
#include "compute/kernels/turn_one.h"
#define T uint32_t
#define NAME k_turn_32
#include "compute/kernels/turn_one.h"
#define T uint64_t
#define NAME k_turn_64
#include "compute/kernels/turn_one.h"

turn_fn
turn_kernel(enum dtype dtype)
{
	switch (dtype_size(dtype)) {
	case 1:
		return k_turn_8;
	case 4:
		return k_turn_32;
	default:
		return k_turn_64;
	}
}
