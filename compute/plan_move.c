/*
 * Ops that copy elements to other places: every one is a few copies between
 * views, or a fill of what no element comes to.
 */
#include "common/op_move.h"
#include "compute/plan.h"
#include "compute/step_move.h"

#include <string.h>

#define COST_MOVE	8	/* of an element, in flops of a product */
#define BAND_UNIT	32768	/* elements of a row */

static const uint64_t zero;

/* A new contiguous value of these lengths. */
static struct view
fresh(struct plan *p, const struct view *like, uint32_t ndim,
    const int64_t *dims)
{
	struct view v = { .ndim = (uint8_t)ndim };

	memcpy(v.dims, dims, ndim * sizeof *dims);
	return plan_temporary(p, &v, like->dtype);
}

/* The view with axis i cut to length elements from begin on. */
static struct view
part(const struct view *v, uint32_t i, int64_t begin, int64_t length)
{
	struct view w = *v;

	w.offset += begin * w.strides[i];
	w.dims[i] = length;
	return w;
}

static void
copy(struct plan *p, const struct plan_op *op, const struct view *from,
    const struct view *to)
{
	struct view v = *from;

	if (p->failed)
		return;
	view_broadcast(&v, to->ndim, to->dims);
	plan_copy(p, op->i, &v, to);
}

/* The elements in order, along one axis. */
static struct view
flat(struct plan *p, const struct plan_op *op, const struct view *v)
{
	struct view w = plan_contiguous(p, op->i, v);

	w.dims[0] = view_elements(&w);
	w.strides[0] = 1;
	w.ndim = 1;
	return w;
}

static void
move_flatten(struct plan *p, const struct plan_op *op)
{
	p->values[op->i].view = flat(p, op, &p->values[op->in[0]].view);
}

/* A sequence on a diagonal; of a matrix it is a view. */
static void
move_diag(struct plan *p, const struct plan_op *op)
{
	struct view out = plan_output(p, op), line = out;
	struct op_diagonal d;

	if (p->failed || op->elements == 0)
		return;
	plan_fill(p, op->i, &out, &zero);
	op_diagonal_of(out.dims[0], out.dims[1], op->params.p[0].v[0], &d);
	line.ndim = 1;
	line.offset = d.row * out.strides[0] + d.column;
	line.strides[0] = out.strides[0] + 1;
	line.dims[0] = d.length;
	copy(p, op, &p->values[op->in[0]].view, &line);
}

static void
move_stack(struct plan *p, const struct plan_op *op)
{
	struct view out = plan_output(p, op), one = out;
	uint32_t axis = (uint32_t)plan_axis(&op->params.p[0], out.ndim);

	one.ndim--;
	for (uint32_t i = axis; i < one.ndim; i++) {
		one.dims[i] = out.dims[i + 1];
		one.strides[i] = out.strides[i + 1];
	}
	for (size_t k = 0; k < op->n_in; k++) {
		one.offset = (int64_t)k * out.strides[axis];
		copy(p, op, &p->values[op->in[k]].view, &one);
	}
}

/*
 * Axis i of a contiguous value repeated: each of its elements (of length 1)
 * or the whole run of them, reps times.
 */
static struct view
repeated(struct plan *p, const struct plan_op *op, const struct view *v,
    uint32_t i, int64_t reps, bool each)
{
	struct view from = *v, to;
	int64_t dims[TENSOR_RANK], inner = 1, outer = 1;

	for (uint32_t k = 0; k < i; k++)
		outer *= v->dims[k];
	for (uint32_t k = i + 1; k < v->ndim; k++)
		inner *= v->dims[k];
	outer *= each ? v->dims[i] : 1;
	inner *= each ? 1 : v->dims[i];
	dims[0] = outer;
	dims[1] = reps;
	dims[2] = inner;
	to = fresh(p, v, 3, dims);
	from.ndim = 3;
	memcpy(from.dims, dims, 3 * sizeof *dims);
	from.strides[0] = inner;
	from.strides[1] = 0;
	from.strides[2] = 1;
	copy(p, op, &from, &to);
	from = *v;
	from.dims[i] *= reps;
	view_restride(&from);
	from.slot = to.slot;
	from.offset = 0;
	return from;
}

static void
move_tile(struct plan *p, const struct plan_op *op)
{
	const struct param *reps = &op->params.p[0];
	struct view v = p->values[op->in[0]].view;
	uint32_t ndim = op->out.ndim;

	if (op->elements == 0) {
		(void)plan_output(p, op);
		return;
	}
	v = plan_contiguous(p, op->i, &v);
	while (v.ndim < ndim)
		view_insert(&v, 0, 1, 0);
	/* The last axis first, so that what is copied often is long. */
	for (uint32_t i = ndim; i-- > ndim - (uint32_t)reps->n && !p->failed;) {
		int64_t n = reps->v[i - (ndim - (uint32_t)reps->n)];

		if (n != 1)
			v = repeated(p, op, &v, i, n, false);
	}
	p->values[op->i].view = v;
}

