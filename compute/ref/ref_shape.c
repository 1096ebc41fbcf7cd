/*
 * Ops that only move elements.
 */
#include "compute/ref/ref.h"

void
ref_transpose(const uint32_t *perm, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t index[TENSOR_RANK], from[TENSOR_RANK];

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		ref_index(&out->shape, o, index);
		for (uint32_t i = 0; i < out->shape.ndim; i++)
			from[perm[i]] = index[i];
		ref_set(out, o, ref_get(in, ref_flat(&in->shape, from),
		    out->shape.dtype));
	}
}

/* The whole of v as a sequence behind what is in out already. */
static int64_t
append(const struct ref_value *v, struct ref_value *out, int64_t at)
{
	for (int64_t i = 0; i < shape_elements(&v->shape); i++)
		ref_set(out, at++, ref_get(v, i, out->shape.dtype));
	return at;
}

void
ref_concat(int32_t axis, const struct ref_value *in, size_t n_in,
    struct ref_value *out)
{
	int64_t start = 0, index[TENSOR_RANK];

	for (size_t k = 0; k < n_in; k++) {
		const struct shape *s = &in[k].shape;

		if (axis < 0 || s->ndim == 0) {
			start = append(&in[k], out, start);
			continue;
		}
		for (int64_t i = 0; i < shape_elements(s); i++) {
			ref_index(s, i, index);
			index[axis] += start;
			ref_set(out, ref_flat(&out->shape, index),
			    ref_get(&in[k], i, out->shape.dtype));
		}
		start += s->dims[axis];
	}
}
