/*
 * Building packed programs, as program.h lays them out.  The caller passes
 * what op_infer accepted; nothing is checked here but sizes of tables.
 */
#include "common/program.h"

#include <string.h>

static void
reset(struct program_writer *w, uint32_t base)
{
	w->base = base;
	w->n_ops = w->n_refs = w->n_dims = w->n_params = w->n_digests = 0;
	w->last_dim = PROGRAM_NONE;
}

void
program_writer_init(struct program_writer *w, uint32_t base)
{
	buf_init(&w->ops);
	buf_init(&w->refs);
	buf_init(&w->dims);
	buf_init(&w->params);
	buf_init(&w->digests);
	buf_init(&w->data);
	reset(w, base);
}

void
program_writer_clear(struct program_writer *w)
{
	buf_clear(&w->ops);
	buf_clear(&w->refs);
	buf_clear(&w->dims);
	buf_clear(&w->params);
	buf_clear(&w->digests);
	buf_clear(&w->data);
	reset(w, 0);
}

void
program_writer_reset(struct program_writer *w, uint32_t base)
{
	buf_reset(&w->ops);
	buf_reset(&w->refs);
	buf_reset(&w->dims);
	buf_reset(&w->params);
	buf_reset(&w->digests);
	buf_reset(&w->data);
	reset(w, base);
}

/* Index of the shape's dims; most ops have the shape of the op before. */
static uint32_t
add_dims(struct program_writer *w, const struct shape *s)
{
	if (w->last_dim == PROGRAM_NONE || w->last_shape.ndim != s->ndim ||
	    memcmp(w->last_shape.dims, s->dims,
	    s->ndim * sizeof(s->dims[0])) != 0) {
		w->last_dim = w->n_dims;
		w->last_shape = *s;
		buf_add(&w->dims, s->dims, s->ndim * sizeof(s->dims[0]));
		w->n_dims += s->ndim;
	}
	return w->last_dim;
}

/* Appends an op that has its place, inputs and parameters already. */
static uint32_t
add_op(struct program_writer *w, struct program_op *op, const struct shape *s,
    uint8_t flags)
{
	op->dtype = s->dtype;
	op->ndim = s->ndim;
	op->flags = flags;
	op->first_dim = add_dims(w, s);
	buf_add(&w->ops, op, sizeof(*op));
	return w->base + w->n_ops++;
}

static uint32_t
add_source(struct program_writer *w, const struct shape *s, enum place place,
    uint32_t ref, uint8_t flags)
{
	struct program_op op = { .code = OP_LIN, .place = (uint8_t)place,
		.first_in = w->n_refs, .first_param = w->n_params, .ref = ref };

	return add_op(w, &op, s, flags);
}

uint32_t
program_write_inline(struct program_writer *w, const struct shape *s,
    const void *bytes, uint8_t flags)
{
	static const uint8_t zeros[8];
	uint32_t at = (uint32_t)w->data.len;
	size_t n = (size_t)shape_bytes(s);

	buf_add(&w->data, bytes, n);
	buf_add(&w->data, zeros, -n & 7);
	return add_source(w, s, PLACE_INLINE, at, flags);
}

uint32_t
program_write_digest(struct program_writer *w, const struct shape *s,
    const uint8_t digest[DIGEST_LEN], uint8_t flags)
{
	buf_add(&w->digests, digest, DIGEST_LEN);
	return add_source(w, s, PLACE_DIGEST, w->n_digests++, flags);
}

uint32_t
program_write_given(struct program_writer *w, const struct shape *s,
    uint32_t ordinal, uint8_t flags)
{
	return add_source(w, s, PLACE_GIVEN, ordinal, flags);
}

/* Appends an op that computes, its parameters packed. */
static uint32_t
add_packed(struct program_writer *w, uint16_t code, const int64_t *params,
    size_t words, const uint32_t *in, size_t n_in, const struct shape *s,
    uint8_t flags)
{
	struct program_op op = { .code = code, .place = PLACE_NONE,
		.n_in = (uint16_t)n_in, .first_in = w->n_refs,
		.first_param = w->n_params, .ref = PROGRAM_NONE };

	buf_add(&w->refs, in, n_in * sizeof(*in));
	w->n_refs += (uint32_t)n_in;
	buf_add(&w->params, params, words * sizeof(*params));
	w->n_params += (uint32_t)words;
	return add_op(w, &op, s, flags);
}

uint32_t
program_write_op(struct program_writer *w, const struct op_row *row,
    const struct op_params *params, const uint32_t *in, size_t n_in,
    const struct shape *s, uint8_t flags)
{
	int64_t words[OP_PARAM_WORDS];
	size_t n = op_params_pack(row, params, words);

	return add_packed(w, (uint16_t)row->code, words, n, in, n_in, s, flags);
}

/* Words of an op's packed parameters, which program_check_op has accepted. */
static size_t
param_words(const struct program *p, const struct program_op *op)
{
	const struct op_row *row = op_by_code(op->code);
	const int64_t *at = p->params + op->first_param;
	size_t n = 0;
	uint32_t i;

	for (i = 0; row != NULL && i < row->n_params; i++)
		n += 1 + (at[n] > 0 ? (size_t)at[n] : 0);
	return n;
}

uint32_t
program_copy_op(struct program_writer *w, const struct program *p, uint32_t i,
    const uint32_t *in, const struct shape *shape, uint8_t flags)
{
	const struct program_op *op = &p->ops[i];
	struct shape s;

	program_shape(p, i, &s);
	if (shape != NULL)
		s = *shape;
	switch (op->place) {
	case PLACE_INLINE:
		return program_write_inline(w, &s, program_inline(p, i).p,
		    flags);
	case PLACE_DIGEST:
		return program_write_digest(w, &s, program_digest(p, i), flags);
	case PLACE_GIVEN:
		return program_write_given(w, &s, op->ref, flags);
	default:
		return add_packed(w, op->code, p->params + op->first_param,
		    param_words(p, op), in, op->n_in, &s, flags);
	}
}

void
program_set_flags(struct program_writer *w, uint32_t value, uint8_t flags)
{
	size_t at = (size_t)(value - w->base) * sizeof(struct program_op);

	w->ops.data[at + offsetof(struct program_op, flags)] = flags;
}

size_t
program_size(const struct program_writer *w)
{
	return PROGRAM_HEAD + w->ops.len + w->refs.len + (w->refs.len & 7) +
	    w->dims.len + w->params.len + w->digests.len + w->data.len;
}

static void
add_u32(struct buf *out, uint32_t v)
{
	buf_add(out, &v, sizeof(v));
}

void
program_finish(const struct program_writer *w, struct buf *out)
{
	add_u32(out, PROGRAM_MAGIC);
	add_u32(out, PROGRAM_VERSION);
	add_u32(out, w->base);
	add_u32(out, w->n_ops);
	add_u32(out, w->n_refs);
	add_u32(out, w->n_dims);
	add_u32(out, w->n_params);
	add_u32(out, w->n_digests);
	add_u32(out, (uint32_t)w->data.len);
	add_u32(out, 0);
	buf_add(out, w->ops.data, w->ops.len);
	buf_add(out, w->refs.data, w->refs.len);
	if ((w->refs.len & 7) != 0)
		add_u32(out, 0);
	buf_add(out, w->dims.data, w->dims.len);
	buf_add(out, w->params.data, w->params.len);
	buf_add(out, w->digests.data, w->digests.len);
	buf_add(out, w->data.data, w->data.len);
}