static void
move_repeat(struct plan *p, const struct plan_op *op)
{
	int64_t repeats = op->params.p[0].v[0];
	struct view v = p->values[op->in[0]].view;
	int32_t axis = plan_axis(&op->params.p[1], v.ndim);

	if (op->elements == 0) {
		(void)plan_output(p, op);
		return;
	}
	v = axis < 0 || v.ndim == 0 ? flat(p, op, &v) : plan_contiguous(p, op->i, &v);
	if (!p->failed)
		p->values[op->i].view = repeated(p, op, &v,
		    v.ndim == 1 ? 0 : (uint32_t)axis, repeats, true);
}

/* ---- pad ---- */

enum mode { CONSTANT, EDGE, REFLECT, SYMMETRIC, WRAP };

/*
 * What the axis is a stretch of, when it goes on for ever in both directions:
 * its elements, then (mirrored) the same backwards, without the ends if these
 * are not to come twice.
 */
static struct view
period(struct plan *p, const struct plan_op *op, const struct view *v,
    uint32_t i, enum mode mode)
{
	int64_t n = v->dims[i], back = mode == WRAP || n == 1 ? 0 :
	    mode == REFLECT ? n - 2 : n, dims[TENSOR_RANK];
	struct view whole, to, from;

	if (back == 0)
		return *v;
	memcpy(dims, v->dims, sizeof dims);
	dims[i] = n + back;
	whole = fresh(p, v, v->ndim, dims);
	to = part(&whole, i, 0, n);
	copy(p, op, v, &to);
	to = part(&whole, i, n, back);
	from = part(v, i, mode == REFLECT ? n - 2 : n - 1, back);
	from.strides[i] = -from.strides[i];
	copy(p, op, &from, &to);
	return whole;
}

/* length elements of the axis from phase on, going round. */
static void
go_round(struct plan *p, const struct plan_op *op, const struct view *cycle,
    uint32_t i, int64_t phase, const struct view *out)
{
	int64_t n = cycle->dims[i], length = out->dims[i], at = 0, take;
	struct view from, to;

	while (at < length && !p->failed) {
		take = n - phase < length - at ? n - phase : length - at;
		from = part(cycle, i, phase, take);
		to = part(out, i, at, take);
		if (phase == 0 && length - at >= 2 * n && out->ndim <
		    TENSOR_RANK) {
			/* As many whole rounds as there are in one copy. */
			take = (length - at) / n * n;
			from = part(cycle, i, 0, n);
			to = part(out, i, at, n);
			view_insert(&from, i, take / n, 0);
			view_insert(&to, i, take / n, n * out->strides[i]);
		}
		copy(p, op, &from, &to);
		at += take;
		phase = 0;
	}
}

/* One axis longer. */
static struct view
pad_axis(struct plan *p, const struct plan_op *op, const struct view *v,
    uint32_t i, int64_t before, int64_t after)
{
	enum mode mode = (enum mode)op->params.p[1].v[0];
	int64_t n = v->dims[i], dims[TENSOR_RANK], back;
	struct view out, cycle, to;

	memcpy(dims, v->dims, sizeof dims);
	dims[i] = before + n + after;
	out = fresh(p, v, v->ndim, dims);
	if (p->failed)
		return out;
	if (mode != EDGE) {
		cycle = period(p, op, v, i, mode);
		if (p->failed)
			return out;
		back = before % cycle.dims[i];
		go_round(p, op, &cycle, i, back == 0 ? 0 :
		    cycle.dims[i] - back, &out);
		return out;
	}
	to = part(&out, i, before, n);
	copy(p, op, v, &to);
	cycle = part(v, i, 0, 1);
	to = part(&out, i, 0, before);
	copy(p, op, &cycle, &to);
	cycle = part(v, i, n - 1, 1);
	to = part(&out, i, before + n, after);
	copy(p, op, &cycle, &to);
	return out;
}

/* The value that fills, as the dtype; its bits live as long as the plan. */
static const void *
filler(struct plan *p, double value, enum dtype dtype)
{
	uint64_t *bits = plan_alloc(p, sizeof *bits);
	float narrow = (float)value;
	int64_t n = tensor_integer(value, dtype);

	if (bits == NULL)
		return &zero;
	*bits = (uint64_t)n;
	if (dtype == DT_F32)
		memcpy(bits, &narrow, sizeof narrow);
	if (dtype == DT_F64)
		memcpy(bits, &value, sizeof value);
	return bits;
}

