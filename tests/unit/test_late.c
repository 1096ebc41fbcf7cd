/*
 * Trouble: late groups and their twins, participants that fail, values that
 * are lost.  Whatever happens, an op counts once and the developer is told.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

#define DEV	1000
#define P1	1
#define P2	2
#define LARGE	1024	/* elements: such a value stays where it is made */

static struct world w;
static struct fake f1, f2;
static struct program_writer pw;
static uint64_t g;

static void
setup(void)
{
	world_init(&w);
	fake_init(&f1, &w, P1, "c1");
	fake_init(&f2, &w, P2, "c2");
	program_writer_init(&pw, 1);
	world_developer(&w, DEV, "me");
	g = world_graph(&w, DEV, 1);
}

static void
teardown(void)
{
	program_writer_clear(&pw);
	fake_clear(&f1);
	fake_clear(&f2);
	world_clear(&w);
}

/* -x of three numbers, wanted: ops 1, 2. */
static void
send_negation(void)
{
	const int64_t x[3] = { 1, 2, 3 };
	const uint64_t want[1] = { 2 };

	prog_const(&pw, x, 3, 0);
	prog_op(&pw, OP_NEG, 1, 0, 3, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
}

/* The group of P1 is late, and P2 has it too. */
static void
make_late(void)
{
	fake_hello(&f1);
	send_negation();
	fake_hello(&f2);
	world_wait(&w, 3000000);
}

static void
check_value(void)
{
	struct msg m;
	int64_t v[3];

	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, 0);
	memcpy(v, m.value.data.p, 24);
	ck_assert_int_eq(v[2], -3);
	ck_assert(!world_find(&w, DEV, M_VALUE, &m));
}

START_TEST(twin_answers_first)
{
	struct msg m;

	make_late();
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	check_value();
	/* Its result crosses the cancellation: acknowledged, and no more. */
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	ck_assert(world_find(&w, P1, M_CANCEL, &m));
	ck_assert(world_find(&w, P1, M_ACK, &m));
	ck_assert(!world_find(&w, DEV, M_VALUE, &m));
	world_end(&w, DEV, g, false);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.computed, 2);
}
END_TEST

START_TEST(late_one_answers_first)
{
	struct msg m;

	make_late();
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	check_value();
	ck_assert(world_find(&w, P2, M_ASSIGN, &m));
	ck_assert(world_find(&w, P2, M_CANCEL, &m));
	ck_assert(!world_find(&w, P2, M_ASSIGN, &m));
}
END_TEST

START_TEST(late_one_leaves)
{
	struct msg m;

	make_late();
	world_session(&w, P1, PRESENCE_GONE);
	world_forget(&w, P1);
	/* The twin is out: nobody else gets it. */
	fake_hello(&f1);
	ck_assert(!world_find(&w, P1, M_ASSIGN, &m));
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	check_value();
}
END_TEST

START_TEST(twin_leaves)
{
	make_late();
	world_session(&w, P2, PRESENCE_GONE);
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	check_value();
}
END_TEST

START_TEST(both_leave)
{
	make_late();
	world_session(&w, P2, PRESENCE_GONE);
	world_session(&w, P1, PRESENCE_GONE);
	world_forget(&w, P2);
	fake_hello(&f2);
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	check_value();
}
END_TEST

START_TEST(both_are_silent)
{
	struct fake f3;

	make_late();
	world_wait(&w, 20000000);
	fake_init(&f3, &w, 3, "c3");
	fake_hello(&f3);
	world_wait(&w, 20000000);
	ck_assert_uint_eq(fake_work(&f3, 10), 1);
	check_value();
	fake_clear(&f3);
}
END_TEST

/* Given back while it had a twin, and announced once that is gone, too. */
START_TEST(late_again_after_a_twin)
{
	struct msg m, a = { .id = M_ANNOUNCE };
	struct rec_work_ref work;
	uint8_t token[16];

	make_late();
	ck_assert(world_find(&w, P1, M_ASSIGN, &m));
	memcpy(token, m.assign.token.p, sizeof(token));
	work = (struct rec_work_ref){ .g = g, .epoch = m.assign.epoch,
		.group = m.assign.group, .token = { token, sizeof(token) } };
	a.announce.groups.v = &work;
	a.announce.groups.n = 1;
	world_session(&w, P1, PRESENCE_SILENT);
	world_session(&w, P2, PRESENCE_GONE);
	world_say(&w, P1, &a);
	world_session(&w, P1, PRESENCE_BACK);
	world_forget(&w, P2);
	fake_hello(&f2);
	world_wait(&w, 100000000);
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	check_value();
}
END_TEST

