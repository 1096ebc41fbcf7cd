/*
 * Plans and runs random numbers, a tile at a time.
 */
#include "compute/plan.h"

#define COST_RANDOM	32	/* of an element, in flops of a product */
#define COST_NORMAL	200

static uint64_t
word(const struct param *p)
{
	return p->n < 0 ? 0 : (uint64_t)p->v[0];
}

void
plan_random(struct plan *p, const struct plan_op *op)
{
	const struct param *param = op->params.p;
	struct view out = plan_output(p, op);
	struct random_step *d;
	int64_t n = op->elements;

	if (p->failed || n == 0 || (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->source.kind = (enum random_kind)param[1].v[0];
	d->source.dtype = op->shape.dtype;
	d->source.below = word(&param[2]);
	d->source.seed = word(&param[3]);
	d->source.stream = word(&param[4]);
	d->elements = n;
	d->out = out.slot;
	plan_use(p, out.slot);
	plan_step(p, STEP_RANDOM, op->i,
	    (n + RANDOM_AT_ONCE - 1) / RANDOM_AT_ONCE,
	    (uint64_t)(n < RANDOM_AT_ONCE ? n : RANDOM_AT_ONCE) *
	    (d->source.kind == RANDOM_NORMAL ? COST_NORMAL : COST_RANDOM), 0,
	    d);
}

void
run_random(const struct run *r, int64_t from, int64_t to)
{
	const struct random_step *d = r->step->detail;
	size_t size = d->source.kind == RANDOM_BITS ? sizeof(int64_t) :
	    dtype_size(d->source.dtype);
	uint8_t *out = run_slot(r, d->out);

	for (int64_t u = from; u < to; u++) {
		int64_t start = u * RANDOM_AT_ONCE, n = d->elements - start;

		random_make(&d->source, (uint64_t)start,
		    (size_t)(n < RANDOM_AT_ONCE ? n : RANDOM_AT_ONCE),
		    out + (size_t)start * size);
	}
}
