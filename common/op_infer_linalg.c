/*
 * Shapes of inv, cholesky, det and solve: matrices in the last two axes, the
 * axes before them walked in parallel, as in NumPy 1.24.
 */
#include "common/op_priv.h"

/* The input's last two axes are there and of the same length. */
static enum error
check_square(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t n = a->ndim;
	int64_t length;

	if (n < 2)
		return op_fail(f->e, E_SHAPE, 0, -1, n, 2, FAULT_MATRIX);
	length = a->dims[n - 2];
	if (!infer_meet(&length, a->dims[n - 1]))
		return op_fail(f->e, E_SHAPE, 0, -1, a->dims[n - 2],
		    a->dims[n - 1], FAULT_SQUARE);
	return E_OK;
}

enum error
infer_square(const struct infer *f)
{
	return check_square(f) != E_OK ? f->e->code : infer_same(f);
}

enum error
infer_det(const struct infer *f)
{
	if (check_square(f) != E_OK)
		return f->e->code;
	(void)infer_same(f);
	f->out->ndim = (uint8_t)(f->out->ndim - 2);
	return E_OK;
}

/* A b of one axis less than a holds vectors, else matrices. */
enum error
infer_solve(const struct infer *f)
{
	const struct shape *a = f->in[0], *b = f->in[1];
	uint32_t core;
	int64_t rows;

	if (check_square(f) != E_OK)
		return f->e->code;
	core = b->ndim + 1u == a->ndim ? 1 : 2;
	if (b->ndim < core)
		return op_fail(f->e, E_SHAPE, 1, -1, b->ndim, core,
		    FAULT_MATRIX);
	rows = b->dims[b->ndim - core];
	if (!infer_meet(&rows, a->dims[a->ndim - 1]))
		return op_fail(f->e, E_SHAPE, 1, b->ndim - core,
		    a->dims[a->ndim - 1], rows, FAULT_ROWS);
	if (infer_broadcast(f, a, a->ndim - 2u, b, b->ndim - core) != E_OK ||
	    infer_append(f, rows) != E_OK)
		return f->e->code;
	return core == 1 ? E_OK : infer_append(f, b->dims[b->ndim - 1]);
}
