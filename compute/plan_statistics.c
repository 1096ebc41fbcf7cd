/*
 * Plans what is read from sorted lanes: median, mode, quantiles.
 */
#include "compute/plan.h"

#define COST_LANE	64
#define COST_LOOK	16

static const uint64_t nan_f64 = 0x7ff8000000000000u;
static const uint32_t nan_f32 = 0x7fc00000u;

/* The input with the axes that are kept first. */
static struct view
kept_first(struct plan *p, const struct plan_op *op, uint32_t bits,
    uint32_t *kept)
{
	struct view in = p->values[op->in[0]].view, v = in;
	uint32_t n = 0;

	for (int turn = 0; turn < 2; turn++) {
		for (uint32_t i = 0; i < in.ndim; i++) {
			if ((int)(bits >> i & 1) != turn)
				continue;
			v.dims[n] = in.dims[i];
			v.strides[n++] = in.strides[i];
		}
		if (turn == 0)
			*kept = n;
	}
	return plan_straight(p, op->i, &v);
}

/*
 * A copy of the input with the elements that meet in one result as a sorted,
 * contiguous lane.
 */
static struct view
sorted(struct plan *p, const struct plan_op *op, int64_t *lanes)
{
	struct sort_step *d = plan_alloc(p, sizeof *d);
	struct op_error ignored;
	struct view in, out;
	struct shape s = { .ndim = 2 };
	uint32_t bits = 0, kept = 0;

	if (op_axes(&op->params.p[0], p->values[op->in[0]].view.ndim, &bits,
	    &ignored) != E_OK)
		p->failed = true;
	in = kept_first(p, op, bits, &kept);
	out = in;
	*lanes = 1;
	if (p->failed)
		return out;
	walk_init(&d->in_lanes);
	walk_init(&d->out_lanes);
	for (uint32_t i = 0; i < kept; i++) {
		walk_axis(&d->in_lanes, in.dims[i], in.strides[i]);
		*lanes *= in.dims[i];
	}
	d->in = in;
	d->in.ndim = (uint8_t)(in.ndim - kept);
	for (uint32_t i = 0; i < d->in.ndim; i++) {
		d->in.dims[i] = in.dims[kept + i];
		d->in.strides[i] = in.strides[kept + i];
	}
	d->length = view_elements(&d->in);
	view_collapse(&d->in);
	s.dtype = in.dtype;
	s.dims[0] = *lanes;
	s.dims[1] = d->length;
	view_of_shape(&out, &s, plan_slot(p, shape_bytes(&s)));
	d->out = out;
	d->out.ndim = 1;
	d->out.dims[0] = d->length;
	d->out.strides[0] = 1;
	walk_axis(&d->out_lanes, *lanes, d->length);
	plan_sort_step(p, op->i, d, *lanes);
	return out;
}

