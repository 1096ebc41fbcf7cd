/*
 * Random numbers: the published answer of the generator, parts made anywhere,
 * and the shape of the distributions.
 */
#include "compute/kernels/random.h"

#include <check.h>
#include <string.h>

#define N 65536

static void
make(const struct random_source *s, uint64_t start, size_t n, void *out)
{
	size_t size = s->dtype == DT_F32 && s->kind != RANDOM_BITS ? 4 : 8;

	for (size_t at = 0; at < n; at += RANDOM_AT_ONCE)
		random_make(s, start + at, n - at < RANDOM_AT_ONCE ? n - at :
		    RANDOM_AT_ONCE, (uint8_t *)out + at * size);
}

/* Salmon and others, 2011: philox4x32-10 of key 0, counter 0. */
START_TEST(test_answer)
{
	struct random_source s = { .kind = RANDOM_BITS, .dtype = DT_F64 };
	uint64_t out[2];

	random_make(&s, 0, 2, out);
	ck_assert_uint_eq(out[0], 0xe169c58d6627e8d5u);
	ck_assert_uint_eq(out[1], 0x9b00dbd8bc57ac4cu);
}
END_TEST

START_TEST(test_parts)
{
	static double whole[4096], part[4096];

	for (int kind = 0; kind < 3; kind++)
		for (int dtype = DT_F32; dtype <= DT_F64; dtype++) {
			struct random_source s = { (enum random_kind)kind,
				(enum dtype)dtype, 7, 9, 0 };
			size_t size = dtype == DT_F32 && kind < 2 ? 4 : 8;

			make(&s, 0, 4096, whole);
			for (uint64_t at = 0; at < 4000; at += 52) {
				make(&s, at, 97, part);
				ck_assert_int_eq(memcmp(part, (uint8_t *)whole +
				    at * size, 97 * size), 0);
			}
		}
}
END_TEST

static void
moments(const struct random_source *s, double *mean, double *variance)
{
	static double x[N];
	double sum = 0, squares = 0;

	make(s, 0, N, x);
	for (int i = 0; i < N; i++) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	*mean = sum / N;
	*variance = squares / N - *mean * *mean;
}

START_TEST(test_distributions)
{
	struct random_source s = { RANDOM_UNIFORM, DT_F64, 1, 0, 0 };
	double mean, variance;

	moments(&s, &mean, &variance);
	ck_assert(mean > 0.495 && mean < 0.505);
	ck_assert(variance > 0.082 && variance < 0.0847);
	s.kind = RANDOM_NORMAL;
	moments(&s, &mean, &variance);
	ck_assert(mean > -0.02 && mean < 0.02);
	ck_assert(variance > 0.98 && variance < 1.02);
}
END_TEST

START_TEST(test_below)
{
	struct random_source s = { RANDOM_BITS, DT_F64, 3, 1, 6 };
	static uint64_t x[6000];
	int seen[6] = { 0 };

	make(&s, 0, 6000, x);
	for (int i = 0; i < 6000; i++) {
		ck_assert_uint_lt(x[i], 6);
		seen[x[i]]++;
	}
	for (int i = 0; i < 6; i++)
		ck_assert(seen[i] > 850 && seen[i] < 1150);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("random");
	TCase *tc = tcase_create("random");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, test_answer);
	tcase_add_test(tc, test_parts);
	tcase_add_test(tc, test_distributions);
	tcase_add_test(tc, test_below);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
