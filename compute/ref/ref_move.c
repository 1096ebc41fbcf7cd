/*
 * Ops that move elements: where each element of the output comes from.
 */
#include "common/op_move.h"
#include "compute/ref/ref.h"

/* The element of a 2-d place that lies k from the diagonal, and its row. */
static bool
on_diagonal(int64_t row, int64_t column, int64_t k, int64_t *at)
{
	*at = k < 0 ? column : row;
	return column - row == k;
}

static void
take(struct ref_value *out, int64_t o, const struct ref_value *in,
    const int64_t *from)
{
	ref_set(out, o, ref_get(in, ref_flat(&in->shape, from),
	    (enum dtype)out->shape.dtype));
}

/* Where along a padded axis of n; -1: nowhere. */
static int64_t
padded(int64_t at, int64_t n, int64_t mode)
{
	int64_t period = mode == 2 ? 2 * n - 2 : mode == 3 ? 2 * n : n;

	if (mode == 0)
		return at < 0 || at >= n ? -1 : at;
	if (mode == 1)
		return at < 0 ? 0 : at >= n ? n - 1 : at;
	if (period == 0)
		return 0;
	at %= period;
	at += at < 0 ? period : 0;
	return at < n ? at : mode == 2 ? period - at : period - 1 - at;
}

static struct ref_number
number(double x, enum dtype dtype)
{
	struct ref_number n = { x, (float)x, tensor_integer(x, dtype) };

	return n;
}

static void
ref_pad(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t before[TENSOR_RANK], after[TENSOR_RANK], index[TENSOR_RANK];
	struct op_error e;

	if (op_pads(p, in->shape.ndim, before, after, &e) != E_OK)
		return;
	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		bool inside = true;

		ref_index(&out->shape, o, index);
		for (uint32_t i = 0; i < in->shape.ndim; i++) {
			index[i] = padded(index[i] - before[i],
			    in->shape.dims[i], p[1].v[0]);
			inside = inside && index[i] >= 0;
		}
		if (inside)
			take(out, o, in, index);
		else
			ref_set(out, o, number(param_float(&p[2]),
			    (enum dtype)out->shape.dtype));
	}
}

static void
ref_roll(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t shift[TENSOR_RANK], index[TENSOR_RANK];
	int64_t n = shape_elements(&in->shape);
	struct op_error e;

	if (op_shifts(p, &in->shape, shift, &e) != E_OK)
		return;
	for (int64_t i = 0; i < n; i++) {
		int64_t to = (i + shift[0]) % n;

		if (p[1].n >= 0) {
			ref_index(&in->shape, i, index);
			for (uint32_t k = 0; k < in->shape.ndim; k++)
				index[k] = (index[k] + shift[k]) %
				    in->shape.dims[k];
			to = ref_flat(&in->shape, index);
		}
		ref_set(out, to, ref_get(in, i,
		    (enum dtype)out->shape.dtype));
	}
}

static void
ref_stack(uint32_t axis, const struct ref_value *in, struct ref_value *out)
{
	int64_t index[TENSOR_RANK], from[TENSOR_RANK];

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		uint32_t n = 0;

		ref_index(&out->shape, o, index);
		for (uint32_t i = 0; i < out->shape.ndim; i++)
			if (i != axis)
				from[n++] = index[i];
		take(out, o, &in[index[axis]], from);
	}
}

static void
ref_diagonal(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t index[TENSOR_RANK], from[TENSOR_RANK];
	struct op_diagonal d;
	struct op_error e;

	if (op_diagonal(p, &in->shape, &d, &e) != E_OK)
		return;
	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		uint32_t n = 0;

		ref_index(&out->shape, o, index);
		for (uint32_t i = 0; i < in->shape.ndim; i++)
			if (i != d.row_axis && i != d.column_axis)
				from[i] = index[n++];
		from[d.row_axis] = d.row + index[n];
		from[d.column_axis] = d.column + index[n];
		take(out, o, in, from);
	}
}

/* Of a sequence its matrix. */
static void
ref_diag(int64_t k, const struct ref_value *in, struct ref_value *out)
{
	int64_t index[TENSOR_RANK], at;

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		ref_index(&out->shape, o, index);
		if (on_diagonal(index[0], index[1], k, &at))
			take(out, o, in, &at);
		else
			ref_set(out, o, number(0, DT_BOOL));
	}
}

