/*
 * Ops whose data decides a length: unique, where something is true, where
 * values are.  They fill in the lengths of out's shape, whose bytes have room
 * for the most.
 */
#include "compute/ref/ref.h"

#include <string.h>

/* Rows of an array along an axis. */
struct rows {
	const struct ref_value	*in;
	int64_t			 n, outer, inner;
	bool			 apart;		/* no NaN equals another */
};

static struct ref_number
get(const struct rows *r, int64_t row, int64_t k)
{
	return ref_get(r->in, (k / r->inner * r->n + row) * r->inner +
	    k % r->inner, r->in->shape.dtype);
}

/* < 0: row a belongs before row b. */
static int
compare(const struct rows *r, int64_t a, int64_t b)
{
	enum dtype dtype = r->in->shape.dtype;

	for (int64_t k = 0; k < r->outer * r->inner; k++) {
		if (ref_before(dtype, get(r, a, k), get(r, b, k)))
			return -1;
		if (ref_before(dtype, get(r, b, k), get(r, a, k)))
			return 1;
	}
	return 0;
}

static bool
has_nan(const struct rows *r, int64_t row)
{
	for (int64_t k = 0; k < r->outer * r->inner; k++) {
		double x = get(r, row, k).f64;

		if (dtype_is_float(r->in->shape.dtype) && x != x)
			return true;
	}
	return false;
}

/* Rows in order, those that are equal as they stood. */
static void
sort(const struct rows *r, int64_t *order)
{
	for (int64_t i = 0; i < r->n; i++) {
		int64_t k = i;

		for (; k > 0 && compare(r, i, order[k - 1]) < 0; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
}

/* Row number u of the result, of so many, is this one. */
static void
put_row(const struct rows *r, int64_t row, int64_t u, int64_t many,
    struct ref_value *out)
{
	for (int64_t k = 0; k < r->outer * r->inner; k++)
		ref_set(out, (k / r->inner * many + u) * r->inner +
		    k % r->inner, get(r, row, k));
}

static void
put(struct ref_value *out, int64_t at, int64_t i)
{
	struct ref_number n = { 0, 0, i };

	ref_set(out, at, n);
}

/* The result, of rows that begin at starts in order. */
static void
write(enum op_code code, const struct rows *r, const int64_t *order,
    const int64_t *starts, int64_t many, struct ref_value *out)
{
	for (int64_t u = 0; u < many; u++) {
		if (code == OP_UNIQUE)
			put_row(r, order[starts[u]], u, many, out);
		else if (code == OP_UNIQUE_INDEX)
			put(out, u, order[starts[u]]);
		else if (code == OP_UNIQUE_COUNTS)
			put(out, u, starts[u + 1] - starts[u]);
		else
			for (int64_t j = starts[u]; j < starts[u + 1]; j++)
				put(out, order[j], u);
	}
}

void
ref_unique(enum op_code code, int32_t axis, const struct ref_value *in,
    struct ref_value *out)
{
	const struct shape *s = &in->shape;
	struct rows r = { in, shape_elements(s), 1, 1, axis >= 0 };
	int64_t *order, *starts, many = 0;

	for (int32_t i = 0; axis >= 0 && i < s->ndim; i++) {
		if (i == axis)
			r.n = s->dims[i];
		else if (i < axis)
			r.outer *= s->dims[i];
		else
			r.inner *= s->dims[i];
	}
	order = xmalloc((size_t)(2 * r.n + 1) * sizeof *order);
	starts = order + r.n;
	sort(&r, order);
	for (int64_t j = 0; j < r.n; j++)
		if (j == 0 || compare(&r, order[j - 1], order[j]) != 0 ||
		    (r.apart && has_nan(&r, order[j])))
			starts[many++] = j;
	starts[many] = r.n;
	if (code != OP_UNIQUE_INVERSE)
		out->shape.dims[code == OP_UNIQUE && axis >= 0 ? axis : 0] =
		    many;
	write(code, &r, order, starts, many, out);
	xfree(order);
}

static bool
is_true(const struct ref_value *v, int64_t at)
{
	struct ref_number n = ref_get(v, at, v->shape.dtype);

	return dtype_is_float(v->shape.dtype) ? n.f64 != 0 : n.i != 0;
}

void
ref_pick(enum op_code code, const struct ref_value *in, struct ref_value *out)
{
	const struct ref_value *mask = code == OP_BOOLEAN_INDEX ? &in[1] : in;
	int64_t n = shape_elements(&mask->shape), many = 0, inner = 1;
	int64_t index[TENSOR_RANK];

	for (uint32_t i = mask->shape.ndim; i < in->shape.ndim; i++)
		inner *= in->shape.dims[i];
	for (int64_t at = 0; at < n; at++) {
		if (!is_true(mask, at))
			continue;
		if (code == OP_BOOLEAN_INDEX)
			for (int64_t k = 0; k < inner; k++)
				ref_set(out, many * inner + k, ref_get(in,
				    at * inner + k, in->shape.dtype));
		ref_index(&mask->shape, at, index);
		if (code == OP_ARGWHERE)
			for (uint32_t k = 0; k < in->shape.ndim; k++)
				put(out, many * in->shape.ndim + k, index[k]);
		if (code == OP_FLATNONZERO)
			put(out, many, at);
		many++;
	}
	out->shape.dims[0] = many;
}

void
ref_find(enum op_code code, const struct ref_value *in, struct ref_value *out)
{
	enum dtype dtype = dtype_promote(in[0].shape.dtype,
	    in[1].shape.dtype);
	int64_t n = shape_elements(&in[0].shape), many = 0, before;

	for (int64_t v = 0; v < shape_elements(&in[1].shape); v++) {
		struct ref_number want = ref_get(&in[1], v, dtype);

		before = many;
		for (int64_t at = 0; at < n; at++) {
			struct ref_number x = ref_get(&in[0], at, dtype);

			if (dtype_is_float(dtype) ? x.f64 != want.f64 :
			    x.i != want.i)
				continue;
			if (code == OP_FOUND_INDICES)
				put(out, many, at);
			many++;
		}
		if (code == OP_FOUND_COUNTS)
			put(out, v, many - before);
	}
	if (code == OP_FOUND_INDICES)
		out->shape.dims[0] = many;
}
