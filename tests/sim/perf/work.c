/*
 * Building programs.
 */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "fake.h"

struct work *
work_new(const char *name)
{
	struct work *w = xcalloc(1, sizeof(*w));

	snprintf(w->name, sizeof(w->name), "%s", name);
	return w;
}

void
work_free(struct work *w)
{
	uint32_t i;

	if (w == NULL)
		return;
	for (i = 0; i < w->n_batches; i++) {
		program_writer_clear(&w->batches[i].writer);
		buf_clear(&w->batches[i].program);
		xfree(w->batches[i].want);
	}
	xfree(w->batches);
	xfree(w->tensors);
	xfree(w->ops);
	xfree(w->in);
	xfree(w);
}

static struct program_writer *
writer(struct work *w)
{
	struct work_batch *b;

	if (w->n_ops == w->n_batches * WORK_BATCH) {
		w->batches = xrealloc(w->batches, (w->n_batches + 1) *
		    sizeof(*w->batches));
		b = &w->batches[w->n_batches++];
		memset(b, 0, sizeof(*b));
		buf_init(&b->program);
		program_writer_init(&b->writer, w->n_ops + 1);
	}
	return &w->batches[w->n_batches - 1].writer;
}

/* The arrays' row of the op that was written as number op. */
static struct work_op *
note(struct work *w, uint32_t op, const struct shape *shape)
{
	struct work_op *o;

	if (w->n_ops + 2 > w->ops_cap) {
		w->ops_cap = w->ops_cap == 0 ? 1024 : w->ops_cap * 2;
		w->ops = xrealloc(w->ops, w->ops_cap * sizeof(*w->ops));
	}
	if (op != ++w->n_ops)
		abort();
	o = &w->ops[op];
	memset(o, 0, sizeof(*o));
	o->shape = *shape;
	o->bytes = (uint64_t)shape_bytes(shape);
	return o;
}

static uint32_t
write_tensor(struct work *w, const struct shape *shape, uint64_t name)
{
	struct work_stored *t;

	w->tensors = xrealloc(w->tensors, (w->n_tensors + 1) *
	    sizeof(*w->tensors));
	t = &w->tensors[w->n_tensors++];
	t->shape = *shape;
	t->name = name;
	fake_digest(name, shape, t->digest);
	return program_write_digest(writer(w), shape, t->digest, 0);
}

static uint64_t
next_name(const struct work *w)
{
	return 0x5bd1e9955bd1e995u * (w->n_ops + 1);
}

static uint32_t
note_source(struct work *w, uint32_t op, const struct shape *shape)
{
	note(w, op, shape)->source = true;
	w->n_sources++;
	return op;
}

uint32_t
work_inline(struct work *w, const struct shape *shape, const void *bytes)
{
	return note_source(w, program_write_inline(writer(w), shape, bytes,
	    0), shape);
}

uint32_t
work_tensor(struct work *w, const struct shape *shape)
{
	return note_source(w, write_tensor(w, shape, next_name(w)), shape);
}

static uint32_t
source(struct work *w, const struct shape *shape)
{
	uint8_t *bytes;
	uint32_t op;

	if (shape_bytes(shape) > MSG_SMALL)
		return work_tensor(w, shape);
	bytes = fake_bytes(next_name(w), shape);
	op = work_inline(w, shape, bytes);
	xfree(bytes);
	return op;
}

uint32_t
work_source(struct work *w, enum dtype dtype, int64_t rows, int64_t columns)
{
	struct shape shape = { .dtype = (uint8_t)dtype };

	shape.ndim = columns > 0 ? 2 : 1;
	shape.dims[0] = rows;
	shape.dims[1] = columns;
	return source(w, &shape);
}

uint32_t
work_image(struct work *w, enum dtype dtype, int64_t side)
{
	struct shape shape = { .dtype = (uint8_t)dtype, .ndim = 4,
		.dims = { 1, 1, side, side } };

	return source(w, &shape);
}

