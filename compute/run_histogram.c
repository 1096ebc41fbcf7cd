/*
 * Runs histograms: first the ends of the range are looked for, chunk by chunk,
 * then elements are counted.  And counts of ints.
 */
#include "compute/step.h"

#include <string.h>

/* Chunk c of the input, in the dtype of the edges. */
static const uint8_t *
chunk(const struct run *r, const struct histogram_step *d, int64_t c,
    size_t *n)
{
	int64_t size = (int64_t)dtype_size(d->in.dtype);
	int64_t left = d->elements - c * HISTOGRAM_CHUNK;

	*n = (size_t)(left < HISTOGRAM_CHUNK ? left : HISTOGRAM_CHUNK);
	return run_read(r, d->in.slot) + (d->in.offset + c * HISTOGRAM_CHUNK) *
	    size;
}

static void
extremes(struct histogram_state *s, const struct histogram_step *d,
    const uint8_t *x, size_t n, bool first)
{
	size_t size = dtype_size(d->in.dtype);

	if (first) {
		memcpy(&s->least, x, size);
		memcpy(&s->greatest, x, size);
	}
	d->least.run(x, n, &s->least);
	d->greatest.run(x, n, &s->greatest);
}

/* Between the two passes; a failure if the range has no bins. */
static enum error
begin(const struct run *r, const struct histogram_step *d,
    struct histogram_state *s, void *edges)
{
	size_t size = dtype_size(d->in.dtype);
	uint8_t *out = run_slot(r, d->out);

	s->h = d->h;
	if (!d->kernel->edges(&s->h, &s->least, &s->greatest, edges))
		return E_RANGE;
	if (d->want_edges)
		memcpy(out, edges, (size_t)(s->h.bins + 1) * size);
	else
		memset(out, 0, (size_t)s->h.bins * sizeof(int64_t));
	return E_OK;
}

enum error
run_histogram(const struct run *r, int64_t from, int64_t to)
{
	const struct histogram_step *d = r->step->detail;
	struct histogram_state *s = (void *)run_slot(r, r->step->scratch);
	void *edges = s + 1;
	const uint8_t *x;
	size_t n;

	for (int64_t u = from; u < to; u++) {
		if (u < d->looks) {
			x = chunk(r, d, u, &n);
			extremes(s, d, x, n, u == 0);
			continue;
		}
		if (u == d->looks && begin(r, d, s, edges) != E_OK)
			return E_RANGE;
		if (u == d->looks)
			continue;
		x = chunk(r, d, u - d->looks - 1, &n);
		d->kernel->count(&s->h, x, n, edges,
		    (void *)run_slot(r, d->out));
	}
	return E_OK;
}

/* The elements of a chunk are counted, or one of them fails the op. */
static enum error
bincount_chunk(const struct run *r, const struct bincount_step *d,
    int64_t start)
{
	const int64_t *x = (const void *)run_read(r, d->in.slot);
	const double *w = (const void *)run_read(r, d->weights.slot);
	int64_t *counts = (void *)run_slot(r, d->out);
	double *sums = (void *)counts;
	int64_t end = start + HISTOGRAM_CHUNK;

	x += d->in.offset;
	w += d->weights.offset;
	for (int64_t i = start; i < end && i < d->elements; i++) {
		if (x[i] < 0 || x[i] >= d->most) {
			r->error->input = 0;
			r->error->a[0] = x[i];
			r->error->a[1] = i;
			return x[i] < 0 ? E_NEGATIVE : E_BINS;
		}
		if (d->weighted)
			sums[x[i]] = sums[x[i]] + w[i];
		else
			counts[x[i]]++;
		if (x[i] >= *d->found)
			*d->found = x[i] + 1;
	}
	return E_OK;
}

/* First the counts are made 0, last those of weights canonical. */
enum error
run_bincount(const struct run *r, int64_t from, int64_t to)
{
	const struct bincount_step *d = r->step->detail;
	uint8_t *out = run_slot(r, d->out);
	enum error err;

	for (int64_t u = from; u < to; u++) {
		if (u == 0) {
			memset(out, 0, (size_t)d->most * sizeof(int64_t));
			*d->found = d->least;
		} else if (u + 1 < r->step->units) {
			err = bincount_chunk(r, d, (u - 1) * HISTOGRAM_CHUNK);
			if (err != E_OK)
				return err;
		} else if (d->weighted)
			tensor_canonical(DT_F64, out, (size_t)*d->found *
			    sizeof(double));
	}
	return E_OK;
}
