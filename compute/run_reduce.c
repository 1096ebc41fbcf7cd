/*
 * Runs sums, means, products, truths, least and greatest elements.  The order
 * in which elements meet is part of the result: sequences follow the logical C
 * order of the view, in chunks of REDUCE_CHUNK, each summed pairwise and added
 * in turn.
 */
#include "compute/step.h"

#include <string.h>

struct place {
	struct walk	kept, outer;
	int64_t		k, o, c;	/* kept, outer position; chunk */
};

/* n elements of the run, contiguous and in the dtype that is reduced. */
static const uint8_t *
elements(const struct run *r, const struct reduce_step *d,
    const struct place *at, int64_t start, size_t n)
{
	const uint8_t *base = run_read(r, d->run.slot), *x;
	struct view v;
	uint8_t *scratch;
	size_t size = dtype_size(d->run.dtype);

	if (d->straight) {
		x = base + (d->offset + at->kept.offset + at->outer.offset +
		    start) * (int64_t)size;
		if (d->cast == NULL)
			return x;
		scratch = run_slot(r, r->step->scratch);
	} else {
		v = d->run;
		v.offset = d->offset + at->kept.offset + at->outer.offset;
		scratch = run_slot(r, r->step->scratch);
		view_gather(&v, base, start, n, scratch);
		x = scratch;
		scratch += REDUCE_CHUNK * 8;
		if (d->cast == NULL)
			return x;
	}
	d->cast(x, NULL, scratch, n);
	return scratch;
}

static void
start(const struct reduce_step *d, const uint8_t *x, uint8_t *acc, size_t n)
{
	size_t size = dtype_size(d->out_dtype);

	if (d->kernel.start == FROM_FIRST)
		memcpy(acc, x, n * size);
	else if (d->kernel.start == FROM_ZERO)
		memset(acc, 0, n * size);
	else for (size_t i = 0; i < n; i++)
		memcpy(acc + i * size, reduce_constant(d->out_dtype, true),
		    size);
}

/* One chunk into the sum it belongs to. */
static void
reduce_unit(const struct run *r, const struct reduce_step *d,
    const struct place *at, uint8_t *out)
{
	int64_t begin = at->c * d->chunk;
	size_t n = (size_t)(d->length - begin < d->chunk ?
	    d->length - begin : d->chunk);
	const uint8_t *x = elements(r, d, at, begin, n);
	int64_t size = (int64_t)dtype_size(d->out_dtype);
	uint8_t *acc = out + at->k * size;

	if (at->c == 0 && at->o == 0)
		start(d, x, acc, 1);
	d->kernel.run(x, n, acc);
	if (at->c + 1 == d->chunks && at->o + 1 == d->n_outer &&
	    d->divisor != 0)
		reduce_divide(d->out_dtype, acc, 1, d->divisor);
}

/* One row into a tile of sums. */
static void
fold_unit(const struct run *r, const struct reduce_step *d,
    const struct place *at, uint8_t *out)
{
	int64_t begin = at->c * d->chunk;
	size_t n = (size_t)(d->length - begin < d->chunk ?
	    d->length - begin : d->chunk);
	const uint8_t *x = elements(r, d, at, begin, n);
	int64_t size = (int64_t)dtype_size(d->out_dtype);
	uint8_t *acc = out + (at->k * d->length + begin) * size;

	if (at->o == 0)
		start(d, x, acc, n);
	if (at->o != 0 || d->kernel.start != FROM_FIRST)
		d->kernel.fold(x, acc, n);
	if (at->o + 1 == d->n_outer && d->divisor != 0)
		reduce_divide(d->out_dtype, acc, n, d->divisor);
}

static void
seek(const struct reduce_step *d, struct place *at, int64_t unit)
{
	at->kept = d->kept;
	at->outer = d->outer;
	if (d->fold) {
		at->o = unit % d->n_outer;
		at->c = unit / d->n_outer % d->chunks;
	} else {
		at->c = unit % d->chunks;
		at->o = unit / d->chunks % d->n_outer;
	}
	at->k = unit / d->n_outer / d->chunks;
	walk_seek(&at->kept, at->k);
	walk_seek(&at->outer, at->o);
}

/* Chunks run fastest; outer positions do when rows are folded. */
static void
next(const struct reduce_step *d, struct place *at)
{
	if (d->fold) {
		walk_next(&at->outer);
		if (++at->o < d->n_outer)
			return;
		at->o = 0;
		if (++at->c < d->chunks)
			return;
		at->c = 0;
	} else {
		if (++at->c < d->chunks)
			return;
		at->c = 0;
		walk_next(&at->outer);
		if (++at->o < d->n_outer)
			return;
		at->o = 0;
	}
	at->k++;
	walk_next(&at->kept);
}

void
run_reduce(const struct run *r, int64_t from, int64_t to)
{
	const struct reduce_step *d = r->step->detail;
	uint8_t *out = run_slot(r, d->out);
	struct place at;

	seek(d, &at, from);
	for (int64_t u = from; u < to; u++) {
		if (d->fold)
			fold_unit(r, d, &at, out);
		else
			reduce_unit(r, d, &at, out);
		next(d, &at);
	}
}
