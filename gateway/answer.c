/*
 * The heads of HTTP answers: status lines, the security headers that every
 * answer carries, and sentences for people.  Pure; dies of nothing.
 */
#include <string.h>

#include "common/ws.h"
#include "gateway/http.h"

static const struct {
	uint16_t	 status;
	const char	*phrase;
	const char	*sentence;
	const char	*extra;		/* header lines */
} rows[] = {
	{ 101, "Switching Protocols", "", NULL },
	{ 200, "OK", "ok\n", NULL },
	{ 304, "Not Modified", "", NULL },
	{ 400, "Bad Request", "Your program sent a request that is not HTTP/1.1, "
	    "or a WebSocket request without the subprotocol raven.v1.\n", NULL },
	{ 403, "Forbidden", "Pages of other sites may not connect to this "
	    "server; the operator can allow a site with the setting "
	    "origins.\n", NULL },
	{ 404, "Not Found", "There is nothing here. The page for participants "
	    "is at / .\n", NULL },
	{ 405, "Method Not Allowed", "Only GET and HEAD are understood here.\n",
	    "Allow: GET, HEAD\r\n" },
	{ 408, "Request Timeout", "The request did not arrive in time.\n", NULL },
	{ 413, "Content Too Large", "The request's body is too large.\n", NULL },
	{ 414, "URI Too Long", "The address is too long.\n", NULL },
	{ 417, "Expectation Failed", "This server fulfils no expectations; "
	    "send the request without Expect.\n", NULL },
	{ 421, "Misdirected Request", "This server does not answer to that "
	    "host name; the operator can add it to the setting hosts.\n", NULL },
	{ 426, "Upgrade Required", "This address speaks WebSocket, version 13, "
	    "only.\n", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" },
	{ 429, "Too Many Requests", "Too many requests from your address.\n",
	    NULL },
	{ 431, "Request Header Fields Too Large", "The request's headers are "
	    "too large.\n", NULL },
	{ 501, "Not Implemented", "Transfer codings are not understood "
	    "here.\n", NULL },
	{ 503, "Service Unavailable", "The server is full or stopping; try "
	    "again in a moment.\n", "Retry-After: 5\r\n" },
	{ 505, "HTTP Version Not Supported", "This server speaks HTTP/1.1 "
	    "only.\n", NULL },
};

/* The same for every answer, whatever it says. */
static const char security[] =
    "Content-Security-Policy: default-src 'none'; "
    "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Embedder-Policy: require-corp\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

static size_t
find(uint16_t status)
{
	size_t i, n = sizeof(rows) / sizeof(rows[0]);

	for (i = 0; i < n; i++)
		if (rows[i].status == status)
			return i;
	return n - 2;	/* 503 */
}

const char *
http_phrase(uint16_t status)
{
	return rows[find(status)].phrase;
}

const char *
http_sentence(uint16_t status)
{
	return rows[find(status)].sentence;
}

static void
add(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static void
add_number(struct buf *b, uint64_t v)
{
	char text[20];
	size_t n = sizeof(text);

	do
		text[--n] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	buf_add(b, text + n, sizeof(text) - n);
}

static void
add_status(struct buf *b, uint16_t status)
{
	size_t i = find(status);

	add(b, "HTTP/1.1 ");
	add_number(b, rows[i].status);
	add(b, " ");
	add(b, rows[i].phrase);
	add(b, "\r\n");
	if (rows[i].extra != NULL)
		add(b, rows[i].extra);
	add(b, security);
}

void
http_write_head(struct buf *b, const struct http_answer *a)
{
	add_status(b, a->status);
	add(b, "Cache-Control: no-cache\r\n");
	if (a->etag != NULL) {
		add(b, "ETag: ");
		add(b, a->etag);
		add(b, "\r\n");
	}
	if (a->type != NULL) {
		add(b, "Content-Type: ");
		add(b, a->type);
		add(b, "\r\n");
	}
	if (a->status != 304) {
		add(b, "Content-Length: ");
		add_number(b, a->length);
		add(b, "\r\n");
	}
	add(b, a->close ? "Connection: close\r\n\r\n" : "\r\n");
}

void
http_write_status(struct buf *b, uint16_t status, bool close, bool head)
{
	const char *text = http_sentence(status);
	struct http_answer a = { status, "text/plain; charset=utf-8",
		strlen(text), NULL, close };

	http_write_head(b, &a);
	if (!head)
		add(b, text);
}

void
http_write_upgrade(struct buf *b, struct str key)
{
	char accept[WS_ACCEPT_LEN];

	ws_accept(key.p, key.n, accept);
	add_status(b, 101);
	add(b, "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Protocol: " WS_SUBPROTOCOL "\r\n"
	    "Sec-WebSocket-Accept: ");
	add(b, accept);
	add(b, "\r\n\r\n");
}
