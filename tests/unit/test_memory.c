/*
 * What a participant has alive stays below what it lends; nothing is lost.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

#define DEV	1000
#define P1	1
#define OPS	64
#define LENGTH	1000		/* 8,000 bytes: not small */
#define LENT	200000
#define MOST	11800		/* two of them are more than is given away */

static struct world w;
static struct fake f;
static struct program_writer pw;

static void
setup(void)
{
	world_init(&w);
	fake_init(&f, &w, P1, "c1");
	f.memory = LENT;
	program_writer_init(&pw, 1);
	world_developer(&w, DEV, "me");
	fake_hello(&f);
}

static void
teardown(void)
{
	program_writer_clear(&pw);
	fake_clear(&f);
	world_clear(&w);
}

static size_t
held_bytes(void)
{
	size_t sum = 0, i;

	for (i = 0; i < f.n_cache; i++)
		sum += f.cache[i].n * 8;
	return sum;
}

/* Works and waits until all is computed; returns the most that was held. */
static size_t
work_all(uint32_t ops)
{
	size_t most = 0;
	int i;

	for (i = 0; i < 400 && f.computed < ops; i++) {
		(void)fake_work(&f, 100);
		if (held_bytes() > most)
			most = held_bytes();
		world_wait(&w, 50000);
	}
	ck_assert_uint_ge(f.computed, ops);
	return most;
}

/* Values that Python holds: what is over is uploaded and dropped. */
START_TEST(held_values_make_room)
{
	uint64_t g = world_graph(&w, DEV, 1), want[1] = { 2 };
	int64_t one[LENGTH] = { 1 };
	struct msg m;
	int i;

	prog_const(&pw, one, LENGTH, 0);
	for (i = 0; i < OPS; i++)
		prog_op(&pw, OP_ADD, (uint32_t)i + 1, 1, LENGTH,
		    PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_le(work_all(OPS), LENT);
	/* The first is still to be had. */
	m = (struct msg){ .id = M_WANT, .want = { .g = g } };
	m.want.ops = (struct u64s){ want, 1 };
	world_say(&w, DEV, &m);
	for (i = 0; i < 20; i++) {
		(void)fake_work(&f, 100);
		world_wait(&w, 50000);
	}
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, 0);
	world_end(&w, DEV, g, false);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.failed, 0);
}
END_TEST

/* What is held leaves room for no other of its size, and is not half of all. */
START_TEST(little_held_makes_room)
{
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t *most = calloc(MOST, sizeof(*most));

	ck_assert_ptr_nonnull(most);
	prog_const(&pw, most, MOST, 0);
	prog_op(&pw, OP_NEG, 1, 0, MOST, PROGRAM_EXPORT);
	prog_op(&pw, OP_NEG, 1, 0, MOST, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_le(work_all(2), LENT);
	free(most);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("memory");
	TCase *t = tcase_create("alive");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, held_values_make_room);
	tcase_add_test(t, little_held_makes_room);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
