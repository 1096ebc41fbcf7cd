/*
 * The benchmark with a clock by hand: how many steps it takes, what it
 * reports, and what further slots are worth.
 */
#include <check.h>

#include "common/op.h"
#include "worker/bench.h"

/* Runs it all; every repeat of a stage is said to take unit microseconds,
 * which the steps that get longer and longer are divided by. */
static unsigned
run(struct bench *b, double us)
{
	unsigned steps = 0;
	bool more;

	do {
		more = bench_step(b);
		bench_timed(b, us);
		ck_assert_uint_lt(++steps, 1000);
	} while (more);
	return steps;
}

START_TEST(measures_every_class)
{
	struct bench *b = bench_new(BENCH_ALL);
	struct bench_result r;
	bool seen[COST_CLASSES] = { false };
	uint32_t i;

	ck_assert_uint_eq(bench_stages(b), 12);
	ck_assert_uint_eq(bench_stage(b), 0);
	/* One warm step and three batches for each. */
	ck_assert_uint_eq(run(b, 20000), 12 * 4);
	ck_assert_uint_eq(bench_stage(b), 12);
	bench_result(b, &r);
	ck_assert_uint_eq(r.n, 10);
	for (i = 0; i < r.n; i++) {
		ck_assert_double_gt(r.speeds[i].rate, 0);
		seen[r.speeds[i].cost_class] = true;
	}
	for (i = COST_MATMUL; i < COST_CLASSES; i++)
		ck_assert_msg(seen[i], "class %u", i);
	/* 2 * 256^3 in 20 ms. */
	ck_assert_uint_eq(r.speeds[0].cost_class, COST_MATMUL);
	ck_assert_uint_eq(r.speeds[0].dtype, DT_F32);
	ck_assert_double_eq_tol(r.speeds[0].rate,
	    (33554432 + 6 * 3 * 65536) / 0.02, 1);
	ck_assert_double_eq_tol(r.overhead_us, 20, 1e-9);
	ck_assert_double_eq_tol(r.digest_rate, 1048576 / 0.02, 1);
	bench_free(b);
}
END_TEST

START_TEST(lengthens_short_batches)
{
	struct bench *b = bench_new(BENCH_SLOTS);
	struct bench_result r;
	unsigned steps;

	/* 4 ms a step: three to be warm, with more repeats each time, then
	 * batches of 4 repeats * 15/4 ms, plus one. */
	steps = run(b, 4000);
	ck_assert_uint_eq(steps, 2 * (3 + 3));
	bench_result(b, &r);
	ck_assert_uint_eq(r.n, 2);
	ck_assert_double_gt(r.speeds[0].rate, 33554432 / 0.004 * 15);
	bench_free(b);
}
END_TEST

START_TEST(survives_a_clock_that_stands)
{
	struct bench *b = bench_new(BENCH_SLOTS);
	struct bench_result r;
	unsigned i;

	for (i = 0; i < 8; i++) {
		ck_assert(bench_step(b));
		bench_timed(b, 0);
	}
	bench_result(b, &r);
	ck_assert_uint_eq(r.n, 0);
	bench_free(b);
}
END_TEST

START_TEST(values_further_slots)
{
	struct bench_result one = { .n = 3 }, slots[2] = { { .n = 2 }, { .n = 2 } };
	unsigned i;

	for (i = 0; i < 3; i++) {
		one.speeds[i].cost_class = i + 1;
		one.speeds[i].rate = 100;
	}
	for (i = 0; i < 2; i++) {
		slots[0].speeds[i].cost_class = slots[1].speeds[i].cost_class = i + 1;
		slots[0].speeds[i].rate = 80;
		slots[1].speeds[i].rate = i == 0 ? 80 : 40;
	}
	ck_assert_double_eq_tol(bench_all_slots(&one, slots, 2), 1.4, 1e-12);
	ck_assert_double_eq(bench_all_slots(&one, slots, 0), 1);
	one.n = 0;
	ck_assert_double_eq(bench_all_slots(&one, slots, 2), 1);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("bench");
	TCase *c = tcase_create("bench");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_test(c, measures_every_class);
	tcase_add_test(c, lengthens_short_batches);
	tcase_add_test(c, survives_a_clock_that_stands);
	tcase_add_test(c, values_further_slots);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
