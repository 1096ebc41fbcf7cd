/*
 * Shapes of outputs, as NumPy 1.24 has them.  Trusts the shapes it
 * is given (dims >= 0 or unknown, rank within the limit, sizes within an
 * int64_t) and the number and kind of parameters, nothing else.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

bool
infer_axis(int64_t axis, uint32_t ndim, uint32_t *out)
{
	if (axis < -(int64_t)ndim || axis >= (int64_t)ndim)
		return false;
	*out = (uint32_t)(axis < 0 ? axis + ndim : axis);
	return true;
}

enum error
op_permutation(const struct param *p, uint32_t ndim,
    uint32_t perm[TENSOR_RANK], struct op_error *e)
{
	uint32_t i, a, b, bits;

	for (i = 0; i < ndim; i++)
		perm[i] = p->n < 0 ? ndim - 1 - i : i;
	if (p->n < 0)
		return E_OK;
	if (p->n == 2 && ndim > 2) {
		if (!infer_axis(p->v[0], ndim, &a))
			return op_fail(e, E_AXIS, 0, p->v[0], ndim, 0, 0);
		if (!infer_axis(p->v[1], ndim, &b))
			return op_fail(e, E_AXIS, 0, p->v[1], ndim, 0, 0);
		perm[a] = b;
		perm[b] = a;
		return E_OK;
	}
	if ((uint32_t)p->n != ndim)
		return op_fail(e, E_BAD_PARAM, -1, 0, p->n, FAULT_NUMBER, 0);
	if (infer_axis_bits(p, ndim, &bits, e) != E_OK)
		return e->code;
	for (i = 0; i < ndim; i++)
		(void)infer_axis(p->v[i], ndim, &perm[i]);
	return E_OK;
}

/* ---- shapes ---- */

enum error
infer_same(const struct infer *f)
{
	f->out->ndim = f->in[0]->ndim;
	memcpy(f->out->dims, f->in[0]->dims, sizeof(f->out->dims));
	return E_OK;
}

bool
infer_meet(int64_t *a, int64_t b)
{
	if (*a == LENGTH_UNKNOWN)
		*a = b;
	return b == LENGTH_UNKNOWN || *a == b;
}

/*
 * The length that two broadcast to; false: they do not.  An unknown one has
 * to be 1 or the other's, unless that is 1.
 */
static bool
broadcast_length(int64_t a, int64_t b, int64_t *out)
{
	bool known = a != LENGTH_UNKNOWN && b != LENGTH_UNKNOWN;

	if (a == 1 || b == 1)
		*out = a == 1 ? b : a;
	else
		*out = a == LENGTH_UNKNOWN ? b : a;
	return !known || a == b || a == 1 || b == 1;
}

enum error
infer_broadcast(const struct infer *f, const struct shape *a, uint32_t na,
    const struct shape *b, uint32_t nb)
{
	uint32_t n = na > nb ? na : nb, i;
	int64_t x, y;

	f->out->ndim = (uint8_t)n;
	for (i = 0; i < n; i++) {
		x = i < n - na ? 1 : a->dims[i - (n - na)];
		y = i < n - nb ? 1 : b->dims[i - (n - nb)];
		if (!broadcast_length(x, y, &f->out->dims[i]))
			return op_fail(f->e, E_SHAPE, 1, i, x, y,
			    FAULT_BROADCAST);
	}
	return E_OK;
}

static enum error
shape_broadcast(const struct infer *f)
{
	struct shape all = *f->in[0];
	size_t k;

	for (k = 1; k < f->n_in; k++) {
		if (infer_broadcast(f, &all, all.ndim, f->in[k],
		    f->in[k]->ndim) != E_OK) {
			f->e->input = (int32_t)k;
			return f->e->code;
		}
		all.ndim = f->out->ndim;
		memcpy(all.dims, f->out->dims, sizeof(all.dims));
	}
	return E_OK;
}

enum error
infer_append(const struct infer *f, int64_t length)
{
	if (f->out->ndim == TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, TENSOR_RANK + 1, TENSOR_RANK,
		    0, 0);
	f->out->dims[f->out->ndim++] = length;
	return E_OK;
}

