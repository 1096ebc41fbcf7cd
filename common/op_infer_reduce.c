/*
 * Shapes of what runs along axes: reductions, sorts, scans, searches,
 * statistics.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

enum error
infer_axis_bits(const struct param *p, uint32_t ndim, uint32_t *bits,
    struct op_error *e)
{
	uint32_t axis;
	int32_t i;

	*bits = 0;
	for (i = 0; i < p->n; i++) {
		if (!infer_axis(p->v[i], ndim, &axis))
			return op_fail(e, E_AXIS, 0, p->v[i], ndim, 0, 0);
		if ((*bits >> axis & 1) != 0)
			return op_fail(e, E_BAD_PARAM, -1, 0, p->v[i],
			    FAULT_REPEATED, 0);
		*bits |= 1u << axis;
	}
	return E_OK;
}

enum error
op_axes(const struct param *p, uint32_t ndim, uint32_t *bits,
    struct op_error *e)
{
	if (p->n < 0) {
		*bits = (1u << ndim) - 1;
		return E_OK;
	}
	/* As in NumPy, a 0-d tensor may be reduced over its axis 0 or -1. */
	if (ndim == 0 && p->n == 1 && (p->v[0] == 0 || p->v[0] == -1)) {
		*bits = 0;
		return E_OK;
	}
	return infer_axis_bits(p, ndim, bits, e);
}

enum error
infer_reduce(const struct infer *f)
{
	const struct shape *a = f->in[0];
	bool keep = f->p[1].v[0] != 0;
	uint32_t bits, i;

	if (op_axes(&f->p[0], a->ndim, &bits, f->e) != E_OK)
		return f->e->code;
	f->out->ndim = 0;
	for (i = 0; i < a->ndim; i++) {
		if ((bits >> i & 1) == 0)
			f->out->dims[f->out->ndim++] = a->dims[i];
		else if (keep)
			f->out->dims[f->out->ndim++] = 1;
	}
	return E_OK;
}

enum error
infer_reduce_some(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t bits, i;

	if (infer_reduce(f) != E_OK ||
	    op_axes(&f->p[0], a->ndim, &bits, f->e) != E_OK)
		return f->e->code;
	for (i = 0; i < a->ndim; i++)
		if (a->dims[i] == 0 && (bits >> i & 1) != 0)
			return op_fail(f->e, E_EMPTY, 0, 0, 0, 0, 0);
	return E_OK;
}

enum error
infer_sort(const struct infer *f)
{
	uint32_t axis;

	if (f->p[0].n < 0)
		return infer_flat(f, shape_elements(f->in[0]));
	if (!infer_axis(f->p[0].v[0], f->in[0]->ndim, &axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], f->in[0]->ndim, 0,
		    0);
	return infer_same(f);
}

/* As NumPy's cumsum and argsort, a 0-d input counts as one of length 1. */
enum error
infer_scan(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t axis, ndim = a->ndim == 0 ? 1 : a->ndim;

	if (f->p[0].n >= 0 && !infer_axis(f->p[0].v[0], ndim, &axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], ndim, 0, 0);
	if (f->p[0].n < 0 || a->ndim == 0)
		return infer_flat(f, shape_elements(a));
	return infer_same(f);
}

enum error
infer_search(const struct infer *f)
{
	const struct shape *b = f->in[1];

	if (f->in[0]->ndim != 1)
		return op_fail(f->e, E_SHAPE, 0, 0, f->in[0]->ndim, 1,
		    FAULT_AXES);
	f->out->ndim = b->ndim;
	memcpy(f->out->dims, b->dims, sizeof(f->out->dims));
	return E_OK;
}

/* The axes of the quantiles come before those that are kept. */
enum error
infer_quantile(const struct infer *f)
{
	const struct shape *q = f->in[1];
	uint32_t n;

	if (infer_reduce_some(f) != E_OK)
		return f->e->code;
	if (q->ndim > 2)
		return op_fail(f->e, E_RANK, 1, q->ndim, 2, 0, 0);
	n = (uint32_t)f->out->ndim + q->ndim;
	if (n > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, n, TENSOR_RANK, 0, 0);
	memmove(f->out->dims + q->ndim, f->out->dims,
	    f->out->ndim * sizeof(f->out->dims[0]));
	memcpy(f->out->dims, q->dims, q->ndim * sizeof(q->dims[0]));
	f->out->ndim = (uint8_t)n;
	return E_OK;
}

/* Either the rank of a value, or percentiles. */
enum error
infer_percentile(const struct infer *f)
{
	bool rank = f->n_in == 1;

	if (rank && f->p[2].n < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 2, 0, FAULT_NEEDED, 0);
	if (!rank && f->p[2].n > 0)
		return op_fail(f->e, E_ARITY, -1, 2, 1, 1, 0);
	return rank ? infer_reduce(f) : infer_quantile(f);
}

