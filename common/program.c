/*
 * Packed programs: reading and checking.  What comes in is foreign: every
 * count, offset and product is checked in 64 bits before it is used, and the
 * parts must lie as the writer lays them, so that nothing overlaps and no
 * small program can stand for a large one.
 */
#include "common/program.h"
#include "common/op_priv.h"

#include <string.h>

#define FEW	8	/* inputs whose shapes fit on the stack */

static size_t
pad8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static enum error
bad(struct op_error *e)
{
	return op_fail(e, E_BAD_PROGRAM, -1, 0, 0, 0, 0);
}

static uint32_t
get_u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Reads the head and lays the tables over the bytes. */
static bool
open_tables(struct program *p)
{
	const uint8_t *at = p->bytes;
	uint64_t size;

	if (p->len < PROGRAM_HEAD || ((uintptr_t)at & 7) != 0 ||
	    get_u32(at) != PROGRAM_MAGIC ||
	    get_u32(at + 4) != PROGRAM_VERSION || get_u32(at + 36) != 0)
		return false;
	p->base = get_u32(at + 8);
	p->n_ops = get_u32(at + 12);
	p->n_refs = get_u32(at + 16);
	p->n_dims = get_u32(at + 20);
	p->n_params = get_u32(at + 24);
	p->n_digests = get_u32(at + 28);
	p->n_data = get_u32(at + 32);
	size = PROGRAM_HEAD + (uint64_t)p->n_ops * PROGRAM_OP +
	    ((uint64_t)p->n_refs * 4 + 7) / 8 * 8 +
	    ((uint64_t)p->n_dims + p->n_params) * 8 +
	    (uint64_t)p->n_digests * DIGEST_LEN + p->n_data;
	if (size != p->len || p->n_data % 8 != 0)
		return false;
	p->ops = (const struct program_op *)(const void *)(at + PROGRAM_HEAD);
	p->refs = (const uint32_t *)(const void *)(p->ops + p->n_ops);
	p->dims = (const int64_t *)(const void *)
	    ((const uint8_t *)p->refs + pad8((size_t)p->n_refs * 4));
	p->params = p->dims + p->n_dims;
	p->digests = (const uint8_t *)(p->params + p->n_params);
	p->data = p->digests + (size_t)p->n_digests * DIGEST_LEN;
	return true;
}

static bool
zeros(const uint8_t *p, size_t n)
{
	uint8_t all = 0;

	while (n-- > 0)
		all |= *p++;
	return all == 0;
}

/* An inline source lies at data, the end of the one before; moves data. */
static bool
check_inline(const struct program *p, const struct program_op *op,
    int64_t bytes, uint64_t *data)
{
	uint64_t end = *data + (uint64_t)bytes, padded = (end + 7) / 8 * 8;

	if (op->ref != *data || padded < *data || padded > p->n_data)
		return false;
	if (!tensor_valid(op->dtype, p->data + *data, (size_t)bytes) ||
	    !zeros(p->data + end, (size_t)(padded - end)))
		return false;
	*data = padded;
	return true;
}

static bool
check_place(const struct program *p, const struct program_op *op,
    int64_t bytes, uint64_t *data)
{
	bool source = op->code == OP_LIN && op->n_in == 0;

	if (source != (op->place != PLACE_NONE))
		return false;
	switch (op->place) {
	case PLACE_NONE:
		return op->ref == PROGRAM_NONE;
	case PLACE_INLINE:
		return check_inline(p, op, bytes, data);
	case PLACE_DIGEST:
		return op->ref < p->n_digests;
	case PLACE_GIVEN:
		return op->ref < p->n_ops;
	default:
		return false;
	}
}

/* Structure of op i; refs and data: what the ops before it have used. */
static bool
check_op(const struct program *p, uint32_t i, uint64_t *refs, uint64_t *data)
{
	const struct program_op *op = &p->ops[i];
	struct shape s;
	int64_t bytes;

	if (op->ndim > TENSOR_RANK ||
	    (uint64_t)op->first_dim + op->ndim > p->n_dims ||
	    op->first_param > p->n_params || (op->flags & ~PROGRAM_EXPORT) != 0)
		return false;
	if (op->first_in != *refs || *refs + op->n_in > p->n_refs)
		return false;
	*refs += op->n_in;
	program_shape(p, i, &s);
	bytes = shape_bytes(&s);
	return (bytes >= 0 || op->place == PLACE_NONE) && shape_sound(&s) &&
	    check_place(p, op, bytes, data);
}

enum error
program_open(struct program *p, const uint8_t *bytes, size_t len,
    uint32_t max_ops, struct op_error *e)
{
	uint64_t refs = 0, data = 0;
	uint32_t i;

	memset(p, 0, sizeof(*p));
	p->bytes = bytes;
	p->len = len;
	e->op = 0;
	if (!open_tables(p))
		return bad(e);
	e->op = p->base;
	if (p->n_ops > max_ops || p->n_ops > PROGRAM_NONE - p->base)
		return op_fail(e, E_TOO_BIG, -1, p->n_ops, max_ops, 0, 0);
	for (i = 0; i < p->n_ops; i++) {
		e->op = p->base + i;
		if (!check_op(p, i, &refs, &data))
			return bad(e);
	}
	if (refs != p->n_refs || data != p->n_data ||
	    !zeros((const uint8_t *)(p->refs + p->n_refs),
	    pad8((size_t)p->n_refs * 4) - (size_t)p->n_refs * 4))
		return bad(e);
	return E_OK;
}

