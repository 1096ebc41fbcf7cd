/*
 * Shapes of what ops that move elements give.  Parameters are read by
 * op_move.c; lengths are multiplied with care, since parameters are foreign.
 */
#include "common/op_move.h"
#include "common/op_priv.h"

#include <string.h>

#define LONG_ENOUGH	(INT64_MAX / 4)

static enum error
uncountable(const struct infer *f)
{
	return op_fail(f->e, E_OVERFLOW, -1, -1, INT64_MAX, 0, 0);
}

static enum error
few_axes(const struct infer *f, int64_t needed)
{
	return op_fail(f->e, E_SHAPE, 0, -1, f->in[0]->ndim, needed,
	    FAULT_AXES);
}

/* The axes of the input in another order. */
static enum error
permuted(const struct infer *f, const uint32_t *perm)
{
	uint32_t i;

	f->out->ndim = f->in[0]->ndim;
	for (i = 0; i < f->out->ndim; i++)
		f->out->dims[i] = f->in[0]->dims[perm[i]];
	return E_OK;
}

/* The input's shape with axis i of another length. */
static enum error
resized(const struct infer *f, uint32_t i, int64_t length)
{
	infer_same(f);
	f->out->dims[i] = length;
	return E_OK;
}

/* An unknown length is long enough until it is known. */
enum error
infer_slice(const struct infer *f)
{
	struct shape a = *f->in[0];
	struct op_cut w;
	uint32_t i;

	for (i = 0; i < a.ndim; i++) {
		if (a.dims[i] == LENGTH_UNKNOWN)
			a.dims[i] = LONG_ENOUGH;
	}
	if (op_slice(f->p, &a, &w, f->e) != E_OK)
		return f->e->code;
	f->out->ndim = a.ndim;
	for (i = 0; i < a.ndim; i++) {
		f->out->dims[i] = w.size[i];
		if (f->in[0]->dims[i] == LENGTH_UNKNOWN &&
		    ((int32_t)i >= f->p[1].n || f->p[1].v[i] < 0))
			f->out->dims[i] = LENGTH_UNKNOWN;
	}
	return E_OK;
}

enum error
infer_reverse(const struct infer *f)
{
	uint32_t bits;

	if (op_reversed(&f->p[0], f->in[0]->ndim, &bits, f->e) != E_OK)
		return f->e->code;
	return infer_same(f);
}

enum error
infer_squeeze(const struct infer *f)
{
	const struct shape *a = f->in[0];
	struct shape ones = *a;
	uint32_t bits, i;

	if (f->p[0].n < 0 && !shape_known(a))
		return op_fail(f->e, E_LENGTH, 0, 0, 0, 0, 0);
	/* Of the axes named, those may be 1. */
	for (i = 0; i < a->ndim; i++) {
		if (a->dims[i] == LENGTH_UNKNOWN)
			ones.dims[i] = 1;
	}
	if (op_squeezed(&f->p[0], &ones, &bits, f->e) != E_OK)
		return f->e->code;
	for (i = 0; i < a->ndim; i++) {
		if ((bits >> i & 1) == 0)
			f->out->dims[f->out->ndim++] = a->dims[i];
	}
	return E_OK;
}

enum error
infer_flatten(const struct infer *f)
{
	return infer_flat(f, shape_elements(f->in[0]));
}

enum error
infer_swapaxes(const struct infer *f)
{
	uint32_t perm[TENSOR_RANK];

	if (op_swapped(f->p, f->in[0]->ndim, perm, f->e) != E_OK)
		return f->e->code;
	return permuted(f, perm);
}

enum error
infer_moveaxis(const struct infer *f)
{
	uint32_t perm[TENSOR_RANK];

	if (op_moved(f->p, f->in[0]->ndim, perm, f->e) != E_OK)
		return f->e->code;
	return permuted(f, perm);
}

