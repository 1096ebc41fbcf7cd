/*
 * Runs what decides lengths: rows sorted, told apart and written; positions
 * where something is true; positions of values.  Lengths found so far are
 * where the plan reads them in the end.
 */
#include "compute/step.h"

#include <string.h>

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* ---- unique ---- */

/* Pass 0 numbers the rows, pass p merges runs of 1 << (p - 1). */
void
run_rows(const struct run *r, int64_t from, int64_t to)
{
	const struct rows_step *d = r->step->detail;
	int64_t size = (int64_t)dtype_size(d->dtype);
	const uint8_t *x = run_read(r, d->rows.slot) + d->rows.offset * size;
	int64_t *order = (void *)run_slot(r, d->order);
	int64_t *spare = (void *)run_slot(r, r->step->scratch);

	for (int64_t u = from; u < to; u++) {
		/* The last pass ends in order. */
		bool here = (d->passes - 1 - u) % 2 == 0;
		int64_t *z = here ? order : spare;

		for (int64_t i = 0; u == 0 && i < d->n; i++)
			z[i] = i;
		if (u > 0)
			d->kernel->merge(x, (size_t)(d->outer * d->inner),
			    here ? spare : order, z, (size_t)d->n,
			    (size_t)1 << (u - 1));
	}
}

/* Notes where in order each new row begins; behind the last, the end. */
void
run_mark(const struct run *r, int64_t from, int64_t to)
{
	const struct rows_step *d = r->step->detail;
	int64_t m = d->outer * d->inner, size = (int64_t)dtype_size(d->dtype);
	const uint8_t *x = run_read(r, d->rows.slot) + d->rows.offset * size;
	const int64_t *order = (void *)run_slot(r, d->order);
	int64_t *starts = (void *)run_slot(r, d->starts);
	int64_t end = least(to * VIEW_TILE, d->n), found = *d->found;

	for (int64_t j = from * VIEW_TILE; j < end; j++) {
		if (j == 0 || d->kernel->differ(x + order[j - 1] * m * size,
		    x + order[j] * m * size, (size_t)m, d->apart))
			starts[found++] = j;
	}
	starts[found] = d->n;
	*d->found = found;
}

/* Row number u of the result, which has the axis between outer and inner. */
static void
unique_row(const struct rows_step *d, const uint8_t *row, uint8_t *out,
    int64_t u)
{
	int64_t bytes = d->inner * (int64_t)dtype_size(d->dtype);

	for (int64_t i = 0; i < d->outer; i++) {
		uint8_t *to = out + (i * *d->found + u) * bytes;

		memcpy(to, row + i * bytes, (size_t)bytes);
		tensor_canonical(d->dtype, to, (size_t)bytes);
	}
}

void
run_unique(const struct run *r, int64_t from, int64_t to)
{
	const struct rows_step *d = r->step->detail;
	int64_t m = d->outer * d->inner, size = (int64_t)dtype_size(d->dtype);
	const uint8_t *x = run_read(r, d->rows.slot) + d->rows.offset * size;
	const int64_t *order = (void *)run_slot(r, d->order);
	const int64_t *starts = (void *)run_slot(r, d->starts);
	uint8_t *out = run_slot(r, d->out);
	int64_t *number = (void *)out, end = least(to * VIEW_TILE, *d->found);

	for (int64_t u = from * VIEW_TILE; u < end; u++) {
		switch (d->code) {
		case OP_UNIQUE_INDEX:
			number[u] = order[starts[u]];
			break;
		case OP_UNIQUE_COUNTS:
			number[u] = starts[u + 1] - starts[u];
			break;
		case OP_UNIQUE_INVERSE:
			for (int64_t j = starts[u]; j < starts[u + 1]; j++)
				number[order[j]] = u;
			break;
		default:
			if (m > 0)
				unique_row(d, x + order[starts[u]] * m * size,
				    out, u);
		}
	}
}

/* Sorted elements, each kept once, where they lie. */
void
run_squeeze(const struct run *r, int64_t from, int64_t to)
{
	const struct rows_step *d = r->step->detail;
	int64_t size = (int64_t)dtype_size(d->dtype), found = *d->found;
	int64_t end = least(to * VIEW_TILE, d->n);
	uint8_t *x = run_slot(r, d->out), *last;

	for (int64_t j = from * VIEW_TILE; j < end; j++) {
		last = x + (found - 1) * size;
		if (found > 0 && !d->kernel->differ(last, x + j * size, 1,
		    false))
			continue;
		memmove(x + found * size, x + j * size, (size_t)size);
		tensor_canonical(d->dtype, x + found * size, (size_t)size);
		found++;
	}
	*d->found = found;
}

/* ---- where something is true ---- */

static void
pick_index(const struct pick_step *d, int64_t at, int64_t *row)
{
	for (int64_t i = d->inner; i-- > 0; at /= d->dims[i])
		row[i] = at % d->dims[i];
}

static void
pick_values(const struct run *r, const struct pick_step *d, int64_t at)
{
	int64_t size = (int64_t)dtype_size(d->values.dtype);
	const uint8_t *x = run_read(r, d->values.slot) +
	    d->values.offset * size;
	int64_t bytes = d->inner * size;
	uint8_t *to = run_slot(r, d->out) + *d->found * bytes;

	if (bytes == 0)
		return;
	memcpy(to, x + at * bytes, (size_t)bytes);
	tensor_canonical(d->values.dtype, to, (size_t)bytes);
}

void
run_pick(const struct run *r, int64_t from, int64_t to)
{
	const struct pick_step *d = r->step->detail;
	const uint8_t *flags = run_read(r, d->flags.slot) + d->flags.offset;
	int64_t *out = (void *)run_slot(r, d->out);
	int64_t end = least(to * d->chunk, d->n);

	for (int64_t at = from * d->chunk; at < end; at++) {
		if (flags[at] == 0)
			continue;
		if (d->code == OP_BOOLEAN_INDEX)
			pick_values(r, d, at);
		else if (d->code == OP_ARGWHERE)
			pick_index(d, at, out + *d->found * d->inner);
		else
			out[*d->found] = at;
		++*d->found;
	}
}

/* ---- where each of some values is ---- */

static void
find_chunk(const struct run *r, const struct find_step *d, int64_t value,
    int64_t start)
{
	size_t size = dtype_size(d->in.dtype);
	const uint8_t *x = run_read(r, d->in.slot) +
	    (size_t)(d->in.offset + start) * size;
	const uint8_t *v = run_read(r, d->wanted.slot) +
	    (size_t)(d->wanted.offset + value) * size;
	uint8_t *tile = run_slot(r, r->step->scratch);
	uint8_t *same = tile + TILE_BYTES;
	int64_t n = least(d->n - start, VIEW_TILE);
	int64_t *out = (void *)run_slot(r, d->out);

	for (int64_t i = 0; i < n; i++)
		memcpy(tile + (size_t)i * size, v, size);
	d->equal(x, tile, same, (size_t)n);
	if (d->found == NULL && start == 0)
		out[value] = 0;
	for (int64_t i = 0; i < n; i++) {
		if (same[i] == 0)
			continue;
		if (d->found == NULL)
			out[value]++;
		else
			out[(*d->found)++] = start + i;
	}
}

void
run_find(const struct run *r, int64_t from, int64_t to)
{
	const struct find_step *d = r->step->detail;

	for (int64_t u = from; u < to; u++)
		find_chunk(r, d, u / d->chunks, u % d->chunks * VIEW_TILE);
}
