/*
 * The recorder: see record.h.
 */
#include <string.h>

#include "record.h"

void
recorder_init(struct recorder *r, int64_t max_bytes)
{
	memset(r, 0, sizeof *r);
	program_writer_init(&r->w, 1);
	r->max_bytes = max_bytes;
}

void
recorder_clear(struct recorder *r)
{
	program_writer_clear(&r->w);
	xfree(r->ops);
	xfree(r->shapes);
	xfree(r->refs);
	xfree(r->released);
	memset(r, 0, sizeof *r);
}

struct record_op *
recorder_get(struct recorder *r, uint32_t value)
{
	return &r->ops[value - 1];
}

const struct shape *
recorder_shape(const struct recorder *r, uint32_t value)
{
	return &r->shapes[r->ops[value - 1].shape];
}

/* Place of a shape: most ops have one that was seen a moment ago. */
static uint32_t
intern(struct recorder *r, const struct shape *shape)
{
	uint64_t hash = shape->dtype * 8u + shape->ndim;
	uint32_t i, *recent;

	for (i = 0; i < shape->ndim; i++)
		hash = (hash ^ (uint64_t)shape->dims[i]) *
		    0x9e3779b97f4a7c15u;
	recent = &r->recent[(hash ^ hash >> 32) % RECORD_SHAPES];
	if (*recent != 0 && shape_equal(&r->shapes[*recent - 1], shape))
		return *recent - 1;
	if (r->n_shapes == r->cap_shapes) {
		r->cap_shapes = r->cap_shapes == 0 ? 16 : r->cap_shapes * 2;
		r->shapes = xrealloc(r->shapes,
		    r->cap_shapes * sizeof *r->shapes);
	}
	r->shapes[r->n_shapes++] = *shape;
	*recent = r->n_shapes;
	return r->n_shapes - 1;
}

/* Remembers the op just written. */
static uint32_t
keep(struct recorder *r, uint32_t value, uint16_t code,
    const struct shape *shape)
{
	struct record_op *op;

	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 64 : r->cap * 2;
		r->ops = xrealloc(r->ops, r->cap * sizeof *r->ops);
	}
	op = &r->ops[r->n++];
	memset(op, 0, sizeof *op);
	op->shape = intern(r, shape);
	r->open = r->open || !shape_known(shape);
	op->where = RECORD_NO_CODE;
	op->code = code;
	return value;
}

static void
keep_inputs(struct recorder *r, struct record_op *op, const uint32_t *in,
    size_t n)
{
	if (r->cap_refs - r->n_refs < n) {
		r->cap_refs = r->cap_refs * 2 + (uint32_t)n + 64;
		r->refs = xrealloc(r->refs, r->cap_refs * sizeof *r->refs);
	}
	memcpy(r->refs + r->n_refs, in, n * sizeof *in);
	op->first_in = r->n_refs;
	op->n_in = (uint32_t)n;
	r->n_refs += (uint32_t)n;
}

#define INPUTS_NEAR	8	/* that need no memory of their own */

enum error
recorder_op(struct recorder *r, const struct op_row *row, const uint32_t *in,
    size_t n, const struct op_params *params, uint32_t *value,
    struct op_error *err)
{
	const struct shape *near[INPUTS_NEAR] = { NULL }, **shapes = near;
	struct shape out;
	enum error code;
	size_t i;

	if (n > INPUTS_NEAR)
		shapes = xcalloc(n, sizeof *shapes);
	for (i = 0; i < n; i++)
		shapes[i] = recorder_shape(r, in[i]);
	memset(err, 0, sizeof *err);
	code = op_infer(row, shapes, n, params, r->max_bytes, &out, err);
	if (shapes != near)
		xfree(shapes);
	if (code != E_OK)
		return code;
	*value = keep(r, program_write_op(&r->w, row, params, in, n, &out, 0),
	    row->code, &out);
	keep_inputs(r, &r->ops[*value - 1], in, n);
	return E_OK;
}

bool
recorder_adopt(struct recorder *r, uint16_t code, const struct shape *shape,
    const uint32_t *in, size_t n)
{
	uint32_t value = r->n + 1;
	size_t i;

	for (i = 0; i < n; i++)
		if (in[i] == 0 || in[i] >= value)
			return false;
	keep(r, value, code, shape);
	if (n > 0)
		keep_inputs(r, &r->ops[value - 1], in, n);
	program_writer_reset(&r->w, value + 1);
	return true;
}

uint32_t
recorder_inline(struct recorder *r, const struct shape *shape,
    const void *bytes)
{
	return keep(r, program_write_inline(&r->w, shape, bytes, 0), OP_LIN,
	    shape);
}

uint32_t
recorder_digest(struct recorder *r, const struct shape *shape,
    const uint8_t digest[DIGEST_LEN])
{
	return keep(r, program_write_digest(&r->w, shape, digest, 0), OP_LIN,
	    shape);
}

