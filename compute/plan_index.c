/*
 * Plans reading and writing by index.  Indices are data: they are checked
 * when they are used, and fail the op then.
 */
#include "common/op_move.h"
#include "compute/plan.h"
#include "compute/step_move.h"

#include <string.h>

#define COST_MOVE	8	/* of an element, in flops of a product */
#define UNIT		8192	/* elements of a unit, about */

static struct op_along
along(const struct param *axis, const struct view *v)
{
	struct shape s = { .dtype = v->dtype, .ndim = v->ndim };
	struct op_along a = { 0, 0, 0, 0 };
	struct op_error ignored;

	memcpy(s.dims, v->dims, v->ndim * sizeof s.dims[0]);
	(void)(op_along(axis, &s, &a, &ignored) == E_OK);
	return a;
}

/* An input as int64 or another dtype, of these lengths, contiguous. */
static struct view
input(struct plan *p, const struct plan_op *op, size_t k, enum dtype dtype,
    uint32_t ndim, const int64_t *dims)
{
	struct view v = plan_cast(p, op->i, &p->values[op->in[k]].view, dtype);

	view_broadcast(&v, ndim, dims);
	return p->failed ? v : plan_contiguous(p, op->i, &v);
}

/* Whether there is something to compute. */
static bool
some(const struct plan *p, int64_t elements)
{
	return !p->failed && elements > 0;
}

/*
 * A step between the contiguous values (x of a gather, what is written by a
 * scatter) and out, over the indices at.
 */
static void
index_step(struct plan *p, const struct plan_op *op, enum step_kind kind,
    const struct op_along *a, const struct view *values,
    const struct view *at, const struct view *out)
{
	struct index_step *d = plan_alloc(p, sizeof *d);

	if (d == NULL)
		return;
	d->values = values->slot;
	d->values_offset = values->offset;
	d->at = at->slot;
	d->at_offset = at->offset;
	d->out = out->slot;
	d->dtype = out->dtype;
	d->add = op->row->code == OP_SCATTER_ADD;
	d->axis = a->axis;
	d->length = a->length;
	d->inner = a->inner;
	d->n_at = view_elements(at);
	/* Rows without elements: the indices are looked at all the same. */
	d->chunk = a->inner == 0 ? 1 : a->inner < UNIT ? a->inner : UNIT;
	d->chunks = a->inner == 0 ? 1 : (a->inner + d->chunk - 1) / d->chunk;
	d->block = UNIT / d->chunk < d->n_at ? UNIT / d->chunk : d->n_at;
	d->blocks = (d->n_at + d->block - 1) / d->block;
	plan_use(p, values->slot);
	plan_use(p, at->slot);
	plan_use(p, out->slot);
	plan_step(p, kind, op->i, a->outer * d->blocks * d->chunks,
	    (uint64_t)(COST_MOVE * (8 + d->block * d->chunk)), 0, d);
}

void
plan_gather(struct plan *p, const struct plan_op *op)
{
	struct view x = p->values[op->in[0]].view, out = { 0 }, at = { 0 };
	const struct view *given = &p->values[op->in[1]].view;
	struct op_along a = along(&op->params.p[0], &x);
	bool looks = a.outer > 0 && view_elements(given) > 0;

	if (a.inner == 0)
		a.outer = 1;	/* all alike: looked at once */
	if (!p->failed && looks) {
		x = plan_contiguous(p, op->i, &x);
		at = input(p, op, 1, DT_I64, given->ndim, given->dims);
	}
	out = plan_output(p, op);
	if (!p->failed && looks)
		index_step(p, op, STEP_GATHER, &a, &x, &at, &out);
}

/* Lengths of what a scatter writes: as a gather would read. */
static uint32_t
window(const struct plan *p, const struct plan_op *op,
    const struct op_along *a, int64_t dims[TENSOR_RANK])
{
	const struct view *x = &p->values[op->in[0]].view;
	const struct view *at = &p->values[op->in[1]].view;
	bool flat = op->params.p[0].n < 0 || x->ndim == 0;
	uint32_t n = 0;

	for (uint32_t i = 0; !flat && i < a->axis; i++)
		dims[n++] = x->dims[i];
	for (uint32_t i = 0; i < at->ndim; i++)
		dims[n++] = at->dims[i];
	for (uint32_t i = a->axis + 1; !flat && i < x->ndim; i++)
		dims[n++] = x->dims[i];
	return n;
}

void
plan_scatter(struct plan *p, const struct plan_op *op)
{
	const struct view *x = &p->values[op->in[0]].view;
	const struct view *given = &p->values[op->in[1]].view;
	struct op_along a = along(&op->params.p[0], x);
	int64_t dims[TENSOR_RANK], written = 1;
	uint32_t ndim = window(p, op, &a, dims);
	struct view at = { 0 }, values = { 0 }, out = { 0 };

	for (uint32_t i = 0; i < ndim; i++)
		written = dims[i] == 0 ? 0 : written * dims[i];
	if (some(p, written)) {
		at = input(p, op, 1, DT_I64, given->ndim, given->dims);
		values = input(p, op, 2, x->dtype, ndim, dims);
	}
	if (p->failed)
		return;
	out = plan_output(p, op);
	if (p->failed)
		return;
	plan_copy(p, op->i, &p->values[op->in[0]].view, &out);
	if (some(p, written))
		index_step(p, op, STEP_SCATTER, &a, &values, &at, &out);
}

static void
take_step(struct plan *p, const struct plan_op *op, const struct view *x,
    const struct view *at, const struct view *out, uint32_t axis)
{
	struct take_step *d = plan_alloc(p, sizeof *d);

	if (d == NULL)
		return;
	d->in = *x;
	d->in.dims[axis] = 1;
	view_broadcast(&d->in, out->ndim, out->dims);
	d->at = at->slot;
	d->at_offset = at->offset;
	d->out = out->slot;
	d->axis = axis;
	d->length = x->dims[axis];
	d->stride = x->strides[axis];
	d->elements = op->elements;
	walk_init(&d->walk);
	for (uint32_t i = 0; i < out->ndim; i++)
		walk_axis(&d->walk, out->dims[i], d->in.strides[i]);
	plan_use(p, x->slot);
	plan_use(p, at->slot);
	plan_use(p, out->slot);
	plan_step(p, STEP_TAKE, op->i,
	    (op->elements + TAKE_UNIT - 1) / TAKE_UNIT,
	    (uint64_t)(COST_MOVE * (op->elements < TAKE_UNIT ? op->elements :
	    TAKE_UNIT)), 0, d);
}

void
plan_take_along(struct plan *p, const struct plan_op *op)
{
	struct view x = p->values[op->in[0]].view, at = { 0 }, out = { 0 };
	int32_t axis = plan_axis(&op->params.p[0], x.ndim);

	if (axis < 0 && some(p, op->elements)) {
		x = plan_contiguous(p, op->i, &x);
		x.dims[0] = view_elements(&x);
		x.strides[0] = 1;
		x.ndim = 1;
		axis = 0;
	}
	if (some(p, op->elements))
		at = input(p, op, 1, DT_I64, op->out.ndim, op->out.dims);
	out = plan_output(p, op);
	if (some(p, op->elements))
		take_step(p, op, &x, &at, &out, (uint32_t)axis);
}
