/*
 * A socket of the gateway: reads into the buffer that all share, sends what
 * waits, closes.  Messages go before bulk, and a bulk frame once begun is
 * finished first.
 *
 * Must not free a connection inside one of its callbacks: closing moves it to
 * the dead, which are freed on a later turn.
 * Dies of: nothing.
 */
#include <sys/socket.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "gateway/gateway_priv.h"

#define OUT_KEEP	4096	/* an empty output buffer above this is freed */
#define SLOT_BITS	20	/* of a session id; the rest counts up */

static void on_readable(evutil_socket_t, short, void *);
static void on_writable(evutil_socket_t, short, void *);

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
	event_assign(&c->wr, gw->base, fd, EV_WRITE, on_writable, c);
	event_add(&c->rd, NULL);
	TAILQ_INSERT_TAIL(&gw->conns, c, entry);
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

size_t
conn_unsent(const struct conn *c)
{
	return c->out.len - c->out_start + c->bulk_bytes;
}

void
conn_account(struct conn *c)
{
	uint64_t now = 0;

	if (c->state != CONN_DEAD)
		now = c->in.len + conn_unsent(c) + ws_pending(&c->ws);
	c->gw->bytes += now - c->bytes;
	c->bytes = now;
}

/* Everything that is sent in one turn of the loop leaves together. */
void
conn_flush_later(struct conn *c)
{
	if (c->state != CONN_DEAD && !event_pending(&c->wr, EV_WRITE, NULL))
		event_active(&c->wr, EV_WRITE, 1);
}

static void
note_output(struct conn *c)
{
	uint64_t limit = c->gw->conf->output_bytes;

	if (!(c->paused & PAUSE_OUTPUT) && conn_unsent(c) > limit)
		conn_pause(c, PAUSE_OUTPUT, true);
	conn_account(c);
	conn_flush_later(c);
}

void
conn_write(struct conn *c, const void *p, size_t n)
{
	if (c->state == CONN_DEAD)
		return;
	if (conn_unsent(c) == 0)
		c->moved_us = proc_now_us();
	buf_add(&c->out, p, n);
	note_output(c);
}

void
conn_forward(struct conn *c, struct bytes body)
{
	uint8_t head[WS_HEAD_MAX];
	enum ws_opcode opcode = WS_BINARY;
	size_t n;

	if (c->state != CONN_WS)
		return;
	do {
		n = body.n < WS_SPLIT ? body.n : WS_SPLIT;
		conn_write(c, head, ws_head(head, opcode, n == body.n, n,
		    NULL));
		conn_write(c, body.p, n);
		body.p += n;
		body.n -= n;
		opcode = WS_CONT;
	} while (body.n > 0);
}

void
conn_send(struct conn *c, const struct msg *m)
{
	struct buf b;
	struct bytes body;

	buf_init(&b);
	msg_encode(&b, m);
	body.p = b.data;
	body.n = b.len;
	conn_forward(c, body);
	buf_clear(&b);
}

static void
add_chunk(struct conn *c, struct chunk *k)
{
	if (conn_unsent(c) == 0)
		c->moved_us = proc_now_us();
	STAILQ_INSERT_TAIL(&c->bulk, k, entry);
	c->bulk_bytes += k->n;
	note_output(c);
}

void
conn_bulk(struct conn *c, const struct msg *m)
{
	uint8_t head[WS_HEAD_MAX];
	struct chunk *k;
	struct buf b;
	size_t n;

	if (c->state != CONN_WS)
		return;
	buf_init(&b);
	msg_encode(&b, m);
	n = ws_head(head, WS_BINARY, true, b.len, NULL);
	k = xmalloc(sizeof(*k) + n + b.len);
	memcpy(k->own, head, n);
	memcpy(k->own + n, b.data, b.len);
	k->files = NULL;
	k->p = k->own;
	k->n = n + b.len;
	buf_clear(&b);
	add_chunk(c, k);
}

void
conn_bulk_file(struct conn *c, struct files *files, const uint8_t *p, size_t n)
{
	struct chunk *k;

	if (c->state == CONN_DEAD || n == 0)
		return;
	k = xmalloc(sizeof(*k));
	k->files = files_ref(files);
	k->p = p;
	k->n = n;
	add_chunk(c, k);
}

