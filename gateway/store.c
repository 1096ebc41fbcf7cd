/*
 * The gateway's commands to Redis.  hiredis moves its whole output buffer at
 * each short write, so at most FEED bytes of it are unsent: large values do
 * not go through it at all, but to its socket when it has nothing to send.
 *
 * Must not fail a command because Redis is away, full or loading: it waits.
 * Dies of: nothing.
 */
#include <sys/queue.h>
#include <sys/socket.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <hiredis/sds.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/rconn.h"
#include "gateway/store.h"

#define FEED		(1024 * 1024)	/* unsent bytes in hiredis, at most */
#define COPY_MOST	(16 * 1024)	/* larger bodies are not copied */
#define SENT_MAX	4096		/* commands without an answer */
#define RETRY_LEAST_MS	50
#define RETRY_MOST_MS	2000
#define BLOCKED_MS	500

struct job {
	TAILQ_ENTRY(job)	 entry;
	struct store		*store;
	char			 head[192];	/* the command up to its bytes */
	size_t			 head_len;
	const uint8_t		*body;		/* borrowed; NULL: none */
	size_t			 body_len;
	size_t			 fed;		/* of the body */
	store_fn		 fn;
	void			*arg;
};
TAILQ_HEAD(jobs, job);

struct store {
	const struct conf	*conf;
	struct event_base	*base;
	struct store_handlers	 handlers;
	void			*arg;
	redisAsyncContext	*redis;		/* NULL: away */
	bool			 up;
	bool			 freed;
	bool			 logged;	/* that it is away */
	struct jobs		 waiting;
	struct jobs		 sent;		/* whole, in order */
	struct jobs		 blocked;	/* SETs refused for now */
	struct job		*feeding;	/* its bytes are being fed */
	unsigned		 n_sent;
	uint64_t		 bytes;
	unsigned		 retry_ms;
	struct event		*retry;
	struct event		*unblock;
	struct event		*drained;	/* the socket takes more */
};

static void connect_redis(struct store *);
static void pump(struct store *);

bool
store_up(const struct store *s)
{
	return s->up;
}

bool
store_blocked(const struct store *s)
{
	return !TAILQ_EMPTY(&s->blocked);
}

uint64_t
store_waiting(const struct store *s)
{
	return s->bytes;
}

static void
after(struct event *ev, unsigned ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	event_add(ev, &tv);
}

