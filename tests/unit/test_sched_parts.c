/*
 * The small parts of the scheduler core: table, heap, text.
 */
#include <check.h>
#include <stdlib.h>

#include "scheduler/core/sched_priv.h"

START_TEST(map_against_an_array)
{
	static uint32_t known[512];
	uint32_t i, key, x = 1;
	struct map m;

	for (i = 0; i < 512; i++)
		known[i] = MAP_NONE;
	map_init(&m, 42);
	for (i = 0; i < 20000; i++) {
		x = x * 1664525 + 1013904223;
		key = x >> 23;
		if (x & 0x10000) {
			map_put(&m, key, i);
			known[key] = i;
		} else {
			map_del(&m, key);
			known[key] = MAP_NONE;
		}
		key = (x >> 7) & 511;
		ck_assert_uint_eq(map_get(&m, key), known[key]);
	}
	for (i = 0; i < 512; i++)
		ck_assert_uint_eq(map_get(&m, i), known[i]);
	map_clear(&m);
}
END_TEST

START_TEST(heap_orders_by_rank_then_number)
{
	struct heap h = { 0 };
	struct heap_item a, b;
	uint32_t i, x = 7;

	for (i = 0; i < 1000; i++) {
		x = x * 1664525 + 1013904223;
		heap_push(&h, (float)(x >> 28), i);
	}
	ck_assert(heap_pop(&h, &a));
	for (i = 1; i < 1000; i++) {
		ck_assert(heap_pop(&h, &b));
		ck_assert(a.rank > b.rank || (a.rank == b.rank && a.id < b.id));
		a = b;
	}
	ck_assert(!heap_pop(&h, &b));
	heap_clear(&h);
}
END_TEST

START_TEST(text_there_and_back)
{
	static const double v[] = { 0, 1, 1.5, 123456, 1.23456e9, 9.99999e-7,
		-2.5, 9.999996, 1e300, 0.1 };
	struct text t;
	uint64_t n;
	double d;
	char *end;
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(*v); i++) {
		text_init(&t);
		text_add_f64(&t, v[i]);
		d = strtod(t.s, &end);
		ck_assert_int_eq(*end, '\0');
		ck_assert_double_le(d > v[i] ? d - v[i] : v[i] - d,
		    (v[i] < 0 ? -v[i] : v[i]) * 1e-5);
	}
	text_init(&t);
	text_add_u64(&t, 18446744073709551615u);
	ck_assert_str_eq(t.s, "18446744073709551615");
	text_init(&t);
	text_add_i64(&t, INT64_MIN);
	ck_assert_str_eq(t.s, "-9223372036854775808");
	text_init(&t);
	text_add_u64(&t, 1234);
	ck_assert_int_eq(text_u64(text_bytes(&t), &n), 0);
	ck_assert_uint_eq(n, 1234);
	text_add(&t, "x");
	ck_assert_int_eq(text_u64(text_bytes(&t), &n), -1);
	for (i = 0; i < 100; i++)
		text_add(&t, "longer than it may be ");
	ck_assert_uint_lt(t.n, sizeof(t.s));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sched_parts");
	TCase *t = tcase_create("parts");
	SRunner *r;
	int failed;

	tcase_add_test(t, map_against_an_array);
	tcase_add_test(t, heap_orders_by_rank_then_number);
	tcase_add_test(t, text_there_and_back);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
