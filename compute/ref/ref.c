/*
 * The reference: numbers, positions, and which family an op belongs to.
 */
#include "compute/lower.h"
#include "compute/ref/ref.h"

#include <string.h>

struct ref_number
ref_get(const struct ref_value *v, int64_t at, enum dtype as)
{
	struct ref_number n = { 0, 0, 0 };

	switch (v->shape.dtype) {
	case DT_BOOL:
		n.i = ((const uint8_t *)v->bytes)[at];
		break;
	case DT_I32:
		n.i = ((const int32_t *)v->bytes)[at];
		break;
	case DT_I64:
		n.i = ((const int64_t *)v->bytes)[at];
		break;
	case DT_F32:
		n.f32 = ((const float *)v->bytes)[at];
		n.f64 = (double)n.f32;
		return n;
	default:
		n.f64 = ((const double *)v->bytes)[at];
		return n;
	}
	if (as == DT_F32) {
		n.f32 = (float)n.i;
		n.f64 = (double)n.f32;
	}
	if (as == DT_F64)
		n.f64 = (double)n.i;
	return n;
}

void
ref_set(struct ref_value *v, int64_t at, struct ref_number n)
{
	switch (v->shape.dtype) {
	case DT_BOOL:
		((uint8_t *)v->bytes)[at] = n.i != 0;
		break;
	case DT_I32:
		((int32_t *)v->bytes)[at] = (int32_t)n.i;
		break;
	case DT_I64:
		((int64_t *)v->bytes)[at] = n.i;
		break;
	case DT_F32:
		((float *)v->bytes)[at] = n.f32;
		break;
	default:
		((double *)v->bytes)[at] = n.f64;
	}
}

void
ref_index(const struct shape *s, int64_t at, int64_t *index)
{
	for (uint32_t i = s->ndim; i-- > 0;) {
		index[i] = at % s->dims[i];
		at /= s->dims[i];
	}
}

int64_t
ref_flat(const struct shape *s, const int64_t *index)
{
	int64_t at = 0;

	for (uint32_t i = 0; i < s->ndim; i++)
		at = at * s->dims[i] + index[i];
	return at;
}

static int32_t
one_axis(const struct param *p, uint32_t ndim)
{
	if (p->n < 0)
		return -1;
	return (int32_t)(p->v[0] < 0 ? p->v[0] + ndim : p->v[0]);
}

static enum error
reduced(const struct op_row *row, const struct param *p,
    const struct ref_value *in, struct ref_value *out)
{
	uint32_t ndim = in[0].shape.ndim, bits;
	struct op_error e;

	if (row->dtype == DTYPE_INT64) {
		ref_arg(row->code, one_axis(p, ndim), in, out);
		return E_OK;
	}
	if (op_axes(p, ndim, &bits, &e) != E_OK)
		return e.code;
	if (row->code == OP_MEDIAN || row->code == OP_MODE)
		ref_rank(row->code, bits, in, out);
	else
		ref_reduce(row->code, bits, in, out);
	return E_OK;
}

static enum error
quantiles(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	struct op_error e;
	uint32_t bits;

	if (op_axes(p, in[0].shape.ndim, &bits, &e) != E_OK)
		return e.code;
	return ref_quantile(bits, in, out);
}

/* Ops along axes; false: none of them.  *r says how it went. */
static bool
ref_along_axes(const struct op_row *row, const struct param *p,
    const struct ref_value *in, size_t n_in, struct ref_value *out,
    enum error *r)
{
	uint32_t ndim = n_in > 0 ? in[0].shape.ndim : 0;