/* The lengths that a product sums over: a's last axis, b's last but one. */
static enum error
check_inner(const struct infer *f)
{
	const struct shape *a = f->in[0], *b = f->in[1];
	uint32_t axis = b->ndim > 1 ? b->ndim - 2u : 0;
	int64_t length = a->dims[a->ndim - 1];

	if (!infer_meet(&length, b->dims[axis]))
		return op_fail(f->e, E_SHAPE, 1, axis, a->dims[a->ndim - 1],
		    b->dims[axis], FAULT_INNER);
	return E_OK;
}

static enum error
shape_matmul(const struct infer *f)
{
	const struct shape *a = f->in[0], *b = f->in[1];

	if (a->ndim == 0 || b->ndim == 0)
		return op_fail(f->e, E_SHAPE, a->ndim == 0 ? 0 : 1, -1, 0, 0,
		    FAULT_SCALAR);
	if (check_inner(f) != E_OK)
		return f->e->code;
	if (infer_broadcast(f, a, a->ndim > 2 ? a->ndim - 2u : 0, b,
	    b->ndim > 2 ? b->ndim - 2u : 0) != E_OK)
		return f->e->code;
	if (a->ndim > 1 && infer_append(f, a->dims[a->ndim - 2]) != E_OK)
		return f->e->code;
	if (b->ndim > 1 && infer_append(f, b->dims[b->ndim - 1]) != E_OK)
		return f->e->code;
	return E_OK;
}

static enum error
shape_dot(const struct infer *f)
{
	const struct shape *a = f->in[0], *b = f->in[1];
	uint32_t i;

	if (a->ndim == 0 || b->ndim == 0)
		return shape_broadcast(f);
	if (check_inner(f) != E_OK)
		return f->e->code;
	f->out->ndim = 0;
	for (i = 0; i + 1 < a->ndim; i++) {
		if (infer_append(f, a->dims[i]) != E_OK)
			return f->e->code;
	}
	for (i = 0; i < b->ndim; i++) {
		if (b->ndim == 1 || i == b->ndim - 2u)
			continue;
		if (infer_append(f, b->dims[i]) != E_OK)
			return f->e->code;
	}
	return E_OK;
}

static enum error
shape_transpose(const struct infer *f)
{
	uint32_t perm[TENSOR_RANK], i;

	if (op_permutation(&f->p[0], f->in[0]->ndim, perm, f->e) != E_OK)
		return f->e->code;
	f->out->ndim = f->in[0]->ndim;
	for (i = 0; i < f->out->ndim; i++)
		f->out->dims[i] = f->in[0]->dims[perm[i]];
	return E_OK;
}

enum error
infer_flat(const struct infer *f, int64_t elements)
{
	f->out->ndim = 1;
	f->out->dims[0] = elements;
	return E_OK;
}

static enum error
shape_reshape(const struct infer *f)
{
	const struct param *p = &f->p[0];
	int64_t have = shape_elements(f->in[0]), known = 1;
	int32_t open = -1, i;

	if (p->n < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, 0, FAULT_NEEDED, 0);
	if (p->n > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, p->n, TENSOR_RANK, 0, 0);
	f->out->ndim = (uint8_t)p->n;
	for (i = 0; i < p->n; i++) {
		f->out->dims[i] = p->v[i];
		if (p->v[i] == -1 && open >= 0)
			return op_fail(f->e, E_BAD_PARAM, -1, 0, -1,
			    FAULT_REPEATED, 0);
		if (p->v[i] < -1)
			return op_fail(f->e, E_BAD_PARAM, -1, 0, p->v[i],
			    FAULT_VALUE, 0);
		if (p->v[i] == -1)
			open = i;
		else if (!length_multiply(&known, p->v[i]))
			return op_fail(f->e, E_SHAPE, 0, -1, have, -1,
			    FAULT_COUNT);
	}
	if (!shape_known(f->in[0]))
		return E_OK;
	if (open >= 0 && known > 0 && have % known == 0) {
		f->out->dims[open] = have / known;
		return E_OK;
	}
	if (open >= 0 || known != have)
		return op_fail(f->e, E_SHAPE, 0, open, have, known,
		    FAULT_COUNT);
	return E_OK;
}

