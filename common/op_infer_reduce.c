/*
 * Shapes of what runs along axes: scans, searches.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

/* As NumPy's cumsum and argsort, a 0-d input counts as one of length 1. */
enum error
infer_scan(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t axis, ndim = a->ndim == 0 ? 1 : a->ndim;

	if (f->p[0].n >= 0 && !infer_axis(f->p[0].v[0], ndim, &axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], ndim, 0, 0);
	if (f->p[0].n < 0 || a->ndim == 0)
		return infer_flat(f, shape_elements(a));
	return infer_same(f);
}

enum error
infer_search(const struct infer *f)
{
	const struct shape *b = f->in[1];

	if (f->in[0]->ndim != 1)
		return op_fail(f->e, E_SHAPE, 0, 0, f->in[0]->ndim, 1,
		    FAULT_AXES);
	f->out->ndim = b->ndim;
	memcpy(f->out->dims, b->dims, sizeof(f->out->dims));
	return E_OK;
}
