/*
 * Matrix products: for each block of 256 k, s = +0; s = s + a * b ascending;
 * the blocks' sums are added in turn.  Bools: any of the ands.
 */
#include "compute/ref/ref.h"

#define BLOCK 256

/* Row a0 + k * sa of a with column b0 + k * sb of b. */
static struct ref_number
inner(const struct ref_value *a, int64_t a0, int64_t sa,
    const struct ref_value *b, int64_t b0, int64_t sb, int64_t n,
    enum dtype dtype)
{
	struct ref_number c = { 0, 0, 0 };

	for (int64_t from = 0; from < n; from += BLOCK) {
		struct ref_number s = { 0, 0, 0 };

		for (int64_t k = from; k < n && k < from + BLOCK; k++) {
			struct ref_number x = ref_get(a, a0 + k * sa, dtype);
			struct ref_number y = ref_get(b, b0 + k * sb, dtype);

			s.f32 = s.f32 + x.f32 * y.f32;
			s.f64 = s.f64 + x.f64 * y.f64;
			s.i = dtype == DT_BOOL ? (s.i | (x.i & y.i)) :
			    (int64_t)((uint64_t)s.i + (uint64_t)x.i *
			    (uint64_t)y.i);
		}
		if (from == 0) {
			c = s;
			continue;
		}
		c.f32 = c.f32 + s.f32;
		c.f64 = c.f64 + s.f64;
		c.i = dtype == DT_BOOL ? (c.i | s.i) :
		    (int64_t)((uint64_t)c.i + (uint64_t)s.i);
	}
	return c;
}

/* Flat position of the matrix in v that batch index belongs to. */
static int64_t
batch(const struct shape *v, const int64_t *index, uint32_t n)
{
	uint32_t own = v->ndim > 2 ? v->ndim - 2u : 0;
	int64_t at = 0;

	for (uint32_t i = 0; i < own; i++)
		at = at * v->dims[i] +
		    (v->dims[i] == 1 ? 0 : index[n - own + i]);
	return at * (v->ndim > 1 ? v->dims[v->ndim - 2] : 1) *
	    v->dims[v->ndim - 1];
}

/* dot: every row of a meets every matrix of b. */
void
ref_matmul(bool dot, const struct ref_value *in, struct ref_value *out)
{
	const struct shape *a = &in[0].shape, *b = &in[1].shape;
	int64_t n = a->dims[a->ndim - 1], index[TENSOR_RANK];
	int64_t columns = b->ndim > 1 ? b->dims[b->ndim - 1] : 1;
	uint32_t taken = (a->ndim > 1) + (b->ndim > 1);

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		int64_t a0, b0, row = 0;

		ref_index(&out->shape, o, index);
		if (dot) {
			a0 = o / (shape_elements(&out->shape) /
			    (n == 0 ? 1 : shape_elements(a) / n)) * n;
			b0 = batch(b, index + a->ndim - 1,
			    b->ndim > 2 ? b->ndim - 2u : 0);
		} else {
			uint32_t axes = out->shape.ndim - taken;

			if (a->ndim > 1)
				row = index[axes];
			a0 = batch(a, index, axes) + row * n;
			b0 = batch(b, index, axes);
		}
		if (b->ndim > 1)
			b0 += index[out->shape.ndim - 1];
		ref_set(out, o, inner(&in[0], a0, 1, &in[1], b0, columns, n,
		    out->shape.dtype));
	}
}
