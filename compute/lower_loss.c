/*
 * Losses, their gradients, and attention.
 */
#include "compute/lower.h"

/* In the order of the parameter's names. */
enum reduction { REDUCTION_MEAN, REDUCTION_SUM, REDUCTION_NONE };

static uint32_t
where(struct lower *l, uint32_t condition, uint32_t a, uint32_t b)
{
	const uint32_t in[] = { a, b, condition };

	return lower_op(l, OP_WHERE, NULL, in, 3);
}

static uint32_t
with_axis(struct lower *l, enum op_code code, uint32_t a, int64_t axis)
{
	struct op_params params = { .p = { { 1, { axis } } } };

	return lower_op(l, code, &params, &a, 1);
}

/* 0 to n - 1, as one axis of ndim. */
static uint32_t
count_up(struct lower *l, int64_t n, uint32_t axis, uint32_t ndim)
{
	struct op_params params;
	int64_t dims[TENSOR_RANK];

	op_params_default(op_by_code(OP_ARANGE), &params);
	param_set_float(&params.p[0], (double)n);
	for (uint32_t i = 0; i < ndim; i++)
		dims[i] = i == axis ? n : 1;
	return lower_reshape(l, lower_op(l, OP_ARANGE, &params, NULL, 0), ndim,
	    dims);
}

static uint32_t
mean_or_sum(struct lower *l, uint32_t loss, enum reduction how)
{
	return how == REDUCTION_NONE ? loss : lower_reduce(l,
	    how == REDUCTION_MEAN ? OP_MEAN : OP_SUM, loss, NULL, false);
}

/* ---- squares ---- */

uint32_t
lower_square_loss(struct lower *l, const struct compound *c)
{
	uint32_t d = lower_binary(l, OP_SUB, lower_as(l, c->in[0],
	    c->shape.dtype), c->in[1]);

	return mean_or_sum(l, lower_unary(l, OP_SQUARE, d),
	    (enum reduction)c->params->p[0].v[0]);
}

uint32_t
lower_square_loss_grad(struct lower *l, const struct compound *c)
{
	enum dtype dtype = c->shape.dtype;
	double n = (double)shape_elements(&c->shape);
	uint32_t d = lower_binary(l, OP_SUB, lower_as(l, c->in[0], dtype),
	    c->in[1]);

	return lower_binary(l, OP_MUL, d, lower_scalar(l, dtype,
	    c->params->p[0].v[0] == REDUCTION_MEAN ? 2 / n : 2));
}

/* ---- cross entropy ---- */

struct entropy {
	uint32_t	x, labels;	/* both floats if labels are shares */
	uint32_t	axis, ndim;
	int64_t		classes;
	bool		shares;		/* labels are shares of each class */
	bool		logits;
	const struct param *ignore;
	enum reduction	how;
	enum dtype	dtype;
};

static struct entropy
read_entropy(struct lower *l, const struct compound *c)
{
	const struct param *p = c->params->p;
	struct shape x = lower_shape(l, c->in[0]);
	struct shape labels = lower_shape(l, c->in[1]);
	struct entropy e = { .ndim = x.ndim, .ignore = &p[1],
		.logits = p[2].v[0] == 0, .how = (enum reduction)p[3].v[0],
		.dtype = c->shape.dtype };

	e.axis = (uint32_t)(p[0].v[0] < 0 ? p[0].v[0] + x.ndim : p[0].v[0]);
	e.classes = x.dims[e.axis];
	e.shares = dtype_is_float(labels.dtype);
	e.x = lower_as(l, c->in[0], e.dtype);
	e.labels = e.shares ? lower_as(l, c->in[1], e.dtype) :
	    with_axis(l, OP_EXPAND_DIMS, lower_as(l, c->in[1], DT_I64),
	    e.axis);
	return e;
}

/* Where labels do not count; with the axis of classes, of length 1. */
static uint32_t
ignored(struct lower *l, const struct entropy *e)
{
	return lower_binary(l, OP_EQUAL, e->labels, lower_integer(l, DT_I64,
	    e->ignore->v[0]));
}

static bool
ignores(const struct entropy *e)
{
	return !e->shares && e->ignore->n > 0;
}

/* What a mean divides by: labels that count. */
static uint32_t
counted(struct lower *l, const struct entropy *e)
{
	uint32_t counts = lower_binary(l, OP_NOT_EQUAL, e->labels,
	    lower_integer(l, DT_I64, e->ignore->v[0]));

	return lower_as(l, lower_reduce(l, OP_SUM, counts, NULL, false),
	    e->dtype);
}