/* The row of an op that was written, and what it takes. */
static uint32_t
note_op(struct work *w, uint32_t op, const struct op_row *row,
    const uint32_t *in, size_t n_in, const struct shape *out)
{
	const struct shape **shapes = xcalloc(n_in + 1, sizeof(*shapes));
	struct work_op *o = note(w, op, out);
	size_t i;

	for (i = 0; i < n_in; i++) {
		shapes[i] = &w->ops[in[i]].shape;
		w->ops[in[i]].users++;
	}
	op_cost(row, shapes, n_in, out, &o->cost);
	xfree(shapes);
	if (w->n_in + n_in > w->in_cap) {
		w->in_cap = (w->n_in + (uint32_t)n_in) * 2 + 1024;
		w->in = xrealloc(w->in, w->in_cap * sizeof(*w->in));
	}
	o->first_in = w->n_in;
	o->n_in = (uint32_t)n_in;
	if (n_in > 0)
		memcpy(w->in + w->n_in, in, n_in * sizeof(*in));
	w->n_in += (uint32_t)n_in;
	return op;
}

uint32_t
work_op_with(struct work *w, enum op_code code, const struct op_params *params,
    const uint32_t *in, size_t n_in)
{
	const struct op_row *row = op_by_code(code);
	struct program_writer *pw = writer(w);
	const struct shape *shapes[8];
	struct op_error e;
	struct shape out;
	size_t i;

	for (i = 0; i < n_in; i++)
		shapes[i] = &w->ops[in[i]].shape;
	if (op_infer(row, shapes, n_in, params, INT64_MAX, &out, &e) != E_OK)
		abort();
	return note_op(w, program_write_op(pw, row, params, in, n_in, &out,
	    0), row, in, n_in, &out);
}

/* What it comes to be: lengths that data decides are half of the most. */
static void
shape_guess(const struct work *w, const struct program *p, uint32_t i,
    const uint32_t *in, struct shape *out)
{
	const struct op_row *row = op_by_code(p->ops[i].code);
	size_t n = p->ops[i].n_in, k;
	const struct shape **shapes;
	struct op_params params;
	struct op_error e;

	program_shape(p, i, out);
	if (shape_known(out))
		return;
	shapes = xcalloc(n + 1, sizeof(*shapes));
	for (k = 0; k < n; k++)
		shapes[k] = &w->ops[in[k]].shape;
	if (op_params_unpack(row, p->params + p->ops[i].first_param,
	    p->n_params - p->ops[i].first_param, &params, &e) != E_OK ||
	    op_infer(row, shapes, n, &params, INT64_MAX, out, &e) != E_OK)
		abort();
	fake_shape(p, i, shapes, n, out);
	xfree(shapes);
}

uint32_t
work_copy(struct work *w, const struct program *p, uint32_t i)
{
	const uint32_t *in = p->refs + p->ops[i].first_in;
	struct program_writer *pw = writer(w);
	struct shape out;

	shape_guess(w, p, i, in, &out);
	return note_op(w, program_copy_op(pw, p, i, in, NULL, 0),
	    op_by_code(p->ops[i].code), in, p->ops[i].n_in, &out);
}

uint32_t
work_op(struct work *w, enum op_code code, uint32_t a, uint32_t b)
{
	uint32_t in[2] = { a, b };
	struct op_params params;

	op_params_default(op_by_code(code), &params);
	return work_op_with(w, code, &params, in, b == 0 ? 1 : 2);
}

void
work_want(struct work *w, uint32_t op)
{
	struct work_batch *b = &w->batches[(op - 1) / WORK_BATCH];

	w->ops[op].wanted = true;
	w->n_wanted++;
	program_set_flags(&b->writer, op, PROGRAM_EXPORT);
	b->want = xrealloc(b->want, (b->n_want + 1) * sizeof(*b->want));
	b->want[b->n_want++] = op;
}

void
work_finish(struct work *w)
{
	uint32_t i;

	for (i = 0; i < w->n_batches; i++)
		program_finish(&w->batches[i].writer, &w->batches[i].program);
}
