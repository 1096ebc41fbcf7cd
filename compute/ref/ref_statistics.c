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

/* The edges of bins between two ends; NumPy's roundings. */
static void
edges_between(double low, double high, int64_t bins, enum dtype dtype,
    double *edge)
{
	double step = (high - low) / (double)bins;

	for (int64_t i = 0; i <= bins; i++) {
		double at = step != 0 ? (double)i * step :
		    (double)i / (double)bins * (high - low);

		edge[i] = i == bins ? high : at + low;
		if (dtype == DT_F32)
			edge[i] = (double)(float)edge[i];
	}
}

/* The bin of x, which lies between the ends. */
static int64_t
bin(double x, double low, double scale, int64_t bins, enum dtype dtype,
    const double *edge)
{
	double at = dtype == DT_F32 ? (double)(((float)x - (float)low) *
	    (float)scale) : (x - low) * scale;
	int64_t k = !(at > 0) ? 0 : at >= (double)(bins - 1) ? bins - 1 :
	    (int64_t)at;

	if (k > 0 && x < edge[k])
		k--;
	if (k < bins - 1 && x >= edge[k + 1])
		k++;
	return k;
}

/* Ends of the data, and how wide the range is. */
static enum error
range(const struct ref_value *in, bool given, double *low, double *high,
    double *width, enum dtype dtype)
{
	int64_t n = shape_elements(&in->shape);

	if (!given && n > 0) {
		*low = *high = ref_get(in, 0, DT_F64).f64;
		for (int64_t i = 0; i < n; i++) {
			double x = ref_get(in, i, DT_F64).f64;

			if (x - x != 0)
				return E_RANGE;
			*low = x < *low ? x : *low;
			*high = x > *high ? x : *high;
		}
		*width = dtype == DT_F32 ? (double)((float)*high -
		    (float)*low) : *high - *low;
	} else
		*width = *high - *low;
	if (*low == *high) {
		*low -= 0.5;
		*high += 0.5;
		*width = *high - *low;
	}
	return E_OK;
}

enum error
ref_histogram(bool edges, const struct param *p, const struct ref_value *in,
    struct ref_value *out)
{
	enum dtype dtype = in->shape.dtype == DT_F32 ? DT_F32 : DT_F64;
	int64_t bins = p[0].v[0], *count = (int64_t *)out->bytes;
	double low = p[1].n > 0 ? param_float(&p[1]) : 0, width = 0;
	double high = p[2].n > 0 ? param_float(&p[2]) : 1;
	double *edge = xmalloc(sizeof *edge * (size_t)(bins + 1));
	enum error err = range(in, p[1].n > 0, &low, &high, &width, dtype);

	edges_between(low, high, bins, dtype, edge);
	for (int64_t i = 0; i <= bins && err == E_OK; i++) {
		struct ref_number e = { edge[i], (float)edge[i], 0 };

		if (edges)
			ref_set(out, i, e);
		else if (i < bins)
			count[i] = 0;
	}
	if (dtype == DT_F32) {
		low = (double)(float)low;
		high = (double)(float)high;
	}
	for (int64_t i = 0; i < shape_elements(&in->shape) && err == E_OK &&
	    !edges; i++) {
		double x = ref_get(in, i, DT_F64).f64;

		if (x >= low && x <= high)
			count[bin(x, low, (double)bins / width, bins, dtype,
			    edge)]++;
	}
	xfree(edge);
	return err;
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
	lanes = total == 0 ? 1 : total / n_q;
	for (int64_t i = 0; i < n_q; i++) {
		struct ref_number q = ref_get(&in[1], i, DT_F64);

		if (!(q.f64 >= 0 && q.f64 <= 1))
			err = E_QUANTILE;
	}
	for (int64_t i = 0; i < total && err == E_OK; i++) {
		struct ref_number q = ref_get(&in[1], i / lanes, DT_F64);
		struct ref_number r = { 0, 0, 0 };
		int64_t n = gather(in, bits, i % lanes, lane);

		r.f64 = quantile(in->shape.dtype, lane, n, q.f64, exact);
		ref_set(out, i, r);
	}
	xfree(lane);
	return err;
}

/* out has room for the most there may be; its shape becomes the true one. */
enum error
ref_bincount(const struct param *minlength, const struct ref_value *in,
    size_t n_in, struct ref_value *out)
{
	int64_t n = in[0].shape.dims[0], most = n > 65536 ? n : 65536;
	int64_t *count = (int64_t *)out->bytes, length = minlength->v[0];
	double *sum = (double *)out->bytes;

	most = most > length ? most : length;
	for (int64_t i = 0; i < most; i++)
		count[i] = 0;
	for (int64_t i = 0; i < n; i++) {
		int64_t x = ref_get(&in[0], i, DT_I64).i;

		if (x < 0 || x >= most)
			return x < 0 ? E_NEGATIVE : E_BINS;
		if (n_in > 1)
			sum[x] = sum[x] + ref_get(&in[1], i, DT_F64).f64;
		else
			count[x]++;
		length = x >= length ? x + 1 : length;
	}
	out->shape.dims[0] = length;
	return E_OK;
}