static void
move_pad(struct plan *p, const struct plan_op *op)
{
	int64_t before[TENSOR_RANK], after[TENSOR_RANK];
	struct view v = p->values[op->in[0]].view, out;
	struct op_error e;

	if (op_pads(&op->params.p[0], v.ndim, before, after, &e) != E_OK)
		return;
	if (op->params.p[1].v[0] != CONSTANT && op->elements > 0) {
		for (uint32_t i = 0; i < v.ndim && !p->failed; i++)
			if (before[i] > 0 || after[i] > 0)
				v = pad_axis(p, op, &v, i, before[i],
				    after[i]);
		p->values[op->i].view = v;
		return;
	}
	out = plan_output(p, op);
	if (p->failed || op->elements == 0)
		return;
	if (op->elements != view_elements(&v))
		plan_fill(p, op->i, &out, filler(p,
		    param_float(&op->params.p[2]), v.dtype));
	for (uint32_t i = 0; i < v.ndim; i++)
		out = part(&out, i, before[i], v.dims[i]);
	copy(p, op, &v, &out);
}

/* ---- roll ---- */

static struct view
roll_axis(struct plan *p, const struct plan_op *op, const struct view *v,
    uint32_t i, int64_t shift)
{
	struct view out = plan_temporary(p, v, v->dtype), from, to;
	int64_t n = v->dims[i];

	if (p->failed)
		return out;
	from = part(v, i, 0, n - shift);
	to = part(&out, i, shift, n - shift);
	copy(p, op, &from, &to);
	from = part(v, i, n - shift, shift);
	to = part(&out, i, 0, shift);
	copy(p, op, &from, &to);
	return out;
}

static void
move_roll(struct plan *p, const struct plan_op *op)
{
	struct view v = p->values[op->in[0]].view, shaped = v;
	struct shape s = { .dtype = v.dtype, .ndim = v.ndim };
	int64_t shift[TENSOR_RANK];
	struct op_error e;
	bool all = op->params.p[1].n < 0;

	memcpy(s.dims, v.dims, sizeof s.dims);
	if (op_shifts(op->params.p, &s, shift, &e) != E_OK)
		return;
	if (all)
		v = flat(p, op, &v);
	for (uint32_t i = 0; i < v.ndim && !p->failed; i++)
		if (shift[i] != 0)
			v = roll_axis(p, op, &v, i, shift[i]);
	if (all) {
		view_restride(&shaped);
		shaped.slot = v.slot;
		shaped.offset = v.offset;
		v = shaped;
	}
	p->values[op->i].view = v;
}

/* ---- tril, triu ---- */

static void
move_triangle(struct plan *p, const struct plan_op *op)
{
	struct view in = p->values[op->in[0]].view, out;
	struct band_step *d;

	if (op->elements > 0) {
		if (in.ndim == 1)
			view_broadcast(&in, 2, op->out.dims);
		in = plan_contiguous(p, op->i, &in);
	}
	out = plan_output(p, op);
	if (p->failed || op->elements == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->in = in.slot;
	d->in_offset = in.offset;
	d->out = out.slot;
	d->dtype = out.dtype;
	d->upper = op->row->code == OP_TRIU;
	d->rows = out.dims[out.ndim - 2];
	d->columns = out.dims[out.ndim - 1];
	/* Past an end by any distance is the same as just past it. */
	d->k = op->params.p[0].v[0];
	if (d->k < -d->rows - 1)
		d->k = -d->rows - 1;
	if (d->k > d->columns + 1)
		d->k = d->columns + 1;
	d->chunks = (d->columns + BAND_UNIT - 1) / BAND_UNIT;
	d->chunk = BAND_UNIT;
	plan_use(p, in.slot);
	plan_use(p, out.slot);
	plan_step(p, STEP_BAND, op->i, op->elements / d->columns * d->chunks,
	    (uint64_t)(COST_MOVE * (8 + (d->columns < BAND_UNIT ? d->columns :
	    BAND_UNIT))), 0, d);
}

bool
plan_move(struct plan *p, const struct plan_op *op)
{
	static void (*const moves[])(struct plan *, const struct plan_op *) = {
		[OP_FLATTEN - OP_SLICE] = move_flatten,
		[OP_DIAG - OP_SLICE] = move_diag,
		[OP_TRIL - OP_SLICE] = move_triangle,
		[OP_TRIU - OP_SLICE] = move_triangle,
		[OP_STACK - OP_SLICE] = move_stack,
		[OP_TILE - OP_SLICE] = move_tile,
		[OP_REPEAT - OP_SLICE] = move_repeat,
		[OP_PAD - OP_SLICE] = move_pad,
		[OP_ROLL - OP_SLICE] = move_roll,
	};
	uint32_t i = (uint32_t)op->row->code - OP_SLICE;

	if (i >= sizeof moves / sizeof *moves || moves[i] == NULL)
		return false;
	moves[i](p, op);
	return true;
}
