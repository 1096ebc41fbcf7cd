/*
 * The request parser and the heads of answers.  Works line by line over bytes
 * that the caller keeps, so feeding a byte or everything gives the same.
 * Must not guess: bare LF, folded lines, NUL, two Hosts, a length with a
 * transfer coding are all refused.  Pure; dies of nothing.
 */
#include <string.h>

#include "common/text.h"
#include "common/ws.h"
#include "gateway/http.h"

#define METHOD_MAX	20	/* characters */

enum {
	SEEN_LINE = 1 << 0,	/* the request line */
	SEEN_HOST = 1 << 1,
	SEEN_LENGTH = 1 << 2,
	SEEN_CODING = 1 << 3,	/* Transfer-Encoding */
	SEEN_EXPECT = 1 << 4,
	SEEN_CLOSE = 1 << 5,	/* Connection: close */
	SEEN_WANTS = 1 << 6,	/* Connection: upgrade */
	SEEN_UPGRADE = 1 << 7,	/* Upgrade: websocket */
	SEEN_VERSION = 1 << 8,
	SEEN_V13 = 1 << 9,
	SEEN_KEY = 1 << 10,
	SEEN_ORIGIN = 1 << 11,
	SEEN_PROTOCOL = 1 << 12,
	SEEN_MATCH = 1 << 13,
	SEEN_FORWARDED = 1 << 14,
};

void
http_init(struct http *h, const struct http_limits *limits)
{
	memset(h, 0, sizeof(*h));
	h->limits = *limits;
}

static int
refuse(struct http *h, uint16_t status, const char *why)
{
	h->status = status;
	h->why = why;
	return -1;
}

