/*
 * The scheduler core among strangers: participants that answer nonsense, keep
 * what they have, or give everything back.  The graph ends all the same.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

#define DEV	1000
#define P1	1
#define P2	2
#define LARGE	1024		/* elements: too many to ride inside */

static struct world w;
static struct fake f1, f2;
static struct program_writer pw;
static int64_t big[LARGE] = { 3 };

static void
setup(void)
{
	world_init(&w);
	fake_init(&f1, &w, P1, "c1");
	fake_init(&f2, &w, P2, "c2");
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

/* a -> -a, held by Python: op 2. */
static uint64_t
large_negated(void)
{
	uint64_t g = world_graph(&w, DEV, 1);

	prog_const(&pw, big, LARGE, 0);
	prog_op(&pw, OP_NEG, 1, 0, LARGE, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	return g;
}

/* Then op 3 from it, which is wanted. */
static void
large_used(uint64_t g)
{
	static const uint64_t want[1] = { 3 };

	program_writer_reset(&pw, 3);
	prog_op(&pw, OP_ADD, 2, 2, LARGE, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 2, &pw, want, 1);
}

static void
give_back(struct fake *f, const struct msg_assign *a, uint64_t code)
{
	struct rec_op_error none = { .op = 0, .code = code };
	struct msg m = { .id = M_RESULT, .result = { .g = a->g,
		.epoch = a->epoch, .group = a->group, .token = a->token } };

	m.result.errors.v = &none;
	m.result.errors.n = 1;
	world_say(f->w, f->session, &m);
}

START_TEST(export_twice)
{
	static const uint64_t want[1] = { 2 };
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct rec_export both[2];
	struct msg m, a;

	fake_hello(&f1);
	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_compute(&f1, &a.assign, &m);
	both[0] = both[1] = m.result.exports.v[0];
	m.result.exports.v = both;
	m.result.exports.n = 2;
	world_say(&w, P1, &m);
	ck_assert(world_find(&w, P1, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.what, SUBJECT_GROUP);
	ck_assert(!world_find(&w, DEV, M_VALUE, &m));
}
END_TEST

START_TEST(holder_that_gets_no_work)
{
	uint64_t g;
	struct msg a;
	int i;

	fake_hello(&f1);
	g = large_negated();
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	large_used(g);
	for (i = 0; i < 3; i++) {	/* after that it gets none */
		ck_assert(world_find(&w, P1, M_ASSIGN, &a));
		give_back(&f1, &a.assign, E_BAD_PROGRAM);
	}
	fake_hello(&f2);
	world_wait(&w, 1000000);
	fake_work(&f1, 1);		/* but it uploads what it holds */
	world_wait(&w, 1000000);
	ck_assert_uint_eq(fake_work(&f2, 1), 1);
}
END_TEST

START_TEST(holder_with_too_little_memory)
{
	uint64_t g;

	f1.memory = 20000;
	fake_hello(&f1);
	g = large_negated();
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	fake_hello(&f2);
	large_used(g);			/* needs 24 KiB */
	world_wait(&w, 1000000);
	fake_work(&f1, 1);
	world_wait(&w, 1000000);
	ck_assert_uint_eq(fake_work(&f2, 1), 1);
}
END_TEST

START_TEST(gives_everything_back)
{
	static const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct msg a, m;
	unsigned n = 0;

	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, 0);
	prog_op(&pw, OP_NEG, 2, 0, 1, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	for (; n < 1000 && world_find(&w, P1, M_ASSIGN, &a); n++)
		give_back(&f1, &a.assign, E_NO_INPUT);
	ck_assert_uint_lt(n, 20);
	world_wait(&w, 1000000);	/* it rests, and is asked again */
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, 0);
}
END_TEST

START_TEST(always_at_the_beginning)
{
	static const uint64_t want[1] = { 2 };
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct msg m, a;
	int i;

	fake_hello(&f1);
	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_hello(&f2);
	m = (struct msg){ .id = M_PROGRESS, .progress = { .g = g,
		.epoch = a.assign.epoch, .group = a.assign.group,
		.done = 1, .total = 9000 } };
	for (i = 0; i < 600; i++) {
		world_wait(&w, 1000000);
		world_say(&w, P1, &m);
	}
	ck_assert_uint_eq(fake_work(&f2, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
}
END_TEST

START_TEST(upload_that_drips)
{
	struct msg m = { .id = M_SESSION, .session = { .what = PRESENCE_LINK,
		.rtt_us = 1000, .down = 1, .up = 1 } };
	uint64_t op = 2, g;
	int i;

	fake_hello(&f1);
	world_say(&w, P1, &m);
	g = large_negated();
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	m = (struct msg){ .id = M_WANT, .want = { .g = g } };
	m.want.ops = (struct u64s){ &op, 1 };
	world_say(&w, DEV, &m);		/* c1 does not follow */
	ck_assert(world_find(&w, P1, M_FETCH, &m));
	world_session(&w, P1, PRESENCE_SILENT);
	fake_hello(&f2);
	for (i = 0; i < 60; i++)
		world_wait(&w, 1000000);
	ck_assert_uint_eq(fake_work(&f2, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, 0);
}
END_TEST

START_TEST(hints_of_a_graph_before)
{
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct msg m;
	uint32_t i, op;

	/* Ends with hints left: wide, and each group takes but one. */
	w.limits.group_ops = 1;
	w.limits.keep_ended_us = 1000000;
	sched_set_limits(w.s, &w.limits);
	fake_hello(&f1);
	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, 0);
	for (i = 0; i < 3000; i++)
		prog_op(&pw, OP_NEG, 2, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 3), 3);
	world_end(&w, DEV, g, true);
	/* A pause keeps it from looking at them until the slot is another's. */
	m = (struct msg){ .id = M_STATE, .state = { .paused = 2, .slots = 1 } };
	world_say(&w, P1, &m);
	world_forget(&w, P1);
	world_wait(&w, 200000000);
	world_forget(&w, DEV);
	g = world_graph(&w, DEV, 2);
	program_writer_reset(&pw, 1);
	op = prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, op, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	m = (struct msg){ .id = M_STATE, .state = { .slots = 1 } };
	world_say(&w, P1, &m);
	ck_assert_uint_eq(fake_work(&f1, 5), 1);
}
END_TEST

/* What f has in work, told (again). */
static void
announce_work(struct fake *f, const struct msg_assign *a)
{
	struct rec_work_ref work = { a->g, a->epoch, a->group, a->token,
		false };
	struct msg m = { .id = M_ANNOUNCE };

	m.announce.groups.v = &work;
	m.announce.groups.n = 1;
	world_say(f->w, f->session, &m);
}

START_TEST(announces_again)
{
	static const uint64_t want[1] = { 2 };
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct msg m, a;

	fake_hello(&f1);
	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	announce_work(&f1, &a.assign);
	fake_compute(&f1, &a.assign, &m);
	world_say(&w, P1, &m);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, 0);
}
END_TEST

/* Two tabs share a token: the second takes the group from the first. */
START_TEST(another_tab_takes_the_group)
{
	static const uint64_t want[1] = { 2 };
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct fake tab;
	struct msg m, a;

	fake_hello(&f1);
	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_init(&tab, &w, 7, "c1");
	memcpy(tab.tab, "two", 4);
	fake_hello(&tab);
	announce_work(&tab, &a.assign);
	fake_compute(&tab, &a.assign, &m);
	world_say(&w, 7, &m);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, 0);
	fake_clear(&tab);
}
END_TEST

/* After a restart the value is announced before the result comes again. */
START_TEST(announced_before_its_result)
{
	uint64_t op = 2, g;
	struct msg m, a;

	fake_hello(&f1);
	g = large_negated();
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_compute(&f1, &a.assign, &m);
	buf_reset(&f1.last);
	msg_encode(&f1.last, &m);
	world_restart(&w);
	fake_rejoin(&f1);
	ck_assert_uint_eq(fake_work(&f1, 1), 0);	/* told to drop? */
	world_hello(&w, DEV, &(struct msg){ .id = M_HELLO, .hello = {
		.version = RAVEN_PROTOCOL, .role = ROLE_DEVELOPER } }, "me",
		NULL);
	m = (struct msg){ .id = M_WANT, .want = { .g = g } };
	m.want.ops = (struct u64s){ &op, 1 };
	world_say(&w, DEV, &m);
	fake_work(&f1, 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(f1.computed, 1);
}
END_TEST

/* It has not got what it was thought to hold, and says so. */
START_TEST(holder_that_has_not)
{
	uint64_t op = 2, g;
	struct msg m;

	fake_hello(&f1);
	g = large_negated();
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	fake_forget(&f1);
	m = (struct msg){ .id = M_WANT, .want = { .g = g } };
	m.want.ops = (struct u64s){ &op, 1 };
	world_say(&w, DEV, &m);
	ck_assert(world_find(&w, P1, M_FETCH, &m));
	m = (struct msg){ .id = M_ANNOUNCE };
	world_say(&w, P1, &m);
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
}
END_TEST

START_TEST(cid_with_a_nul)
{
	struct msg m = { .id = M_HELLO, .hello = { .version = RAVEN_PROTOCOL,
		.role = ROLE_PARTICIPANT } };
	uint8_t secret[DIGEST_LEN] = { 9 };

	fake_hello(&f1);
	m.hello.cid = (struct str){ "c1\0x", 4 };
	m.hello.tab = str_of("tab");
	m.hello.secret = (struct bytes){ secret, sizeof(secret) };
	world_hello(&w, P2, &m, "", NULL);
	ck_assert(world_find(&w, P2, M_REFUSE, &m));
	ck_assert(!world_find(&w, P1, M_REFUSE, &m));
}
END_TEST

/* Its record is not written yet; the CID is taken all the same. */
START_TEST(cid_taken_at_once)
{
	struct msg m = { .id = M_HELLO, .hello = { .version = RAVEN_PROTOCOL,
		.role = ROLE_PARTICIPANT } };
	uint8_t secret[DIGEST_LEN] = { 9 };

	fake_hello(&f1);
	m.hello.cid = str_of("c1");
	m.hello.tab = str_of("other");
	m.hello.secret = (struct bytes){ secret, sizeof(secret) };
	world_hello(&w, P2, &m, "", NULL);
	ck_assert(world_find(&w, P2, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_CID_TAKEN);
}
END_TEST

START_TEST(memory_beyond_any)
{
	static const uint64_t want[1] = { 2 };
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct msg a, m;

	f1.memory = UINT64_MAX;
	fake_hello(&f1);
	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	give_back(&f1, &a.assign, E_MEMORY);
	ck_assert(!world_find(&w, P1, M_ASSIGN, &a));
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, E_MEMORY);
}
END_TEST

START_TEST(empty_batches_count)
{
	uint64_t g = world_graph(&w, DEV, 1), n;
	struct msg m;

	w.limits.graph_bytes = 10000;
	sched_set_limits(w.s, &w.limits);
	for (n = 1; n < 1000; n++) {
		program_writer_reset(&pw, 1);
		world_batch(&w, DEV, g, n, &pw, NULL, 0);
		if (world_find(&w, DEV, M_REFUSE, &m))
			break;
	}
	ck_assert_uint_lt(n, 100);
	ck_assert_uint_eq(m.refuse.code, E_QUOTA_BYTES);
}
END_TEST

static void
crowd(bool full)
{
	struct sched_event e = { .kind = SCHED_CROWDED, .full = full };

	turn_event(w.t, w.now, &e);
	world_turn(&w);
}

START_TEST(crowded_store)
{
	static const uint64_t want[1] = { 2 };
	uint64_t old = world_graph(&w, DEV, 1), g = world_graph(&w, DEV, 2);
	int64_t one[1] = { 1 };
	struct msg m;

	ck_assert_uint_ne(old, g);
	world_end(&w, DEV, old, false);
	prog_const(&pw, one, 1, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	crowd(true);
	world_forget(&w, DEV);
	program_writer_reset(&pw, 3);
	world_batch(&w, DEV, g, 2, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_STORAGE_FULL);
	ck_assert_uint_gt(store_mem_fields(w.st, "raven:graph:{1}"), 0);
	world_wait(&w, 130000000);	/* ended ones go early */
	ck_assert_uint_eq(store_mem_fields(w.st, "raven:graph:{1}"), 0);
	fake_hello(&f1);		/* what runs goes on */
	fake_work(&f1, 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	crowd(false);
	world_forget(&w, DEV);
	world_batch(&w, DEV, g, 2, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_ACK, &m));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sched_hostile");
	TCase *t = tcase_create("strangers");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, export_twice);
	tcase_add_test(t, holder_that_gets_no_work);
	tcase_add_test(t, holder_with_too_little_memory);
	tcase_add_test(t, gives_everything_back);
	tcase_add_test(t, always_at_the_beginning);
	tcase_add_test(t, upload_that_drips);
	tcase_add_test(t, hints_of_a_graph_before);
	tcase_add_test(t, announces_again);
	tcase_add_test(t, another_tab_takes_the_group);
	tcase_add_test(t, announced_before_its_result);
	tcase_add_test(t, holder_that_has_not);
	tcase_add_test(t, cid_with_a_nul);
	tcase_add_test(t, cid_taken_at_once);
	tcase_add_test(t, memory_beyond_any);
	tcase_add_test(t, empty_batches_count);
	tcase_add_test(t, crowded_store);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
