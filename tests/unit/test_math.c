/*
 * The elementary functions' special values, lengths, places, and float32
 * against the C library's float64.  RAVEN_SWEEP=1: every float32 there is
 * (some minutes).
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/tensor.h"
#include "math_util.h"

#define STRIDE	4099		/* prime: a share of all float32 */
#define BATCH	4096

typedef void (*f32_function)(const float *, float *, size_t);
typedef void (*f64_function)(const double *, double *, size_t);
typedef double (*oracle)(double);

static const struct function {
	const char	*name;
	f64_function	 f64;
	f32_function	 f32;
	oracle		 want;
	enum bound_id	 bound;
} functions[] = {
	{ "exp", math_exp_f64, math_exp_f32, exp, BOUND_exp_f32 },
	{ "log", math_log_f64, math_log_f32, log, BOUND_log_f32 },
	{ "cbrt", math_cbrt_f64, math_cbrt_f32, cbrt, BOUND_cbrt_f32 },
};

static const double specials[] = {
	0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 8.0, -27.0,
	0x1p-1074, -0x1p-1074, 0x1p-1022, -0x1p-1022, 0x1p-149, 0x1p-126,
	0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, 0x1p+52,
	0x1.0000000000001p+52, 0x1p+53, -0x1p+53, -0x1.0000000000001p+52,
	0x1.fffffffffffffp-1, 0x1.0000000000001p+0, 1e300, -1e300, 1e-300,
	0x1.fffffep+127, 0x1p+23, 0x1.000002p+23, 0x1.fffffep-1, 0x1.000002p+0,
	709.0, 710.0, -745.0, -746.0, 88.0, 89.0, -103.0, -104.0,
	INFINITY, -INFINITY, NAN, -NAN, 0.1, -0.1, 4.0, -4.0, 1024.0, -1074.0,
};

#define N_SPECIALS	(sizeof(specials) / sizeof(specials[0]))

/* Of the same class: NaN, infinity, zero with sign, or finite and not zero. */
static bool
same_class(double got, double want)
{
	if (isnan(want) || isnan(got))
		return isnan(want) && isnan(got);
	if (want == 0 || got == 0 || isinf(want) || isinf(got))
		return got == want && !signbit(got) == !signbit(want);
	return true;
}

static double
ulp_f32(double want)
{
	int e;

	(void)frexp(want, &e);
	return ldexp(1.0, e - 24 < -149 ? -149 : e - 24);
}

/* Error in ULP of float32; an overflow must be one in rounding, too. */
static double
error_f32(float got, double want)
{
	if (!same_class(got, (float)want))
		return ldexp(fabs(got - want), 149) <= 1.0 ? 1.0 : INFINITY;
	if (isnan(want) || isinf((float)want) || want == 0)
		return 0;
	return fabs(got - want) / ulp_f32(want);
}

START_TEST(specials_f64)
{
	const struct function *f = &functions[_i];
	double y[N_SPECIALS], want;
	size_t i;

	f->f64(specials, y, N_SPECIALS);
	for (i = 0; i < N_SPECIALS; i++) {
		want = f->want(specials[i]);
		ck_assert_msg(same_class(y[i], want) && (!isfinite(want) ||
		    fabs(y[i] - want) <= fabs(want) * 0x1p-51 + 0x1p-1074),
		    "%s(%a) = %a, not %a", f->name, specials[i], y[i], want);
	}
}
END_TEST