/* The lengths of parameter 0, none of them negative. */
static enum error
wanted_lengths(const struct infer *f, struct shape *s)
{
	const struct param *p = &f->p[0];
	int32_t i;

	if (p->n > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, p->n, TENSOR_RANK, 0, 0);
	s->ndim = (uint8_t)p->n;
	for (i = 0; i < p->n; i++) {
		if (p->v[i] < 0)
			return op_fail(f->e, E_BAD_PARAM, -1, 0, p->v[i],
			    FAULT_VALUE, 0);
		s->dims[i] = p->v[i];
	}
	return E_OK;
}

enum error
infer_filled(const struct infer *f)
{
	return wanted_lengths(f, f->out);
}

enum error
infer_broadcast_to(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t add, i;

	if (wanted_lengths(f, f->out) != E_OK)
		return f->e->code;
	if (f->out->ndim < a->ndim)
		return op_fail(f->e, E_SHAPE, 0, -1, a->ndim, f->out->ndim,
		    FAULT_STRETCH);
	add = f->out->ndim - a->ndim;
	for (i = 0; i < a->ndim; i++) {
		if (a->dims[i] != 1 && a->dims[i] != LENGTH_UNKNOWN &&
		    a->dims[i] != f->out->dims[add + i])
			return op_fail(f->e, E_SHAPE, 0, i, a->dims[i],
			    f->out->dims[add + i], FAULT_STRETCH);
	}
	return E_OK;
}

enum error
infer_diag(const struct infer *f)
{
	const struct shape *a = f->in[0];
	int64_t k = f->p[0].v[0], n;
	struct op_diagonal d;

	if (!shape_known(a) && (a->ndim == 1 || a->ndim == 2)) {
		infer_flat(f, LENGTH_UNKNOWN);
		return a->ndim == 2 ? E_OK : infer_append(f, LENGTH_UNKNOWN);
	}
	if (a->ndim == 2) {
		op_diagonal_of(a->dims[0], a->dims[1], k, &d);
		return infer_flat(f, d.length);
	}
	if (a->ndim != 1)
		return op_fail(f->e, E_SHAPE, 0, -1, a->ndim, 2,
		    FAULT_AXES);
	if (k == INT64_MIN ||
	    __builtin_add_overflow(a->dims[0], k < 0 ? -k : k, &n))
		return uncountable(f);
	f->out->ndim = 2;
	f->out->dims[0] = f->out->dims[1] = n;
	return E_OK;
}

/* All axes but the two of the diagonal. */
enum error
infer_trace(const struct infer *f)
{
	const struct shape *a = f->in[0];
	struct op_diagonal d;
	uint32_t i;

	if (op_diagonal(f->p, a, &d, f->e) != E_OK)
		return f->e->code;
	for (i = 0; i < a->ndim; i++) {
		if (i != d.row_axis && i != d.column_axis)
			f->out->dims[f->out->ndim++] = a->dims[i];
	}
	return E_OK;
}

enum error
infer_diagonal(const struct infer *f)
{
	struct op_diagonal d;

	if (infer_trace(f) != E_OK ||
	    op_diagonal(f->p, f->in[0], &d, f->e) != E_OK)
		return f->e->code;
	return infer_append(f, f->in[0]->dims[d.row_axis] < 0 ||
	    f->in[0]->dims[d.column_axis] < 0 ? LENGTH_UNKNOWN : d.length);
}

enum error
infer_triangle(const struct infer *f)
{
	if (f->in[0]->ndim == 0)
		return few_axes(f, 1);
	infer_same(f);
	/* A sequence is every row of a square, as in NumPy. */
	return f->in[0]->ndim > 1 ? E_OK :
	    infer_append(f, f->in[0]->dims[0]);
}

enum error
infer_outer(const struct infer *f)
{
	infer_flat(f, shape_elements(f->in[0]));
	return infer_append(f, shape_elements(f->in[1]));
}

