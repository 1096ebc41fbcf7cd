/*
 * The float64 functions against MPFR: random points over the whole range and
 * where the reduction is weakest.  RAVEN_SWEEP=1: 10^7 points each.
 */
#include <check.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>

#include "math_util.h"

#define BITS	160
#define BATCH	1024

enum which { EXP, LOG, CBRT, POW };

/* In (-1, 1), of any size down to 2^-deep. */
static double
random_small(struct random *r, int deep)
{
	double x = random_between(r, -1, 1);

	return ldexp(x, -(int)(random_bits(r) % (unsigned)deep));
}

/* Points of one kind; y is pow's exponent. */
typedef void (*draw)(struct random *, double *x, double *y);

static void
exp_range(struct random *r, double *x, double *y)
{
	*x = random_between(r, -746, 710);
	*y = 0;
}

static void
exp_small(struct random *r, double *x, double *y)
{
	*x = random_small(r, 60);
	*y = 0;
}

/* Between two multiples of ln 2, where k changes. */
static void
exp_between(struct random *r, double *x, double *y)
{
	*x = (floor(random_between(r, -1070, 1020)) + 0.5) *
	    0x1.62e42fefa39efp-1 * (1 + random_between(r, -1e-9, 1e-9));
	*y = 0;
}

static void
exp_subnormal(struct random *r, double *x, double *y)
{
	*x = random_between(r, -746, -708);
	*y = 0;
}

static void
log_range(struct random *r, double *x, double *y)
{
	*x = fabs(random_finite(r));
	*y = 0;
}

static void
log_near_one(struct random *r, double *x, double *y)
{
	*x = 1 + random_small(r, 50);
	*y = 0;
}

/* The ends of the mantissa's interval. */
static void
log_ends(struct random *r, double *x, double *y)
{
	*x = random_between(r, 0.70, 0.715);
	*x *= random_bits(r) & 1 ? 2 : 1;
	*y = 0;
}

/* Logarithms around powers of two. */
static void
log_round(struct random *r, double *x, double *y)
{
	double result = 1 + random_small(r, 30);

	result = ldexp(result, (int)(random_bits(r) % 14) - 5);
	*x = exp(random_bits(r) & 1 ? result : -result);
	*y = 0;
}

static void
any(struct random *r, double *x, double *y)
{
	*x = random_finite(r);
	*y = 0;
}

static void
cbrt_octaves(struct random *r, double *x, double *y)
{
	*x = random_between(r, -64, 64);
	*y = 0;
}

/* Roots around powers of two, where the ULP changes. */
static void
cbrt_ends(struct random *r, double *x, double *y)
{
	double root = 1 + random_small(r, 30);

	*x = ldexp(root * root * root, 3 * (int)(random_bits(r) % 9) - 12);
	*y = 0;
}

static void
cbrt_subnormal(struct random *r, double *x, double *y)
{
	*x = random_between(r, -0x1p-1022, 0x1p-1022);
	*y = 0;
}

/* Any base, the exponent such that the power is in range. */
static void
pow_range(struct random *r, double *x, double *y)
{
	*x = fabs(random_finite(r));
	*y = random_between(r, -746, 710) / log(*x);
}

static void
pow_near_one(struct random *r, double *x, double *y)
{
	do
		*x = 1 + random_small(r, 40);
	while (*x == 1 || *x == 0);
	*y = random_between(r, -746, 710) / log(*x);
}

/* Where the nearer of the two centres changes. */
static void
pow_ends(struct random *r, double *x, double *y)
{
	static const double end[] = { 0.8660254, 1.2247449, 1.7320508 };

	*x = end[random_bits(r) % 3];
	*x *= 1 + random_between(r, -1e-4, 1e-4);
	*y = random_between(r, -746, 710) / log(*x);
}

static void
pow_integers(struct random *r, double *x, double *y)
{
	*x = floor(random_between(r, -1000, 1000));
	*y = floor(random_between(r, -100, 100));
}

