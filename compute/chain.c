/*
 * Chains of instructions: registers, the buffers they live in, the step.
 */
#include "compute/chain.h"

#include <string.h>

void
chain_init(struct chain *c, const struct view *out)
{
	memset(c, 0, sizeof *c);
	c->busy = 1;		/* buffer 0: gathering */
	c->n_buffers = 1;
	c->dims = out->dims;
	c->ndim = out->ndim;
}

uint8_t
chain_buffer(struct chain *c)
{
	uint32_t i = 1;

	while ((c->busy >> i & 1) != 0)
		i++;
	c->busy |= UINT64_C(1) << i;
	if (i + 1 > c->n_buffers)
		c->n_buffers = i + 1;
	return (uint8_t)i;
}

/* Filled before the first tile, so nothing else may ever have used it. */
static uint8_t
chain_fresh(struct chain *c)
{
	c->busy |= UINT64_C(1) << c->n_buffers;
	return (uint8_t)c->n_buffers++;
}

/* Registers are used once: their buffer is free again, but for scalars. */
static void
chain_release(struct chain *c, uint32_t reg)
{
	if (c->instr[reg].mode != TILE_SCALAR && c->instr[reg].buffer != 0)
		c->busy &= ~(UINT64_C(1) << c->instr[reg].buffer);
}

static enum tile_mode
load_mode(const struct view *v)
{
	bool still = true;

	for (uint32_t i = 0; i < v->ndim; i++)
		if (v->strides[i] != 0)
			still = false;
	if (still)
		return TILE_SCALAR;
	return v->ndim == 1 && v->strides[0] == 1 ? TILE_DIRECT : TILE_GATHER;
}

uint8_t
chain_load(struct plan *p, struct chain *c, const struct view *from,
    enum dtype dtype)
{
	struct tile_instr *in = &c->instr[c->n];
	struct view *v = plan_alloc(p, sizeof *v);

	if (v == NULL)
		return 0;
	plan_use(p, from->slot);
	*v = *from;
	view_broadcast(v, c->ndim, c->dims);
	view_collapse(v);
	in->src = v;
	in->mode = load_mode(v);
	in->fn = tile_cast(v->dtype, dtype);
	if (in->mode == TILE_SCALAR)
		in->buffer = chain_fresh(c);
	else if (in->mode != TILE_DIRECT || in->fn != NULL)
		in->buffer = chain_buffer(c);
	c->cost += COST_LOAD;
	return (uint8_t)c->n++;
}

uint8_t
chain_apply(struct chain *c, tile_fn fn, uint8_t a, uint8_t b, uint32_t cost)
{
	struct tile_instr *in = &c->instr[c->n];

	in->mode = TILE_OP;
	in->fn = fn;
	in->a = a;
	in->b = b;
	in->buffer = chain_buffer(c);
	chain_release(c, a);
	if (b != a)
		chain_release(c, b);
	c->cost += cost;
	return (uint8_t)c->n++;
}

uint8_t
chain_select(struct chain *c, select_fn fn, uint8_t a, uint8_t b, uint8_t cond)
{
	struct tile_instr *in = &c->instr[c->n];

	in->mode = TILE_SELECT;
	in->select = fn;
	in->a = a;
	in->b = b;
	in->c = cond;
	in->buffer = chain_buffer(c);
	chain_release(c, a);
	chain_release(c, b);
	chain_release(c, cond);
	c->cost += COST_OP;
	return (uint8_t)c->n++;
}

uint8_t
chain_cast(struct chain *c, uint8_t reg, enum dtype from, enum dtype to)
{
	tile_fn cast = tile_cast(from, to);

	return cast == NULL ? reg : chain_apply(c, cast, reg, reg, COST_OP);
}

struct tile_step *
chain_end(struct plan *p, const struct chain *c, uint32_t op,
    const struct view *out)
{
	struct tile_step *t;
	size_t size = c->n * sizeof t->instr[0];
	int64_t elements = view_elements(out);

	if (p->failed || (t = plan_alloc(p, sizeof *t + size)) == NULL)
		return NULL;
	t->out = *out;
	view_collapse(&t->out);
	t->whole = t->out.ndim == 0 ||
	    (t->out.ndim == 1 && t->out.strides[0] == 1);
	t->elements = elements;
	t->canonical = false;
	t->check_power = false;
	t->exponents = 0;
	t->n = (uint8_t)c->n;
	t->n_buffers = (uint8_t)c->n_buffers;
	memcpy(t->instr, c->instr, size);
	plan_use(p, out->slot);
	plan_step(p, STEP_TILE, op, (elements + VIEW_TILE - 1) / VIEW_TILE,
	    (uint64_t)(c->cost + COST_LOAD) *
	    (uint64_t)(elements < VIEW_TILE ? elements : VIEW_TILE),
	    (int64_t)c->n_buffers * TILE_BYTES, t);
	return t;
}
