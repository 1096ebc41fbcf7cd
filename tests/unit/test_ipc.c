/*
 * Channels: whole frames out of any pieces, order, limits, pausing, pressure,
 * and an owner that frees from within a callback.
 */
#include <sys/socket.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/ipc.h"

#define MAX	65536

struct seen {
	struct ipc	*ipc;
	unsigned	 messages;
	uint64_t	 sessions;	/* sum */
	size_t		 bytes;
	unsigned	 ends;
	enum ipc_end	 end;
	unsigned	 full, low;
	bool		 free_on_message;
	bool		 pause_on_message;
};

static struct event_base *base;
static int ends[2];

static void
on_message(struct ipc *c, uint64_t session, struct bytes body, void *arg)
{
	struct seen *s = arg;

	s->messages++;
	s->sessions += session;
	s->bytes += body.n;
	if (s->free_on_message)
		ipc_free(c);
	if (s->pause_on_message)
		ipc_pause(c, true);
}

static void
on_closed(struct ipc *c, enum ipc_end end, const char *why, void *arg)
{
	struct seen *s = arg;

	ck_assert_ptr_nonnull(why);
	s->ends++;
	s->end = end;
	ipc_free(c);
	s->ipc = NULL;
}

static void
on_pressure(struct ipc *c, bool full, void *arg)
{
	struct seen *s = arg;

	(void)c;
	s->full += full;
	s->low += !full;
}

static const struct ipc_handlers handlers = { on_message, on_closed,
    on_pressure };

static void
setup(void)
{
	base = event_base_new();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    ends), 0);
}

static void
teardown(void)
{
	event_base_free(base);
}

