/*
 * What the rules of ops that move elements, and the executor that moves them,
 * both read out of an op's parameters.  Each function refuses what the op does
 * not take; the executor calls it again for an op that was checked.
 */
#ifndef RAVEN_OP_MOVE_H
#define RAVEN_OP_MOVE_H

#include "op.h"

/* Element i of the output's axis is element begin + i * step of the input's. */
struct op_cut {
	int64_t	begin[TENSOR_RANK], step[TENSOR_RANK], size[TENSOR_RANK];
};

/* begin, size, step of a slice. */
enum error op_slice(const struct param *p, const struct shape *,
	    struct op_cut *, struct op_error *) MUST_CHECK;
/* The axes that a squeeze drops, as bits. */
enum error op_squeezed(const struct param *p, const struct shape *,
	    uint32_t *bits, struct op_error *) MUST_CHECK;
/* The axes that a reverse turns, as bits. */
enum error op_reversed(const struct param *p, uint32_t ndim, uint32_t *bits,
	    struct op_error *) MUST_CHECK;
/* Permutations: axis i of the output is axis perm[i] of the input. */
enum error op_swapped(const struct param *p, uint32_t ndim,
	    uint32_t perm[TENSOR_RANK], struct op_error *) MUST_CHECK;
enum error op_moved(const struct param *p, uint32_t ndim,
	    uint32_t perm[TENSOR_RANK], struct op_error *) MUST_CHECK;

/* A diagonal of a matrix: the first element's place, and its length. */
struct op_diagonal {
	uint32_t	row_axis, column_axis;
	int64_t		row, column, length;
};

/* The k-th of rows x columns; the axes are not its to set. */
void	 op_diagonal_of(int64_t rows, int64_t columns, int64_t k,
	    struct op_diagonal *);
/* offset, axis1, axis2 of a diagonal or trace. */
enum error op_diagonal(const struct param *p, const struct shape *,
	    struct op_diagonal *, struct op_error *) MUST_CHECK;

/* Elements added before and after each axis. */
enum error op_pads(const struct param *p, uint32_t ndim,
	    int64_t before[TENSOR_RANK], int64_t after[TENSOR_RANK],
	    struct op_error *) MUST_CHECK;
/*
 * How far a roll moves each axis, 0 .. length - 1; without axes all elements
 * are one axis, and shift[0] is its.
 */
enum error op_shifts(const struct param *p, const struct shape *,
	    int64_t shift[TENSOR_RANK], struct op_error *) MUST_CHECK;

/*
 * Ops along one axis see the input as outer x length x inner.  None: flat.
 * A 0-d input has an axis 0 of one element, as NumPy's take and repeat say.
 */
struct op_along {
	uint32_t	axis;
	int64_t		outer, length, inner;
};
enum error op_along(const struct param *p, const struct shape *,
	    struct op_along *, struct op_error *) MUST_CHECK;

/* Elements of an arange; false: they cannot be counted. */
bool	 op_arange(const struct param *p, double *start, double *step,
	    int64_t *length);

#endif
