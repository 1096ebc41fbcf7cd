/*
 * Ops that read or write by index, and those that make values of nothing.
 */
#include "common/op_move.h"
#include "compute/ref/ref.h"

static int64_t
index_at(const struct ref_value *at, int64_t k)
{
	return ref_get(at, k, DT_I64).i;
}

static bool
place(int64_t *index, int64_t length)
{
	*index += *index < 0 ? length : 0;
	return *index >= 0 && *index < length;
}

static enum error
ref_gather(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t n = shape_elements(&in[1].shape), i;
	struct op_along a;
	struct op_error e;

	if (op_along(p, &in->shape, &a, &e) != E_OK)
		return e.code;
	for (int64_t k = 0; k < n && a.outer > 0; k++) {
		i = index_at(&in[1], k);
		if (!place(&i, a.length))
			return E_INDEX;
	}
	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		i = index_at(&in[1], o / a.inner % n);
		if (!place(&i, a.length))
			return E_INDEX;
		ref_set(out, o, ref_get(in, (o / a.inner / n * a.length + i) *
		    a.inner + o % a.inner, (enum dtype)out->shape.dtype));
	}
	return E_OK;
}

/* The flat place of index in a shape that broadcasts to it. */
static int64_t
broadcast_at(const struct shape *s, const int64_t *index)
{
	int64_t at = 0;

	for (uint32_t i = 0; i < s->ndim; i++)
		at = at * s->dims[i] + (s->dims[i] == 1 ? 0 : index[i]);
	return at;
}

static enum error
ref_along(const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t index[TENSOR_RANK], i, length;
	struct shape flat = in->shape;
	uint32_t axis = 0;

	if (p->n < 0) {
		flat.ndim = 1;
		flat.dims[0] = shape_elements(&in->shape);
	} else
		axis = (uint32_t)(p->v[0] < 0 ? p->v[0] + flat.ndim : p->v[0]);
	length = flat.dims[axis];
	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		ref_index(&out->shape, o, index);
		i = index_at(&in[1], broadcast_at(&in[1].shape, index));
		if (!place(&i, length))
			return E_INDEX;
		index[axis] = i;
		ref_set(out, o, ref_get(in, broadcast_at(&flat, index),
		    (enum dtype)out->shape.dtype));
	}
	return E_OK;
}

static struct ref_number
plus(struct ref_number a, struct ref_number b, enum dtype dtype)
{
	a.f64 += b.f64;
	a.f32 += b.f32;
	a.i = dtype == DT_BOOL ? a.i | b.i :
	    (int64_t)((uint64_t)a.i + (uint64_t)b.i);
	return a;
}

static enum error
ref_scatter(bool add, const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	enum dtype dtype = (enum dtype)out->shape.dtype;
	int64_t n = shape_elements(&in[1].shape), index[TENSOR_RANK], i, to;
	struct shape window = { 0 };
	struct op_along a;
	struct op_error e;
	bool flat = p->n < 0 || in->shape.ndim == 0;

	if (op_along(p, &in->shape, &a, &e) != E_OK)
		return e.code;
	for (uint32_t k = 0; !flat && k < a.axis; k++)
		window.dims[window.ndim++] = in->shape.dims[k];
	for (uint32_t k = 0; k < in[1].shape.ndim; k++)
		window.dims[window.ndim++] = in[1].shape.dims[k];
	for (uint32_t k = a.axis + 1; !flat && k < in->shape.ndim; k++)
		window.dims[window.ndim++] = in->shape.dims[k];
	window.dtype = DT_BOOL;
	for (int64_t o = 0; o < shape_elements(&out->shape); o++)
		ref_set(out, o, ref_get(in, o, dtype));
	for (int64_t w = 0; w < shape_elements(&window); w++) {
		i = index_at(&in[1], w / a.inner % n);
		if (!place(&i, a.length))
			return E_INDEX;
		ref_index(&window, w, index);
		to = (w / a.inner / n * a.length + i) * a.inner + w % a.inner;
		struct ref_number x = ref_get(&in[2], broadcast_at(
		    &in[2].shape, index + window.ndim - in[2].shape.ndim),
		    dtype);

		ref_set(out, to, add ? plus(ref_get(out, to, dtype), x,
		    dtype) : x);
	}
	return E_OK;
}

