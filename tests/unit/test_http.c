/*
 * The request parser, whole and byte by byte: what is good, what is refused
 * and with which status; hosts, origins, tags; heads of answers.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/http.h"

static const struct http_limits limits = { 64, 256, 6, 100 };

struct outcome {
	enum http_result	result;
	uint16_t		status;
	size_t			used;
	struct http_request	rq;
};

/* Feeds growing prefixes, step bytes at a time, each at another address. */
static struct outcome
feed(const char *data, size_t len, size_t step)
{
	struct outcome o = { .result = HTTP_MORE };
	struct http h;
	uint8_t *copy = NULL;
	size_t n = 0;

	http_init(&h, &limits);
	while (n < len && o.result == HTTP_MORE) {
		n = len - n < step ? len : n + step;
		free(copy);
		copy = malloc(n);
		memcpy(copy, data, n);
		o.result = http_read(&h, copy, n, &o.rq, &o.used);
	}
	o.status = h.status;
	free(copy);
	return o;
}

/* The same outcome in one piece, by bytes and by threes. */
static struct outcome
check(const char *data, size_t len, uint16_t status)
{
	static const size_t steps[] = { 1, 3, 1 << 20 };
	struct outcome o = { 0 };
	size_t i;

	for (i = 0; i < 3; i++) {
		o = feed(data, len, steps[i]);
		if (status == 0)
			ck_assert_msg(o.result == HTTP_OK,
			    "step %zu: %d of %.40s", steps[i], o.status, data);
		else
			ck_assert_msg(o.result == HTTP_REFUSED &&
			    o.status == status, "step %zu: %d, not %d: %.40s",
			    steps[i], o.status, status, data);
	}
	return o;
}

#define CHECK(text, status)	check(text, sizeof(text) - 1, status)
#define H	"Host: localhost\r\n"

START_TEST(good)
{
	static const char text[] = "GET /a/b?c=d?e HTTP/1.1\r\n"
	    "hOsT:\t localhost:80 \r\nX-Empty:\r\nIf-None-Match: \"x\"\r\n"
	    "Accept: text/\xc3\xa9\r\n\r\n";
	struct http_request rq;
	struct http h;
	size_t used;

	CHECK("GET / HTTP/1.1\r\n" H "\r\n", 0);
	http_init(&h, &limits);
	ck_assert_int_eq(http_read(&h, (const uint8_t *)text, sizeof(text) - 1,
	    &rq, &used), HTTP_OK);
	ck_assert_uint_eq(used, sizeof(text) - 1);
	ck_assert_int_eq(rq.method, HTTP_GET);
	ck_assert(str_eq(rq.path, "/a/b"));
	ck_assert(str_eq(rq.query, "c=d?e"));
	ck_assert(str_eq(rq.host, "localhost:80"));
	ck_assert(str_eq(rq.none_match, "\"x\""));
	ck_assert(rq.keep_alive && !rq.upgrade && rq.body == 0);
	ck_assert(CHECK("HEAD / HTTP/1.1\r\n" H "\r\n", 0).rq.method ==
	    HTTP_HEAD);
	ck_assert(CHECK("POST / HTTP/1.1\r\n" H "Content-Length: 7\r\n\r\n",
	    0).rq.body == 7);
	ck_assert(!CHECK("GET / HTTP/1.1\r\n" H "Connection: x, CLOSE\r\n\r\n",
	    0).rq.keep_alive);
}
END_TEST

START_TEST(pipelined)
{
	static const char two[] = "GET /1 HTTP/1.1\r\n" H "\r\n"
	    "GET /2 HTTP/1.1\r\n" H "\r\n";
	struct http_request rq;
	struct http h;
	size_t used, first;

	http_init(&h, &limits);
	ck_assert_int_eq(http_read(&h, (const uint8_t *)two, sizeof(two) - 1,
	    &rq, &first), HTTP_OK);
	ck_assert(str_eq(rq.path, "/1"));
	http_init(&h, &limits);
	ck_assert_int_eq(http_read(&h, (const uint8_t *)two + first,
	    sizeof(two) - 1 - first, &rq, &used), HTTP_OK);
	ck_assert(str_eq(rq.path, "/2"));
	ck_assert_uint_eq(first + used, sizeof(two) - 1);
}
END_TEST

