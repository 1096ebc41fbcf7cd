/*
 * Listens, accepts in batches, and counts connections by address, so that
 * nobody takes them all.
 *
 * Must not read from a connection.
 * Dies of: an address it cannot listen on, at start.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/log.h"
#include "gateway/gateway_priv.h"

#define BATCH		64		/* accepts in a turn */
#define LISTENERS	64
#define OWN_FILES	128		/* sockets and files but peers' */
#define BUCKETS		1024
#define BAD_WINDOW_US	60000000
#define LOWAT		(64 * 1024)	/* unsent bytes in the kernel */

/* A stranger's address: IPv4, or the /64 of an IPv6 one. */
struct address {
	LIST_ENTRY(address)	 entry;
	uint8_t			 ip[16];
	unsigned		 conns;
	unsigned		 fresh;		/* of them before WELCOME */
	unsigned		 bad;		/* tokens in this window */
	uint64_t		 bad_since_us;
};
LIST_HEAD(addresses, address);

struct listener {
	struct door	*door;
	struct event	*ev;
	int		 fd;
	bool		 trusted;
};

struct door {
	struct gateway		*gw;
	struct listener		 listeners[LISTENERS];
	unsigned		 n;
	int			 spare;		/* closed to accept at EMFILE */
	uint8_t			 key[DIGEST_KEY_LEN];	/* strangers choose addresses */
	struct addresses	 buckets[BUCKETS];
};

static void
ip_of(const struct sockaddr_storage *ss, uint8_t ip[16])
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

	memset(ip, 0, 16);
	if (ss->ss_family == AF_INET6 &&
	    !IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		memcpy(ip, &in6->sin6_addr, 8);
		/* Loopback has zeros there: keep it apart from ::/64. */
		if (IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
			ip[15] = 1;
		return;
	}
	ip[10] = ip[11] = 0xff;
	if (ss->ss_family == AF_INET6)
		memcpy(ip + 12, (const uint8_t *)&in6->sin6_addr + 12, 4);
	else
		memcpy(ip + 12, &in->sin_addr, 4);
}

static struct addresses *
bucket(struct door *d, const uint8_t ip[16])
{
	uint8_t hash[DIGEST_LEN];
	struct digest state;

	digest_init_keyed(&state, d->key);
	digest_update(&state, ip, 16);
	digest_final(&state, hash);
	return &d->buckets[(hash[0] | hash[1] << 8) % BUCKETS];
}

static struct address *
find_address(struct door *d, const uint8_t ip[16])
{
	struct addresses *list = bucket(d, ip);
	struct address *a;

	LIST_FOREACH(a, list, entry)
		if (memcmp(a->ip, ip, 16) == 0)
			return a;
	a = xcalloc(1, sizeof(*a));
	memcpy(a->ip, ip, 16);
	LIST_INSERT_HEAD(list, a, entry);
	return a;
}

/* An address without connections is kept only for its bad tokens. */
static void
release_address(struct address *a)
{
	if (a->conns > 0)
		return;
	if (a->bad > 0 && proc_now_us() - a->bad_since_us < BAD_WINDOW_US)
		return;
	LIST_REMOVE(a, entry);
	xfree(a);
}

static bool
enter(struct gateway *gw, struct conn *c, struct address *a)
{
	if (a->conns >= gw->conf->address_connections ||
	    a->fresh >= gw->conf->address_unauthenticated)
		return false;
	a->conns++;
	a->fresh++;
	c->address = a;
	c->counted = true;
	return true;
}

void
door_known(struct conn *c)
{
	if (c->address != NULL && c->counted)
		c->address->fresh--;
	c->counted = false;
}

void
door_leave(struct conn *c)
{
	struct address *a = c->address;

	if (a == NULL)
		return;
	door_known(c);
	c->address = NULL;
	a->conns--;
	release_address(a);
}

void
door_bad_token(struct conn *c)
{
	struct address *a = c->address;
	uint64_t now = proc_now_us();

	if (a == NULL)
		return;
	if (a->bad == 0 || now - a->bad_since_us >= BAD_WINDOW_US) {
		a->bad = 0;
		a->bad_since_us = now;
	}
	a->bad++;
}

