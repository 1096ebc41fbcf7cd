/*
 * From a foreign program to trusted steps.  Checks everything, reads no tensor
 * data but the truth of bools, allocates only what is bounded by the program's
 * length.  Refuses a program whole, or an op with those that depend on it.
 */
#include "compute/plan.h"

#include <string.h>

#define CHUNK_BYTES	32768
#define LEAST_ROOM	(8u << 20)	/* for the plan, whatever the limit */

struct plan_chunk {
	struct plan_chunk	*next;
	size_t			 used, size;
	uint64_t		 data[];
};

/* ---- memory of the plan itself ---- */

/* Memory for the plan, of which long programs of small ops need most. */
static void *
take(struct plan *p, size_t n)
{
	void *at = NULL;

	if (n <= p->room)
		at = xtry_malloc(n);
	if (at == NULL)
		p->failed = true;
	else
		p->room -= n;
	return at;
}

void *
plan_alloc(struct plan *p, size_t n)
{
	struct plan_chunk *c = p->chunks;
	size_t size;
	void *at;

	n = (n + 7) / 8 * 8;
	if (c == NULL || c->size - c->used < n) {
		size = n > CHUNK_BYTES ? n : CHUNK_BYTES;
		c = take(p, sizeof *c + size);
		if (c == NULL)
			return NULL;
		c->next = p->chunks;
		c->used = 0;
		c->size = size;
		p->chunks = c;
	}
	at = (uint8_t *)c->data + c->used;
	c->used += n;
	return at;
}

bool
plan_grow(struct plan *p, void **array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? 64 : *cap * 2;
	void *bigger;

	if (n < *cap)
		return true;
	bigger = take(p, more * size);
	if (bigger == NULL)
		return false;
	if (n > 0)
		memcpy(bigger, *array, n * size);
	xfree(*array);
	*array = bigger;
	*cap = more;
	return true;
}

uint32_t
plan_slot(struct plan *p, int64_t size)
{
	void *slots = p->slots;
	struct slot *s;

	if (!plan_grow(p, &slots, p->n_slots, &p->cap_slots, sizeof *s))
		return STEP_NO_SLOT;
	p->slots = slots;
	s = &p->slots[p->n_slots];
	s->outside = NULL;
	s->size = size;
	s->offset = 0;
	s->born = (uint32_t)p->n_steps;
	s->dies = s->born;
	return (uint32_t)p->n_slots++;
}

uint32_t
plan_outside(struct plan *p, const void *bytes)
{
	uint32_t slot = plan_slot(p, 0);

	if (slot != STEP_NO_SLOT)
		p->slots[slot].outside = bytes;
	return slot;
}

void
plan_use(struct plan *p, uint32_t slot)
{
	struct slot *s;

	if (p->failed)
		return;
	s = &p->slots[slot];
	if (s->dies < p->n_steps)
		s->dies = (uint32_t)p->n_steps;
}

void
plan_step(struct plan *p, enum step_kind kind, uint32_t op, int64_t units,
    uint64_t unit_cost, int64_t scratch, void *detail)
{
	void *steps = p->steps;
	struct step *s;
	uint32_t slot = STEP_NO_SLOT;

	if (scratch > 0)
		slot = plan_slot(p, scratch);
	if (p->failed ||
	    !plan_grow(p, &steps, p->n_steps, &p->cap_steps, sizeof *s))
		return;
	p->steps = steps;
	s = &p->steps[p->n_steps++];
	s->kind = kind;
	s->op = op;
	s->scratch = slot;
	s->units = units;
	s->unit_cost = unit_cost;
	s->detail = detail;
	p->cost += (uint64_t)units * unit_cost;
}

/* ---- failures of single ops ---- */

static void
depend(struct plan *p, uint32_t i)
{
	const struct program_op *o = &p->prog.ops[i];

	if (p->errors[i].code != E_OK)
		return;
	for (uint32_t k = 0; k < o->n_in; k++) {
		uint32_t in = p->prog.refs[o->first_in + k] - p->prog.base;
		const struct op_error *e = &p->errors[in];

		if (e->code == E_OK)
			continue;
		p->errors[i].op = p->prog.base + i;
		p->errors[i].input = (int32_t)k;
		p->errors[i].code = E_DEPENDS;
		p->errors[i].a[0] = e->code == E_DEPENDS ? e->a[0] : e->op;
		return;
	}
}

