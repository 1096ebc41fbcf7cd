/*
 * Random programs that pass every check, with their inputs: all ops, dtypes,
 * broadcasts, views, empty tensors, and the numbers that break kernels.
 */
#ifndef RAVEN_RANDOM_PROGRAM_H
#define RAVEN_RANDOM_PROGRAM_H

#include "common/program.h"

#define RANDOM_OPS	24
#define RANDOM_INPUTS	8	/* of an op, at most */

struct random_program {
	uint64_t	 state;		/* of the generator */
	struct buf	 program;
	struct bytes	 given[RANDOM_OPS];
	size_t		 n_given;
};

uint64_t random_u64(uint64_t *state);
uint32_t random_below(uint64_t *state, uint32_t n);
void	 random_fill(uint64_t *state, enum dtype, void *, size_t bytes);

/* The same seed gives the same program. */
void	 random_program(struct random_program *, uint64_t seed);
void	 random_program_clear(struct random_program *);

#endif