/* False: more than can be counted. */
static bool
length_add(int64_t *sum, int64_t length)
{
	if (*sum != LENGTH_UNKNOWN && length != LENGTH_UNKNOWN)
		return !__builtin_add_overflow(*sum, length, sum);
	*sum = LENGTH_UNKNOWN;
	return true;
}

/* Adds input i to the concatenation along axis; scalars have length 1. */
static enum error
concat_one(const struct infer *f, uint32_t axis, size_t i)
{
	const struct shape *s = f->in[i];
	uint32_t ndim = s->ndim == 0 ? 1 : s->ndim, k;
	int64_t length;

	if (ndim != f->out->ndim)
		return op_fail(f->e, E_SHAPE, (int32_t)i, -1, f->out->ndim,
		    ndim, FAULT_RANKS);
	for (k = 0; k < ndim; k++) {
		length = s->ndim == 0 ? 1 : s->dims[k];
		if (k != axis && !infer_meet(&f->out->dims[k], length))
			return op_fail(f->e, E_SHAPE, (int32_t)i, k,
			    f->out->dims[k], length, FAULT_LENGTHS);
		if (k == axis && !length_add(&f->out->dims[k], length))
			return op_fail(f->e, E_OVERFLOW, -1, -1, INT64_MAX, 0,
			    0);
	}
	return E_OK;
}

static enum error
shape_concat(const struct infer *f)
{
	const struct shape *first = f->in[0];
	int64_t total = 0;
	uint32_t axis;
	size_t i;

	if (f->p[0].n < 0) {
		for (i = 0; i < f->n_in; i++) {
			if (!length_add(&total, shape_elements(f->in[i])))
				return op_fail(f->e, E_OVERFLOW, -1, -1,
				    INT64_MAX, 0, 0);
		}
		return infer_flat(f, total);
	}
	infer_same(f);
	if (first->ndim == 0)
		infer_flat(f, 1);
	if (!infer_axis(f->p[0].v[0], f->out->ndim, &axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], f->out->ndim, 0,
		    0);
	for (i = 1; i < f->n_in; i++) {
		if (concat_one(f, axis, i) != E_OK)
			return f->e->code;
	}
	return E_OK;
}

static enum error
shape_expand_dims(const struct infer *f)
{
	const struct shape *a = f->in[0];
	uint32_t ndim, bits, i, from = 0;

	if (f->p[0].n < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, 0, FAULT_NEEDED, 0);
	ndim = a->ndim + (uint32_t)f->p[0].n;
	if (ndim > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, ndim, TENSOR_RANK, 0, 0);
	if (infer_axis_bits(&f->p[0], ndim, &bits, f->e) != E_OK)
		return f->e->code;
	f->out->ndim = (uint8_t)ndim;
	for (i = 0; i < ndim; i++)
		f->out->dims[i] = (bits >> i & 1) != 0 ? 1 : a->dims[from++];
	return E_OK;
}

