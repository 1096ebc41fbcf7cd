/*
 * Planned memory: slots that live together never overlap, and the peak is
 * what they need, near what lives at the worst moment.
 */
#include "compute/arena.h"
#include "random_program.h"

#include <check.h>

#define SLOTS	300
#define STEPS	200

static int64_t
slot_end(const struct slot *s)
{
	return s->offset + s->size;
}

static void
check_apart(const struct slot *slots, uint32_t n, int64_t peak)
{
	for (uint32_t i = 0; i < n; i++) {
		ck_assert_int_eq(slots[i].offset % ARENA_ALIGN, 0);
		ck_assert_int_ge(slots[i].offset, 0);
		ck_assert_int_le(slot_end(&slots[i]), peak);
		for (uint32_t k = 0; k < i; k++) {
			if (slots[k].dies < slots[i].born ||
			    slots[k].size == 0 || slots[i].size == 0)
				continue;
			ck_assert(slot_end(&slots[k]) <= slots[i].offset ||
			    slot_end(&slots[i]) <= slots[k].offset);
		}
	}
}

START_TEST(test_random)
{
	uint32_t scratch[ARENA_SCRATCH(SLOTS, STEPS)];
	struct slot slots[SLOTS];
	uint64_t state = (uint64_t)_i;
	uint32_t born = 0, longest = 1 + random_below(&state, 60);
	int64_t peak;

	for (uint32_t i = 0; i < SLOTS; i++) {
		struct slot *s = &slots[i];

		if (born < STEPS - 1)
			born += random_below(&state, 3) != 0;
		s->outside = NULL;
		s->offset = 0;
		s->size = random_below(&state, 5000);
		s->born = born;
		s->dies = born + random_below(&state, longest);
		if (s->dies >= STEPS || random_below(&state, 20) == 0)
			s->dies = ARENA_FOREVER;
	}
	ck_assert_int_eq(arena_plan(slots, SLOTS, STEPS, scratch, &peak),
	    E_OK);
	check_apart(slots, SLOTS, peak);
}
END_TEST

/* Equal slots in a chain share two places. */
START_TEST(test_reuse)
{
	uint32_t scratch[ARENA_SCRATCH(SLOTS, SLOTS + 1)];
	struct slot slots[SLOTS];
	int64_t peak;

	for (uint32_t i = 0; i < SLOTS; i++)
		slots[i] = (struct slot) { NULL, 100, 0, i, i + 1 };
	ck_assert_int_eq(arena_plan(slots, SLOTS, SLOTS + 1, scratch, &peak),
	    E_OK);
	ck_assert_int_eq(peak, 256);
}
END_TEST

START_TEST(test_too_much)
{
	uint32_t scratch[ARENA_SCRATCH(3, 1)];
	struct slot slots[3] = { { NULL, ARENA_MAX / 2, 0, 0, 0 },
		{ NULL, ARENA_MAX / 2, 0, 0, 0 }, { NULL, 1, 0, 0, 0 } };
	int64_t peak;

	ck_assert_int_eq(arena_plan(slots, 3, 1, scratch, &peak), E_MEMORY);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("arena");
	TCase *c = tcase_create("arena");
	SRunner *r;
	int failed;

	tcase_add_loop_test(c, test_random, 0, 50);
	tcase_add_test(c, test_reuse);
	tcase_add_test(c, test_too_much);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
