/*
 * What transfers say of a participant's line.
 */
#include <check.h>
#include <stdlib.h>

#include "gateway/line.h"

START_TEST(round_trips)
{
	struct line l = { 0 };
	uint64_t t;

	ck_assert_uint_eq(line_least(&l), 0);
	line_rtt(&l, 1000000, 5000);
	line_rtt(&l, 2000000, 9000);
	ck_assert_uint_eq(line_least(&l), 5000);
	/* The least one is forgotten within a minute. */
	for (t = 3000000; t < 63000000; t += 2000000)
		line_rtt(&l, t, 8000);
	ck_assert_uint_eq(line_least(&l), 8000);
	/* After a pause only what is new counts. */
	line_rtt(&l, 500000000, 20000);
	ck_assert_uint_eq(line_least(&l), 20000);
}
END_TEST

START_TEST(uploads)
{
	struct line l = { 0 };
	int i;

	line_came(&l, 4096, 10);
	ck_assert_uint_eq(l.up, 0);
	line_came(&l, 1000000, 1000000);
	ck_assert_uint_eq(l.up, 1000000);
	line_came(&l, 1000000, 500000);
	ck_assert_uint_eq(l.up, 1300000);
	for (i = 0; i < 20; i++)
		line_came(&l, 1000000, 500000);
	ck_assert(l.up > 1990000 && l.up <= 2000000);
	line_came(&l, 1000000, 0);
	ck_assert_uint_le(l.up, LINE_RATE_MOST);
}
END_TEST

/* A line of 1 MB/s and 20 ms, 64 KiB parts, always full. */
START_TEST(downloads)
{
	struct line l = { 0 };
	uint64_t t = 1000000, end = 0, asked = 0;
	int i;

	line_rtt(&l, t, 20000);
	for (i = 0; i < 20; i++) {
		line_sent(&l, t, 65536, i == 0);
		end = (end > t ? end : t) + 65536;
		if (line_asks(&l)) {
			line_asked(&l, 1000 + (uint64_t)i);
			asked = end;
			ck_assert(!line_answered(&l, t, 5, false));
			t = asked + 20000;
			/* Meanwhile the queue is filled again. */
			line_sent(&l, asked, 65536, false);
			end = asked + 65536;
			ck_assert(line_answered(&l, t, 1000 + (uint64_t)i,
			    false));
		}
	}
	ck_assert(l.down > 900000 && l.down < 1100000);
	ck_assert_uint_eq(l.mark_id, 0);
}
END_TEST

START_TEST(pauses_do_not_count)
{
	struct line l = { 0 };

	line_rtt(&l, 1, 1000);
	line_sent(&l, 1000000, 65536, true);
	line_sent(&l, 9000000, 200000, true);
	ck_assert(line_asks(&l));
	line_asked(&l, 7);
	/* The next burst begins before the answer. */
	line_sent(&l, 9300000, 200000, true);
	ck_assert(!line_asks(&l));
	ck_assert(line_answered(&l, 9401000, 7, false));
	ck_assert_uint_eq(l.down, 500000);
	ck_assert(line_asks(&l));
	line_asked(&l, 9);
	ck_assert(line_answered(&l, 9701000, 9, true));
	ck_assert_uint_eq(l.down, 500000);
}
END_TEST

START_TEST(telling)
{
	struct line l = { 0 };

	ck_assert(!line_changed(&l));
	line_rtt(&l, 1, 500);
	ck_assert(!line_changed(&l));
	line_rtt(&l, 40000000, 20000);
	line_rtt(&l, 80000000, 20000);
	ck_assert(line_changed(&l));
	line_told(&l);
	ck_assert(!line_changed(&l));
	line_came(&l, 1000000, 1000000);
	ck_assert(line_changed(&l));
	line_told(&l);
	line_came(&l, 1000000, 900000);
	ck_assert(!line_changed(&l));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("line");
	TCase *t = tcase_create("line");
	SRunner *r;
	int failed;

	tcase_add_test(t, round_trips);
	tcase_add_test(t, uploads);
	tcase_add_test(t, downloads);
	tcase_add_test(t, pauses_do_not_count);
	tcase_add_test(t, telling);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
