/*
 * Plans ops that decide a length of their output by their data, and those
 * that go with them.  Memory is planned for the most there can be; what was
 * found is a number that the steps leave in the plan.
 */
#include "compute/plan.h"
#include "common/op_priv.h"

#include <string.h>

#define COST_LOOK	8	/* at an element, in flops of a product */
#define COST_MERGE	64

static int64_t
blocks(int64_t n, int64_t size)
{
	return (n + size - 1) / size;
}

bool
plan_lengths(const struct program *p)
{
	const struct op_row *row;
	struct shape s;
	uint32_t in;

	for (uint32_t i = 0; i < p->n_ops; i++) {
		const struct program_op *o = &p->ops[i];

		row = op_by_code(o->code);
		program_shape(p, i, &s);
		if (row != NULL && op_length_by_data(row) == shape_known(&s))
			return false;
		for (uint32_t k = 0; k < o->n_in; k++) {
			in = p->refs[o->first_in + k];
			if (in < p->base || in - p->base >= i)
				continue;	/* refused when i is checked */
			program_shape(p, in - p->base, &s);
			if (!shape_known(&s))
				return false;
		}
	}
	return true;
}

enum error
plan_bound(struct plan *p, struct plan_op *op, struct op_error *e)
{
	const struct shape *in[PLAN_DATA_INPUTS];
	struct shape scratch[PLAN_DATA_INPUTS], most;
	size_t n = program_inputs(&p->prog, op->i, NULL, NULL, in, scratch,
	    PLAN_DATA_INPUTS);
	int64_t bytes;

	op_bound(op->row, in, n, &op->params, &op->shape, &most);
	bytes = shape_bytes(&most);
	if (bytes < 0 || bytes > ARENA_MAX)
		return op_fail(e, E_MEMORY, -1, INT64_MAX, 0, 0, 0);
	op->shape = most;
	p->values[op->i].found = plan_alloc(p, sizeof(int64_t));
	if (p->values[op->i].found != NULL)
		*p->values[op->i].found = 0;
	return E_OK;
}

/* The view contiguous and of the dtype. */
static struct view
whole(struct plan *p, uint32_t op, const struct view *in, enum dtype dtype)
{
	struct view v;

	if (in->dtype == dtype && view_contiguous(in))
		return *in;
	v = plan_temporary(p, in, dtype);
	if (!p->failed)
		plan_copy(p, op, in, &v);
	return v;
}

/* Its truths, contiguous. */
static struct view
truths(struct plan *p, uint32_t op, const struct view *in)
{
	struct view v;

	if (in->dtype == DT_BOOL)
		return whole(p, op, in, DT_BOOL);
	v = plan_temporary(p, in, DT_BOOL);
	if (!p->failed)
		plan_truth(p, op, in, &v);
	return v;
}

/* ---- unique ---- */

/* The input as n rows of m elements that are compared. */
static struct view
rows(struct plan *p, const struct plan_op *op, struct rows_step *d)
{
	struct view in = p->values[op->in[0]].view, turned = in;
	int32_t axis = plan_axis(&op->params.p[0], in.ndim);

	d->n = view_elements(&in);
	d->outer = d->inner = 1;
	d->apart = axis >= 0;
	if (axis < 0)
		return whole(p, op->i, &in, in.dtype);
	d->n = in.dims[axis];
	for (int32_t i = 0; i < in.ndim; i++) {
		if (i < axis) {
			d->outer *= in.dims[i];
			turned.dims[i + 1] = in.dims[i];
			turned.strides[i + 1] = in.strides[i];
		} else if (i > axis)
			d->inner *= in.dims[i];
	}
	turned.dims[0] = in.dims[axis];
	turned.strides[0] = in.strides[axis];
	if (d->outer == 0 || d->inner == 0)
		return turned;		/* rows of nothing are not read */
	return whole(p, op->i, &turned, in.dtype);
}

static int64_t
merges(int64_t n)
{
	int64_t passes = 1;

	for (int64_t width = 1; width < n; width *= 2)
		passes++;
	return passes;
}

/* Sorted by indices, marked where a new row begins, then written. */
static void
unique_steps(struct plan *p, const struct plan_op *op, struct rows_step *d)
{
	int64_t m = d->outer * d->inner, look = COST_LOOK * (8 + m);
	int64_t indices = d->n * (int64_t)sizeof(int64_t);

	d->order = plan_slot(p, indices);
	d->starts = plan_slot(p, indices + (int64_t)sizeof(int64_t));
	if (p->failed)
		return;
	plan_use(p, d->rows.slot);
	plan_use(p, d->order);
	d->passes = merges(d->n);
	plan_step(p, STEP_ROWS, op->i, d->passes,
	    (uint64_t)(COST_MERGE * (8 + d->n)), indices, d);
	plan_use(p, d->rows.slot);
	plan_use(p, d->order);
	plan_use(p, d->starts);
	plan_step(p, STEP_MARK, op->i, blocks(d->n, VIEW_TILE),
	    (uint64_t)(look * VIEW_TILE), 0, d);
	plan_use(p, d->rows.slot);
	plan_use(p, d->order);
	plan_use(p, d->starts);
	plan_use(p, d->out);
	plan_step(p, STEP_UNIQUE, op->i, blocks(d->n, VIEW_TILE),
	    (uint64_t)(look * VIEW_TILE), 0, d);
}

