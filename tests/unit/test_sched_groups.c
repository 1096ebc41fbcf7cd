/*
 * Which ops the core gives to whom: what it sends is looked at, and nothing
 * is computed unless the next step needs it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

#define DEV	1000
#define P1	1
#define P2	2
#define LARGE	1024	/* elements: 8 KiB do not travel in messages */

static struct world w;
static struct fake f1, f2;
static struct program_writer pw;

static void
setup(void)
{
	world_init(&w);
	fake_init(&f1, &w, P1, "c1");
	fake_init(&f2, &w, P2, "c2");
	/* An op on LARGE elements takes a millisecond or two. */
	f1.rate = f2.rate = 1e-3;
	program_writer_init(&pw, 1);
	world_developer(&w, DEV, "me");
}

static void
teardown(void)
{
	program_writer_clear(&pw);
	fake_clear(&f1);
	fake_clear(&f2);
	world_clear(&w);
}

static void
link_of(uint64_t session, uint64_t rtt_us, uint64_t rate)
{
	struct msg m = { .id = M_SESSION, .session = { .what = PRESENCE_LINK,
		.rtt_us = rtt_us, .down = rate, .up = rate } };

	world_say(&w, session, &m);
}

static uint32_t
source(int64_t value)
{
	int64_t v[LARGE];
	uint32_t i;

	for (i = 0; i < LARGE; i++)
		v[i] = value;
	return prog_const(&pw, v, LARGE, 0);
}

/* What one of the sent groups computes. */
struct sent {
	unsigned	groups, ops, coming, held;
	unsigned	partial;	/* exports below first */
	uint32_t	first;
};

static void
look(const struct msg_assign *a, struct sent *s)
{
	uint8_t *copy = xmalloc(a->program.n);	/* aligned */
	struct op_error e;
	struct program p;
	unsigned n = 0;
	uint32_t i;
	size_t k;

	memcpy(copy, a->program.p, a->program.n);
	ck_assert_int_eq(program_open(&p, copy, a->program.n, 65536, &e),
	    E_OK);
	for (i = 0; i < p.n_ops; i++)
		n += p.ops[i].place == PLACE_NONE;
	for (k = 0; k < a->inputs.n; k++) {
		s->coming += a->inputs.v[k].from == FROM_COMING;
		s->held += a->inputs.v[k].from == FROM_HELD;
	}
	for (k = 0; k < a->exports.n; k++)
		s->partial += a->exports.v[k].op < s->first;
	s->groups++;
	s->ops += n;
	xfree(copy);
}

/* All that waits for a participant; nothing is answered. */
static struct sent
take(uint64_t session, uint32_t first)
{
	struct sent s = { .first = first };
	struct msg m;

	while (world_find(&w, session, M_ASSIGN, &m))
		look(&m.assign, &s);
	return s;
}

START_TEST(branches_are_cut)
{
	uint64_t g = world_graph(&w, DEV, 1);
	uint32_t at, i, k;
	struct sent s;
	struct msg m;

	f1.slots = 2;
	fake_hello(&f1);
	at = prog_op(&pw, OP_NEG, source(1), 0, LARGE, 0);
	for (i = 0; i < 8; i++) {
		uint32_t x = at;

		for (k = 0; k < 600; k++)
			x = prog_op(&pw, OP_NEG, x, 0, LARGE,
			    k == 599 ? PROGRAM_EXPORT : 0);
	}
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert(world_find(&w, P1, M_ASSIGN, &m));
	memset(&s, 0, sizeof(s));
	look(&m.assign, &s);
	ck_assert_uint_eq(s.ops, 1);
	/* Its branches follow, as soon as it is nearly there. */
	world_wait(&w, 5000);
	s = take(P1, 0);
	ck_assert_uint_ge(s.groups, 2);
	ck_assert_uint_gt(s.coming, 0);
}
END_TEST

