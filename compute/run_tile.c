/*
 * Runs elementwise steps: each tile goes through all instructions of its
 * chain before the next is touched, so what lies between them stays in cache.
 * Every instruction rounds to its dtype: joining ops cannot change a bit.
 */
#include "compute/step.h"

#include <string.h>

/* Buffer 0 is for gathering before a cast. */
static uint8_t *
buffer(uint8_t *scratch, uint32_t i)
{
	return scratch + (size_t)i * TILE_BYTES;
}

/* The n elements from start on, somewhere contiguous: at to or in place. */
static const uint8_t *
load(const struct run *r, const struct tile_instr *in, int64_t start, size_t n,
    uint8_t *scratch, uint8_t *to)
{
	const uint8_t *base = run_read(r, in->src->slot);
	size_t size = dtype_size(in->src->dtype);

	if (in->mode == TILE_DIRECT) {
		base += (in->src->offset + start) * (int64_t)size;
		if (in->fn == NULL)
			return base;
		in->fn(base, NULL, to, n);
		return to;
	}
	if (in->fn == NULL) {
		view_gather(in->src, base, start, n, to);
		return to;
	}
	view_gather(in->src, base, start, n, buffer(scratch, 0));
	in->fn(buffer(scratch, 0), NULL, to, n);
	return to;
}

/* Scalars fill their buffer once for all tiles. */
static void
load_scalars(const struct run *r, const struct tile_step *t, uint8_t *scratch)
{
	for (uint32_t i = 0; i < t->n; i++) {
		const struct tile_instr *in = &t->instr[i];
		uint8_t *to = buffer(scratch, in->buffer);
		struct view all;

		if (in->mode != TILE_SCALAR)
			continue;
		all = *in->src;
		all.ndim = 1;
		all.dims[0] = VIEW_TILE;
		all.strides[0] = 0;
		if (in->fn == NULL) {
			view_gather(&all, run_read(r, all.slot), 0, VIEW_TILE,
			    to);
			continue;
		}
		view_gather(&all, run_read(r, all.slot), 0, VIEW_TILE,
		    buffer(scratch, 0));
		in->fn(buffer(scratch, 0), NULL, to, VIEW_TILE);
	}
}

static enum error
one_tile(const struct run *r, const struct tile_step *t, uint8_t *scratch,
    int64_t start, size_t n)
{
	const uint8_t *reg[TILE_REGS];
	size_t size = dtype_size(t->out.dtype);
	uint8_t *out = run_slot(r, t->out.slot);
	uint32_t i = 0;

	if (t->whole)
		out += (t->out.offset + start) * (int64_t)size;
	do {
		const struct tile_instr *in = &t->instr[i];
		uint8_t *to = buffer(scratch, in->buffer);

		if (t->whole && i + 1u == t->n && in->mode != TILE_SCALAR)
			to = out;
		if (in->mode == TILE_SCALAR) {
			reg[i] = to;
		} else if (in->mode == TILE_SELECT) {
			in->select(reg[in->a], reg[in->b], reg[in->c], to, n);
			reg[i] = to;
		} else if (in->mode != TILE_OP) {
			reg[i] = load(r, in, start, n, scratch, to);
		} else {
			if (i + 1u == t->n && t->check_power &&
			    tile_negative(reg[t->exponents], t->out.dtype, n))
				return E_NEGATIVE_POWER;
			in->fn(reg[in->a], reg[in->b], to, n);
			reg[i] = to;
		}
	} while (++i < t->n);
	if (!t->whole)
		view_scatter(&t->out, out, start, n, reg[i - 1]);
	else if (reg[i - 1] != out)
		memcpy(out, reg[i - 1], n * size);
	if (t->canonical)
		tensor_canonical(t->out.dtype, out, n * size);
	return E_OK;
}

enum error
run_tile(const struct run *r, int64_t from, int64_t to)
{
	const struct tile_step *t = r->step->detail;
	uint8_t *scratch = run_slot(r, r->step->scratch);
	enum error err;

	load_scalars(r, t, scratch);
	for (int64_t i = from; i < to; i++) {
		int64_t start = i * VIEW_TILE;
		int64_t left = t->elements - start;

		err = one_tile(r, t, scratch, start,
		    (size_t)(left < VIEW_TILE ? left : VIEW_TILE));
		if (err != E_OK)
			return err;
	}
	return E_OK;
}

void
run_canon(const struct run *r, int64_t from, int64_t to)
{
	const struct canon_step *c = r->step->detail;
	int64_t size = (int64_t)dtype_size(c->dtype);
	int64_t start = from * CANON_UNIT, end = to * CANON_UNIT;

	if (end > c->elements)
		end = c->elements;
	tensor_canonical(c->dtype, run_slot(r, c->slot) + start * size,
	    (size_t)((end - start) * size));
}
