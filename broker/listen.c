/*
 * Binding.
 * Must not accept or read anything.
 * Dies of: nothing; what failed is said in err.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/listen.h"
#include "common/log.h"
#include "common/proc.h"

#define BACKLOG		4096
#define SYSTEMD_FIRST	3
#define PORT_TRIES	16	/* for a port that is free on every address */

enum bound { BOUND, BOUND_TAKEN, BOUND_ABSENT, BOUND_FAILED };

static bool
is_loopback(const struct sockaddr_storage *ss)
{
	const struct sockaddr_in *in = (const void *)ss;
	const struct sockaddr_in6 *in6 = (const void *)ss;

	if (ss->ss_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	return ss->ss_family == AF_INET6 &&
	    IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* Only what strangers may reach is taken: a Unix socket would be trusted. */
static int
take_systemd(struct listeners *l, const struct conf *conf, int n, char *err,
    size_t len)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t ss_len;
	int fd;

	for (fd = SYSTEMD_FIRST; fd < SYSTEMD_FIRST + n; fd++) {
		ss_len = sizeof(ss);
		if (l->n_tcp == LISTEN_TCP || getsockname(fd,
		    (struct sockaddr *)&ss, &ss_len) == -1 ||
		    (ss.ss_family != AF_INET && ss.ss_family != AF_INET6)) {
			snprintf(err, len, "raven.socket: name up to %d TCP "
			    "addresses in ListenStream=, no paths", LISTEN_TCP);
			return -1;
		}
		if (!conf->tokens && !is_loopback(&ss)) {
			snprintf(err, len, "raven.socket: others can reach an "
			    "address of ListenStream=; set tokens = yes, or "
			    "listen on 127.0.0.1 and [::1] only");
			return -1;
		}
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		l->tcp[l->n_tcp++] = fd;
	}
	l->port = proc_port(l->tcp[0]);
	return 0;
}

static int
systemd_count(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");

	if (pid == NULL || fds == NULL || atol(pid) != (long)getpid())
		return 0;
	return atoi(fds);
}

static enum bound
bind_address(struct listeners *l, const struct addrinfo *ai)
{
	int fd, on = 1;
	enum bound rc;

	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd == -1)
		return errno == EAFNOSUPPORT ? BOUND_ABSENT : BOUND_FAILED;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0) {
		l->tcp[l->n_tcp++] = fd;
		return BOUND;
	}
	rc = errno == EADDRINUSE ? BOUND_TAKEN :
	    errno == EADDRNOTAVAIL ? BOUND_ABSENT : BOUND_FAILED;
	close(fd);
	return rc;
}

/* One item of the list: an address, [v6], or a name. */
static enum bound
bind_item(struct listeners *l, char *item, unsigned port, char *err,
    size_t len)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *ai;
	size_t n = strlen(item);
	char service[16];
	enum bound rc;
	int code, saved;

	if (item[0] == '[' && item[n - 1] == ']') {
		item[n - 1] = '\0';
		item++;
	}
	snprintf(service, sizeof(service), "%u", port);
	code = getaddrinfo(item, service, &hints, &ai);
	if (code != 0) {
		snprintf(err, len, "listen = %s: %s", item, gai_strerror(code));
		return BOUND_FAILED;
	}
	rc = bind_address(l, ai);
	saved = errno;
	freeaddrinfo(ai);
	if (rc == BOUND_TAKEN)
		snprintf(err, len, "port %u of %s is taken; stop who has it "
		    "(ss -ltnp shows it), or set another port", port, item);
	else if (rc != BOUND)
		snprintf(err, len, "listen = %s, port %u: %s", item, port,
		    strerror(saved));
	return rc;
}

static void
close_tcp(struct listeners *l)
{
	while (l->n_tcp > 0)
		close(l->tcp[--l->n_tcp]);
}

/* All addresses get the same port.  A host without IPv6 has no [::1]. */
static enum bound
bind_list(struct listeners *l, const char *list, unsigned port, char *err,
    size_t len)
{
	char *copy = xstrdup(list), *rest = copy, *item;
	enum bound rc = BOUND;

	while (rc == BOUND && (item = strtok_r(rest, ", \t", &rest)) != NULL) {
		if (l->n_tcp == LISTEN_TCP) {
			snprintf(err, len, "listen: at most %d addresses",
			    LISTEN_TCP);
			rc = BOUND_FAILED;
			break;
		}
		rc = bind_item(l, item, port, err, len);
		if (rc == BOUND && port == 0)
			port = proc_port(l->tcp[0]);
		if (rc == BOUND_ABSENT) {
			log_warnx("listen", "skipped: %s", err);
			rc = BOUND;
		}
	}
	xfree(copy);
	if (rc == BOUND && l->n_tcp == 0) {
		if (*err == '\0')
			snprintf(err, len, "listen is empty: name an address");
		rc = BOUND_FAILED;
	}
	l->port = port;
	if (rc != BOUND)
		close_tcp(l);
	return rc;
}

static int
open_tcp(struct listeners *l, const struct conf *conf, char *err, size_t len)
{
	enum bound rc;
	int n = systemd_count(), tries = PORT_TRIES;

	if (n > 0)
		return take_systemd(l, conf, n, err, len);
	do {
		*err = '\0';
		rc = bind_list(l, conf->listen, (unsigned)conf->port, err, len);
	} while (rc == BOUND_TAKEN && conf->port == 0 && --tries > 0);
	return rc == BOUND ? 0 : -1;
}

static int
open_unix(const struct conf *conf, const char *name, mode_t mode, int *out,
    char *err, size_t len)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char path[512];
	int fd;

	conf_run_path(conf, name, path, sizeof(path));
	if (strlen(path) >= sizeof(sun.sun_path)) {
		snprintf(err, len, "%s: longer than a socket's name may be "
		    "(%zu); set a shorter run_dir", path,
		    sizeof(sun.sun_path) - 1);
		return -1;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chmod(path, mode) == -1 || listen(fd, BACKLOG) == -1) {
		snprintf(err, len, "%s: %s", path, strerror(errno));
		if (fd != -1)
			close(fd);
		return -1;
	}
	*out = fd;
	return 0;
}

int
listen_open(struct listeners *l, const struct conf *conf, char *err,
    size_t len)
{
	memset(l, 0, sizeof(*l));
	l->worker = l->scheduler = l->control = -1;
	/* Who comes by worker.sock is trusted; the other two obey operators. */
	if (open_tcp(l, conf, err, len) == -1 ||
	    open_unix(conf, "worker.sock", 0600, &l->worker, err, len) == -1 ||
	    open_unix(conf, "scheduler.sock", 0660, &l->scheduler, err,
	    len) == -1 ||
	    open_unix(conf, "control.sock", 0660, &l->control, err, len) == -1)
		return -1;
	return 0;
}

void
listen_close(struct listeners *l, const struct conf *conf)
{
	static const char *const names[] = { "worker.sock", "scheduler.sock",
	    "control.sock" };
	const int fds[] = { l->worker, l->scheduler, l->control };
	char path[512];
	size_t i;

	close_tcp(l);
	for (i = 0; i < 3; i++)
		if (fds[i] != -1) {
			unlink(conf_run_path(conf, names[i], path,
			    sizeof(path)));
			close(fds[i]);
		}
	l->worker = l->scheduler = l->control = -1;
}
