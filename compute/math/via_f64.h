/*
 * Functions of float32 that are those of float64, rounded once more: wrong in
 * the last place once in some hundred millions, then by a hair over half an
 * ULP.
 */
#define VIA_LENGTH	256

typedef void (*one_f64)(const double *, double *, size_t);
typedef void (*two_f64)(const double *, const double *, double *, size_t);

static void
via_widen(const float *x, double *y, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] = (double)x[i];
}

static void
via_round(const double *x, float *y, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		y[i] = (float)x[i];
}

static void
via_one(one_f64 f, const float *x, float *y, size_t n)
{
	double a[VIA_LENGTH];
	size_t i, k;

	for (i = 0; i < n; i += k) {
		k = n - i < VIA_LENGTH ? n - i : VIA_LENGTH;
		via_widen(x + i, a, k);
		f(a, a, k);
		via_round(a, y + i, k);
	}
}

#define VIA_ONE(name) \
void \
MATH_NAME(name##_f32)(const float *x, float *y, size_t n) \
{ \
	via_one(MATH_NAME(name##_f64), x, y, n); \
}

VIA_ONE(log2)
VIA_ONE(log10)
VIA_ONE(expm1)
VIA_ONE(log1p)
VIA_ONE(tan)
VIA_ONE(erf)
VIA_ONE(softplus)
VIA_ONE(gelu)
