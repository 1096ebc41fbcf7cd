/*
 * Fake values.  A name is mixed from the op, its parameters and the names of
 * its inputs; the name of a given value is read from its first bytes.
 */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#define INPUTS	64	/* shapes looked at for the cost */

static uint64_t
mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

static uint64_t
name_of(const uint8_t *p, size_t n)
{
	uint64_t h = mix(n, 7), x;
	size_t i;

	for (i = 0; i < n && i < 256; i += 8) {
		x = 0;
		memcpy(&x, p + i, n - i < 8 ? n - i : 8);
		h = mix(h, x);
	}
	return h;
}

void
fake_head(uint64_t name, enum dtype dtype, uint8_t head[FAKE_HEAD])
{
	int i;

	memset(head, 0, FAKE_HEAD);
	/* Numbers that are none of the special ones. */
	name &= 0x3fffffff3fffffffu;
	if (dtype == DT_BOOL) {
		for (i = 0; i < FAKE_HEAD; i++)
			head[i] = (uint8_t)(name >> i & 1);
	} else {
		memcpy(head, &name, sizeof(name));
	}
}

uint8_t *
fake_bytes(uint64_t name, const struct shape *s)
{
	size_t n = (size_t)shape_bytes(s);
	uint8_t head[FAKE_HEAD], *p = xcalloc(n + 1, 1);

	fake_head(name, s->dtype, head);
	memcpy(p, head, n < FAKE_HEAD ? n : FAKE_HEAD);
	return p;
}

void
fake_digest(uint64_t name, const struct shape *s, uint8_t digest[DIGEST_LEN])
{
	uint8_t *p = fake_bytes(name, s);

	tensor_digest(s, p, digest);
	xfree(p);
}

/* Opens it, or ends: what the core sends is sound. */
static void
open_program(struct program *p, struct bytes b)
{
	struct op_error e;

	if (program_open(p, b.p, b.n, UINT32_MAX, &e) != E_OK)
		abort();
}

static uint64_t
source_name(const struct program *p, uint32_t i, const struct bytes *given,
    size_t n_given)
{
	struct bytes b = { NULL, 0 };

	if (p->ops[i].place == PLACE_GIVEN && p->ops[i].ref < n_given)
		b = given[p->ops[i].ref];
	else if (p->ops[i].place == PLACE_INLINE)
		b = program_inline(p, i);
	return name_of(b.p, b.n);
}

static uint64_t
op_name(const struct program *p, uint32_t i, const uint64_t *names)
{
	const struct program_op *o = &p->ops[i];
	const struct op_row *row = op_by_code(o->code);
	uint64_t h = mix(o->code, o->dtype);
	int64_t words[OP_PARAM_WORDS];
	struct op_params params;
	struct op_error e;
	size_t k, n;

	if (op_params_unpack(row, p->params + o->first_param,
	    p->n_params - o->first_param, &params, &e) != E_OK)
		abort();
	n = op_params_pack(row, &params, words);
	for (k = 0; k < n; k++)
		h = mix(h, (uint64_t)words[k]);
	for (k = 0; k < o->n_in; k++)
		h = mix(h, names[p->refs[o->first_in + k]]);
	return h;
}

void
fake_shape(const struct program *p, uint32_t i, const struct shape *const *in,
    size_t n_in, struct shape *shape)
{
	const struct op_row *row = op_by_code(p->ops[i].code);
	struct op_params params;
	struct op_error e;
	struct shape bound;
	unsigned k;

	if (shape_known(shape))
		return;
	if (op_params_unpack(row, p->params + p->ops[i].first_param,
	    p->n_params - p->ops[i].first_param, &params, &e) != E_OK)
		abort();
	op_bound(row, in, n_in, &params, shape, &bound);
	for (k = 0; k < shape->ndim; k++)
		if (shape->dims[k] == LENGTH_UNKNOWN)
			shape->dims[k] = (bound.dims[k] + 1) / 2;
}

/* Shapes of all ops of a program that starts at 0. */
static struct shape *
shapes_of(const struct program *p)
{
	struct shape *v = xcalloc(p->n_ops + 1, sizeof(*v));
	const struct shape *in[INPUTS];
	uint32_t i, k;

	for (i = 0; i < p->n_ops; i++) {
		program_shape(p, i, &v[i]);
		for (k = 0; k < p->ops[i].n_in && k < INPUTS; k++)
			in[k] = &v[p->refs[p->ops[i].first_in + k]];
		if (p->ops[i].place == PLACE_NONE)
			fake_shape(p, i, in, k, &v[i]);
	}
	return v;
}

static void
export_op(const struct shape *s, uint64_t name, uint32_t op,
    struct participant_export *x)
{
	x->op = op;
	x->shape = *s;
	x->size = (size_t)shape_bytes(s);
	x->bytes = fake_bytes(name, s);
	tensor_digest(s, x->bytes, x->digest);
}

size_t
fake_run(struct bytes program, const struct bytes *given, size_t n_given,
    struct participant_export **exports)
{
	struct shape *shapes;
	struct program p;
	uint64_t *names;
	uint32_t i;
	size_t n = 0;

	open_program(&p, program);
	names = xcalloc(p.n_ops + 1, sizeof(*names));
	shapes = shapes_of(&p);
	*exports = xcalloc(p.n_ops + 1, sizeof(**exports));
	for (i = 0; i < p.n_ops; i++) {
		names[i] = p.ops[i].place == PLACE_NONE ?
		    op_name(&p, i, names) :
		    source_name(&p, i, given, n_given);
		if (p.ops[i].flags & PROGRAM_EXPORT)
			export_op(&shapes[i], names[i], i, &(*exports)[n++]);
	}
	xfree(names);
	xfree(shapes);
	return n;
}

void
fake_costs(struct bytes program, fake_each each, void *arg)
{
	const struct shape *in[INPUTS];
	struct shape *shapes;
	struct op_cost cost;
	struct program p;
	uint32_t i, k;

	open_program(&p, program);
	shapes = shapes_of(&p);
	for (i = 0; i < p.n_ops; i++) {
		if (p.ops[i].place != PLACE_NONE)
			continue;
		for (k = 0; k < p.ops[i].n_in && k < INPUTS; k++)
			in[k] = &shapes[p.refs[p.ops[i].first_in + k]];
		op_cost(op_by_code(p.ops[i].code), in, k, &shapes[i], &cost);
		each(arg, i, &cost);
	}
	xfree(shapes);
}
