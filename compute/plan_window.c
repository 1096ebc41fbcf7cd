/*
 * Plans windows over the last two axes, which are views of the input (padded
 * if need be), and their adjoint, which adds what lies in windows to where it
 * came from: the window's positions in C order.
 */
#include "compute/plan.h"

#include <string.h>

/* The fill of the padding, as one element of dtype; what has none is least. */
static void
store_fill(double x, enum dtype dtype, uint64_t *element)
{
	int64_t least = dtype == DT_I32 ? INT32_MIN : INT64_MIN;
	double bound = dtype == DT_I32 ? 0x1p31 : 0x1p63;
	int64_t whole = x >= -bound && x < bound ? (int64_t)x : least;
	int32_t narrow = (int32_t)whole;
	float single = (float)x;

	*element = 0;
	switch (dtype) {
	case DT_BOOL:
		*(uint8_t *)element = x > 0;
		break;
	case DT_I32:
		memcpy(element, &narrow, sizeof narrow);
		break;
	case DT_I64:
		memcpy(element, &whole, sizeof whole);
		break;
	case DT_F32:
		memcpy(element, &single, sizeof single);
		break;
	default:
		memcpy(element, &x, sizeof x);
	}
}

/* The last two axes of v without the padding around them. */
static void
inside(struct view *v, const struct op_window *w)
{
	uint32_t at = v->ndim - 2u;

	for (uint32_t i = 0; i < 2; i++) {
		v->offset += w->padding[i] * v->strides[at + i];
		v->dims[at + i] = w->in[i];
	}
}

static struct view
padded_like(struct plan *p, const struct view *v, const struct op_window *w)
{
	struct view like = *v;

	for (uint32_t i = 0; i < 2; i++)
		like.dims[v->ndim - 2u + i] = w->in[i] + 2 * w->padding[i];
	return plan_temporary(p, &like, v->dtype);
}

/* The view with its last two axes padded. */
static struct view
pad(struct plan *p, uint32_t op, const struct view *in,
    const struct op_window *w, double fill)
{
	struct view whole, middle;
	uint64_t *element;

	if (w->padding[0] == 0 && w->padding[1] == 0)
		return *in;
	element = plan_alloc(p, sizeof *element);
	whole = padded_like(p, in, w);
	if (p->failed)
		return whole;
	store_fill(fill, in->dtype, element);
	plan_fill(p, op, &whole, element);
	middle = whole;
	inside(&middle, w);
	if (!p->failed)
		plan_copy(p, op, in, &middle);
	return whole;
}

/* Four axes in place of the last two: positions and places in the window. */
static void
slide(struct view *v, const struct op_window *w)
{
	uint32_t at = v->ndim - 2u;
	int64_t stride;

	for (uint32_t i = 0; i < 2; i++) {
		stride = v->strides[at + i];
		v->dims[at + i] = w->out[i];
		v->strides[at + i] = stride * w->stride[i];
		v->dims[at + 2 + i] = w->size[i];
		v->strides[at + 2 + i] = stride * w->dilation[i];
	}
	v->ndim = (uint8_t)(v->ndim + 2);
}

void
plan_windows(struct plan *p, const struct plan_op *op)
{
	struct view v = p->values[op->in[0]].view;
	struct shape s = { v.dtype, v.ndim, { 0 } };
	struct op_window w;
	struct op_error ignored;

	memcpy(s.dims, v.dims, sizeof s.dims);
	p->values[op->i].view = op->out;
	if (op_windows(op->params.p, &s, &w, &ignored) != E_OK)
		return;
	if (op->elements == 0) {
		p->values[op->i].view.slot = v.slot;
		return;
	}
	v = pad(p, op->i, &v, &w, param_float(&op->params.p[4]));
	if (p->failed)
		return;
	slide(&v, &w);
	p->values[op->i].view = v;
}

/* to, at the window's place (y, x), += from there. */
static void
add_place(struct plan *p, uint32_t op, const struct view *from,
    const struct view *to, int64_t y, int64_t x)
{
	struct view f = *from, t = *to;
	uint32_t at = from->ndim - 4u;

	f.ndim = t.ndim = (uint8_t)(at + 2);
	f.offset += y * from->strides[at + 2] + x * from->strides[at + 3];
	t.offset += y * to->strides[at + 2] + x * to->strides[at + 3];
	plan_accumulate(p, op, &f, &t);
}

void
plan_windows_sum(struct plan *p, const struct plan_op *op)
{
	static const uint64_t zero;
	struct view from = p->values[op->in[0]].view, whole, to;
	struct shape s = { from.dtype, from.ndim, { 0 } };
	struct op_window w;
	struct op_error ignored;

	memcpy(s.dims, from.dims, sizeof s.dims);
	p->values[op->i].view = op->out;
	if (op_windows_sum(op->params.p, &s, &w, &ignored) != E_OK)
		return;
	whole = padded_like(p, &op->out, &w);
	p->values[op->i].view.slot = whole.slot;
	if (p->failed || op->elements == 0)
		return;
	plan_fill(p, op->i, &whole, &zero);
	to = whole;
	slide(&to, &w);
	if (view_elements(&from) > 0)
		for (int64_t y = 0; y < w.size[0] && !p->failed; y++)
			for (int64_t x = 0; x < w.size[1] && !p->failed; x++)
				add_place(p, op->i, &from, &to, y, x);
	inside(&whole, &w);
	p->values[op->i].view = whole;
}