enum error
infer_stack(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t axis, i;
	size_t k;

	infer_same(f);
	for (k = 1; k < f->n_in; k++) {
		if (f->in[k]->ndim != a->ndim)
			return op_fail(f->e, E_SHAPE, (int32_t)k, -1, a->ndim,
			    f->in[k]->ndim, FAULT_RANKS);
		for (i = 0; i < a->ndim; i++) {
			if (!infer_meet(&f->out->dims[i], f->in[k]->dims[i]))
				return op_fail(f->e, E_SHAPE, (int32_t)k, i,
				    a->dims[i], f->in[k]->dims[i],
				    FAULT_LENGTHS);
		}
	}
	if (infer_append(f, 1) != E_OK)
		return f->e->code;
	if (!infer_axis(f->p[0].v[0], f->out->ndim, &axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], f->out->ndim, 0,
		    0);
	for (i = f->out->ndim - 1u; i > axis; i--)
		f->out->dims[i] = f->out->dims[i - 1];
	f->out->dims[axis] = (int64_t)f->n_in;
	return E_OK;
}

/* False: more than can be counted. */
static bool
times(int64_t length, int64_t n, int64_t *out)
{
	if (length != LENGTH_UNKNOWN)
		return !__builtin_mul_overflow(length, n, out);
	*out = n == 0 ? 0 : LENGTH_UNKNOWN;
	return true;
}

enum error
infer_tile(const struct infer *f)
{
	const struct shape *a = f->in[0];
	const struct param *p = &f->p[0];
	uint32_t n = (uint32_t)p->n > a->ndim ? (uint32_t)p->n : a->ndim, i;
	int64_t length, reps;

	if (n > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, n, TENSOR_RANK, 0, 0);
	f->out->ndim = (uint8_t)n;
	for (i = 0; i < n; i++) {
		length = i < n - a->ndim ? 1 : a->dims[i - (n - a->ndim)];
		reps = i < n - (uint32_t)p->n ? 1 :
		    p->v[i - (n - (uint32_t)p->n)];
		if (reps < 0)
			return op_fail(f->e, E_BAD_PARAM, -1, 0, reps,
			    FAULT_VALUE, 0);
		if (!times(length, reps, &f->out->dims[i]))
			return uncountable(f);
	}
	return E_OK;
}

enum error
infer_repeat(const struct infer *f)
{
	struct op_along a;
	int64_t repeats = f->p[0].v[0], length;

	if (op_along(&f->p[1], f->in[0], &a, f->e) != E_OK)
		return f->e->code;
	if (repeats < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, repeats, FAULT_VALUE,
		    0);
	if (!times(a.length, repeats, &length))
		return uncountable(f);
	if (f->p[1].n < 0 || f->in[0]->ndim == 0)
		return infer_flat(f, length);
	return resized(f, a.axis, length);
}

enum error
infer_pad(const struct infer *f)
{
	const struct shape *a = f->in[0];
	int64_t before[TENSOR_RANK], after[TENSOR_RANK], *n;
	uint32_t i;

	if (op_pads(&f->p[0], a->ndim, before, after, f->e) != E_OK)
		return f->e->code;
	infer_same(f);
	for (i = 0; i < a->ndim; i++) {
		if (f->p[1].v[0] != 0 && a->dims[i] == 0 &&
		    (before[i] > 0 || after[i] > 0))
			return op_fail(f->e, E_EMPTY, 0, i, 0, 0, 0);
		n = &f->out->dims[i];
		if (*n == LENGTH_UNKNOWN)
			continue;
		if (__builtin_add_overflow(*n, before[i], n) ||
		    __builtin_add_overflow(*n, after[i], n))
			return uncountable(f);
	}
	return E_OK;
}

enum error
infer_roll(const struct infer *f)
{
	int64_t shift[TENSOR_RANK];

	if (op_shifts(f->p, f->in[0], shift, f->e) != E_OK)
		return f->e->code;
	return infer_same(f);
}
