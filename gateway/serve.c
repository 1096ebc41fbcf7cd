/*
 * HTTP on a connection: checks who asks by what name, answers with a file or
 * a state, or hands the connection over to WebSocket.  One answer at a time:
 * what was pipelined behind a request waits until its answer is out.
 *
 * Must not route before the Host is known to be ours.
 * Dies of: nothing.
 */
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "gateway/gateway_priv.h"

#define UPGRADE_PATH	"/raven"
#define NAME_MAX_LEN	256

void
serve_refuse(struct conn *c, uint16_t status)
{
	struct buf b;

	buf_init(&b);
	http_write_status(&b, status, true, false);
	conn_write(c, b.data, b.len);
	buf_clear(&b);
	conn_linger(c);
}

static void
answer_status(struct conn *c, const struct http_request *rq, uint16_t status)
{
	struct buf b;

	buf_init(&b);
	http_write_status(&b, status, c->close_after, rq->method == HTTP_HEAD);
	conn_write(c, b.data, b.len);
	buf_clear(&b);
}

static void
answer_text(struct conn *c, const struct http_request *rq, uint16_t status,
    const char *type, const char *text)
{
	struct http_answer a = { status, type, strlen(text), NULL,
		c->close_after };
	struct buf b;

	buf_init(&b);
	http_write_head(&b, &a);
	if (rq->method != HTTP_HEAD)
		buf_add(&b, text, strlen(text));
	conn_write(c, b.data, b.len);
	buf_clear(&b);
}

static void
answer_live(struct conn *c, const struct http_request *rq)
{
	answer_text(c, rq, 200, "application/json", "{\"live\":true}\n");
}

/* 200 only if a session could work now. */
static void
answer_ready(struct conn *c, const struct http_request *rq)
{
	const struct gateway *gw = c->gw;
	char text[256];
	size_t last;
	bool scheduler = route_ready(gw->route), redis = store_up(gw->store);
	bool blocked = store_blocked(gw->store);

	if (scheduler && redis && !blocked && !gw->draining) {
		answer_text(c, rq, 200, "application/json",
		    "{\"ready\":true,\"reasons\":[]}\n");
		return;
	}
	snprintf(text, sizeof(text), "{\"ready\":false,\"reasons\":[%s%s%s%s",
	    gw->draining ? "\"the server is stopping\"," : "",
	    scheduler ? "" : "\"the scheduler is not attached\",",
	    redis ? "" : "\"Redis is away\",",
	    blocked ? "\"Redis takes no writes\"," : "");
	last = strlen(text) - 1;	/* a comma */
	snprintf(text + last, sizeof(text) - last, "]}\n");
	answer_text(c, rq, 503, "application/json", text);
}

static const struct {
	const char	*path;
	void		(*fn)(struct conn *, const struct http_request *);
} places[] = {
	{ "/livez", answer_live },
	{ "/readyz", answer_ready },
	{ "/healthz", answer_ready },
};

static void
answer_file(struct conn *c, const struct http_request *rq)
{
	const struct file *file = files_find(c->gw->files, rq->path);
	struct http_answer a = { .status = 200, .close = c->close_after };
	struct buf b;

	if (file == NULL) {
		answer_status(c, rq, 404);
		return;
	}
	a.type = file->type;
	a.length = file->len;
	a.etag = file->etag;
	if (http_etag_matches(rq->none_match, file->etag))
		a.status = 304;
	buf_init(&b);
	http_write_head(&b, &a);
	conn_write(c, b.data, b.len);
	buf_clear(&b);
	if (a.status == 200 && rq->method == HTTP_GET)
		conn_bulk_file(c, c->gw->files, file->data, file->len);
}

/* A list of conf has the text, port and all. */
static bool
listed(const char *list, struct str item)
{
	char text[NAME_MAX_LEN];

	if (item.n == 0 || item.n >= sizeof(text))
		return false;
	memcpy(text, item.p, item.n);
	text[item.n] = '\0';
	return conf_list_has(list, text);
}

static bool
host_ours(const struct conn *c, struct str host)
{
	struct str name, port;

	return http_split_host(host, &name, &port) &&
	    (http_host_is_local(name) || listed(c->gw->conf->hosts, name) ||
	    listed(c->gw->conf->hosts, host));
}