START_TEST(specials_pow)
{
	double x[N_SPECIALS * N_SPECIALS], y[N_SPECIALS * N_SPECIALS];
	double z[N_SPECIALS * N_SPECIALS], want;
	float xf[N_SPECIALS * N_SPECIALS], yf[N_SPECIALS * N_SPECIALS];
	float zf[N_SPECIALS * N_SPECIALS];
	size_t i, n = N_SPECIALS * N_SPECIALS;

	for (i = 0; i < n; i++) {
		x[i] = specials[i / N_SPECIALS];
		y[i] = specials[i % N_SPECIALS];
		xf[i] = (float)x[i];
		yf[i] = (float)y[i];
	}
	math_pow_f64(x, y, z, n);
	math_pow_f32(xf, yf, zf, n);
	for (i = 0; i < n; i++) {
		want = pow(x[i], y[i]);
		ck_assert_msg(same_class(z[i], want) && (!isfinite(want) ||
		    fabs(z[i] - want) <= fabs(want) * 0x1p-51 + 0x1p-1074),
		    "pow(%a, %a) = %a, not %a", x[i], y[i], z[i], want);
		want = pow(xf[i], yf[i]);
		ck_assert_msg(error_f32(zf[i], want) <= 1.0,
		    "powf(%a, %a) = %a, not %a", xf[i], yf[i], zf[i], want);
	}
}
END_TEST

/* Every length, in place and not, gives what the whole array gives. */
START_TEST(lengths_and_places)
{
	const struct function *f = &functions[_i];
	double x[19], y[19], whole[19];
	float xf[19], yf[19], wholef[19];
	size_t i, n;

	for (i = 0; i < 19; i++)
		xf[i] = (float)(x[i] = 0.3 + (double)i * 1.7);
	f->f64(x, whole, 19);
	f->f32(xf, wholef, 19);
	for (n = 0; n <= 19; n++) {
		memcpy(y, x, sizeof(y));
		memcpy(yf, xf, sizeof(yf));
		f->f64(y, y, n);
		f->f32(yf, yf, n);
		ck_assert(n == 0 || memcmp(y, whole, n * 8) == 0);
		ck_assert(n == 0 || memcmp(yf, wholef, n * 4) == 0);
		ck_assert(n == 19 || memcmp(y + n, x + n, (19 - n) * 8) == 0);
		ck_assert(n == 19 || memcmp(yf + n, xf + n, (19 - n) * 4) == 0);
	}
}
END_TEST

/*
 * Digests of what the functions make of N_BITS arguments, half of them any
 * bits and half moderate: every host, compiler and release must reproduce
 * them, for participants of different builds are compared.
 */
#define N_BITS	65536

static const struct recorded {
	const char	*name, *f64, *f32;
} recorded[] = {
	{ "exp",
	    "2c6fb7fdec188e63800573175aac00233246e95c95dcc5230183da4cebfc323b",
	    "e32b8f11ee63573bcdff161aa03a143e34d6a4a045b52b3e91e5470dfaa43f0d" },
	{ "log",
	    "481c5146d93b97ed208a1a68f1338d055b16bf511e08a011c7bdb7d6578f38eb",
	    "b02a7090a6f33d5002e04e46cb15acc537f3455046f71fcc9ecbbd3c7218d0e1" },
	{ "cbrt",
	    "580ab9ad7dd963ff2018ebea891e0607be36cb5dc67f961701bd6438edbc6f9f",
	    "64227b6b3b59b2765c9c08bc679fdacc571a088dc94691ea6ddbddb906aa1104" },
	{ "pow",
	    "2691ffc48e8378a94cd8b686b488c418773c9b2c4d90037d1e72adacfafde887",
	    "dd8ae94170b85623c34e19ae7d1240027527c51d807be20c4da4e1d48245eb95" },
};

static void
draw_bits(struct random *r, double *x, float *xf)
{
	uint32_t low;
	uint64_t bits;
	int i;

	for (i = 0; i < N_BITS; i++) {
		bits = random_bits(r);
		low = (uint32_t)(bits >> 20);
		memcpy(&x[i], &bits, sizeof(bits));
		memcpy(&xf[i], &low, sizeof(low));
		if (i % 2 == 0)
			xf[i] = (float)(x[i] = random_between(r, -20, 20));
	}
}