static void
spin(unsigned turns)
{
	while (turns-- > 0)
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void
write_all(int fd, const void *p, size_t n)
{
	ck_assert_int_eq(write(fd, p, n), (ssize_t)n);
}

static void
make_frame(struct buf *b, uint64_t session, size_t n)
{
	uint8_t head[FRAME_HEAD];

	frame_head(head, session, n);
	buf_add(b, head, sizeof(head));
	memset(buf_grow(b, n), 'x', n);
}

START_TEST(byte_by_byte)
{
	struct seen s = { 0 };
	struct buf b;
	size_t i;

	buf_init(&b);
	make_frame(&b, 1, 10);
	make_frame(&b, 2, 0);
	make_frame(&b, 3, 300);
	s.ipc = ipc_new(base, ends[0], MAX, &handlers, &s);
	for (i = 0; i < b.len; i++) {
		write_all(ends[1], b.data + i, 1);
		spin(1);
	}
	ck_assert_uint_eq(s.messages, 3);
	ck_assert_uint_eq(s.sessions, 6);
	ck_assert_uint_eq(s.bytes, 310);
	close(ends[1]);
	spin(2);
	ck_assert_uint_eq(s.ends, 1);
	ck_assert_int_eq(s.end, IPC_EOF);
	buf_clear(&b);
}
END_TEST

START_TEST(messages_before_the_end_arrive)
{
	struct seen s = { 0 };
	struct buf b;

	buf_init(&b);
	make_frame(&b, 5, 100);
	make_frame(&b, 5, 100);
	s.ipc = ipc_new(base, ends[0], MAX, &handlers, &s);
	write_all(ends[1], b.data, b.len - 1);
	close(ends[1]);
	spin(3);
	ck_assert_uint_eq(s.messages, 1);
	ck_assert_int_eq(s.end, IPC_EOF);
	buf_clear(&b);
}
END_TEST

START_TEST(both_ways)
{
	struct seen a = { 0 }, b = { 0 };
	struct msg m = { .id = M_QUERY };
	struct bytes raw = { (const uint8_t *)"abc", 3 };
	unsigned i;

	m.query.what = str_of("status");
	m.query.arg = str_of("");
	a.ipc = ipc_new(base, ends[0], MAX, &handlers, &a);
	b.ipc = ipc_new(base, ends[1], MAX, &handlers, &b);
	for (i = 0; i < 1000; i++)
		ipc_send(a.ipc, i, &m);
	ipc_forward(b.ipc, 9, raw);
	spin(10);
	ck_assert_uint_eq(b.messages, 1000);
	ck_assert_uint_eq(b.sessions, 999 * 500);
	ck_assert_uint_eq(a.messages, 1);
	ck_assert_uint_eq(a.bytes, 3);
	ck_assert_uint_eq(ipc_pending(a.ipc), 0);
	ipc_free(a.ipc);
	ipc_free(b.ipc);
}
END_TEST

START_TEST(too_long)
{
	struct seen s = { 0 };
	struct buf b;

	buf_init(&b);
	make_frame(&b, 1, 4);
	make_frame(&b, 1, MAX + 1);
	s.ipc = ipc_new(base, ends[0], MAX, &handlers, &s);
	write_all(ends[1], b.data, 100);
	spin(2);
	ck_assert_uint_eq(s.messages, 1);
	ck_assert_uint_eq(s.ends, 1);
	ck_assert_int_eq(s.end, IPC_FAULT);
	close(ends[1]);
	buf_clear(&b);
}
END_TEST

START_TEST(freed_in_its_callback)
{
	struct seen s = { .free_on_message = true };
	struct buf b;

	buf_init(&b);
	make_frame(&b, 1, 4);
	make_frame(&b, 1, 4);
	s.ipc = ipc_new(base, ends[0], MAX, &handlers, &s);
	write_all(ends[1], b.data, b.len);
	spin(3);
	ck_assert_uint_eq(s.messages, 1);
	ck_assert_uint_eq(s.ends, 0);
	close(ends[1]);
	buf_clear(&b);
}
END_TEST

START_TEST(pause_holds_back)
{
	struct seen s = { .pause_on_message = true };
	struct buf b;

	buf_init(&b);
	make_frame(&b, 1, 4);
	make_frame(&b, 1, 4);
	make_frame(&b, 1, 4);
	s.ipc = ipc_new(base, ends[0], MAX, &handlers, &s);
	write_all(ends[1], b.data, b.len);
	close(ends[1]);
	spin(3);
	ck_assert_uint_eq(s.messages, 1);
	ipc_pause(s.ipc, false);
	spin(3);
	ck_assert_uint_eq(s.messages, 2);
	s.pause_on_message = false;
	ipc_pause(s.ipc, false);
	spin(3);
	ck_assert_uint_eq(s.messages, 3);
	ck_assert_uint_eq(s.ends, 1);
	buf_clear(&b);
}
END_TEST

START_TEST(pressure)
{
	static uint8_t block[60000];
	struct bytes raw = { block, sizeof(block) };
	struct seen a = { 0 }, b = { 0 };
	unsigned i;

	a.ipc = ipc_new(base, ends[0], MAX, &handlers, &a);
	for (i = 0; i < 100; i++)
		ipc_forward(a.ipc, 0, raw);
	spin(2);
	ck_assert_uint_eq(a.full, 1);
	ck_assert_uint_eq(a.low, 0);
	b.ipc = ipc_new(base, ends[1], MAX, &handlers, &b);
	spin(300);
	ck_assert_uint_eq(b.messages, 100);
	ck_assert_uint_eq(b.bytes, 100 * sizeof(block));
	ck_assert_uint_eq(a.full, 1);
	ck_assert_uint_eq(a.low, 1);
	ipc_free(a.ipc);
	ipc_free(b.ipc);
}
END_TEST

/* A peer that has gone does not kill the sender, and is reported once. */
START_TEST(sending_to_nobody)
{
	struct bytes raw = { (const uint8_t *)"abc", 3 };
	struct seen s = { 0 };

	s.ipc = ipc_new(base, ends[0], MAX, &handlers, &s);
	close(ends[1]);
	ipc_forward(s.ipc, 0, raw);
	spin(3);
	ck_assert_uint_eq(s.ends, 1);
}
END_TEST

START_TEST(connect_fails)
{
	struct seen s = { 0 };
	char path[200];

	ck_assert_ptr_null(ipc_connect(base, "/nonexistent/x.sock", MAX,
	    &handlers, &s));
	ck_assert_int_eq(errno, ENOENT);
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	ck_assert_ptr_null(ipc_connect(base, path, MAX, &handlers, &s));
	ck_assert_int_eq(errno, ENAMETOOLONG);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ipc");
	TCase *t = tcase_create("ipc");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, byte_by_byte);
	tcase_add_test(t, messages_before_the_end_arrive);
	tcase_add_test(t, both_ways);
	tcase_add_test(t, too_long);
	tcase_add_test(t, freed_in_its_callback);
	tcase_add_test(t, pause_holds_back);
	tcase_add_test(t, pressure);
	tcase_add_test(t, sending_to_nobody);
	tcase_add_test(t, connect_fails);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
