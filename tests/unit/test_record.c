/*
 * Packed records: there and back, and no damaged or cut one is believed.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/record.h"

static struct buf b;

static void
setup(void)
{
	buf_init(&b);
}

static void
teardown(void)
{
	buf_clear(&b);
}

static void
pack_batch(void)
{
	static const uint32_t want[] = { 3 }, released[] = { 1, 2, 3 };
	struct record_batch r = { .first = 1, .n_ops = 3, .n_want = 1,
	    .n_released = 3, .want = want, .released = released };

	r.program = (struct bytes){ (const uint8_t *)"program bytes", 13 };
	record_batch_pack(&b, &r);
}

static void
pack_group(void)
{
	static const uint32_t ops[] = { 1, 2, 4 };
	struct record_group g = { .state = RECORD_DONE, .attempt = 2,
	    .time_ms = 1234567890123, .compute_us = 42, .n_ops = 3,
	    .n_values = 2, .n_errors = 1, .ops = ops };
	struct record_value small = { .op = 2, .dtype = 3,
	    .flags = RECORD_SMALL, .size = 5 }, large = { .op = 4, .dtype = 5,
	    .size = 1 << 20 };
	struct record_error e = { .op = 1, .code = 60, .cause = 1,
	    .a = { -1, 2, -3, 4 } };

	g.cid = str_of("tab-1");
	g.tab = str_of("");
	small.data = (struct bytes){ (const uint8_t *)"value", 5 };
	memset(large.digest, 7, sizeof(large.digest));
	record_group_begin(&b, &g);
	record_group_value(&b, &small);
	record_group_value(&b, &large);
	record_group_error(&b, &e);
	record_group_end(&b, 0);
}

START_TEST(crc_is_castagnoli)
{
	ck_assert_uint_eq(record_crc("123456789", 9), 0xe3069283u);
	ck_assert_uint_eq(record_crc("", 0), 0);
	/* 32 zeros: from RFC 3720, B.4. */
	ck_assert_uint_eq(record_crc((const uint8_t[32]){ 0 }, 32),
	    0x8a9136aau);
}
END_TEST

START_TEST(batch_there_and_back)
{
	struct record_batch r;

	pack_batch();
	ck_assert_int_eq(record_batch_open(&r, (struct bytes){ b.data,
	    b.len }), 0);
	ck_assert_uint_eq(r.program.n, 13);
	ck_assert_mem_eq(r.program.p, "program bytes", 13);
	ck_assert_uint_eq((uintptr_t)r.program.p % 8, 0);
	ck_assert_uint_eq(r.n_ops, 3);
	ck_assert_uint_eq(r.want[0], 3);
	ck_assert_uint_eq(r.n_persist, 0);
	ck_assert_uint_eq(r.released[2], 3);
}
END_TEST

START_TEST(group_there_and_back)
{
	struct record_group g;
	struct record_value v;
	struct record_error e;
	struct bytes all;
	size_t at;

	pack_group();
	all = (struct bytes){ b.data, b.len };
	ck_assert_int_eq(record_group_open(&g, all, &at), 0);
	ck_assert(str_eq(g.cid, "tab-1"));
	ck_assert_uint_eq(g.ops[2], 4);
	ck_assert_uint_eq(g.time_ms, 1234567890123);
	ck_assert_int_eq(record_read_value(all, &at, &v), 0);
	ck_assert_mem_eq(v.data.p, "value", 5);
	ck_assert_int_eq(record_read_value(all, &at, &v), 0);
	ck_assert_uint_eq(v.size, 1 << 20);
	ck_assert_uint_eq(v.digest[31], 7);
	ck_assert_int_eq(record_read_error(all, &at, &e), 0);
	ck_assert_int_eq(e.a[2], -3);
	ck_assert_int_eq(record_read_error(all, &at, &e), -1);
	ck_assert_int_eq(record_read_value(all, &at, &v), -1);
}
END_TEST

/* Every single bit, and every length, at an aligned place of its own. */
static void
refuse_damage(bool (*opens)(struct bytes))
{
	uint8_t *copy = malloc(b.len);
	size_t i;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, b.data, b.len);
	ck_assert(opens((struct bytes){ copy, b.len }));
	for (i = 0; i < b.len * 8; i++) {
		copy[i / 8] ^= (uint8_t)(1 << i % 8);
		ck_assert(!opens((struct bytes){ copy, b.len }));
		copy[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i < b.len; i++)
		ck_assert(!opens((struct bytes){ copy, i }));
	free(copy);
}

static bool
batch_opens(struct bytes bytes)
{
	struct record_batch r;

	return record_batch_open(&r, bytes) == 0;
}

static bool
group_opens(struct bytes bytes)
{
	struct record_group g;
	size_t at;

	return record_group_open(&g, bytes, &at) == 0;
}

START_TEST(damage_is_seen)
{
	pack_batch();
	refuse_damage(batch_opens);
	buf_reset(&b);
	pack_group();
	refuse_damage(group_opens);
}
END_TEST

/* Lengths that lie, with a CRC that fits them. */
START_TEST(lengths_are_checked)
{
	static const size_t batch[] = { 4, 16, 20, 24 }, group[] = { 6, 7, 8 };
	uint32_t huge = 0xfffffff0u, crc;
	size_t i;

	for (i = 0; i < 4; i++) {
		buf_reset(&b);
		pack_batch();
		memcpy(b.data + batch[i], &huge, 4);
		crc = record_crc(b.data, b.len - 4);
		memcpy(b.data + b.len - 4, &crc, 4);
		ck_assert(!batch_opens((struct bytes){ b.data, b.len }));
	}
	for (i = 0; i < 3; i++) {
		buf_reset(&b);
		pack_group();
		memset(b.data + group[i], 0xff, i < 2 ? 1 : 4);
		crc = record_crc(b.data, b.len - 4);
		memcpy(b.data + b.len - 4, &crc, 4);
		ck_assert(!group_opens((struct bytes){ b.data, b.len }));
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("record");
	TCase *t = tcase_create("record");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, crc_is_castagnoli);
	tcase_add_test(t, batch_there_and_back);
	tcase_add_test(t, group_there_and_back);
	tcase_add_test(t, damage_is_seen);
	tcase_add_test(t, lengths_are_checked);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
