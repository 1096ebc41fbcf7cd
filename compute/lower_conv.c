/*
 * Convolution and pooling as products and reductions of windows.  The filters'
 * elements are summed over in the order (channel, y, x), padding included, so
 * the bits are those of a matrix product.
 */
#include "compute/lower.h"

#include <string.h>

/* Parameters of windows or windows_sum from those of the compound. */
static struct op_params
window_params(const struct param *first, const struct param *stride,
    const struct param *padding, const struct param *dilation, double fill)
{
	struct op_params params = { .p = { { .n = 0 } } };

	params.p[0] = *first;
	params.p[1] = *(stride->n < 0 ? first : stride);
	params.p[2] = *padding;
	params.p[3].n = 1;
	params.p[3].v[0] = 1;
	if (dilation != NULL)
		params.p[3] = *dilation;
	param_set_float(&params.p[4], fill);
	return params;
}

static struct param
two(int64_t a, int64_t b)
{
	return (struct param) { 2, { a, b } };
}

/* x as (N, groups, C / groups, H, W), then its windows, 7 axes. */
static uint32_t
grouped_windows(struct lower *l, uint32_t x, int64_t groups,
    const struct op_params *params)
{
	struct shape s = lower_shape(l, x);
	const int64_t dims[] = { s.dims[0], groups, s.dims[1] / groups,
		s.dims[2], s.dims[3] };

	x = lower_reshape(l, x, 5, dims);
	return lower_op(l, OP_WINDOWS, params, &x, 1);
}

uint32_t
lower_conv2d(struct lower *l, const struct compound *c)
{
	static const int64_t order[] = { 0, 1, 2, 5, 6, 3, 4 };
	const struct param *p = c->params->p;
	struct shape w = lower_shape(l, c->in[1]), y = c->shape;
	int64_t g = p[3].v[0], k = w.dims[1] * w.dims[2] * w.dims[3];
	struct param size = two(w.dims[2], w.dims[3]);
	struct op_params params = window_params(&size, &p[0], &p[1], &p[2], 0);
	uint32_t x = lower_as(l, c->in[0], y.dtype), out;
	uint32_t columns = lower_transpose(l, grouped_windows(l, x, g,
	    &params), 7, order);

	columns = lower_reshape(l, columns, 4, (const int64_t[]) { y.dims[0],
	    g, k, y.dims[2] * y.dims[3] });
	out = lower_binary(l, OP_MATMUL, lower_reshape(l, c->in[1], 3,
	    (const int64_t[]) { g, w.dims[0] / g, k }), columns);
	out = lower_reshape(l, out, 4, y.dims);
	if (c->n_in == 2)
		return out;
	return lower_binary(l, OP_ADD, out, lower_reshape(l, c->in[2], 3,
	    (const int64_t[]) { w.dims[0], 1, 1 }));
}

/* dy as (N, groups, filters / groups, positions). */
static uint32_t
grouped_gradient(struct lower *l, uint32_t dy, int64_t groups)
{
	struct shape s = lower_shape(l, dy);

	return lower_reshape(l, dy, 4, (const int64_t[]) { s.dims[0], groups,
	    s.dims[1] / groups, s.dims[2] * s.dims[3] });
}

uint32_t
lower_conv2d_input_grad(struct lower *l, const struct compound *c)
{
	static const int64_t turned[] = { 0, 2, 1 };
	static const int64_t order[] = { 0, 1, 4, 5, 2, 3 };
	const struct param *p = c->params->p;
	struct shape dy = lower_shape(l, c->in[0]);
	struct shape w = lower_shape(l, c->in[1]);
	int64_t g = p[4].v[0];
	struct op_params params = window_params(&p[0], &p[1], &p[2], &p[3], 0);
	uint32_t filters = lower_transpose(l, lower_reshape(l, c->in[1], 3,
	    (const int64_t[]) { g, w.dims[0] / g, w.dims[1] * w.dims[2] *
	    w.dims[3] }), 3, turned);
	uint32_t windows = lower_binary(l, OP_MATMUL, filters,
	    grouped_gradient(l, c->in[0], g));

	windows = lower_transpose(l, lower_reshape(l, windows, 6,
	    (const int64_t[]) { dy.dims[0], c->shape.dims[1], w.dims[2],
	    w.dims[3], dy.dims[2], dy.dims[3] }), 6, order);
	return lower_op(l, OP_WINDOWS_SUM, &params, &windows, 1);
}

