/*
 * The record in Redis: each graph's writes of a turn as one MULTI, pipelined,
 * at most 4 MiB unanswered, so that hiredis's buffer stays short.
 *
 * A unit stays in the queue until its EXEC is answered.  When the connection
 * is lost, all of the queue is sent again in order, except what Redis has
 * already: a graph's v tells.  With fsync = second Redis itself may have lost
 * what it answered in its last seconds: those units are kept 3 s and sent
 * again if another server process answers.
 *
 * Must not be called from a hiredis disconnect callback.  Dies of nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/proc.h"
#include "common/rconn.h"
#include "common/text.h"
#include "store_redis_priv.h"

#define IN_FLIGHT	(4u << 20)
#define KEEP_US		3000000		/* acknowledged ones, fsync = second */
#define RETRY_LEAST_MS	20
#define RETRY_MOST_MS	2000

static void redis_send(struct store_redis *);
static void redis_connect(struct store_redis *);

static void
retry_later(struct store_redis *s, const char *why)
{
	struct timeval tv;

	if (!s->logged)
		log_warnx("redis", "away reason=\"%s\"", why);
	s->logged = true;
	s->wait_ms = s->wait_ms == 0 ? RETRY_LEAST_MS : s->wait_ms * 2;
	if (s->wait_ms > RETRY_MOST_MS)
		s->wait_ms = RETRY_MOST_MS;
	tv.tv_sec = s->wait_ms / 1000;
	tv.tv_usec = (suseconds_t)(s->wait_ms % 1000) * 1000;
	event_add(s->retry, &tv);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct store_redis *s = arg;

	(void)fd;
	(void)what;
	if (s->ac == NULL)
		redis_connect(s);
}

static void
on_down(const char *why, void *arg)
{
	struct store_redis *s = arg;
	struct unit *u;

	s->ac = NULL;
	s->up = false;
	s->in_flight = 0;
	s->checks = 0;
	s->sweeping = false;
	TAILQ_FOREACH(u, &s->queue, entry)
		u->sent = false;
	s->next = TAILQ_FIRST(&s->queue);
	redis_ask_waiting(s);
	if (s->store.events != NULL)
		s->store.events->state(s->store.arg, STORE_DOWN);
	retry_later(s, why);
}

/* Redis would not do it now: all is sent again on a new connection. */
static void
redis_give_up(struct store_redis *s, struct unit *u, const char *why)
{
	u->redo = true;
	if (!s->up)
		return;
	s->up = false;
	if (s->wait_ms == 0)
		log_warnx("redis", "refuses to write reason=\"%s\"", why);
	redisAsyncDisconnect(s->ac);
}

static void
acked_trim(struct store_redis *s, uint64_t now)
{
	struct unit *u;

	while ((u = TAILQ_FIRST(&s->acked)) != NULL &&
	    u->acked_us + KEEP_US < now) {
		TAILQ_REMOVE(&s->acked, u, entry);
		unit_free(u);
	}
}

static void
trim_later(struct store_redis *s)
{
	struct timeval tv = { KEEP_US / 1000000, 0 };

	if (!TAILQ_EMPTY(&s->acked) && !event_pending(s->trim, EV_TIMEOUT,
	    NULL))
		event_add(s->trim, &tv);
}

/* Nothing may come for long that would do it by the way. */
static void
on_trim(evutil_socket_t fd, short what, void *arg)
{
	struct store_redis *s = arg;

	(void)fd;
	(void)what;
	acked_trim(s, proc_now_us());
	trim_later(s);
}

/* The first of the queue is recorded. */
static void
unit_done(struct store_redis *s, struct unit *u)
{
	uint64_t number = u->number, now = proc_now_us();
	bool tell = u->last && !u->told;

	s->wait_ms = 0;		/* it works: the next loss is a new one */
	s->logged = false;
	TAILQ_REMOVE(&s->queue, u, entry);
	s->n--;
	s->bytes -= u->bytes.len;
	s->in_flight -= u->sent ? u->bytes.len : 0;
	if (strcmp(s->conf->fsync, "second") == 0 && u->g != 0) {
		u->acked_us = now;
		u->told = true;
		u->redo = false;
		TAILQ_INSERT_TAIL(&s->acked, u, entry);
		trim_later(s);
	} else {
		unit_free(u);
	}
	acked_trim(s, now);
	if (tell && s->store.events != NULL)
		s->store.events->recorded(s->store.arg, number);
}

static const char *
exec_fault(const redisReply *r)
{
	size_t i;

	for (i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++) {
		if (r->element[i]->type == REDIS_REPLY_ERROR)
			return r->element[i]->str;
	}
	return NULL;
}

