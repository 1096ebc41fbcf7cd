/*
 * Plans elementwise steps: loads, casts and kernels in a line.  An op whose
 * only user is elementwise and of the same shape is not computed on its own:
 * it becomes part of its user's line, and its value never reaches memory.
 */
#include "compute/plan.h"

#include <string.h>

#define CHAIN_PART	22	/* so that two parts and an op fit TILE_REGS */
#define COST_LOAD	8	/* of an element, in flops of a product */
#define COST_OP		8
#define COST_FUNCTION	96
#define COST_POWER	600

struct chain {
	struct tile_instr instr[TILE_REGS];
	uint32_t	 n;
	uint32_t	 n_buffers;
	uint32_t	 cost;			/* of an element */
	uint64_t	 busy;			/* buffers, by bit */
	const int64_t	*dims;
	uint32_t	 ndim;
};

static void
chain_init(struct chain *c, const struct view *out)
{
	memset(c, 0, sizeof *c);
	c->busy = 1;		/* buffer 0: gathering */
	c->n_buffers = 1;
	c->dims = out->dims;
	c->ndim = out->ndim;
}

static uint8_t
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

static uint8_t
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

static uint8_t
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

static uint8_t chain_op(struct plan *, struct chain *, uint32_t op);

static uint8_t
chain_value(struct plan *p, struct chain *c, uint32_t op, enum dtype dtype)
{
	const struct value *v = &p->values[op];
	tile_fn cast;
	uint8_t reg;

	if (!v->deferred)
		return chain_load(p, c, &v->view, dtype);
	reg = chain_op(p, c, op);
	cast = tile_cast(v->view.dtype, dtype);
	return cast == NULL ? reg : chain_apply(c, cast, reg, reg, COST_OP);
}

/* What an op computes in: its own dtype, or for comparisons the inputs'. */
static enum dtype
compute_dtype(const struct plan *p, uint32_t op)
{
	const struct program_op *o = &p->prog.ops[op];
	enum dtype all = DT_BOOL;

	if (op_by_code(o->code)->dtype != DTYPE_BOOL)
		return o->dtype;
	for (uint32_t k = 0; k < o->n_in; k++)
		all = dtype_promote(all, p->prog.ops[p->prog.refs[o->first_in +
		    k] - p->prog.base].dtype);
	return all;
}

static uint8_t
chain_op(struct plan *p, struct chain *c, uint32_t op)
{
	const struct program_op *o = &p->prog.ops[op];
	const uint32_t *refs = p->prog.refs + o->first_in;
	enum dtype dtype = compute_dtype(p, op);
	enum op_code code = o->code == OP_DOT ? OP_MUL : o->code;
	uint32_t cost = COST_OP;
	uint8_t a, b;

	if (op_by_code(code)->cost == COST_TRANSCENDENTAL)
		cost = code == OP_POW ? COST_POWER : COST_FUNCTION;
	a = chain_value(p, c, refs[0] - p->prog.base, dtype);
	b = a;
	if (o->n_in == 2 && refs[1] != refs[0])
		b = chain_value(p, c, refs[1] - p->prog.base, dtype);
	if (p->failed)
		return 0;
	return chain_apply(c, tile_kernel(code, dtype, p->wide), a, b, cost);
}

static struct tile_step *
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

/* ---- which ops are elementwise, and which are computed in their user ---- */

bool
plan_is_tile(const struct plan *p, uint32_t i)
{
	const struct program_op *o = &p->prog.ops[i];

	/* Every elementwise op exists for float64. */
	return o->n_in > 0 && tile_kernel(o->code, DT_F64, false) != NULL;
}

static bool
same_dims(const struct program_op *a, const struct program_op *b,
    const int64_t *dims)
{
	return a->ndim == b->ndim && memcmp(dims + a->first_dim,
	    dims + b->first_dim, a->ndim * sizeof *dims) == 0;
}

void
plan_defer(struct plan *p, const struct plan_op *op)
{
	struct value *v = &p->values[op->i];
	const struct program_op *o = &p->prog.ops[op->i];
	uint32_t n = 1;

	for (size_t k = 0; k < op->n_in; k++) {
		const struct value *in = &p->values[op->in[k]];

		n += in->deferred ? in->instrs + 1u : 1u;
	}
	v->instrs = (uint8_t)n;
	/* Integer powers can fail, which must be seen to be theirs. */
	v->deferred = n <= CHAIN_PART && v->uses == 1 &&
	    (o->flags & PROGRAM_EXPORT) == 0 &&
	    !(o->code == OP_POW && !dtype_is_float(o->dtype)) &&
	    plan_is_tile(p, v->user) &&
	    same_dims(o, &p->prog.ops[v->user], p->prog.dims);
}

/*
 * Inputs of the op, and of those computed in it, that lie across memory are
 * copied first.  The copy belongs to the input's op, and what else reads the
 * value uses it as well.
 */
