/*
 * The opening handshake of RFC 6455: the server's answer to a key, and the
 * client's request and its check of the response.  The server's reading of
 * requests is gateway/http.c.  Pure; dies of nothing.
 */
#include <string.h>

#include "common/sha1.h"
#include "common/text.h"
#include "common/ws.h"

#define RESPONSE_MAX	16384	/* a longer response head is refused */

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void
base64(const uint8_t *p, size_t len, char *out)
{
	uint32_t x;
	size_t i;

	for (i = 0; i < len; i += 3) {
		x = (uint32_t)p[i] << 16;
		if (i + 1 < len)
			x |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < len)
			x |= p[i + 2];
		*out++ = alphabet[x >> 18];
		*out++ = alphabet[x >> 12 & 63];
		*out++ = (char)(i + 1 < len ? alphabet[x >> 6 & 63] : '=');
		*out++ = (char)(i + 2 < len ? alphabet[x & 63] : '=');
	}
	*out = '\0';
}

void
ws_accept(const char *key, size_t len, char out[WS_ACCEPT_LEN])
{
	uint8_t text[WS_KEY_LEN + sizeof(guid)], sum[SHA1_LEN];

	if (len > WS_KEY_LEN)	/* keys have 24 characters */
		len = WS_KEY_LEN;
	memcpy(text, key, len);
	memcpy(text + len, guid, sizeof(guid) - 1);
	sha1_of(text, len + sizeof(guid) - 1, sum);
	base64(sum, sizeof(sum), out);
}

void
ws_key(const uint8_t random[16], char out[WS_KEY_LEN])
{
	base64(random, 16, out);
}

static void
add_line(struct buf *out, const char *name, const char *value)
{
	buf_add(out, name, strlen(name));
	buf_add(out, value, strlen(value));
	buf_add(out, "\r\n", 2);
}

void
ws_client_request(struct buf *out, const char *host, const char *path,
    const char *origin, const char key[WS_KEY_LEN])
{
	buf_add(out, "GET ", 4);
	buf_add(out, path, strlen(path));
	add_line(out, " HTTP/1.1", "");
	add_line(out, "Host: ", host);
	add_line(out, "Upgrade: ", "websocket");
	add_line(out, "Connection: ", "Upgrade");
	add_line(out, "Sec-WebSocket-Version: ", "13");
	add_line(out, "Sec-WebSocket-Protocol: ", WS_SUBPROTOCOL);
	add_line(out, "Sec-WebSocket-Key: ", key);
	if (origin != NULL)
		add_line(out, "Origin: ", origin);
	add_line(out, "", "");
}

/* What the response has shown so far. */
struct response {
	bool	upgrade, connection, accept, protocol, extensions;
};

static void
on_header(struct response *r, struct str name, struct str value,
    const char *accept)
{
	if (text_same(name, str_of("upgrade")))
		r->upgrade = text_same(value, str_of("websocket"));
	else if (text_same(name, str_of("connection")))
		r->connection = text_same(value, str_of("upgrade")) ||
		    text_same(value, str_of("keep-alive, upgrade"));
	else if (text_same(name, str_of("sec-websocket-accept")))
		r->accept = str_eq(value, accept);
	else if (text_same(name, str_of("sec-websocket-protocol")))
		r->protocol = str_eq(value, WS_SUBPROTOCOL);
	else if (text_same(name, str_of("sec-websocket-extensions")))
		r->extensions = true;
}

/* One header line without its CRLF; false if it is none. */
static bool
read_header(struct response *r, const char *p, size_t n, const char *accept)
{
	const char *colon = memchr(p, ':', n), *value;

	if (colon == NULL || colon == p)
		return false;
	value = colon + 1;
	n -= value - p;
	while (n > 0 && (*value == ' ' || *value == '\t')) {
		value++;
		n--;
	}
	while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
		n--;
	on_header(r, (struct str){ p, (size_t)(colon - p) },
	    (struct str){ value, n }, accept);
	return true;
}

static const struct {
	char		 status[4];
	const char	*why;
} refusals[] = {
	{ "400", "the server did not understand the request (400)" },
	{ "403", "the server refuses this origin (403)" },
	{ "404", "there is no Raven server at this address (404)" },
	{ "421", "the server does not answer to this host name (421)" },
	{ "503", "the server is full or stopping (503)" },
};

/* The status line's fault, or NULL if it is 101. */
static const char *
check_status(const char *p, size_t n)
{
	size_t i;

	if (n < 12 || memcmp(p, "HTTP/1.1 ", 9) != 0)
		return "the answer is not HTTP/1.1";
	if (memcmp(p + 9, "101", 3) == 0 && (n == 12 || p[12] == ' '))
		return NULL;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (memcmp(p + 9, refusals[i].status, 3) == 0)
			return refusals[i].why;
	return "the server does not speak WebSocket at this address";
}

static const char *
check_response(const struct response *r)
{
	if (!r->upgrade || !r->connection)
		return "the answer is no upgrade to WebSocket";
	if (!r->accept)
		return "the answer does not belong to this handshake";
	if (!r->protocol)
		return "the server does not speak " WS_SUBPROTOCOL;
	if (r->extensions)
		return "the server chose an extension that was not offered";
	return NULL;
}

/* The line at *at without CRLF, *at moved past it; -1 if not whole. */
static int
next_line(const uint8_t *data, size_t len, size_t *at, const char **line,
    size_t *n)
{
	const uint8_t *p = data + *at, *end;

	end = memchr(p, '\n', len - *at);
	if (end == NULL)
		return -1;
	*line = (const char *)p;
	*n = end - p;
	if (*n > 0 && end[-1] == '\r')
		(*n)--;
	*at = end + 1 - data;
	return 0;
}

int
ws_client_check(const uint8_t *data, size_t len, const char key[WS_KEY_LEN],
    size_t *used, const char **why)
{
	struct response r = { 0 };
	char accept[WS_ACCEPT_LEN];
	const char *line;
	size_t at = 0, n;

	ws_accept(key, strlen(key), accept);
	*why = NULL;
	if (next_line(data, len, &at, &line, &n) == 0) {
		*why = check_status(line, n);
		while (*why == NULL &&
		    next_line(data, len, &at, &line, &n) == 0) {
			if (n == 0) {
				*used = at;
				*why = check_response(&r);
				return *why == NULL ? 1 : -1;
			}
			if (!read_header(&r, line, n, accept))
				*why = "the answer has a malformed header";
		}
	}
	if (*why == NULL && len > RESPONSE_MAX)
		*why = "the answer's headers are too long";
	return *why == NULL ? 0 : -1;
}
