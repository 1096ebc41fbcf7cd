/*
 * The bounded cursor: every head byte, every prefix, hostile counts, UTF-8.
 */
#include <check.h>
#include <float.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire.h"
#include "unit/random.h"

#define B(...)	(const uint8_t[]){ __VA_ARGS__ }, \
	sizeof((const uint8_t[]){ __VA_ARGS__ })

START_TEST(numbers)
{
	static const struct {
		uint8_t		bytes[9];
		uint8_t		len;
		bool		u_ok, i_ok;
		uint64_t	u;
	} rows[] = {
		{ { 0x00 }, 1, true, true, 0 },
		{ { 0x7f }, 1, true, true, 127 },
		{ { 0xe0 }, 1, false, true, (uint64_t)-32 },
		{ { 0xff }, 1, false, true, (uint64_t)-1 },
		{ { 0xcc, 0xff }, 2, true, true, 255 },
		{ { 0xcd, 0xff, 0xfe }, 3, true, true, 0xfffe },
		{ { 0xce, 0xff, 0, 0, 1 }, 5, true, true, 0xff000001 },
		{ { 0xcf, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, 9,
		    true, true, INT64_MAX },
		{ { 0xcf, 0x80 }, 9, true, false, (uint64_t)INT64_MIN },
		{ { 0xd0, 0x80 }, 2, false, true, (uint64_t)-128 },
		{ { 0xd0, 0x05 }, 2, true, true, 5 },
		{ { 0xd1, 0x80, 0x00 }, 3, false, true, (uint64_t)-32768 },
		{ { 0xd2, 0x80 }, 5, false, true, (uint64_t)INT32_MIN },
		{ { 0xd3, 0x80 }, 9, false, true, (uint64_t)INT64_MIN },
		{ { 0xd3, 0x00, 0, 0, 0, 0, 0, 0, 7 }, 9, true, true, 7 },
		{ { 0xc0 }, 1, false, false, 0 },
		{ { 0xa0 }, 1, false, false, 0 },
		{ { 0xc3 }, 1, false, false, 0 },
		{ { 0xcb, 0 }, 9, false, false, 0 },
	};
	struct wire w;
	uint64_t u;
	int64_t i;
	size_t k, n;

	for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		wire_init(&w, rows[k].bytes, rows[k].len);
		ck_assert_int_eq(wire_u64(&w, &u), rows[k].u_ok);
		ck_assert_uint_eq(wire_left(&w),
		    rows[k].u_ok ? 0 : rows[k].len);
		if (rows[k].u_ok)
			ck_assert_uint_eq(u, rows[k].u);
		wire_init(&w, rows[k].bytes, rows[k].len);
		ck_assert_int_eq(wire_i64(&w, &i), rows[k].i_ok);
		if (rows[k].i_ok)
			ck_assert_int_eq(i, (int64_t)rows[k].u);
		for (n = 0; n < rows[k].len; n++) {
			wire_init(&w, rows[k].bytes, n);
			ck_assert(!wire_u64(&w, &u) && !wire_i64(&w, &i));
			ck_assert_uint_eq(wire_left(&w), n);
		}
	}
}
END_TEST

