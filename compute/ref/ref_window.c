/*
 * Windows and their adjoint: every element by its place in the image.
 */
#include "compute/ref/ref.h"

#include <string.h>

/* Flat position in the image of element index, or -1: in the padding. */
static int64_t
place(const struct shape *image, const struct op_window *w,
    const int64_t *index)
{
	int64_t at[TENSOR_RANK];
	uint32_t lead = image->ndim - 2u;

	for (uint32_t i = 0; i < lead; i++)
		at[i] = index[i];
	for (uint32_t i = 0; i < 2; i++) {
		at[lead + i] = index[lead + i] * w->stride[i] +
		    index[lead + 2 + i] * w->dilation[i] - w->padding[i];
		if (at[lead + i] < 0 ||
		    at[lead + i] >= image->dims[lead + i])
			return -1;
	}
	return ref_flat(image, at);
}

void
ref_windows(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t index[TENSOR_RANK], from;
	double fill = param_float(&p[4]);
	struct ref_number outside = { fill, (float)fill, INT64_MIN };
	struct op_window w;
	struct op_error e;

	if (fill >= -0x1p63 && fill < 0x1p63)
		outside.i = (int64_t)fill;
	if (out->shape.dtype == DT_BOOL)
		outside.i = fill > 0;
	if (out->shape.dtype == DT_I32 && !(fill >= -0x1p31 && fill < 0x1p31))
		outside.i = INT32_MIN;
	if (op_windows(p, &in->shape, &w, &e) != E_OK)
		return;
	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		ref_index(&out->shape, o, index);
		from = place(&in->shape, &w, index);
		ref_set(out, o, from < 0 ? outside :
		    ref_get(in, from, out->shape.dtype));
	}
}

static struct ref_number
add(enum dtype dtype, struct ref_number a, struct ref_number b)
{
	a.f64 = a.f64 + b.f64;
	a.f32 = a.f32 + b.f32;
	a.i = dtype == DT_BOOL ? (a.i | b.i) :
	    (int64_t)((uint64_t)a.i + (uint64_t)b.i);
	return a;
}

/* From +0, by places in the window, rows first. */
void
ref_windows_sum(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t index[TENSOR_RANK], to, n = shape_elements(&in->shape);
	enum dtype dtype = out->shape.dtype;
	uint32_t last = in->shape.ndim - 2u;
	struct op_window w;
	struct op_error e;

	memset(out->bytes, 0, (size_t)shape_bytes(&out->shape));
	if (op_windows_sum(p, &in->shape, &w, &e) != E_OK)
		return;
	for (int64_t k = 0; n > 0 && k < w.size[0] * w.size[1]; k++)
		for (int64_t i = 0; i < n; i++) {
			ref_index(&in->shape, i, index);
			if (index[last] * w.size[1] + index[last + 1] != k)
				continue;
			to = place(&out->shape, &w, index);
			if (to < 0)
				continue;
			ref_set(out, to, add(dtype, ref_get(out, to, dtype),
			    ref_get(in, i, dtype)));
		}
}