static void
straighten_inputs(struct plan *p, uint32_t op)
{
	const struct program_op *o = &p->prog.ops[op];

	for (uint32_t k = 0; k < o->n_in && !p->failed; k++) {
		uint32_t in = p->prog.refs[o->first_in + k] - p->prog.base;
		struct value *v = &p->values[in];

		if (v->deferred)
			straighten_inputs(p, in);
		else
			v->view = plan_straight(p, in, &v->view);
	}
}

void
plan_tile(struct plan *p, const struct plan_op *op)
{
	struct value *v = &p->values[op->i];
	struct chain c;
	struct tile_step *t;

	v->view = op->out;
	if (plan_is_tile(p, op->i))
		plan_defer(p, op);
	if (v->deferred)
		return;
	if (op->elements > 0)
		straighten_inputs(p, op->i);
	v->view.slot = plan_slot(p, shape_bytes(&op->shape));
	if (p->failed || op->elements == 0)
		return;
	chain_init(&c, &v->view);
	(void)chain_op(p, &c, op->i);
	t = chain_end(p, &c, op->i, &v->view);
	if (t != NULL && op->row->code == OP_POW &&
	    !dtype_is_float(op->out.dtype)) {
		t->check_power = true;
		t->exponents = t->instr[t->n - 1].b;
	}
}

bool
plan_canonical_tile(struct plan *p, uint32_t op, const struct view *v)
{
	const struct step *s;
	struct tile_step *t;

	if (p->failed || p->n_steps == 0)
		return false;
	s = &p->steps[p->n_steps - 1];
	if (s->kind != STEP_TILE || s->op != op)
		return false;
	t = s->detail;
	if (!t->whole || t->out.slot != v->slot || t->out.offset != 0 ||
	    t->elements != view_elements(v))
		return false;
	t->canonical = true;
	return true;
}

/* ---- copies ---- */

void
plan_copy(struct plan *p, uint32_t op, const struct view *from,
    const struct view *to)
{
	struct chain c;

	if (view_elements(to) == 0 ||
	    (view_contiguous(to) && to->offset == 0 &&
	    plan_turn(p, op, from, to)))
		return;
	chain_init(&c, to);
	(void)chain_load(p, &c, from, to->dtype);
	(void)chain_end(p, &c, op, to);
}

void
plan_fill(struct plan *p, uint32_t op, const struct view *to,
    const void *scalar)
{
	struct view from;

	memset(&from, 0, sizeof from);
	from.slot = plan_outside(p, scalar);
	from.dtype = to->dtype;
	if (!p->failed)
		plan_copy(p, op, &from, to);
}

void
plan_accumulate(struct plan *p, uint32_t op, const struct view *from,
    const struct view *to)
{
	struct chain c;
	uint8_t a, b;

	if (view_elements(to) == 0)
		return;
	chain_init(&c, to);
	a = chain_load(p, &c, to, to->dtype);
	b = chain_load(p, &c, from, to->dtype);
	if (p->failed)
		return;
	/* Kernels do not write where they read. */
	if (c.instr[a].mode == TILE_DIRECT) {
		c.instr[a].mode = TILE_GATHER;
		c.instr[a].buffer = chain_buffer(&c);
	}
	(void)chain_apply(&c, tile_kernel(OP_ADD, to->dtype, p->wide), a, b,
	    COST_OP);
	(void)chain_end(p, &c, op, to);
}

void
plan_truth(struct plan *p, uint32_t op, const struct view *from,
    const struct view *to)
{
	static const uint64_t zero;
	struct view none;
	struct chain c;
	uint8_t a, b;

	memset(&none, 0, sizeof none);
	none.slot = plan_outside(p, &zero);
	none.dtype = from->dtype;
	if (p->failed)
		return;
	chain_init(&c, to);
	a = chain_load(p, &c, from, from->dtype);
	b = chain_load(p, &c, &none, from->dtype);
	(void)chain_apply(&c, tile_kernel(OP_NOT_EQUAL, from->dtype, p->wide),
	    a, b, COST_OP);
	(void)chain_end(p, &c, op, to);
}

struct view
plan_temporary(struct plan *p, const struct view *like, enum dtype dtype)
{
	struct shape s = { .dtype = (uint8_t)dtype, .ndim = like->ndim };
	struct view v;

	memcpy(s.dims, like->dims, like->ndim * sizeof *s.dims);
	view_of_shape(&v, &s, 0);
	/* -1: a size beyond any limit, refused when memory is planned. */
	v.slot = plan_slot(p, shape_bytes(&s) < 0 ? ARENA_MAX :
	    shape_bytes(&s));
	return v;
}

struct view
plan_contiguous(struct plan *p, uint32_t op, const struct view *from)
{
	struct view v;

	if (view_contiguous(from))
		return *from;
	v = plan_temporary(p, from, from->dtype);
	if (!p->failed)
		plan_copy(p, op, from, &v);
	return v;
}

struct view
plan_cast(struct plan *p, uint32_t op, const struct view *from,
    enum dtype dtype)
{
	struct view v;

	if (from->dtype == dtype)
		return *from;
	v = plan_temporary(p, from, dtype);
	if (!p->failed)
		plan_copy(p, op, from, &v);
	return v;
}