static void
expect_bits(const char *name, enum dtype dtype, void *y, const char *want)
{
	const size_t bytes = N_BITS * dtype_size(dtype);
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX];

	tensor_canonical(dtype, y, bytes);
	digest_of(y, bytes, digest);
	digest_hex(digest, hex);
	ck_assert_msg(strcmp(hex, want) == 0, "%s %s: %s", name,
	    dtype_name(dtype), hex);
}

START_TEST(bits_are_those_recorded)
{
	static double x[N_BITS], y[N_BITS];
	static float xf[N_BITS], yf[N_BITS];
	const struct recorded *want = &recorded[_i];
	struct random r = { 7 };

	draw_bits(&r, x, xf);
	if (strcmp(want->name, "pow") == 0) {
		draw_bits(&r, y, yf);
		math_pow_f64(x, y, y, N_BITS);
		math_pow_f32(xf, yf, yf, N_BITS);
	} else {
		functions[_i].f64(x, y, N_BITS);
		functions[_i].f32(xf, yf, N_BITS);
	}
	expect_bits(want->name, DT_F64, y, want->f64);
	expect_bits(want->name, DT_F32, yf, want->f32);
}
END_TEST

static uint32_t
stride(void)
{
	return getenv("RAVEN_SWEEP") != NULL ? 1 : STRIDE;
}

static float
float_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

START_TEST(sweep_f32)
{
	const struct function *f = &functions[_i];
	const double bound = bound_ulp[f->bound];
	float x[BATCH], y[BATCH], at = 0;
	double e, worst = 0;
	uint64_t bits = 0;
	size_t i, n;

	while (bits < (uint64_t)1 << 32) {
		for (n = 0; n < BATCH && bits < (uint64_t)1 << 32; n++) {
			x[n] = float_of((uint32_t)bits);
			bits += stride();
		}
		f->f32(x, y, n);
		for (i = 0; i < n; i++) {
			e = error_f32(y[i], f->want(x[i]));
			if (e > worst) {
				worst = e;
				at = x[i];
			}
		}
	}
	printf("%s f32: worst %.4f ULP at %a\n", f->name, worst, at);
	ck_assert_msg(worst <= bound, "%s(%a): %g ULP", f->name, at, worst);
}
END_TEST

/* Exponents that bring the power into range, for every stride-th base. */
START_TEST(sweep_pow_f32)
{
	struct random r = { 20 };
	float x[BATCH], y[BATCH], z[BATCH], at = 0, to = 0;
	double e, worst = 0;
	uint64_t bits = 0;
	size_t i, n;

	while (bits < (uint64_t)1 << 32) {
		for (n = 0; n < BATCH && bits < (uint64_t)1 << 32; n++) {
			x[n] = float_of((uint32_t)bits);
			y[n] = (float)(random_between(&r, -104, 89) /
			    log(fabs(x[n])));
			if (x[n] < 0)
				y[n] = rintf(y[n]);
			bits += stride();
		}
		math_pow_f32(x, y, z, n);
		for (i = 0; i < n; i++) {
			e = error_f32(z[i], pow(x[i], y[i]));
			if (e > worst) {
				worst = e;
				at = x[i];
				to = y[i];
			}
		}
	}
	printf("pow f32: worst %.4f ULP at %a, %a\n", worst, at, to);
	ck_assert_msg(worst <= bound_ulp[BOUND_pow_f32],
	    "pow(%a, %a): %g ULP", at, to, worst);
}
END_TEST

int
main(void)
{
	const int n = sizeof(functions) / sizeof(functions[0]);
	Suite *s = suite_create("math");
	TCase *t = tcase_create("functions");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 1800);
	tcase_add_loop_test(t, specials_f64, 0, n);
	tcase_add_test(t, specials_pow);
	tcase_add_loop_test(t, lengths_and_places, 0, n);
	tcase_add_loop_test(t, bits_are_those_recorded, 0,
	    sizeof(recorded) / sizeof(recorded[0]));
	tcase_add_loop_test(t, sweep_f32, 0, n);
	tcase_add_test(t, sweep_pow_f32);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
