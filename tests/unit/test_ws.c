/*
 * WebSocket codec: frames whole, byte by byte, cut and mutated; both ends
 * against each other; the handshake.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/sha1.h"
#include "common/text.h"
#include "common/ws.h"

static const struct ws_limits limits = { 70000, 100000, 8, 2 };
static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };

/* Feeds data in pieces of step bytes; stops at the first event. */
static void
feed(struct ws *w, const void *data, size_t len, size_t step,
    struct ws_event *ev)
{
	uint8_t *copy = malloc(len + 1), *keep;
	size_t at = 0, n;

	memcpy(copy, data, len);
	memset(ev, 0, sizeof(*ev));
	while (at < len && ev->type == WS_EV_NONE) {
		n = len - at < step ? len - at : step;
		at += ws_recv(w, copy + at, n, ev);
	}
	/* What the event borrowed outlives copy in these tests. */
	if (ev->len > 0) {
		keep = malloc(ev->len);
		memcpy(keep, ev->data, ev->len);
		ev->data = keep;
	} else
		ev->data = NULL;
	free(copy);
}

static void
expect(enum ws_end end, const void *data, size_t len, enum ws_event_type type,
    uint16_t code)
{
	struct ws_event ev;
	struct ws w;
	size_t step;

	for (step = 1; step <= len; step = step < 4 ? step + 1 : step * 4) {
		ws_init(&w, end, &limits);
		feed(&w, data, len, step, &ev);
		ck_assert_msg(ev.type == type && ev.code == code,
		    "step %zu: type %d code %d (%s)", step, ev.type, ev.code,
		    ev.why == NULL ? "" : ev.why);
		free(ev.data);
		ws_clear(&w);
	}
}

#define EXPECT(end, bytes, type, code) \
	expect(end, bytes, sizeof(bytes) - 1, type, code)

START_TEST(good_frames)
{
	EXPECT(WS_CLIENT, "\x81\x05Hello", WS_EV_MESSAGE, 0);
	EXPECT(WS_SERVER, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
	    WS_EV_MESSAGE, 0);
	EXPECT(WS_CLIENT, "\x01\x03Hel\x80\x02lo", WS_EV_MESSAGE, 0);
	EXPECT(WS_CLIENT, "\x89\x05Hello", WS_EV_PING, 0);
	EXPECT(WS_CLIENT, "\x8a\x00", WS_EV_PONG, 0);
	EXPECT(WS_CLIENT, "\x82\x00", WS_EV_MESSAGE, 0);
	EXPECT(WS_CLIENT, "\x88\x00", WS_EV_CLOSE, 1005);
	EXPECT(WS_CLIENT, "\x88\x02\x03\xe8", WS_EV_CLOSE, 1000);
	EXPECT(WS_CLIENT, "\x88\x04\x0f\xa0ok", WS_EV_CLOSE, 4000);
	EXPECT(WS_CLIENT, "\x82", WS_EV_NONE, 0);
	EXPECT(WS_CLIENT, "\x82\x7e\x01", WS_EV_NONE, 0);
}
END_TEST

