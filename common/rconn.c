/*
 * Connections to Redis.
 * Must not be used from a disconnect callback (hiredis 0.14 would free the
 * context twice); reconnecting is a timer of the owner.
 * Dies of: nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <hiredis/adapters/libevent.h>

#include "common/rconn.h"
#include "common/xalloc.h"

#define CONNECT_S	5	/* from connect to PONG */
#define ANSWER_S	10	/* of a blocking connection */
#define REDIS_PORT	6379

struct endpoint {
	char	path[108];	/* Unix socket, or empty */
	char	host[256];
	int	port;
	int	db;
	char	user[64];	/* empty: the default user */
	char	password[256];	/* empty: no AUTH */
};

enum step { STEP_AUTH, STEP_SELECT, STEP_NAME, STEP_PING };

/* In the context's data from open to down. */
struct rconn {
	struct rconn_handlers	 handlers;
	void			*arg;
	struct event		*timer;
	char			 why[160];	/* we closed it because */
};

static int
say(char *err, size_t len, const char *what, const char *why)
{
	snprintf(err, len, "Redis: %s: %s", what, why);
	return -1;
}

/* The line "user password" of run/redis.auth, which the broker wrote. */
static int
read_password(const struct conf *conf, const char *user, struct endpoint *ep,
    char *err, size_t len)
{
	char path[512], line[400], name[64], password[256];
	FILE *fp;

	conf_run_path(conf, "redis.auth", path, sizeof(path));
	if ((fp = fopen(path, "re")) == NULL)
		return say(err, len, path, strerror(errno));
	while (*ep->password == '\0' && fgets(line, sizeof(line), fp) != NULL)
		if (sscanf(line, "%63s %255s", name, password) == 2 &&
		    strcmp(name, user) == 0) {
			memcpy(ep->user, name, sizeof(name));
			memcpy(ep->password, password, sizeof(password));
		}
	fclose(fp);
	if (*ep->password == '\0')
		return say(err, len, path, "has no such user");
	return 0;
}

/* "user:password" or ":password". */
static bool
take_userinfo(struct endpoint *ep, const char *p, size_t n)
{
	const char *colon = memchr(p, ':', n);
	size_t user;

	if (colon == NULL)
		return false;
	user = (size_t)(colon - p);
	if (user >= sizeof(ep->user) || n - user - 1 >= sizeof(ep->password))
		return false;
	memcpy(ep->user, p, user);
	memcpy(ep->password, colon + 1, n - user - 1);
	return *ep->password != '\0';
}

static bool
take_port(const char *p, int max, const char *ends, int *out)
{
	char *end;
	long v = strtol(p, &end, 10);

	if (end == p || v < 0 || v > max || strchr(ends, *end) == NULL)
		return false;
	*out = (int)v;
	return true;
}

/* host, host:port or [v6]:port, then /db. */
static bool
take_host(struct endpoint *ep, const char *p)
{
	bool brackets = *p == '[';
	size_t n = strcspn(p += brackets, brackets ? "]" : ":/");

	if (n == 0 || n >= sizeof(ep->host))
		return false;
	memcpy(ep->host, p, n);
	p += n;
	if (brackets && *p++ != ']')
		return false;
	if (*p == ':' && !take_port(p + 1, 65535, "/", &ep->port))
		return false;
	p += strcspn(p, "/");
	return p[0] == '\0' || p[1] == '\0' ||
	    take_port(p + 1, 65535, "", &ep->db);
}

static bool
parse_redis(struct endpoint *ep, const char *text)
{
	const char *at, *question;
	size_t n;

	if (strncmp(text, "unix:", 5) == 0) {
		text += 5;
		question = strchr(text, '?');
		n = question != NULL ? (size_t)(question - text) : strlen(text);
		if (n == 0 || n >= sizeof(ep->path))
			return false;
		memcpy(ep->path, text, n);
		return question == NULL ||
		    take_userinfo(ep, question + 1, strlen(question + 1));
	}
	if (strncmp(text, "redis://", 8) != 0)
		return false;
	text += 8;
	at = strrchr(text, '@');
	if (at == NULL)
		return take_host(ep, text);
	return take_userinfo(ep, text, (size_t)(at - text)) &&
	    take_host(ep, at + 1);
}

