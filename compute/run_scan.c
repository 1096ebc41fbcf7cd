/*
 * Runs scans, sorting of indices, and searches in sorted vectors: lane by
 * lane, a lane in chunks or passes.
 */
#include "compute/step.h"

#include <string.h>

/* One chunk of a lane; what came before is read from the output. */
static void
scan_chunk(const struct run *r, const struct scan_step *d,
    const struct view *in, const struct view *out, int64_t start)
{
	uint8_t *scratch = run_slot(r, r->step->scratch);
	const uint8_t *x = run_read(r, in->slot);
	uint8_t *to = run_slot(r, out->slot), *z = scratch + TILE_BYTES;
	int64_t left = d->length - start;
	size_t n = (size_t)(left < VIEW_TILE ? left : VIEW_TILE);
	uint64_t acc = 0;

	if (start > 0)
		view_gather(out, to, start - 1, 1, (void *)&acc);
	view_gather(in, x, start, n, scratch);
	d->fn(scratch, n, &acc, start == 0, z);
	view_scatter(out, to, start, n, z);
}

void
run_scan(const struct run *r, int64_t from, int64_t to)
{
	const struct scan_step *d = r->step->detail;
	struct walk in_lanes = d->in_lanes, out_lanes = d->out_lanes;
	struct view in = d->in, out = d->out;

	for (int64_t u = from; u < to; u++) {
		walk_lane(&in_lanes, u / d->chunks, &d->in, &in);
		walk_lane(&out_lanes, u / d->chunks, &d->out, &out);
		scan_chunk(r, d, &in, &out, u % d->chunks * VIEW_TILE);
	}
}

/* The first of the sorted indices, or the elements they point at. */
static void
argsort_write(const struct run *r, const struct argsort_step *d,
    const void *x, const int64_t *order, const struct view *out)
{
	size_t size = dtype_size(d->in.dtype), n = (size_t)d->taken;
	const uint8_t *from = x, *what = (const void *)order;
	uint8_t *picked = (uint8_t *)(uintptr_t)x + (size_t)d->length * 8;

	for (size_t i = 0; i < n && d->values; i++)
		memcpy(picked + i * size, from + (size_t)order[i] * size, size);
	if (d->values)
		what = picked;
	view_scatter(out, run_slot(r, out->slot), 0, n, what);
}

/* Pass 0 sorts short runs; pass p merges runs of SORT_RUN << (p - 1). */
static void
argsort_pass(const struct run *r, const struct argsort_step *d, int64_t pass,
    const struct view *in, const struct view *out)
{
	size_t n = (size_t)d->length;
	int64_t *a = (void *)run_slot(r, r->step->scratch), *b = a + n;
	void *x = b + n;

	if (pass % 2 == 0 && pass > 0) {
		int64_t *t = a;

		a = b;
		b = t;
	}
	if (pass == 0) {
		view_gather(in, run_read(r, in->slot), 0, n, x);
		d->runs(x, a, n);
		b = a;
	} else
		d->merge(x, a, b, n, (size_t)SORT_RUN << (pass - 1));
	if (pass + 1 == d->passes)
		argsort_write(r, d, x, b, out);
}

void
run_argsort(const struct run *r, int64_t from, int64_t to)
{
	const struct argsort_step *d = r->step->detail;
	struct walk in_lanes = d->in_lanes, out_lanes = d->out_lanes;
	struct view in = d->in, out = d->out;

	for (int64_t u = from; u < to; u++) {
		walk_lane(&in_lanes, u / d->passes, &d->in, &in);
		walk_lane(&out_lanes, u / d->passes, &d->out, &out);
		argsort_pass(r, d, u % d->passes, &in, &out);
	}
}

void
run_search(const struct run *r, int64_t from, int64_t to)
{
	const struct search_step *d = r->step->detail;
	int64_t size = (int64_t)dtype_size(d->in.dtype);
	const uint8_t *x = run_read(r, d->in.slot) + d->in.offset * size;
	const uint8_t *v = run_read(r, d->wanted.slot) +
	    d->wanted.offset * size;
	int64_t *out = (void *)run_slot(r, d->out);

	for (int64_t u = from; u < to; u++) {
		int64_t start = u * VIEW_TILE, left = d->elements - start;

		d->fn(x, d->length, v + start * size,
		    (size_t)(left < VIEW_TILE ? left : VIEW_TILE), d->right,
		    out + start);
	}
}