/* Summed over (image, y, x). */
uint32_t
lower_conv2d_weight_grad(struct lower *l, const struct compound *c)
{
	static const int64_t images_in[] = { 1, 2, 0, 3 };
	static const int64_t order[] = { 1, 0, 3, 4, 2, 5, 6 };
	const struct param *p = c->params->p;
	struct shape dy = lower_shape(l, c->in[1]);
	const int64_t *dw = c->shape.dims;
	int64_t g = p[4].v[0], n = dy.dims[0] * dy.dims[2] * dy.dims[3];
	struct op_params params = window_params(&p[0], &p[1], &p[2], &p[3], 0);
	uint32_t rows = lower_reshape(l, lower_transpose(l,
	    grouped_gradient(l, c->in[1], g), 4, images_in), 3,
	    (const int64_t[]) { g, dw[0] / g, n });
	uint32_t columns = lower_reshape(l, lower_transpose(l,
	    grouped_windows(l, c->in[0], g, &params), 7, order), 3,
	    (const int64_t[]) { g, n, dw[1] * dw[2] * dw[3] });

	return lower_reshape(l, lower_binary(l, OP_MATMUL, rows, columns), 4,
	    dw);
}

/* Windows with their places in front: reduced tile by tile. */
static uint32_t
pool_windows(struct lower *l, const struct compound *c, uint32_t x,
    double fill)
{
	static const int64_t order[] = { 4, 5, 0, 1, 2, 3 };
	const struct param *p = c->params->p;
	struct op_params params = window_params(&p[0], &p[1], &p[2], NULL,
	    fill);

	return lower_transpose(l, lower_op(l, OP_WINDOWS, &params, &x, 1), 6,
	    order);
}

uint32_t
lower_max_pool2d(struct lower *l, const struct compound *c)
{
	struct param places = two(0, 1);

	return lower_reduce(l, OP_MAX, pool_windows(l, c, c->in[0],
	    -__builtin_inf()), &places, false);
}

uint32_t
lower_avg_pool2d(struct lower *l, const struct compound *c)
{
	struct param places = two(0, 1);

	return lower_reduce(l, OP_MEAN, pool_windows(l, c, c->in[0], 0),
	    &places, false);
}

/* To each place of a window its share. */
uint32_t
lower_avg_pool2d_grad(struct lower *l, const struct compound *c)
{
	const struct param *p = c->params->p;
	struct shape dy = lower_shape(l, c->in[0]);
	int64_t h = p[1].v[0], w = p[1].v[p[1].n == 2 ? 1 : 0];
	struct param dims = { 6, { dy.dims[0], dy.dims[1], dy.dims[2],
		dy.dims[3], h, w } };
	struct op_params whole = { .p = { dims } };
	struct op_params params = window_params(&p[0], p[2].n < 0 ? &p[1] :
	    &p[2], &p[3], NULL, 0);
	uint32_t g = lower_binary(l, OP_DIV, lower_as(l, c->in[0],
	    c->shape.dtype), lower_scalar(l, c->shape.dtype, (double)h *
	    (double)w));

	g = lower_reshape(l, g, 6, (const int64_t[]) { dy.dims[0], dy.dims[1],
	    dy.dims[2], dy.dims[3], 1, 1 });
	g = lower_op(l, OP_BROADCAST_TO, &whole, &g, 1);
	return lower_op(l, OP_WINDOWS_SUM, &params, &g, 1);
}

/* All of it to the first place that is the greatest. */
uint32_t
lower_max_pool2d_grad(struct lower *l, const struct compound *c)
{
	static const int64_t order[] = { 2, 3, 4, 5, 0, 1 };
	const struct param *p = c->params->p;
	struct shape dy = lower_shape(l, c->in[1]);
	uint32_t windows = pool_windows(l, c, c->in[0], -__builtin_inf());
	struct shape s = lower_shape(l, windows);
	int64_t n = s.dims[0] * s.dims[1];
	struct param first = { 1, { 0 } }, image = two(c->shape.dims[2],
	    c->shape.dims[3]);
	struct op_params places, params = window_params(&image, p[1].n < 0 ?
	    &p[0] : &p[1], &p[2], NULL, 0);
	uint32_t in[3];

	windows = lower_reshape(l, windows, 5, (const int64_t[]) { n,
	    dy.dims[0], dy.dims[1], dy.dims[2], dy.dims[3] });
	op_params_default(op_by_code(OP_ARANGE), &places);
	param_set_float(&places.p[0], (double)n);
	in[2] = lower_reshape(l, lower_op(l, OP_ARANGE, &places, NULL, 0), 5,
	    (const int64_t[]) { n, 1, 1, 1, 1 });
	in[2] = lower_binary(l, OP_EQUAL, in[2], lower_reduce(l, OP_ARGMAX,
	    windows, &first, true));
	in[0] = c->in[1];
	in[1] = lower_scalar(l, dy.dtype, 0);
	windows = lower_transpose(l, lower_reshape(l, lower_op(l, OP_WHERE,
	    NULL, in, 3), 6, s.dims), 6, order);
	return lower_op(l, OP_WINDOWS_SUM, &params, &windows, 1);
}
