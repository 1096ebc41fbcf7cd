/*
 * Estimates: what the benchmark says, what results teach, throttling, hidden
 * tabs, what the record brings back.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "scheduler/core/sched_priv.h"

/* One participant and a graph of one group, of ops of any class. */
struct fixture {
	struct sched	*s;
	struct peer	*p;
	struct graph	 g;
	struct group	 k;
	struct op	 ops[3];
	uint32_t	 list[2];
};

static void
set_up(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->s = xcalloc(1, sizeof(*f->s));
	f->s->now = 1000000;
	f->p = xcalloc(1, sizeof(*f->p));
	f->p->slots = 1;
	estimate_new(f->p);
	f->g.ops = f->ops;
	f->list[0] = 1;
	f->list[1] = 2;
	f->k.ops = f->list;
	f->k.n_ops = 1;
	f->k.sent_us = f->s->now;
	f->ops[1] = (struct op){ .cost = COST_ELEMENTWISE,
		.cost_dtype = DT_F64, .ref_us = (float)(10000 + OP_US) };
	f->ops[2] = (struct op){ .cost = COST_SORT, .cost_dtype = DT_I64,
		.ref_us = (float)(10000 + OP_US) };
}

static void
tear_down(struct fixture *f)
{
	xfree(f->p);
	xfree(f->s);
}

static double
rate_of(enum cost_class class, enum dtype dtype, double speed)
{
	return 1e6 / estimate_reference_us(class, dtype, 1) * speed;
}

/* As fast as the reference times speed, in one class. */
static void
bench(struct fixture *f, struct peer *p, double speed)
{
	struct rec_speed v = { COST_ELEMENTWISE, DT_F64,
		rate_of(COST_ELEMENTWISE, DT_F64, speed) };
	struct msg_bench b = { .overhead_us = OP_US, .all_slots = 1 };

	b.speeds.v = &v;
	b.speeds.n = 1;
	estimate_bench(f->s, p, &b);
	p->bench = true;
}

/* The group took so long, and what it is said to take from now on. */
static double
result(struct fixture *f, double us)
{
	struct msg_result r = { .compute_us = (uint64_t)us };

	f->k.sent_us = f->s->now;
	f->s->now += (uint64_t)us;
	estimate_result(f->s, f->p, &f->g, &f->k, &r);
	return estimate_op_us(f->p, &f->ops[1]);
}

START_TEST(logarithms)
{
	double x = 1e-12;
	int i;

	for (i = 0; i < 160; i++, x *= 1.37) {
		ck_assert_double_eq_tol(estimate_ln(x), log(x), 1e-12 *
		    (1 + fabs(log(x))));
		ck_assert_double_eq_tol(estimate_exp(estimate_ln(x)) / x, 1,
		    1e-11);
		ck_assert_double_eq_tol(estimate_root(x) / sqrt(x), 1, 1e-11);
	}
	ck_assert_double_eq_tol(estimate_exp(-80) / exp(-60), 1, 1e-9);
	ck_assert(isfinite(estimate_ln(0)) && isfinite(estimate_ln(NAN)) &&
	    isfinite(estimate_ln(INFINITY)) && isfinite(estimate_exp(1e9)));
}
END_TEST

START_TEST(converges_to_what_results_say)
{
	struct fixture f;
	double us = 0;
	int i;

	set_up(&f);
	bench(&f, f.p, 0.5);
	ck_assert_double_eq_tol(estimate_op_us(f.p, &f.ops[1]), 20001, 20);
	for (i = 0; i < 15; i++)
		us = result(&f, i % 2 == 0 ? 15500 : 14500);
	ck_assert_double_eq_tol(us, 15000, 900);
	ck_assert_double_lt(estimate_sigma(f.p), 0.1);
	ck_assert_double_lt((double)f.p->est[COST_ELEMENTWISE][DT_F64].v,
	    0.1 * 0.1);
	/* Too short to tell. */
	f.ops[1].ref_us = 51;
	us = estimate_op_us(f.p, &f.ops[1]);
	ck_assert_double_eq(result(&f, 5000), us);
	tear_down(&f);
}
END_TEST

START_TEST(three_clips_are_a_step)
{
	struct fixture f;
	double us = 0;
	int i;

	set_up(&f);
	bench(&f, f.p, 1);
	for (i = 0; i < 20; i++)
		us = result(&f, 10000);
	ck_assert_double_eq_tol(us, 10001, 100);
	for (i = 0; i < 3; i++)
		us = result(&f, 50000);
	ck_assert_double_eq_tol(us, 50000, 1000);
	/* And back. */
	for (i = 0; i < 5; i++)
		us = result(&f, 10000);
	ck_assert_double_eq_tol(us, 10000, 1000);
	tear_down(&f);
}
END_TEST

