/*
 * Random numbers by counter: element i of a stream depends on (seed, stream,
 * i) alone, so any part of it can be made anywhere, in any order.
 */
#ifndef RAVEN_RANDOM_H
#define RAVEN_RANDOM_H

#include "common/tensor.h"

/* In the order of the op's parameter. */
enum random_kind {
	RANDOM_UNIFORM,		/* of [0, 1): 53 bits, of float32 24 */
	RANDOM_NORMAL,		/* mean 0, deviation 1 */
	RANDOM_BITS,		/* below a number, 0: any 64 bits */
};

struct random_source {
	enum random_kind kind;
	enum dtype	 dtype;		/* of floats */
	uint64_t	 seed, stream;
	uint64_t	 below;
};

#define RANDOM_AT_ONCE	1024	/* elements */

/* Elements start, a multiple of 4, to start + n - 1; n up to so many. */
void	random_make(const struct random_source *, uint64_t start, size_t n,
	    void *out);

#endif