START_TEST(bad_frames)
{
	EXPECT(WS_SERVER, "\x81\x05Hello", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x81\x80\x01\x02\x03\x04", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\xc1\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\xa1\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x91\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x83\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x8b\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x8f\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x80\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x01\x00\x01\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x09\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x89\x7e\x00\x80", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x88\x01\x03", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x88\x02\x03\xed", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x88\x02\x00\x00", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x88\x02\x13\x88", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x88\x03\x03\xe8\xff", WS_EV_ERROR, 1007);
	EXPECT(WS_CLIENT, "\x81\x02\xc0\x80", WS_EV_ERROR, 1007);
	EXPECT(WS_CLIENT, "\x01\x01\xe2\x80\x01\x28", WS_EV_ERROR, 1007);
	EXPECT(WS_CLIENT, "\x82\x7e\x00\x7d", WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff",
	    WS_EV_ERROR, 1002);
	EXPECT(WS_CLIENT, "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00",
	    WS_EV_ERROR, 1002);
}
END_TEST

START_TEST(limits_hold)
{
	struct ws_limits small = { 1000, 100, 8, 2 };
	struct ws_event ev;
	struct ws w;
	uint8_t empty[2] = { 0x02, 0 };
	int i;

	/* 70,001 and 2^62: refused by the head, before any payload. */
	EXPECT(WS_CLIENT, "\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x71",
	    WS_EV_ERROR, 1009);
	EXPECT(WS_CLIENT, "\x82\x7f\x40\x00\x00\x00\x00\x00\x00\x00",
	    WS_EV_ERROR, 1009);

	ws_init(&w, WS_CLIENT, &small);
	feed(&w, "\x02\x40", 2, 2, &ev);
	ck_assert_int_eq(ev.type, WS_EV_NONE);
	ck_assert_uint_eq(ws_pending(&w), 2);
	ws_clear(&w);

	ws_init(&w, WS_CLIENT, &small);
	feed(&w, "\x82\x65", 2, 2, &ev);	/* 101 > 100 */
	ck_assert_int_eq(ev.code, 1009);
	feed(&w, "\x82\x00", 2, 2, &ev);	/* nothing is read after */
	ck_assert_int_eq(ev.type, WS_EV_NONE);
	ws_clear(&w);

	ws_init(&w, WS_CLIENT, &limits);
	for (i = 0; i < 3; i++) {
		feed(&w, empty, 2, 2, &ev);
		empty[0] = 0;
	}
	ck_assert_int_eq(ev.code, 1008);
	ws_clear(&w);

	ws_init(&w, WS_CLIENT, &limits);
	for (i = 0; i < 9; i++)
		feed(&w, i == 0 ? "\x02\x01x" : "\x00\x01x", 3, 3, &ev);
	ck_assert_int_eq(ev.code, 1008);
	ws_clear(&w);

	/* A message's count starts anew. */
	ws_init(&w, WS_CLIENT, &limits);
	for (i = 0; i < 40; i++) {
		feed(&w, "\x02\x01x\x00\x01y\x80\x01z", 9, 9, &ev);
		ck_assert_int_eq(ev.type, WS_EV_MESSAGE);
		ck_assert_uint_eq(ev.len, 3);
		ck_assert_mem_eq(ev.data, "xyz", 3);
		free(ev.data);
	}
	ws_clear(&w);
}
END_TEST

START_TEST(whole_frames_stay_in_place)
{
	uint8_t data[64];
	struct buf out;
	struct ws_event ev;
	struct ws w;
	size_t used;

	buf_init(&out);
	ws_frame(&out, WS_BINARY, "abc", 3, mask);
	ws_frame(&out, WS_PING, "", 0, mask);
	memcpy(data, out.data, out.len);
	ws_init(&w, WS_SERVER, &limits);
	used = ws_recv(&w, data, out.len, &ev);
	ck_assert_uint_eq(used, 9);
	ck_assert_ptr_eq(ev.data, data + 6);
	ck_assert_mem_eq(ev.data, "abc", 3);
	used += ws_recv(&w, data + used, out.len - used, &ev);
	ck_assert_int_eq(ev.type, WS_EV_PING);
	ck_assert_uint_eq(used, out.len);
	ck_assert_uint_eq(w.partial.cap + w.message.cap, 0);
	buf_clear(&out);
	ws_clear(&w);
}
END_TEST

/* As a gateway reads: what is missing of a cut frame goes where its beginning
 * is, the rest to a buffer of all. */
static size_t
read_in_place(struct ws *w, const uint8_t *p, size_t n, uint8_t *shared)
{
	uint8_t *room = NULL;
	size_t used = ws_room(w, &room);

	if (used > n)
		used = n;
	if (used > 0) {
		memcpy(room, p, used);
		ws_filled(w, used);
	}
	memcpy(shared, p + used, n - used);
	return n - used;
}

START_TEST(cut_frames)
{
	static const size_t sizes[] = { 3, 1000, 60000, 0, 125, 126, 65536, 9 };
	struct buf_pool pool = { 0 };
	struct ws_event ev;
	uint8_t *shared;
	struct buf all;
	struct ws w;
	size_t at, n, used, len, i, seen = 0, step = 1 + (size_t)_i * 7919;

	buf_init(&all);
	for (i = 0; i < 40; i++) {
		uint8_t *data = calloc(1, sizes[i % 8] + 1);

		memset(data, (int)i + 1, sizes[i % 8]);
		ws_frame(&all, WS_BINARY, data, sizes[i % 8], mask);
		free(data);
	}
	shared = malloc(all.len);
	ws_init(&w, WS_SERVER, &limits);
	w.pool = &pool;
	for (at = 0; at < all.len; at += n) {
		n = all.len - at < step ? all.len - at : step;
		len = read_in_place(&w, all.data + at, n, shared);
		used = 0;
		do {
			used += ws_recv(&w, shared + used, len - used, &ev);
			if (ev.type == WS_EV_NONE)
				break;
			ck_assert_int_eq(ev.type, WS_EV_MESSAGE);
			ck_assert_uint_eq(ev.len, sizes[seen++ % 8]);
			for (i = 0; i < ev.len; i++)
				if (ev.data[i] != seen)
					ck_abort_msg("byte %zu of %zu", i,
					    seen);
		} while (1);
		ck_assert_uint_eq(used, len);
	}
	ck_assert_uint_eq(seen, 40);
	/* Nothing is open: it has no memory, the pool has. */
	ck_assert_uint_eq(w.partial.cap + w.message.cap, 0);
	ck_assert(pool.n > 0 || step > all.len);
	ws_clear(&w);
	buf_pool_clear(&pool);
	buf_clear(&all);
	free(shared);
}
END_TEST

START_TEST(masking)
{
	uint8_t a[200], b[200];
	size_t n, i;

	for (n = 0; n < sizeof(a); n++) {
		for (i = 0; i < n; i++)
			a[i] = b[i] = (uint8_t)(i * 7 + n);
		ws_mask(a, n, mask);
		for (i = 0; i < n; i++)
			ck_assert_uint_eq(a[i], b[i] ^ mask[i & 3]);
	}
}
END_TEST

/* Every size at which the head changes form, both ways. */
START_TEST(both_ends)
{
	static const size_t sizes[] = { 0, 1, 125, 126, 127, 65535, 65536,
		65537, 70000 };
	struct buf out;
	struct ws_event ev;
	struct ws w;
	uint8_t *data;
	size_t i, j, step;
	int to_server;

	data = malloc(70000);
	for (i = 0; i < 70000; i++)
		data[i] = (uint8_t)(i * 31 >> 3);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (to_server = 0; to_server < 2; to_server++)
			for (j = 0; j < 3; j++) {
				step = j == 0 ? 4099 : j == 1 ? 13 : 1 << 20;
				buf_init(&out);
				ws_frame(&out, WS_BINARY, data, sizes[i],
				    to_server ? mask : NULL);
				ws_init(&w, to_server ? WS_SERVER : WS_CLIENT,
				    &limits);
				feed(&w, out.data, out.len, step, &ev);
				ck_assert_int_eq(ev.type, WS_EV_MESSAGE);
				ck_assert_uint_eq(ev.len, sizes[i]);
				if (ev.len > 0)
					ck_assert_mem_eq(ev.data, data, ev.len);
				free(ev.data);
				buf_clear(&out);
				ws_clear(&w);
			}
	free(data);
}
END_TEST

START_TEST(control_between_fragments)
{
	static const uint8_t in[] = "\x02\x02" "ab" "\x89\x01" "p" "\x80\x01" "c";
	uint8_t data[sizeof(in)];
	struct ws_event ev;
	struct ws w;
	size_t used;

	memcpy(data, in, sizeof(in));
	ws_init(&w, WS_CLIENT, &limits);
	used = ws_recv(&w, data, sizeof(in) - 1, &ev);
	ck_assert_int_eq(ev.type, WS_EV_PING);
	ck_assert_mem_eq(ev.data, "p", 1);
	used += ws_recv(&w, data + used, sizeof(in) - 1 - used, &ev);
	ck_assert_int_eq(ev.type, WS_EV_MESSAGE);
	ck_assert_int_eq(ev.opcode, WS_BINARY);
	ck_assert_mem_eq(ev.data, "abc", 3);
	ws_clear(&w);
}
END_TEST

START_TEST(close_frames)
{
	char text[200];
	struct buf out;
	struct ws_event ev;
	struct ws w;

	/* A reason too long is cut between characters. */
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text + 122, "\xc3\xa9", 2);
	buf_init(&out);
	ws_close_frame(&out, 4400, text, NULL);
	ws_init(&w, WS_CLIENT, &limits);
	feed(&w, out.data, out.len, out.len, &ev);
	ck_assert_int_eq(ev.type, WS_EV_CLOSE);
	ck_assert_int_eq(ev.code, 4400);
	ck_assert_uint_eq(ev.len, 122);
	free(ev.data);
	ws_clear(&w);
	buf_clear(&out);
}
END_TEST