static bool
is_token(uint8_t c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		return true;
	return c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

/* Takes the next item off a comma-separated list; false at its end. */
static bool
next_item(struct str *list, struct str *item)
{
	const char *comma;
	size_t n;

	if (list->n == 0)
		return false;
	comma = memchr(list->p, ',', list->n);
	n = comma == NULL ? list->n : (size_t)(comma - list->p);
	item->p = list->p;
	item->n = n;
	list->p += comma == NULL ? n : n + 1;
	list->n -= comma == NULL ? n : n + 1;
	while (item->n > 0 && (*item->p == ' ' || *item->p == '\t')) {
		item->p++;
		item->n--;
	}
	while (item->n > 0 && (item->p[item->n - 1] == ' ' ||
	    item->p[item->n - 1] == '\t'))
		item->n--;
	return true;
}

static bool
list_has(struct str list, const char *word)
{
	struct str item;

	while (next_item(&list, &item))
		if (text_same(item, str_of(word)))
			return true;
	return false;
}

static int
read_method(struct http *h, const char *p, size_t n)
{
	size_t i;

	if (n == 0 || n > METHOD_MAX)
		return refuse(h, 400, "method");
	for (i = 0; i < n; i++)
		if (!is_token(p[i]))
			return refuse(h, 400, "method");
	if (n == 3 && memcmp(p, "GET", 3) == 0)
		h->method = HTTP_GET;
	else if (n == 4 && memcmp(p, "HEAD", 4) == 0)
		h->method = HTTP_HEAD;
	else
		h->method = HTTP_OTHER;
	return 0;
}

/* Only the form that starts with a slash. */
static int
read_target(struct http *h, const char *p, size_t n)
{
	size_t i;

	if (n == 0 || *p != '/')
		return refuse(h, 400, "target does not start with /");
	for (i = 0; i < n; i++)
		if ((uint8_t)p[i] <= ' ' || (uint8_t)p[i] >= 0x7f ||
		    p[i] == '#')
			return refuse(h, 400, "character in target");
	return 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
read_version(struct http *h, const char *p, size_t n)
{
	if (n != 8 || memcmp(p, "HTTP/", 5) != 0 || !is_digit(p[5]) ||
	    p[6] != '.' || !is_digit(p[7]))
		return refuse(h, 400, "version");
	if (memcmp(p + 5, "1.1", 3) != 0)
		return refuse(h, 505, "version is not 1.1");
	return 0;
}

static int
read_request_line(struct http *h, const char *p, size_t at, size_t n)
{
	const char *a, *b;

	a = memchr(p, ' ', n);
	b = a == NULL ? NULL : memchr(a + 1, ' ', n - (a + 1 - p));
	if (b == NULL)
		return refuse(h, 400, "request line");
	h->target.at = at + (a + 1 - p);
	h->target.len = b - (a + 1);
	h->seen |= SEEN_LINE;
	if (read_method(h, p, a - p) == -1 ||
	    read_target(h, a + 1, h->target.len) == -1)
		return -1;
	return read_version(h, b + 1, n - (b + 1 - p));
}

static int
on_length(struct http *h, const char *p, size_t n)
{
	size_t i;

	if (h->seen & SEEN_LENGTH)
		return refuse(h, 400, "two Content-Lengths");
	h->seen |= SEEN_LENGTH;
	if (n == 0 || n > 18)
		return refuse(h, 400, "Content-Length");
	for (i = 0; i < n; i++) {
		if (!is_digit(p[i]))
			return refuse(h, 400, "Content-Length");
		h->body = h->body * 10 + (uint64_t)(p[i] - '0');
	}
	return 0;
}

static int
on_connection(struct http *h, const char *p, size_t n)
{
	struct str list = { p, n };

	if (list_has(list, "close"))
		h->seen |= SEEN_CLOSE;
	if (list_has(list, "upgrade"))
		h->seen |= SEEN_WANTS;
	return 0;
}

static int
on_upgrade(struct http *h, const char *p, size_t n)
{
	struct str list = { p, n };

	if (list_has(list, "websocket"))
		h->seen |= SEEN_UPGRADE;
	return 0;
}

static int
on_version(struct http *h, const char *p, size_t n)
{
	if (h->seen & SEEN_VERSION)
		return refuse(h, 400, "two Sec-WebSocket-Versions");
	h->seen |= SEEN_VERSION;
	if (n == 2 && memcmp(p, "13", 2) == 0)
		h->seen |= SEEN_V13;
	return 0;
}

/* May come in several lines, as any list. */
static int
on_protocol(struct http *h, const char *p, size_t n)
{
	struct str list = { p, n }, item;

	while (next_item(&list, &item))
		if (str_eq(item, WS_SUBPROTOCOL))
			h->seen |= SEEN_PROTOCOL;
	return 0;
}

static int
on_coding(struct http *h, const char *p, size_t n)
{
	(void)p;
	(void)n;
	h->seen |= SEEN_CODING;
	return 0;
}

static int
on_expect(struct http *h, const char *p, size_t n)
{
	(void)p;
	(void)n;
	h->seen |= SEEN_EXPECT;
	return 0;
}

/* Headers whose value is kept: each at most once. */
static const struct {
	const char	*name;
	size_t		 span;		/* in struct http */
	unsigned	 seen;
	const char	*twice;
} kept[] = {
	{ "host", offsetof(struct http, host), SEEN_HOST, "two Hosts" },
	{ "origin", offsetof(struct http, origin), SEEN_ORIGIN, "two Origins" },
	{ "if-none-match", offsetof(struct http, none_match), SEEN_MATCH,
	    "two If-None-Match" },
	{ "x-forwarded-for", offsetof(struct http, forwarded), SEEN_FORWARDED,
	    "two X-Forwarded-For" },
	{ "sec-websocket-key", offsetof(struct http, key), SEEN_KEY,
	    "two Sec-WebSocket-Keys" },
};

static const struct {
	const char	*name;
	int		(*fn)(struct http *, const char *, size_t);
} acted[] = {
	{ "connection", on_connection },
	{ "content-length", on_length },
	{ "expect", on_expect },
	{ "sec-websocket-protocol", on_protocol },
	{ "sec-websocket-version", on_version },
	{ "transfer-encoding", on_coding },
	{ "upgrade", on_upgrade },
};

static int
on_header(struct http *h, struct str name, const char *value, size_t at,
    size_t len)
{
	struct http_span *span;
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (!text_same(name, str_of(kept[i].name)))
			continue;
		if (h->seen & kept[i].seen)
			return refuse(h, 400, kept[i].twice);
		h->seen |= kept[i].seen;
		span = (struct http_span *)((char *)h + kept[i].span);
		span->at = at;
		span->len = len;
		return 0;
	}
	for (i = 0; i < sizeof(acted) / sizeof(acted[0]); i++)
		if (text_same(name, str_of(acted[i].name)))
			return acted[i].fn(h, value, len);
	return 0;
}

/* One header line without its CRLF. */
static int
read_header(struct http *h, const char *p, size_t at, size_t n)
{
	size_t name, i, from, to;

	if (++h->headers > h->limits.headers)
		return refuse(h, 431, "number of headers");
	if (*p == ' ' || *p == '\t')
		return refuse(h, 400, "folded header");
	for (name = 0; name < n && is_token(p[name]); name++)
		;
	if (name == 0 || name == n || p[name] != ':')
		return refuse(h, 400, "header name");
	for (i = name + 1; i < n; i++)
		if (((uint8_t)p[i] < ' ' && p[i] != '\t') || p[i] == 0x7f)
			return refuse(h, 400, "character in header");
	for (from = name + 1; from < n && (p[from] == ' ' || p[from] == '\t');)
		from++;
	for (to = n; to > from && (p[to - 1] == ' ' || p[to - 1] == '\t');)
		to--;
	return on_header(h, (struct str){ p, name }, p + from, at + from,
	    to - from);
}

static struct str
span_str(const uint8_t *data, struct http_span span)
{
	struct str s = { (const char *)data + span.at, span.len };

	if (span.len == 0)
		s.p = "";
	return s;
}

/* What only the whole head shows. */
static int
check_head(struct http *h, const uint8_t *data)
{
	struct str name, port;

	if (!(h->seen & SEEN_HOST) ||
	    !http_split_host(span_str(data, h->host), &name, &port))
		return refuse(h, 400, "Host");
	if (h->seen & SEEN_CODING)
		return h->seen & SEEN_LENGTH ?
		    refuse(h, 400, "length and transfer coding") :
		    refuse(h, 501, "transfer coding");
	if (h->seen & SEEN_EXPECT)
		return refuse(h, 417, "Expect");
	if (h->body > h->limits.body)
		return refuse(h, 413, "body");
	return 0;
}

static bool
key_valid(struct str key)
{
	size_t i;

	if (key.n != 24 || key.p[22] != '=' || key.p[23] != '=')
		return false;
	for (i = 0; i < 22; i++)
		if (!is_token(key.p[i]) && key.p[i] != '/')
			return false;
	return true;
}

static int
check_upgrade(struct http *h, struct http_request *rq)
{
	rq->upgrade = (h->seen & SEEN_WANTS) && (h->seen & SEEN_UPGRADE);
	rq->subprotocol = (h->seen & SEEN_PROTOCOL) != 0;
	if (!rq->upgrade)
		return 0;
	if (!(h->seen & SEEN_V13))
		return refuse(h, 426, "WebSocket version is not 13");
	if (h->method != HTTP_GET || h->body > 0)
		return refuse(h, 400, "upgrade is not a plain GET");
	if (!key_valid(rq->key))
		return refuse(h, 400, "Sec-WebSocket-Key");
	return 0;
}

static int
finish(struct http *h, const uint8_t *data, struct http_request *rq)
{
	struct str target = span_str(data, h->target);
	const char *mark;

	if (check_head(h, data) == -1)
		return -1;
	memset(rq, 0, sizeof(*rq));
	mark = memchr(target.p, '?', target.n);
	rq->method = h->method;
	rq->path = target;
	rq->query = str_of("");
	if (mark != NULL) {
		rq->path.n = mark - target.p;
		rq->query.p = mark + 1;
		rq->query.n = target.n - rq->path.n - 1;
	}
	rq->host = span_str(data, h->host);
	rq->origin = span_str(data, h->origin);
	rq->none_match = span_str(data, h->none_match);
	rq->forwarded = span_str(data, h->forwarded);
	rq->key = span_str(data, h->key);
	rq->body = h->body;
	rq->keep_alive = !(h->seen & SEEN_CLOSE);
	return check_upgrade(h, rq);
}

/* Lengths hold for lines that are not whole yet, too. */
static int
check_length(struct http *h, size_t end)
{
	if (!(h->seen & SEEN_LINE)) {
		if (end - h->line_at > h->limits.line + 2)
			return refuse(h, 414, "request line");
	} else if (end - h->headers_at > h->limits.bytes)
		return refuse(h, 431, "headers");
	return 0;
}

static int
read_line(struct http *h, const uint8_t *data, size_t end)
{
	const char *p = (const char *)data + h->line_at;
	size_t at = h->line_at, n = end - at;

	if (check_length(h, end) == -1)
		return -1;
	if (n < 2 || p[n - 2] != '\r')
		return refuse(h, 400, "line ends without CR");
	n -= 2;
	h->line_at = end;
	if (h->seen & SEEN_LINE)
		return n == 0 ? 1 : read_header(h, p, at, n);
	h->headers_at = end;
	return read_request_line(h, p, at, n);
}

enum http_result
http_read(struct http *h, const uint8_t *data, size_t len,
    struct http_request *rq, size_t *used)
{
	const uint8_t *lf;
	int got;

	if (h->status != 0)
		return HTTP_REFUSED;
	if (len > 0 && !is_token(data[0])) {
		refuse(h, 400, "first character");
		return HTTP_REFUSED;
	}
	while (len > h->line_at && (lf = memchr(data + h->line_at, '\n',
	    len - h->line_at)) != NULL) {
		got = read_line(h, data, lf + 1 - data);
		if (got == -1)
			return HTTP_REFUSED;
		if (got == 1) {
			*used = h->line_at;
			return finish(h, data, rq) == 0 ? HTTP_OK :
			    HTTP_REFUSED;
		}
	}
	return check_length(h, len) == -1 ? HTTP_REFUSED : HTTP_MORE;
}

static bool
host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    is_digit(c) || c == '.' || c == '-' || c == '_';
}

