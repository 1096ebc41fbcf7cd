/*
 * Formulas of statistics, as NumPy has them, so that the bits are its own.
 */
#include "compute/lower.h"

#include <string.h>

/* Elements of a that meet in one of the result. */
static int64_t
reduced(const struct lower *l, uint32_t a, const struct param *axes)
{
	struct shape s = lower_shape(l, a);
	struct op_error ignored;
	int64_t n = 1;
	uint32_t bits;

	if (op_axes(axes, s.ndim, &bits, &ignored) != E_OK)
		return 0;
	for (uint32_t i = 0; i < s.ndim; i++)
		if ((bits >> i & 1) != 0)
			n *= s.dims[i];
	return n;
}

static uint32_t
divided(struct lower *l, uint32_t a, double by)
{
	return lower_binary(l, OP_DIV, a, lower_scalar(l,
	    lower_shape(l, a).dtype, by));
}

/* As a float dtype, by a product with 1. */
static uint32_t
as_float(struct lower *l, uint32_t a, enum dtype dtype)
{
	if (lower_shape(l, a).dtype == dtype)
		return a;
	return lower_binary(l, OP_MUL, a, lower_scalar(l, dtype, 1));
}

uint32_t
lower_variance(struct lower *l, const struct compound *c)
{
	const struct param *axes = &c->params->p[0];
	bool keep = c->params->p[1].v[0] != 0;
	int64_t ddof = c->params->p[2].v[0], n = reduced(l, c->in[0], axes);
	uint32_t mean = lower_reduce(l, OP_MEAN, c->in[0], axes, true);
	uint32_t away = lower_binary(l, OP_SUB, c->in[0], mean);
	uint32_t sum = lower_reduce(l, OP_SUM, lower_unary(l, OP_SQUARE, away),
	    axes, keep);

	return divided(l, sum, ddof >= n ? 0 : (double)n - (double)ddof);
}

uint32_t
lower_std(struct lower *l, const struct compound *c)
{
	return lower_unary(l, OP_SQUARE_ROOT, lower_variance(l, c));
}

/* 100 * (how many below + half of how many equal) / how many. */
static uint32_t
rank(struct lower *l, const struct compound *c)
{
	const struct param *axes = &c->params->p[0];
	bool keep = c->params->p[1].v[0] != 0;
	uint32_t value = lower_scalar(l, DT_F64,
	    param_float(&c->params->p[2]));
	uint32_t less = lower_reduce(l, OP_SUM, lower_binary(l, OP_LESS,
	    c->in[0], value), axes, keep);
	uint32_t equal = lower_reduce(l, OP_SUM, lower_binary(l, OP_EQUAL,
	    c->in[0], value), axes, keep);
	uint32_t count = lower_binary(l, OP_ADD, less, lower_binary(l, OP_MUL,
	    equal, lower_scalar(l, DT_F64, 0.5)));

	return divided(l, lower_binary(l, OP_MUL, count,
	    lower_scalar(l, DT_F64, 100)),
	    (double)reduced(l, c->in[0], axes));
}

uint32_t
lower_percentile(struct lower *l, const struct compound *c)
{
	uint32_t in[2] = { c->in[0], 0 };

	if (c->n_in == 1)
		return rank(l, c);
	in[1] = divided(l, lower_float(l, c->in[1]), 100);
	return lower_op(l, OP_QUANTILE, c->params, in, 2);
}

uint32_t
lower_average(struct lower *l, const struct compound *c)
{
	const struct param *axes = &c->params->p[0];
	bool keep = c->params->p[1].v[0] != 0;
	struct shape a = lower_shape(l, c->in[0]);
	uint32_t weights, top, one;
	int64_t dims[TENSOR_RANK];
	int64_t axis = axes->n == 1 ? axes->v[0] : 0;

	if (c->n_in == 1)
		return lower_reduce(l, OP_MEAN, c->in[0], axes, keep);
	weights = as_float(l, c->in[1], c->shape.dtype);
	if (lower_shape(l, c->in[1]).ndim != a.ndim) {
		/* One weight for each place along the axis. */
		for (uint32_t i = 0; i < a.ndim; i++)
			dims[i] = 1;
		axis += axis < 0 ? a.ndim : 0;
		dims[axis] = a.dims[axis];
		weights = lower_reshape(l, weights, a.ndim, dims);
	}
	top = lower_reduce(l, OP_SUM, lower_binary(l, OP_MUL, c->in[0],
	    weights), axes, keep);
	one = lower_reduce(l, OP_SUM, weights, axes, keep);
	return lower_binary(l, OP_DIV, top, one);
}

