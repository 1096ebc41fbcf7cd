/*
 * Plans scans along axes, sorting of indices, the greatest elements, searches
 * in sorted vectors.
 */
#include "compute/plan.h"

#define COST_ADD	8	/* of an element, in flops of a product */
#define COST_MERGE	64
#define COST_LOOK	32

static int64_t
blocks(int64_t n)
{
	return (n + VIEW_TILE - 1) / VIEW_TILE;
}

/* The input's axis in the output; the only one for a flattened or 0-d input. */
static int32_t
out_axis(const struct param *which, const struct view *in)
{
	return in->ndim == 0 ? -1 : plan_axis(which, in->ndim);
}

void
plan_scan(struct plan *p, const struct plan_op *op)
{
	int32_t in_axis, axis;
	struct view in = plan_lane_input(p, op, &op->params.p[0],
	    &in_axis);
	struct view out = plan_output(p, op);
	struct scan_step *d;

	if (p->failed || op->elements == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	axis = out_axis(&op->params.p[0], &in);
	d->length = plan_lanes(&in, in_axis, &d->in, &d->in_lanes);
	(void)plan_lanes(&out, axis, &d->out, &d->out_lanes);
	d->chunks = blocks(d->length);
	d->fn = scan_kernel(op->row->code, in.dtype);
	plan_use(p, in.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_SCAN, op->i, op->elements / d->length * d->chunks,
	    (uint64_t)(COST_ADD * (8 + (d->length < VIEW_TILE ? d->length :
	    VIEW_TILE))), 2 * TILE_BYTES, d);
}

void
plan_argsort(struct plan *p, const struct plan_op *op)
{
	bool top = op->row->code != OP_ARGSORT;
	const struct param *which = &op->params.p[top];
	int32_t in_axis, axis;
	struct view in = plan_lane_input(p, op, which, &in_axis);
	struct view out = plan_output(p, op);
	struct argsort_step *d;

	if (p->failed || op->elements == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	axis = out_axis(which, &in);
	d->length = plan_lanes(&in, in_axis, &d->in, &d->in_lanes);
	d->taken = plan_lanes(&out, axis, &d->out, &d->out_lanes);
	d->values = op->row->code == OP_TOPK;
	d->passes = 1;
	while (((int64_t)SORT_RUN << (d->passes - 1)) < d->length)
		d->passes++;
	d->runs = order_kernel(in.dtype, top);
	d->merge = order_merge_kernel(in.dtype, top);
	plan_use(p, in.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_ARGSORT, op->i, op->elements / d->taken * d->passes,
	    (uint64_t)(COST_MERGE * (8 + d->length)),
	    d->length * (int64_t)(2 * sizeof(int64_t) + 2 * sizeof(double)), d);
}

struct view
plan_whole(struct plan *p, const struct plan_op *op, size_t input,
    enum dtype dtype)
{
	struct view in = p->values[op->in[input]].view, v;

	if (in.dtype == dtype && view_contiguous(&in))
		return in;
	v = plan_temporary(p, &in, dtype);
	if (!p->failed)
		plan_copy(p, op->i, &in, &v);
	return v;
}

void
plan_search(struct plan *p, const struct plan_op *op)
{
	const struct view *a = &p->values[op->in[0]].view;
	const struct view *b = &p->values[op->in[1]].view;
	enum dtype dtype = dtype_promote(a->dtype, b->dtype);
	struct view in = plan_whole(p, op, 0, dtype);
	struct view wanted = plan_whole(p, op, 1, dtype);
	struct view out = plan_output(p, op);
	struct search_step *d;

	if (p->failed || op->elements == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->in = in;
	d->wanted = wanted;
	d->length = in.dims[0];
	d->elements = op->elements;
	d->out = out.slot;
	d->right = op->params.p[0].v[0] != 0;
	d->fn = search_kernel(dtype);
	plan_use(p, in.slot);
	plan_use(p, wanted.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_SEARCH, op->i, blocks(d->elements),
	    COST_LOOK * (uint64_t)(d->elements < VIEW_TILE ? d->elements :
	    VIEW_TILE), 0, d);
}
