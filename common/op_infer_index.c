/*
 * Shapes of ops that read or write by index, of those that tell a shape, and
 * of those that make values out of nothing.
 */
#include "common/op_move.h"
#include "common/op_priv.h"

#include <string.h>

/* Input 1 has to be integers. */
static enum error
check_indices(const struct infer *f)
{
	enum dtype d = (enum dtype)f->in[1]->dtype;

	return d == DT_I32 || d == DT_I64 ? E_OK :
	    op_fail(f->e, E_DTYPE, 1, d, 0, 0, 0);
}

/* The input's shape with the indices' in the place of the axis. */
static enum error
gathered(const struct infer *f, struct shape *out)
{
	const struct shape *a = f->in[0], *at = f->in[1];
	uint32_t before, after, i, n = 0;
	struct op_along along;

	if (check_indices(f) != E_OK ||
	    op_along(&f->p[0], a, &along, f->e) != E_OK)
		return f->e->code;
	before = f->p[0].n < 0 ? 0 : along.axis;
	after = f->p[0].n < 0 || a->ndim == 0 ? a->ndim : along.axis + 1;
	if (before + at->ndim + a->ndim - after > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, before + at->ndim +
		    a->ndim - after, TENSOR_RANK, 0, 0);
	for (i = 0; i < before; i++)
		out->dims[n++] = a->dims[i];
	for (i = 0; i < at->ndim; i++)
		out->dims[n++] = at->dims[i];
	for (i = after; i < a->ndim; i++)
		out->dims[n++] = a->dims[i];
	out->ndim = (uint8_t)n;
	return E_OK;
}

enum error
infer_gather(const struct infer *f)
{
	return gathered(f, f->out);
}

/* The other axes broadcast; along the axis there are as many as indices. */
enum error
infer_along(const struct infer *f)
{
	struct shape a = *f->in[0];
	const struct shape *at = f->in[1];
	struct op_along along;

	if (check_indices(f) != E_OK)
		return f->e->code;
	if (f->p[0].n < 0)
		a.ndim = 1;
	else if (a.ndim == 0)
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], 0, 0, 0);
	else if (op_along(&f->p[0], &a, &along, f->e) != E_OK)
		return f->e->code;
	if (a.ndim != at->ndim)
		return op_fail(f->e, E_SHAPE, 1, -1, a.ndim, at->ndim,
		    FAULT_RANKS);
	a.dims[f->p[0].n < 0 ? 0 : along.axis] = 1;
	if (infer_broadcast(f, &a, a.ndim, at, at->ndim) != E_OK)
		return f->e->code;
	f->out->dims[f->p[0].n < 0 ? 0 : along.axis] =
	    at->dims[f->p[0].n < 0 ? 0 : along.axis];
	return E_OK;
}

enum error
infer_scatter(const struct infer *f)
{
	const struct shape *values = f->in[2];
	struct shape window;
	uint32_t add, i;

	memset(&window, 0, sizeof(window));
	if (gathered(f, &window) != E_OK)
		return f->e->code;
	if (dtype_promote(f->in[0]->dtype, values->dtype) != f->in[0]->dtype)
		return op_fail(f->e, E_DTYPE, 2, values->dtype, 0, 0, 0);
	if (values->ndim > window.ndim)
		return op_fail(f->e, E_SHAPE, 2, -1, values->ndim,
		    window.ndim, FAULT_STRETCH);
	add = window.ndim - values->ndim;
	for (i = 0; i < values->ndim; i++) {
		if (values->dims[i] != 1 &&
		    !infer_meet(&window.dims[add + i], values->dims[i]))
			return op_fail(f->e, E_SHAPE, 2, i, values->dims[i],
			    window.dims[add + i], FAULT_STRETCH);
	}
	return infer_same(f);
}

enum error
infer_one_hot(const struct infer *f)
{
	if (f->p[0].v[0] < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, f->p[0].v[0],
		    FAULT_VALUE, 0);
	infer_same(f);
	return infer_append(f, f->p[0].v[0]);
}

enum error
infer_lengths(const struct infer *f)
{
	uint32_t axis;

	if (f->p[0].n < 0)
		return infer_flat(f, f->in[0]->ndim);
	if (!infer_axis(f->p[0].v[0], f->in[0]->ndim, &axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0],
		    f->in[0]->ndim, 0, 0);
	return E_OK;
}

enum error
infer_scalar(const struct infer *f)
{
	f->out->ndim = 0;
	return E_OK;
}

/* ---- sources ---- */

static bool
whole(double x)
{
	return x >= -0x1p53 && x <= 0x1p53 && (double)(int64_t)x == x;
}

enum error
infer_arange(const struct infer *f)
{
	double start, step;
	int64_t length;

	if (f->p[3].n < 0)
		f->out->dtype = whole(param_float(&f->p[0])) &&
		    (f->p[1].n < 0 || whole(param_float(&f->p[1]))) &&
		    whole(param_float(&f->p[2])) ? DT_I64 : DT_F64;
	if (f->out->dtype == DT_BOOL)
		return op_fail(f->e, E_BAD_PARAM, -1, 3, DT_BOOL, FAULT_VALUE,
		    0);
	if (!op_arange(f->p, &start, &step, &length))
		return op_fail(f->e, E_BAD_PARAM, -1, 2, f->p[2].v[0],
		    FAULT_VALUE, 0);
	return infer_flat(f, length);
}

enum error
infer_linspace(const struct infer *f)
{
	if (f->p[2].v[0] < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 2, f->p[2].v[0],
		    FAULT_VALUE, 0);
	return infer_flat(f, f->p[2].v[0]);
}

enum error
infer_eye(const struct infer *f)
{
	const struct param *p = f->p;
	uint32_t i;

	f->out->ndim = 2;
	for (i = 0; i < 2; i++) {
		f->out->dims[i] = p[i].n < 0 ? p[0].v[0] : p[i].v[0];
		if (f->out->dims[i] < 0)
			return op_fail(f->e, E_BAD_PARAM, -1, i, p[i].v[0],
			    FAULT_VALUE, 0);
	}
	return E_OK;
}
