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

static void
via_two(two_f64 f, const float *x, const float *y, float *z, size_t n)
{
	double a[VIA_LENGTH], b[VIA_LENGTH];
	size_t i, k;

	for (i = 0; i < n; i += k) {
		k = n - i < VIA_LENGTH ? n - i : VIA_LENGTH;
		via_widen(x + i, a, k);
		via_widen(y + i, b, k);
		f(a, b, a, k);
		via_round(a, z + i, k);
	}
}

#define VIA_ONE(name) \
void \
MATH_NAME(name##_f32)(const float *x, float *y, size_t n) \
{ \
	via_one(MATH_NAME(name##_f64), x, y, n); \
}

#define VIA_TWO(name) \
void \
MATH_NAME(name##_f32)(const float *x, const float *y, float *z, size_t n) \
{ \
	via_two(MATH_NAME(name##_f64), x, y, z, n); \
}

VIA_ONE(log2)
VIA_ONE(log10)
VIA_ONE(expm1)
VIA_ONE(log1p)
VIA_ONE(tan)
VIA_ONE(sinh)
VIA_ONE(cosh)
VIA_ONE(arcsin)
VIA_ONE(arccos)
VIA_ONE(arctan)
VIA_ONE(arcsinh)
VIA_ONE(arccosh)
VIA_ONE(arctanh)
VIA_TWO(arctan2)
VIA_TWO(hypot)
VIA_TWO(logaddexp)
VIA_ONE(erf)
VIA_ONE(softplus)
VIA_ONE(gelu)
