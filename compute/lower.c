/*
 * Rewrites a program with compounds into one of primitives.  The new program
 * borrows the inline bytes and digests of the old, begins with its dims and
 * parameters, and so needs only new ops and references; constants are given
 * sources.  Believes nothing about the program: every op is checked here.
 */
#include "compute/lower.h"
#include "common/op_priv.h"
#include "compute/plan.h"

#include <string.h>

#define RECENT	8	/* constants looked at before another is made */

struct lower {
	struct plan		*plan;
	struct program		 source;	/* as it came */
	uint32_t		*value;		/* by its ops; or LOWER_NONE */
	struct op_error		*errors;	/* by its ops */
	bool			 settled;	/* errors are all */

	struct program_op	*ops;
	uint32_t		*origin;	/* by ops */
	uint32_t		*refs;
	int64_t			*dims, *params;
	uint64_t		*scalars;
	uint32_t		*scalar_op;	/* by scalars */
	size_t			 n_ops, n_refs, n_dims, n_params, n_scalars;
	size_t			 cap_ops, cap_origin, cap_refs, cap_dims,
				 cap_params, cap_scalars, cap_scalar_op;

	uint32_t		 owner;		/* op being lowered */
	struct op_error		 error;		/* of it */
};

/* ---- tables ---- */

#define ADD(l, array, n, cap, value) do {				\
	void *array_ = (l)->array;					\
	if (plan_grow((l)->plan, &array_, n, &(l)->cap,			\
	    sizeof *(l)->array)) {					\
		(l)->array = array_;					\
		(l)->array[n] = (value);				\
	}								\
} while (0)

/* The program is too large for the room there is: the group is refused. */
static bool
full(const struct lower *l)
{
	return l->plan->failed;
}

static uint32_t
add_dims(struct lower *l, const struct shape *s)
{
	const struct program_op *last;
	uint32_t at = (uint32_t)l->n_dims;

	if (l->n_ops > 0) {
		last = &l->ops[l->n_ops - 1];
		if (last->ndim == s->ndim && memcmp(l->dims + last->first_dim,
		    s->dims, s->ndim * sizeof s->dims[0]) == 0)
			return last->first_dim;
	}
	for (uint32_t i = 0; i < s->ndim; i++, l->n_dims += !full(l))
		ADD(l, dims, l->n_dims, cap_dims, s->dims[i]);
	return at;
}

static uint32_t
add_op(struct lower *l, const struct program_op *op)
{
	ADD(l, ops, l->n_ops, cap_ops, *op);
	ADD(l, origin, l->n_ops, cap_origin, l->owner);
	if (full(l))
		return LOWER_NONE;
	return (uint32_t)l->n_ops++;
}

static void
add_ref(struct lower *l, uint32_t value)
{
	ADD(l, refs, l->n_refs, cap_refs, value);
	l->n_refs += !full(l);
}

static uint32_t
add_params(struct lower *l, const struct op_row *row,
    const struct op_params *params)
{
	int64_t words[OP_PARAM_WORDS];
	size_t n = op_params_pack(row, params, words);
	uint32_t at = (uint32_t)l->n_params;

	for (size_t i = 0; i < n; i++, l->n_params += !full(l))
		ADD(l, params, l->n_params, cap_params, words[i]);
	return at;
}

/* ---- what formulas are made of ---- */

uint32_t
lower_fail(struct lower *l, enum error code, int32_t input, int64_t a,
    int64_t b, int64_t c, int64_t d)
{
	if (l->error.code == E_OK)
		(void)op_fail(&l->error, code, input, a, b, c, d);
	return LOWER_NONE;
}

struct shape
lower_shape(const struct lower *l, uint32_t value)
{
	struct shape s = { .dtype = DT_F64 };
	const struct program_op *op;

	if (value >= l->n_ops)
		return s;
	op = &l->ops[value];
	s.dtype = op->dtype;
	s.ndim = op->ndim;
	memcpy(s.dims, l->dims + op->first_dim, op->ndim * sizeof s.dims[0]);
	return s;
}

/* A primitive of that shape. */
static uint32_t
emit(struct lower *l, const struct compound *c)
{
	struct program_op op = { .code = (uint16_t)c->row->code,
		.dtype = c->shape.dtype, .ndim = c->shape.ndim,
		.place = PLACE_NONE, .n_in = (uint16_t)c->n_in,
		.first_in = (uint32_t)l->n_refs, .ref = PROGRAM_NONE };

	op.first_dim = add_dims(l, &c->shape);
	op.first_param = add_params(l, c->row, c->params);
	for (size_t k = 0; k < c->n_in; k++)
		add_ref(l, c->in[k]);
	return add_op(l, &op);
}

