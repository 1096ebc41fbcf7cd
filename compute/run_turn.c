/*
 * Runs copies of views whose rows lie across memory, a line of the source
 * and a stretch of the copy at a time.
 */
#include "compute/step.h"

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void
run_turn(const struct run *r, int64_t from, int64_t to)
{
	const struct turn_step *d = r->step->detail;
	int64_t size = (int64_t)dtype_size(d->in.dtype);
	int64_t line = TURN_LINE / size;
	uint32_t last = d->in.ndim - 1u;
	struct walk in = d->in_rest, out = d->out_rest;

	for (int64_t u = from; u < to; u++) {
		int64_t i = u / d->longs % d->lines * line;
		int64_t j = u % d->longs * TURN_LONG;

		walk_seek(&in, u / d->longs / d->lines);
		walk_seek(&out, u / d->longs / d->lines);
		d->fn(run_read(r, d->in.slot) + (d->in.offset + in.offset + i +
		    j * d->in.strides[last]) * size, d->in.strides[last],
		    run_slot(r, d->out) +
		    (out.offset + i * d->out_along + j) * size, d->out_along,
		    (size_t)least(d->in.dims[d->along] - i, line),
		    (size_t)least(d->in.dims[last] - j, TURN_LONG));
	}
}
