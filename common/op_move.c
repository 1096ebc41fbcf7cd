/*
 * Parameters of ops that move elements: see op_move.h.  Believes none of
 * their values; trusts only that each has the number of values of its kind.
 */
#include "common/op_move.h"
#include "common/op_priv.h"

#include <string.h>

static enum error
bad_value(struct op_error *e, int64_t param, int64_t value)
{
	return op_fail(e, E_BAD_PARAM, -1, param, value, FAULT_VALUE, 0);
}

static enum error
bad_number(struct op_error *e, int64_t param, int64_t n)
{
	return op_fail(e, E_BAD_PARAM, -1, param, n, FAULT_NUMBER, 0);
}

static enum error
outside(struct op_error *e, uint32_t axis, int64_t index, int64_t length)
{
	return op_fail(e, E_SHAPE, 0, axis, index, length, FAULT_OUTSIDE);
}

/* ---- slices ---- */

/* The i-th value of a list, or what stands for those not given. */
static int64_t
listed(const struct param *p, uint32_t i, int64_t other)
{
	return (int32_t)i < p->n ? p->v[i] : other;
}

/* How many elements there are from begin on, step apart. */
static int64_t
rest(int64_t begin, int64_t step, int64_t length)
{
	if (step > 0)
		return begin >= length ? 0 : (length - begin - 1) / step + 1;
	return begin < 0 || begin >= length ? 0 :
	    (int64_t)((uint64_t)begin / (0 - (uint64_t)step)) + 1;
}

static enum error
window(const struct param *p, uint32_t i, int64_t length, struct op_cut *w,
    struct op_error *e)
{
	int64_t step = listed(&p[2], i, 1), size = listed(&p[1], i, -1), most;
	int64_t begin = listed(&p[0], i, step > 0 ? 0 : length - 1);

	if (step == 0)
		return bad_value(e, 2, step);
	if (size < -1)
		return bad_value(e, 1, size);
	if ((int32_t)i < p[0].n && begin < 0) {
		if (begin < -length)
			return outside(e, i, begin, length);
		begin += length;
	}
	if (begin > length)
		return outside(e, i, begin, length);
	most = rest(begin, step, length);
	if (size > most)
		return outside(e, i, (int64_t)((uint64_t)begin +
		    (uint64_t)most * (uint64_t)step), length);
	w->begin[i] = begin;
	w->step[i] = step;
	w->size[i] = size < 0 ? most : size;
	return E_OK;
}

enum error
op_slice(const struct param *p, const struct shape *s, struct op_cut *w,
    struct op_error *e)
{
	uint32_t i;

	for (i = 0; i < 3; i++) {
		if (p[i].n > s->ndim)
			return bad_number(e, i, p[i].n);
	}
	for (i = 0; i < s->ndim; i++) {
		if (window(p, i, s->dims[i], w, e) != E_OK)
			return e->code;
	}
	return E_OK;
}

/* ---- axes ---- */

enum error
op_squeezed(const struct param *p, const struct shape *s, uint32_t *bits,
    struct op_error *e)
{
	uint32_t i;

	if (p->n < 0) {
		*bits = 0;
		for (i = 0; i < s->ndim; i++)
			*bits |= (uint32_t)(s->dims[i] == 1) << i;
		return E_OK;
	}
	if (op_axes(p, s->ndim, bits, e) != E_OK)
		return e->code;
	for (i = 0; i < s->ndim; i++) {
		if ((*bits >> i & 1) != 0 && s->dims[i] != 1)
			return op_fail(e, E_SHAPE, 0, i, s->dims[i], 1,
			    FAULT_NOT_ONE);
	}
	return E_OK;
}

enum error
op_reversed(const struct param *p, uint32_t ndim, uint32_t *bits,
    struct op_error *e)
{
	if (p->n < 0) {
		*bits = (1u << ndim) - 1;
		return E_OK;
	}
	return infer_axis_bits(p, ndim, bits, e);
}

/* The axis of parameter p, an INT. */
static enum error
int_axis(const struct param *p, uint32_t ndim, uint32_t *axis,
    struct op_error *e)
{
	if (!infer_axis(p->v[0], ndim, axis))
		return op_fail(e, E_AXIS, 0, p->v[0], ndim, 0, 0);
	return E_OK;
}

enum error
op_swapped(const struct param *p, uint32_t ndim, uint32_t perm[TENSOR_RANK],
    struct op_error *e)
{
	uint32_t a, b, i;

	for (i = 0; i < ndim; i++)
		perm[i] = i;
	if (int_axis(&p[0], ndim, &a, e) != E_OK ||
	    int_axis(&p[1], ndim, &b, e) != E_OK)
		return e->code;
	perm[a] = b;
	perm[b] = a;
	return E_OK;
}

enum error
op_moved(const struct param *p, uint32_t ndim, uint32_t perm[TENSOR_RANK],
    struct op_error *e)
{
	uint32_t from, to, source, axis, i;
	int32_t k;

	if (p[0].n != p[1].n)
		return bad_number(e, 1, p[1].n);
	if (infer_axis_bits(&p[0], ndim, &from, e) != E_OK ||
	    infer_axis_bits(&p[1], ndim, &to, e) != E_OK)
		return e->code;
	for (k = 0; k < p[0].n; k++) {
		(void)infer_axis(p[0].v[k], ndim, &source);
		(void)infer_axis(p[1].v[k], ndim, &axis);
		perm[axis] = source;
	}
	/* The others keep their order. */
	for (i = 0, axis = 0; i < ndim; i++) {
		if ((to >> i & 1) != 0)
			continue;
		while ((from >> axis & 1) != 0)
			axis++;
		perm[i] = axis++;
	}
	return E_OK;
}