bool
ref_indexed(enum op_code code, const struct param *p,
    const struct ref_value *in, struct ref_value *out, enum error *r)
{
	switch (code) {
	case OP_GATHER:
		*r = ref_gather(p, in, out);
		return true;
	case OP_TAKE_ALONG_AXIS:
		*r = ref_along(p, in, out);
		return true;
	case OP_SCATTER:
	case OP_SCATTER_ADD:
		*r = ref_scatter(code == OP_SCATTER_ADD, p, in, out);
		return true;
	default:
		return false;
	}
}

/* ---- of nothing ---- */

static struct ref_number
number(double x, enum dtype dtype)
{
	struct ref_number n = { x, (float)x, tensor_integer(x, dtype) };

	return n;
}

static void
ref_arange(const struct param *p, struct ref_value *out)
{
	enum dtype dtype = (enum dtype)out->shape.dtype;
	double start, step;
	int64_t length;

	if (!op_arange(p, &start, &step, &length))
		return;
	for (int64_t i = 0; i < length; i++) {
		struct ref_number a = number(start, DT_I64);
		struct ref_number b = number(start + step, DT_I64);

		if (i == 1) {
			ref_set(out, i, b);
			continue;
		}
		a.i += i * (b.i - a.i);
		a.f32 += (float)i * (b.f32 - a.f32);
		a.f64 = a.f64 + (double)i * (b.f64 - a.f64);
		ref_set(out, i, dtype == DT_I32 ? number((double)(int32_t)a.i,
		    DT_I64) : a);
	}
}

static void
ref_linspace(const struct param *p, struct ref_value *out)
{
	enum dtype dtype = (enum dtype)out->shape.dtype;
	double start = param_float(&p[0]), stop = param_float(&p[1]), x;
	int64_t num = p[2].v[0], parts = p[3].v[0] != 0 ? num - 1 : num;

	for (int64_t i = 0; i < num; i++) {
		double step = (stop - start) / (double)parts;

		if (parts == 0)
			x = (double)i * (stop - start);
		else if (step == 0)
			x = (double)i / (double)parts * (stop - start);
		else
			x = (double)i * step;
		x += start;
		if (p[3].v[0] != 0 && num > 1 && i == num - 1)
			x = stop;
		/* Down to an integer; past 2^53 it is one. */
		if ((dtype == DT_I32 || dtype == DT_I64) &&
		    x > -0x1p53 && x < 0x1p53)
			x -= x < (double)(int64_t)x ? 1 : 0;
		ref_set(out, i, number(x, dtype));
	}
}

bool
ref_make(enum op_code code, const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	int64_t n = shape_elements(&out->shape);

	switch (code) {
	case OP_ZEROS:
	case OP_ONES:
		for (int64_t o = 0; o < n; o++)
			ref_set(out, o, number(code == OP_ONES, DT_I64));
		return true;
	case OP_EYE:
		for (int64_t o = 0; o < n; o++)
			ref_set(out, o, number(o % out->shape.dims[1] -
			    o / out->shape.dims[1] == p[2].v[0], DT_I64));
		return true;
	case OP_SHAPE:
		for (int64_t o = 0; o < n; o++)
			ref_set(out, o, number((double)in->shape.dims[
			    p[0].n < 0 ? o : p[0].v[0] < 0 ?
			    p[0].v[0] + in->shape.ndim : p[0].v[0]], DT_I64));
		return true;
	case OP_SIZE:
		ref_set(out, 0, number((double)shape_elements(&in->shape),
		    DT_I64));
		return true;
	case OP_ARANGE:
		ref_arange(p, out);
		return true;
	case OP_LINSPACE:
		ref_linspace(p, out);
		return true;
	default:
		return false;
	}
}