static const struct set {
	const char	*name;
	enum which	 which;
	enum bound_id	 bound;
	draw		 draw;
} sets[] = {
	{ "exp range", EXP, BOUND_exp_f64, exp_range },
	{ "exp small", EXP, BOUND_exp_f64, exp_small },
	{ "exp between", EXP, BOUND_exp_f64, exp_between },
	{ "exp subnormal", EXP, BOUND_exp_f64, exp_subnormal },
	{ "log range", LOG, BOUND_log_f64, log_range },
	{ "log near 1", LOG, BOUND_log_f64, log_near_one },
	{ "log ends", LOG, BOUND_log_f64, log_ends },
	{ "log round", LOG, BOUND_log_f64, log_round },
	{ "cbrt range", CBRT, BOUND_cbrt_f64, any },
	{ "cbrt octaves", CBRT, BOUND_cbrt_f64, cbrt_octaves },
	{ "cbrt ends", CBRT, BOUND_cbrt_f64, cbrt_ends },
	{ "cbrt subnormal", CBRT, BOUND_cbrt_f64, cbrt_subnormal },
	{ "pow range", POW, BOUND_pow_f64, pow_range },
	{ "pow near 1", POW, BOUND_pow_f64, pow_near_one },
	{ "pow ends", POW, BOUND_pow_f64, pow_ends },
	{ "pow integers", POW, BOUND_pow_f64, pow_integers },
};

static void
compute(enum which which, const double *x, const double *y, double *z,
    size_t n)
{
	switch (which) {
	case EXP:
		math_exp_f64(x, z, n);
		break;
	case LOG:
		math_log_f64(x, z, n);
		break;
	case CBRT:
		math_cbrt_f64(x, z, n);
		break;
	case POW:
		math_pow_f64(x, y, z, n);
		break;
	}
}

/* The true value, to BITS bits. */
static void
truth(enum which which, mpfr_t want, double x, double y)
{
	mpfr_t a;

	mpfr_init2(a, 53);
	mpfr_set_d(a, x, MPFR_RNDN);
	mpfr_set_d(want, y, MPFR_RNDN);
	switch (which) {
	case EXP:
		mpfr_exp(want, a, MPFR_RNDN);
		break;
	case LOG:
		mpfr_log(want, a, MPFR_RNDN);
		break;
	case CBRT:
		mpfr_cbrt(want, a, MPFR_RNDN);
		break;
	case POW:
		mpfr_pow(want, a, want, MPFR_RNDN);
		break;
	}
	mpfr_clear(a);
}

/* |got - want| in ULP of want; got must be infinite just when rounding is. */
static double
error_f64(double got, mpfr_t want)
{
	double rounded = mpfr_get_d(want, MPFR_RNDN), e;
	int exponent;
	mpfr_t d;

	if (isnan(rounded) || isinf(rounded) || isnan(got) || isinf(got))
		return got == rounded || (isnan(got) && isnan(rounded)) ?
		    0 : INFINITY;
	(void)frexp(rounded, &exponent);
	exponent = rounded == 0 || exponent - 53 < -1074 ?
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
	const size_t points = getenv("RAVEN_SWEEP") != NULL ? 10000000 : 40000;
	struct random r = { (uint64_t)_i + 1 };
	double x[BATCH], y[BATCH], z[BATCH], e, worst = 0, at = 0, to = 0;
	size_t done, i;
	mpfr_t want;

	mpfr_init2(want, BITS);
	for (done = 0; done < points; done += BATCH) {
		for (i = 0; i < BATCH; i++)
			s->draw(&r, &x[i], &y[i]);
		compute(s->which, x, y, z, BATCH);
		for (i = 0; i < BATCH; i++) {
			truth(s->which, want, x[i], y[i]);
			e = error_f64(z[i], want);
			if (e > worst) {
				worst = e;
				at = x[i];
				to = y[i];
			}
		}
	}
	mpfr_clear(want);
	printf("%s: worst %.4f ULP at %a, %a\n", s->name, worst, at, to);
	ck_assert_msg(worst <= bound_ulp[s->bound],
	    "%s at %a, %a: %g ULP", s->name, at, to, worst);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("math_mpfr");
	TCase *t = tcase_create("bounds");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 3600);
	tcase_add_loop_test(t, within_bound, 0,
	    sizeof(sets) / sizeof(sets[0]));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
