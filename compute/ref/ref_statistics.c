/*
 * Median, mode and quantiles: the elements that meet are put in order, NaN
 * last; any NaN makes the median and quantiles NaN.
 */
#include "compute/ref/ref.h"

/* All elements of in that belong to position o of the kept axes, sorted. */
static int64_t
gather(const struct ref_value *in, uint32_t bits, int64_t o,
    struct ref_number *lane)
{
	const struct shape *s = &in->shape;
	int64_t index[TENSOR_RANK], n = 0;

	for (int64_t i = 0; i < shape_elements(s); i++) {
		struct ref_number x = ref_get(in, i, s->dtype);
		int64_t kept = 0, k;

		ref_index(s, i, index);
		for (uint32_t a = 0; a < s->ndim; a++)
			if ((bits >> a & 1) == 0)
				kept = kept * s->dims[a] + index[a];
		if (kept != o)
			continue;
		for (k = n++; k > 0 && ref_before(s->dtype, x, lane[k - 1]);
		    k--)
			lane[k] = lane[k - 1];
		lane[k] = x;
	}
	return n;
}

static bool
equal(enum dtype dtype, struct ref_number a, struct ref_number b)
{
	return !ref_before(dtype, a, b) && !ref_before(dtype, b, a);
}

static struct ref_number
mode(enum dtype dtype, const struct ref_number *lane, int64_t n)
{
	int64_t best = 0, most = 0;

	for (int64_t i = 0; i < n; i++) {
		int64_t count = 0;

		for (int64_t k = i; k < n && equal(dtype, lane[i], lane[k]);
		    k++)
			count++;
		if (count > most) {
			most = count;
			best = i;
		}
	}
	return lane[best];
}

/* A number as float64. */
static double
real(enum dtype dtype, struct ref_number x)
{
	return dtype_is_float(dtype) ? x.f64 : (double)x.i;
}

static struct ref_number
median(enum dtype dtype, const struct ref_number *lane, int64_t n)
{
	struct ref_number a, b, r = { __builtin_nan(""), __builtin_nanf(""),
		0 };

	if (n == 0 || real(dtype, lane[n - 1]) != real(dtype, lane[n - 1]))
		return r;
	a = lane[(n - 1) / 2];
	b = lane[n / 2];
	if (n % 2 != 0) {
		r.f32 = 0 + a.f32;
		r.f64 = 0 + real(dtype, a);
		return r;
	}
	r.f32 = (a.f32 + b.f32) / 2;
	r.f64 = (real(dtype, a) + real(dtype, b)) / 2;
	return r;
}

static double
quantile(enum dtype dtype, const struct ref_number *lane, int64_t n, double q,
    bool exact)
{
	double place = (double)(n - 1) * q, t, gap, a, b;
	int64_t low = (int64_t)place, high = low + 1;

	if (real(dtype, lane[n - 1]) != real(dtype, lane[n - 1]))
		return __builtin_nan("");
	t = place - (double)low;
	if (low >= n - 1) {
		low = high = n - 1;
		t = place + 1;
	}
	a = real(dtype, lane[low]);
	b = real(dtype, lane[high]);
	if (exact)
		return a;
	if (dtype == DT_F32)
		gap = (double)(lane[high].f32 - lane[low].f32);
	else if (dtype == DT_F64)
		gap = b - a;
	else {
		int64_t wide = (int64_t)((uint64_t)lane[high].i -
		    (uint64_t)lane[low].i);

		gap = (double)(dtype == DT_I32 ? (int32_t)wide : wide);
	}
	return t >= 0.5 ? b - gap * (1 - t) : a + gap * t;
}

void
ref_rank(enum op_code code, uint32_t bits, const struct ref_value *in,
    struct ref_value *out)
{
	struct ref_number *lane = xmalloc(sizeof *lane *
	    (size_t)(shape_elements(&in->shape) + 1));

	for (int64_t o = 0; o < shape_elements(&out->shape); o++) {
		int64_t n = gather(in, bits, o, lane);

		ref_set(out, o, code == OP_MODE ?
		    mode(in->shape.dtype, lane, n) :
		    median(in->shape.dtype, lane, n));
	}
	xfree(lane);
}

enum error
ref_quantile(uint32_t bits, const struct ref_value *in, struct ref_value *out)
{
	struct ref_number *lane = xmalloc(sizeof *lane *
	    (size_t)(shape_elements(&in->shape) + 1));
	int64_t n_q = shape_elements(&in[1].shape), lanes, total;
	bool exact = !dtype_is_float(in[1].shape.dtype);
	enum error err = E_OK;

	total = shape_elements(&out->shape);
	lanes = n_q == 0 ? 0 : total / n_q;
	for (int64_t i = 0; i < total; i++) {
		struct ref_number q = ref_get(&in[1], i / lanes, DT_F64);

		if (!(q.f64 >= 0 && q.f64 <= 1))
			err = E_QUANTILE;
	}
	for (int64_t i = 0; i < total && err == E_OK; i++) {
		struct ref_number q = ref_get(&in[1], i / lanes, DT_F64), r;
		int64_t n = gather(in, bits, i % lanes, lane);

		r.f64 = quantile(in->shape.dtype, lane, n, q.f64, exact);
		ref_set(out, i, r);
	}
	xfree(lane);
	return err;
}