bool
door_too_many_bad(const struct conn *c)
{
	const struct address *a = c->address;

	return a != NULL && a->bad >= c->gw->conf->address_bad_tokens &&
	    proc_now_us() - a->bad_since_us < BAD_WINDOW_US;
}

/* Text of one address, brackets and port removed; false if it is none. */
static bool
parse_ip(struct str text, uint8_t ip[16])
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ss;
	struct sockaddr_in *in = (struct sockaddr_in *)&ss;
	char buf[INET6_ADDRSTRLEN];

	while (text.n > 0 && *text.p == ' ') {
		text.p++;
		text.n--;
	}
	if (text.n == 0 || text.n >= sizeof(buf))
		return false;
	memcpy(buf, text.p, text.n);
	buf[text.n] = '\0';
	if (inet_pton(AF_INET, buf, &in->sin_addr) == 1)
		ss.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, buf, &in6->sin6_addr) == 1)
		ss.ss_family = AF_INET6;
	else
		return false;
	ip_of(&ss, ip);
	return true;
}

static bool
is_proxy(const struct conf *conf, const uint8_t ip[16])
{
	uint8_t proxy[16];

	return conf->trusted_proxy[0] != '\0' &&
	    parse_ip(str_of(conf->trusted_proxy), proxy) &&
	    memcmp(proxy, ip, 16) == 0;
}

bool
door_forwarded(struct conn *c, struct str forwarded)
{
	struct gateway *gw = c->gw;
	struct str last = forwarded;
	uint8_t ip[16];
	size_t i;

	if (c->address == NULL || forwarded.n == 0 ||
	    !is_proxy(gw->conf, c->address->ip))
		return true;
	/* The last one is what the proxy itself saw. */
	for (i = forwarded.n; i > 0 && forwarded.p[i - 1] != ','; i--)
		;
	last.p += i;
	last.n -= i;
	if (!parse_ip(last, ip))
		return true;
	door_leave(c);
	return enter(gw, c, find_address(gw->door, ip));
}

static void
set_subject(struct conn *c, const struct sockaddr_storage *ss)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;
	const struct sockaddr_in *in = (const struct sockaddr_in *)ss;
	char text[INET6_ADDRSTRLEN] = "worker.sock";

	if (ss->ss_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
	else if (ss->ss_family == AF_INET6)
		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
	snprintf(c->subject, sizeof(c->subject), "%s#%ju", text,
	    (uintmax_t)c->gw->sequence);
}

