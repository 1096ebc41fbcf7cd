/*
 * A socket of the gateway: reads into the buffer that all share, and closes.
 *
 * Must not free a connection inside one of its callbacks: closing moves it to
 * the dead, which are freed on a later turn.
 * Dies of: nothing.
 */
#include <sys/socket.h>
#include <sys/uio.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "gateway/gateway_priv.h"

#define SLOT_BITS	20	/* of a session id; the rest counts up */

static void on_readable(evutil_socket_t, short, void *);

static uint32_t
take_slot(struct gateway *gw)
{
	uint32_t i, n;

	if (gw->n_free == 0) {
		n = gw->n_slots == 0 ? 64 : 2 * gw->n_slots;
		gw->slots = xrealloc(gw->slots, n * sizeof(*gw->slots));
		gw->free_slots = xrealloc(gw->free_slots,
		    n * sizeof(*gw->free_slots));
		for (i = n; i-- > gw->n_slots;) {
			gw->slots[i] = NULL;
			gw->free_slots[gw->n_free++] = i;
		}
		gw->n_slots = n;
	}
	return gw->free_slots[--gw->n_free];
}

struct conn *
conn_new(struct gateway *gw, int fd, bool trusted)
{
	struct conn *c = xcalloc(1, sizeof(*c));
	struct http_limits limits = { gw->conf->http_line_bytes,
		gw->conf->http_header_bytes, gw->conf->http_headers,
		gw->conf->http_body_bytes };
	uint32_t slot = take_slot(gw);

	c->gw = gw;
	c->fd = fd;
	c->trusted = trusted;
	c->id = ++gw->sequence << SLOT_BITS | slot;
	gw->slots[slot] = c;
	STAILQ_INIT(&c->bulk);
	c->since_us = c->heard_us = c->moved_us = proc_now_us();
	c->http = xmalloc(sizeof(*c->http));
	http_init(c->http, &limits);
	event_assign(&c->rd, gw->base, fd, EV_READ | EV_PERSIST, on_readable, c);
	event_assign(&c->wr, gw->base, fd, EV_WRITE, conn_on_writable, c);
	event_add(&c->rd, NULL);
	TAILQ_INSERT_TAIL(&gw->conns, c, entry);
	timers_add(c);
	gw->n_conns++;
	return c;
}

struct conn *
conn_find(struct gateway *gw, uint64_t id)
{
	uint64_t slot = id & ((1u << SLOT_BITS) - 1);
	struct conn *c;

	if (slot >= gw->n_slots)
		return NULL;
	c = gw->slots[slot];
	return c != NULL && c->id == id && c->state == CONN_WS ? c : NULL;
}

void
conn_pause(struct conn *c, unsigned bit, bool on)
{
	unsigned before = c->paused;

	if (c->state == CONN_DEAD)
		return;
	c->paused = on ? c->paused | bit : c->paused & ~bit;
	if (before == 0 && c->paused != 0)
		event_del(&c->rd);
	if (before != 0 && c->paused == 0) {
		event_add(&c->rd, NULL);
		/* Silence while we did not listen is not the peer's. */
		c->heard_us = proc_now_us();
		if (c->partial_us != 0)
			c->partial_us = c->heard_us;
	}
}

static void
take_input(struct conn *c, uint8_t *p, size_t n)
{
	c->heard_us = proc_now_us();
	timers_wake(c);
	c->gw->reading = c;
	if (c->state == CONN_HTTP)
		serve_input(c, p, n);
	else if (c->state == CONN_WS)
		peer_input(c, p, n);
	c->gw->reading = NULL;
	conn_account(c);
	if (c->state != CONN_DEAD && !c->blocked &&
	    (conn_unsent(c) > 0 || (c->paused & PAUSE_OUTPUT)))
		conn_flush(c);
}

