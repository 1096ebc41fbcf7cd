/*
 * The embedded Redis.  It listens on a Unix socket of the run folder only, and
 * its users may do what their process needs: no one holds all rights.
 * Must not read or write what the scheduler keeps in it.
 * Dies of: nothing.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "broker/redis.h"
#include "broker/spawn.h"
#include "common/log.h"
#include "common/proc.h"
#include "common/rconn.h"

#define PROBE_US	20000	/* between two tries to connect */
#define SMALLEST_MEMORY	(64ull << 20)

static const struct {
	const char	*name, *rules;
} users[REDIS_USERS] = {
	{ "scheduler", "~raven:* -@all +@read +@write +@transaction "
	    "+@connection -@dangerous +info +client|kill" },
	{ "gateway", "resetkeys %RW~raven:data:* -@all +get +getrange +strlen "
	    "+exists +set +ping +client|setname" },
	{ "ops", "%R~raven:* -@all +@read +info +ping +client|setname" },
};

struct redis_probe {
	const struct conf	*conf;
	struct event_base	*base;
	struct event		*timer;
	redisAsyncContext	*ac;	/* while connecting */
	void			(*up)(void *arg);
	void			*arg;
	bool			 done;
};

static void
draw_password(char out[REDIS_PASSWORD + 1])
{
	uint8_t raw[REDIS_PASSWORD / 2];
	size_t i;

	proc_random(raw, sizeof(raw));
	for (i = 0; i < sizeof(raw); i++)
		snprintf(out + 2 * i, 3, "%02x", raw[i]);
}

/* Written whole beside it and renamed: no child reads half of it. */
static int
write_auth(const struct redis *r, const struct conf *conf, char *err,
    size_t len)
{
	char path[512], fresh[520], text[REDIS_USERS * 128] = "";
	size_t i, n = 0;
	bool ok;
	int fd;

	for (i = 0; i < REDIS_USERS; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s\n",
		    users[i].name, r->passwords[i]);
	conf_run_path(conf, "redis.auth", path, sizeof(path));
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ok = fd != -1 && write(fd, text, n) == (ssize_t)n;
	if (fd != -1 && close(fd) == -1)
		ok = false;
	if (ok && rename(fresh, path) == 0)
		return 0;
	snprintf(err, len, "%s: %s", path, strerror(errno));
	return -1;
}

int
redis_prepare(struct redis *r, const struct conf *conf, char *err, size_t len)
{
	char path[512];
	size_t i;

	snprintf(path, sizeof(path), "%s/redis", conf->state_dir);
	if (mkdir(path, 0700) == -1 && errno != EEXIST) {
		snprintf(err, len, "%s: cannot make the folder: %s", path,
		    strerror(errno));
		return -1;
	}
	for (i = 0; i < REDIS_USERS; i++)
		draw_password(r->passwords[i]);
	return write_auth(r, conf, err, len);
}

/* Half of the machine: a rewrite forks, and may copy every page. */
static uint64_t
memory_limit(const struct conf *conf)
{
	uint64_t all;

	if (conf->redis_memory_bytes != 0)
		return conf->redis_memory_bytes;
	all = (uint64_t)sysconf(_SC_PHYS_PAGES) *
	    (uint64_t)sysconf(_SC_PAGESIZE);
	return all / 2 > SMALLEST_MEMORY ? all / 2 : SMALLEST_MEMORY;
}

static void line(struct buf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
line(struct buf *b, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text) - 1, fmt, ap);
	va_end(ap);
	buf_add(b, text, strlen(text));
	buf_add(b, "\n", 1);
}

/* A path in Redis's quotes. */
static void
line_path(struct buf *b, const char *name, const char *path)
{
	buf_add(b, name, strlen(name));
	buf_add(b, " \"", 2);
	for (; *path != '\0'; path++) {
		if (*path == '"' || *path == '\\')
			buf_add(b, "\\", 1);
		buf_add(b, path, 1);
	}
	buf_add(b, "\"\n", 2);
}

/* The server changes into its folder before it opens its socket. */
static void
line_absolute(struct buf *b, const char *name, const char *path)
{
	char cwd[512], whole[1100];

	if (*path == '/' || getcwd(cwd, sizeof(cwd)) == NULL) {
		line_path(b, name, path);
		return;
	}
	snprintf(whole, sizeof(whole), "%s/%s", cwd, path);
	line_path(b, name, whole);
}

