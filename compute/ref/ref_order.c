/*
 * argmax, argmin, sort: the first winner, NaN beats all; sorted ascending,
 * NaN last, equal ones (also -0 and +0) as they stood.
 */
#include "compute/ref/ref.h"

#include <string.h>

bool
ref_before(enum dtype dtype, struct ref_number a, struct ref_number b)
{
	if (!dtype_is_float(dtype))
		return a.i < b.i;
	return a.f64 < b.f64 || (a.f64 == a.f64 && b.f64 != b.f64);
}

int64_t
ref_lane(const struct shape *s, int32_t axis, int64_t o, int64_t j)
{
	int64_t inner = 1;

	if (axis < 0 || s->ndim == 0)
		return j;
	for (uint32_t i = (uint32_t)axis + 1; i < s->ndim; i++)
		inner *= s->dims[i];
	return o / inner * inner * s->dims[axis] + j * inner + o % inner;
}

int64_t
ref_lane_length(const struct shape *s, int32_t axis)
{
	return axis < 0 || s->ndim == 0 ? shape_elements(s) : s->dims[axis];
}

void
ref_arg(enum op_code code, int32_t axis, const struct ref_value *in,
    struct ref_value *out)
{
	enum dtype dtype = in->shape.dtype;
	int64_t n = ref_lane_length(&in->shape, axis);

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		struct ref_number best = { 0, 0, 0 };

		for (int64_t j = 0; j < n; j++) {
			struct ref_number x = ref_get(in, ref_lane(&in->shape,
			    axis, o, j), dtype), old;
			bool is_nan = dtype_is_float(dtype) && x.f64 != x.f64;

			old = ref_get(in, ref_lane(&in->shape, axis, o, best.i),
			    dtype);
			if (dtype_is_float(dtype) && old.f64 != old.f64)
				break;
			if (is_nan || (code == OP_ARGMAX ?
			    ref_before(dtype, old, x) : ref_before(dtype, x, old)))
				best.i = j;
		}
		ref_set(out, o, best);
	}
}

void
ref_sort(int32_t axis, const struct ref_value *in, struct ref_value *out)
{
	enum dtype dtype = in->shape.dtype;
	int64_t n = ref_lane_length(&in->shape, axis);
	int64_t lanes = n == 0 ? 0 : shape_elements(&in->shape) / n;

	for (int64_t o = 0; o < lanes; o++)
		for (int64_t j = 0; j < n; j++) {
			struct ref_number x = ref_get(in, ref_lane(&in->shape,
			    axis, o, j), dtype);
			int64_t k = j;

			for (; k > 0; k--) {
				struct ref_number y = ref_get(out,
				    ref_lane(&in->shape, axis, o, k - 1), dtype);

				if (!ref_before(dtype, x, y))
					break;
				ref_set(out, ref_lane(&in->shape, axis, o, k), y);
			}
			ref_set(out, ref_lane(&in->shape, axis, o, k), x);
		}
}