void
op_diagonal_of(int64_t rows, int64_t columns, int64_t k,
    struct op_diagonal *d)
{
	/* Past an end by any distance is the same as just past it. */
	if (k < -rows)
		k = -rows;
	if (k > columns)
		k = columns;
	d->row = k < 0 ? -k : 0;
	d->column = k > 0 ? k : 0;
	d->length = rows - d->row < columns - d->column ? rows - d->row :
	    columns - d->column;
}

enum error
op_diagonal(const struct param *p, const struct shape *s,
    struct op_diagonal *d, struct op_error *e)
{
	if (s->ndim < 2)
		return op_fail(e, E_SHAPE, 0, -1, s->ndim, 2, FAULT_AXES);
	if (int_axis(&p[1], s->ndim, &d->row_axis, e) != E_OK ||
	    int_axis(&p[2], s->ndim, &d->column_axis, e) != E_OK)
		return e->code;
	if (d->row_axis == d->column_axis)
		return op_fail(e, E_BAD_PARAM, -1, 2, p[2].v[0],
		    FAULT_REPEATED, 0);
	op_diagonal_of(s->dims[d->row_axis], s->dims[d->column_axis],
	    p[0].v[0], d);
	return E_OK;
}

/* ---- lengths ---- */

enum error
op_pads(const struct param *p, uint32_t ndim, int64_t before[TENSOR_RANK],
    int64_t after[TENSOR_RANK], struct op_error *e)
{
	uint32_t i, at;

	if (p->n != 1 && p->n != 2 && p->n != 2 * (int32_t)ndim)
		return bad_number(e, 0, p->n);
	for (i = 0; (int32_t)i < p->n; i++) {
		if (p->v[i] < 0)
			return bad_value(e, 0, p->v[i]);
	}
	for (i = 0; i < ndim; i++) {
		at = p->n == 2 * (int32_t)ndim ? 2 * i : 0;
		before[i] = p->v[at];
		after[i] = p->v[p->n == 1 ? at : at + 1];
	}
	return E_OK;
}

/* (a + b) mod n, a of 0 .. n - 1. */
static int64_t
add_modulo(int64_t a, int64_t b, int64_t n)
{
	b %= n;
	b += b < 0 ? n : 0;
	return b < n - a ? a + b : a - (n - b);
}

enum error
op_shifts(const struct param *p, const struct shape *s,
    int64_t shift[TENSOR_RANK], struct op_error *e)
{
	int32_t n = p[0].n > p[1].n ? p[0].n : p[1].n, k;
	int64_t length = shape_elements(s);
	uint32_t axis = 0;

	if (p[0].n < 1)
		return bad_number(e, 0, p[0].n);
	if (p[1].n == 0 || (p[0].n > 1 && p[1].n > 1 && p[0].n != p[1].n))
		return bad_number(e, 1, p[1].n);
	memset(shift, 0, TENSOR_RANK * sizeof(*shift));
	for (k = 0; k < n; k++) {
		if (p[1].n > 0) {
			if (!infer_axis(p[1].v[p[1].n == 1 ? 0 : k], s->ndim,
			    &axis))
				return op_fail(e, E_AXIS, 0,
				    p[1].v[p[1].n == 1 ? 0 : k], s->ndim, 0, 0);
			length = s->dims[axis];
		}
		if (length > 0)
			shift[axis] = add_modulo(shift[axis],
			    p[0].v[p[0].n == 1 ? 0 : k], length);
	}
	return E_OK;
}

enum error
op_along(const struct param *p, const struct shape *s, struct op_along *a,
    struct op_error *e)
{
	uint32_t ndim = s->ndim == 0 ? 1 : s->ndim, i;

	a->axis = 0;
	a->outer = a->inner = 1;
	a->length = shape_elements(s);
	if (p->n < 0)
		return E_OK;
	if (!infer_axis(p->v[0], ndim, &a->axis))
		return op_fail(e, E_AXIS, 0, p->v[0], s->ndim, 0, 0);
	if (s->ndim == 0)
		return E_OK;
	/* Products may wrap only where an axis of no elements meets them. */
	for (i = 0; i < a->axis; i++)
		a->outer = (int64_t)((uint64_t)a->outer *
		    (uint64_t)s->dims[i]);
	for (i = a->axis + 1; i < s->ndim; i++)
		a->inner = (int64_t)((uint64_t)a->inner *
		    (uint64_t)s->dims[i]);
	a->length = s->dims[a->axis];
	return E_OK;
}

/* ---- sources ---- */

bool
op_arange(const struct param *p, double *start, double *step, int64_t *length)
{
	double stop = param_float(&p[p[1].n < 0 ? 0 : 1]), distance, steps;

	*start = p[1].n < 0 ? 0 : param_float(&p[0]);
	*step = param_float(&p[2]);
	distance = stop - *start;
	steps = distance / *step;
	if (!(steps < 0x1p62 && steps > -0x1p62) || *step == 0)
		return false;		/* also what is no number */
	/* As NumPy: a distance too small to show still is one step. */
	if (steps == 0 && distance != 0)
		steps = (*step > 0) == (distance > 0) ? 1 : 0;
	*length = steps > 0 ? (int64_t)steps : 0;
	if ((double)*length < steps)
		++*length;
	return true;
}