/* Refusals that end by themselves: the command waits and goes again. */
static bool
is_passing(const char *error)
{
	static const char *const words[] = { "OOM ", "MISCONF ", "LOADING ",
		"BUSY ", "READONLY ", "MASTERDOWN ", "TRYAGAIN " };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(error, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static void
block(struct store *s, struct job *job, const char *error)
{
	if (TAILQ_EMPTY(&s->blocked)) {
		log_warnx("redis", "refused, will try again: %s", error);
		after(s->unblock, BLOCKED_MS);
	}
	job->fed = 0;
	TAILQ_INSERT_TAIL(&s->blocked, job, entry);
	s->handlers.changed(s->arg);
}

static void
read_reply(const redisReply *r, struct store_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->ok = r->type != REDIS_REPLY_ERROR;
	if (r->type == REDIS_REPLY_ERROR)
		a->error = r->str;
	else if (r->type == REDIS_REPLY_INTEGER)
		a->number = r->integer;
	else if (r->type == REDIS_REPLY_STRING) {
		a->bytes = (const uint8_t *)r->str;
		a->len = r->len;
	}
}

static void
on_reply(redisAsyncContext *redis, void *reply, void *arg)
{
	struct job *job = arg;
	struct store *s = job->store;
	struct store_answer a;

	(void)redis;
	if (reply == NULL)
		return;		/* lost: on_down takes them back */
	if (job == s->feeding)	/* refused before its last byte */
		s->feeding = NULL;
	TAILQ_REMOVE(&s->sent, job, entry);
	s->n_sent--;
	read_reply(reply, &a);
	/* Only SETs may change their order. */
	if (!a.ok && job->body != NULL && is_passing(a.error)) {
		block(s, job, a.error);
		return;
	}
	if (!a.ok)
		log_warnx("redis", "refused: %s", a.error);
	s->bytes -= job->body_len;
	job->fn(&a, job->arg);
	xfree(job);
	if (s->freed)
		return;
	s->handlers.changed(s->arg);
	pump(s);
}

/*
 * Sends a body from where it lies, behind hiredis's back, which has nothing to
 * send then.  False if the socket takes no more; a lost connection is found by
 * hiredis, which reads.
 */
static bool
feed(struct store *s)
{
	struct job *job = s->feeding;
	ssize_t n;

	while (job->fed < job->body_len) {
		n = send(s->redis->c.fd, job->body + job->fed,
		    job->body_len - job->fed, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return false;
		job->fed += (size_t)n;
	}
	s->feeding = NULL;
	return redisAppendFormattedCommand(&s->redis->c, "\r\n", 2) ==
	    REDIS_OK;
}

/* A small body is copied: many commands leave together. */
static bool
start(struct store *s)
{
	struct job *job = TAILQ_FIRST(&s->waiting);
	redisContext *c = &s->redis->c;

	if (redisAsyncFormattedCommand(s->redis, on_reply, job, job->head,
	    job->head_len) != REDIS_OK)
		return false;
	TAILQ_REMOVE(&s->waiting, job, entry);
	TAILQ_INSERT_TAIL(&s->sent, job, entry);
	s->n_sent++;
	if (job->body == NULL)
		return true;
	if (job->body_len > COPY_MOST) {
		s->feeding = job;
		return true;
	}
	job->fed = job->body_len;
	return redisAppendFormattedCommand(c, (const char *)job->body,
	    job->body_len) == REDIS_OK &&
	    redisAppendFormattedCommand(c, "\r\n", 2) == REDIS_OK;
}

static void
pump(struct store *s)
{
	redisContext *c;

	if (!s->up)
		return;
	c = &s->redis->c;
	while (sdslen(c->obuf) < FEED) {
		if (s->feeding != NULL) {
			if (sdslen(c->obuf) > 0 || !feed(s))
				break;
		} else if (TAILQ_EMPTY(&s->waiting) || s->n_sent >= SENT_MAX ||
		    !start(s))
			break;
	}
	if (sdslen(c->obuf) > 0)
		s->redis->ev.addWrite(s->redis->ev.data);
	if (s->feeding != NULL || !TAILQ_EMPTY(&s->waiting))
		event_add(s->drained, NULL);
}

static void
on_drained(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump(arg);
}

static void
on_up(redisAsyncContext *redis, void *arg)
{
	struct store *s = arg;

	s->up = true;
	s->logged = false;
	s->retry_ms = RETRY_LEAST_MS;
	s->drained = event_new(s->base, redis->c.fd, EV_WRITE, on_drained, s);
	log_info("redis", "connected waiting=%" PRIu64, s->bytes);
	s->handlers.changed(s->arg);
	pump(s);
}

/* What was under way goes to the front again, in order. */
static void
take_back(struct store *s)
{
	struct job *job;

	while ((job = TAILQ_LAST(&s->sent, jobs)) != NULL) {
		TAILQ_REMOVE(&s->sent, job, entry);
		job->fed = 0;
		TAILQ_INSERT_HEAD(&s->waiting, job, entry);
	}
	s->n_sent = 0;
	s->feeding = NULL;
}

static void
retry_later(struct store *s, const char *why)
{
	if (!s->logged)
		log_warnx("redis", "away reason=\"%s\"", why);
	s->logged = true;
	after(s->retry, s->retry_ms);
	s->retry_ms = s->retry_ms * 2 > RETRY_MOST_MS ? RETRY_MOST_MS :
	    s->retry_ms * 2;
}

static void
on_down(const char *why, void *arg)
{
	struct store *s = arg;

	if (s->drained != NULL)
		event_free(s->drained);
	s->drained = NULL;
	s->redis = NULL;
	s->up = false;
	take_back(s);
	retry_later(s, why);
	s->handlers.changed(s->arg);
}

static void
connect_redis(struct store *s)
{
	static const struct rconn_handlers handlers = { on_up, on_down };
	char err[256];

	s->redis = rconn_open(s->conf, s->base, "gateway", &handlers, s, err,
	    sizeof(err));
	if (s->redis == NULL)
		retry_later(s, err);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	connect_redis(arg);
}

static void
on_unblock(evutil_socket_t fd, short what, void *arg)
{
	struct store *s = arg;
	struct job *job;

	(void)fd;
	(void)what;
	while ((job = TAILQ_LAST(&s->blocked, jobs)) != NULL) {
		TAILQ_REMOVE(&s->blocked, job, entry);
		TAILQ_INSERT_HEAD(&s->waiting, job, entry);
	}
	pump(s);
}

struct store *
store_new(const struct conf *conf, struct event_base *base,
    const struct store_handlers *handlers, void *arg)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->conf = conf;
	s->base = base;
	s->handlers = *handlers;
	s->arg = arg;
	s->retry_ms = RETRY_LEAST_MS;
	TAILQ_INIT(&s->waiting);
	TAILQ_INIT(&s->sent);
	TAILQ_INIT(&s->blocked);
	s->retry = event_new(base, -1, 0, on_retry, s);
	s->unblock = event_new(base, -1, 0, on_unblock, s);
	connect_redis(s);
	return s;
}

static void
free_jobs(struct jobs *jobs)
{
	struct job *job;

	while ((job = TAILQ_FIRST(jobs)) != NULL) {
		TAILQ_REMOVE(jobs, job, entry);
		xfree(job);
	}
}

void
store_free(struct store *s)
{
	s->freed = true;
	if (s->drained != NULL)
		event_free(s->drained);
	if (s->redis != NULL)
		rconn_close(s->redis);
	event_free(s->retry);
	event_free(s->unblock);
	free_jobs(&s->waiting);
	free_jobs(&s->sent);
	free_jobs(&s->blocked);
	xfree(s);
}

/* A job whose head ends before the last argument's bytes, if it has a body. */
static struct job *
new_job(struct store *s, store_fn fn, void *arg)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->store = s;
	job->fn = fn;
	job->arg = arg;
	return job;
}

#define KEY_LEN	75	/* raven:data: and 64 digits */

static void
enqueue(struct store *s, struct job *job, int head_len)
{
	job->head_len = (size_t)head_len;
	s->bytes += job->body_len;
	TAILQ_INSERT_TAIL(&s->waiting, job, entry);
	pump(s);
}

void
store_set(struct store *s, const uint8_t digest[DIGEST_LEN],
    const uint8_t *bytes, size_t len, store_fn fn, void *arg)
{
	struct job *job = new_job(s, fn, arg);
	char hex[DIGEST_HEX];

	digest_hex(digest, hex);
	job->body = len > 0 ? bytes : (const uint8_t *)"";
	job->body_len = len;
	enqueue(s, job, snprintf(job->head, sizeof(job->head),
	    "*3\r\n$3\r\nSET\r\n$%d\r\nraven:data:%s\r\n$%zu\r\n", KEY_LEN, hex,
	    len));
}

void
store_exists(struct store *s, const uint8_t digest[DIGEST_LEN], store_fn fn,
    void *arg)
{
	struct job *job = new_job(s, fn, arg);
	char hex[DIGEST_HEX];

	digest_hex(digest, hex);
	enqueue(s, job, snprintf(job->head, sizeof(job->head),
	    "*2\r\n$6\r\nEXISTS\r\n$%d\r\nraven:data:%s\r\n", KEY_LEN, hex));
}

void
store_range(struct store *s, const uint8_t digest[DIGEST_LEN], uint64_t offset,
    size_t len, store_fn fn, void *arg)
{
	struct job *job = new_job(s, fn, arg);
	char hex[DIGEST_HEX], a[24], b[24];
	int na, nb;

	digest_hex(digest, hex);
	na = snprintf(a, sizeof(a), "%" PRIu64, offset);
	nb = snprintf(b, sizeof(b), "%" PRIu64, offset + len - 1);
	enqueue(s, job, snprintf(job->head, sizeof(job->head),
	    "*4\r\n$8\r\nGETRANGE\r\n$%d\r\nraven:data:%s\r\n$%d\r\n%s\r\n"
	    "$%d\r\n%s\r\n", KEY_LEN, hex, na, a, nb, b));
}