static void
free_chunk(struct conn *c)
{
	struct chunk *k = STAILQ_FIRST(&c->bulk);

	STAILQ_REMOVE_HEAD(&c->bulk, entry);
	files_unref(k->files);
	xfree(k);
	c->bulk_at = 0;
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

static ssize_t
send_bytes(struct conn *c, const uint8_t *p, size_t n)
{
	ssize_t sent;

	do
		sent = send(c->fd, p, n, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent;
}

/* Sends from the queue whose turn it is: 1 went on, 0 nothing left, -1. */
static int
send_some(struct conn *c)
{
	struct chunk *k = STAILQ_FIRST(&c->bulk);
	size_t n = c->out.len - c->out_start;
	ssize_t sent;

	if (k != NULL && (c->bulk_at > 0 || n == 0)) {
		sent = send_bytes(c, k->p + c->bulk_at, k->n - c->bulk_at);
		if (sent == -1)
			return -1;
		c->bulk_at += (size_t)sent;
		c->bulk_bytes -= (size_t)sent;
		if (c->bulk_at == k->n)
			free_chunk(c);
		return 1;
	}
	if (n == 0)
		return 0;
	sent = send_bytes(c, c->out.data + c->out_start, n);
	if (sent == -1)
		return -1;
	c->out_start += (size_t)sent;
	return 1;
}

static void
shrink_output(struct conn *c)
{
	if (c->out_start == c->out.len) {
		c->out_start = 0;
		if (c->out.cap > OUT_KEEP)
			buf_clear(&c->out);
		else
			buf_reset(&c->out);
	} else if (c->out_start > c->out.len / 2) {
		buf_drain(&c->out, c->out_start);
		c->out_start = 0;
	}
}

static void
flushed(struct conn *c)
{
	if (c->state == CONN_LINGER)
		conn_linger(c);
	else if (c->state == CONN_HTTP)
		serve_flushed(c);
	else if (c->stats_due)
		peer_stats(c);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	size_t before = conn_unsent(c);
	int went;

	(void)fd;
	(void)what;
	while ((went = send_some(c)) == 1)
		;
	if (went == -1 && errno != EAGAIN) {
		conn_drop(c, strerror(errno));
		return;
	}
	if (conn_unsent(c) < before)
		c->moved_us = proc_now_us();
	shrink_output(c);
	conn_account(c);
	if (went == -1)
		event_add(&c->wr, NULL);
	if ((c->paused & PAUSE_OUTPUT) &&
	    conn_unsent(c) < c->gw->conf->output_bytes / 2)
		conn_pause(c, PAUSE_OUTPUT, false);
	if (c->flow != NULL)
		flow_pump(c->flow);
	if (went == 0 && conn_unsent(c) == 0)
		flushed(c);
}

static void
take_input(struct conn *c, uint8_t *p, size_t n)
{
	c->heard_us = proc_now_us();
	if (c->state == CONN_HTTP)
		serve_input(c, p, n);
	else if (c->state == CONN_WS)
		peer_input(c, p, n);
	conn_account(c);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	ssize_t n;

	(void)what;
	n = recv(fd, c->gw->read_buf, READ_BYTES, 0);
	if (n > 0)
		take_input(c, c->gw->read_buf, (size_t)n);
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
	if (c->state != CONN_LINGER)
		c->since_us = proc_now_us();
	c->state = CONN_LINGER;
	if (!c->shut && conn_unsent(c) == 0) {
		c->shut = true;
		shutdown(c->fd, SHUT_WR);
	}
	conn_pause(c, ~0u, false);
}

/* Bulk would follow the close frame: all goes but a frame begun. */
static void
forget_bulk(struct conn *c)
{
	struct chunk *k, *keep = NULL;

	if (c->bulk_at > 0) {
		keep = STAILQ_FIRST(&c->bulk);
		STAILQ_REMOVE_HEAD(&c->bulk, entry);
	}
	while ((k = STAILQ_FIRST(&c->bulk)) != NULL) {
		STAILQ_REMOVE_HEAD(&c->bulk, entry);
		c->bulk_bytes -= k->n;
		files_unref(k->files);
		xfree(k);
	}
	if (keep != NULL)
		STAILQ_INSERT_HEAD(&c->bulk, keep, entry);
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
	forget_bulk(c);
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
	TAILQ_REMOVE(&gw->conns, c, entry);
	TAILQ_INSERT_TAIL(&gw->dead, c, entry);
	event_active(gw->reap, EV_TIMEOUT, 1);
}

static void
conn_free(struct conn *c)
{
	while (!STAILQ_EMPTY(&c->bulk))
		free_chunk(c);
	buf_clear(&c->in);
	buf_clear(&c->out);
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