/* The rest of a frame that was cut off goes where its beginning is. */
static ssize_t
read_some(struct conn *c, size_t *used)
{
	struct iovec iov[2];
	ssize_t n;

	iov[0].iov_len = 0;
	if (c->state == CONN_WS)
		iov[0].iov_len = ws_room(&c->ws,
		    (uint8_t **)&iov[0].iov_base);
	iov[1].iov_base = c->gw->read_buf;
	iov[1].iov_len = READ_BYTES;
	*used = 0;
	if (iov[0].iov_len == 0)
		return recv(c->fd, c->gw->read_buf, READ_BYTES, 0);
	n = readv(c->fd, iov, 2);
	if (n > 0) {
		*used = (size_t)n < iov[0].iov_len ? (size_t)n :
		    iov[0].iov_len;
		ws_filled(&c->ws, *used);
	}
	return n;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	size_t used;
	ssize_t n = read_some(c, &used);

	(void)fd;
	(void)what;
	if (n > 0)
		take_input(c, c->gw->read_buf, (size_t)n - used);
	else if (n == 0)
		conn_drop(c, "closed by the peer");
	else if (errno != EAGAIN && errno != EINTR)
		conn_drop(c, strerror(errno));
}

static void
leave_session(struct conn *c, const char *why)
{
	if (c->state != CONN_WS)
		return;
	peer_gone(c, why);
	if (c->flow != NULL)
		flow_leave(c->flow);
	c->flow = NULL;
}

/* Our side is closed once the output is out; the peer then closes its own. */
void
conn_linger(struct conn *c)
{
	leave_session(c, "closing");
	timers_wake(c);
	if (c->state != CONN_LINGER)
		c->since_us = proc_now_us();
	c->state = CONN_LINGER;
	if (!c->shut && conn_unsent(c) == 0) {
		c->shut = true;
		shutdown(c->fd, SHUT_WR);
	}
	conn_pause(c, ~0u, false);
}

void
conn_end(struct conn *c, uint16_t code, const char *why)
{
	struct buf b;

	if (c->state != CONN_WS) {
		conn_drop(c, why);
		return;
	}
	log_info(c->subject, "close code=%u reason=\"%s\"", code, why);
	leave_session(c, why);
	/* It would follow the close frame. */
	conn_forget_bulk(c);
	buf_init(&b);
	ws_close_frame(&b, code, why, NULL);
	conn_write(c, b.data, b.len);
	buf_clear(&b);
	c->state = CONN_LINGER;
	c->since_us = proc_now_us();
	conn_pause(c, ~0u, false);
	conn_account(c);
}

void
conn_drop(struct conn *c, const char *why)
{
	struct gateway *gw = c->gw;

	if (c->state == CONN_DEAD)
		return;
	if (c->state == CONN_WS)
		log_info(c->subject, "gone reason=\"%s\"", why);
	leave_session(c, why);
	c->state = CONN_DEAD;
	conn_account(c);
	event_del(&c->rd);
	event_del(&c->wr);
	close(c->fd);
	c->fd = -1;
	door_leave(c);
	gw->slots[c->id & ((1u << SLOT_BITS) - 1)] = NULL;
	gw->free_slots[gw->n_free++] = c->id & ((1u << SLOT_BITS) - 1);
	gw->n_conns--;
	timers_remove(c);
	TAILQ_REMOVE(&gw->conns, c, entry);
	TAILQ_INSERT_TAIL(&gw->dead, c, entry);
	event_active(gw->reap, EV_TIMEOUT, 1);
}

static void
conn_free(struct conn *c)
{
	conn_free_output(c);
	buf_clear(&c->in);
	ws_clear(&c->ws);
	session_clear(&c->session);
	xfree(c->http);
	xfree(c);
}

void
conn_reap(evutil_socket_t fd, short what, void *arg)
{
	struct gateway *gw = arg;
	struct conn *c;

	(void)fd;
	(void)what;
	while ((c = TAILQ_FIRST(&gw->dead)) != NULL) {
		TAILQ_REMOVE(&gw->dead, c, entry);
		conn_free(c);
	}
}

void
conn_free_all(struct gateway *gw)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&gw->conns)) != NULL)
		conn_drop(c, "the gateway stops");
	conn_reap(-1, 0, gw);
	xfree(gw->slots);
	xfree(gw->free_slots);
}