/* The length of the name at the start of a Host value, 0 if there is none. */
static size_t
host_name(struct str host)
{
	size_t n;

	if (host.n > 0 && host.p[0] == '[') {
		for (n = 1; n < host.n && (host_char(host.p[n]) ||
		    host.p[n] == ':'); n++)
			;
		return n > 1 && n < host.n && host.p[n] == ']' ? n + 1 : 0;
	}
	for (n = 0; n < host.n && host_char(host.p[n]); n++)
		;
	return n;
}

bool
http_split_host(struct str host, struct str *name, struct str *port)
{
	size_t n = host_name(host), i;

	if (n == 0)
		return false;
	name->p = host.p;
	name->n = n;
	*port = str_of("");
	if (n == host.n)
		return true;
	if (host.p[n] != ':' || host.n - n - 1 > 5)
		return false;
	port->p = host.p + n + 1;
	port->n = host.n - n - 1;
	for (i = 0; i < port->n; i++)
		if (!is_digit(port->p[i]))
			return false;
	return true;
}

bool
http_host_is_local(struct str name)
{
	static const char *const local[] = { "localhost", "127.0.0.1",
		"[::1]", "0.0.0.0" };
	size_t i;

	for (i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (text_same(name, str_of(local[i])))
			return true;
	return false;
}

bool
http_origin_is_host(struct str origin, struct str host)
{
	size_t skip;

	if (origin.n > 7 && memcmp(origin.p, "http://", 7) == 0)
		skip = 7;
	else if (origin.n > 8 && memcmp(origin.p, "https://", 8) == 0)
		skip = 8;
	else
		return false;
	return text_same((struct str){ origin.p + skip, origin.n - skip },
	    host);
}

bool
http_etag_matches(struct str list, const char *etag)
{
	struct str item;

	while (next_item(&list, &item)) {
		if (str_eq(item, "*") || str_eq(item, etag))
			return true;
		if (item.n > 2 && memcmp(item.p, "W/", 2) == 0) {
			item.p += 2;
			item.n -= 2;
			if (str_eq(item, etag))
				return true;
		}
	}
	return false;
}