uint32_t
recorder_given(struct recorder *r, const struct shape *shape, uint32_t ordinal)
{
	return keep(r, program_write_given(&r->w, shape, ordinal, 0), OP_LIN,
	    shape);
}

/*
 * Only within a batch: nobody holds a number, so it is not exported and a
 * later batch could not name it.
 */
uint32_t
recorder_const(struct recorder *r, enum dtype dtype, const void *bytes)
{
	struct shape shape = { .dtype = dtype, .ndim = 0 };
	struct record_const *c;
	uint64_t bits = 0, hash;

	memcpy(&bits, bytes, dtype_size(dtype));
	hash = (bits + dtype) * 0x9e3779b97f4a7c15u;
	c = &r->consts[(hash >> 32) % RECORD_CONSTS];
	if (c->value == 0 || c->bits != bits || c->dtype != dtype) {
		c->value = recorder_inline(r, &shape, bytes);
		c->bits = bits;
		c->dtype = dtype;
	}
	return c->value;
}

void
recorder_hold(struct recorder *r, uint32_t value)
{
	r->ops[value - 1].held++;
}

void
recorder_drop(struct recorder *r, uint32_t value)
{
	struct record_op *op = &r->ops[value - 1];

	if (op->held == 0 || --op->held > 0 || value >= r->w.base)
		return;
	if (r->n_released == r->cap_released) {
		r->cap_released = r->cap_released == 0 ? 64 :
		    r->cap_released * 2;
		r->released = xrealloc(r->released,
		    r->cap_released * sizeof *r->released);
	}
	r->released[r->n_released++] = value;
}

void
recorder_again(struct recorder *r, uint32_t value)
{
	uint32_t i;

	if (r->ops[value - 1].held > 0)
		return;
	for (i = 0; i < r->n_released; i++) {
		if (r->released[i] == value)
			r->released[i--] = r->released[--r->n_released];
	}
}

void
recorder_learn(struct recorder *r, uint32_t value, const struct shape *shape)
{
	struct record_op *op = &r->ops[value - 1];

	if (!shape_known(&r->shapes[op->shape]))
		op->shape = intern(r, shape);
}

static uint32_t *
push(uint32_t *stack, size_t *n, size_t *cap, uint32_t value)
{
	if (*n == *cap) {
		*cap = *cap * 2 + 64;
		stack = xrealloc(stack, *cap * sizeof *stack);
	}
	stack[(*n)++] = value;
	return stack;
}

void
recorder_done(struct recorder *r, uint32_t value)
{
	size_t n = 0, cap = 0;
	uint32_t *stack = push(NULL, &n, &cap, value), i;
	struct record_op *op;

	while (n > 0) {
		op = &r->ops[stack[--n] - 1];
		if (op->done)
			continue;
		op->done = true;
		r->n_done++;
		for (i = 0; i < op->n_in; i++)
			stack = push(stack, &n, &cap,
			    r->refs[op->first_in + i]);
	}
	xfree(stack);
}

uint32_t
recorder_pending(const struct recorder *r)
{
	return r->w.n_ops;
}

size_t
recorder_bytes(const struct recorder *r)
{
	return program_size(&r->w);
}

/* What Python holds is exported. */
static void
mark_held(struct recorder *r, uint8_t flags)
{
	uint32_t i, next = r->w.base + r->w.n_ops;

	for (i = r->w.base; i < next; i++)
		if (r->ops[i - 1].held > 0)
			program_set_flags(&r->w, i, flags);
}

void
recorder_look(struct recorder *r, struct buf *out)
{
	if (r->w.n_ops == 0)
		return;
	mark_held(r, PROGRAM_EXPORT);
	program_finish(&r->w, out);
	mark_held(r, 0);
}

bool
recorder_cut(struct recorder *r, struct buf *out, uint32_t *base,
    const uint64_t **released, uint32_t *n_released)
{
	uint32_t next;

	*base = r->w.base;
	*released = r->released;
	*n_released = 0;
	if (r->w.n_ops == 0)
		return false;
	next = r->w.base + r->w.n_ops;
	mark_held(r, PROGRAM_EXPORT);
	program_finish(&r->w, out);
	program_writer_reset(&r->w, next);
	memset(r->consts, 0, sizeof r->consts);
	*n_released = r->n_released < RECORD_RELEASED ? r->n_released :
	    RECORD_RELEASED;
	r->n_released -= *n_released;
	*released = r->n_released + *n_released > 0 ?
	    r->released + r->n_released : NULL;
	return true;
}

char *
recorder_text(struct recorder *r, char *buf, size_t len,
    const struct op_row *row, const uint32_t *in, size_t n,
    const struct op_params *params, const struct op_error *err)
{
	const struct shape **shapes = xcalloc(n + 1, sizeof *shapes);
	size_t i;

	for (i = 0; i < n; i++)
		shapes[i] = recorder_shape(r, in[i]);
	op_error_text(buf, len, row, shapes, n, params, err);
	xfree(shapes);
	return buf;
}
