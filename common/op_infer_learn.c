/*
 * Shapes of the ops that learning needs.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

/* The input's shape; the op works along an axis of it, or over all. */
enum error
infer_same_axis(const struct infer *f)
{
	const struct param *axis = &f->p[0];
	uint32_t ignored, ndim = f->in[0]->ndim;

	/* As in a reduction, a 0-d tensor may have its axis 0 or -1. */
	if (axis->n >= 0 &&
	    !infer_axis(axis->v[0], ndim == 0 ? 1 : ndim, &ignored))
		return op_fail(f->e, E_AXIS, 0, axis->v[0], ndim, 0, 0);
	return infer_same(f);
}

/* The first input's; axes are normed over, the others broadcast to it. */
enum error
infer_layer_norm(const struct infer *f)
{
	const struct shape *x = f->in[0];
	uint32_t bits;
	size_t i;

	if (op_axes(&f->p[0], x->ndim, &bits, f->e) != E_OK)
		return f->e->code;
	for (i = 1; i < f->n_in; i++) {
		if (infer_broadcast(f, x, x->ndim, f->in[i], f->in[i]->ndim) !=
		    E_OK)
			return f->e->code;
		if (f->out->ndim != x->ndim ||
		    memcmp(f->out->dims, x->dims, x->ndim *
		    sizeof(x->dims[0])) != 0)
			return op_fail(f->e, E_SHAPE, (int32_t)i, -1,
			    f->in[i]->ndim, x->ndim, FAULT_LARGER);
	}
	return infer_same(f);
}

/* The first input's; the others have a number for each index of the axis. */
enum error
infer_batch_norm(const struct infer *f)
{
	const struct shape *x = f->in[0];
	uint32_t axis;
	int64_t length;
	size_t i;

	if (f->n_in % 2 == 0)
		return op_fail(f->e, E_ARITY, -1, (int64_t)f->n_in, f->row->min,
		    f->row->max, 0);
	if (f->p[0].n < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, 0, FAULT_NEEDED, 0);
	if (!infer_axis(f->p[0].v[0], x->ndim, &axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], x->ndim, 0, 0);
	for (i = 1; i < f->n_in; i++) {
		if (f->in[i]->ndim != 1)
			return op_fail(f->e, E_SHAPE, (int32_t)i, -1,
			    f->in[i]->ndim, 1, FAULT_AXES);
		length = x->dims[axis];
		if (!infer_meet(&length, f->in[i]->dims[0]))
			return op_fail(f->e, E_SHAPE, (int32_t)i, 0,
			    f->in[i]->dims[0], x->dims[axis], FAULT_LENGTH);
	}
	return infer_same(f);
}