/* After a restart there is but one of them. */
START_TEST(twins_in_the_record)
{
	struct msg m;

	make_late();
	ck_assert(world_find(&w, P2, M_ASSIGN, &m));
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	world_restart(&w);
	fake_rejoin(&f1);
	fake_rejoin(&f2);
	world_wait(&w, 5000000);
	ck_assert(!world_find(&w, P2, M_ASSIGN, &m));
}
END_TEST

/* What only the late one has is computed again, by the twin. */
START_TEST(twin_with_lineage)
{
	static int64_t big[LARGE] = { 3 };
	const uint64_t want[1] = { 3 };
	struct msg m;
	unsigned before;

	prog_const(&pw, big, LARGE, 0);
	prog_op(&pw, OP_NEG, 1, 0, LARGE, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	program_writer_reset(&pw, 3);
	prog_op(&pw, OP_ADD, 2, 2, LARGE, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 2, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &m));
	fake_hello(&f2);
	world_wait(&w, 3000000);
	before = f2.computed;
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	ck_assert_uint_eq(f2.computed - before, 2);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.op, 3);
	ck_assert_uint_eq(m.value.code, 0);
}
END_TEST

/* A participant leaves with values of a chain: each is computed again once. */
START_TEST(lineage_once)
{
	static int64_t big[LARGE] = { 3 };
	uint64_t want[1] = { 5 };
	struct msg m;

	prog_const(&pw, big, LARGE, 0);
	prog_op(&pw, OP_NEG, 1, 0, LARGE, PROGRAM_EXPORT);
	prog_op(&pw, OP_ADD, 2, 2, LARGE, PROGRAM_EXPORT);
	prog_op(&pw, OP_ADD, 2, 3, LARGE, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_ge(fake_work(&f1, 10), 1);
	ck_assert_uint_eq(f1.computed, 3);
	fake_hello(&f2);
	world_session(&w, P1, PRESENCE_GONE);
	/* Nothing is needed yet. */
	ck_assert_uint_eq(fake_work(&f2, 10), 0);
	program_writer_reset(&pw, 5);
	prog_op(&pw, OP_ADD, 3, 4, LARGE, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 2, &pw, want, 1);
	ck_assert_uint_ge(fake_work(&f2, 10), 1);
	ck_assert_uint_eq(f2.computed, 4);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.op, 5);
}
END_TEST

/* n results that cannot be. */
static void
lie(struct fake *f, unsigned n)
{
	struct msg assign, m;
	struct rec_export e;

	while (n-- > 0) {
		ck_assert(world_find(&w, f->session, M_ASSIGN, &assign));
		fake_compute(f, &assign.assign, &m);
		e = m.result.exports.v[0];
		e.size++;
		m.result.exports.v = &e;
		world_say(&w, f->session, &m);
		ck_assert(world_find(&w, f->session, M_REFUSE, &m));
	}
}

START_TEST(who_fails_gets_less_until_it_is_forgotten)
{
	struct msg m;

	fake_hello(&f1);
	send_negation();
	lie(&f1, 3);
	ck_assert(!world_find(&w, P1, M_ASSIGN, &m));
	world_wait(&w, 590000000);
	ck_assert(!world_find(&w, P1, M_ASSIGN, &m));
	/* 1/64 has become 1/16. */
	world_wait(&w, 620000000);
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	check_value();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("late");
	TCase *t = tcase_create("late");
	SRunner *sr = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, twin_answers_first);
	tcase_add_test(t, late_one_answers_first);
	tcase_add_test(t, late_one_leaves);
	tcase_add_test(t, twin_leaves);
	tcase_add_test(t, both_leave);
	tcase_add_test(t, both_are_silent);
	tcase_add_test(t, late_again_after_a_twin);
	tcase_add_test(t, twins_in_the_record);
	tcase_add_test(t, twin_with_lineage);
	tcase_add_test(t, lineage_once);
	tcase_add_test(t, who_fails_gets_less_until_it_is_forgotten);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
