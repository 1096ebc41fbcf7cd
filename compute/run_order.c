/*
 * Runs argmax, argmin and sort: one lane after the other, a lane in chunks or
 * passes.
 */
#include "compute/step.h"

#include <string.h>

void
run_arg(const struct run *r, int64_t from, int64_t to)
{
	const struct arg_step *d = r->step->detail;
	int64_t *out = (void *)run_slot(r, d->out);
	uint8_t *scratch = run_slot(r, r->step->scratch);
	const uint8_t *base = run_read(r, d->run.slot), *x;
	int64_t size = (int64_t)dtype_size(d->run.dtype);
	bool straight = d->run.ndim == 1 && d->run.strides[0] == 1;
	struct walk lanes = d->lanes;
	struct view lane = d->run;
	uint64_t value = 0;

	for (int64_t u = from; u < to; u++) {
		int64_t i = u / d->chunks, start = u % d->chunks * VIEW_TILE;
		int64_t left = d->length - start;
		size_t n = (size_t)(left < VIEW_TILE ? left : VIEW_TILE);

		walk_lane(&lanes, i, &d->run, &lane);
		if (start == 0)
			out[i] = -1;
		else
			view_gather(&lane, base, out[i], 1, (void *)&value);
		x = base + (lane.offset + start) * size;
		if (!straight) {
			view_gather(&lane, base, start, n, scratch);
			x = scratch;
		}
		out[i] = d->fn(x, n, start, out[i], &value);
	}
}

/* Pass 0 sorts short runs; pass p merges runs of SORT_RUN << (p - 1). */
static void
sort_pass(const struct run *r, const struct sort_step *d, int64_t pass,
    const struct view *in, const struct view *out)
{
	size_t n = (size_t)d->length;
	uint8_t *a = run_slot(r, r->step->scratch);
	uint8_t *b = a + n * dtype_size(d->in.dtype);

	if (pass % 2 == 0 && pass > 0) {
		uint8_t *t = a;

		a = b;
		b = t;
	}
	if (pass == 0) {
		view_gather(in, run_read(r, in->slot), 0, n, a);
		d->runs(a, n);
		b = a;
	} else
		d->merge(a, b, n, (size_t)SORT_RUN << (pass - 1));
	if (pass + 1 == d->passes)
		view_scatter(out, run_slot(r, out->slot), 0, n, b);
}

/* Whether all keys have the same digit. */
static bool
one_digit(const struct radix_state *s, uint32_t digit, size_t n)
{
	for (uint32_t i = 0; i < 256; i++)
		if (s->count[digit][i] != 0)
			return s->count[digit][i] == n;
	return true;
}

/* Pass 0 makes keys; pass p sorts by digit p - 1, if it tells keys apart. */
static void
radix_pass(const struct run *r, const struct sort_step *d, int64_t pass,
    const struct view *in, const struct view *out)
{
	size_t n = (size_t)d->length, size = dtype_size(d->in.dtype);
	struct radix_state *s = (void *)run_slot(r, r->step->scratch);
	uint8_t *a = (uint8_t *)(s + 1), *b = a + n * size, *x, *spare;
	uint32_t digit = (uint32_t)pass - 1;

	if (pass == 0) {
		memset(s, 0, sizeof *s);
		view_gather(in, run_read(r, in->slot), 0, n, a);
		d->radix->keys(a, n, s);
		return;
	}
	x = s->turned ? b : a;
	spare = s->turned ? a : b;
	if (!one_digit(s, digit, n)) {
		d->radix->pass(x, spare, n, s, digit);
		s->turned = !s->turned;
		x = s->turned ? b : a;
		spare = s->turned ? a : b;
	}
	if (pass + 1 < d->passes)
		return;
	d->radix->elements(x, n);
	if (s->minus) {
		view_gather(in, run_read(r, in->slot), 0, n, spare);
		d->radix->zeros(x, n, spare);
	}
	view_scatter(out, run_slot(r, out->slot), 0, n, x);
}

void
run_sort(const struct run *r, int64_t from, int64_t to)
{
	const struct sort_step *d = r->step->detail;
	struct walk in_lanes = d->in_lanes, out_lanes = d->out_lanes;
	struct view in = d->in, out = d->out;

	for (int64_t u = from; u < to; u++) {
		walk_lane(&in_lanes, u / d->passes, &d->in, &in);
		walk_lane(&out_lanes, u / d->passes, &d->out, &out);
		if (d->radix != NULL)
			radix_pass(r, d, u % d->passes, &in, &out);
		else
			sort_pass(r, d, u % d->passes, &in, &out);
	}
}