static void
on_exec(redisAsyncContext *ac, void *reply, void *arg)
{
	const redisReply *r = reply;
	struct unit *u = arg;
	struct store_redis *s;
	const char *why;

	(void)ac;
	if (r == NULL || !u->owner->up)
		return;		/* on_down sees to it */
	s = u->owner;
	if (r->type != REDIS_REPLY_ARRAY) {
		redis_give_up(s, u, r->type == REDIS_REPLY_ERROR ? r->str :
		    "EXEC was not answered by a list");
		return;
	}
	why = exec_fault(r);
	if (why != NULL) {
		log_warnx("redis", "transaction failed g=%llu reason=\"%s\"",
		    (unsigned long long)u->g, why);
		if (s->store.events != NULL)
			s->store.events->broken(s->store.arg, u->g, why);
	}
	unit_done(s, u);
	redis_send(s);
}

static void
on_plain(redisAsyncContext *ac, void *reply, void *arg)
{
	const redisReply *r = reply;
	struct unit *u = arg;

	(void)ac;
	if (r != NULL && u->owner->up && r->type == REDIS_REPLY_ERROR)
		redis_give_up(u->owner, u, r->str);
}

static void
on_plain_last(redisAsyncContext *ac, void *reply, void *arg)
{
	struct unit *u = arg;
	struct store_redis *s;

	on_plain(ac, reply, arg);
	if (reply == NULL || !u->owner->up)
		return;
	s = u->owner;
	unit_done(s, u);
	redis_send(s);
}

static void
unit_send(struct store_redis *s, struct unit *u)
{
	redisCallbackFn *fn;
	uint32_t i, at = 0;

	u->sent = true;
	s->in_flight += u->bytes.len;
	for (i = 0; i < u->n_ends; i++) {
		fn = NULL;
		if (i + 1 == u->n_ends)
			fn = u->g != 0 && !u->skip ? on_exec : on_plain_last;
		else if (u->g == 0)
			fn = on_plain;
		redisAsyncFormattedCommand(s->ac, fn, u,
		    (char *)u->bytes.data + at, u->ends[i] - at);
		at = u->ends[i];
	}
}

static void
redis_send(struct store_redis *s)
{
	struct unit *u;

	while (s->up && (u = s->next) != NULL &&
	    (s->in_flight == 0 || s->in_flight + u->bytes.len <= IN_FLIGHT)) {
		s->next = TAILQ_NEXT(u, entry);
		unit_send(s, u);
	}
}

/* Redis has this graph up to v: what is older need not be sent. */
static void
replay_drop(struct store_redis *s, uint64_t g, uint64_t v)
{
	struct unit *u;
	bool redo = false;

	TAILQ_FOREACH(u, &s->queue, entry) {
		if (u->g != g)
			continue;
		redo = redo || u->redo;
		if (redo || u->v > v || u->v == 0)
			continue;
		/* Something short keeps its place in the order. */
		buf_reset(&u->bytes);
		buf_add(&u->bytes, "*1\r\n$4\r\nPING\r\n", 14);
		u->n_ends = 1;
		u->ends[0] = 14;
		u->skip = true;
	}
}

static void
replay_start(struct store_redis *s)
{
	struct unit *u;

	s->bytes = 0;
	TAILQ_FOREACH(u, &s->queue, entry)
		s->bytes += u->bytes.len;
	s->up = true;
	if (s->wait_ms <= RETRY_MOST_MS / 4)
		log_info("redis", "connected pending=%zu", s->n);
	if (TAILQ_EMPTY(&s->queue)) {
		s->wait_ms = 0;
		s->logged = false;
	}
	s->next = TAILQ_FIRST(&s->queue);
	if (s->store.events != NULL)
		s->store.events->state(s->store.arg, STORE_UP);
	redis_ask_waiting(s);
	redis_send(s);
}

struct check {
	struct store_redis	*s;
	uint64_t		 g;
};

static void
on_check(redisAsyncContext *ac, void *reply, void *arg)
{
	struct check *c = arg;
	struct store_redis *s = c->s;
	const redisReply *r = reply;
	uint64_t v = 0;

	(void)ac;
	if (r != NULL && r->type == REDIS_REPLY_STRING &&
	    text_u64((struct bytes){ (const uint8_t *)r->str, r->len },
	    &v) == 0)
		replay_drop(s, c->g, v);
	xfree(c);
	if (r != NULL && --s->checks == 0)
		replay_start(s);
}

static void
ask_v(struct store_redis *s, uint64_t g)
{
	struct check *c = xmalloc(sizeof(*c));

	*c = (struct check){ s, g };
	s->checks++;
	redisAsyncCommand(s->ac, on_check, c, "HGET raven:graph:{%llu} v",
	    (unsigned long long)g);
}

static int
compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Asks for v of each graph with something to send. */
static void
replay_ask(struct store_redis *s)
{
	uint64_t *g = xmalloc((s->n + 1) * sizeof(*g));
	struct unit *u;
	size_t n = 0, i;

	TAILQ_FOREACH(u, &s->queue, entry) {
		if (u->g != 0)
			g[n++] = u->g;
	}
	qsort(g, n, sizeof(*g), compare_u64);
	for (i = 0; i < n; i++) {
		if (i == 0 || g[i] != g[i - 1])
			ask_v(s, g[i]);
	}
	xfree(g);
	if (s->checks == 0)
		replay_start(s);
}