START_TEST(floats)
{
	struct wire w;
	double d;

	wire_init(&w, B(0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0));
	ck_assert(wire_f64(&w, &d) && d == 1.5 && wire_left(&w) == 0);
	wire_init(&w, B(0xca, 0xc0, 0x20, 0, 0));
	ck_assert(wire_f64(&w, &d) && d == -2.5 && wire_left(&w) == 0);
	wire_init(&w, B(0xff));
	ck_assert(wire_f64(&w, &d) && d == -1);
	wire_init(&w, B(0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
	ck_assert(wire_f64(&w, &d) && d == 18446744073709551616.0);
	wire_init(&w, B(0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0));
	ck_assert(!wire_f64(&w, &d));
	wire_init(&w, B(0xca, 0x3f, 0xf8, 0));
	ck_assert(!wire_f64(&w, &d));
	wire_init(&w, B(0xc2));
	ck_assert(!wire_f64(&w, &d));
}
END_TEST

START_TEST(bools)
{
	struct wire w;
	bool b;

	wire_init(&w, B(0xc3, 0xc2, 0x01));
	ck_assert(wire_bool(&w, &b) && b);
	ck_assert(wire_bool(&w, &b) && !b);
	ck_assert(!wire_bool(&w, &b));
	ck_assert_uint_eq(wire_left(&w), 1);
}
END_TEST

static bool
is_text(const char *bytes, size_t n)
{
	uint8_t item[64] = { 0xd9, (uint8_t)n };
	struct wire w;
	struct str s;

	memcpy(item + 2, bytes, n);
	wire_init(&w, item, n + 2);
	return wire_str(&w, 64, &s) && s.n == n &&
	    memcmp(s.p, bytes, n) == 0 && wire_left(&w) == 0;
}

START_TEST(utf8)
{
	ck_assert(is_text("", 0));
	ck_assert(is_text("a\0b", 3));
	ck_assert(is_text("\xc2\x80\xdf\xbf", 4));
	ck_assert(is_text("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80", 9));
	ck_assert(is_text("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 8));
	ck_assert(!is_text("\x80", 1));			/* a tail alone */
	ck_assert(!is_text("\xc2", 1));			/* a head alone */
	ck_assert(!is_text("\xc1\xbf", 2));		/* too long a form */
	ck_assert(!is_text("\xe0\x9f\xbf", 3));
	ck_assert(!is_text("\xf0\x8f\xbf\xbf", 4));
	ck_assert(!is_text("\xed\xa0\x80", 3));		/* a surrogate */
	ck_assert(!is_text("\xf4\x90\x80\x80", 4));	/* above 10ffff */
	ck_assert(!is_text("\xf5\x80\x80\x80", 4));
	ck_assert(!is_text("\xe2\x82\x28", 3));
	ck_assert(!is_text("\xff", 1));
}
END_TEST

START_TEST(text_and_bytes)
{
	struct wire w;
	struct bytes b;
	struct str s;

	wire_init(&w, B(0xa3, 'a', 'b', 'c'));
	ck_assert(!wire_str(&w, 2, &s));
	ck_assert_uint_eq(wire_left(&w), 4);
	ck_assert(wire_str(&w, 3, &s) && str_eq(s, "abc"));
	wire_init(&w, B(0xa3, 'a', 'b'));
	ck_assert(!wire_str(&w, 9, &s));
	wire_init(&w, B(0xda, 0, 1, 'x'));
	ck_assert(wire_str(&w, 9, &s) && str_eq(s, "x"));
	wire_init(&w, B(0xdb, 0, 0, 0, 1, 'x'));
	ck_assert(wire_str(&w, 9, &s) && str_eq(s, "x"));
	wire_init(&w, B(0xdb, 0xff, 0xff, 0xff, 0xff, 'x'));
	ck_assert(!wire_str(&w, SIZE_MAX, &s));
	wire_init(&w, B(0xc4, 2, 1, 2));
	ck_assert(!wire_str(&w, 9, &s) && !wire_bin(&w, 1, &b));
	ck_assert(wire_bin(&w, 2, &b) && b.n == 2 && b.p[1] == 2);
	wire_init(&w, B(0xc5, 0, 1, 9));
	ck_assert(wire_bin(&w, 2, &b) && b.n == 1 && b.p[0] == 9);
	wire_init(&w, B(0xc6, 0, 0, 0, 0));
	ck_assert(wire_bin(&w, 0, &b) && b.n == 0 && wire_left(&w) == 0);
	wire_init(&w, B(0xc6, 0xff, 0xff, 0xff, 0xff, 0));
	ck_assert(!wire_bin(&w, SIZE_MAX, &b));
	wire_init(&w, B(0xa1, 'x'));
	ck_assert(!wire_bin(&w, 9, &b));
	wire_init(&w, NULL, 0);
	ck_assert(!wire_bin(&w, 9, &b) && !wire_str(&w, 9, &s));
}
END_TEST

START_TEST(arrays)
{
	struct wire w;
	uint32_t n;

	wire_init(&w, B(0x92, 0, 0));
	ck_assert(!wire_array(&w, 1, &n));
	ck_assert(wire_array(&w, 2, &n) && n == 2 && wire_left(&w) == 2);
	wire_init(&w, B(0xdc, 0, 2, 0, 0));
	ck_assert(wire_array(&w, 9, &n) && n == 2);
	wire_init(&w, B(0xdd, 0, 0, 0, 2, 0, 0));
	ck_assert(wire_array(&w, 9, &n) && n == 2);
	wire_init(&w, B(0xdd, 0xff, 0xff, 0xff, 0xff));
	ck_assert(!wire_array(&w, UINT32_MAX, &n));
	wire_init(&w, B(0xdd, 0xff, 0xff, 0xff, 0xff, 0, 0));
	ck_assert(!wire_array(&w, UINT32_MAX, &n));
	wire_init(&w, B(0xdc, 0, 3, 0, 0));
	ck_assert(!wire_array(&w, 9, &n));
	ck_assert_uint_eq(wire_left(&w), 5);
	wire_init(&w, B(0xdd, 0, 0));
	ck_assert(!wire_array(&w, 9, &n));
	wire_init(&w, B(0x80));
	ck_assert(!wire_array(&w, 9, &n));
}
END_TEST

static bool
skips(const uint8_t *p, size_t n, unsigned depth)
{
	struct wire w;

	wire_init(&w, p, n);
	return wire_skip(&w, depth) && wire_left(&w) == 0;
}

START_TEST(skipping)
{
	ck_assert(skips(B(0xc0), 0));
	ck_assert(skips(B(0x90), 1));
	ck_assert(!skips(B(0x90), 0));
	ck_assert(skips(B(0x91, 0x91, 0x05), 2));
	ck_assert(!skips(B(0x91, 0x91, 0x05), 1));
	ck_assert(skips(B(0x81, 0xa1, 'k', 0x92, 0xc2, 0xca, 0, 0, 0, 0), 2));
	ck_assert(skips(B(0xde, 0, 1, 0, 0), 1));
	ck_assert(skips(B(0xdf, 0, 0, 0, 1, 0, 0), 1));
	ck_assert(!skips(B(0xdf, 0, 0, 0, 1, 0), 1));
	ck_assert(!skips(B(0xdf, 0x80, 0, 0, 1, 0, 0), 1));
	ck_assert(!skips(B(0xdf, 0xff, 0xff, 0xff, 0xff, 0, 0), 1));
	ck_assert(!skips(B(0xdd, 0xff, 0xff, 0xff, 0xff), 8));
	ck_assert(!skips(B(0xc1), 8));			/* never used */
	ck_assert(!skips(B(0xd4, 1, 2), 8));		/* ext */
	ck_assert(!skips(B(0xc7, 1, 1, 2), 8));
	ck_assert(!skips(NULL, 0, 8));
	ck_assert(skips(B(0xa1, 0xff), 8));	/* text nobody reads */
}
END_TEST

/* What msgpack-c writes, the cursor reads; and skips whole. */
START_TEST(oracle)
{
	struct random r = { 7 };
	msgpack_sbuffer sb;
	msgpack_packer pk;
	struct wire w;
	int64_t i, got;
	uint64_t u, ugot;
	int k;

	msgpack_sbuffer_init(&sb);
	msgpack_packer_init(&pk, &sb, msgpack_sbuffer_write);
	for (k = 0; k < 20000; k++) {
		msgpack_sbuffer_clear(&sb);
		u = random_u64(&r);
		i = (int64_t)random_u64(&r) * (k % 2 == 0 ? 1 : -1);
		msgpack_pack_array(&pk, 2);
		msgpack_pack_uint64(&pk, u);
		msgpack_pack_int64(&pk, i);
		ck_assert(skips((const uint8_t *)sb.data, sb.size, 1));
		wire_init(&w, sb.data + 1, sb.size - 1);
		ck_assert(wire_u64(&w, &ugot) && ugot == u);
		ck_assert(wire_i64(&w, &got) && got == i);
	}
	msgpack_sbuffer_destroy(&sb);
}
END_TEST

/* Random bytes in exactly sized memory: nothing may read past them. */
START_TEST(noise)
{
	struct random r = { 11 };
	struct wire w;
	uint8_t *p;
	size_t n, i;
	int k;

	for (k = 0; k < 50000; k++) {
		n = (size_t)random_below(&r, 24);
		p = malloc(n > 0 ? n : 1);
		for (i = 0; i < n; i++)
			p[i] = (uint8_t)random_next(&r);
		wire_init(&w, p, n);
		while (wire_skip(&w, 8))
			;
		ck_assert_uint_le(wire_left(&w), n);
		free(p);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("wire");
	TCase *t = tcase_create("cursor");
	SRunner *r;
	int failed;

	tcase_add_test(t, numbers);
	tcase_add_test(t, floats);
	tcase_add_test(t, bools);
	tcase_add_test(t, utf8);
	tcase_add_test(t, text_and_bytes);
	tcase_add_test(t, arrays);
	tcase_add_test(t, skipping);
	tcase_add_test(t, oracle);
	tcase_add_test(t, noise);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
