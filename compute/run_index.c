/*
 * Runs reading and writing by index.  Each index is checked where it is used;
 * negative ones count from the end.
 */
#include "compute/step_move.h"

#include <string.h>

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The index from the start; false: there is no such element. */
static inline bool
place(int64_t *index, int64_t length)
{
	if (*index < 0)
		*index += length;
	return *index >= 0 && *index < length;
}

static enum error
no_element(const struct run *r, int64_t index, int64_t length, uint32_t axis)
{
	r->error->input = 1;
	r->error->a[0] = index;
	r->error->a[1] = length;
	r->error->a[2] = axis;
	return E_INDEX;
}

static void
move_one(uint8_t *to, const uint8_t *from, size_t size)
{
	if (size == 8)
		memcpy(to, from, 8);
	else if (size == 4)
		memcpy(to, from, 4);
	else
		*to = *from;
}

/* A unit: its indices from at on, n of them; elements of a row from first. */
struct unit {
	int64_t	outer, at, n, first, count;
};

static struct unit
unit_of(const struct index_step *d, int64_t u)
{
	struct unit x;
	int64_t chunk = u % d->chunks, block = u / d->chunks % d->blocks;

	x.outer = u / d->chunks / d->blocks;
	x.at = block * d->block;
	x.n = least(d->n_at - x.at, d->block);
	x.first = chunk * d->chunk;
	x.count = least(d->inner - x.first, d->chunk);
	return x;
}

/*
 * Where the element that the k-th index names lies in the tensor indexed, and
 * where its row in the other, both in bytes; false: the index names none.
 */
static bool
find(const struct index_step *d, const struct unit *w, int64_t k, int64_t i,
    int64_t *element, int64_t *row)
{
	int64_t size = (int64_t)dtype_size(d->dtype);

	if (!place(&i, d->length))
		return false;
	*element = ((w->outer * d->length + i) * d->inner + w->first) * size;
	*row = ((w->outer * d->n_at + k) * d->inner + w->first) * size;
	return true;
}

enum error
run_gather(const struct run *r, int64_t from, int64_t to)
{
	const struct index_step *d = r->step->detail;
	const int64_t *at = (const void *)run_read(r, d->at);
	size_t size = dtype_size(d->dtype);
	const uint8_t *x = run_read(r, d->values);
	uint8_t *out = run_slot(r, d->out);

	at += d->at_offset;
	x += d->values_offset * (int64_t)size;
	for (int64_t u = from; u < to; u++) {
		struct unit w = unit_of(d, u);

		for (int64_t k = w.at; k < w.at + w.n; k++) {
			int64_t from_x, to_out;

			if (!find(d, &w, k, at[k], &from_x, &to_out))
				return no_element(r, at[k], d->length,
				    d->axis);
			if (w.count == 1)
				move_one(out + to_out, x + from_x, size);
			else
				memcpy(out + to_out, x + from_x,
				    (size_t)w.count * size);
		}
	}
	return E_OK;
}

#define ADD(T, dst, src, n) do {					\
	T *to_ = (void *)(dst);						\
	const T *from_ = (const void *)(src);				\
	for (int64_t i_ = 0; i_ < (n); i_++)				\
		to_[i_] = (T)(to_[i_] + from_[i_]);			\
} while (0)

static void
add(enum dtype dtype, uint8_t *dst, const uint8_t *src, int64_t n)
{
	switch (dtype) {
	case DT_BOOL:
		for (int64_t i = 0; i < n; i++)
			dst[i] |= src[i];
		break;
	case DT_I32:
		ADD(uint32_t, dst, src, n);	/* wraps */
		break;
	case DT_I64:
		ADD(uint64_t, dst, src, n);
		break;
	case DT_F32:
		ADD(float, dst, src, n);
		break;
	default:
		ADD(double, dst, src, n);
	}
}

enum error
run_scatter(const struct run *r, int64_t from, int64_t to)
{
	const struct index_step *d = r->step->detail;
	const int64_t *at = (const void *)run_read(r, d->at);
	size_t size = dtype_size(d->dtype);
	const uint8_t *values = run_read(r, d->values);
	uint8_t *out = run_slot(r, d->out);

	at += d->at_offset;
	values += d->values_offset * (int64_t)size;
	for (int64_t u = from; u < to; u++) {
		struct unit w = unit_of(d, u);

		for (int64_t k = w.at; k < w.at + w.n; k++) {
			int64_t to_out, from_values;

			if (!find(d, &w, k, at[k], &to_out, &from_values))
				return no_element(r, at[k], d->length,
				    d->axis);
			if (d->add)
				add((enum dtype)d->dtype, out + to_out,
				    values + from_values, w.count);
			else
				memcpy(out + to_out, values + from_values,
				    (size_t)w.count * size);
		}
	}
	return E_OK;
}

enum error
run_take(const struct run *r, int64_t from, int64_t to)
{
	const struct take_step *d = r->step->detail;
	const int64_t *at = (const void *)run_read(r, d->at);
	size_t size = dtype_size(d->in.dtype);
	const uint8_t *x = run_read(r, d->in.slot);
	uint8_t *out = run_slot(r, d->out);
	int64_t end = least(to * TAKE_UNIT, d->elements);
	struct walk walk = d->walk;

	at += d->at_offset;
	walk_seek(&walk, from * TAKE_UNIT);
	for (int64_t k = from * TAKE_UNIT; k < end; k++) {
		int64_t i = at[k];

		if (!place(&i, d->length))
			return no_element(r, at[k], d->length, d->axis);
		move_one(out + k * (int64_t)size, x + (d->in.offset +
		    walk.offset + i * d->stride) * (int64_t)size, size);
		(void)walk_next(&walk);
	}
	return E_OK;
}
