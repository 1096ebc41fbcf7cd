/*
 * Whose graph is next: shares of owners, of graphs, of priorities.
 */
#include <check.h>

#include "scheduler/core/sched_priv.h"

struct rig {
	struct sched	*s;
	uint64_t	 n;		/* graphs made */
};

static void
rig_init(struct rig *r)
{
	struct sched_setup set = { .seed = 5, .epoch = 1 };

	r->s = sched_new(&set);
	r->s->turns = 1;
	r->n = 0;
}

static struct graph *
rig_graph(struct rig *r, const char *owner, bool low)
{
	uint8_t key[16] = { 0 };
	struct graph *g;

	key[0] = (uint8_t)++r->n;
	g = graph_new(r->s, r->n, key);
	graph_text(&g->owner, str_of(owner));
	g->low = low;
	fair_join(r->s, g);
	fair_ready(r->s, g);
	return g;
}

/* Gives the next graph a group of us; it stays out. */
static struct graph *
rig_serve(struct rig *r, double us)
{
	struct graph *g = fair_next(r->s);

	ck_assert_ptr_nonnull(g);
	fair_out(r->s, g, 1);
	fair_charge(r->s, g, us);
	return g;
}

START_TEST(test_graphs_share_their_owners_turn)
{
	struct rig r;
	struct graph *one;
	int i, got = 0;

	rig_init(&r);
	for (i = 0; i < 5; i++)
		(void)rig_graph(&r, "many", false);
	one = rig_graph(&r, "one", false);
	for (i = 0; i < 2000; i++)
		got += rig_serve(&r, 60000) == one;
	ck_assert_int_ge(got, 999);
	ck_assert_int_le(got, 1001);
	sched_free(r.s);
}
END_TEST

START_TEST(test_time_is_what_is_shared)
{
	struct rig r;
	struct graph *a, *b, *g;
	double us[2] = { 0, 0 };
	int i;

	rig_init(&r);
	a = rig_graph(&r, "a", false);
	b = rig_graph(&r, "b", false);
	for (i = 0; i < 20000; i++) {
		g = fair_next(r.s);
		fair_out(r.s, g, 1);
		fair_charge(r.s, g, g == a ? 100000 : 4000);
		us[g == b] += g == a ? 100000 : 4000;
	}
	ck_assert_double_gt(us[0] / us[1], 0.98);
	ck_assert_double_lt(us[0] / us[1], 1.02);
	sched_free(r.s);
}
END_TEST

START_TEST(test_nothing_out_comes_first)
{
	struct rig r;
	struct graph *small;
	int i;

	rig_init(&r);
	(void)rig_graph(&r, "big", false);
	for (i = 0; i < 1000; i++)
		(void)rig_serve(&r, 100000);
	small = rig_graph(&r, "small", false);
	ck_assert_ptr_eq(rig_serve(&r, 1000), small);
	fair_emptied(r.s, small);
	fair_out(r.s, small, -1);
	/* Again and again, and yet without credit for the time it slept. */
	for (i = 0; i < 1000; i++)
		(void)rig_serve(&r, 100000);
	fair_ready(r.s, small);
	ck_assert_ptr_eq(rig_serve(&r, 500000), small);
	for (i = 0; i < 5; i++)
		ck_assert_ptr_ne(rig_serve(&r, 100000), small);
	sched_free(r.s);
}
END_TEST

START_TEST(test_low_keeps_one_in_twenty)
{
	struct rig r;
	struct graph *low;
	int i, got = 0;

	rig_init(&r);
	low = rig_graph(&r, "patient", true);
	(void)rig_graph(&r, "eager", false);
	(void)rig_graph(&r, "patient", false);
	for (i = 0; i < 2000; i++)
		got += rig_serve(&r, 5000) == low;
	ck_assert_int_eq(got, 100);
	sched_free(r.s);
}
END_TEST

START_TEST(test_blocked_is_passed_over)
{
	struct rig r;
	struct graph *a, *b, *c;

	rig_init(&r);
	a = rig_graph(&r, "a", false);
	b = rig_graph(&r, "a", false);
	c = rig_graph(&r, "c", true);
	fair_block(r.s, a);
	ck_assert_ptr_eq(rig_serve(&r, 10), b);
	fair_block(r.s, b);
	ck_assert_ptr_eq(rig_serve(&r, 10), c);
	fair_block(r.s, c);
	ck_assert_ptr_null(fair_next(r.s));
	r.s->turns++;
	ck_assert_ptr_nonnull(fair_next(r.s));
	sched_free(r.s);
}
END_TEST

START_TEST(test_owner_goes_with_its_last_graph)
{
	struct rig r;
	struct graph *a, *b;

	rig_init(&r);
	a = rig_graph(&r, "a", false);
	b = rig_graph(&r, "a", true);
	ck_assert_uint_ne(fair_owner(r.s, "a"), 0);
	fair_leave(r.s, a);
	ck_assert_ptr_eq(fair_next(r.s), b);
	fair_leave(r.s, b);
	ck_assert_uint_eq(fair_owner(r.s, "a"), 0);
	ck_assert_ptr_null(fair_next(r.s));
	sched_free(r.s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fair");
	TCase *t = tcase_create("turns");
	SRunner *sr;
	int failed;

	tcase_add_test(t, test_graphs_share_their_owners_turn);
	tcase_add_test(t, test_time_is_what_is_shared);
	tcase_add_test(t, test_nothing_out_comes_first);
	tcase_add_test(t, test_low_keeps_one_in_twenty);
	tcase_add_test(t, test_blocked_is_passed_over);
	tcase_add_test(t, test_owner_goes_with_its_last_graph);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
