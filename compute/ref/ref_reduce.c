/*
 * Reductions.  Axes of length 1 count as absent.  The trailing run of reduced
 * axes is one sequence: chunks of 8192, each summed pairwise, added in turn
 * to +0; other reduced positions follow in C order.
 */
#include "compute/ref/ref.h"

#define CHUNK 8192

static float
pairwise_f32(const float *x, int64_t n)
{
	float r[8], s = 0;
	int64_t i, half = n / 2;

	if (n < 8) {
		for (i = 0; i < n; i++)
			s = i == 0 ? x[0] : s + x[i];
		return s;
	}
	if (n > 128) {
		half -= half % 8;
		return pairwise_f32(x, half) +
		    pairwise_f32(x + half, n - half);
	}
	for (i = 0; i < n - n % 8; i++)
		r[i % 8] = i < 8 ? x[i] : r[i % 8] + x[i];
	s = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
	for (; i < n; i++)
		s = s + x[i];
	return s;
}

static double
pairwise_f64(const double *x, int64_t n)
{
	double r[8], s = 0;
	int64_t i, half = n / 2;

	if (n < 8) {
		for (i = 0; i < n; i++)
			s = i == 0 ? x[0] : s + x[i];
		return s;
	}
	if (n > 128) {
		half -= half % 8;
		return pairwise_f64(x, half) +
		    pairwise_f64(x + half, n - half);
	}
	for (i = 0; i < n - n % 8; i++)
		r[i % 8] = i < 8 ? x[i] : r[i % 8] + x[i];
	s = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
	for (; i < n; i++)
		s = s + x[i];
	return s;
}

/* Any NaN gives NaN; -0 < +0. */
static double
extreme(bool greatest, double a, double b)
{
	if (a != a || b != b)
		return __builtin_nan("");
	if (a == b)
		return (__builtin_signbit(a) != 0) == greatest ? b : a;
	return (a > b) == greatest ? a : b;
}

struct sum {
	enum op_code	code;
	enum dtype	dtype;		/* added in */
	int64_t		count;		/* elements so far */
	struct ref_number total;
	float		f32[CHUNK];
	double		f64[CHUNK];
	int64_t		pending;	/* in the open chunk */
};

static void
flush(struct sum *s)
{
	if (s->pending == 0)
		return;
	s->total.f32 = s->total.f32 + pairwise_f32(s->f32, s->pending);
	s->total.f64 = s->total.f64 + pairwise_f64(s->f64, s->pending);
	s->pending = 0;
}

/* Product, any, all. */
static void
join(struct sum *s, struct ref_number x, bool first)
{
	bool is_true = s->dtype == DT_F32 ? x.f32 != 0 :
	    s->dtype == DT_F64 ? x.f64 != 0 : x.i != 0;

	if (first)
		s->total = (struct ref_number) { 1, 1, s->code != OP_ANY };
	s->total.f32 = s->total.f32 * x.f32;
	s->total.f64 = s->total.f64 * x.f64;
	if (s->code == OP_PROD)
		s->total.i = (int64_t)((uint64_t)s->total.i * (uint64_t)x.i);
	else
		s->total.i = s->code == OP_ANY ? s->total.i | is_true :
		    s->total.i & is_true;
}

static void
take(struct sum *s, struct ref_number x)
{
	bool greatest = s->code == OP_MAX, first = s->count++ == 0;

	if (s->code == OP_SUM || s->code == OP_MEAN) {
		s->total.i = (int64_t)((uint64_t)s->total.i + (uint64_t)x.i);
		s->f32[s->pending] = x.f32;
		s->f64[s->pending++] = x.f64;
		if (s->pending == CHUNK)
			flush(s);
		return;
	}
	if (s->code != OP_MAX && s->code != OP_MIN) {
		join(s, x, first);
		return;
	}
	if (first) {
		s->total = x;
		return;
	}
	s->total.f32 = (float)extreme(greatest, (double)s->total.f32,
	    (double)x.f32);
	s->total.f64 = extreme(greatest, s->total.f64, x.f64);
	if (greatest ? x.i > s->total.i : x.i < s->total.i)
		s->total.i = x.i;
}

static void
finish(struct sum *s, struct ref_value *out, int64_t at)
{
	if ((s->code == OP_PROD || s->code == OP_ALL) && s->count == 0)
		s->total = (struct ref_number) { 1, 1, 1 };
	if (s->code == OP_MEAN && s->dtype == DT_F32 && out->shape.ndim > 0)
		s->total.f32 = s->total.f32 / (float)s->count;
	else if (s->code == OP_MEAN && s->dtype == DT_F32)
		s->total.f32 = (float)((double)s->total.f32 /
		    (double)s->count);
	else if (s->code == OP_MEAN)
		s->total.f64 = s->total.f64 / (double)s->count;
	ref_set(out, at, s->total);
}

/* Whether a chunk ends before the element at index: a new run begins. */
static bool
run_begins(const struct shape *s, uint32_t bits, const int64_t *index)
{
	for (uint32_t i = s->ndim; i-- > 0;) {
		if (s->dims[i] == 1)
			continue;
		if ((bits >> i & 1) == 0)
			return true;
		if (index[i] != 0)
			return false;
	}
	return true;
}

void
ref_reduce(enum op_code code, uint32_t bits, const struct ref_value *in,
    struct ref_value *out)
{
	static struct sum s;
	int64_t n = shape_elements(&in->shape), index[TENSOR_RANK];
	int64_t n_out = shape_elements(&out->shape);

	for (int64_t o = 0; o < n_out; o++) {
		s = (struct sum) { .code = code, .dtype = in->shape.dtype };
		if (code == OP_MEAN)
			s.dtype = out->shape.dtype;
		for (int64_t i = 0; i < n; i++) {
			int64_t kept = 0;

			ref_index(&in->shape, i, index);
			for (uint32_t a = 0; a < in->shape.ndim; a++)
				if ((bits >> a & 1) == 0)
					kept = kept * in->shape.dims[a] +
					    index[a];
			if (kept != o)
				continue;
			if (run_begins(&in->shape, bits, index))
				flush(&s);
			take(&s, ref_get(in, i, s.dtype));
		}
		flush(&s);
		finish(&s, out, o);
	}
}
