/*
 * Formulas of ops that place elements and then compute with them.
 */
#include "compute/lower.h"

/* The sum over the diagonal, which is the last axis. */
uint32_t
lower_trace(struct lower *l, const struct compound *c)
{
	const struct param last = { .n = 1, .v = { -1 } };

	return lower_reduce(l, OP_SUM, lower_op(l, OP_DIAGONAL, c->params,
	    c->in, 1), &last, false);
}

/* A column times a row. */
uint32_t
lower_outer(struct lower *l, const struct compound *c)
{
	const int64_t column[] = { c->shape.dims[0], 1 };
	const int64_t row[] = { 1, c->shape.dims[1] };

	return lower_binary(l, OP_MUL, lower_reshape(l, c->in[0], 2, column),
	    lower_reshape(l, c->in[1], 2, row));
}

static uint32_t
lower_arange(struct lower *l, enum dtype dtype, int64_t n)
{
	struct op_params params;

	op_params_default(op_by_code(OP_ARANGE), &params);
	param_set_float(&params.p[0], (double)n);
	params.p[3].n = 1;
	params.p[3].v[0] = dtype;
	return lower_op(l, OP_ARANGE, &params, NULL, 0);
}

/* x[..., None] == arange(depth), as numbers. */
uint32_t
lower_one_hot(struct lower *l, const struct compound *c)
{
	uint32_t x = c->in[0], all;
	struct op_params params = { .p = { { .n = 1, .v = { -1 } } } };
	enum dtype dtype = (enum dtype)lower_shape(l, x).dtype;

	all = lower_arange(l, dtype == DT_BOOL ? DT_I64 : dtype,
	    c->params->p[0].v[0]);
	x = lower_op(l, OP_EXPAND_DIMS, &params, &x, 1);
	x = lower_binary(l, OP_EQUAL, x, all);
	if (c->shape.dtype == DT_BOOL)
		return x;
	return lower_binary(l, OP_MUL, x, lower_scalar(l,
	    (enum dtype)c->shape.dtype, 1));
}
