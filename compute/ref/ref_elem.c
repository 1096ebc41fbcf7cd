/*
 * Elementwise ops beyond arithmetic, one element at a time.  Floats are
 * computed as doubles and rounded to their dtype after every operation, which
 * for these operations gives the bits that float arithmetic has.
 */
#include "compute/ref/ref.h"

/* x, rounded to the dtype. */
static double
to(enum dtype dtype, double x)
{
	return dtype == DT_F32 ? (double)(float)x : x;
}

static double
trunc_of(double x)
{
	if (!(__builtin_fabs(x) < 0x1p52))
		return x;
	return __builtin_copysign((double)(int64_t)x, x);
}

static double
floor_of(double x)
{
	double t = trunc_of(x);

	return t > x ? t - 1 : t;
}

static double
rint_of(double x)
{
	double t = trunc_of(x), rest = __builtin_fabs(x - t);
	double away = __builtin_copysign(1, x);

	if (rest > 0.5 || (rest == 0.5 && (int64_t)t % 2 != 0))
		return t + away;
	return t;
}

/* By subtracting doubled divisors, each difference exact. */
static double
rest_of(double a, double b)
{
	double r = __builtin_fabs(a), d = __builtin_fabs(b), t = d;

	if (!(r < __builtin_inf()) || !(d > 0))
		return __builtin_nan("");
	if (r < d)
		return a;
	while (t <= r / 2)
		t *= 2;
	while (t >= d) {
		while (r >= t)
			r -= t;
		t /= 2;
	}
	return __builtin_copysign(r, a);
}

static double
mod_of(enum dtype dtype, double a, double b)
{
	double r = rest_of(a, b);

	if (r == 0)
		return __builtin_copysign(0, b);
	return (r < 0) != (b < 0) ? to(dtype, r + b) : r;
}

static double
floor_divide_of(enum dtype dtype, double a, double b)
{
	double r, q, whole;

	if (b == 0)
		return a / b;
	r = rest_of(a, b);
	q = to(dtype, to(dtype, a - r) / b);
	if (r != 0 && (r < 0) != (b < 0))
		q = to(dtype, q - 1);
	whole = floor_of(q);
	if (q - whole > 0.5)
		whole++;
	return q != 0 ? whole : __builtin_copysign(0, a / b);
}

static double
extreme_of(bool least, double a, double b)
{
	if (a != a || b != b)
		return __builtin_nan("");
	if (a == b)
		return (__builtin_signbit(a) != 0) == least ? a : b;
	return (a < b) == least ? a : b;
}

static double
number_f(enum op_code code, enum dtype dtype, double a, double b)
{
	switch (code) {
	case OP_FLOOR:
		return floor_of(a);
	case OP_CEIL:
		return -floor_of(-a);
	case OP_TRUNC:
		return trunc_of(a);
	case OP_RINT:
		return rint_of(a);
	case OP_SIGN:
		return a > 0 ? 1 : a < 0 ? -1 : a == 0 ? 0 : a;
	case OP_RECIPROCAL:
		return to(dtype, 1 / a);
	case OP_MINIMUM:
	case OP_MAXIMUM:
		return extreme_of(code == OP_MINIMUM, a, b);
	case OP_MOD:
		return mod_of(dtype, a, b);
	case OP_FLOOR_DIVIDE:
		return floor_divide_of(dtype, a, b);
	case OP_ISNAN:
		return a != a;
	case OP_ISINF:
		return __builtin_fabs(a) == __builtin_inf();
	case OP_ISFINITE:
		return a - a == 0;
	default:
		return a;
	}
}

/* Floored; nothing that C leaves open is ever divided. */
static int64_t
quotient(int64_t a, int64_t b, int64_t *rest)
{
	int64_t q;

	*rest = 0;
	if (b == 0)
		return 0;
	if (b == -1)
		return (int64_t)(0 - (uint64_t)a);
	q = a / b;
	*rest = a - q * b;
	if (*rest != 0 && (*rest < 0) != (b < 0)) {
		*rest += b;
		q--;
	}
	return q;
}

static int64_t
shift(enum op_code code, enum dtype dtype, int64_t a, int64_t b)
{
	int64_t width = dtype == DT_I32 ? 32 : 64;

	if (code == OP_LEFT_SHIFT)
		return b < 0 || b >= width ? 0 : (int64_t)((uint64_t)a << b);
	if (b < 0 || b >= width)
		return a < 0 ? -1 : 0;
	return a >> b;
}

