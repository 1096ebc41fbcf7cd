/*
 * Scans: each element joins what came before it.  Sorted indices and searches:
 * by the same order as sort.
 */
#include "compute/ref/ref.h"

static struct ref_number
join(enum op_code code, struct ref_number a, struct ref_number b)
{
	bool sum = code == OP_CUMSUM;
	struct ref_number r;

	r.f32 = sum ? a.f32 + b.f32 : a.f32 * b.f32;
	r.f64 = sum ? a.f64 + b.f64 : a.f64 * b.f64;
	r.i = (int64_t)(sum ? (uint64_t)a.i + (uint64_t)b.i :
	    (uint64_t)a.i * (uint64_t)b.i);
	return r;
}

void
ref_scan(enum op_code code, int32_t axis, const struct ref_value *in,
    struct ref_value *out)
{
	const struct shape *s = &in->shape;
	int64_t n = ref_lane_length(s, axis);
	int64_t lanes = n == 0 ? 0 : shape_elements(s) / n;

	for (int64_t o = 0; o < lanes; o++) {
		struct ref_number acc = { 0, 0, 0 };

		for (int64_t j = 0; j < n; j++) {
			int64_t at = ref_lane(s, axis, o, j);
			struct ref_number x = ref_get(in, at, s->dtype);

			acc = j == 0 ? x : join(code, acc, x);
			ref_set(out, at, acc);
		}
	}
}

/* How many elements of the lane stand before element j. */
static int64_t
place(const struct ref_value *in, int32_t axis, int64_t o, int64_t j,
    bool descending)
{
	const struct shape *s = &in->shape;
	struct ref_number x = ref_get(in, ref_lane(s, axis, o, j), s->dtype);
	int64_t n = 0;

	for (int64_t k = 0; k < ref_lane_length(s, axis); k++) {
		struct ref_number y = ref_get(in, ref_lane(s, axis, o, k),
		    s->dtype);
		bool less = ref_before(s->dtype, y, x);
		bool more = ref_before(s->dtype, x, y);

		n += (descending ? more : less) || (!less && !more && k < j);
	}
	return n;
}

static void
argsort(bool descending, bool values, int32_t axis, const struct ref_value *in,
    struct ref_value *out)
{
	const struct shape *s = &in->shape;
	int64_t n = ref_lane_length(s, axis);
	int64_t taken = ref_lane_length(&out->shape, axis);
	int64_t lanes = n == 0 ? 0 : shape_elements(s) / n;

	for (int64_t o = 0; o < lanes; o++)
		for (int64_t j = 0; j < n; j++) {
			int64_t k = place(in, axis, o, j, descending);
			struct ref_number index = { 0, 0, j };

			if (k < taken)
				ref_set(out, ref_lane(&out->shape, axis, o, k),
				    values ? ref_get(in, ref_lane(s, axis, o,
				    j), s->dtype) : index);
		}
}

void
ref_argsort(int32_t axis, const struct ref_value *in, struct ref_value *out)
{
	argsort(false, false, axis, in, out);
}

void
ref_topk(bool values, int32_t axis, const struct ref_value *in,
    struct ref_value *out)
{
	argsort(true, values, axis, in, out);
}

void
ref_search(bool right, const struct ref_value *in, struct ref_value *out)
{
	enum dtype dtype = dtype_promote(in[0].shape.dtype, in[1].shape.dtype);

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		struct ref_number v = ref_get(&in[1], o, dtype);
		struct ref_number low = { 0, 0, 0 };
		int64_t high = in[0].shape.dims[0];

		while (low.i < high) {
			int64_t middle = low.i + (high - low.i) / 2;
			struct ref_number x = ref_get(&in[0], middle, dtype);

			if (right ? !ref_before(dtype, v, x) :
			    ref_before(dtype, x, v))
				low.i = middle + 1;
			else
				high = middle;
		}
		ref_set(out, o, low);
	}
}