void
program_shape(const struct program *p, uint32_t i, struct shape *s)
{
	const struct program_op *op = &p->ops[i];

	memset(s, 0, sizeof(*s));
	s->dtype = op->dtype;
	s->ndim = op->ndim;
	memcpy(s->dims, p->dims + op->first_dim, op->ndim * sizeof(s->dims[0]));
}

/* The shape of a value; NULL: there is no such value below op i's. */
static const struct shape *
value_shape(const struct program *p, uint32_t i, uint32_t value,
    program_earlier earlier, void *arg, struct shape *scratch)
{
	if (value < p->base)
		return earlier == NULL ? NULL : earlier(arg, value);
	if (value - p->base >= i)
		return NULL;
	program_shape(p, value - p->base, scratch);
	return scratch;
}

size_t
program_inputs(const struct program *p, uint32_t i, program_earlier earlier,
    void *arg, const struct shape **in, struct shape *scratch, size_t max)
{
	const struct program_op *op = &p->ops[i];
	size_t k;

	for (k = 0; k < op->n_in && k < max; k++)
		in[k] = value_shape(p, i, p->refs[op->first_in + k], earlier,
		    arg, &scratch[k]);
	return op->n_in;
}

/* Each reference is below op i and exists. */
static enum error
check_refs(const struct program *p, uint32_t i, program_earlier earlier,
    void *arg, struct op_error *e)
{
	const struct program_op *op = &p->ops[i];
	uint32_t value, self = p->base + i;
	uint32_t k;

	for (k = 0; k < op->n_in; k++) {
		value = p->refs[op->first_in + k];
		if (value == self)
			return op_fail(e, E_SELF, (int32_t)k, value, 0, 0, 0);
		if (value > self)
			return op_fail(e, E_LATER, (int32_t)k, value, 0, 0, 0);
		if (value < p->base &&
		    (earlier == NULL || earlier(arg, value) == NULL))
			return op_fail(e, E_MISSING, (int32_t)k, value, 0, 0,
			    0);
	}
	return E_OK;
}

/* Recomputes the shape and dtype of op i and compares. */
static enum error
check_shape(const struct program *p, uint32_t i, program_earlier earlier,
    void *arg, int64_t max_bytes, const struct op_row *row,
    const struct op_params *params, struct op_error *e)
{
	const struct shape *few[FEW], **in = few;
	struct shape few_scratch[FEW], *scratch = few_scratch, out, declared;
	size_t n = p->ops[i].n_in;
	void *many = NULL;
	enum error r;

	if (n > FEW) {
		many = xtry_malloc(n * (sizeof(*in) + sizeof(*scratch)));
		if (many == NULL)
			return op_fail(e, E_MEMORY, -1, (int64_t)(n *
			    (sizeof(*in) + sizeof(*scratch))), 0, 0, 0);
		scratch = many;
		in = (const struct shape **)(void *)(scratch + n);
	}
	(void)program_inputs(p, i, earlier, arg, in, scratch, n);
	r = op_infer(row, in, n, params, max_bytes, &out, e);
	xfree(many);
	program_shape(p, i, &declared);
	if (r == E_LENGTH)
		return declared.dtype == out.dtype ? E_OK : bad(e);
	if (r != E_OK)
		return r;
	return shape_refines(&declared, &out) ? E_OK : bad(e);
}

static enum error
check_source(const struct program *p, uint32_t i, int64_t max_bytes,
    struct op_error *e)
{
	struct shape s;
	int64_t bytes;

	program_shape(p, i, &s);
	bytes = shape_bytes(&s);
	if (bytes > max_bytes)
		return op_fail(e, E_OVERFLOW, -1, shape_elements(&s), max_bytes,
		    0, 0);
	return E_OK;
}

enum error
program_check_op(const struct program *p, uint32_t i, program_earlier earlier,
    void *arg, int64_t max_bytes, const struct op_row **row,
    struct op_params *params, struct op_error *e)
{
	const struct program_op *op = &p->ops[i];

	e->op = p->base + i;
	*row = op_by_code(op->code);
	if (*row == NULL)
		return op_fail(e, E_UNKNOWN_OP, -1, op->code, 0, 0, 0);
	if (op_params_unpack(*row, p->params + op->first_param,
	    p->n_params - op->first_param, params, e) != E_OK)
		return e->code;
	if (op->place != PLACE_NONE)
		return check_source(p, i, max_bytes, e);
	if (op->n_in < (*row)->min || op->n_in > (*row)->max)
		return op_fail(e, E_ARITY, -1, op->n_in, (*row)->min,
		    (*row)->max, 0);
	if (check_refs(p, i, earlier, arg, e) != E_OK)
		return e->code;
	return check_shape(p, i, earlier, arg, max_bytes, *row, params, e);
}

enum error
program_check(const struct program *p, program_earlier earlier, void *arg,
    int64_t max_bytes, struct op_error *e)
{
	const struct op_row *row;
	struct op_params params;
	enum error r;
	uint32_t i;

	for (i = 0; i < p->n_ops; i++) {
		r = program_check_op(p, i, earlier, arg, max_bytes, &row,
		    &params, e);
		if (r != E_OK)
			return r;
	}
	return E_OK;
}

struct bytes
program_inline(const struct program *p, uint32_t i)
{
	struct bytes b = { NULL, 0 };
	struct shape s;

	if (p->ops[i].place != PLACE_INLINE)
		return b;
	program_shape(p, i, &s);
	b.p = p->data + p->ops[i].ref;
	b.n = (size_t)shape_bytes(&s);
	return b;
}

const uint8_t *
program_digest(const struct program *p, uint32_t i)
{
	if (p->ops[i].place != PLACE_DIGEST)
		return NULL;
	return p->digests + (size_t)p->ops[i].ref * DIGEST_LEN;
}
