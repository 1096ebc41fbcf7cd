/*
 * Elementwise ops, one element at a time.  Elementary
 * functions are in ref_math.c.
 */
#include "compute/ref/ref.h"

static bool
compare_i(enum op_code code, int64_t a, int64_t b)
{
	switch (code) {
	case OP_GREATER:
		return a > b;
	case OP_GREATER_EQUAL:
		return a >= b;
	case OP_LESS:
		return a < b;
	case OP_LESS_EQUAL:
		return a <= b;
	case OP_EQUAL:
		return a == b;
	default:
		return a != b;
	}
}

static bool
compare_f(enum op_code code, double a, double b)
{
	switch (code) {
	case OP_GREATER:
		return a > b;
	case OP_GREATER_EQUAL:
		return a >= b;
	case OP_LESS:
		return a < b;
	case OP_LESS_EQUAL:
		return a <= b;
	case OP_EQUAL:
		return a == b;
	default:
		return a != b;
	}
}

static uint64_t
power(uint64_t x, int64_t e)
{
	uint64_t y = 1;

	/* x to the e is periodic in no simple way: multiply on. */
	for (; e > 0; e >>= 1) {
		if ((e & 1) != 0)
			y *= x;
		x *= x;
	}
	return y;
}

static int64_t
number_i(enum op_code code, int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (code) {
	case OP_ADD:
		return (int64_t)(x + y);
	case OP_SUB:
		return (int64_t)(x - y);
	case OP_MUL:
	case OP_MULTIPLY:
		return (int64_t)(x * y);
	case OP_NEG:
		return (int64_t)-x;
	case OP_POW:
		return (int64_t)power(x, b);
	case OP_SQUARE:
		return (int64_t)(x * x);
	case OP_CUBE:
		return (int64_t)(x * x * x);
	case OP_ABS:
		return a < 0 ? (int64_t)-x : a;
	default:
		return a;
	}
}

static int64_t
truth(enum op_code code, int64_t a, int64_t b)
{
	if (code == OP_ADD)
		return a | b;
	if (code == OP_MUL || code == OP_MULTIPLY)
		return a & b;
	return a;
}

static float
number_f32(enum op_code code, float a, float b)
{
	switch (code) {
	case OP_ADD:
		return a + b;
	case OP_SUB:
		return a - b;
	case OP_MUL:
	case OP_MULTIPLY:
		return a * b;
	case OP_DIV:
		return a / b;
	case OP_NEG:
		return -a;
	case OP_SQUARE:
		return a * a;
	case OP_CUBE:
		return a * a * a;
	case OP_SQUARE_ROOT:
		return __builtin_sqrtf(a);
	case OP_ABS:
		return __builtin_fabsf(a);
	default:
		return a;
	}
}

static double
number_f64(enum op_code code, double a, double b)
{
	switch (code) {
	case OP_ADD:
		return a + b;
	case OP_SUB:
		return a - b;
	case OP_MUL:
	case OP_MULTIPLY:
		return a * b;
	case OP_DIV:
		return a / b;
	case OP_NEG:
		return -a;
	case OP_SQUARE:
		return a * a;
	case OP_CUBE:
		return a * a * a;
	case OP_SQUARE_ROOT:
		return __builtin_sqrt(a);
	case OP_ABS:
		return __builtin_fabs(a);
	default:
		return a;
	}
}

int64_t
ref_broadcast(const struct shape *v, const struct shape *out,
    const int64_t *index)
{
	int64_t at = 0;

	for (uint32_t i = 0; i < v->ndim; i++)
		at = at * v->dims[i] + (v->dims[i] == 1 ? 0 :
		    index[i + out->ndim - v->ndim]);
	return at;
}

static struct ref_number
compute(enum op_code code, enum dtype dtype, bool comparison,
    struct ref_number a, struct ref_number b)
{
	struct ref_number r = { 0, 0, 0 };

	if (!comparison && ref_math(code, dtype, &a, &b, &r))
		return r;
	if (comparison && dtype == DT_F32)
		r.i = compare_f(code, (double)a.f32, (double)b.f32);
	else if (comparison && dtype == DT_F64)
		r.i = compare_f(code, a.f64, b.f64);
	else if (comparison)
		r.i = compare_i(code, a.i, b.i);
	else if (dtype == DT_BOOL)
		r.i = truth(code, a.i, b.i);
	else if (dtype == DT_F32)
		r.f32 = number_f32(code, a.f32, b.f32);
	else if (dtype == DT_F64)
		r.f64 = number_f64(code, a.f64, b.f64);
	else
		r.i = number_i(code, a.i, b.i);
	return r;
}

enum error
ref_elementwise(enum op_code code, const struct ref_value *in, size_t n_in,
    struct ref_value *out)
{
	bool comparison = code >= OP_GREATER && code <= OP_NOT_EQUAL;
	enum dtype dtype = out->shape.dtype;
	int64_t n = shape_elements(&out->shape), index[TENSOR_RANK];

	if (comparison)
		dtype = dtype_promote(in[0].shape.dtype, in[1].shape.dtype);
	for (int64_t i = 0; i < n; i++) {
		struct ref_number a, b = { 0, 0, 0 };

		ref_index(&out->shape, i, index);
		a = ref_get(&in[0], ref_broadcast(&in[0].shape, &out->shape,
		    index), dtype);
		if (n_in > 1)
			b = ref_get(&in[1], ref_broadcast(&in[1].shape,
			    &out->shape, index), dtype);
		if (code == OP_POW && !dtype_is_float(dtype) && b.i < 0)
			return E_NEGATIVE_POWER;
		ref_set(out, i, compute(code, dtype, comparison, a, b));
	}
	return E_OK;
}