START_TEST(product_comes_with_its_sum)
{
	uint64_t g = world_graph(&w, DEV, 1);
	uint32_t a[16], sum[64], i, k, first = 0;
	struct sent s, t;

	w.limits.group_min_us = w.limits.group_max_us = 1000;
	sched_set_limits(w.s, &w.limits);
	fake_hello(&f1);
	fake_hello(&f2);
	link_of(P1, 100, 1000000000);
	link_of(P2, 100, 1000000000);
	for (i = 0; i < 16; i++)
		a[i] = source(i);
	for (i = 0; i < 64; i++) {
		sum[i] = prog_op(&pw, OP_MUL, a[i % 16], a[0], LARGE, 0);
		for (k = 1; k < 8; k++)
			sum[i] = prog_op(&pw, OP_ADD, sum[i],
			    prog_op(&pw, OP_MUL, a[(i + k) % 16], a[k],
			    LARGE, 0), LARGE, 0);
	}
	for (i = 0; i < 64; i++)
		k = prog_op(&pw, OP_NEG, sum[i], 0, LARGE, PROGRAM_EXPORT);
	first = k - 63;
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	s = take(P1, first);
	t = take(P2, first);
	/* Targets end groups at once; partial sums are not shipped yet. */
	ck_assert_uint_gt(s.groups, 0);
	ck_assert_uint_gt(t.groups, 0);
	ck_assert_uint_eq(s.ops, 16 * s.groups);
	ck_assert_uint_eq(s.partial + t.partial, 0);
}
END_TEST

START_TEST(chain_flows_ahead)
{
	uint64_t g = world_graph(&w, DEV, 1);
	uint32_t x, i;
	struct sent s;

	w.limits.group_max_us = 4000;
	sched_set_limits(w.s, &w.limits);
	fake_hello(&f1);
	link_of(P1, 20000, 100000000);
	x = source(1);
	for (i = 0; i < 200; i++)
		x = prog_op(&pw, OP_NEG, x, 0, LARGE,
		    i == 199 ? PROGRAM_EXPORT : 0);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	s = take(P1, 0);
	/* As much as the way takes, a quarter more, and no more than that. */
	ck_assert_uint_ge(s.groups, 3);
	ck_assert_uint_eq(s.coming, s.groups - 1);
	ck_assert_uint_lt(s.ops, 100);
	/* Without an answer the next is sent in time. */
	world_wait(&w, 10000);
	s = take(P1, 0);
	ck_assert_uint_gt(s.groups, 0);
	ck_assert_uint_gt(s.coming, 0);
}
END_TEST

START_TEST(values_are_used_where_they_are)
{
	uint64_t g = world_graph(&w, DEV, 1);
	uint32_t x, i;
	struct sent s;

	fake_hello(&f1);
	link_of(P1, 1000, 100000);
	x = prog_op(&pw, OP_NEG, source(1), 0, LARGE, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	/* Another comes, and 80 ms of line are between them. */
	fake_hello(&f2);
	link_of(P2, 1000, 100000);
	program_writer_reset(&pw, x + 1);
	for (i = 0; i < 4; i++)
		prog_op(&pw, OP_NEG, x, 0, LARGE, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 2, &pw, NULL, 0);
	s = take(P1, 0);
	ck_assert_uint_gt(s.ops, 0);
	ck_assert_uint_eq(s.held, s.groups);
	ck_assert_uint_eq(take(P2, 0).groups, 0);
}
END_TEST

START_TEST(work_that_is_left_is_shared)
{
	uint64_t g = world_graph(&w, DEV, 1);
	uint32_t x, i;
	struct sent s, t;

	fake_hello(&f1);
	fake_hello(&f2);
	link_of(P1, 200, 1000000000);
	link_of(P2, 200, 1000000000);
	x = source(1);
	for (i = 0; i < 400; i++)
		prog_op(&pw, OP_NEG, x, 0, LARGE, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	s = take(P1, 0);
	t = take(P2, 0);
	/* Large first, but not all. */
	ck_assert_uint_gt(s.ops, 20);
	ck_assert_uint_gt(t.ops, 20);
	ck_assert_uint_lt(s.ops + t.ops, 360);
	ck_assert_uint_le(s.groups + t.groups, 6);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("sched_groups");
	TCase *t = tcase_create("sched_groups");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, branches_are_cut);
	tcase_add_test(t, product_comes_with_its_sum);
	tcase_add_test(t, chain_flows_ahead);
	tcase_add_test(t, values_are_used_where_they_are);
	tcase_add_test(t, work_that_is_left_is_shared);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