static enum error (*const shape_rules[])(const struct infer *) = {
	[SHAPE_SOURCE] = infer_same,
	[SHAPE_SAME] = infer_same,
	[SHAPE_BROADCAST] = shape_broadcast,
	[SHAPE_MATMUL] = shape_matmul,
	[SHAPE_DOT] = shape_dot,
	[SHAPE_TRANSPOSE] = shape_transpose,
	[SHAPE_REDUCE] = infer_reduce,
	[SHAPE_REDUCE_SOME] = infer_reduce_some,
	[SHAPE_SORT] = infer_sort,
	[SHAPE_RESHAPE] = shape_reshape,
	[SHAPE_CONCAT] = shape_concat,
	[SHAPE_EXPAND_DIMS] = shape_expand_dims,
	[SHAPE_SAME_AXIS] = infer_same_axis,
	[SHAPE_LIKE] = infer_like,
	[SHAPE_LAYER_NORM] = infer_layer_norm,
	[SHAPE_BATCH_NORM] = infer_batch_norm,
	[SHAPE_RANDOM_NUMBERS] = infer_random_numbers,
	[SHAPE_RANDOM_BETWEEN] = infer_random_between,
	[SHAPE_RANDOM_INTEGERS] = infer_random_integers,
	[SHAPE_PERMUTATION] = infer_permutation,
	[SHAPE_RANDOM] = infer_random,
	[SHAPE_DROPOUT] = infer_dropout,
	[SHAPE_SQUARE_LOSS] = infer_square_loss,
	[SHAPE_SQUARE_LOSS_GRAD] = infer_square_loss_grad,
	[SHAPE_CROSS_ENTROPY] = infer_cross_entropy,
	[SHAPE_CROSS_ENTROPY_GRAD] = infer_cross_entropy_grad,
	[SHAPE_ATTENTION] = infer_attention,
	[SHAPE_WINDOWS] = infer_windows,
	[SHAPE_WINDOWS_SUM] = infer_windows_sum,
	[SHAPE_CONV2D] = infer_conv2d,
	[SHAPE_CONV2D_INPUT] = infer_conv2d_input,
	[SHAPE_CONV2D_WEIGHT] = infer_conv2d_weight,
	[SHAPE_POOL2D] = infer_pool2d,
	[SHAPE_MAX_POOL2D_GRAD] = infer_max_pool2d_grad,
	[SHAPE_AVG_POOL2D_GRAD] = infer_avg_pool2d_grad,
	[SHAPE_SCAN] = infer_scan,
	[SHAPE_SEARCH] = infer_search,
	[SHAPE_SQUARE] = infer_square,
	[SHAPE_DET] = infer_det,
	[SHAPE_EINSUM] = infer_einsum,
	[SHAPE_SOLVE] = infer_solve,
	[SHAPE_QUANTILE] = infer_quantile,
	[SHAPE_PERCENTILE] = infer_percentile,
	[SHAPE_AVERAGE] = infer_average,
	[SHAPE_NORM] = infer_norm,
	[SHAPE_TOPK] = infer_topk,
	[SHAPE_HISTOGRAM] = infer_histogram,
	[SHAPE_BINCOUNT] = infer_bincount,
	[SHAPE_UNIQUE] = infer_unique,
	[SHAPE_UNIQUE_FLAT] = infer_unique_flat,
	[SHAPE_UNIQUE_INVERSE] = infer_unique_inverse,
	[SHAPE_ARGWHERE] = infer_argwhere,
	[SHAPE_FOUND] = infer_found,
	[SHAPE_VALUES] = infer_values,
	[SHAPE_SELECT] = infer_select,
	[SHAPE_SLICE] = infer_slice,
	[SHAPE_REVERSE] = infer_reverse,
	[SHAPE_SQUEEZE] = infer_squeeze,
	[SHAPE_FLATTEN] = infer_flatten,
	[SHAPE_SWAPAXES] = infer_swapaxes,
	[SHAPE_MOVEAXIS] = infer_moveaxis,
	[SHAPE_BROADCAST_TO] = infer_broadcast_to,
	[SHAPE_DIAG] = infer_diag,
	[SHAPE_DIAGONAL] = infer_diagonal,
	[SHAPE_TRACE] = infer_trace,
	[SHAPE_TRIANGLE] = infer_triangle,
	[SHAPE_OUTER] = infer_outer,
	[SHAPE_STACK] = infer_stack,
	[SHAPE_TILE] = infer_tile,
	[SHAPE_REPEAT] = infer_repeat,
	[SHAPE_PAD] = infer_pad,
	[SHAPE_ROLL] = infer_roll,
	[SHAPE_GATHER] = infer_gather,
	[SHAPE_ALONG] = infer_along,
	[SHAPE_SCATTER] = infer_scatter,
	[SHAPE_ONE_HOT] = infer_one_hot,
	[SHAPE_LENGTHS] = infer_lengths,
	[SHAPE_SCALAR] = infer_scalar,
	[SHAPE_FILLED] = infer_filled,
	[SHAPE_ARANGE] = infer_arange,
	[SHAPE_LINSPACE] = infer_linspace,
	[SHAPE_EYE] = infer_eye,
};