uint32_t
lower_count_nonzero(struct lower *l, const struct compound *c)
{
	uint32_t a = c->in[0];
	enum dtype dtype = lower_shape(l, a).dtype;

	if (dtype != DT_BOOL)
		a = lower_binary(l, OP_NOT_EQUAL, a, lower_integer(l, dtype,
		    0));
	return lower_reduce(l, OP_SUM, a, &c->params->p[0],
	    c->params->p[1].v[0] != 0);
}

uint32_t
lower_ptp(struct lower *l, const struct compound *c)
{
	const struct param *axes = &c->params->p[0];
	bool keep = c->params->p[1].v[0] != 0;

	return lower_binary(l, OP_SUB,
	    lower_reduce(l, OP_MAX, c->in[0], axes, keep),
	    lower_reduce(l, OP_MIN, c->in[0], axes, keep));
}

/* ---- norms ---- */

static uint32_t
euclidean(struct lower *l, uint32_t a, const struct param *axes, bool keep)
{
	return lower_unary(l, OP_SQUARE_ROOT, lower_reduce(l, OP_SUM,
	    lower_unary(l, OP_SQUARE, a), axes, keep));
}

static uint32_t
vector_norm(struct lower *l, uint32_t a, const struct param *axes, bool keep,
    double order)
{
	enum dtype dtype = lower_shape(l, a).dtype;
	uint32_t size = lower_unary(l, OP_ABS, a);

	if (order - order != 0)
		return lower_reduce(l, order > 0 ? OP_MAX : OP_MIN, size, axes,
		    keep);
	if (order == 0)
		return lower_reduce(l, OP_SUM, as_float(l, lower_binary(l,
		    OP_NOT_EQUAL, a, lower_scalar(l, dtype, 0)), dtype), axes,
		    keep);
	if (order == 1)
		return lower_reduce(l, OP_SUM, size, axes, keep);
	if (order == 2)
		return euclidean(l, a, axes, keep);
	size = lower_reduce(l, OP_SUM, lower_binary(l, OP_POW, size,
	    lower_scalar(l, dtype, order)), axes, keep);
	return lower_binary(l, OP_POW, size, lower_scalar(l, dtype,
	    1 / order));
}

/* The greatest (or least) sum of a column (1) or of a row (inf). */
static uint32_t
matrix_norm(struct lower *l, const struct compound *c, uint32_t a,
    double order)
{
	const struct param *axes = &c->params->p[0];
	struct param row = { .n = 1, .v = { 0 } }, column = { .n = 1,
		.v = { 1 } };
	bool rows = order - order != 0;

	if (axes->n == 2) {
		row.v[0] = axes->v[0];
		column.v[0] = axes->v[1];
	}
	a = lower_reduce(l, OP_SUM, lower_unary(l, OP_ABS, a),
	    rows ? &column : &row, true);
	a = lower_reduce(l, order > 0 ? OP_MAX : OP_MIN, a,
	    rows ? &row : &column, true);
	return lower_reshape(l, a, c->shape.ndim, c->shape.dims);
}

uint32_t
lower_norm(struct lower *l, const struct compound *c)
{
	const struct param *axes = &c->params->p[0], *order = &c->params->p[2];
	bool keep = c->params->p[1].v[0] != 0;
	uint32_t a = lower_float(l, c->in[0]);
	uint32_t n = axes->n < 0 ? lower_shape(l, a).ndim :
	    (uint32_t)axes->n;

	if (order->n < 0)
		return euclidean(l, a, axes, keep);
	if (n == 2)
		return matrix_norm(l, c, a, param_float(order));
	return vector_norm(l, a, axes, keep, param_float(order));
}