static int64_t
number_i(enum op_code code, enum dtype dtype, int64_t a, int64_t b)
{
	int64_t least = dtype == DT_I32 ? INT32_MIN : INT64_MIN, q, rest;

	q = quotient(a, b, &rest);
	switch (code) {
	case OP_SIGN:
		return a > 0 ? 1 : a < 0 ? -1 : 0;
	case OP_RECIPROCAL:
		return a == 0 ? least : 1 / a;
	case OP_MINIMUM:
		return a < b ? a : b;
	case OP_MAXIMUM:
		return a > b ? a : b;
	case OP_MOD:
		return rest;
	case OP_FLOOR_DIVIDE:
		return q;
	case OP_LOGICAL_AND:
	case OP_BITWISE_AND:
		return a & b;
	case OP_LOGICAL_OR:
	case OP_BITWISE_OR:
		return a | b;
	case OP_LOGICAL_XOR:
	case OP_BITWISE_XOR:
		return a ^ b;
	case OP_LOGICAL_NOT:
		return !a;
	case OP_INVERT:
		return dtype == DT_BOOL ? !a : ~a;
	case OP_LEFT_SHIFT:
	case OP_RIGHT_SHIFT:
		return shift(code, dtype, a, b);
	case OP_ISFINITE:
		return 1;
	case OP_ISNAN:
	case OP_ISINF:
		return 0;
	default:
		return a;
	}
}

/* Any number as a dtype; f64 holds a float of either width. */
static struct ref_number
convert(struct ref_number n, enum dtype from, enum dtype dtype)
{
	struct ref_number r = { 0, 0, 0 };
	double high = dtype == DT_I32 ? 0x1p31 : 0x1p63;

	if (!dtype_is_float(from)) {
		r.i = dtype == DT_BOOL ? n.i != 0 :
		    dtype == DT_I32 ? (int32_t)n.i : n.i;
		r.f32 = (float)n.i;
		r.f64 = dtype == DT_F32 ? (double)r.f32 : (double)n.i;
		return r;
	}
	r.f64 = to(dtype, n.f64);
	r.f32 = (float)r.f64;
	if (dtype == DT_BOOL)
		r.i = n.f64 != 0;
	else if (!dtype_is_float(dtype))
		r.i = trunc_of(n.f64) >= -high && n.f64 < high ?
		    (int64_t)n.f64 : dtype == DT_I32 ? INT32_MIN : INT64_MIN;
	return r;
}

/* What input k is computed in. */
static enum dtype
input_dtype(const struct op_row *row, const struct ref_value *in, size_t n_in,
    const struct ref_value *out, size_t k)
{
	enum dtype all = DT_BOOL;

	if (row->dtype == DTYPE_LOGIC || (row->dtype == DTYPE_SELECT && k == 2))
		return DT_BOOL;
	if (row->dtype != DTYPE_BOOL)
		return out->shape.dtype;
	for (size_t i = 0; i < n_in; i++)
		all = dtype_promote(all, in[i].shape.dtype);
	return all;
}

static struct ref_number
compute(const struct op_row *row, const struct ref_number *v,
    enum dtype dtype, enum dtype out)
{
	struct ref_number r = { 1, 1, 1 };

	switch (row->code) {
	case OP_WHERE:
		return v[2].i ? v[0] : v[1];
	case OP_ZEROS_LIKE:
		return (struct ref_number) { 0, 0, 0 };
	case OP_ONES_LIKE:
		return r;
	case OP_FULL_LIKE:
		return v[1];
	case OP_ASTYPE:
		return v[0];
	default:
		break;
	}
	if (!dtype_is_float(dtype)) {
		r.i = number_i(row->code, dtype, v[0].i, v[1].i);
		return r;
	}
	r.f64 = number_f(row->code, dtype, v[0].f64, v[1].f64);
	r.f32 = (float)r.f64;
	if (out == DT_BOOL)
		r.i = r.f64 != 0;
	return r;
}

void
ref_elem(const struct op_row *row, const struct ref_value *in, size_t n_in,
    struct ref_value *out)
{
	int64_t n = shape_elements(&out->shape), index[TENSOR_RANK];

	for (int64_t i = 0; i < n; i++) {
		struct ref_number v[3] = { { 0, 0, 0 } };
		enum dtype dtype = out->shape.dtype;

		ref_index(&out->shape, i, index);
		for (size_t k = 0; k < n_in; k++) {
			dtype = input_dtype(row, in, n_in, out, k);
			v[k] = convert(ref_get(&in[k], ref_broadcast(
			    &in[k].shape, &out->shape, index),
			    in[k].shape.dtype), in[k].shape.dtype, dtype);
		}
		ref_set(out, i, compute(row, v, dtype, out->shape.dtype));
	}
}
