/*
 * Buffers, frames between processes, and the names of errors.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/frame.h"

START_TEST(buffer_grows_and_drains)
{
	struct buf b;
	uint8_t *p;
	size_t i;

	buf_init(&b);
	for (i = 0; i < 1000; i++)
		buf_add(&b, &(uint8_t){ (uint8_t)i }, 1);
	buf_add(&b, NULL, 0);
	ck_assert_uint_eq(b.len, 1000);
	p = buf_grow(&b, 4);
	memcpy(p, "tail", 4);
	buf_drain(&b, 300);
	ck_assert_uint_eq(b.len, 704);
	ck_assert_uint_eq(b.data[0], 300 % 256);
	ck_assert_mem_eq(b.data + 700, "tail", 4);
	buf_drain(&b, 9999);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_ge(b.cap, 1004);
	buf_reset(&b);
	buf_clear(&b);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(texts)
{
	struct str s = { "raven!", 5 }, none = { NULL, 0 };

	ck_assert(str_eq(s, "raven"));
	ck_assert(!str_eq(s, "raven!"));
	ck_assert(!str_eq(s, "rave"));
	ck_assert(str_eq(none, ""));
	ck_assert_uint_eq(str_of("abc").n, 3);
}
END_TEST

static void
two_frames(struct buf *b)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.id = M_PING;
	m.ping.id = 0x1234567890;
	frame_write(b, 0x1122334455667788, &m);
	m.id = M_AGAIN;
	m.again.generation = 3;
	frame_write(b, 0, &m);
}

/* Byte by byte, as sockets may hand them over. */
START_TEST(frames_in_pieces)
{
	struct bytes body;
	uint64_t session;
	struct buf b;
	size_t i;
	int64_t n, first;

	buf_init(&b);
	two_frames(&b);
	first = FRAME_HEAD + 11;
	for (i = 0; i < b.len; i++) {
		n = frame_read(b.data, i, 100, &session, &body);
		ck_assert_int_eq(n, (int64_t)i < first ? 0 : first);
	}
	ck_assert_uint_eq(session, 0x1122334455667788);
	ck_assert_uint_eq(body.n, 11);
	ck_assert_uint_eq(msg_peek(body.p, body.n), M_PING);
	n = frame_read(b.data + first, b.len - (size_t)first, 100, &session,
	    &body);
	ck_assert_int_eq(n, (int64_t)b.len - first);
	ck_assert_uint_eq(session, 0);
	ck_assert_uint_eq(msg_peek(body.p, body.n), M_AGAIN);
	buf_clear(&b);
}
END_TEST

START_TEST(frame_layout)
{
	static const uint8_t want[] = { 11, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1,
		0x92, 27, 3 };
	struct buf b;
	struct msg m;

	buf_init(&b);
	memset(&m, 0, sizeof(m));
	m.id = M_AGAIN;
	m.again.generation = 3;
	frame_write(&b, 0x0100000000000002, &m);
	ck_assert_uint_eq(b.len, sizeof(want));
	ck_assert_mem_eq(b.data, want, sizeof(want));
	buf_clear(&b);
}
END_TEST

START_TEST(bad_lengths)
{
	uint8_t head[FRAME_HEAD];
	struct bytes body;
	uint64_t session;

	memset(head, 0, sizeof(head));
	head[0] = 7;		/* shorter than its session */
	ck_assert_int_eq(frame_read(head, 12, 100, &session, &body), -1);
	frame_head(head, 5, 100);
	ck_assert_int_eq(frame_read(head, 12, 100, &session, &body), 0);
	ck_assert_int_eq(frame_read(head, 4, 99, &session, &body), -1);
	memset(head, 0xff, sizeof(head));
	ck_assert_int_eq(frame_read(head, 12, SIZE_MAX, &session, &body), 0);
	ck_assert_int_eq(frame_read(head, 12, 1 << 24, &session, &body), -1);
	frame_head(head, 5, 0);
	ck_assert_int_eq(frame_read(head, 12, 0, &session, &body), 12);
	ck_assert_uint_eq(body.n, 0);
}
END_TEST

START_TEST(errors_have_names)
{
	ck_assert_str_eq(error_name(E_BAD_TOKEN), "bad_token");
	ck_assert_str_eq(error_name(E_OK), "ok");
	ck_assert_str_eq(error_name((enum error)30000), "unknown");
	ck_assert_str_eq(error_name((enum error)-1), "unknown");
	ck_assert_uint_gt(strlen(error_todo(E_SHAPE)), 10);
	ck_assert_uint_gt(strlen(error_todo((enum error)30000)), 10);
#define ERR(num, NAME, wire, todo)					\
	ck_assert_str_eq(error_name(E_##NAME), wire);			\
	ck_assert_str_eq(error_todo(E_##NAME), todo);
#include "common/errors.def"
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("frame");
	TCase *t = tcase_create("frame");
	SRunner *r;
	int failed;

	tcase_add_test(t, buffer_grows_and_drains);
	tcase_add_test(t, texts);
	tcase_add_test(t, frames_in_pieces);
	tcase_add_test(t, frame_layout);
	tcase_add_test(t, bad_lengths);
	tcase_add_test(t, errors_have_names);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
