/*
 * Ops that only look at their input in another way: slices, turned, swapped
 * and dropped axes, broadcasts, diagonals.  None moves an element.
 */
#include "common/op_move.h"
#include "compute/plan.h"

#include <string.h>

static struct shape
shape_of(const struct view *v)
{
	struct shape s = { .dtype = v->dtype, .ndim = v->ndim };

	memcpy(s.dims, v->dims, v->ndim * sizeof s.dims[0]);
	return s;
}

/* Offsets may wrap only in values without elements, which nobody reads. */
static int64_t
times(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

static enum error
view_slice(const struct param *p, struct view *v, struct op_error *e)
{
	struct shape s = shape_of(v);
	struct op_cut w;

	if (op_slice(p, &s, &w, e) != E_OK)
		return e->code;
	for (uint32_t i = 0; i < v->ndim; i++) {
		v->offset += times(w.begin[i], v->strides[i]);
		v->strides[i] = times(v->strides[i], w.step[i]);
		v->dims[i] = w.size[i];
	}
	return E_OK;
}

static enum error
view_reverse(const struct param *p, struct view *v, struct op_error *e)
{
	uint32_t bits;

	if (op_reversed(p, v->ndim, &bits, e) != E_OK)
		return e->code;
	for (uint32_t i = 0; i < v->ndim; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		v->offset += times(v->dims[i] - 1, v->strides[i]);
		v->strides[i] = -v->strides[i];
	}
	return E_OK;
}

static enum error
view_squeeze(const struct param *p, struct view *v, struct op_error *e)
{
	struct shape s = shape_of(v);
	uint32_t bits, n = 0;

	if (op_squeezed(p, &s, &bits, e) != E_OK)
		return e->code;
	for (uint32_t i = 0; i < v->ndim; i++) {
		if ((bits >> i & 1) != 0)
			continue;
		v->dims[n] = v->dims[i];
		v->strides[n++] = v->strides[i];
	}
	v->ndim = (uint8_t)n;
	return E_OK;
}

static enum error
view_permuted(enum op_code code, const struct param *p, struct view *v,
    struct op_error *e)
{
	const struct view in = *v;
	uint32_t perm[TENSOR_RANK];
	enum error r;

	r = code == OP_SWAPAXES ? op_swapped(p, v->ndim, perm, e) :
	    op_moved(p, v->ndim, perm, e);
	for (uint32_t i = 0; r == E_OK && i < v->ndim; i++) {
		v->dims[i] = in.dims[perm[i]];
		v->strides[i] = in.strides[perm[i]];
	}
	return r;
}

static enum error
view_diagonal(const struct param *p, struct view *v, struct op_error *e)
{
	struct shape s = shape_of(v);
	struct op_diagonal d;
	int64_t stride;
	uint32_t n = 0;

	if (op_diagonal(p, &s, &d, e) != E_OK)
		return e->code;
	v->offset += times(d.row, v->strides[d.row_axis]) +
	    times(d.column, v->strides[d.column_axis]);
	stride = v->strides[d.row_axis] + v->strides[d.column_axis];
	for (uint32_t i = 0; i < v->ndim; i++) {
		if (i == d.row_axis || i == d.column_axis)
			continue;
		v->dims[n] = v->dims[i];
		v->strides[n++] = v->strides[i];
	}
	v->dims[n] = d.length;
	v->strides[n++] = stride;
	v->ndim = (uint8_t)n;
	return E_OK;
}

bool
plan_view(struct plan *p, const struct plan_op *op)
{
	const struct param *params = op->params.p;
	struct view v = op->n_in > 0 ? p->values[op->in[0]].view : op->out;
	struct op_error e;
	enum error r = E_OK;

	switch (op->row->code) {
	case OP_SLICE:
		r = view_slice(params, &v, &e);
		break;
	case OP_REVERSE:
		r = view_reverse(params, &v, &e);
		break;
	case OP_SQUEEZE:
		r = view_squeeze(params, &v, &e);
		break;
	case OP_SWAPAXES:
	case OP_MOVEAXIS:
		r = view_permuted(op->row->code, params, &v, &e);
		break;
	case OP_BROADCAST_TO:
		view_broadcast(&v, op->out.ndim, op->out.dims);
		break;
	case OP_DIAGONAL:
		r = view_diagonal(params, &v, &e);
		break;
	case OP_DIAG:
		if (v.ndim != 2)
			return false;
		{
			const struct param whole[3] = { params[0],
				{ 1, { 0 } }, { 1, { 1 } } };

			r = view_diagonal(whole, &v, &e);
		}
		break;
	default:
		return false;
	}
	/* Checked before: cannot fail. */
	if (r == E_OK)
		p->values[op->i].view = v;
	return true;
}
