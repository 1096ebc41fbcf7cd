/*
 * The elementary functions' special values, lengths, places, and bits: those
 * recorded, on every processor and with vectors of either width.
 */
#include <check.h>
#include <stdio.h>

#include "common/tensor.h"
#include "math_util.h"

static const struct one {
	const char	*name;
	f64_one		 f64;
	f32_one		 f32;
	double		(*want)(double);
} ones[] = {
#define ONE(OP, name) \
	{ #name, math_##name##_f64, math_##name##_f32, want_##name },
#include "compute/math/functions.def"
};

static const struct two {
	const char	*name;
	f64_two		 f64;
	f32_two		 f32;
	double		(*want)(double, double);
} twos[] = {
#define TWO(OP, name) \
	{ #name, math_##name##_f64, math_##name##_f32, want_##name },
#include "compute/math/functions.def"
};

#define N_ONES	((int)(sizeof(ones) / sizeof(ones[0])))
#define N_TWOS	((int)(sizeof(twos) / sizeof(twos[0])))

static const double specials[] = {
	0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 8.0, -27.0,
	0x1p-1074, -0x1p-1074, 0x1p-1022, -0x1p-1022, 0x1p-149, 0x1p-126,
	0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, 0x1p+52,
	0x1.0000000000001p+52, 0x1p+53, -0x1p+53, -0x1.0000000000001p+52,
	0x1.fffffffffffffp-1, 0x1.0000000000001p+0, 1e300, -1e300, 1e-300,
	0x1.fffffep+127, 0x1p+23, 0x1.000002p+23, 0x1.fffffep-1, 0x1.000002p+0,
	709.0, 710.0, -745.0, -746.0, 88.0, 89.0, -103.0, -104.0,
	INFINITY, -INFINITY, NAN, -NAN, 0.1, -0.1, 4.0, -4.0, 1024.0, -1074.0,
	710.475, 710.476, -710.476, 0x1p-27, -0x1p-54, 0x1p+20, -0x1p+20,
	0x1.921fb54442d18p+0, 0x1p+1000,
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

/* The judge errs, too: some 4 ULP, of the larger argument where such cancel. */
static bool
near(double got, double want, double least)
{
	double size = fabs(want) > least ? fabs(want) : least;

	return same_class(got, want) && (!isfinite(want) ||
	    fabs(got - want) <= size * 0x1p-50 + 0x1p-1074);
}

static bool
near_f32(float got, double want)
{
	return same_class(got, (float)want) ?
	    near(got, (float)want, (double)fabsf(got) * 0x1p+28) :
	    fabs(got - want) <= 0x1p-149;
}

START_TEST(specials_one)
{
	const struct one *f = &ones[_i];
	double y[N_SPECIALS], want;
	float xf[N_SPECIALS], yf[N_SPECIALS];
	size_t i;

	for (i = 0; i < N_SPECIALS; i++)
		xf[i] = (float)specials[i];
	f->f64(specials, y, N_SPECIALS);
	f->f32(xf, yf, N_SPECIALS);
	for (i = 0; i < N_SPECIALS; i++) {
		want = f->want(specials[i]);
		ck_assert_msg(near(y[i], want, 0), "%s(%a) = %a, not %a",
		    f->name, specials[i], y[i], want);
		want = f->want(xf[i]);
		ck_assert_msg(near_f32(yf[i], want), "%s_f32(%a) = %a, not %a",
		    f->name, xf[i], yf[i], want);
	}
}
END_TEST

START_TEST(specials_two)
{
	const struct two *f = &twos[_i];
	const bool cancels = f->f64 == math_logaddexp_f64;
	double x[N_SPECIALS], y[N_SPECIALS], z[N_SPECIALS], want;
	float xf[N_SPECIALS], yf[N_SPECIALS], zf[N_SPECIALS];
	size_t i, k;

	for (k = 0; k < N_SPECIALS; k++) {
		for (i = 0; i < N_SPECIALS; i++) {
			x[i] = specials[i];
			y[i] = specials[k];
			xf[i] = (float)x[i];
			yf[i] = (float)y[i];
		}
		f->f64(x, y, z, N_SPECIALS);
		f->f32(xf, yf, zf, N_SPECIALS);
		for (i = 0; i < N_SPECIALS; i++) {
			want = f->want(x[i], y[i]);
			ck_assert_msg(near(z[i], want, cancels ?
			    fmax(fabs(x[i]), fabs(y[i])) : 0),
			    "%s(%a, %a) = %a, not %a", f->name, x[i], y[i],
			    z[i], want);
			want = f->want(xf[i], yf[i]);
			ck_assert_msg(near_f32(zf[i], want),
			    "%s_f32(%a, %a) = %a, not %a", f->name, xf[i],
			    yf[i], zf[i], want);
		}
	}
}
END_TEST

#define LENGTH	19

/* Every length, in place and not, gives what the whole array gives. */
START_TEST(lengths_and_places)
{
	const struct one *f = &ones[_i];
	double x[LENGTH], y[LENGTH], whole[LENGTH];
	float xf[LENGTH], yf[LENGTH], wholef[LENGTH];
	size_t i, n;

	for (i = 0; i < LENGTH; i++)
		xf[i] = (float)(x[i] = 0.3 + (double)i * 1.7);
	f->f64(x, whole, LENGTH);
	f->f32(xf, wholef, LENGTH);
	/* Never NaN's own bits, which may differ. */
	tensor_canonical(DT_F64, whole, sizeof(whole));
	tensor_canonical(DT_F32, wholef, sizeof(wholef));
	for (n = 1; n <= LENGTH; n++) {
		memcpy(y, x, sizeof(y));
		memcpy(yf, xf, sizeof(yf));
		f->f64(y, y, n);
		f->f32(yf, yf, n);
		tensor_canonical(DT_F64, y, n * 8);
		tensor_canonical(DT_F32, yf, n * 4);
		ck_assert(memcmp(y, whole, n * 8) == 0);
		ck_assert(memcmp(yf, wholef, n * 4) == 0);
		ck_assert(memcmp(y + n, x + n, (LENGTH - n) * 8) == 0);
		ck_assert(memcmp(yf + n, xf + n, (LENGTH - n) * 4) == 0);
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
#include "math_digests.h"
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
expect_bits(const char *name, enum dtype dtype, void *y)
{
	const size_t bytes = N_BITS * dtype_size(dtype), n = sizeof(recorded) /
	    sizeof(recorded[0]);
	const char *want = "not recorded";
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX];
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(recorded[i].name, name) == 0)
			want = dtype == DT_F64 ? recorded[i].f64 :
			    recorded[i].f32;
	tensor_canonical(dtype, y, bytes);
	digest_of(y, bytes, digest);
	digest_hex(digest, hex);
	ck_assert_msg(strcmp(hex, want) == 0, "%s %s: %s", name,
	    dtype_name(dtype), hex);
}

static void
check_one(const struct one *f)
{
	static double x[N_BITS];
	static float xf[N_BITS];
	struct random r = { 7 };

	draw_bits(&r, x, xf);
	f->f64(x, x, N_BITS);
	f->f32(xf, xf, N_BITS);
	expect_bits(f->name, DT_F64, x);
	expect_bits(f->name, DT_F32, xf);
}

static void
check_two(const struct two *f)
{
	static double x[N_BITS], y[N_BITS];
	static float xf[N_BITS], yf[N_BITS];
	struct random r = { 7 };

	draw_bits(&r, x, xf);
	draw_bits(&r, y, yf);
	f->f64(x, y, y, N_BITS);
	f->f32(xf, yf, yf, N_BITS);
	expect_bits(f->name, DT_F64, y);
	expect_bits(f->name, DT_F32, yf);
}

START_TEST(bits_of_one)
{
	check_one(&ones[_i]);
}
END_TEST

START_TEST(bits_of_two)
{
	check_two(&twos[_i]);
}
END_TEST

/* Wider vectors change no bit. */
START_TEST(bits_with_avx2)
{
#if defined(__x86_64__)
	static const struct one wide[] = {
#define ONE(OP, name) \
	{ #name, math_avx2_##name##_f64, math_avx2_##name##_f32, NULL },
#include "compute/math/functions.def"
	};
	static const struct two wide_two[] = {
#define TWO(OP, name) \
	{ #name, math_avx2_##name##_f64, math_avx2_##name##_f32, NULL },
#include "compute/math/functions.def"
	};
	int i;

	if (!__builtin_cpu_supports("avx2"))
		return;
	for (i = 0; i < N_ONES; i++)
		check_one(&wide[i]);
	for (i = 0; i < N_TWOS; i++)
		check_two(&wide_two[i]);
#endif
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("math");
	TCase *t = tcase_create("functions");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, specials_one, 0, N_ONES);
	tcase_add_loop_test(t, specials_two, 0, N_TWOS);
	tcase_add_loop_test(t, lengths_and_places, 0, N_ONES);
	tcase_add_loop_test(t, bits_of_one, 0, N_ONES);
	tcase_add_loop_test(t, bits_of_two, 0, N_TWOS);
	tcase_add_test(t, bits_with_avx2);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
