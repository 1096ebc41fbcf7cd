/* Restarting: at once, with back-off, generations, growing and shrinking. */
#include <check.h>
#include <stdlib.h>

#include "broker/pool.h"

#define S	((uint64_t)1000000)

static struct pool pool;

static void
setup(void)
{
	pool_init(&pool, "x", NULL);
}

static void
teardown(void)
{
	pool_clear(&pool);
}

static struct child *
start(int pid, uint64_t now)
{
	struct child *c = pool_due(&pool, now);

	ck_assert_ptr_nonnull(c);
	child_start(c);
	child_started(c, pid, now);
	return c;
}

START_TEST(starts_all_wanted)
{
	struct child *c;

	ck_assert_ptr_null(pool_due(&pool, 0));
	ck_assert(pool_all_ready(&pool));
	pool_resize(&pool, 2, 5);
	ck_assert_uint_eq(pool_next(&pool), 5);
	c = start(10, 5);
	ck_assert_uint_eq(c->generation, 1);
	ck_assert_uint_eq(start(11, 5)->slot, 1);
	ck_assert_ptr_null(pool_due(&pool, 1000));
	ck_assert_uint_eq(pool_next(&pool), POOL_NEVER);
	ck_assert_uint_eq(pool_alive(&pool), 2);
	ck_assert(!pool_all_ready(&pool));
	ck_assert(child_ready(c, 10, 1, 6));
	ck_assert(child_ready(pool_find(&pool, 11), 11, 1, 6));
	ck_assert(pool_all_ready(&pool));
	ck_assert_ptr_null(pool_find(&pool, 12));
	ck_assert_ptr_null(pool_find(&pool, 0));
}
END_TEST

START_TEST(stale_status_is_ignored)
{
	struct child *c;

	pool_resize(&pool, 1, 0);
	c = start(10, 0);
	ck_assert(!child_ready(c, 11, 1, 1));
	ck_assert(!child_ready(c, 10, 2, 1));
	ck_assert(child_heard(c, 10, 1, 1));
	ck_assert(child_ready(c, 10, 1, 1));
	ck_assert(!child_ready(c, 10, 1, 2));
	child_exited(c, 10 * S);
	ck_assert(!child_heard(c, 10, 1, 11 * S));
	ck_assert_ptr_eq(start(12, 10 * S), c);
	ck_assert_uint_eq(c->generation, 2);
	ck_assert(!child_heard(c, 10, 1, 11 * S));
}
END_TEST

START_TEST(early_deaths_back_off)
{
	static const uint64_t delays[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	uint64_t now = 0;
	struct child *c;
	size_t i;

	pool_resize(&pool, 1, 0);
	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		c = start(10, now);
		child_exited(c, now);
		ck_assert_uint_eq(c->due_us, now + delays[i] * S);
		ck_assert_ptr_null(pool_due(&pool, c->due_us - 1));
		now = c->due_us;
	}
	c = start(10, now);
	ck_assert(child_ready(c, 10, c->generation, now));
	child_exited(c, now + 60 * S);	/* a stable minute */
	ck_assert_uint_eq(c->due_us, now + 60 * S);
	now = c->due_us;
	c = start(10, now);
	child_exited(c, now);
	ck_assert_uint_eq(c->due_us, now + 1 * S);
}
END_TEST

START_TEST(ready_ones_start_at_once)
{
	uint64_t now = 1;
	struct child *c;
	unsigned i;

	pool_resize(&pool, 1, 0);
	for (i = 0; i < 3; i++) {	/* quick, but forgiven */
		c = start(10, now);
		ck_assert(child_ready(c, 10, c->generation, now));
		child_exited(c, ++now);
		ck_assert_uint_eq(c->due_us, now);
	}
	c = start(10, now);
	ck_assert(child_ready(c, 10, c->generation, now));
	child_exited(c, now + 10 * S);	/* not quick */
	ck_assert_uint_eq(c->due_us, now + 10 * S);
	now += 10 * S;
	c = start(10, now);
	ck_assert(child_ready(c, 10, c->generation, now));
	child_exited(c, now + 1);	/* a loop of quick deaths */
	ck_assert_uint_eq(c->due_us, now + 1 + S);
}
END_TEST

START_TEST(grows_and_shrinks)
{
	struct child *a, *b;

	pool_resize(&pool, 2, 0);
	a = start(10, 0);
	b = start(11, 0);
	pool_resize(&pool, 1, 1);
	child_leaving(b);
	ck_assert_str_eq(child_state_name(b), "leaving");
	child_exited(b, 2);
	ck_assert_int_eq(b->state, CHILD_NONE);
	ck_assert_ptr_null(pool_due(&pool, 100 * S));
	pool_resize(&pool, 2, 3);
	ck_assert_ptr_eq(pool_due(&pool, 3), b);
	pool_resize(&pool, 1, 4);
	ck_assert_int_eq(b->state, CHILD_NONE);
	ck_assert_int_eq(a->state, CHILD_STARTING);
	child_leaving(a);
	child_exited(a, 5);	/* told to go: no penalty */
	ck_assert_uint_eq(a->due_us, 5);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pool");
	TCase *t = tcase_create("pool");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, starts_all_wanted);
	tcase_add_test(t, stale_status_is_ignored);
	tcase_add_test(t, early_deaths_back_off);
	tcase_add_test(t, ready_ones_start_at_once);
	tcase_add_test(t, grows_and_shrinks);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