static int
find_endpoint(const struct conf *conf, const char *user, struct endpoint *ep,
    char *err, size_t len)
{
	char path[512];

	memset(ep, 0, sizeof(*ep));
	ep->port = REDIS_PORT;
	if (*conf->redis != '\0') {
		if (parse_redis(ep, conf->redis))
			return 0;
		return say(err, len, "setting redis", "use unix:/path or "
		    "redis://host:port/db");
	}
	conf_run_path(conf, "redis.sock", path, sizeof(path));
	if (strlen(path) >= sizeof(ep->path))
		return say(err, len, path, "longer than a socket's name may "
		    "be; set a shorter run_dir");
	memcpy(ep->path, path, strlen(path) + 1);
	return read_password(conf, user, ep, err, len);
}

/* An external Redis may forbid the name; only loading is waited for. */
static bool
refused(enum step step, const redisReply *r)
{
	if (r->type != REDIS_REPLY_ERROR)
		return false;
	if (step == STEP_AUTH || step == STEP_SELECT)
		return true;
	return step == STEP_PING && (strncmp(r->str, "LOADING", 7) == 0 ||
	    strncmp(r->str, "NOAUTH", 6) == 0);
}

static void
report_down(struct rconn *rc, const char *why)
{
	event_free(rc->timer);
	if (rc->handlers.down != NULL)
		rc->handlers.down(why, rc->arg);
	xfree(rc);
}

static const char *
reason(const redisAsyncContext *ac, const struct rconn *rc)
{
	if (*rc->why != '\0')
		return rc->why;
	return ac->err != 0 && ac->errstr != NULL && *ac->errstr != '\0' ?
	    ac->errstr : "closed";
}

static struct rconn *
detach(const redisAsyncContext *ac)
{
	struct rconn *rc = ac->data;

	((redisAsyncContext *)(uintptr_t)ac)->data = NULL;
	return rc;
}

static void
on_connect(const redisAsyncContext *ac, int status)
{
	if (status != REDIS_OK && ac->data != NULL) {
		struct rconn *rc = detach(ac);

		report_down(rc, reason(ac, rc));
	}
}

static void
on_disconnect(const redisAsyncContext *ac, int status)
{
	(void)status;
	if (ac->data != NULL) {
		struct rconn *rc = detach(ac);

		report_down(rc, reason(ac, rc));
	}
}

/* Neither connected nor refused; a timer may free the context. */
static void
on_timeout(evutil_socket_t fd, short what, void *arg)
{
	redisAsyncContext *ac = arg;
	struct rconn *rc = detach(ac);

	(void)fd;
	(void)what;
	redisAsyncFree(ac);
	report_down(rc, "no answer in time");
}

static void
on_hello(redisAsyncContext *ac, void *reply, void *arg)
{
	enum step step = (enum step)(uintptr_t)arg;
	struct rconn *rc = ac->data;
	const redisReply *r = reply;

	if (r == NULL || rc == NULL || *rc->why != '\0')
		return;
	if (refused(step, r)) {
		snprintf(rc->why, sizeof(rc->why), "%s", r->str);
		redisAsyncDisconnect(ac);
		return;
	}
	if (step != STEP_PING)
		return;
	event_del(rc->timer);
	rc->handlers.up(ac, rc->arg);
}

static void
send_hello(redisAsyncContext *ac, const struct endpoint *ep, const char *user)
{
	if (*ep->password != '\0' && *ep->user != '\0')
		redisAsyncCommand(ac, on_hello, (void *)STEP_AUTH,
		    "AUTH %s %s", ep->user, ep->password);
	else if (*ep->password != '\0')
		redisAsyncCommand(ac, on_hello, (void *)STEP_AUTH,
		    "AUTH %s", ep->password);
	if (ep->db != 0)
		redisAsyncCommand(ac, on_hello, (void *)STEP_SELECT,
		    "SELECT %d", ep->db);
	redisAsyncCommand(ac, on_hello, (void *)STEP_NAME,
	    "CLIENT SETNAME raven-%s", user);
	redisAsyncCommand(ac, on_hello, (void *)STEP_PING, "PING");
}

