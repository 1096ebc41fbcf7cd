/*
 * Values that come out of nothing, or out of a shape: no data is sent for
 * them, and what repeats one number needs no memory.
 */
#include "common/op_move.h"
#include "compute/plan.h"
#include "compute/step_move.h"

#include <string.h>

#define COST_STEP	8	/* of an element, in flops of a product */

static const uint64_t zero;
static const uint8_t one_bool = 1;
static const int32_t one_i32 = 1;
static const int64_t one_i64 = 1;
static const float one_f32 = 1;
static const double one_f64 = 1;

static const void *
one_of(enum dtype dtype)
{
	static const void *const ones[DT_COUNT] = {
		[DT_BOOL] = &one_bool, [DT_I32] = &one_i32,
		[DT_I64] = &one_i64, [DT_F32] = &one_f32,
		[DT_F64] = &one_f64,
	};

	return ones[dtype];
}

/* One number everywhere. */
static void
make_filled(struct plan *p, const struct plan_op *op, const void *number)
{
	struct view v = op->out;

	v.slot = plan_outside(p, number);
	memset(v.strides, 0, sizeof v.strides);
	p->values[op->i].view = v;
}

static void
make_eye(struct plan *p, const struct plan_op *op)
{
	struct view out = plan_output(p, op), line = out;
	struct op_diagonal d;

	if (p->failed || op->elements == 0)
		return;
	plan_fill(p, op->i, &out, &zero);
	op_diagonal_of(out.dims[0], out.dims[1], op->params.p[2].v[0], &d);
	line.ndim = 1;
	line.offset = d.row * out.strides[0] + d.column;
	line.strides[0] = out.strides[0] + 1;
	line.dims[0] = d.length;
	if (!p->failed)
		plan_fill(p, op->i, &line, one_of((enum dtype)out.dtype));
}

static void
make_lengths(struct plan *p, const struct plan_op *op)
{
	const struct view *in = &p->values[op->in[0]].view;
	const struct param *index = &op->params.p[0];
	int64_t *lengths = plan_alloc(p, (in->ndim + 1u) * sizeof *lengths);
	struct view v = op->out;

	if (lengths == NULL)
		return;
	memcpy(lengths, in->dims, in->ndim * sizeof *lengths);
	if (op->row->code == OP_SIZE)
		lengths[0] = view_elements(in);
	v.slot = plan_outside(p, lengths);
	if (op->row->code == OP_SHAPE && index->n > 0)
		v.offset = plan_axis(index, in->ndim);
	p->values[op->i].view = v;
}

static struct steps_step *
steps_new(struct plan *p, const struct plan_op *op)
{
	struct view out = plan_output(p, op);
	struct steps_step *d;

	if (p->failed || op->elements == 0 ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return NULL;
	memset(d, 0, sizeof *d);
	d->out = out.slot;
	d->dtype = out.dtype;
	d->elements = op->elements;
	plan_use(p, out.slot);
	return d;
}

static void
steps_end(struct plan *p, const struct plan_op *op, struct steps_step *d)
{
	plan_step(p, STEP_STEPS, op->i,
	    (d->elements + STEPS_UNIT - 1) / STEPS_UNIT,
	    COST_STEP * STEPS_UNIT, 0, d);
}

/* The first two elements are rounded to the dtype; the step is between. */
static void
make_arange(struct plan *p, const struct plan_op *op)
{
	struct steps_step *d = steps_new(p, op);
	double start, step;
	int64_t length;

	if (d == NULL || !op_arange(op->params.p, &start, &step, &length))
		return;
	if (d->dtype == DT_F32) {
		d->start = (double)(float)start;
		d->second = (double)(float)(start + step);
		d->step = (double)((float)d->second - (float)start);
	} else if (d->dtype == DT_F64) {
		d->start = start;
		d->second = start + step;
		d->step = d->second - start;
	} else {
		d->start_i = tensor_integer(start, DT_I64);
		d->step_i = (int64_t)((uint64_t)tensor_integer(start + step,
		    DT_I64) - (uint64_t)d->start_i);
	}
	steps_end(p, op, d);
}

static void
make_linspace(struct plan *p, const struct plan_op *op)
{
	const struct param *params = op->params.p;
	double stop = param_float(&params[1]);
	int64_t num = params[2].v[0], parts;
	struct steps_step *d = steps_new(p, op);

	if (d == NULL)
		return;
	d->line = true;
	d->start = param_float(&params[0]);
	d->last = stop;
	d->ends = params[3].v[0] != 0 && num > 1;
	d->step = stop - d->start;
	parts = params[3].v[0] != 0 ? num - 1 : num;
	if (parts > 0 && d->step / (double)parts == 0)
		d->divisor = (double)parts;
	else if (parts > 0)
		d->step /= (double)parts;
	steps_end(p, op, d);
}

bool
plan_make(struct plan *p, const struct plan_op *op)
{
	switch (op->row->code) {
	case OP_ZEROS:
		make_filled(p, op, &zero);
		break;
	case OP_ONES:
		make_filled(p, op, one_of((enum dtype)op->out.dtype));
		break;
	case OP_EYE:
		make_eye(p, op);
		break;
	case OP_SHAPE:
	case OP_SIZE:
		make_lengths(p, op);
		break;
	case OP_ARANGE:
		make_arange(p, op);
		break;
	case OP_LINSPACE:
		make_linspace(p, op);
		break;
	default:
		return false;
	}
	return true;
}
