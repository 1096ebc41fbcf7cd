/*
 * Plans ops along axes: reductions, argmax and argmin, sort, concat.
 */
#include "compute/plan.h"

#include <string.h>

#define COST_ADD	8	/* of an element, in flops of a product */
#define COST_MERGE	32

static const uint64_t nan_f64 = 0x7ff8000000000000u;
static const uint32_t nan_f32 = 0x7fc00000u;

static int64_t
blocks(int64_t n, int64_t size)
{
	return (n + size - 1) / size;
}

struct view
plan_output(struct plan *p, const struct plan_op *op)
{
	struct view v = op->out;

	v.slot = plan_slot(p, shape_bytes(&op->shape));
	p->values[op->i].view = v;
	return v;
}

/* ---- reductions ---- */

/*
 * Sorts the axes into the run, kept and outer ones; axes of length 1 count as
 * absent.  Returns how many elements meet in one.
 */
static int64_t
reduce_axes(struct reduce_step *d, const struct view *in, uint32_t bits)
{
	uint32_t axes[TENSOR_RANK], n = 0, first;
	int64_t count = 1;
	bool fold;

	for (uint32_t i = 0; i < in->ndim; i++)
		if (in->dims[i] != 1)
			axes[n++] = i;
	fold = n > 0 && (bits >> axes[n - 1] & 1) == 0;
	first = n;
	while (first > 0 && ((bits >> axes[first - 1] & 1) == 0) == fold)
		first--;
	d->fold = fold;
	d->run = *in;
	d->run.ndim = 0;
	d->length = 1;
	walk_init(&d->kept);
	walk_init(&d->outer);
	for (uint32_t i = 0; i < n; i++) {
		int64_t dim = in->dims[axes[i]], step = in->strides[axes[i]];
		bool kept = (bits >> axes[i] & 1) == 0;

		if (!kept)
			count *= dim;
		if (i < first) {
			walk_axis(kept ? &d->kept : &d->outer, dim, step);
			continue;
		}
		d->length *= dim;
		d->run.dims[d->run.ndim] = dim;
		d->run.strides[d->run.ndim++] = step;
	}
	view_collapse(&d->run);
	return count;
}

static void
reduce_step(struct plan *p, const struct plan_op *op, struct reduce_step *d,
    const struct view *in, const struct view *out, uint32_t bits)
{
	bool mean = op->row->code == OP_MEAN;
	enum dtype dtype = mean ? (enum dtype)out->dtype : in->dtype;
	int64_t count = reduce_axes(d, in, bits), positions, scratch = 0;

	d->straight = d->run.ndim == 0 ||
	    (d->run.ndim == 1 && d->run.strides[0] == 1);
	d->offset = in->offset;
	d->chunk = d->fold ? VIEW_TILE : REDUCE_CHUNK;
	d->chunks = blocks(d->length, d->chunk);
	d->n_outer = walk_positions(&d->outer);
	d->out = out->slot;
	d->out_dtype = out->dtype;
	d->cast = tile_cast(in->dtype, dtype);
	d->kernel = reduce_kernel(op->row->code, dtype);
	d->divisor = 0;
	if (mean)
		d->divisor = out->dtype == DT_F32 && out->ndim > 0 ?
		    (double)(float)count : (double)count;
	if (!d->straight || d->cast != NULL)
		scratch = 2 * REDUCE_CHUNK * 8;
	plan_use(p, in->slot);
	plan_use(p, out->slot);
	positions = walk_positions(&d->kept) * d->n_outer * d->chunks;
	plan_step(p, STEP_REDUCE, op->i, positions, (uint64_t)(COST_ADD *
	    (8 + (d->length < d->chunk ? d->length : d->chunk))), scratch, d);
}

/* What a reduction of no elements gives. */
static const void *
of_nothing(enum op_code code, enum dtype dtype)
{
	switch (code) {
	case OP_SUM:
	case OP_ANY:
		return reduce_constant(dtype, false);
	case OP_PROD:
	case OP_ALL:
		return reduce_constant(dtype, true);
	default:
		return dtype == DT_F32 ? (const void *)&nan_f32 : &nan_f64;
	}
}