/* Minus the logarithm of the label's probability; the axis is 1 long. */
static uint32_t
surprise(struct lower *l, const struct entropy *e, uint32_t logs)
{
	struct param axis = { 1, { e->axis } };
	struct op_params params = { .p = { axis } };
	uint32_t in[2] = { logs, e->labels }, picked;

	if (e->shares)
		return lower_unary(l, OP_NEG, lower_reduce(l, OP_SUM,
		    lower_binary(l, OP_MUL, e->labels, logs), &axis, true));
	if (ignores(e))
		in[1] = where(l, ignored(l, e), lower_integer(l, DT_I64, 0),
		    e->labels);
	picked = lower_unary(l, OP_NEG, lower_op(l, OP_TAKE_ALONG_AXIS,
	    &params, in, 2));
	return !ignores(e) ? picked : where(l, ignored(l, e),
	    lower_scalar(l, e->dtype, 0), picked);
}

uint32_t
lower_cross_entropy(struct lower *l, const struct compound *c)
{
	struct entropy e = read_entropy(l, c);
	uint32_t logs = e.logits ? with_axis(l, OP_LOG_SOFTMAX, e.x, e.axis) :
	    lower_unary(l, OP_NATLOG, e.x);
	uint32_t loss = surprise(l, &e, logs);

	if (e.how == REDUCTION_NONE)
		return lower_reshape(l, loss, c->shape.ndim, c->shape.dims);
	if (e.how == REDUCTION_MEAN && ignores(&e))
		return lower_binary(l, OP_DIV, lower_reduce(l, OP_SUM, loss,
		    NULL, false), counted(l, &e));
	return mean_or_sum(l, loss, e.how);
}

/* 1 at each label's class, or the shares. */
static uint32_t
targets(struct lower *l, const struct entropy *e)
{
	if (e->shares)
		return e->labels;
	return lower_as(l, lower_binary(l, OP_EQUAL, count_up(l, e->classes,
	    e->axis, e->ndim), e->labels), e->dtype);
}

uint32_t
lower_cross_entropy_grad(struct lower *l, const struct compound *c)
{
	struct entropy e = read_entropy(l, c);
	struct param axis = { 1, { e.axis } };
	uint32_t t = targets(l, &e), p, g;
	int64_t n = e.classes == 0 ? 0 : shape_elements(&c->shape) / e.classes;

	if (e.logits) {
		p = with_axis(l, OP_SOFTMAX, e.x, e.axis);
		if (e.shares)
			p = lower_binary(l, OP_MUL, p, lower_reduce(l, OP_SUM,
			    t, &axis, true));
		g = lower_binary(l, OP_SUB, p, t);
	} else
		g = lower_unary(l, OP_NEG, lower_binary(l, OP_DIV, t, e.x));
	if (ignores(&e))
		g = where(l, ignored(l, &e), lower_scalar(l, e.dtype, 0), g);
	if (e.how != REDUCTION_MEAN)
		return g;
	return lower_binary(l, OP_DIV, g, ignores(&e) ? counted(l, &e) :
	    lower_scalar(l, e.dtype, (double)n));
}

/* ---- attention ---- */

/* Scores that take no part are -inf. */
static uint32_t
mask_scores(struct lower *l, const struct compound *c, uint32_t scores)
{
	enum dtype dtype = c->shape.dtype;
	struct shape s = lower_shape(l, scores);
	uint32_t never = lower_scalar(l, dtype, -__builtin_inf());

	if (c->params->p[0].v[0] != 0 && s.ndim >= 2)
		scores = where(l, lower_binary(l, OP_GREATER_EQUAL,
		    count_up(l, s.dims[s.ndim - 2], 0, 2),
		    count_up(l, s.dims[s.ndim - 1], 1, 2)), scores, never);
	if (c->n_in < 4)
		return scores;
	if (lower_shape(l, c->in[3]).dtype == DT_BOOL)
		return where(l, c->in[3], scores, never);
	return lower_binary(l, OP_ADD, scores, lower_as(l, c->in[3], dtype));
}

uint32_t
lower_attention(struct lower *l, const struct compound *c)
{
	const struct param *scale = &c->params->p[1];
	enum dtype dtype = c->shape.dtype;
	uint32_t q = lower_as(l, c->in[0], dtype), k = c->in[1], scores;
	struct shape s = lower_shape(l, k);
	int64_t order[TENSOR_RANK];
	double by;

	for (uint32_t i = 0; i < s.ndim; i++)
		order[i] = i + 2u == s.ndim ? i + 1 :
		    i + 1u == s.ndim ? i - 1 : i;
	by = scale->n > 0 ? param_float(scale) :
	    1 / __builtin_sqrt((double)(s.ndim == 0 ? 1 :
	    s.dims[s.ndim - 1]));
	scores = lower_binary(l, OP_MATMUL, q, lower_transpose(l, k, s.ndim,
	    order));
	scores = lower_binary(l, OP_MUL, scores, lower_scalar(l, dtype, by));
	return lower_binary(l, OP_MATMUL, with_axis(l, OP_SOFTMAX,
	    mask_scores(l, c, scores), -1), lower_as(l, c->in[2], dtype));
}