	*r = E_OK;
	switch (row->shape) {
	case SHAPE_REDUCE:
	case SHAPE_REDUCE_SOME:
		*r = reduced(row, p, in, out);
		return true;
	case SHAPE_TOPK:
		ref_topk(row->code == OP_TOPK, one_axis(p + 1, ndim), in,
		    out);
		return true;
	case SHAPE_BINCOUNT:
		*r = ref_bincount(p, in, n_in, out);
		return true;
	case SHAPE_HISTOGRAM:
		*r = ref_histogram(row->code == OP_HISTOGRAM_EDGES, p, in,
		    out);
		return true;
	case SHAPE_QUANTILE:
		*r = quantiles(p, in, out);
		return true;
	case SHAPE_SCAN:
		if (row->code == OP_ARGSORT)
			ref_argsort(one_axis(p, ndim), in, out);
		else
			ref_scan(row->code, one_axis(p, ndim), in, out);
		return true;
	case SHAPE_SEARCH:
		ref_search(p->v[0] != 0, in, out);
		return true;
	case SHAPE_SORT:
		ref_sort(one_axis(p, ndim), in, out);
		return true;
	case SHAPE_CONCAT:
		ref_concat(one_axis(p, out->shape.ndim), in, n_in, out);
		return true;
	default:
		return false;
	}
}

/* Ops whose lengths data decides; false: none of them. */
static bool
ref_sized(const struct op_row *row, const struct param *p,
    const struct ref_value *in, struct ref_value *out)
{
	switch (row->code) {
	case OP_UNIQUE:
	case OP_UNIQUE_INDEX:
	case OP_UNIQUE_INVERSE:
	case OP_UNIQUE_COUNTS:
		ref_unique(row->code, one_axis(p, in[0].shape.ndim), in, out);
		return true;
	case OP_ARGWHERE:
	case OP_FLATNONZERO:
	case OP_BOOLEAN_INDEX:
		ref_pick(row->code, in, out);
		return true;
	case OP_FOUND_INDICES:
	case OP_FOUND_COUNTS:
		ref_find(row->code, in, out);
		return true;
	default:
		return false;
	}
}

static enum error
transposed(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	uint32_t perm[TENSOR_RANK];
	struct op_error e;

	if (op_permutation(p, in[0].shape.ndim, perm, &e) != E_OK)
		return e.code;
	ref_transpose(perm, in, out);
	return E_OK;
}

enum error
ref_op(const struct op_row *row, const struct op_params *params,
    const struct ref_value *in, size_t n_in, struct ref_value *out)
{
	const struct param *p = &params->p[0];
	enum error r;

	if (lower_function(row->code) != NULL)
		return ref_compound(row, params, in, n_in, out);
	if (ref_indexed(row->code, p, in, out, &r) ||
	    ref_along_axes(row, p, in, n_in, out, &r))
		return r;
	if (ref_move(row->code, p, in, out) ||
	    ref_make(row->code, p, in, out) || ref_sized(row, p, in, out))
		return E_OK;
	switch (row->shape) {
	case SHAPE_MATMUL:
	case SHAPE_DOT:
		if (in[0].shape.ndim == 0 || in[1].shape.ndim == 0)
			return ref_elementwise(OP_MUL, in, n_in, out);
		ref_matmul(row->shape == SHAPE_DOT, in, out);
		return E_OK;
	case SHAPE_SQUARE:
	case SHAPE_DET:
	case SHAPE_SOLVE:
		return ref_linalg(row->code, in, out);
	case SHAPE_TRANSPOSE:
		return transposed(p, in, out);
	case SHAPE_RANDOM_NUMBERS:
		ref_random(p, out);
		return E_OK;
	case SHAPE_WINDOWS:
		ref_windows(p, in, out);
		return E_OK;
	case SHAPE_WINDOWS_SUM:
		ref_windows_sum(p, in, out);
		return E_OK;
	case SHAPE_RESHAPE:
	case SHAPE_EXPAND_DIMS:
	case SHAPE_SOURCE:
		memcpy(out->bytes, in[0].bytes,
		    (size_t)shape_bytes(&out->shape));
		return E_OK;
	default:
		if (row->code >= OP_FLOOR && row->code <= OP_FULL_LIKE) {
			ref_elem(row, in, n_in, out);
			return E_OK;
		}
		return ref_elementwise(row->code, in, n_in, out);
	}
}
