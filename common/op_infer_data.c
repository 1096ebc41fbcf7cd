/*
 * Shapes that data decides, as far as they can be known without it, and the
 * most that it can decide.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

#define BINCOUNT_MOST	65536

bool
op_length_by_data(const struct op_row *row)
{
	return row->shape == SHAPE_UNIQUE || row->shape == SHAPE_UNIQUE_FLAT ||
	    row->shape == SHAPE_ARGWHERE || row->shape == SHAPE_FOUND ||
	    row->shape == SHAPE_SELECT || row->shape == SHAPE_BINCOUNT;
}

/* The axis whose slices are compared; ndim: all is one sequence. */
static enum error
unique_axis(const struct infer *f, uint32_t *axis)
{
	const struct shape *a = f->in[0];

	*axis = a->ndim;
	if (f->p[0].n >= 0 && !infer_axis(f->p[0].v[0], a->ndim, axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], a->ndim, 0, 0);
	return E_OK;
}

enum error
infer_unique(const struct infer *f)
{
	uint32_t axis;

	if (unique_axis(f, &axis) != E_OK)
		return f->e->code;
	if (axis == f->in[0]->ndim)
		return infer_flat(f, LENGTH_UNKNOWN);
	infer_same(f);
	f->out->dims[axis] = LENGTH_UNKNOWN;
	return E_OK;
}

enum error
infer_unique_flat(const struct infer *f)
{
	uint32_t axis;

	if (unique_axis(f, &axis) != E_OK)
		return f->e->code;
	return infer_flat(f, LENGTH_UNKNOWN);
}

enum error
infer_unique_inverse(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t axis;

	if (unique_axis(f, &axis) != E_OK)
		return f->e->code;
	return infer_flat(f, axis == a->ndim ? shape_elements(a) :
	    a->dims[axis]);
}

enum error
infer_argwhere(const struct infer *f)
{
	infer_flat(f, LENGTH_UNKNOWN);
	return infer_append(f, f->in[0]->ndim);
}

enum error
infer_found(const struct infer *f)
{
	return infer_flat(f, LENGTH_UNKNOWN);
}

enum error
infer_values(const struct infer *f)
{
	return infer_flat(f, shape_elements(f->in[1]));
}

/* A mask of bools over the leading axes; without axes it adds one. */
enum error
infer_select(const struct infer *f)
{
	const struct shape *a = f->in[0], *mask = f->in[1];
	int64_t length;
	uint32_t i;

	if (mask->dtype != DT_BOOL)
		return op_fail(f->e, E_DTYPE, 1, mask->dtype, 0, 0, 0);
	if (mask->ndim > a->ndim)
		return op_fail(f->e, E_SHAPE, 1, -1, a->ndim, mask->ndim,
		    FAULT_MASK);
	for (i = 0; i < mask->ndim; i++) {
		length = a->dims[i];
		if (!infer_meet(&length, mask->dims[i]))
			return op_fail(f->e, E_SHAPE, 1, i, a->dims[i],
			    mask->dims[i], FAULT_MASK);
	}
	infer_flat(f, LENGTH_UNKNOWN);
	for (i = mask->ndim; i < a->ndim; i++) {
		if (infer_append(f, a->dims[i]) != E_OK)
			return f->e->code;
	}
	return E_OK;
}

/* ---- bounds ---- */

/* The most that data can decide, for an op that it decides a length of. */
static int64_t
most_found(const struct op_row *row, const struct shape *const *in,
    const struct op_params *params)
{
	const struct shape *a = in[0];
	int64_t most = shape_elements(a);
	uint32_t axis;

	switch (row->shape) {
	case SHAPE_UNIQUE:
	case SHAPE_UNIQUE_FLAT:
		return params->p[0].n >= 0 && infer_axis(params->p[0].v[0],
		    a->ndim, &axis) ? a->dims[axis] : most;
	case SHAPE_SELECT:
		return shape_elements(in[1]);
	case SHAPE_BINCOUNT:
		/* What the rule says; a greater element fails the op. */
		most = most > BINCOUNT_MOST ? most : BINCOUNT_MOST;
		return most > params->p[0].v[0] ? most : params->p[0].v[0];
	case SHAPE_FOUND:
		/* Each value may stand everywhere, if it stands twice. */
		if (row->max == 2 && (shape_elements(in[1]) < 0 ||
		    !length_multiply(&most, shape_elements(in[1]))))
			return -1;
		return most;
	default:
		return most;
	}
}

static int64_t
longest(const struct shape *const *in, size_t n_in)
{
	int64_t most = 1;
	size_t i, k;

	for (i = 0; i < n_in; i++) {
		for (k = 0; k < in[i]->ndim; k++)
			most = in[i]->dims[k] > most ? in[i]->dims[k] : most;
	}
	return most;
}

void
op_bound(const struct op_row *row, const struct shape *const *in, size_t n_in,
    const struct op_params *params, const struct shape *out,
    struct shape *bound)
{
	struct shape most;
	struct op_error e;
	int64_t length;
	uint32_t i;
	bool whole;

	*bound = *out;
	if (shape_known(out))
		return;
	if (op_length_by_data(row)) {
		length = most_found(row, in, params);
		whole = false;
	} else {
		length = longest(in, n_in);
		whole = op_infer(row, in, n_in, params, INT64_MAX, &most,
		    &e) == E_OK && most.ndim == out->ndim;
	}
	for (i = 0; i < out->ndim; i++) {
		if (out->dims[i] == LENGTH_UNKNOWN)
			bound->dims[i] = whole ? most.dims[i] :
			    length < 0 ? INT64_MAX : length;
	}
}