static void
ref_triangle(bool upper, int64_t k, const struct ref_value *in,
    struct ref_value *out)
{
	uint32_t ndim = out->shape.ndim;
	int64_t index[TENSOR_RANK];

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		bool kept;

		ref_index(&out->shape, o, index);
		kept = upper ? index[ndim - 1] - index[ndim - 2] >= k :
		    index[ndim - 1] - index[ndim - 2] <= k;
		if (kept)
			take(out, o, in, in->shape.ndim == 1 ? index + 1 :
			    index);
		else
			ref_set(out, o, number(0, DT_BOOL));
	}
}

/* Each axis of the output alone says where along the input's it is from. */
static bool
ref_by_axis(enum op_code code, const struct param *p,
    const struct ref_value *in, struct ref_value *out)
{
	uint32_t ndim = in->shape.ndim, add = out->shape.ndim - ndim, bits = 0;
	int64_t index[TENSOR_RANK];
	struct op_cut w;
	struct op_along a;
	struct op_error e;

	if (code == OP_SLICE && op_slice(p, &in->shape, &w, &e) != E_OK)
		return false;
	if (code == OP_REVERSE && op_reversed(p, ndim, &bits, &e) != E_OK)
		return false;
	if (code == OP_REPEAT && op_along(&p[1], &in->shape, &a, &e) != E_OK)
		return false;
	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		ref_index(&out->shape, o, index);
		for (uint32_t i = 0; i < ndim; i++) {
			int64_t at = index[add + i], n = in->shape.dims[i];

			index[i] = code == OP_SLICE ?
			    w.begin[i] + at * w.step[i] :
			    code == OP_REVERSE ?
			    ((bits >> i & 1) != 0 ? n - 1 - at : at) :
			    code == OP_REPEAT ?
			    (i == a.axis ? at / p[0].v[0] : at) :
			    n == 0 ? 0 : at % n;
		}
		take(out, o, in, index);
	}
	return true;
}

static void
ref_same_order(const struct ref_value *in, int64_t repeats,
    struct ref_value *out)
{
	for (int64_t o = 0; o < shape_elements(&out->shape); o++)
		ref_set(out, o, ref_get(in, o / repeats,
		    (enum dtype)out->shape.dtype));
}

bool
ref_move(enum op_code code, const struct param *p,
    const struct ref_value *in, struct ref_value *out)
{
	uint32_t perm[TENSOR_RANK], ndim;
	struct op_error e;

	switch (code) {
	case OP_REPEAT:
		if (p[1].n < 0 || in->shape.ndim == 0) {
			ref_same_order(in, p[0].v[0], out);
			return true;
		}
		return ref_by_axis(code, p, in, out);
	case OP_SLICE:
	case OP_REVERSE:
	case OP_BROADCAST_TO:
	case OP_TILE:
		return ref_by_axis(code, p, in, out);
	case OP_SQUEEZE:
	case OP_FLATTEN:
		ref_same_order(in, 1, out);
		return true;
	case OP_SWAPAXES:
	case OP_MOVEAXIS:
		ndim = in->shape.ndim;
		if ((code == OP_SWAPAXES ? op_swapped(p, ndim, perm, &e) :
		    op_moved(p, ndim, perm, &e)) == E_OK)
			ref_transpose(perm, in, out);
		return true;
	case OP_DIAG:
		if (in->shape.ndim == 1) {
			ref_diag(p[0].v[0], in, out);
		} else {
			const struct param whole[3] = { p[0],
				{ 1, { 0 } }, { 1, { 1 } } };

			ref_diagonal(whole, in, out);
		}
		return true;
	case OP_DIAGONAL:
		ref_diagonal(p, in, out);
		return true;
	case OP_TRIL:
	case OP_TRIU:
		ref_triangle(code == OP_TRIU, p[0].v[0], in, out);
		return true;
	case OP_STACK:
		ref_stack((uint32_t)(p[0].v[0] < 0 ? p[0].v[0] +
		    out->shape.ndim : p[0].v[0]), in, out);
		return true;
	case OP_PAD:
		ref_pad(p, in, out);
		return true;
	case OP_ROLL:
		ref_roll(p, in, out);
		return true;
	default:
		return false;
	}
}