/* A refusal without a connection: one send, whether it fits or not. */
static void
turn_away(int fd)
{
	struct buf b;

	buf_init(&b);
	http_write_status(&b, 503, true, false);
	if (send(fd, b.data, b.len, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		log_debug("door", "turned away without an answer");
	buf_clear(&b);
	shutdown(fd, SHUT_WR);
	close(fd);
}

static void
tune(int fd)
{
	int on = 1, lowat = LOWAT;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* Keeps what waits in our queues, where messages overtake bulk. */
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
}

static void
admit(struct listener *l, int fd, const struct sockaddr_storage *ss)
{
	struct gateway *gw = l->door->gw;
	struct address *a;
	struct conn *c;
	uint8_t ip[16];

	if (l->trusted) {
		c = conn_new(gw, fd, true);
		set_subject(c, ss);
		return;
	}
	ip_of(ss, ip);
	a = find_address(l->door, ip);
	/* A proxy's connections count under whom they are for. */
	if (gw->n_conns >= gw->conf->gateway_connections ||
	    (!is_proxy(gw->conf, ip) &&
	    (a->conns >= gw->conf->address_connections ||
	    a->fresh >= gw->conf->address_unauthenticated))) {
		turn_away(fd);
		release_address(a);
		return;
	}
	tune(fd);
	c = conn_new(gw, fd, false);
	a->conns++;
	a->fresh++;
	c->address = a;
	c->counted = true;
	set_subject(c, ss);
}

/* No descriptor is left: the spare one takes the next and says so. */
static void
accept_with_spare(struct door *d, int fd)
{
	int got;

	if (d->spare == -1)
		return;
	close(d->spare);
	got = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (got != -1)
		turn_away(got);
	d->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	log_warnx("door", "no file descriptor left");
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;
	struct sockaddr_storage ss;
	socklen_t len;
	int i, got;

	(void)what;
	for (i = 0; i < BATCH; i++) {
		memset(&ss, 0, sizeof(ss));
		len = sizeof(ss);
		got = accept4(fd, (struct sockaddr *)&ss, &len,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (got != -1)
			admit(l, got, &ss);
		else if (errno == EMFILE || errno == ENFILE)
			accept_with_spare(l->door, fd);
		else if (errno == EAGAIN)
			return;
	}
}

static void
add_listener(struct door *d, int fd)
{
	struct listener *l = &d->listeners[d->n];
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (d->n == LISTENERS)
		fatal(EXIT_CONFIG, "more than %d sockets to listen on",
		    LISTENERS);
	if (getsockname(fd, (struct sockaddr *)&ss, &len) == -1)
		fatal(EXIT_CONFIG, "descriptor %d: %s", fd, strerror(errno));
	d->n++;
	l->door = d;
	l->fd = fd;
	l->trusted = ss.ss_family == AF_UNIX;
	l->ev = event_new(d->gw->base, fd, EV_READ | EV_PERSIST, on_accept, l);
	event_add(l->ev, NULL);
}

static void
bind_one(struct door *d, const struct addrinfo *ai)
{
	int fd, on = 1;

	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd == -1)
		fatal(1, "socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == -1 ||
	    listen(fd, 511) == -1)
		fatal(1, "cannot listen on port %ju: %s",
		    (uintmax_t)d->gw->conf->port, strerror(errno));
	log_info("door", "listening port=%u", proc_port(fd));
	add_listener(d, fd);
}

/* "127.0.0.1,[::1]" */
static void
bind_own(struct door *d)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST }, *ai;
	char list[1024], port[8], *item, *rest = list;
	size_t n;

	snprintf(list, sizeof(list), "%s", d->gw->conf->listen);
	snprintf(port, sizeof(port), "%u", (unsigned)d->gw->conf->port);
	while ((item = strsep(&rest, ", ")) != NULL) {
		n = strlen(item);
		if (n == 0)
			continue;
		if (item[0] == '[' && item[n - 1] == ']') {
			item[n - 1] = '\0';
			item++;
		}
		if (getaddrinfo(item, port, &hints, &ai) != 0)
			fatal(EXIT_CONFIG, "listen: %s is no address", item);
		bind_one(d, ai);
		freeaddrinfo(ai);
	}
}

/* Descriptors for all connections that the configuration allows. */
static void
raise_files(const struct conf *conf)
{
	rlim_t want = (rlim_t)conf->gateway_connections + OWN_FILES;
	struct rlimit rl, more = { want, want };

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1 || rl.rlim_cur >= want ||
	    setrlimit(RLIMIT_NOFILE, &more) == 0)
		return;
	log_warnx("door", "the limit of open files allows %ju connections, "
	    "gateway_connections %ju: raise it (ulimit -n; LimitNOFILE= of "
	    "the unit)", (uintmax_t)(rl.rlim_cur < OWN_FILES ? 0 :
	    rl.rlim_cur - OWN_FILES), (uintmax_t)conf->gateway_connections);
}

struct door *
door_new(struct gateway *gw)
{
	struct door *d = xcalloc(1, sizeof(*d));
	unsigned i;

	d->gw = gw;
	raise_files(gw->conf);
	proc_random(d->key, sizeof(d->key));
	d->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < gw->proc->n_listen; i++)
		add_listener(d, PROC_LISTEN_FD + (int)i);
	if (gw->proc->n_listen == 0)
		bind_own(d);
	return d;
}

void
door_free(struct door *d)
{
	struct address *a;
	unsigned i;

	for (i = 0; i < d->n; i++) {
		event_free(d->listeners[i].ev);
		close(d->listeners[i].fd);
	}
	for (i = 0; i < BUCKETS; i++)
		while ((a = LIST_FIRST(&d->buckets[i])) != NULL) {
			LIST_REMOVE(a, entry);
			xfree(a);
		}
	if (d->spare != -1)
		close(d->spare);
	xfree(d);
}