/* Another process than before: it may lack its last answered seconds. */
static void
replay_acked(struct store_redis *s)
{
	struct unit *u;

	acked_trim(s, proc_now_us());
	while ((u = TAILQ_LAST(&s->acked, units)) != NULL) {
		TAILQ_REMOVE(&s->acked, u, entry);
		TAILQ_INSERT_HEAD(&s->queue, u, entry);
		u->sent = false;
		s->n++;
	}
}

static void
on_info(redisAsyncContext *ac, void *reply, void *arg)
{
	struct store_redis *s = arg;
	const redisReply *r = reply;
	const char *at;
	char id[48] = "";

	(void)ac;
	if (r == NULL)
		return;
	if (r->type == REDIS_REPLY_STRING &&
	    (at = strstr(r->str, "run_id:")) != NULL)
		sscanf(at, "run_id:%47[0-9a-f]", id);
	if (*s->run_id != '\0' && strcmp(s->run_id, id) != 0)
		replay_acked(s);
	memcpy(s->run_id, id, sizeof(id));
	replay_ask(s);
}

/* A closed connection's commands must not land behind ours. */
static void
on_up(redisAsyncContext *ac, void *arg)
{
	struct store_redis *s = arg;

	if (*s->conf->redis == '\0')
		redisAsyncCommand(ac, NULL, NULL,
		    "CLIENT KILL USER scheduler SKIPME yes");
	redisAsyncCommand(ac, on_info, s, "INFO server");
}

static void
redis_connect(struct store_redis *s)
{
	static const struct rconn_handlers handlers = { on_up, on_down };
	char err[256];

	s->ac = rconn_open(s->conf, s->base, "scheduler", &handlers, s, err,
	    sizeof(err));
	if (s->ac == NULL) {
		redis_ask_waiting(s);
		retry_later(s, err);
	}
}

static void
redis_submit(struct store *st, uint64_t number, const struct store_write *w,
    size_t n)
{
	struct store_redis *s = (struct store_redis *)st;
	struct unit *u = NULL;
	size_t i, k;

	for (i = 0; i < n; i += k) {
		for (k = 1; i + k < n && w[i + k].g == w[i].g; k++)
			continue;
		u = unit_new(w + i, k);
		u->owner = s;
		u->number = number;
		TAILQ_INSERT_TAIL(&s->queue, u, entry);
		s->n++;
		s->bytes += u->bytes.len;
		if (s->next == NULL)
			s->next = u;
	}
	if (u != NULL)
		u->last = true;
	redis_send(s);
}

static size_t
redis_pending_bytes(const struct store *st)
{
	return ((const struct store_redis *)st)->bytes;
}

static size_t
redis_pending(const struct store *st)
{
	return ((const struct store_redis *)st)->n;
}

void
store_redis_stop(struct store *st)
{
	struct store_redis *s = (struct store_redis *)st;
	redisAsyncContext *ac = s->ac;

	s->up = false;
	s->ac = NULL;
	redis_ask_waiting(s);
	if (ac != NULL)
		rconn_close(ac);	/* what was asked is answered: no */
}

static void
redis_free(struct store *st)
{
	struct store_redis *s = (struct store_redis *)st;
	struct unit *u;

	s->store.events = NULL;
	store_redis_stop(st);
	if (s->sync != NULL)
		redisFree(s->sync);
	if (s->retry != NULL)
		event_free(s->retry);
	if (s->trim != NULL)
		event_free(s->trim);
	while ((u = TAILQ_FIRST(&s->queue)) != NULL) {
		TAILQ_REMOVE(&s->queue, u, entry);
		unit_free(u);
	}
	while ((u = TAILQ_FIRST(&s->acked)) != NULL) {
		TAILQ_REMOVE(&s->acked, u, entry);
		unit_free(u);
	}
	xfree(s);
}

static const struct store_ops redis_ops = { redis_submit, redis_get,
	redis_sync_read, redis_sync_walk, redis_sync_write,
	redis_pending_bytes, redis_pending, redis_free };

int
store_redis_open(const struct conf *conf, struct store **out, bool *fatal,
    char *err, size_t err_len)
{
	struct store_redis *s = xcalloc(1, sizeof(*s));

	*fatal = false;
	s->store.ops = &redis_ops;
	s->conf = conf;
	TAILQ_INIT(&s->queue);
	TAILQ_INIT(&s->acked);
	STAILQ_INIT(&s->asked);
	s->cursor[0] = '0';
	s->sync = rconn_open_sync(conf, "scheduler", err, err_len);
	if (s->sync == NULL || redis_sync_check(s, fatal, err, err_len) != 0) {
		redis_free(&s->store);
		return -1;
	}
	*out = &s->store;
	return 0;
}

void
store_redis_run(struct store *st, struct event_base *base)
{
	struct store_redis *s = (struct store_redis *)st;

	redisFree(s->sync);
	s->sync = NULL;
	s->base = base;
	s->retry = event_new(base, -1, 0, on_retry, s);
	s->trim = event_new(base, -1, 0, on_trim, s);
	s->starting = true;
	redis_connect(s);
}