/* Weights have the shape of the input, or belong to the one axis averaged. */
enum error
infer_average(const struct infer *f)
{
	const struct shape *a = f->in[0], *w = f->n_in > 1 ? f->in[1] : NULL;
	uint32_t axis;

	if (infer_reduce(f) != E_OK)
		return f->e->code;
	if (w == NULL || (a->ndim == w->ndim && memcmp(a->dims, w->dims,
	    a->ndim * sizeof(a->dims[0])) == 0))
		return E_OK;
	if (w->ndim == 1 && f->p[0].n == 1 &&
	    infer_axis(f->p[0].v[0], a->ndim, &axis) &&
	    a->dims[axis] == w->dims[0])
		return E_OK;
	return op_fail(f->e, E_SHAPE, 1, 0, shape_elements(a),
	    shape_elements(w), FAULT_WEIGHTS);
}

/* Whether the order is one that this many axes have: none always is. */
static bool
norm_known(uint32_t axes, double order)
{
	if (axes == 1)
		return order == order;
	return axes == 2 && (order == 1 || order == -1 ||
	    (order - order != 0 && order == order));
}

/* The greatest row or column sum is over all columns or rows: none is none. */
static enum error
norm_some(const struct infer *f, double order)
{
	const struct param *axes = &f->p[0];
	uint32_t axis = order - order != 0 ? 0 : 1;

	if (axes->n == 2)
		(void)infer_axis(axes->v[axis], f->in[0]->ndim, &axis);
	return f->in[0]->dims[axis] != 0 ? E_OK :
	    op_fail(f->e, E_EMPTY, 0, 0, 0, 0, 0);
}

enum error
infer_norm(const struct infer *f)
{
	uint32_t bits, axes = 0, i;
	const struct param *order = &f->p[2];
	double value = order->n > 0 ? param_float(order) : 2;

	if (infer_reduce(f) != E_OK ||
	    op_axes(&f->p[0], f->in[0]->ndim, &bits, f->e) != E_OK)
		return f->e->code;
	for (i = bits; i != 0; i &= i - 1)
		axes++;
	if (order->n < 0 && (f->p[0].n < 0 || axes == 1 || axes == 2))
		return E_OK;
	if (order->n < 0 || !norm_known(axes, value))
		return op_fail(f->e, E_BAD_PARAM, -1, order->n < 0 ? 0 : 2,
		    order->n < 0 ? f->p[0].n : (int64_t)axes,
		    FAULT_NORM, 0);
	if (axes == 2)
		return norm_some(f, value);
	/* The greatest or least of nothing is nothing. */
	return value - value != 0 ? infer_reduce_some(f) : E_OK;
}

enum error
infer_topk(const struct infer *f)
{
	const struct shape *a = f->in[0];
	int64_t k = f->p[0].v[0], n = shape_elements(a);
	uint32_t axis = 0;

	if (f->p[0].n < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, 0, FAULT_NEEDED, 0);
	if (f->p[1].n < 0)
		(void)infer_flat(f, n);
	else {
		if (!infer_axis(f->p[1].v[0], a->ndim, &axis))
			return op_fail(f->e, E_AXIS, 0, f->p[1].v[0], a->ndim,
			    0, 0);
		(void)infer_same(f);
		n = a->dims[axis];
	}
	if (k < 0 || k > n)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, k, FAULT_FEW, n);
	f->out->dims[axis] = k;
	return E_OK;
}

enum error
infer_histogram(const struct infer *f)
{
	double low = f->p[1].n > 0 ? param_float(&f->p[1]) : 0;
	double high = f->p[2].n > 0 ? param_float(&f->p[2]) : 1;

	if (f->p[0].v[0] < 1 || f->p[0].v[0] == INT64_MAX)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, f->p[0].v[0],
		    FAULT_BINS, 0);
	if (f->p[1].n != f->p[2].n || low - low != 0 || high - high != 0 ||
	    low > high)
		return op_fail(f->e, E_BAD_PARAM, -1, 1, 0, FAULT_RANGE, 0);
	return infer_flat(f, f->p[0].v[0] +
	    (f->row->code == OP_HISTOGRAM_EDGES));
}

enum error
infer_bincount(const struct infer *f)
{
	const struct shape *a = f->in[0], *w = f->n_in > 1 ? f->in[1] : a;
	int64_t length;

	if (f->p[0].v[0] < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, f->p[0].v[0],
		    FAULT_VALUE, 0);
	if (a->ndim != 1)
		return op_fail(f->e, E_SHAPE, 0, 0, a->ndim, 1, FAULT_AXES);
	length = a->dims[0];
	if (w->ndim != 1 || !infer_meet(&length, w->dims[0]))
		return op_fail(f->e, E_SHAPE, 1, 0, shape_elements(a),
		    shape_elements(w), FAULT_WEIGHTS);
	return infer_flat(f, LENGTH_UNKNOWN);
}
