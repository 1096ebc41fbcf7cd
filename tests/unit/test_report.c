/* Reports and the JSON writer: escapes, tables, and what peers may name. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "broker/report.h"
#include "common/jsonw.h"

static struct buf out;
static struct report report;

static void
setup(void)
{
	buf_init(&out);
	report_init(&report);
}

static void
teardown(void)
{
	buf_clear(&out);
	report_clear(&report);
}

static json_t *
parse(void)
{
	json_error_t e;
	json_t *root = json_loadb((const char *)out.data, out.len,
	    JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);

	ck_assert_msg(root != NULL, "%s: %.*s", e.text, (int)out.len,
	    (const char *)out.data);
	return root;
}

static void
expect_text(const char *text)
{
	buf_add(&out, "", 1);
	ck_assert_str_eq((const char *)out.data, text);
}

START_TEST(json_values)
{
	struct jsonw j;
	json_t *root;

	jsonw_init(&j, &out);
	jsonw_open(&j, '{');
	jsonw_put_string(&j, "s", "a\"b\\c\n\x01\x7f");
	jsonw_put_string(&j, "none", NULL);
	jsonw_put_u64(&j, "u", UINT64_C(9007199254740993));
	jsonw_key(&j, "list");
	jsonw_open(&j, '[');
	jsonw_f64(&j, 0.1);
	jsonw_bool(&j, true);
	jsonw_bool(&j, false);
	jsonw_close(&j, ']');
	jsonw_key(&j, "empty");
	jsonw_open(&j, '[');
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
	root = parse();
	ck_assert_str_eq(json_string_value(json_object_get(root, "s")),
	    "a\"b\\c\n\x01\x7f");
	ck_assert(json_is_null(json_object_get(root, "none")));
	ck_assert_int_eq(json_integer_value(json_object_get(root, "u")),
	    INT64_C(9007199254740993));
	ck_assert_int_eq(json_array_size(json_object_get(root, "list")), 3);
	ck_assert(json_real_value(json_array_get(json_object_get(root, "list"),
	    0)) == 0.1);
	json_decref(root);
}
END_TEST

/* Any bytes make valid JSON: jansson refuses what is not UTF-8. */
START_TEST(json_any_bytes)
{
	unsigned seed = 1, i, k;
	char bytes[24];
	struct jsonw j;

	for (i = 0; i < 20000; i++) {
		for (k = 0; k < sizeof(bytes); k++) {
			seed = seed * 1103515245 + 12345;
			bytes[k] = (char)(seed >> 16);
			if (k % 3 == 0)
				bytes[k] = (char)(0xe0 | (bytes[k] & 0x1f));
		}
		buf_reset(&out);
		jsonw_init(&j, &out);
		jsonw_open(&j, '[');
		jsonw_text(&j, bytes, sizeof(bytes));
		jsonw_close(&j, ']');
		json_decref(parse());
	}
}
END_TEST

static void
fill(void)
{
	report_section(&report, "head", "raven:x", true);
	report_string(&report, "name", "n");
	report_u64(&report, "count", 7);
	report_section(&report, "rows", "raven:y", false);
	report_limit(&report, 2);
	report_row(&report);
	report_string(&report, "cid", "a\x1b[31m\xc2\x9b\xc3\xa9\xff");
	report_u64(&report, "ops", 12345);
	report_row(&report);
	report_string(&report, "cid", "");
	report_f64(&report, "ops", 30.1e9);
	report_row(&report);
	report_none(&report, "cid");
	report_none(&report, "ops");
	ck_assert(report_full(&report));
	report_skip(&report);
	report_section(&report, "nothing", "raven:z", false);
	report_notice(&report, "not %s", "all");
}

