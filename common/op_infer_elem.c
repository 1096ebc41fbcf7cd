/*
 * Shapes of elementwise ops whose inputs are not equals.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

enum error
infer_like(const struct infer *f)
{
	const struct shape *x = f->in[0], *value = f->in[1];
	uint32_t i, axis;

	if (infer_broadcast(f, x, x->ndim, value, value->ndim) != E_OK)
		return f->e->code;
	for (i = 1; i <= value->ndim; i++) {
		axis = value->ndim - i;
		if (value->dims[axis] != 1 && (i > x->ndim ||
		    x->dims[x->ndim - i] != value->dims[axis]))
			return op_fail(f->e, E_SHAPE, 1, axis, i > x->ndim ?
			    1 : x->dims[x->ndim - i], value->dims[axis],
			    FAULT_BROADCAST);
	}
	return infer_same(f);
}