void
plan_reduce(struct plan *p, const struct plan_op *op)
{
	struct view in = p->values[op->in[0]].view, out;
	struct reduce_step *d;
	struct op_error ignored;
	uint32_t bits;

	if (op->elements > 0)
		in = plan_straight(p, op->i, &in);
	out = plan_output(p, op);
	if (p->failed || op->elements == 0)
		return;
	if (view_elements(&in) == 0) {
		plan_fill(p, op->i, &out, of_nothing(op->row->code, out.dtype));
		return;
	}
	if (op_axes(&op->params.p[0], in.ndim, &bits, &ignored) != E_OK ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	reduce_step(p, op, d, &in, &out, bits);
}

/* ---- lanes ---- */

int32_t
plan_axis(const struct param *axis, uint32_t ndim)
{
	if (axis->n < 0)
		return -1;
	return (int32_t)(axis->v[0] < 0 ? axis->v[0] + ndim : axis->v[0]);
}

int64_t
plan_lanes(const struct view *v, int32_t axis, struct view *lane,
    struct walk *all)
{
	*lane = *v;
	walk_init(all);
	if (axis < 0 || v->ndim == 0) {
		view_collapse(lane);
		return view_elements(v);
	}
	for (int32_t i = 0; i < v->ndim; i++)
		if (i != axis)
			walk_axis(all, v->dims[i], v->strides[i]);
	lane->ndim = 1;
	lane->dims[0] = v->dims[axis];
	lane->strides[0] = v->strides[axis];
	return v->dims[axis];
}

struct view
plan_lane_input(struct plan *p, const struct plan_op *op,
    const struct param *which, int32_t *axis)
{
	struct view in = p->values[op->in[0]].view;
	int64_t dim, stride;

	*axis = plan_axis(which, in.ndim);
	if (op->elements == 0)
		return in;
	if (*axis >= 0 && in.ndim > 0) {
		dim = in.dims[*axis];
		stride = in.strides[*axis];
		for (int32_t i = *axis; i + 1 < in.ndim; i++) {
			in.dims[i] = in.dims[i + 1];
			in.strides[i] = in.strides[i + 1];
		}
		*axis = in.ndim - 1;
		in.dims[*axis] = dim;
		in.strides[*axis] = stride;
	}
	return plan_straight(p, op->i, &in);
}

void
plan_arg(struct plan *p, const struct plan_op *op)
{
	int32_t axis;
	struct view in = plan_lane_input(p, op, &op->params.p[0], &axis);
	struct view out = plan_output(p, op);
	struct arg_step *d;

	if (p->failed || op->elements == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->length = plan_lanes(&in, axis, &d->run, &d->lanes);
	d->chunks = blocks(d->length, VIEW_TILE);
	d->out = out.slot;
	d->fn = arg_kernel(op->row->code, in.dtype);
	plan_use(p, in.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_ARG, op->i, op->elements * d->chunks,
	    (uint64_t)(COST_ADD * (8 + (d->length < VIEW_TILE ? d->length :
	    VIEW_TILE))), TILE_BYTES, d);
}

void
plan_sort_step(struct plan *p, uint32_t op, struct sort_step *d, int64_t lanes)
{
	enum dtype dtype = d->in.dtype;
	int64_t scratch = 2 * d->length * (int64_t)dtype_size(dtype);

	d->radix = NULL;
	d->passes = 1;
	if (d->length >= RADIX_LEAST && d->length < RADIX_MOST) {
		d->radix = radix_kernel(dtype);
		d->passes += d->radix->digits;
		scratch += (int64_t)sizeof(struct radix_state);
	}
	while (d->radix == NULL &&
	    ((int64_t)SORT_RUN << (d->passes - 1)) < d->length)
		d->passes++;
	d->runs = sort_kernel(dtype);
	d->merge = merge_kernel(dtype);
	plan_use(p, d->in.slot);
	plan_use(p, d->out.slot);
	plan_step(p, STEP_SORT, op, lanes * d->passes,
	    (uint64_t)(COST_MERGE * (8 + d->length)), scratch, d);
}

void
plan_sort(struct plan *p, const struct plan_op *op)
{
	int32_t axis, in_axis;
	struct view in = plan_lane_input(p, op, &op->params.p[0],
	    &in_axis);
	struct view out = plan_output(p, op);
	struct sort_step *d;

	if (p->failed || op->elements == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	axis = plan_axis(&op->params.p[0], in.ndim);
	d->length = plan_lanes(&in, in_axis, &d->in, &d->in_lanes);
	(void)plan_lanes(&out, axis, &d->out, &d->out_lanes);
	plan_sort_step(p, op->i, d, op->elements / d->length);
}

void
plan_concat(struct plan *p, const struct plan_op *op)
{
	struct view out = plan_output(p, op), part;
	int32_t axis = plan_axis(&op->params.p[0], op->shape.ndim);

	for (size_t k = 0; k < op->n_in && !p->failed; k++) {
		struct view in = p->values[op->in[k]].view;

		part = out;
		if (axis < 0) {
			/* Flattened: the output's piece takes in's shape. */
			struct shape s = { in.dtype, in.ndim, { 0 } };

			memcpy(s.dims, in.dims, sizeof s.dims);
			view_of_shape(&part, &s, out.slot);
			part.dtype = out.dtype;
			part.offset = out.offset;
			out.offset += view_elements(&in);
		} else {
			int64_t length = in.ndim == 0 ? 1 : in.dims[axis];

			part.dims[axis] = length;
			out.offset += length * out.strides[axis];
		}
		plan_copy(p, op->i, &in, &part);
	}
}
