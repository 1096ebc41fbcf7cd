/*
 * Steps of ops that move elements, or make them.
 */
#ifndef RAVEN_STEP_MOVE_H
#define RAVEN_STEP_MOVE_H

#include "compute/step.h"

/* Rows of matrices with zeros on one side of a diagonal, in chunks. */
struct band_step {
	uint32_t	 in, out;	/* slots; both contiguous */
	int64_t		 in_offset;
	uint8_t		 dtype;
	bool		 upper;
	int64_t		 rows, columns, k;
	int64_t		 chunk, chunks;	/* of a row */
};

/*
 * Gather reads, and scatter writes, outer x (indices) x inner of a contiguous
 * outer x length x inner; a unit is some indices and a chunk of inner.
 */
struct index_step {
	uint32_t	 values, at, out;	/* slots; all contiguous */
	int64_t		 values_offset, at_offset;
	uint8_t		 dtype;
	bool		 add;
	uint32_t	 axis;		/* for the error */
	int64_t		 length, n_at, inner;
	int64_t		 block, blocks;	/* of indices */
	int64_t		 chunk, chunks;	/* of inner */
};

/* out[i] = the element at in's position i, moved by index i along an axis. */
#define TAKE_UNIT	4096
struct take_step {
	struct view	 in;		/* its axis has length 1, stride 0 */
	uint32_t	 at, out;	/* slots; contiguous */
	int64_t		 at_offset;
	uint32_t	 axis;
	int64_t		 length, stride;	/* of it */
	struct walk	 walk;		/* in's positions, in out's order */
	int64_t		 elements;
};

/* start, start + step, ... */
#define STEPS_UNIT	4096
struct steps_step {
	uint32_t	 out;
	uint8_t		 dtype;
	int64_t		 elements;
	int64_t		 start_i, step_i;	/* of integers */
	double		 start, step;
	double		 second;	/* of a range; NumPy rounds it alone */
	double		 last;		/* of a linspace, instead of ... */
	double		 divisor;	/* ... i / divisor * step, if not 0 */
	bool		 line;		/* a linspace */
	bool		 ends;		/* with last */
};

#endif
