/*
 * Plans contiguous copies of views that are costly to read in their order:
 * where neighbours in a row lie far apart, but neighbours along some other
 * axis lie together, as in a transposed matrix.
 */
#include "compute/plan.h"

#include <string.h>

#define FEW		256	/* elements not worth a copy */
#define COST_MOVE	16	/* of an element, in flops of a product */

/* The axis of stride 1, if the last axis's is larger; else ndim. */
static uint32_t
along(const struct view *v)
{
	if (v->ndim < 2 || v->strides[v->ndim - 1] == 0)
		return v->ndim;
	for (uint32_t i = 0; i + 1 < v->ndim; i++)
		if (v->strides[i] == 1 && v->dims[i] > 1)
			return i;
	return v->ndim;
}

static void
turn_step(struct plan *p, uint32_t op, const struct view *in, uint32_t axis,
    uint32_t out)
{
	struct turn_step *d = plan_alloc(p, sizeof *d);
	int64_t stride = in->dims[in->ndim - 1];
	int64_t line = TURN_LINE / (int64_t)dtype_size(in->dtype);
	int64_t strides[TENSOR_RANK];

	if (d == NULL)
		return;
	d->in = *in;
	d->out = out;
	d->along = axis;
	d->fn = turn_kernel(in->dtype);
	walk_init(&d->in_rest);
	walk_init(&d->out_rest);
	for (uint32_t i = in->ndim - 1u; i-- > 0; stride *= in->dims[i])
		strides[i] = stride;
	for (uint32_t i = 0; i + 1 < in->ndim; i++) {
		if (i == axis)
			continue;
		walk_axis(&d->in_rest, in->dims[i], in->strides[i]);
		walk_axis(&d->out_rest, in->dims[i], strides[i]);
	}
	d->out_along = strides[axis];
	d->lines = (in->dims[axis] + line - 1) / line;
	d->longs = (in->dims[in->ndim - 1] + TURN_LONG - 1) / TURN_LONG;
	plan_use(p, in->slot);
	plan_use(p, out);
	plan_step(p, STEP_TURN, op,
	    walk_positions(&d->in_rest) * d->lines * d->longs,
	    (uint64_t)(COST_MOVE * line * (in->dims[in->ndim - 1] <
	    TURN_LONG ? in->dims[in->ndim - 1] : TURN_LONG)), 0, d);
}

bool
plan_turn(struct plan *p, uint32_t op, const struct view *from,
    const struct view *to)
{
	struct view in = *from;
	uint32_t axis;

	if (from->dtype != to->dtype || view_elements(from) < FEW)
		return false;
	view_collapse(&in);
	axis = along(&in);
	if (axis == in.ndim)
		return false;
	turn_step(p, op, &in, axis, to->slot);
	return true;
}

struct view
plan_straight(struct plan *p, uint32_t op, const struct view *from)
{
	struct view in = *from, to;

	view_collapse(&in);
	if (view_elements(from) < FEW || along(&in) == in.ndim)
		return *from;
	to = plan_temporary(p, from, from->dtype);
	if (!p->failed)
		(void)plan_turn(p, op, from, &to);
	return to;
}
