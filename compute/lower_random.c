/*
 * What is made of random numbers.
 */
#include "compute/lower.h"
#include "compute/kernels/random.h"

#include <string.h>

/* Numbers of that shape; first: the compound's seed, stream follows it. */
static uint32_t
numbers(struct lower *l, enum random_kind kind, uint64_t below,
    const struct shape *s, const struct param *first)
{
	struct op_params params = { .p = { { .n = s->ndim } } };

	memcpy(params.p[0].v, s->dims, s->ndim * sizeof s->dims[0]);
	params.p[1] = (struct param) { 1, { kind } };
	params.p[2] = (struct param) { 1, { (int64_t)below } };
	params.p[3] = first[0];
	params.p[4] = first[1];
	params.p[5] = (struct param) { 1, { dtype_is_float(s->dtype) ?
	    s->dtype : DT_F64 } };
	return lower_op(l, OP_RANDOM_NUMBERS, &params, NULL, 0);
}

uint32_t
lower_random_uniform(struct lower *l, const struct compound *c)
{
	enum dtype dtype = c->shape.dtype;
	uint32_t u = numbers(l, RANDOM_UNIFORM, 0, &c->shape,
	    &c->params->p[1]), low, high;

	if (c->n_in == 0)
		return u;
	low = lower_as(l, c->in[0], dtype);
	high = lower_as(l, c->in[1], dtype);
	return lower_binary(l, OP_ADD, low, lower_binary(l, OP_MUL,
	    lower_binary(l, OP_SUB, high, low), u));
}

uint32_t
lower_random_normal(struct lower *l, const struct compound *c)
{
	enum dtype dtype = c->shape.dtype;
	uint32_t z = numbers(l, RANDOM_NORMAL, 0, &c->shape,
	    &c->params->p[1]);

	if (c->n_in == 0)
		return z;
	return lower_binary(l, OP_ADD, lower_as(l, c->in[0], dtype),
	    lower_binary(l, OP_MUL, lower_as(l, c->in[1], dtype), z));
}

uint32_t
lower_random_integers(struct lower *l, const struct compound *c)
{
	const struct param *p = c->params->p;
	int64_t low = p[1].n < 0 ? 0 : p[0].v[0];
	int64_t high = p[1].n < 0 ? p[0].v[0] : p[1].v[0];
	uint32_t n = numbers(l, RANDOM_BITS, (uint64_t)high - (uint64_t)low,
	    &c->shape, &p[3]);

	return lower_binary(l, OP_ADD, n, lower_integer(l, DT_I64, low));
}

/* 0 to n - 1 in a random order. */
static uint32_t
shuffled(struct lower *l, int64_t n, const struct param *first)
{
	struct shape s = { .dtype = DT_I64, .ndim = 1, .dims = { n } };

	return lower_unary(l, OP_ARGSORT, numbers(l, RANDOM_BITS, 0, &s,
	    first));
}

uint32_t
lower_permutation(struct lower *l, const struct compound *c)
{
	return lower_binary(l, OP_GATHER, c->in[0], shuffled(l,
	    c->shape.dims[0], &c->params->p[0]));
}

uint32_t
lower_random(struct lower *l, const struct compound *c)
{
	const struct param *p = c->params->p;
	struct op_params part = { .p = { { 1, { 0 } }, p[0], { .n = -1 } } };
	struct shape one = { .dtype = DT_I64 };
	int64_t n = lower_shape(l, c->in[0]).dims[0];
	uint32_t picked;

	if (p[0].n < 0)
		return lower_binary(l, OP_GATHER, c->in[0], numbers(l,
		    RANDOM_BITS, (uint64_t)n, &one, &p[1]));
	picked = shuffled(l, n, &p[1]);
	return lower_binary(l, OP_GATHER, c->in[0], lower_op(l, OP_SLICE,
	    &part, &picked, 1));
}

uint32_t
lower_dropout(struct lower *l, const struct compound *c)
{
	const struct param *p = c->params->p;
	enum dtype dtype = c->shape.dtype;
	uint32_t u = numbers(l, RANDOM_UNIFORM, 0, &c->shape, &p[1]);
	uint32_t kept = lower_binary(l, OP_GREATER_EQUAL, u,
	    lower_scalar(l, dtype, param_float(&p[0])));
	uint32_t in[] = { lower_binary(l, OP_DIV, lower_as(l, c->in[0], dtype),
	    lower_scalar(l, dtype, 1 - param_float(&p[0]))),
	    lower_scalar(l, dtype, 0), kept };

	return lower_op(l, OP_WHERE, NULL, in, 3);
}