/* Rules that give an answer as far as they can: see enum shape_rule. */
static const bool takes_unknown[] = {
	[SHAPE_SOURCE] = true,
	[SHAPE_SAME] = true,
	[SHAPE_BROADCAST] = true,
	[SHAPE_MATMUL] = true,
	[SHAPE_DOT] = true,
	[SHAPE_TRANSPOSE] = true,
	[SHAPE_REDUCE] = true,
	[SHAPE_REDUCE_SOME] = true,
	[SHAPE_SORT] = true,
	[SHAPE_RESHAPE] = true,
	[SHAPE_CONCAT] = true,
	[SHAPE_EXPAND_DIMS] = true,
	[SHAPE_SAME_AXIS] = true,
	[SHAPE_SCAN] = true,
	[SHAPE_SEARCH] = true,
	[SHAPE_QUANTILE] = true,
	[SHAPE_PERCENTILE] = true,
	[SHAPE_NORM] = true,
	[SHAPE_HISTOGRAM] = true,
	[SHAPE_BINCOUNT] = true,
	[SHAPE_UNIQUE] = true,
	[SHAPE_UNIQUE_FLAT] = true,
	[SHAPE_UNIQUE_INVERSE] = true,
	[SHAPE_ARGWHERE] = true,
	[SHAPE_FOUND] = true,
	[SHAPE_VALUES] = true,
	[SHAPE_SELECT] = true,
	[SHAPE_BATCH_NORM] = true,
	[SHAPE_SQUARE] = true,
	[SHAPE_DET] = true,
	[SHAPE_SOLVE] = true,
	[SHAPE_SLICE] = true,
	[SHAPE_REVERSE] = true,
	[SHAPE_SQUEEZE] = true,
	[SHAPE_FLATTEN] = true,
	[SHAPE_SWAPAXES] = true,
	[SHAPE_MOVEAXIS] = true,
	[SHAPE_BROADCAST_TO] = true,
	[SHAPE_DIAG] = true,
	[SHAPE_DIAGONAL] = true,
	[SHAPE_TRACE] = true,
	[SHAPE_TRIANGLE] = true,
	[SHAPE_OUTER] = true,
	[SHAPE_STACK] = true,
	[SHAPE_TILE] = true,
	[SHAPE_REPEAT] = true,
	[SHAPE_PAD] = true,
	[SHAPE_ROLL] = true,
	[SHAPE_GATHER] = true,
	[SHAPE_ALONG] = true,
	[SHAPE_SCATTER] = true,
	[SHAPE_ONE_HOT] = true,
	[SHAPE_LENGTHS] = true,
	[SHAPE_SCALAR] = true,
};

static enum error
check_known(const struct infer *f)
{
	size_t i;

	if (f->row->shape < sizeof(takes_unknown) &&
	    takes_unknown[f->row->shape])
		return E_OK;
	for (i = 0; i < f->n_in; i++) {
		if (!shape_known(f->in[i]))
			return op_fail(f->e, E_LENGTH, (int32_t)i, 0, 0, 0, 0);
	}
	return E_OK;
}

enum error
op_infer(const struct op_row *row, const struct shape *const *in, size_t n_in,
    const struct op_params *params, int64_t max_bytes, struct shape *out,
    struct op_error *e)
{
	struct infer f = { row, in, n_in, params->p, out, e };
	int64_t bytes;

	if (n_in < row->min || n_in > row->max ||
	    (n_in == 0 && row->shape == SHAPE_SOURCE))
		return op_fail(e, E_ARITY, -1, (int64_t)n_in, row->min,
		    row->max, 0);
	memset(out, 0, sizeof(*out));
	if (infer_dtype(&f) != E_OK)
		return e->code;
	if (check_known(&f) != E_OK || shape_rules[row->shape](&f) != E_OK)
		return e->code;
	bytes = shape_bytes(out);
	if (!shape_sound(out) || bytes > max_bytes)
		return op_fail(e, E_OVERFLOW, -1, shape_elements(out),
		    max_bytes, 0, 0);
	return E_OK;
}