/* Programs send no Origin; a page's must be ours or listed. */
static bool
origin_ours(const struct conn *c, const struct http_request *rq)
{
	return rq->origin.n == 0 ||
	    http_origin_is_host(rq->origin, rq->host) ||
	    listed(c->gw->conf->origins, rq->origin);
}

static void
upgrade(struct conn *c, const struct http_request *rq)
{
	struct buf b;

	if (!rq->upgrade)
		answer_status(c, rq, 426);
	else if (!origin_ours(c, rq))
		serve_refuse(c, 403);
	else if (!rq->subprotocol)
		serve_refuse(c, 400);
	else if (c->gw->draining)
		serve_refuse(c, 503);
	else {
		buf_init(&b);
		http_write_upgrade(&b, rq->key);
		conn_write(c, b.data, b.len);
		buf_clear(&b);
		peer_start(c);
	}
}

static void
dispatch(struct conn *c, const struct http_request *rq)
{
	size_t i;

	if (str_eq(rq->path, UPGRADE_PATH)) {
		upgrade(c, rq);
		return;
	}
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (str_eq(rq->path, places[i].path)) {
			places[i].fn(c, rq);
			return;
		}
	answer_file(c, rq);
}

static void
on_request(struct conn *c, const struct http_request *rq)
{
	char path[128];

	log_debug(c->subject, "request path=\"%s\"", log_escape(path,
	    sizeof(path), rq->path.p, rq->path.n > 64 ? 64 : rq->path.n));
	/* A body is not read: the connection ends with the answer. */
	c->close_after = !rq->keep_alive || rq->body > 0 || c->gw->draining;
	if (!host_ours(c, rq->host))
		serve_refuse(c, 421);
	else if (!door_forwarded(c, rq->forwarded))
		serve_refuse(c, 503);
	else if (rq->method == HTTP_OTHER)
		answer_status(c, rq, 405);
	else
		dispatch(c, rq);
	/* serve_flushed goes on when the answer is out. */
	if (c->state == CONN_HTTP)
		conn_pause(c, PAUSE_ANSWER, true);
}

/*
 * Reads one request from what is there; returns the bytes it used, 0 if it
 * is not whole yet or was refused.
 */
static size_t
read_one(struct conn *c, const uint8_t *p, size_t n)
{
	struct http_limits limits = c->http->limits;
	struct http_request rq;
	size_t used = 0;

	switch (http_read(c->http, p, n, &rq, &used)) {
	case HTTP_MORE:
		if (c->since_us == 0)	/* the first bytes after an idle time */
			c->since_us = c->heard_us;
		return 0;
	case HTTP_REFUSED:
		log_debug(c->subject, "refused status=%u reason=\"%s\"",
		    c->http->status, c->http->why);
		serve_refuse(c, c->http->status);
		return 0;
	case HTTP_OK:
		break;
	}
	http_init(c->http, &limits);
	on_request(c, &rq);
	return used;
}

void
serve_input(struct conn *c, uint8_t *p, size_t n)
{
	size_t used, at;

	if (c->in.len == 0 && !(c->paused & PAUSE_ANSWER)) {
		used = n > 0 ? read_one(c, p, n) : 0;
		if (c->state == CONN_WS && used < n)
			peer_input(c, p + used, n - used);
		else if (c->state == CONN_HTTP && used < n)
			buf_add(&c->in, p + used, n - used);
		return;
	}
	buf_add(&c->in, p, n);
	if (c->paused & PAUSE_ANSWER)
		return;
	used = read_one(c, c->in.data, c->in.len);
	if (c->state == CONN_WS) {
		at = c->in.len - used;
		if (at > 0)
			peer_input(c, c->in.data + used, at);
		buf_clear(&c->in);
	} else
		buf_drain(&c->in, used);
}

/* The answer is out: the next request, if it is there already. */
void
serve_flushed(struct conn *c)
{
	if (!(c->paused & PAUSE_ANSWER))
		return;
	if (c->close_after || c->gw->draining) {
		conn_linger(c);
		return;
	}
	conn_pause(c, PAUSE_ANSWER, false);
	c->since_us = c->in.len > 0 ? proc_now_us() : 0;
	if (c->in.len > 0)
		serve_input(c, NULL, 0);
	else
		buf_clear(&c->in);
	conn_account(c);
}
