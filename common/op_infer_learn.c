/*
 * Shapes of the ops that learning needs.
 */
#include "common/op.h"
#include "common/op_priv.h"

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
