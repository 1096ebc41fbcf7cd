/*
 * Fuzzes the request parser: one piece and single bytes must come to the same
 * end, and what a request lends must lie inside its bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/http.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct http_limits limits = { 256, 1024, 16, 1000 };

static void
inside(struct str s, const uint8_t *p, size_t used)
{
	const uint8_t *at = (const uint8_t *)s.p;

	if (s.n > 0 && (at < p || at + s.n > p + used))
		abort();
}

static enum http_result
bytewise(struct http *h, const uint8_t *p, size_t n, size_t *used)
{
	enum http_result r = HTTP_MORE;
	struct http_request rq;
	size_t i;

	http_init(h, &limits);
	for (i = 1; i <= n && r == HTTP_MORE; i++)
		r = http_read(h, p, i, &rq, used);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct http_request rq;
	struct http one, two;
	struct str name, port;
	size_t used = 0, bytes = 0;
	enum http_result r;

	if (n == 0)
		return 0;
	http_init(&one, &limits);
	r = http_read(&one, p, n, &rq, &used);
	if (bytewise(&two, p, n, &bytes) != r || one.status != two.status ||
	    used != bytes)
		abort();
	if (r != HTTP_OK)
		return 0;
	inside(rq.path, p, used);
	inside(rq.query, p, used);
	inside(rq.host, p, used);
	inside(rq.key, p, used);
	inside(rq.none_match, p, used);
	if (rq.path.n == 0 || rq.path.p[0] != '/' ||
	    !http_split_host(rq.host, &name, &port))
		abort();
	(void)http_host_is_local(name);
	(void)http_origin_is_host(rq.origin, rq.host);
	(void)http_etag_matches(rq.none_match, "\"etag\"");
	return 0;
}