void
plan_fail(struct plan *p, uint32_t i, const struct op_error *e)
{
	p->errors[i] = *e;
	p->errors[i].op = p->prog.base + i;
}

void
plan_settle(struct plan *p, uint32_t n)
{
	for (; p->settled < n; p->settled++)
		depend(p, p->settled);
}

/* ---- one op ---- */

static enum error
plan_source(struct plan *p, const struct plan_op *op, struct op_error *e)
{
	const struct program_op *o = &p->prog.ops[op->i];
	int64_t size = shape_bytes(&op->shape);
	const uint8_t *bytes;

	memset(e, 0, sizeof *e);
	e->op = p->prog.base + op->i;
	e->input = -1;
	e->a[0] = o->ref;
	if (o->place == PLACE_INLINE) {
		bytes = program_inline(&p->prog, op->i).p;
	} else {
		const struct bytes *given = o->ref < p->n_given ?
		    &p->given[o->ref] : NULL;

		if (o->place != PLACE_GIVEN || given == NULL ||
		    (given->n == 0 && size != 0))
			return e->code = E_NO_INPUT;
		if ((uint64_t)given->n != (uint64_t)size ||
		    ((uintptr_t)given->p & 7) != 0 ||
		    !tensor_valid(op->shape.dtype, given->p, given->n))
			return e->code = E_BAD_PROGRAM;
		bytes = given->p;
	}
	p->values[op->i].view = op->out;
	/* Without elements there may be no address; any will do. */
	p->values[op->i].view.slot = plan_outside(p,
	    bytes != NULL ? bytes : (const void *)&p->prog);
	return E_OK;
}

/* Exported bytes are the arena's own, contiguous and canonical. */
static void
plan_export(struct plan *p, const struct plan_op *op)
{
	struct value *v = &p->values[op->i];
	struct canon_step *d;
	struct view whole;

	if (v->found != NULL) {
		v->export = v->view.slot;
		p->slots[v->export].dies = ARENA_FOREVER;
		return;
	}
	if (!view_contiguous(&v->view) || v->view.offset != 0 ||
	    p->slots[v->view.slot].outside != NULL) {
		whole = plan_temporary(p, &v->view, v->view.dtype);
		if (p->failed)
			return;
		plan_copy(p, op->i, &v->view, &whole);
		v->export = whole.slot;
	} else
		v->export = v->view.slot;
	p->slots[v->export].dies = ARENA_FOREVER;
	if (!dtype_is_float(op->shape.dtype) || op->elements == 0)
		return;
	whole = op->out;
	whole.slot = v->export;
	if (plan_canonical_tile(p, op->i, &whole) ||
	    (d = plan_alloc(p, sizeof *d)) == NULL)
		return;
	d->slot = v->export;
	d->dtype = op->shape.dtype;
	d->elements = op->elements;
	plan_step(p, STEP_CANON, op->i,
	    (op->elements + CANON_UNIT - 1) / CANON_UNIT,
	    8 * (uint64_t)(op->elements < CANON_UNIT ? op->elements :
	    CANON_UNIT), 0, d);
}

/* ---- the whole program ---- */

/* The op's inputs as ops from 0; a copy, since references count from base. */
static bool
plan_inputs(struct plan *p, struct plan_op *op)
{
	const struct program_op *o = &p->prog.ops[op->i];
	uint32_t *in = plan_alloc(p, (o->n_in + 1u) * sizeof *in);

	if (in == NULL)
		return false;
	for (uint32_t k = 0; k < o->n_in; k++)
		in[k] = p->prog.refs[o->first_in + k] - p->prog.base;
	op->in = in;
	op->n_in = o->n_in;
	return true;
}