void
redis_write_config(const struct redis *r, const struct conf *conf,
    struct buf *b)
{
	char path[512];
	size_t i;

	line(b, "port 0\nprotected-mode yes\ndaemonize no\ndatabases 1");
	line_absolute(b, "unixsocket", conf_run_path(conf, "redis.sock", path,
	    sizeof(path)));
	line(b, "unixsocketperm 600");
	snprintf(path, sizeof(path), "%s/redis", conf->state_dir);
	line_absolute(b, "dir", path);
	line(b, "logfile \"redis.log\"\nloglevel notice\nset-proc-title no");
	line(b, "save \"\"\nappendonly yes\nappendfsync %s",
	    strcmp(conf->fsync, "always") == 0 ? "always" : "everysec");
	line(b, "maxmemory %" PRIu64 "\nmaxmemory-policy noeviction",
	    memory_limit(conf));
	/*
	 * Nobody can log in as default, but Redis replays its file in that
	 * user's name: without rights every MULTI of the record would be
	 * skipped, with no more than a line in its log (seen with 7.0.15).
	 */
	line(b, "user default off resetpass ~* &* +@all");
	for (i = 0; i < REDIS_USERS; i++)
		line(b, "user %s on >%s %s", users[i].name, r->passwords[i],
		    users[i].rules);
}

/* The pipe holds it all: the server need not read for us to go on. */
static int
config_pipe(const struct redis *r, const struct conf *conf)
{
	struct buf b;
	int fds[2], rc = -1;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return -1;
	buf_init(&b);
	redis_write_config(r, conf, &b);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	if (write(fds[1], b.data, b.len) == (ssize_t)b.len)
		rc = fds[0];
	else
		close(fds[0]);
	close(fds[1]);
	explicit_bzero(b.data, b.len);
	buf_clear(&b);
	return rc;
}

int
redis_start(const struct redis *r, const struct conf *conf, int lock_fd)
{
	char *const argv[] = { conf->redis_server, "-", NULL };
	struct spawn s = { .path = conf->redis_server, .argv = argv,
	    .fds = { lock_fd }, .n_fds = 1, .death_signal = SIGTERM };
	int pid;

	s.in = config_pipe(r, conf);
	if (s.in == -1)
		return -1;
	pid = spawn_program(&s);
	close(s.in);
	return pid;
}

static void
probe_again(struct redis_probe *p)
{
	struct timeval tv = { 0, PROBE_US };

	event_add(p->timer, &tv);
}

/* In a reply callback: the timer closes the connection later. */
static void
on_up(redisAsyncContext *ac, void *arg)
{
	struct redis_probe *p = arg;

	p->done = true;
	redisAsyncDisconnect(ac);
}

static void
on_down(const char *why, void *arg)
{
	struct redis_probe *p = arg;

	p->ac = NULL;
	if (!p->done)
		log_debug("redis", "not yet: %s", why);
	probe_again(p);
}

static void
on_probe(evutil_socket_t fd, short what, void *arg)
{
	static const struct rconn_handlers handlers = { on_up, on_down };
	struct redis_probe *p = arg;
	char err[300];

	(void)fd;
	(void)what;
	if (p->done) {
		p->up(p->arg);	/* frees us */
		return;
	}
	p->ac = rconn_open(p->conf, p->base, "ops", &handlers, p, err,
	    sizeof(err));
	if (p->ac == NULL)
		probe_again(p);
}

struct redis_probe *
redis_probe_new(const struct conf *conf, struct event_base *base,
    void (*up)(void *arg), void *arg)
{
	struct redis_probe *p = xcalloc(1, sizeof(*p));

	p->conf = conf;
	p->base = base;
	p->up = up;
	p->arg = arg;
	p->timer = event_new(base, -1, 0, on_probe, p);
	probe_again(p);
	return p;
}

void
redis_probe_free(struct redis_probe *p)
{
	if (p == NULL)
		return;
	rconn_close(p->ac);
	event_free(p->timer);
	xfree(p);
}