/* Flipped bits never harm, and what is read never exceeds what was sent. */
START_TEST(mutated)
{
	uint64_t seed = 88172645463325252ull + (uint64_t)_i;
	struct buf out;
	struct ws_event ev;
	struct ws w;
	uint8_t copy[4096] = { 0 };
	size_t used, round, i, got;

	for (round = 0; round < 300; round++) {
		buf_init(&out);
		for (i = 0; i < 8; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			ws_frame(&out, seed % 3 == 0 ? WS_PING : WS_BINARY,
			    copy, seed >> 8 & 63, mask);
		}
		for (i = 0; i < 3; i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			out.data[seed % out.len] ^= 1u << (seed >> 32 & 7);
		}
		memcpy(copy, out.data, out.len);
		ws_init(&w, WS_SERVER, &limits);
		for (used = got = 0; used < out.len;) {
			i = 1 + (seed >> (used & 31)) % 40;
			if (i > out.len - used)
				i = out.len - used;
			used += ws_recv(&w, copy + used, i, &ev);
			got += ev.len;
		}
		ck_assert_uint_le(got, out.len);
		ws_clear(&w);
		buf_clear(&out);
	}
}
END_TEST

START_TEST(utf8)
{
	static const struct {
		const char	*text;
		bool		 good;
	} rows[] = {
		{ "", true }, { "plain", true }, { "\xc2\x80", true },
		{ "\xe0\xa0\x80", true }, { "\xed\x9f\xbf", true },
		{ "\xf0\x90\x80\x80", true }, { "\xf4\x8f\xbf\xbf", true },
		{ "\xc1\xbf", false }, { "\xe0\x9f\xbf", false },
		{ "\xed\xa0\x80", false }, { "\xf0\x8f\xbf\xbf", false },
		{ "\xf4\x90\x80\x80", false }, { "\xf5\x80\x80\x80", false },
		{ "\x80", false }, { "\xc2", false }, { "\xe2\x82", false },
		{ "\xe2\x82\x41", false }, { "\xff", false },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(text_utf8((const uint8_t *)rows[i].text,
		    strlen(rows[i].text)) == rows[i].good, "row %zu", i);
}
END_TEST

START_TEST(sha1)
{
	static const uint8_t abc[] = "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e"
	    "\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d";
	static const uint8_t two[] = "\x84\x98\x3e\x44\x1c\x3b\xd2\x6e\xba\xae"
	    "\x4a\xa1\xf9\x51\x29\xe5\xe5\x46\x70\xf1";
	static const char text[] =
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	uint8_t out[SHA1_LEN];

	sha1_of("abc", 3, out);
	ck_assert_mem_eq(out, abc, SHA1_LEN);
	sha1_of(text, strlen(text), out);
	ck_assert_mem_eq(out, two, SHA1_LEN);
}
END_TEST

START_TEST(handshake)
{
	static const char good[] = "HTTP/1.1 101 Switching Protocols\r\n"
	    "upgrade: WebSocket\r\nConnection:Upgrade\r\n"
	    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	    "Sec-WebSocket-Protocol: raven.v1\r\n\r\nnext";
	static const char key[] = "dGhlIHNhbXBsZSBub25jZQ==";
	uint8_t random[16];
	char accept[WS_ACCEPT_LEN], made[WS_KEY_LEN], bad[sizeof(good)];
	const char *why;
	size_t used, n;

	ws_accept(key, strlen(key), accept);
	ck_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	memcpy(random, "the sample nonce", 16);
	ws_key(random, made);
	ck_assert_str_eq(made, key);
	for (n = 0; n < sizeof(good) - 5; n++)
		ck_assert_int_eq(ws_client_check((const uint8_t *)good, n, key,
		    &used, &why), 0);
	ck_assert_int_eq(ws_client_check((const uint8_t *)good,
	    sizeof(good) - 1, key, &used, &why), 1);
	ck_assert_uint_eq(used, sizeof(good) - 5);
	memcpy(bad, good, sizeof(good));
	bad[sizeof(good) - 12] = '2';
	ck_assert_int_eq(ws_client_check((const uint8_t *)bad,
	    sizeof(good) - 1, key, &used, &why), -1);
	memcpy(bad, good, sizeof(good));
	memcpy(bad + 9, "503", 3);
	ck_assert_int_eq(ws_client_check((const uint8_t *)bad,
	    sizeof(good) - 1, key, &used, &why), -1);
	ck_assert_str_eq(why, "the server is full or stopping (503)");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("ws");
	TCase *t = tcase_create("ws");
	SRunner *r;
	int failed;

	tcase_add_test(t, good_frames);
	tcase_add_test(t, bad_frames);
	tcase_add_test(t, limits_hold);
	tcase_add_test(t, whole_frames_stay_in_place);
	tcase_add_loop_test(t, cut_frames, 0, 14);
	tcase_add_test(t, masking);
	tcase_add_test(t, both_ends);
	tcase_add_test(t, control_between_fragments);
	tcase_add_test(t, close_frames);
	tcase_add_loop_test(t, mutated, 0, 8);
	tcase_add_test(t, utf8);
	tcase_add_test(t, sha1);
	tcase_add_test(t, handshake);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