redisAsyncContext *
rconn_open(const struct conf *conf, struct event_base *base, const char *user,
    const struct rconn_handlers *handlers, void *arg, char *err, size_t len)
{
	struct timeval tv = { CONNECT_S, 0 };
	struct endpoint ep;
	redisAsyncContext *ac;
	struct rconn *rc;

	if (find_endpoint(conf, user, &ep, err, len) == -1)
		return NULL;
	ac = *ep.path != '\0' ? redisAsyncConnectUnix(ep.path) :
	    redisAsyncConnect(ep.host, ep.port);
	if (ac == NULL || ac->err != 0) {
		say(err, len, *ep.path != '\0' ? ep.path : ep.host,
		    ac != NULL ? ac->errstr : "out of memory");
		if (ac != NULL)
			redisAsyncFree(ac);
		return NULL;
	}
	rc = xcalloc(1, sizeof(*rc));
	rc->handlers = *handlers;
	rc->arg = arg;
	rc->timer = event_new(base, -1, 0, on_timeout, ac);
	event_add(rc->timer, &tv);
	ac->data = rc;
	redisLibeventAttach(ac, base);
	redisAsyncSetConnectCallback(ac, on_connect);
	redisAsyncSetDisconnectCallback(ac, on_disconnect);
	send_hello(ac, &ep, user);
	return ac;
}

void
rconn_close(redisAsyncContext *ac)
{
	struct rconn *rc;

	if (ac == NULL)
		return;
	rc = detach(ac);
	if (rc != NULL) {
		event_free(rc->timer);
		xfree(rc);
	}
	redisAsyncFree(ac);
}

static int
check_reply(redisContext *c, enum step step, redisReply *r, char *err,
    size_t len)
{
	int rc = 0;

	if (r == NULL)
		return say(err, len, "no answer", c->errstr);
	if (refused(step, r))
		rc = say(err, len, "refused", r->str);
	freeReplyObject(r);
	return rc;
}

static int
hello_sync(redisContext *c, const struct endpoint *ep, const char *user,
    char *err, size_t len)
{
	int rc = 0;

	if (*ep->password != '\0' && *ep->user != '\0')
		rc = check_reply(c, STEP_AUTH, redisCommand(c, "AUTH %s %s",
		    ep->user, ep->password), err, len);
	else if (*ep->password != '\0')
		rc = check_reply(c, STEP_AUTH, redisCommand(c, "AUTH %s",
		    ep->password), err, len);
	if (rc == 0 && ep->db != 0)
		rc = check_reply(c, STEP_SELECT,
		    redisCommand(c, "SELECT %d", ep->db), err, len);
	if (rc == 0)
		rc = check_reply(c, STEP_NAME, redisCommand(c,
		    "CLIENT SETNAME raven-%s", user), err, len);
	if (rc == 0)
		rc = check_reply(c, STEP_PING, redisCommand(c, "PING"), err,
		    len);
	return rc;
}

redisContext *
rconn_open_sync(const struct conf *conf, const char *user, char *err,
    size_t len)
{
	struct timeval connect = { CONNECT_S, 0 }, answer = { ANSWER_S, 0 };
	struct endpoint ep;
	redisContext *c;

	if (find_endpoint(conf, user, &ep, err, len) == -1)
		return NULL;
	c = *ep.path != '\0' ? redisConnectUnixWithTimeout(ep.path, connect) :
	    redisConnectWithTimeout(ep.host, ep.port, connect);
	if (c == NULL || c->err != 0) {
		say(err, len, *ep.path != '\0' ? ep.path : ep.host,
		    c != NULL ? c->errstr : "out of memory");
		redisFree(c);
		return NULL;
	}
	redisSetTimeout(c, answer);
	if (hello_sync(c, &ep, user, err, len) == -1) {
		redisFree(c);
		return NULL;
	}
	return c;
}
