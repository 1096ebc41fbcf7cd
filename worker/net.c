/*
 * The native worker's connection: bytes between a socket and common/ws.c.
 * Must not know what the messages mean.
 * Dies of: nothing; every trouble ends in closed().
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "common/proc.h"
#include "common/ws.h"
#include "net.h"

#define RESPONSE_MOST	16384
#define CONNECT_S	10	/* to connect and shake hands */
#define CLOSE_S		5	/* for the peer to close after our CLOSE */
#define HOST_MOST	256
#define DRAINED		65536	/* unsent bytes */
#define ADDRESSES	8	/* of one name, at most */

struct address {
	struct sockaddr_storage	 to;
	socklen_t		 len;
};

struct net {
	struct event_base	*base;
	struct net_handlers	 handlers;
	void			*arg;
	struct address		 addresses[ADDRESSES];
	unsigned		 n_addresses;
	unsigned		 at;		/* the one to try */
	char			 host[HOST_MOST];	/* for the request */
	struct bufferevent	*bev;		/* NULL: no connection */
	struct event		*end;		/* fires once: closed() */
	uint16_t		 code;
	char			 why[128];
	bool			 open;		/* shaken hands */
	bool			 closing;
	char			 key[WS_KEY_LEN];
	struct ws		 ws;
	struct buf		 frame;		/* one being written */
	uint64_t		 mask_state;
};

/* ---- address ---- */

/* All addresses: localhost may be ::1 first where only 127.0.0.1 listens. */
static int
resolve(struct net *n, const char *host, const char *port, char *err,
    size_t len)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *i;
	struct address *a;
	int rv = getaddrinfo(host, port, &hints, &list);

	if (rv != 0) {
		snprintf(err, len, "%s: %s", host, gai_strerror(rv));
		return -1;
	}
	for (i = list; i != NULL && n->n_addresses < ADDRESSES; i = i->ai_next) {
		a = &n->addresses[n->n_addresses++];
		memcpy(&a->to, i->ai_addr, i->ai_addrlen);
		a->len = i->ai_addrlen;
	}
	freeaddrinfo(list);
	return 0;
}

static int
take_url(struct net *n, const char *url, char *err, size_t len)
{
	const char *p = strstr(url, "://"), *end, *colon;
	char host[HOST_MOST], port[8] = "80";

	if (p == NULL || (strncmp(url, "http://", 7) != 0 &&
	    strncmp(url, "ws://", 5) != 0)) {
		snprintf(err, len, "%s: use http://host:port", url);
		return -1;
	}
	p += 3;
	end = p + strcspn(p, "/");
	if ((size_t)(end - p) >= sizeof(n->host) || end == p) {
		snprintf(err, len, "%s: no host name", url);
		return -1;
	}
	snprintf(n->host, sizeof(n->host), "%.*s", (int)(end - p), p);
	snprintf(host, sizeof(host), "%s", n->host);
	colon = strrchr(host, ':');
	if (colon != NULL && strchr(colon, ']') == NULL) {
		snprintf(port, sizeof(port), "%.7s", colon + 1);
		host[colon - host] = '\0';
	}
	p = host;
	if (host[0] == '[') {
		host[strcspn(host, "]")] = '\0';
		p++;
	}
	return resolve(n, p, port, err, len);
}

static int
take_path(struct net *n, const char *path, char *err, size_t len)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&n->addresses[0].to;

	if (strlen(path) >= sizeof(un->sun_path)) {
		snprintf(err, len, "%s: the path is too long", path);
		return -1;
	}
	un->sun_family = AF_UNIX;
	snprintf(un->sun_path, sizeof(un->sun_path), "%s", path);
	n->addresses[0].len = sizeof(*un);
	n->n_addresses = 1;
	snprintf(n->host, sizeof(n->host), "localhost");
	return 0;
}

/* ---- ending ---- */

/* The only way out of a connection: what is left of it goes at once, closed()
 * is called from the loop. */
static void
finish(struct net *n, uint16_t code, const char *why)
{
	if (n->bev == NULL)
		return;
	bufferevent_free(n->bev);
	n->bev = NULL;
	ws_clear(&n->ws);
	if (!n->open)
		n->at = (n->at + 1) % n->n_addresses;
	n->open = n->closing = false;
	n->code = code;
	snprintf(n->why, sizeof(n->why), "%s", why);
	event_active(n->end, EV_TIMEOUT, 0);
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct net *n = arg;

	(void)fd;
	(void)what;
	n->handlers.closed(n->code, n->why, n->arg);
}

/* ---- sending ---- */

static void
next_mask(struct net *n, uint8_t mask[4])
{
	uint64_t z = n->mask_state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	memcpy(mask, &z, 4);
}

static void
write_frame(struct net *n, enum ws_opcode opcode, const void *p, size_t len)
{
	uint8_t mask[4];

	next_mask(n, mask);
	buf_reset(&n->frame);
	ws_frame(&n->frame, opcode, p, len, mask);
	bufferevent_write(n->bev, n->frame.data, n->frame.len);
}

void
net_send(struct net *n, struct bytes b)
{
	if (n->open && !n->closing)
		write_frame(n, WS_BINARY, b.p, b.n);
}

void
net_close(struct net *n, uint16_t code, const char *why)
{
	struct timeval tv = { CLOSE_S, 0 };
	uint8_t mask[4];

	if (!n->open) {
		finish(n, 0, why);
		return;
	}
	if (n->closing)
		return;
	next_mask(n, mask);
	buf_reset(&n->frame);
	ws_close_frame(&n->frame, code, why, mask);
	bufferevent_write(n->bev, n->frame.data, n->frame.len);
	n->closing = true;
	bufferevent_set_timeouts(n->bev, &tv, NULL);
}