START_TEST(one_outlier_is_resisted)
{
	struct fixture f;
	double us = 0;
	int i;

	set_up(&f);
	bench(&f, f.p, 1);
	for (i = 0; i < 20; i++)
		us = result(&f, 10000);
	ck_assert_double_gt(us, 9900);
	us = result(&f, 300000);
	ck_assert_double_lt(us, 13000);
	for (i = 0; i < 5; i++)
		us = result(&f, 10000);
	ck_assert_double_eq_tol(us, 10000, 700);
	tear_down(&f);
}
END_TEST

START_TEST(classes_share_a_result)
{
	struct fixture f;
	const struct estimate *e;
	double known;

	set_up(&f);
	bench(&f, f.p, 1);
	known = (double)f.p->est[COST_ELEMENTWISE][DT_F64].m;
	f.k.n_ops = 2;
	(void)result(&f, 26000);
	e = &f.p->est[COST_SORT][DT_I64];
	/* The less certain one moves more. */
	ck_assert(e->known && e->n == 1);
	ck_assert_double_lt((double)e->m, -0.05);
	ck_assert_double_lt((double)e->m,
	    (double)f.p->est[COST_ELEMENTWISE][DT_F64].m);
	ck_assert_double_lt((double)f.p->est[COST_ELEMENTWISE][DT_F64].m,
	    known);
	ck_assert_uint_eq(f.p->est[COST_SORT][DT_F32].n, 0);
	tear_down(&f);
}
END_TEST

START_TEST(unknown_classes_follow_the_population)
{
	struct fixture f;
	struct peer *others[3], *list[4] = { NULL };
	int i;

	set_up(&f);
	for (i = 0; i < 3; i++) {
		others[i] = xcalloc(1, sizeof(struct peer));
		estimate_new(others[i]);
		others[i]->slots = 1;
		bench(&f, others[i], 1);
		others[i]->est[COST_SORT][DT_I64].known = true;
		others[i]->est[COST_SORT][DT_I64].m = (float)log(2);
		estimate_apply_all(others[i]);
		list[i + 1] = others[i];
	}
	f.s->peers = list;
	f.s->n_peers = 4;
	/* Half as fast as others where measured, so half as fast in sorting. */
	bench(&f, f.p, 0.5);
	ck_assert_double_eq_tol(exp((double)f.p->est[COST_SORT][DT_I64].m), 1,
	    1e-3);
	ck_assert_double_eq_tol((double)f.p->est[COST_SORT][DT_I64].v, 0.16,
	    1e-6);
	ck_assert(!f.p->est[COST_SORT][DT_I64].known);
	for (i = 0; i < 3; i++)
		xfree(others[i]);
	tear_down(&f);
}
END_TEST

START_TEST(hidden_tabs_are_slower)
{
	struct fixture f;
	double seen, us = 0;
	int i;

	set_up(&f);
	bench(&f, f.p, 1);
	seen = estimate_op_us(f.p, &f.ops[1]);
	ck_assert_double_eq_tol(estimate_hidden(f.p), 0.7, 1e-6);
	estimate_hide(f.s, f.p, true);
	ck_assert_double_eq_tol(estimate_op_us(f.p, &f.ops[1]), seen / 0.7, 10);
	ck_assert_double_eq_tol(estimate_rate(f.p), 0.7, 1e-3);
	/* It is hit harder than that. */
	for (i = 0; i < 30; i++)
		us = result(&f, 25000);
	ck_assert_double_eq_tol(us, 25000, 1500);
	ck_assert_double_eq_tol(estimate_hidden(f.p), 0.4, 0.06);
	estimate_hide(f.s, f.p, false);
	ck_assert_double_eq_tol(estimate_op_us(f.p, &f.ops[1]), seen, 1500);
	/* What was sent before it showed again says nothing. */
	f.s->now += 1000;
	estimate_hide(f.s, f.p, true);
	estimate_hide(f.s, f.p, false);
	us = estimate_op_us(f.p, &f.ops[1]);
	f.k.sent_us = f.s->now - 500;
	estimate_result(f.s, f.p, &f.g, &f.k,
	    &(struct msg_result){ .compute_us = 90000 });
	ck_assert_double_eq(estimate_op_us(f.p, &f.ops[1]), us);
	tear_down(&f);
}
END_TEST

