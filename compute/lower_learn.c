/*
 * Formulas of learning.
 */
#include "compute/lower.h"

/* a less its greatest along the axis, as a float. */
static uint32_t
below_greatest(struct lower *l, uint32_t a, const struct param *axis)
{
	return lower_binary(l, OP_SUB, a, lower_reduce(l, OP_MAX, a, axis,
	    true));
}

uint32_t
lower_softmax(struct lower *l, const struct compound *c)
{
	const struct param *axis = &c->params->p[0];
	uint32_t a = lower_as(l, c->in[0], c->shape.dtype), e;

	/* Of nothing there is no greatest. */
	if (shape_elements(&c->shape) == 0)
		return lower_unary(l, OP_EXP, a);
	e = lower_unary(l, OP_EXP, below_greatest(l, a, axis));
	return lower_binary(l, OP_DIV, e, lower_reduce(l, OP_SUM, e, axis,
	    true));
}

uint32_t
lower_log_softmax(struct lower *l, const struct compound *c)
{
	const struct param *axis = &c->params->p[0];
	uint32_t a = lower_as(l, c->in[0], c->shape.dtype), sum;

	if (shape_elements(&c->shape) == 0)
		return a;
	a = below_greatest(l, a, axis);
	sum = lower_reduce(l, OP_SUM, lower_unary(l, OP_EXP, a), axis, true);
	return lower_binary(l, OP_SUB, a, lower_unary(l, OP_NATLOG, sum));
}

/*
 * The greatest is taken out of the exponents; an infinite one is not, since
 * nothing would be left.
 */
uint32_t
lower_logsumexp(struct lower *l, const struct compound *c)
{
	const struct param *axis = &c->params->p[0];
	enum dtype dtype = c->shape.dtype;
	double most = dtype == DT_F32 ? 0x1.fffffep127 : 0x1.fffffffffffffp1023;
	uint32_t a = lower_as(l, c->in[0], dtype), m, sum;

	m = lower_reduce(l, OP_MAX, a, axis, true);
	m = lower_binary(l, OP_MINIMUM, m, lower_scalar(l, dtype, most));
	m = lower_binary(l, OP_MAXIMUM, m, lower_scalar(l, dtype, -most));
	sum = lower_reduce(l, OP_SUM, lower_unary(l, OP_EXP, lower_binary(l,
	    OP_SUB, a, m)), axis, true);
	return lower_reshape(l, lower_binary(l, OP_ADD, lower_unary(l,
	    OP_NATLOG, sum), m), c->shape.ndim, c->shape.dims);
}

/* (x - mean) / sqrt(variance + eps) * weight + bias; the last two optional. */
static uint32_t
normalise(struct lower *l, uint32_t d, uint32_t variance,
    const struct param *eps, const uint32_t *affine)
{
	uint32_t scale = lower_unary(l, OP_SQUARE_ROOT, lower_binary(l, OP_ADD,
	    variance, lower_scalar(l, lower_shape(l, variance).dtype,
	    param_float(eps))));
	uint32_t y = lower_binary(l, OP_DIV, d, scale);

	if (affine == NULL)
		return y;
	y = lower_binary(l, OP_MUL, y, affine[0]);
	return affine[1] == LOWER_NONE ? y :
	    lower_binary(l, OP_ADD, y, affine[1]);
}

uint32_t
lower_layer_norm(struct lower *l, const struct compound *c)
{
	const struct param *axis = &c->params->p[0];
	uint32_t x = lower_as(l, c->in[0], c->shape.dtype), d, variance;
	uint32_t affine[] = { c->n_in > 1 ? c->in[1] : LOWER_NONE,
		c->n_in > 2 ? c->in[2] : LOWER_NONE };

	d = lower_binary(l, OP_SUB, x, lower_reduce(l, OP_MEAN, x, axis,
	    true));
	variance = lower_reduce(l, OP_MEAN, lower_unary(l, OP_SQUARE, d), axis,
	    true);
	return normalise(l, d, variance, &c->params->p[1],
	    c->n_in > 1 ? affine : NULL);
}

/* One number for each index of the axis, to meet x. */
static uint32_t
along(struct lower *l, uint32_t v, uint32_t axis, uint32_t ndim)
{
	int64_t dims[TENSOR_RANK] = { lower_shape(l, v).dims[0] };

	for (uint32_t i = 1; i < ndim - axis; i++)
		dims[i] = 1;
	return lower_reshape(l, v, ndim - axis, dims);
}

uint32_t
lower_batch_norm(struct lower *l, const struct compound *c)
{
	uint32_t ndim = c->shape.ndim, mean, variance, d, affine[2];
	int64_t given = c->params->p[0].v[0];
	uint32_t axis = (uint32_t)(given < 0 ? given + ndim : given);
	uint32_t x = lower_as(l, c->in[0], c->shape.dtype);
	struct param others = { 0, { 0 } };

	for (uint32_t i = 0; i < ndim; i++)
		if (i != axis)
			others.v[others.n++] = i;
	mean = c->n_in == 5 ? along(l, c->in[3], axis, ndim) :
	    lower_reduce(l, OP_MEAN, x, &others, true);
	d = lower_binary(l, OP_SUB, x, mean);
	variance = c->n_in == 5 ? lower_as(l, along(l, c->in[4], axis,
	    ndim), c->shape.dtype) : lower_reduce(l, OP_MEAN, lower_unary(l, OP_SQUARE, d),
	    &others, true);
	if (c->n_in == 1)
		return normalise(l, d, variance, &c->params->p[1], NULL);
	affine[0] = along(l, c->in[1], axis, ndim);
	affine[1] = along(l, c->in[2], axis, ndim);
	return normalise(l, d, variance, &c->params->p[1], affine);
}
