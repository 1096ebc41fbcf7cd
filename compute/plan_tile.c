/*
 * Plans elementwise steps: what each op becomes in a chain.  An op whose only
 * user is elementwise and of the same shape is not computed on its own: it
 * becomes part of its user's chain, and its value never reaches memory.
 */
#include "compute/chain.h"

#include <string.h>

#define COST_FUNCTION	96
#define COST_POWER	600

static uint8_t chain_op(struct plan *, struct chain *, uint32_t op);

static const struct program_op *
input_op(const struct plan *p, uint32_t op, uint32_t k)
{
	return &p->prog.ops[p->prog.refs[p->prog.ops[op].first_in + k] -
	    p->prog.base];
}

/* Input k of the op, as dtype. */
static uint8_t
chain_input(struct plan *p, struct chain *c, uint32_t op, uint32_t k,
    enum dtype dtype)
{
	uint32_t in = p->prog.refs[p->prog.ops[op].first_in + k] -
	    p->prog.base;
	const struct value *v = &p->values[in];

	if (!v->deferred)
		return chain_load(p, c, &v->view, dtype);
	return chain_cast(c, chain_op(p, c, in), v->view.dtype, dtype);
}

/* What a kernel computes in: the op's dtype, or for comparisons the inputs'. */
static enum dtype
compute_dtype(const struct plan *p, uint32_t op)
{
	const struct program_op *o = &p->prog.ops[op];
	enum dtype all = DT_BOOL;

	if (op_by_code(o->code)->dtype != DTYPE_BOOL)
		return o->dtype;
	for (uint32_t k = 0; k < o->n_in; k++)
		all = dtype_promote(all, input_op(p, op, k)->dtype);
	return all;
}

static uint8_t
chain_where(struct plan *p, struct chain *c, uint32_t op)
{
	enum dtype dtype = p->prog.ops[op].dtype;
	uint8_t a = chain_input(p, c, op, 0, dtype);
	uint8_t b = chain_input(p, c, op, 1, dtype);
	uint8_t cond = chain_input(p, c, op, 2, DT_BOOL);

	return p->failed ? 0 : chain_select(c, tile_select(dtype, p->wide), a,
	    b, cond);
}

/* An op that is one kernel of one input or two. */
static uint8_t
chain_kernel(struct plan *p, struct chain *c, uint32_t op)
{
	const struct program_op *o = &p->prog.ops[op];
	const uint32_t *refs = p->prog.refs + o->first_in;
	enum dtype dtype = compute_dtype(p, op);
	enum op_code code = o->code == OP_DOT ? OP_MUL : o->code;
	uint32_t cost = COST_OP;
	uint8_t a, b;

	if (op_by_code(code)->cost == COST_TRANSCENDENTAL)
		cost = code == OP_POW ? COST_POWER : COST_FUNCTION;
	a = chain_input(p, c, op, 0, dtype);
	b = a;
	if (o->n_in == 2 && refs[1] != refs[0])
		b = chain_input(p, c, op, 1, dtype);
	if (p->failed)
		return 0;
	return chain_apply(c, tile_kernel(code, dtype, p->wide), a, b, cost);
}

static uint8_t
chain_op(struct plan *p, struct chain *c, uint32_t op)
{
	const struct program_op *o = &p->prog.ops[op];

	switch (o->code) {
	case OP_WHERE:
		return chain_where(p, c, op);
	case OP_ASTYPE:
		return chain_input(p, c, op, 0, o->dtype);
	case OP_FULL_LIKE:
		return chain_input(p, c, op, 1, o->dtype);
	default:
		return chain_kernel(p, c, op);
	}
}

/* ---- which ops are elementwise, and which are computed in their user ---- */

bool
plan_is_tile(const struct plan *p, uint32_t i)
{
	const struct program_op *o = &p->prog.ops[i];

	switch (o->code) {
	case OP_ASTYPE:
		return o->n_in > 0 && o->dtype != input_op(p, i, 0)->dtype;
	case OP_WHERE:
	case OP_FULL_LIKE:
		return o->n_in > 0;
	default:
		/* Every other one exists for float64, bool or int64. */
		return o->n_in > 0 &&
		    (tile_kernel(o->code, DT_F64, false) != NULL ||
		    tile_kernel(o->code, DT_BOOL, false) != NULL ||
		    tile_kernel(o->code, DT_I64, false) != NULL);
	}
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
	v->deferred = v->uses == 1 &&
	    n <= (TILE_REGS - 1u) / p->prog.ops[v->user].n_in - 1 &&
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