START_TEST(slots_share_the_machine)
{
	struct fixture f;
	double us;
	int i;

	set_up(&f);
	bench(&f, f.p, 1);
	f.p->slots = 4;
	f.p->all_slots = 2.5;
	ck_assert_double_eq_tol(estimate_rate(f.p), 2.5, 1e-6);
	ck_assert_double_eq(estimate_contention(f.p, 1), 1);
	ck_assert_double_eq_tol(estimate_contention(f.p, 4), 1.6, 1e-9);
	ck_assert_double_eq_tol(estimate_contention(f.p, 9), 1.6, 1e-9);
	/* A group takes longer when all compute; that is not its speed. */
	f.p->n_out = 4;
	us = estimate_op_us(f.p, &f.ops[1]);
	for (i = 0; i < 10; i++)
		(void)result(&f, 16000);
	ck_assert_double_eq_tol(estimate_op_us(f.p, &f.ops[1]), us, 20);
	tear_down(&f);
}
END_TEST

START_TEST(groups_have_a_time_of_their_own)
{
	struct fixture f;
	struct msg_result r = { .compute_us = 5000 };
	int i;

	set_up(&f);
	bench(&f, f.p, 1);
	f.p->rtt_us = 100;
	f.k.alone = true;
	for (i = 0; i < 60; i++) {
		f.k.sent_us = f.s->now;
		f.s->now += 6000;
		estimate_result(f.s, f.p, &f.g, &f.k, &r);
	}
	ck_assert_double_eq_tol(estimate_group_us(f.p, 0), 900, 30);
	f.p->digest_rate = 1e9;
	ck_assert_double_eq_tol(estimate_group_us(f.p, 1e6), 1900, 30);
	tear_down(&f);
}
END_TEST

START_TEST(the_record_there_and_back)
{
	struct fixture f, back;
	struct buf b;
	int i;

	set_up(&f);
	set_up(&back);
	bench(&f, f.p, 1);
	for (i = 0; i < 30; i++)
		(void)result(&f, 25000);
	buf_init(&b);
	estimate_write(f.p, &b);
	estimate_read(back.p, (struct bytes){ b.data, b.len });
	ck_assert_double_eq_tol(estimate_op_us(back.p, &f.ops[1]) /
	    estimate_op_us(f.p, &f.ops[1]), 1, 1e-3);
	ck_assert_uint_eq(back.p->est[COST_ELEMENTWISE][DT_F64].n, 30);
	ck_assert_double_eq_tol((double)(back.p->group_us / f.p->group_us), 1,
	    0.02);
	/* The benchmark is one voice, what was learnt another. */
	bench(&back, back.p, 0.5);
	ck_assert_double_gt(estimate_op_us(back.p, &f.ops[1]), 21000);
	ck_assert_double_lt(estimate_op_us(back.p, &f.ops[1]), 24900);
	/* Another device under the same name. */
	bench(&back, back.p, 8);
	ck_assert_double_eq_tol(estimate_op_us(back.p, &f.ops[1]), 1251, 30);
	buf_clear(&b);
	tear_down(&f);
	tear_down(&back);
}
END_TEST

START_TEST(damaged_records_are_passed_over)
{
	static const char *const bad[] = { "", "=", "x", "op=", "op=1",
		"op=1:2", "op=0:1:1", "op=99999999999999999999:1:1",
		"matmul.float32=1:99999:1", "elementwise.float64=:::",
		"elementwise.float64=-5:1:1", "= = =", "sort.int64=1:1:" };
	struct fixture f;
	double us;
	size_t i;

	set_up(&f);
	us = estimate_op_us(f.p, &f.ops[1]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		estimate_read(f.p, (struct bytes){ (const uint8_t *)bad[i],
		    strlen(bad[i]) });
		ck_assert_double_eq(estimate_op_us(f.p, &f.ops[1]), us);
	}
	tear_down(&f);
}
END_TEST

START_TEST(bench_without_figures)
{
	struct fixture f;
	struct msg_bench b = { 0 };

	set_up(&f);
	estimate_bench(f.s, f.p, &b);
	ck_assert_double_eq_tol(estimate_op_us(f.p, &f.ops[1]), 10001, 1);
	ck_assert_double_eq_tol(estimate_rate(f.p), 1, 1e-6);
	tear_down(&f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("estimate");
	TCase *t = tcase_create("estimate");
	SRunner *r;
	int failed;

	tcase_add_test(t, logarithms);
	tcase_add_test(t, converges_to_what_results_say);
	tcase_add_test(t, three_clips_are_a_step);
	tcase_add_test(t, one_outlier_is_resisted);
	tcase_add_test(t, classes_share_a_result);
	tcase_add_test(t, unknown_classes_follow_the_population);
	tcase_add_test(t, hidden_tabs_are_slower);
	tcase_add_test(t, slots_share_the_machine);
	tcase_add_test(t, groups_have_a_time_of_their_own);
	tcase_add_test(t, the_record_there_and_back);
	tcase_add_test(t, damaged_records_are_passed_over);
	tcase_add_test(t, bench_without_figures);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