START_TEST(tables)
{
	fill();
	report_table(&report, 0, &out);
	expect_text("head  [raven:x]\n"
	    "  name   n\n"
	    "  count  7\n"
	    "\n"
	    "rows  [raven:y]\n"
	    "  cid          ops\n"
	    "  a?[31m?\xc3\xa9?  12345\n"
	    "  -          30.1G\n"
	    "  ... and 2 more; --all or --json lists them\n"
	    "\n"
	    "nothing  [raven:z]\n"
	    "  none\n");
}
END_TEST

START_TEST(ages)
{
	const uint64_t now = 1700000000;
	const struct {
		uint64_t	 ago;
		const char	*text;
	} rows[] = {
		{ 0, "0 s ago" }, { 99, "99 s ago" }, { 100, "1 min ago" },
		{ 5999, "99 min ago" }, { 6000, "1 h ago" },
		{ 172799, "47 h ago" }, { 172800, "2 days ago" },
	};
	char want[64];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		report_section(&report, "s", "k", false);
		report_row(&report);
		report_time(&report, "last", now - rows[i].ago);
		report_table(&report, now, &out);
		buf_add(&out, "", 1);
		snprintf(want, sizeof(want), "  %s\n", rows[i].text);
		ck_assert_msg(strstr((char *)out.data, want) != NULL, "%s",
		    (char *)out.data);
		teardown();
		setup();
	}
	setenv("TZ", "UTC", 1);
	report_section(&report, "head", "k", true);
	report_time(&report, "begun", 60);
	report_time(&report, "later", 120);
	report_table(&report, 75, &out);
	expect_text("head  [k]\n"
	    "  begun  15 s ago, 1970-01-01 00:01:00\n"
	    "  later  1970-01-01 00:02:00\n");
}
END_TEST

START_TEST(bytes)
{
	const struct {
		uint64_t	 n;
		const char	*text;
	} rows[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KiB" },
		{ 1 << 28, "256 MiB" }, { 1048575, "1.0 MiB" },
		{ UINT64_MAX, "16 EiB" },
	};
	char want[64];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		report_section(&report, "s", "k", true);
		report_bytes(&report, "b", rows[i].n);
		report_table(&report, 0, &out);
		snprintf(want, sizeof(want), "s  [k]\n  b  %s\n",
		    rows[i].text);
		expect_text(want);
		teardown();
		setup();
	}
	report_section(&report, "s", "k", true);
	report_bytes(&report, "b", 1 << 28);
	report_json(&report, &out);
	buf_add(&out, "", 1);
	ck_assert(strstr((char *)out.data, "268435456") != NULL);
}
END_TEST

START_TEST(same_as_json)
{
	json_t *root, *rows;

	fill();
	report_json(&report, &out);
	root = parse();
	rows = json_object_get(root, "rows");
	ck_assert_int_eq(json_array_size(rows), 3);
	ck_assert_int_eq(json_integer_value(json_object_get(
	    json_object_get(root, "head"), "count")), 7);
	ck_assert(json_is_null(json_object_get(json_array_get(rows, 2),
	    "cid")));
	ck_assert_str_eq(json_string_value(json_object_get(
	    json_object_get(root, "keys"), "nothing")), "raven:z");
	ck_assert_str_eq(json_string_value(json_array_get(
	    json_object_get(root, "notices"), 0)), "not all");
	json_decref(root);
}
END_TEST

START_TEST(long_text_is_cut)
{
	char text[200];

	memset(text, 'a', sizeof(text));
	report_section(&report, "rows", "k", false);
	report_row(&report);
	report_text(&report, "t", text, sizeof(text));
	report_table(&report, 0, &out);
	buf_add(&out, "", 1);
	ck_assert_ptr_nonnull(strstr((const char *)out.data, "aaa...\n"));
	ck_assert_uint_lt(out.len, 180);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("report");
	TCase *t = tcase_create("report");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, json_values);
	tcase_add_test(t, json_any_bytes);
	tcase_add_test(t, tables);
	tcase_add_test(t, ages);
	tcase_add_test(t, bytes);
	tcase_add_test(t, same_as_json);
	tcase_add_test(t, long_text_is_cut);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