/* Fills in the shape; false: it has none. */
static bool
infer(struct lower *l, struct compound *c)
{
	const struct shape *in[LOWER_INPUTS];
	struct shape shapes[LOWER_INPUTS];
	struct op_error e = { .code = E_OK };

	for (size_t k = 0; k < c->n_in; k++) {
		if (k == LOWER_INPUTS || c->in[k] >= l->n_ops) {
			(void)lower_fail(l, E_INTERNAL, -1, 0, 0, 0, 0);
			return false;
		}
		shapes[k] = lower_shape(l, c->in[k]);
		in[k] = &shapes[k];
	}
	if (op_infer(c->row, in, c->n_in, c->params, ARENA_MAX, &c->shape,
	    &e) == E_OK)
		return true;
	(void)lower_fail(l, e.code, -1, e.a[0], e.a[1], e.a[2], e.a[3]);
	return false;
}

uint32_t
lower_op(struct lower *l, enum op_code code, const struct op_params *params,
    const uint32_t *in, size_t n_in)
{
	struct op_params defaults;
	struct compound c = { .row = op_by_code(code), .params = params,
		.in = in, .n_in = n_in };
	lower_fn fn = lower_function(code);

	if (full(l) || l->error.code != E_OK)
		return LOWER_NONE;
	if (params == NULL) {
		op_params_default(c.row, &defaults);
		c.params = &defaults;
	}
	if (!infer(l, &c))
		return LOWER_NONE;
	return fn != NULL ? fn(l, &c) : emit(l, &c);
}

uint32_t
lower_unary(struct lower *l, enum op_code code, uint32_t a)
{
	return lower_op(l, code, NULL, &a, 1);
}

uint32_t
lower_binary(struct lower *l, enum op_code code, uint32_t a, uint32_t b)
{
	const uint32_t in[] = { a, b };

	return lower_op(l, code, NULL, in, 2);
}

uint32_t
lower_reduce(struct lower *l, enum op_code code, uint32_t a,
    const struct param *axis, bool keepdims)
{
	struct op_params params = { .p = { { .n = -1 }, { .n = 1 } } };

	if (axis != NULL)
		params.p[0] = *axis;
	params.p[1].v[0] = keepdims;
	return lower_op(l, code, &params, &a, 1);
}

/* An op whose one parameter is a list. */
static uint32_t
with_list(struct lower *l, enum op_code code, uint32_t a, uint32_t n,
    const int64_t *list)
{
	struct op_params params = { .p = { { .n = (int32_t)n } } };

	memcpy(params.p[0].v, list, n * sizeof *list);
	return lower_op(l, code, &params, &a, 1);
}

uint32_t
lower_reshape(struct lower *l, uint32_t a, uint32_t ndim, const int64_t *dims)
{
	return with_list(l, OP_RESHAPE, a, ndim, dims);
}

uint32_t
lower_transpose(struct lower *l, uint32_t a, uint32_t ndim,
    const int64_t *axes)
{
	return with_list(l, OP_TRANSPOSE, a, ndim, axes);
}

/* The source that is this scalar; its ordinal is behind those given. */
static uint32_t
constant(struct lower *l, enum dtype dtype, uint64_t bits)
{
	struct program_op op = { .code = OP_LIN, .dtype = (uint8_t)dtype,
		.place = PLACE_GIVEN, .first_in = (uint32_t)l->n_refs,
		.first_param = (uint32_t)l->n_params,
		.ref = (uint32_t)(l->plan->n_given + l->n_scalars) };
	size_t i = l->n_scalars > RECENT ? l->n_scalars - RECENT : 0;

	if (full(l) || l->error.code != E_OK)
		return LOWER_NONE;
	for (; i < l->n_scalars; i++)
		if (l->scalars[i] == bits &&
		    l->ops[l->scalar_op[i]].dtype == dtype)
			return l->scalar_op[i];
	ADD(l, scalars, l->n_scalars, cap_scalars, bits);
	ADD(l, scalar_op, l->n_scalars, cap_scalar_op, (uint32_t)l->n_ops);
	l->n_scalars += !full(l);
	return add_op(l, &op);
}

uint32_t
lower_integer(struct lower *l, enum dtype dtype, int64_t n)
{
	uint64_t bits = 0;
	int32_t narrow = (int32_t)n;

	if (dtype_is_float(dtype))
		return lower_scalar(l, dtype, (double)n);
	if (dtype == DT_I32)
		memcpy(&bits, &narrow, sizeof narrow);
	else
		bits = dtype == DT_BOOL ? n != 0 : (uint64_t)n;
	return constant(l, dtype, bits);
}