START_TEST(refused)
{
	CHECK("GET / HTTP/1.1\n" H "\r\n", 400);
	CHECK("GET / HTTP/1.1\r\nHost: localhost\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H "\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H " folded: a\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H "\tfolded\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n", 400);
	CHECK("GET /\0 HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H H "\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H "X y: a\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H ": a\r\n\r\n", 400);
	CHECK("GET / HTTP/1.1\r\n" H "nocolon\r\n\r\n", 400);
	CHECK("GET http://localhost/ HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("GET * HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("GET  / HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("GET / HTTP/1.1 \r\n" H "\r\n", 400);
	CHECK("GET / x HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("GET /\r\n" H "\r\n", 400);
	CHECK("GET /\xff HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("GET /#a HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("GE(T / HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("ABCDEFGHIJKLMNOPQRSTU / HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("\r\nGET / HTTP/1.1\r\n" H "\r\n", 400);
	CHECK("\x16\x03\x01", 400);
	CHECK("GET / http/1.1\r\n" H "\r\n", 400);
	CHECK("GET / HTTP/1.0\r\n" H "\r\n", 505);
	CHECK("GET / HTTP/3.0\r\n" H "\r\n", 505);
}
END_TEST

START_TEST(lengths)
{
#define POST	"POST / HTTP/1.1\r\n" H
	CHECK(POST "Content-Length: 101\r\n\r\n", 413);
	CHECK(POST "Content-Length: 999999999999999999\r\n\r\n", 413);
	CHECK(POST "Content-Length: 9999999999999999999\r\n\r\n", 400);
	CHECK(POST "Content-Length: \r\n\r\n", 400);
	CHECK(POST "Content-Length: +5\r\n\r\n", 400);
	CHECK(POST "Content-Length: 5, 5\r\n\r\n", 400);
	CHECK(POST "Content-Length: 0x5\r\n\r\n", 400);
	CHECK(POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400);
	CHECK(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	    400);
	CHECK(POST "Transfer-Encoding: chunked\r\n\r\n", 501);
	CHECK(POST "Expect: 100-continue\r\n\r\n", 417);
}
END_TEST

START_TEST(limits_hold)
{
	char text[1024];
	size_t n;

	/* A request line of exactly the limit, and one more. */
	memset(text, 'a', sizeof(text));
	memcpy(text, "GET /", 5);
	memcpy(text + 64 - 9, " HTTP/1.1\r\n" H "\r\n", 11 + 17 + 3);
	check(text, 64 + 2 + 17 + 2, 0);
	memset(text + 5, 'a', sizeof(text) - 5);
	check(text, 67, 414);
	check(text, sizeof(text), 414);
	/* Headers without an end. */
	n = strlen("GET / HTTP/1.1\r\n" H "X: ");
	memcpy(text, "GET / HTTP/1.1\r\n" H "X: ", n);
	memset(text + n, 'a', sizeof(text) - n);
	check(text, sizeof(text), 431);
	CHECK("GET / HTTP/1.1\r\n" H "A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n"
	    "A: 1\r\n\r\n", 0);
	CHECK("GET / HTTP/1.1\r\n" H "A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n"
	    "A: 1\r\nA: 1\r\n\r\n", 431);
}
END_TEST

START_TEST(upgrades)
{
	static const struct http_limits wide = { 64, 1024, 16, 0 };
#define UP(key, version) "GET /raven HTTP/1.1\r\n" H "Upgrade: WebSocket\r\n" \
	    "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: " key "\r\n" \
	    "Sec-WebSocket-Version: " version "\r\n" \
	    "Sec-WebSocket-Protocol: x,raven.v1\r\n\r\n"
	static const struct {
		const char	*text;
		uint16_t	 status;
	} rows[] = {
		{ UP("dGhlIHNhbXBsZSBub25jZQ==", "13"), 0 },
		{ UP("dGhlIHNhbXBsZSBub25jZQ==", "12"), 426 },
		{ UP("dGhlIHNhbXBsZSBub25jZQ=", "13"), 400 },
		{ UP("dGhlIHNhbXBsZSBub25jZ!==", "13"), 0 },
		{ UP("dGhlIHNhbXBsZSBub25jZ\"==", "13"), 400 },
		{ "GET / HTTP/1.1\r\n" H "Upgrade: websocket\r\n\r\n", 0 },
	};
	struct http_request rq;
	struct http h;
	size_t i, used;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		http_init(&h, &wide);
		(void)http_read(&h, (const uint8_t *)rows[i].text,
		    strlen(rows[i].text), &rq, &used);
		ck_assert_uint_eq(h.status, rows[i].status);
		if (h.status == 0)
			ck_assert(rq.upgrade == (i < 5) &&
			    rq.subprotocol == (i < 5));
	}
}
END_TEST

START_TEST(hosts)
{
	struct str name, port;

	ck_assert(http_split_host(str_of("[::1]:9999"), &name, &port));
	ck_assert(str_eq(name, "[::1]") && str_eq(port, "9999"));
	ck_assert(http_host_is_local(name));
	ck_assert(http_split_host(str_of("LocalHost"), &name, &port));
	ck_assert(http_host_is_local(name) && port.n == 0);
	ck_assert(http_split_host(str_of("localhost.evil"), &name, &port));
	ck_assert(!http_host_is_local(name));
	ck_assert(!http_split_host(str_of(""), &name, &port));
	ck_assert(!http_split_host(str_of("[::1"), &name, &port));
	ck_assert(!http_split_host(str_of("[]"), &name, &port));
	ck_assert(!http_split_host(str_of("a:123456"), &name, &port));
	ck_assert(!http_split_host(str_of("a:8a"), &name, &port));
	ck_assert(!http_split_host(str_of("::1"), &name, &port));
}
END_TEST

START_TEST(origins)
{
	ck_assert(http_origin_is_host(str_of("http://a.b:1"), str_of("A.b:1")));
	ck_assert(http_origin_is_host(str_of("https://a.b"), str_of("a.b")));
	ck_assert(!http_origin_is_host(str_of("http://a.b"), str_of("a.b:1")));
	ck_assert(!http_origin_is_host(str_of("http://a.b.c"), str_of("a.b")));
	ck_assert(!http_origin_is_host(str_of("ftp://a.b"), str_of("a.b")));
	ck_assert(!http_origin_is_host(str_of("null"), str_of("null")));
	ck_assert(!http_origin_is_host(str_of("http://"), str_of("")));
}
END_TEST

START_TEST(etags)
{
	ck_assert(http_etag_matches(str_of("\"a\""), "\"a\""));
	ck_assert(http_etag_matches(str_of("\"b\" , W/\"a\""), "\"a\""));
	ck_assert(http_etag_matches(str_of("*"), "\"a\""));
	ck_assert(!http_etag_matches(str_of("\"ab\""), "\"a\""));
	ck_assert(!http_etag_matches(str_of(""), "\"a\""));
}
END_TEST

START_TEST(answers)
{
	struct http_answer a = { 200, "text/css", 18446744073709551615ull,
		"\"t\"", true };
	struct buf b;

	buf_init(&b);
	http_write_head(&b, &a);
	buf_add(&b, "", 1);
	ck_assert_ptr_nonnull(strstr((char *)b.data, "HTTP/1.1 200 OK\r\n"));
	ck_assert_ptr_nonnull(strstr((char *)b.data,
	    "Content-Length: 18446744073709551615\r\n"));
	ck_assert_ptr_nonnull(strstr((char *)b.data, "ETag: \"t\"\r\n"));
	ck_assert_ptr_nonnull(strstr((char *)b.data, "Connection: close\r\n\r\n"));
	ck_assert_ptr_nonnull(strstr((char *)b.data, "nosniff"));
	buf_reset(&b);
	http_write_status(&b, 405, false, true);
	ck_assert_mem_eq(b.data + b.len - 4, "\r\n\r\n", 4);
	buf_reset(&b);
	http_write_upgrade(&b, str_of("dGhlIHNhbXBsZSBub25jZQ=="));
	buf_add(&b, "", 1);
	ck_assert_ptr_nonnull(strstr((char *)b.data,
	    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
	buf_clear(&b);
}
END_TEST

/* A mutated request never harms, and its outcome depends on no boundary. */
START_TEST(mutated)
{
	static const char text[] = "GET /ab HTTP/1.1\r\n" H
	    "Content-Length: 0\r\nConnection: close\r\n\r\n";
	uint64_t seed = 2463534242u + (uint64_t)_i;
	struct outcome a, b;
	char copy[sizeof(text)];
	int round, k;

	for (round = 0; round < 400; round++) {
		memcpy(copy, text, sizeof(text));
		for (k = 0; k < 2; k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			copy[seed % (sizeof(text) - 1)] = (char)(seed >> 40);
		}
		a = feed(copy, sizeof(text) - 1, 1);
		b = feed(copy, sizeof(text) - 1, 1 << 20);
		ck_assert_int_eq(a.result, b.result);
		ck_assert_uint_eq(a.status, b.status);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("http");
	SRunner *r;
	int failed;

	tcase_add_test(t, good);
	tcase_add_test(t, pipelined);
	tcase_add_test(t, refused);
	tcase_add_test(t, lengths);
	tcase_add_test(t, limits_hold);
	tcase_add_test(t, upgrades);
	tcase_add_test(t, hosts);
	tcase_add_test(t, origins);
	tcase_add_test(t, etags);
	tcase_add_test(t, answers);
	tcase_add_loop_test(t, mutated, 0, 4);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
