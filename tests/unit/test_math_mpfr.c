/*
 * The float64 functions against MPFR: random points over the whole range and
 * where each is weakest.  RAVEN_SWEEP=1: 10^7 points each (hours).
 * scripts/math-table reads what it prints.
 */
#include <check.h>
#include <mpfr.h>
#include <stdio.h>

#include "math_util.h"

#define BITS	160
#define WIDE	700	/* where formulas lose digits */
#define BATCH	1024
#define POINTS	10000000
#define CHECK_STRIDE	500

/* ---- the true values ---- */

typedef int (*mpfr_one)(mpfr_t, mpfr_srcptr, mpfr_rnd_t);
typedef int (*mpfr_two)(mpfr_t, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

static int
true_sigmoid(mpfr_t z, mpfr_srcptr x, mpfr_rnd_t round)
{
	mpfr_neg(z, x, round);
	mpfr_exp(z, z, round);
	mpfr_add_ui(z, z, 1, round);
	return mpfr_ui_div(z, 1, z, round);
}

static int
true_softplus(mpfr_t z, mpfr_srcptr x, mpfr_rnd_t round)
{
	mpfr_exp(z, x, round);
	return mpfr_log1p(z, z, round);
}

static int
true_gelu(mpfr_t z, mpfr_srcptr x, mpfr_rnd_t round)
{
	mpfr_sqrt_ui(z, 2, round);
	mpfr_div(z, x, z, round);
	mpfr_neg(z, z, round);
	mpfr_erfc(z, z, round);
	mpfr_mul(z, z, x, round);
	return mpfr_div_2ui(z, z, 1, round);
}

static int
true_logaddexp(mpfr_t z, mpfr_srcptr x, mpfr_srcptr y, mpfr_rnd_t round)
{
	mpfr_t d;

	mpfr_init2(d, WIDE);
	mpfr_sub(d, x, y, round);
	mpfr_abs(d, d, round);
	mpfr_neg(d, d, round);
	mpfr_exp(d, d, round);
	mpfr_log1p(d, d, round);
	mpfr_max(z, x, y, round);
	mpfr_add(z, z, d, round);
	mpfr_clear(d);
	return 0;
}

#define true_exp	mpfr_exp
#define true_log	mpfr_log
#define true_cbrt	mpfr_cbrt
#define true_pow	mpfr_pow
#define true_log2	mpfr_log2
#define true_log10	mpfr_log10
#define true_expm1	mpfr_expm1
#define true_log1p	mpfr_log1p
#define true_sin	mpfr_sin
#define true_cos	mpfr_cos
#define true_tan	mpfr_tan
#define true_sinh	mpfr_sinh
#define true_cosh	mpfr_cosh
#define true_tanh	mpfr_tanh
#define true_arcsin	mpfr_asin
#define true_arccos	mpfr_acos
#define true_arctan	mpfr_atan
#define true_arcsinh	mpfr_asinh
#define true_arccosh	mpfr_acosh
#define true_arctanh	mpfr_atanh
#define true_arctan2	mpfr_atan2
#define true_hypot	mpfr_hypot
#define true_erf	mpfr_erf

enum which {
#define ONE(OP, name) F_##name,
#define TWO(OP, name) F_##name,
#include "compute/math/functions.def"
};

static const struct function {
	const char	*name;
	f64_one		 one;
	f64_two		 two;
	mpfr_one	 true_one;
	mpfr_two	 true_two;
	enum bound_id	 bound;
} functions[] = {
#define ONE(OP, name) { #name, math_##name##_f64, NULL, true_##name, NULL, \
	BOUND_##name##_f64 },
#define TWO(OP, name) { #name, NULL, math_##name##_f64, NULL, true_##name, \
	BOUND_##name##_f64 },
#include "compute/math/functions.def"
};

/* ---- the points ---- */

/* In (-1, 1), of any size down to 2^-deep. */
static double
random_small(struct random *r, double deep)
{
	double x = random_between(r, -1, 1);

	return ldexp(x, -(int)(random_bits(r) % (unsigned)deep));
}

/* Points of one kind, of a set's low and high; y is the second argument. */
typedef void (*draw)(struct random *, double low, double high, double *x,
	    double *y);

static void
between(struct random *r, double low, double high, double *x, double *y)
{
	*x = random_between(r, low, high);
	*y = random_between(r, low, high);
}

/* Of every size between 2^low and 2^high, of either sign. */
static void
octaves(struct random *r, double low, double high, double *x, double *y)
{
	*x = ldexp(random_between(r, 1, 2), (int)random_between(r, low, high));
	*y = ldexp(random_between(r, 1, 2), (int)random_between(r, low, high));
	*x = random_bits(r) & 1 ? *x : -*x;
	*y = random_bits(r) & 1 ? *y : -*y;
}

/* Around a number, as near as 2^-deep of it; y near x, or at an eighth's. */
static void
around(struct random *r, double centre, double deep, double *x, double *y)
{
	*x = centre * (1 + random_small(r, deep));
	*y = *x * (1 + random_small(r, 40)) *
	    (random_bits(r) & 1 ? 1 : 0.41421356);
}

/* Near multiples of pi/2, below 2^high. */
static void
multiples(struct random *r, double low, double high, double *x, double *y)
{
	long double k = (long double)(random_bits(r) >> 11);

	k = floorl(ldexpl(k, (int)random_between(r, low, high) - 53));
	*x = (double)(k * 1.57079632679489661923132169163975144L);
	*y = 0;
}

/* Those doubles that come nearest to a multiple of pi/2, and such. */
static void
nearest(struct random *r, double low, double high, double *x, double *y)
{
	static const double hard[] = { 0x1.6ac5b262ca1ffp+849,
		0x1.5f7fdp+113, 0x1.921fb54442d18p+25, 0x1.fffffffffffffp+1023,
		0x1.0f0cf064dd592p+73, 0x1p+20, 0x1.fffffffffffffp+19 };

	(void)low;
	(void)high;
	*x = hard[random_bits(r) % 7];
	*y = 0;
}

/* Between two multiples of ln 2, where k changes. */
static void
exp_between(struct random *r, double low, double high, double *x, double *y)
{
	*x = (floor(random_between(r, low, high)) + 0.5) *
	    0x1.62e42fefa39efp-1 * (1 + random_between(r, -1e-9, 1e-9));
	*y = 0;
}

/* Logarithms around powers of two. */
static void
log_round(struct random *r, double low, double high, double *x, double *y)
{
	double result = 1 + random_small(r, 30);

	result = ldexp(result, (int)random_between(r, low, high));
	*x = exp(random_bits(r) & 1 ? result : -result);
	*y = 0;
}

/* Roots around powers of two, where the ULP changes. */
static void
cbrt_ends(struct random *r, double low, double high, double *x, double *y)
{
	double root = 1 + random_small(r, 30);

	*x = ldexp(root * root * root, 3 * (int)random_between(r, low, high));
	*y = 0;
}

/* Any base, the exponent such that the power is in range. */
static void
pow_range(struct random *r, double low, double high, double *x, double *y)
{
	*x = fabs(random_finite(r));
	*y = random_between(r, low, high) / log(*x);
}

static void
pow_near_one(struct random *r, double low, double high, double *x, double *y)
{
	do
		*x = 1 + random_small(r, 40);
	while (*x == 1 || *x == 0);
	*y = random_between(r, low, high) / log(*x);
}

/* Where the nearer of the two centres changes. */
static void
pow_ends(struct random *r, double low, double high, double *x, double *y)
{
	static const double end[] = { 0.8660254, 1.2247449, 1.7320508 };

	*x = end[random_bits(r) % 3];
	*x *= 1 + random_between(r, -1e-4, 1e-4);
	*y = random_between(r, low, high) / log(*x);
}

static void
pow_integers(struct random *r, double low, double high, double *x, double *y)
{
	*x = floor(random_between(r, low, high));
	*y = floor(random_between(r, -100, 100));
}

static const struct set {
	enum which	 which;
	const char	*name;
	draw		 draw;
	double		 low, high;
} sets[] = {
	{ F_exp, "range", between, -746, 710 },
	{ F_exp, "small", octaves, -60, 0 },
	{ F_exp, "between", exp_between, -1070, 1020 },
	{ F_exp, "subnormal", between, -746, -708 },
	{ F_log, "range", octaves, -1074, 1024 },
	{ F_log, "near 1", around, 1, 50 },
	{ F_log, "ends", between, 0.70, 1.43 },
	{ F_log, "round", log_round, -5, 9 },
	{ F_cbrt, "range", octaves, -1074, 1024 },
	{ F_cbrt, "octaves", between, -64, 64 },
	{ F_cbrt, "ends", cbrt_ends, -4, 5 },
	{ F_cbrt, "subnormal", between, -0x1p-1022, 0x1p-1022 },
	{ F_pow, "range", pow_range, -746, 710 },
	{ F_pow, "near 1", pow_near_one, -746, 710 },
	{ F_pow, "ends", pow_ends, -746, 710 },
	{ F_pow, "integers", pow_integers, -1000, 1000 },
	{ F_log2, "range", octaves, -1074, 1024 },
	{ F_log2, "near 1", around, 1, 50 },
	{ F_log2, "octave", between, 0.5, 2 },
	{ F_log10, "range", octaves, -1074, 1024 },
	{ F_log10, "near 1", around, 1, 50 },
	{ F_log10, "octave", between, 0.5, 2 },
	{ F_expm1, "range", between, -40, 710 },
	{ F_expm1, "near 0", between, -1, 1 },
	{ F_expm1, "small", octaves, -1074, 0 },
	{ F_expm1, "between", exp_between, -60, 1020 },
	{ F_log1p, "range", octaves, -1074, 1024 },
	{ F_log1p, "near 0", between, -1, 1 },
	{ F_log1p, "near -1", around, -1, 50 },
	{ F_sin, "range", octaves, -1074, 1024 },
	{ F_sin, "moderate", between, -1000, 1000 },
	{ F_sin, "multiples", multiples, 0, 63 },
	{ F_sin, "nearest", nearest, 0, 0 },
	{ F_cos, "range", octaves, -1074, 1024 },
	{ F_cos, "moderate", between, -1000, 1000 },
	{ F_cos, "multiples", multiples, 0, 63 },
	{ F_cos, "nearest", nearest, 0, 0 },
	{ F_tan, "range", octaves, -1074, 1024 },
	{ F_tan, "moderate", between, -1000, 1000 },
	{ F_tan, "multiples", multiples, 0, 63 },
	{ F_tan, "nearest", nearest, 0, 0 },
	{ F_sinh, "range", between, -711, 711 },
	{ F_sinh, "near 0", between, -2, 2 },
	{ F_sinh, "small", octaves, -1074, 0 },
	{ F_cosh, "range", between, -711, 711 },
	{ F_cosh, "near 0", between, -2, 2 },
	{ F_tanh, "range", between, -23, 23 },
	{ F_tanh, "near 0", between, -1, 1 },
	{ F_tanh, "small", octaves, -1074, 0 },
	{ F_arcsin, "range", between, -1, 1 },
	{ F_arcsin, "near 1", around, 1, 50 },
	{ F_arcsin, "small", octaves, -1074, 0 },
	{ F_arccos, "range", between, -1, 1 },
	{ F_arccos, "near 1", around, 1, 50 },
	{ F_arccos, "near -1", around, -1, 50 },
	{ F_arccos, "small", octaves, -1074, 0 },
	{ F_arctan, "range", octaves, -1074, 1024 },
	{ F_arctan, "moderate", between, -4, 4 },
	{ F_arcsinh, "range", octaves, -1074, 1024 },
	{ F_arcsinh, "moderate", between, -4, 4 },
	{ F_arccosh, "range", octaves, 0, 1024 },
	{ F_arccosh, "near 1", around, 1, 50 },
	{ F_arccosh, "moderate", between, 1, 4 },
	{ F_arctanh, "range", between, -1, 1 },
	{ F_arctanh, "near 1", around, 1, 50 },
	{ F_arctanh, "small", octaves, -1074, 0 },
	{ F_arctan2, "range", octaves, -1074, 1024 },
	{ F_arctan2, "moderate", between, -4, 4 },
	{ F_arctan2, "diagonals", around, 1, 30 },
	{ F_arctan2, "subnormal", between, -0x1p-1022, 0x1p-1022 },
	{ F_hypot, "range", octaves, -1074, 1023 },
	{ F_hypot, "moderate", between, -4, 4 },
	{ F_hypot, "near", around, 1, 30 },
	{ F_hypot, "subnormal", between, -0x1p-1022, 0x1p-1022 },
	{ F_erf, "range", between, -6, 6 },
	{ F_erf, "near 0", between, -1, 1 },
	{ F_erf, "near 1", around, 1, 20 },
	{ F_erf, "small", octaves, -1074, 0 },
	{ F_sigmoid, "range", between, -746, 40 },
	{ F_sigmoid, "moderate", between, -20, 20 },
	{ F_sigmoid, "small", octaves, -1074, 0 },
	{ F_softplus, "range", between, -746, 40 },
	{ F_softplus, "moderate", between, -20, 20 },
	{ F_gelu, "range", between, -39, 10 },
	{ F_gelu, "moderate", between, -4, 4 },
	{ F_gelu, "small", octaves, -1073, 0 },
	{ F_logaddexp, "range", between, -700, 700 },
	{ F_logaddexp, "moderate", between, -4, 4 },
	{ F_logaddexp, "near", around, 1, 30 },
};

/* The true value, to BITS bits or more. */
static void
truth(const struct function *f, mpfr_t want, double x, double y)
{
	mpfr_t a, b;

	mpfr_init2(a, 53);
	mpfr_init2(b, 53);
	mpfr_set_d(a, x, MPFR_RNDN);
	mpfr_set_d(b, y, MPFR_RNDN);
	if (f->true_one != NULL)
		(void)f->true_one(want, a, MPFR_RNDN);
	else
		(void)f->true_two(want, a, b, MPFR_RNDN);
	mpfr_clears(a, b, (mpfr_ptr)NULL);
}

/*
 * |got - want| in ULP of want, or of least if that is larger; got must be
 * infinite just when rounding is.
 */
static double
error_f64(double got, mpfr_t want, double least)
{
	double rounded = mpfr_get_d(want, MPFR_RNDN), e;
	int exponent;
	mpfr_t d;

	if (isnan(rounded) || isinf(rounded) || isnan(got) || isinf(got))
		return got == rounded || (isnan(got) && isnan(rounded)) ?
		    0 : INFINITY;
	(void)frexp(fabs(rounded) > least ? rounded : least, &exponent);
	exponent = exponent - 53 < -1074 || (rounded == 0 && least == 0) ?
	    -1074 : exponent - 53;
	mpfr_init2(d, BITS);
	mpfr_sub_d(d, want, got, MPFR_RNDN);
	mpfr_mul_2si(d, d, -exponent, MPFR_RNDN);
	e = fabs(mpfr_get_d(d, MPFR_RNDN));
	mpfr_clear(d);
	return e;
}

START_TEST(within_bound)
{
	const struct set *s = &sets[_i];
	const struct function *f = &functions[s->which];
	const uint32_t points = POINTS / sweep_stride(CHECK_STRIDE);
	struct random r = { (uint64_t)_i + 1 };
	double x[BATCH], y[BATCH], z[BATCH], e, worst = 0, at = 0, to = 0;
	size_t done, i;
	mpfr_t want;

	mpfr_init2(want, f->two == math_logaddexp_f64 ? WIDE : BITS);
	for (done = 0; done < points; done += BATCH) {
		for (i = 0; i < BATCH; i++)
			s->draw(&r, s->low, s->high, &x[i], &y[i]);
		if (f->one != NULL)
			f->one(x, z, BATCH);
		else
			f->two(x, y, z, BATCH);
		for (i = 0; i < BATCH; i++) {
			truth(f, want, x[i], y[i]);
			/* Where these cancel, the ULP is the arguments'. */
			e = error_f64(z[i], want, s->which == F_logaddexp ?
			    fmax(fabs(x[i]), fabs(y[i])) : 0);
			if (e > worst) {
				worst = e;
				at = x[i];
				to = y[i];
			}
		}
	}
	mpfr_clear(want);
	printf("%s f64 %s: worst %.4f ULP at %a, %a of %u\n", f->name, s->name,
	    worst, at, to, points);
	ck_assert_msg(worst <= bound_ulp[f->bound], "%s %s at %a, %a: %g ULP",
	    f->name, s->name, at, to, worst);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("math_mpfr");
	TCase *t = tcase_create("bounds");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 7200);
	tcase_add_loop_test(t, within_bound, 0,
	    sizeof(sets) / sizeof(sets[0]));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
