/*
 * What work costs besides itself: each group is recorded when it leaves and
 * when it is done, a turn is one submission, and who has little to do waits for
 * one group of who has much.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/record.h"
#include "tests/sim/world.h"

static const struct store_ops *real;
static unsigned submits, leaves, ends, others;	/* groups, by state */

static bool
key_ends(struct bytes key, const char *with)
{
	size_t n = strlen(with);

	return key.n >= n && memcmp(key.p + key.n - n, with, n) == 0;
}

static void
count_submit(struct store *st, uint64_t number, const struct store_write *w,
    size_t n)
{
	size_t i;

	submits++;
	for (i = 0; i < n; i++) {
		if (!key_ends(w[i].key, ":groups"))
			continue;
		if (w[i].op == STORE_HSET && w[i].value.p[4] == RECORD_OUT)
			leaves++;
		else if (w[i].op == STORE_HSET &&
		    w[i].value.p[4] == RECORD_DONE)
			ends++;
		else
			others++;
	}
	real->submit(st, number, w, n);
}

/* A world whose store counts. */
static void
world_counted(struct world *w, struct store_ops *ops)
{
	world_init(w);
	real = w->st->ops;
	*ops = *real;
	ops->submit = count_submit;
	w->st->ops = ops;
}

static void
counts_clear(void)
{
	submits = leaves = ends = others = 0;
}

/* Sums of one value with the first, each of the one before, in batches. */
static uint64_t
chain(struct world *w, uint32_t n, uint32_t batches)
{
	struct program_writer pw;
	int64_t one = 1;
	uint64_t want, g;
	uint32_t a = 0, i, k, base = 1;

	world_developer(w, 1, "owner");
	g = world_graph(w, 1, 1);
	for (k = 1; k <= batches; k++) {
		program_writer_init(&pw, base);
		i = 0;
		if (k == 1) {
			a = prog_const(&pw, &one, 1, 0);
			i++;
		}
		for (; i < n; i++)
			a = prog_op(&pw, OP_ADD, a, 1, 1, 0);
		want = a;
		world_batch(w, 1, g, k, &pw, &want, 1);
		program_writer_clear(&pw);
		base += n;
	}
	return g;
}

START_TEST(test_two_writes_a_group)
{
	struct store_ops ops;
	struct world w;
	struct fake f;
	int i;

	world_counted(&w, &ops);
	fake_init(&f, &w, 10, "c");
	fake_hello(&f);
	counts_clear();
	(void)chain(&w, 9001, 1);
	for (i = 0; i < 100 && f.computed < 9000; i++) {
		(void)fake_work(&f, 1);
		world_turn(&w);
	}
	ck_assert_uint_eq(f.computed, 9000);
	ck_assert_uint_gt(f.groups, 1);
	ck_assert_uint_eq(leaves, f.groups);
	ck_assert_uint_eq(ends, f.groups);
	ck_assert_uint_eq(others, 0);
	fake_clear(&f);
	world_clear(&w);
}
END_TEST

START_TEST(test_one_submission_a_turn)
{
	struct msg m = { .id = M_GRAPH };
	struct store_ops ops;
	struct world w;
	uint8_t key[16] = { 0 };

	world_counted(&w, &ops);
	world_developer(&w, 1, "owner");
	counts_clear();
	for (key[0] = 1; key[0] <= 20; key[0]++) {
		m.graph.key = (struct bytes){ key, sizeof(key) };
		world_apply(&w, 1, &m);
	}
	ck_assert_uint_eq(submits, 0);
	world_turn(&w);
	ck_assert_uint_eq(submits, 1);
	ck_assert_uint_gt(store_mem_fields(w.st, "raven:graph:{20}"), 0);
	world_clear(&w);
}
END_TEST

/* Somebody's many ops: another's one waits for what is out, not for them. */
START_TEST(test_one_op_beside_many)
{
	uint64_t want = 2, g;
	struct program_writer pw;
	struct store_ops ops;
	struct world w;
	struct fake f;
	struct msg m;
	int64_t one = 1;
	unsigned out, i;

	world_counted(&w, &ops);
	fake_init(&f, &w, 10, "c");
	fake_hello(&f);
	(void)chain(&w, 9000, 10);
	out = leaves;
	ck_assert_uint_gt(out, 0);
	world_developer(&w, 2, "another");
	g = world_graph(&w, 2, 2);
	program_writer_init(&pw, 1);
	(void)prog_const(&pw, &one, 1, 0);
	(void)prog_op(&pw, OP_ADD, 1, 1, 1, 0);
	world_batch(&w, 2, g, 1, &pw, &want, 1);
	program_writer_clear(&pw);
	for (i = 0; !world_find(&w, 2, M_VALUE, &m); i++) {
		ck_assert_uint_le(i, out + 1);
		(void)fake_work(&f, 1);
		world_turn(&w);
	}
	ck_assert_uint_eq(m.value.g, g);
	ck_assert_uint_lt(f.computed, 80000);
	fake_clear(&f);
	world_clear(&w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("writes");
	TCase *tc = tcase_create("record");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, test_two_writes_a_group);
	tcase_add_test(tc, test_one_submission_a_turn);
	tcase_add_test(tc, test_one_op_beside_many);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
