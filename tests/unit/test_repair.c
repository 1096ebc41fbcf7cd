/* Reading what redis-check-aof says. */
#include <check.h>
#include <stdlib.h>

#include "broker/repair.h"

#define HEAD "Start checking Multi Part AOF\nStart to check BASE AOF.\n" \
    "AOF analyzed: filename=a.1.base.rdb, size=89, ok_up_to=89, " \
    "ok_up_to_line=1, diff=0\nBASE AOF a.1.base.rdb is valid\n"

START_TEST(damaged_tail)
{
	struct damage d;

	ck_assert(repair_parse(HEAD "AOF analyzed: filename=a.1.incr.aof, "
	    "size=241, ok_up_to=228, ok_up_to_line=41, diff=13\n", &d));
	ck_assert_str_eq(d.file, "a.1.incr.aof");
	ck_assert_uint_eq(d.size, 241);
	ck_assert_uint_eq(d.sound, 228);
}
END_TEST

START_TEST(sound_or_odd)
{
	struct damage d;

	ck_assert(!repair_parse(HEAD, &d));
	ck_assert(!repair_parse("", &d));
	ck_assert(!repair_parse("AOF analyzed: filename=", &d));
	ck_assert(!repair_parse("AOF analyzed: filename=a, size=x", &d));
	ck_assert(!repair_parse("AOF analyzed: filename=../a, size=9, "
	    "ok_up_to=1", &d));
	ck_assert(!repair_parse("AOF analyzed: filename=a, size=9, "
	    "ok_up_to=10", &d));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("repair");
	TCase *t = tcase_create("repair");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, damaged_tail);
	tcase_add_test(t, sound_or_odd);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