static enum error
plan_one(struct plan *p, uint32_t i, struct op_error *e)
{
	struct plan_op op = { .i = i };
	enum error r = program_check_op(&p->prog, i, NULL, NULL, ARENA_MAX,
	    &op.row, &op.params, e);

	if (r == E_EMPTY) {
		p->errors[i] = *e;
		return E_OK;
	}
	if (r != E_OK)
		return r;
	depend(p, i);
	if (p->errors[i].code != E_OK || !plan_inputs(p, &op))
		return E_OK;
	program_shape(&p->prog, i, &op.shape);
	if (!shape_known(&op.shape)) {
		r = plan_bound(p, &op, e);
		if (r != E_OK)
			return r;
	}
	view_of_shape(&op.out, &op.shape, 0);
	op.elements = shape_elements(&op.shape);
	if (p->prog.ops[i].place != PLACE_NONE) {
		r = plan_source(p, &op, e);
		if (r != E_OK)
			return r;
	} else
		plan_value(p, &op);
	if (!p->failed && (p->prog.ops[i].flags & PROGRAM_EXPORT) != 0)
		plan_export(p, &op);
	return E_OK;
}

static void
count_uses(struct plan *p)
{
	for (uint32_t i = 0; i < p->prog.n_ops; i++) {
		const struct program_op *o = &p->prog.ops[i];

		p->values[i].export = STEP_NO_SLOT;
		for (uint32_t k = 0; k < o->n_in; k++) {
			uint64_t in = p->prog.refs[o->first_in + k];
			struct value *v;

			if (in < p->prog.base || in - p->prog.base >= i)
				continue;	/* refused when i is checked */
			v = &p->values[in - p->prog.base];
			if (v->uses == 0 || v->user != i)
				v->uses++;
			v->user = i;
		}
	}
}

static enum error
out_of_memory(struct op_error *e, int64_t need, size_t limit)
{
	memset(e, 0, sizeof *e);
	e->input = -1;
	e->a[0] = need;
	e->a[1] = (int64_t)limit;
	return e->code = E_MEMORY;
}

static enum error
plan_memory(struct plan *p, size_t limit, struct op_error *e)
{
	uint32_t n = (uint32_t)p->n_slots, steps = (uint32_t)p->n_steps;
	uint32_t *scratch = plan_alloc(p, ARENA_SCRATCH((size_t)n, steps) *
	    sizeof *scratch);

	if (p->failed || arena_plan(p->slots, n, steps, scratch,
	    &p->arena) != E_OK)
		return out_of_memory(e, INT64_MAX, limit);
	if ((uint64_t)p->arena > limit)
		return out_of_memory(e, p->arena, limit);
	return E_OK;
}

enum error
plan_load(struct plan *p, const uint8_t *program, size_t len,
    const struct bytes *given, size_t n_given, size_t limit, bool wide,
    struct op_error *e)
{
	enum error r;
	uint32_t n;

	memset(p, 0, sizeof *p);
	p->wide = wide;
	p->room = LEAST_ROOM + limit / 2;
	memset(e, 0, sizeof *e);
	r = program_open(&p->prog, program, len, PLAN_MAX_OPS, e);
	if (r != E_OK)
		return r;
	if (!plan_lengths(&p->prog)) {
		memset(e, 0, sizeof *e);
		e->input = -1;
		return e->code = E_BAD_PROGRAM;
	}
	p->source = p->prog;
	p->given = given;
	p->n_given = n_given;
	r = lower_program(p, e);
	if (r != E_OK)
		return r;
	if (p->failed)
		return out_of_memory(e, INT64_MAX, limit);
	n = p->prog.n_ops;
	p->values = plan_alloc(p, (n + 1u) * sizeof *p->values);
	p->errors = plan_alloc(p, (n + 1u) * sizeof *p->errors);
	if (p->failed)
		return out_of_memory(e, INT64_MAX, limit);
	memset(p->values, 0, (n + 1u) * sizeof *p->values);
	memset(p->errors, 0, (n + 1u) * sizeof *p->errors);
	count_uses(p);
	for (uint32_t i = 0; i < n && !p->failed; i++) {
		r = plan_one(p, i, e);
		if (r != E_OK) {
			e->op = p->source.base + lower_origin(p, i);
			return r;
		}
	}
	return plan_memory(p, limit, e);
}

void
plan_clear(struct plan *p)
{
	struct plan_chunk *c, *next;

	lower_clear(p);
	for (c = p->chunks; c != NULL; c = next) {
		next = c->next;
		xfree(c);
	}
	xfree(p->slots);
	xfree(p->steps);
	memset(p, 0, sizeof *p);
}