uint32_t
lower_scalar(struct lower *l, enum dtype dtype, double x)
{
	uint64_t bits = 0;
	float narrow = (float)x;

	if (!dtype_is_float(dtype))
		return lower_integer(l, dtype, (int64_t)x);
	if (dtype == DT_F32)
		memcpy(&bits, &narrow, sizeof narrow);
	else
		memcpy(&bits, &x, sizeof x);
	return constant(l, dtype, bits);
}

uint32_t
lower_as(struct lower *l, uint32_t a, enum dtype dtype)
{
	struct op_params params = { .p = { { 1, { dtype } } } };

	if (a == LOWER_NONE || lower_shape(l, a).dtype == dtype)
		return a;
	return lower_op(l, OP_ASTYPE, &params, &a, 1);
}

uint32_t
lower_float(struct lower *l, uint32_t a)
{
	enum dtype dtype = lower_shape(l, a).dtype;

	return lower_as(l, a, dtype_is_float(dtype) ? dtype : DT_F64);
}

/* ---- a whole program ---- */

static bool
has_compound(const struct program *p)
{
	for (uint32_t i = 0; i < p->n_ops; i++)
		if (lower_function(p->ops[i].code) != NULL)
			return true;
	return false;
}

/* Tables as long as the program's, and its dims and parameters. */
static struct lower *
lower_begin(struct plan *p)
{
	struct lower *l = plan_alloc(p, sizeof *l);
	size_t n = p->prog.n_ops;

	if (l == NULL)
		return NULL;
	memset(l, 0, sizeof *l);
	l->plan = p;
	l->source = p->prog;
	p->lowered = l;
	l->value = plan_alloc(p, n * sizeof *l->value);
	l->errors = plan_alloc(p, n * sizeof *l->errors);
	if (full(l))
		return NULL;
	memset(l->errors, 0, n * sizeof *l->errors);
	/* None of the tables is NULL, even if nothing comes to be in it. */
	ADD(l, refs, 0, cap_refs, 0);
	ADD(l, dims, 0, cap_dims, 0);
	ADD(l, params, 0, cap_params, 0);
	for (; l->n_dims < p->prog.n_dims && !full(l); l->n_dims++)
		ADD(l, dims, l->n_dims, cap_dims, p->prog.dims[l->n_dims]);
	for (; l->n_params < p->prog.n_params && !full(l); l->n_params++)
		ADD(l, params, l->n_params, cap_params,
		    p->prog.params[l->n_params]);
	return l;
}

/* Op i uses one that failed: it fails as well. */
static bool
depend(struct lower *l, uint32_t i)
{
	const struct program *p = &l->source;
	const struct program_op *op = &p->ops[i];
	struct op_error *mine = &l->errors[i];

	for (uint32_t k = 0; k < op->n_in; k++) {
		const struct op_error *e =
		    &l->errors[p->refs[op->first_in + k] - p->base];

		if (e->code == E_OK)
			continue;
		(void)op_fail(mine, E_DEPENDS, (int32_t)k,
		    e->code == E_DEPENDS ? e->a[0] : e->op, 0, 0, 0);
		mine->op = p->base + i;
		return true;
	}
	return false;
}

/* An op that stays as it is. */
static void
copy(struct lower *l, uint32_t i)
{
	const struct program *p = &l->source;
	struct program_op op = p->ops[i];

	op.first_in = (uint32_t)l->n_refs;
	for (uint32_t k = 0; k < op.n_in; k++)
		add_ref(l, l->value[p->refs[p->ops[i].first_in + k] -
		    p->base]);
	l->value[i] = add_op(l, &op);
}

/* The value of a compound's formula becomes the compound's. */
static enum error
settle(struct lower *l, uint32_t i, uint32_t value, size_t first,
    struct op_error *e)
{
	struct shape declared, got = lower_shape(l, value);

	if (full(l))
		return E_OK;
	program_shape(&l->source, i, &declared);
	if (value == LOWER_NONE || !shape_equal(&got, &declared)) {
		(void)lower_fail(l, E_INTERNAL, -1, 0, 0, 0, 0);
		l->errors[i] = l->error;
		l->errors[i].op = l->source.base + i;
		if (l->error.code == E_OVERFLOW)
			return op_fail(e, E_MEMORY, -1, INT64_MAX, 0, 0, 0);
		return E_OK;
	}
	/* Another op's value, an input's perhaps, keeps its own flags. */
	if (value < first || l->ops[value].place != PLACE_NONE)
		value = lower_unary(l, OP_LIN, value);
	if (full(l))
		return E_OK;
	l->ops[value].flags |= l->source.ops[i].flags;
	l->value[i] = value;
	return E_OK;
}