void
plan_rank(struct plan *p, const struct plan_op *op)
{
	struct view out, lanes;
	struct rank_step *d;
	int64_t n;

	if (op->elements == 0) {
		(void)plan_output(p, op);
		return;
	}
	if (view_elements(&p->values[op->in[0]].view) == 0) {
		out = plan_output(p, op);
		plan_fill(p, op->i, &out, out.dtype == DT_F32 ?
		    (const void *)&nan_f32 : &nan_f64);
		return;
	}
	lanes = sorted(p, op, &n);
	out = plan_output(p, op);
	if (p->failed || (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->in = lanes.slot;
	d->in_dtype = lanes.dtype;
	d->length = lanes.dims[1];
	d->lanes = n;
	d->out = out.slot;
	d->out_dtype = out.dtype;
	d->n_quantiles = 0;
	d->fn = rank_kernel(op->row->code, lanes.dtype);
	plan_use(p, lanes.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_RANK, op->i, n, COST_LANE +
	    (op->row->code == OP_MODE ? COST_LOOK * (uint64_t)d->length : 0),
	    0, d);
}

/* Without lanes there is nothing to give, but the quantiles are looked at. */
void
plan_quantile(struct plan *p, const struct plan_op *op)
{
	struct view out, lanes = { .dtype = DT_F64 }, q;
	struct rank_step *d;
	int64_t n = 0;

	if (op->elements > 0)
		lanes = sorted(p, op, &n);
	q = plan_whole(p, op, 1, DT_F64);
	out = plan_output(p, op);
	if (p->failed || view_elements(&q) == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->in = n > 0 ? lanes.slot : q.slot;
	d->in_dtype = lanes.dtype;
	d->length = lanes.dims[1];
	d->lanes = n;
	d->out = out.slot;
	d->out_dtype = out.dtype;
	d->quantiles = q;
	d->n_quantiles = view_elements(&q);
	d->exact = !dtype_is_float(p->values[op->in[1]].view.dtype);
	d->fn = NULL;
	d->quantile = quantile_kernel(lanes.dtype);
	plan_use(p, d->in);
	plan_use(p, q.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_RANK, op->i, n > 0 ? n : 1, COST_LANE +
	    COST_LOOK * (uint64_t)d->n_quantiles, 0, d);
}

void
plan_histogram(struct plan *p, const struct plan_op *op)
{
	const struct param *params = op->params.p;
	bool edges = op->row->code == OP_HISTOGRAM_EDGES;
	enum dtype from = (enum dtype)p->values[op->in[0]].view.dtype;
	enum dtype dtype = from == DT_F32 ? DT_F32 : DT_F64;
	struct view in = plan_whole(p, op, 0, dtype);
	struct view out = plan_output(p, op);
	struct histogram_step *d;
	int64_t chunks;

	if (p->failed || (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->in = in;
	d->elements = view_elements(&in);
	d->out = out.slot;
	d->want_edges = edges;
	d->h.bins = params[0].v[0];
	/* Of nothing, the range is from 0 to 1. */
	d->h.given = params[1].n > 0 || d->elements == 0;
	d->h.first = params[1].n > 0 ? param_float(&params[1]) : 0;
	d->h.last = params[2].n > 0 ? param_float(&params[2]) : 1;
	d->h.scale = 0;
	d->least = reduce_kernel(OP_MIN, dtype);
	d->greatest = reduce_kernel(OP_MAX, dtype);
	d->kernel = histogram_kernel(dtype);
	chunks = (d->elements + HISTOGRAM_CHUNK - 1) / HISTOGRAM_CHUNK;
	d->looks = d->h.given ? 0 : chunks;
	plan_use(p, in.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_HISTOGRAM, op->i, d->looks + 1 +
	    (edges ? 0 : chunks), COST_LOOK * HISTOGRAM_CHUNK,
	    (int64_t)sizeof(struct histogram_state) +
	    (d->h.bins + 1) * (int64_t)dtype_size(dtype), d);
}

void
plan_bincount(struct plan *p, const struct plan_op *op)
{
	struct bincount_step *d = plan_alloc(p, sizeof *d);
	bool weighted = op->n_in > 1;
	struct view in = plan_whole(p, op, 0, DT_I64), weights = in, out;

	if (weighted)
		weights = plan_whole(p, op, 1, DT_F64);
	out = plan_output(p, op);
	if (p->failed || d == NULL)
		return;
	d->in = in;
	d->weights = weights;
	d->weighted = weighted;
	d->elements = in.dims[0];
	d->least = op->params.p[0].v[0];
	d->most = op->elements;
	d->out = out.slot;
	d->found = p->values[op->i].found;
	plan_use(p, in.slot);
	plan_use(p, weights.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_BINCOUNT, op->i, 2 + (d->elements +
	    HISTOGRAM_CHUNK - 1) / HISTOGRAM_CHUNK, COST_LOOK *
	    HISTOGRAM_CHUNK, 0, d);
}
