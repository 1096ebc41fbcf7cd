/*
 * A program as a developer would send it: batches of real ops, tensors that
 * are stored before, wanted values; and the same as arrays, for bounds and
 * baselines.
 */
#ifndef RAVEN_PERF_WORK_H
#define RAVEN_PERF_WORK_H

#include "common/program.h"

#define WORK_BATCH	10000	/* ops of a batch */

struct work_op {
	uint32_t	 first_in, n_in;	/* in work.in */
	struct op_cost	 cost;
	struct shape	 shape;
	uint64_t	 bytes;		/* of its value */
	bool		 source, wanted;
	uint32_t	 users;
};

struct work_stored {
	struct shape	shape;
	uint64_t	name;
	uint8_t		digest[DIGEST_LEN];
};

struct work_batch {
	struct program_writer	 writer;
	uint64_t		*want;
	size_t			 n_want;
	struct buf		 program;	/* once finished */
};

struct work {
	char			 name[32];
	struct work_op		*ops;		/* from 1 */
	uint32_t		 n_ops, ops_cap;
	uint32_t		*in;
	uint32_t		 n_in, in_cap;
	struct work_stored	*tensors;
	uint32_t		 n_tensors;
	struct work_batch	*batches;
	uint32_t		 n_batches, n_wanted, n_sources;
	/* blocked product of this size, float32; 0: none */
	int64_t			 product;
	/* rounds that each need all of the one before; 0: none */
	uint32_t		 rounds;
	/* bytes that who takes part in a round needs, and gives back */
	double			 moved;
};

struct work	*work_new(const char *name);
void		 work_free(struct work *);
/* A small constant: inline; a large one: a tensor of the store. */
uint32_t	 work_source(struct work *, enum dtype, int64_t rows,
	    int64_t columns);
/* The same of (1, 1, side, side). */
uint32_t	 work_image(struct work *, enum dtype, int64_t side);
/* A constant of these bytes; a tensor of the store. */
uint32_t	 work_inline(struct work *, const struct shape *, const void *);
uint32_t	 work_tensor(struct work *, const struct shape *);
/* Op i of a program whose values have the numbers that they get here. */
uint32_t	 work_copy(struct work *, const struct program *, uint32_t i);
/* An op without parameters; b 0: of one input. */
uint32_t	 work_op(struct work *, enum op_code, uint32_t a, uint32_t b);
uint32_t	 work_op_with(struct work *, enum op_code,
	    const struct op_params *, const uint32_t *in, size_t n_in);
void		 work_want(struct work *, uint32_t op);
/* The packed programs; nothing can be added then. */
void		 work_finish(struct work *);

/* workloads.c: by name; NULL: there is no such. */
struct work	*workload(const char *name, uint64_t seed);
bool		 workload_exists(const char *name);
const char	*workload_name(size_t i);	/* NULL: past the last */

#endif