size_t
net_unsent(const struct net *n)
{
	return n->bev == NULL ? 0 :
	    evbuffer_get_length(bufferevent_get_output(n->bev));
}

bool
net_connected(const struct net *n)
{
	return n->bev != NULL;
}

/* ---- receiving ---- */

static void
on_event(struct net *n, const struct ws_event *e)
{
	switch (e->type) {
	case WS_EV_NONE:
	case WS_EV_PONG:
		break;
	case WS_EV_PING:
		write_frame(n, WS_PONG, e->data, e->len);
		break;
	case WS_EV_MESSAGE:
		if (e->opcode != WS_BINARY)
			net_close(n, 1003, "text is not understood");
		else
			n->handlers.message(e->data, e->len, n->arg);
		break;
	case WS_EV_CLOSE:
		finish(n, e->code, "closed by the server");
		break;
	case WS_EV_ERROR:
		finish(n, 0, e->why);
		break;
	}
}

/* False: more of the response is needed, or the connection has ended. */
static bool
shake_hands(struct net *n, struct evbuffer *in)
{
	size_t len = evbuffer_get_length(in), used = 0;
	const char *why = NULL;
	int rv;

	rv = ws_client_check(evbuffer_pullup(in, -1), len, n->key, &used, &why);
	if (rv == 0 && len > RESPONSE_MOST) {
		rv = -1;
		why = "the server's answer is too long";
	}
	if (rv == -1)
		finish(n, 0, why);
	if (rv != 1)
		return false;
	evbuffer_drain(in, used);
	bufferevent_set_timeouts(n->bev, NULL, NULL);
	n->open = true;
	n->handlers.opened(n->arg);
	return n->bev != NULL;
}

static void
on_readable(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct net *n = arg;
	struct ws_event e;
	size_t len, used;

	if (!n->open && !shake_hands(n, in))
		return;
	while (n->bev != NULL &&
	    (len = evbuffer_get_contiguous_space(in)) > 0) {
		used = ws_recv(&n->ws, evbuffer_pullup(in, (ssize_t)len), len,
		    &e);
		on_event(n, &e);
		if (n->bev == NULL)
			return;
		evbuffer_drain(in, used);
		if (used == 0 && e.type == WS_EV_NONE)
			return;
	}
}

static void
on_writable(struct bufferevent *bev, void *arg)
{
	struct net *n = arg;

	(void)bev;
	if (n->open && !n->closing)
		n->handlers.drained(n->arg);
}

static void
ask(struct net *n)
{
	uint8_t random[16];

	proc_random(random, sizeof(random));
	ws_key(random, n->key);
	buf_reset(&n->frame);
	ws_client_request(&n->frame, n->host, "/raven", NULL, n->key);
	bufferevent_write(n->bev, n->frame.data, n->frame.len);
}

static void
on_state(struct bufferevent *bev, short what, void *arg)
{
	struct net *n = arg;

	(void)bev;
	if (what & BEV_EVENT_CONNECTED)
		ask(n);
	else if (what & BEV_EVENT_TIMEOUT)
		finish(n, 0, "no answer in time");
	else if (what & BEV_EVENT_EOF)
		finish(n, 0, "the server is gone");
	else
		finish(n, 0, strerror(EVUTIL_SOCKET_ERROR()));
}

/* ---- life ---- */

struct net *
net_new(struct event_base *base, const char *url, const char *path,
    const struct net_handlers *handlers, void *arg, char *err, size_t len)
{
	struct net *n = xcalloc(1, sizeof(*n));

	n->base = base;
	n->handlers = *handlers;
	n->arg = arg;
	if ((url != NULL ? take_url(n, url, err, len) :
	    take_path(n, path, err, len)) == -1) {
		xfree(n);
		return NULL;
	}
	n->end = event_new(base, -1, 0, on_end, n);
	buf_init(&n->frame);
	proc_random(&n->mask_state, sizeof(n->mask_state));
	return n;
}

void
net_free(struct net *n)
{
	if (n == NULL)
		return;
	if (n->bev != NULL) {
		bufferevent_free(n->bev);
		ws_clear(&n->ws);
	}
	event_free(n->end);
	buf_clear(&n->frame);
	xfree(n);
}

void
net_connect(struct net *n)
{
	const struct ws_limits limits = { 16777216, 16777216, 1024, 16 };
	struct timeval tv = { CONNECT_S, 0 };
	struct address *a;

	if (n->bev != NULL)
		return;
	n->bev = bufferevent_socket_new(n->base, -1, BEV_OPT_CLOSE_ON_FREE |
	    BEV_OPT_DEFER_CALLBACKS);
	ws_init(&n->ws, WS_CLIENT, &limits);
	bufferevent_setcb(n->bev, on_readable, on_writable, on_state, n);
	bufferevent_setwatermark(n->bev, EV_WRITE, DRAINED, 0);
	bufferevent_set_timeouts(n->bev, &tv, NULL);
	bufferevent_enable(n->bev, EV_READ | EV_WRITE);
	a = &n->addresses[n->at];
	if (bufferevent_socket_connect(n->bev, (struct sockaddr *)&a->to,
	    (int)a->len) == -1)
		finish(n, 0, strerror(errno));
}