static enum error
lower_compound(struct lower *l, uint32_t i, const struct op_row *row,
    const struct op_params *params, struct op_error *e)
{
	const struct program *p = &l->source;
	const struct program_op *op = &p->ops[i];
	struct compound c = { .row = row, .params = params, .n_in = op->n_in };
	uint32_t *in = plan_alloc(l->plan, op->n_in * sizeof *in), value;
	size_t first = l->n_ops;

	if (in == NULL)
		return E_OK;
	for (uint32_t k = 0; k < op->n_in; k++)
		in[k] = l->value[p->refs[op->first_in + k] - p->base];
	c.in = in;
	program_shape(p, i, &c.shape);
	l->error.code = E_OK;
	value = lower_function(op->code)(l, &c);
	return settle(l, i, value, first, e);
}

static enum error
lower_one(struct lower *l, uint32_t i, struct op_error *e)
{
	const struct program_op *op = &l->source.ops[i];
	const struct op_row *row;
	struct op_params params;
	enum error r = program_check_op(&l->source, i, NULL, NULL, ARENA_MAX,
	    &row, &params, e);

	l->owner = i;
	l->value[i] = LOWER_NONE;
	if (r == E_EMPTY) {
		l->errors[i] = *e;
		return E_OK;
	}
	if (r != E_OK)
		return r;
	/* Ordinals behind the given ones are the constants'. */
	if (op->place == PLACE_GIVEN && op->ref >= l->plan->n_given)
		return op_fail(e, E_NO_INPUT, -1, op->ref, 0, 0, 0);
	if (depend(l, i))
		return E_OK;
	if (op->place == PLACE_NONE && lower_function(op->code) != NULL)
		return lower_compound(l, i, row, &params, e);
	copy(l, i);
	return E_OK;
}

/* The plan goes on with the new program, and constants as given values. */
static void
lower_end(struct lower *l)
{
	struct plan *p = l->plan;
	size_t n = p->n_given + l->n_scalars;
	struct bytes *given = plan_alloc(p, (n + 1) * sizeof *given);

	if (given == NULL)
		return;
	if (p->n_given > 0)
		memcpy(given, p->given, p->n_given * sizeof *given);
	for (size_t i = 0; i < l->n_scalars; i++)
		given[p->n_given + i] = (struct bytes) {
		    (const uint8_t *)&l->scalars[i],
		    dtype_size(l->ops[l->scalar_op[i]].dtype) };
	p->given = given;
	p->n_given = n;
	p->prog.base = 0;
	p->prog.n_ops = (uint32_t)l->n_ops;
	p->prog.n_refs = (uint32_t)l->n_refs;
	p->prog.n_dims = (uint32_t)l->n_dims;
	p->prog.n_params = (uint32_t)l->n_params;
	p->prog.ops = l->ops;
	p->prog.refs = l->refs;
	p->prog.dims = l->dims;
	p->prog.params = l->params;
}

enum error
lower_program(struct plan *p, struct op_error *e)
{
	struct lower *l;
	enum error r;

	if (!has_compound(&p->prog))
		return E_OK;
	l = lower_begin(p);
	for (uint32_t i = 0; l != NULL && i < l->source.n_ops; i++) {
		e->op = l->source.base + i;
		r = lower_one(l, i, e);
		if (r != E_OK)
			return r;
		if (full(l))
			return E_OK;
	}
	if (l != NULL)
		lower_end(l);
	return E_OK;
}

void
lower_clear(struct plan *p)
{
	struct lower *l = p->lowered;

	if (l == NULL)
		return;
	xfree(l->ops);
	xfree(l->origin);
	xfree(l->refs);
	xfree(l->dims);
	xfree(l->params);
	xfree(l->scalars);
	xfree(l->scalar_op);
	p->lowered = NULL;
}

/* ---- back to the program as it came ---- */

uint32_t
lower_value(const struct plan *p, uint32_t i)
{
	return p->lowered == NULL ? i : p->lowered->value[i];
}

uint32_t
lower_origin(const struct plan *p, uint32_t i)
{
	return p->lowered == NULL ? i : p->lowered->origin[i];
}

const struct op_error *
lower_errors(struct plan *p)
{
	struct lower *l = p->lowered;

	if (l == NULL)
		return p->errors;
	if (l->settled)
		return l->errors;
	l->settled = true;
	for (uint32_t j = 0; j < p->prog.n_ops; j++) {
		const struct op_error *e = &p->errors[j];
		struct op_error *mine = &l->errors[l->origin[j]];

		if (e->code == E_OK || e->code == E_DEPENDS ||
		    mine->code != E_OK)
			continue;
		*mine = *e;
		mine->op = l->source.base + l->origin[j];
		if (lower_function(l->source.ops[l->origin[j]].code) != NULL)
			mine->input = -1;
	}
	for (uint32_t i = 0; i < l->source.n_ops; i++)
		(void)depend(l, i);
	return l->errors;
}
