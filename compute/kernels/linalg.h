/*
 * Kernels of LU and Cholesky: what happens within LINALG_BLOCK columns.  What
 * lies between blocks is the matrix product's.
 */
#ifndef RAVEN_KERNELS_LINALG_H
#define RAVEN_KERNELS_LINALG_H

#include "common/op.h"

#define LINALG_BLOCK	64	/* part of the bits, as GEMM_K is */

/* Columns at .. at + width of a matrix of n rows, ld elements apart. */
struct linalg_panel {
	int64_t	n, columns, ld;		/* columns: of whole rows */
	int64_t	at, width;
};

struct linalg_kernel {
	/* Factor a panel from its diagonal down; the pivot that cannot be,
	 * or -1.  lu exchanges whole rows, and turns odd with each. */
	int64_t	(*lu)(void *a, const struct linalg_panel *, bool *odd);
	int64_t	(*cholesky)(void *a, const struct linalg_panel *);
	/* n columns from column from on, of the rows of the panel: solved for
	 * the unit lower (the upper) triangle on the diagonal. */
	void	(*forward)(void *a, const struct linalg_panel *, int64_t from,
		    size_t n);
	void	(*backward)(void *a, const struct linalg_panel *, int64_t from,
		    size_t n);
	void	(*negate)(void *x, size_t n);
	/* Ones on the diagonal. */
	void	(*unit)(void *a, int64_t ld, int64_t n);
	/* The product of the diagonal, negative if odd. */
	void	(*det)(const void *a, int64_t ld, int64_t n, bool odd,
		    void *to);
};

const struct linalg_kernel *linalg_kernel(enum dtype);	/* of floats */

#endif
