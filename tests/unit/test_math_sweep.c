/*
 * The float32 functions against the C library's float64: a share of all
 * float32 as argument, or as the first of two.  RAVEN_SWEEP=1: every float32
 * (about an hour), and 10^8 pairs.  scripts/math-table reads what it prints.
 */
#include <check.h>
#include <stdio.h>

#include "math_util.h"

#define CHECK_STRIDE	4099		/* prime */
#define PAIRS_STRIDE	43		/* of 2^32: 10^8 */
#define BATCH		4096

static const struct one {
	const char	*name;
	f32_one		 f;
	double		(*want)(double);
	enum bound_id	 bound;
} ones[] = {
#define ONE(OP, name) \
	{ #name, math_##name##_f32, want_##name, BOUND_##name##_f32 },
#include "compute/math/functions.def"
};

static const struct two {
	const char	*name;
	f32_two		 f;
	double		(*want)(double, double);
	enum bound_id	 bound;
} twos[] = {
#define TWO(OP, name) \
	{ #name, math_##name##_f32, want_##name, BOUND_##name##_f32 },
#include "compute/math/functions.def"
};

#define N_ONES	((int)(sizeof(ones) / sizeof(ones[0])))
#define N_TWOS	((int)(sizeof(twos) / sizeof(twos[0])))

static double
ulp_f32(double want)
{
	int e;

	(void)frexp(want, &e);
	return ldexp(1.0, e - 24 < -149 ? -149 : e - 24);
}

static bool
same_end(double got, double want)
{
	return (isnan(got) && isnan(want)) || (got == want &&
	    !signbit(got) == !signbit(want));
}

/* Error in ULP of float32; an overflow must be one in rounding, too. */
static double
error_f32(float got, double want)
{
	float rounded = (float)want;

	if (!isfinite(got) || !isfinite(rounded) || want == 0)
		return same_end(got, rounded) ? 0 : INFINITY;
	return fabs(got - want) / ulp_f32(want);
}

static float
float_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static size_t
next_batch(uint64_t *bits, uint32_t stride, float *x)
{
	size_t n;

	for (n = 0; n < BATCH && *bits < (uint64_t)1 << 32; n++) {
		x[n] = float_of((uint32_t)*bits);
		*bits += stride;
	}
	return n;
}

START_TEST(sweep_one)
{
	const struct one *f = &ones[_i];
	const uint32_t stride = sweep_stride(CHECK_STRIDE);
	float x[BATCH], y[BATCH], at = 0;
	uint64_t bits = 0;
	double e, worst = 0;
	size_t i, n;

	while ((n = next_batch(&bits, stride, x)) > 0) {
		f->f(x, y, n);
		for (i = 0; i < n; i++) {
			e = error_f32(y[i], f->want(x[i]));
			if (e > worst) {
				worst = e;
				at = x[i];
			}
		}
	}
	printf("%s f32: worst %.4f ULP at %a of %llu\n", f->name, worst, at,
	    (unsigned long long)(((uint64_t)1 << 32) / stride));
	ck_assert_msg(worst <= bound_ulp[f->bound], "%s(%a): %g ULP", f->name,
	    at, worst);
}
END_TEST

/* Powers in range; else half any numbers, half of x's size. */
static float
second(struct random *r, const struct two *f, float x)
{
	float y;

	if (f->f == math_pow_f32) {
		y = (float)(random_between(r, -104, 89) / log(fabs(x)));
		return x < 0 ? rintf(y) : y;
	}
	if (f->f == math_logaddexp_f32)
		return (float)(x + random_between(r, -120, 120));
	if (random_bits(r) & 1)
		return (float)(x * random_between(r, -4, 4));
	return float_of((uint32_t)(random_bits(r) >> 20));
}

/* Where the terms of logaddexp cancel, the ULP is theirs. */
static double
error_two(const struct two *f, float x, float y, float z)
{
	double want = f->want(x, y), e = error_f32(z, want), size;

	if (f->f == math_logaddexp_f32 && isfinite(e)) {
		size = fmax(fabs(x), fabs(y));
		if (size > fabs(want))
			e *= ulp_f32(want) / ulp_f32(size);
	}
	return e;
}

START_TEST(sweep_two)
{
	const struct two *f = &twos[_i];
	const uint32_t stride = sweep_stride(CHECK_STRIDE) == CHECK_STRIDE ?
	    CHECK_STRIDE : PAIRS_STRIDE * sweep_stride(1);
	float x[BATCH], y[BATCH], z[BATCH], at = 0, to = 0;
	struct random r = { 20 };
	uint64_t bits = 0;
	double e, worst = 0;
	size_t i, n;

	while ((n = next_batch(&bits, stride, x)) > 0) {
		for (i = 0; i < n; i++)
			y[i] = second(&r, f, x[i]);
		f->f(x, y, z, n);
		for (i = 0; i < n; i++) {
			e = error_two(f, x[i], y[i], z[i]);
			if (e > worst) {
				worst = e;
				at = x[i];
				to = y[i];
			}
		}
	}
	printf("%s f32: worst %.4f ULP at %a, %a of %llu\n", f->name, worst,
	    at, to, (unsigned long long)(((uint64_t)1 << 32) / stride));
	ck_assert_msg(worst <= bound_ulp[f->bound], "%s(%a, %a): %g ULP",
	    f->name, at, to, worst);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("math_sweep");
	TCase *t = tcase_create("float32");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 7200);
	tcase_add_loop_test(t, sweep_one, 0, N_ONES);
	tcase_add_loop_test(t, sweep_two, 0, N_TWOS);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