/* Sorting the elements themselves is quicker, if they are all that is asked. */
static void
unique_sorted(struct plan *p, const struct plan_op *op, struct rows_step *d)
{
	plan_sort(p, op);
	if (p->failed || d->n == 0)
		return;
	d->out = p->values[op->i].view.slot;
	plan_use(p, d->out);
	plan_step(p, STEP_SQUEEZE, op->i, blocks(d->n, VIEW_TILE),
	    COST_LOOK * VIEW_TILE, 0, d);
}

void
plan_unique(struct plan *p, const struct plan_op *op)
{
	struct rows_step *d = plan_alloc(p, sizeof *d);
	struct view in = p->values[op->in[0]].view;

	if (d == NULL)
		return;
	memset(d, 0, sizeof *d);
	d->code = op->row->code;
	d->dtype = in.dtype;
	d->kernel = rows_kernel(in.dtype);
	d->found = p->values[op->i].found;
	if (d->found == NULL)
		d->found = &d->runs;
	if (op->row->code == OP_UNIQUE && op->params.p[0].n < 0) {
		d->n = op->elements;
		d->outer = d->inner = 1;
		unique_sorted(p, op, d);
		return;
	}
	d->rows = rows(p, op, d);
	d->out = plan_output(p, op).slot;
	if (!p->failed && d->n > 0)
		unique_steps(p, op, d);
}

/* ---- where something is true ---- */

/* Flags pick indices of their own, or rows of values. */
static void
pick_step(struct plan *p, const struct plan_op *op, struct pick_step *d)
{
	int64_t work = d->inner > VIEW_TILE ? VIEW_TILE : d->inner;

	d->code = op->row->code;
	d->out = plan_output(p, op).slot;
	d->found = p->values[op->i].found;
	if (p->failed || d->n == 0)
		return;
	d->chunk = work < 1 ? VIEW_TILE : VIEW_TILE / work;
	plan_use(p, d->flags.slot);
	plan_use(p, d->out);
	if (d->code == OP_BOOLEAN_INDEX)
		plan_use(p, d->values.slot);
	plan_step(p, STEP_PICK, op->i, blocks(d->n, d->chunk), (uint64_t)
	    (COST_LOOK * d->chunk * (1 + d->inner)), 0, d);
}

void
plan_pick(struct plan *p, const struct plan_op *op)
{
	struct pick_step *d = plan_alloc(p, sizeof *d);
	struct view in = p->values[op->in[0]].view, mask;

	if (d == NULL)
		return;
	memset(d, 0, sizeof *d);
	d->inner = 1;
	if (op->row->code == OP_BOOLEAN_INDEX) {
		mask = p->values[op->in[1]].view;
		for (uint32_t i = mask.ndim; i < in.ndim; i++)
			d->inner *= in.dims[i];
		d->n = view_elements(&mask);
		d->values = in;
		if (d->n > 0 && d->inner > 0)
			d->values = whole(p, op->i, &in, in.dtype);
		in = mask;
	} else {
		d->n = view_elements(&in);
		d->inner = in.ndim;
		memcpy(d->dims, in.dims, sizeof d->dims);
	}
	d->flags = in;
	if (d->n > 0)
		d->flags = truths(p, op->i, &in);
	pick_step(p, op, d);
}

/* ---- where each of some values is ---- */

void
plan_find(struct plan *p, const struct plan_op *op)
{
	static const uint64_t zero;
	const struct view *a = &p->values[op->in[0]].view;
	const struct view *b = &p->values[op->in[1]].view;
	enum dtype dtype = dtype_promote(a->dtype, b->dtype);
	struct find_step *d = plan_alloc(p, sizeof *d);
	struct view out;

	if (d == NULL)
		return;
	d->n = view_elements(a);
	d->values = view_elements(b);
	d->found = p->values[op->i].found;
	if (d->n > 0 && d->values > 0) {
		d->in = whole(p, op->i, a, dtype);
		d->wanted = whole(p, op->i, b, dtype);
	}
	out = plan_output(p, op);
	d->out = out.slot;
	if (p->failed || d->values == 0)
		return;
	if (d->n == 0) {
		if (d->found == NULL)
			plan_fill(p, op->i, &out, &zero);
		return;
	}
	d->chunks = blocks(d->n, VIEW_TILE);
	d->equal = tile_kernel(OP_EQUAL, dtype, p->wide);
	plan_use(p, d->in.slot);
	plan_use(p, d->wanted.slot);
	plan_use(p, d->out);
	plan_step(p, STEP_FIND, op->i, d->values * d->chunks,
	    2 * COST_LOOK * VIEW_TILE, 2 * TILE_BYTES, d);
}
