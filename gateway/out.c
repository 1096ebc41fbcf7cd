/*
 * What leaves by a connection.  Messages go before bulk, and a bulk frame once
 * begun is finished first.  What one turn of the loop writes leaves in one
 * send at its end; long messages leave from where they lie, and only what the
 * socket does not take of them is copied.  Output waits in buffers that all
 * connections share: one without output has none.
 *
 * Must not free a connection.
 * Dies of: nothing.
 */
#include <sys/socket.h>
#include <sys/uio.h>
#include <errno.h>
#include <string.h>

#include "gateway/gateway_priv.h"

#define DIRECT		8192		/* bytes of a body not copied first */
#define PART_HEAD	96		/* of a PART without its bytes */
#define VECTORS		32		/* of one send, pairs of a chunk */
#define SEND_MOST	(512 * 1024)	/* bulk before messages come again */
#define SCRATCH_MOST	(256 * 1024)	/* a larger one is not kept */

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

/* Everything that is sent in one turn of the loop leaves together; what an
 * input causes, when it has been read. */
void
conn_flush_later(struct conn *c)
{
	if (c->state == CONN_DEAD || c->blocked || c->due ||
	    c == c->gw->reading)
		return;
	c->due = true;
	event_active(&c->wr, EV_WRITE, 1);
}

static void
note_output(struct conn *c)
{
	if (conn_unsent(c) == 0)
		return;
	timers_wake(c);
	if (!(c->paused & PAUSE_OUTPUT) &&
	    conn_unsent(c) > c->gw->conf->output_bytes)
		conn_pause(c, PAUSE_OUTPUT, true);
	conn_account(c);
	conn_flush_later(c);
}

/* The output has gone. */
static void
clear_output(struct conn *c)
{
	c->out_start = 0;
	buf_return(&c->gw->pool, &c->out);
}

static void
add_output(struct conn *c, const void *p, size_t n)
{
	if (n == 0)
		return;
	if (conn_unsent(c) == 0)
		c->moved_us = proc_now_us();
	if (c->out.cap == 0)
		buf_borrow(&c->gw->pool, &c->out);
	buf_add(&c->out, p, n);
}

void
conn_write(struct conn *c, const void *p, size_t n)
{
	if (c->state == CONN_DEAD)
		return;
	add_output(c, p, n);
	note_output(c);
}

static ssize_t
send_vector(struct conn *c, struct iovec *iov, size_t n)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
	ssize_t sent;

	do
		sent = sendmsg(c->fd, &msg, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	return sent;
}

/* A frame behind the messages that wait, all at once; what does not go now is
 * copied.  A fault of the socket is found by the flush that follows. */
static void
send_direct(struct conn *c, const uint8_t *head, size_t n, struct bytes body)
{
	size_t before = c->out.len - c->out_start, skip;
	struct iovec iov[3];
	ssize_t sent;

	iov[0].iov_base = c->out.data + c->out_start;
	iov[0].iov_len = before;
	iov[1].iov_base = (void *)(uintptr_t)head;
	iov[1].iov_len = n;
	iov[2].iov_base = (void *)(uintptr_t)body.p;
	iov[2].iov_len = body.n;
	sent = send_vector(c, before > 0 ? iov : iov + 1, before > 0 ? 3 : 2);
	skip = sent > 0 ? (size_t)sent : 0;
	if (skip > 0)
		c->moved_us = proc_now_us();
	if (skip < before) {
		c->out_start += skip;
		skip = 0;
	} else {
		skip -= before;
		clear_output(c);
	}
	if (skip < n)
		add_output(c, head + skip, n - skip);
	skip = skip < n ? 0 : skip - n;
	add_output(c, body.p + skip, body.n - skip);
}

static void
forward_frame(struct conn *c, enum ws_opcode opcode, bool fin,
    struct bytes body)
{
	uint8_t head[WS_HEAD_MAX];
	size_t n = ws_head(head, opcode, fin, body.n, NULL);

	if (body.n >= DIRECT && !c->blocked && c->bulk_at == 0) {
		send_direct(c, head, n, body);
		return;
	}
	add_output(c, head, n);
	add_output(c, body.p, body.n);
}

void
conn_forward(struct conn *c, struct bytes body)
{
	enum ws_opcode opcode = WS_BINARY;
	struct bytes part;

	if (c->state != CONN_WS)
		return;
	do {
		part.p = body.p;
		part.n = body.n < WS_SPLIT ? body.n : WS_SPLIT;
		forward_frame(c, opcode, part.n == body.n, part);
		body.p += part.n;
		body.n -= part.n;
		opcode = WS_CONT;
	} while (body.n > 0);
	note_output(c);
}

void
conn_send(struct conn *c, const struct msg *m)
{
	struct buf *b = &c->gw->scratch;
	struct bytes body;

	buf_reset(b);
	msg_encode(b, m);
	body.p = b->data;
	body.n = b->len;
	conn_forward(c, body);
	if (b->cap > SCRATCH_MOST)
		buf_clear(b);
}

static size_t
chunk_bytes(const struct chunk *k)
{
	return k->own.len - k->head_at + k->n;
}

static void
add_chunk(struct conn *c, struct chunk *k)
{
	if (conn_unsent(c) == 0)
		c->moved_us = proc_now_us();
	STAILQ_INSERT_TAIL(&c->bulk, k, entry);
	c->bulk_bytes += chunk_bytes(k);
	note_output(c);
}

/* Room for a frame's head, then for a message. */
static struct chunk *
new_chunk(size_t about)
{
	struct chunk *k = xcalloc(1, sizeof(*k));

	buf_init(&k->own);
	if (about > 0) {
		buf_grow(&k->own, WS_HEAD_MAX + about);
		k->own.len = WS_HEAD_MAX;
	}
	return k;
}

/* The head, right before the message: it is as long as the length needs. */
static void
put_head(struct chunk *k)
{
	uint8_t head[WS_HEAD_MAX];
	size_t n;

	n = ws_head(head, WS_BINARY, true, k->own.len - WS_HEAD_MAX + k->n,
	    NULL);
	k->head_at = WS_HEAD_MAX - n;
	memcpy(k->own.data + k->head_at, head, n);
}

void
conn_bulk(struct conn *c, const struct msg *m, size_t about)
{
	struct chunk *k;

	if (c->state != CONN_WS)
		return;
	k = new_chunk(about);
	msg_encode(&k->own, m);
	put_head(k);
	add_chunk(c, k);
}

void
conn_bulk_part(struct conn *c, struct msg_part *part, struct blob *blob,
    size_t at, size_t n)
{
	struct msg m = { .id = M_PART };
	struct chunk *k;

	if (c->state != CONN_WS)
		return;
	m.part = *part;
	m.part.data.p = blob->data + at;
	m.part.data.n = n;
	k = new_chunk(PART_HEAD);
	msg_encode_head(&k->own, &m);
	k->blob = blob_ref(blob);
	k->p = blob->data + at;
	k->n = n;
	put_head(k);
	add_chunk(c, k);
}

void
conn_bulk_file(struct conn *c, struct files *files, const uint8_t *p, size_t n)
{
	struct chunk *k;

	if (c->state == CONN_DEAD || n == 0)
		return;
	k = new_chunk(0);
	k->files = files_ref(files);
	k->p = p;
	k->n = n;
	add_chunk(c, k);
}

static void
free_chunk(struct chunk *k)
{
	files_unref(k->files);
	blob_unref(k->blob);
	buf_clear(&k->own);
	xfree(k);
}

static void
drop_first(struct conn *c)
{
	struct chunk *k = STAILQ_FIRST(&c->bulk);

	STAILQ_REMOVE_HEAD(&c->bulk, entry);
	free_chunk(k);
	c->bulk_at = 0;
}

void
conn_forget_bulk(struct conn *c)
{
	struct chunk *k, *keep = NULL;

	if (c->bulk_at > 0) {
		keep = STAILQ_FIRST(&c->bulk);
		STAILQ_REMOVE_HEAD(&c->bulk, entry);
	}
	while ((k = STAILQ_FIRST(&c->bulk)) != NULL) {
		STAILQ_REMOVE_HEAD(&c->bulk, entry);
		c->bulk_bytes -= chunk_bytes(k);
		free_chunk(k);
	}
	if (keep != NULL)
		STAILQ_INSERT_HEAD(&c->bulk, keep, entry);
}

void
conn_free_output(struct conn *c)
{
	while (!STAILQ_EMPTY(&c->bulk))
		drop_first(c);
	clear_output(c);
}

static void
add_vector(struct iovec *iov, size_t *n, const uint8_t *p, size_t len)
{
	if (len == 0)
		return;
	iov[*n].iov_base = (void *)(uintptr_t)p;
	iov[(*n)++].iov_len = len;
}

/* Some chunks at once; what was sent of the first is in bulk_at. */
static ssize_t
send_chunks(struct conn *c)
{
	struct iovec iov[VECTORS];
	size_t n = 0, bytes = 0, at = c->bulk_at, head;
	const struct chunk *k;
	ssize_t sent;

	STAILQ_FOREACH(k, &c->bulk, entry) {
		if (n + 2 > VECTORS || bytes >= SEND_MOST)
			break;
		/* A frame begun ends, but no tensor overtakes its ASSIGN. */
		if (n > 0 && c->out.len > c->out_start)
			break;
		head = k->own.len - k->head_at;
		if (at < head)
			add_vector(iov, &n, k->own.data + k->head_at + at,
			    head - at);
		at = at < head ? 0 : at - head;
		add_vector(iov, &n, k->p + at, k->n - at);
		bytes += chunk_bytes(k);
		at = 0;
	}
	sent = send_vector(c, iov, n);
	if (sent > 0) {
		c->bulk_bytes -= (size_t)sent;
		c->bulk_at += (size_t)sent;
	}
	while ((k = STAILQ_FIRST(&c->bulk)) != NULL &&
	    c->bulk_at >= chunk_bytes(k)) {
		at = c->bulk_at - chunk_bytes(k);
		drop_first(c);
		c->bulk_at = at;
	}
	return sent;
}

/* Sends from the queue whose turn it is: 1 went on, 0 nothing left, -1. */
static int
send_some(struct conn *c)
{
	struct iovec iov = { c->out.data + c->out_start,
		c->out.len - c->out_start };
	ssize_t sent;

	if (!STAILQ_EMPTY(&c->bulk) && (c->bulk_at > 0 || iov.iov_len == 0))
		return send_chunks(c) == -1 ? -1 : 1;
	if (iov.iov_len == 0)
		return 0;
	sent = send_vector(c, &iov, 1);
	if (sent == -1)
		return -1;
	c->out_start += (size_t)sent;
	return 1;
}

static void
shrink_output(struct conn *c)
{
	if (c->out_start == c->out.len)
		clear_output(c);
	else if (c->out_start > c->out.len / 2) {
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

void
conn_flush(struct conn *c)
{
	size_t before = conn_unsent(c);
	int went;

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
	if (went == -1) {
		c->blocked = true;
		event_add(&c->wr, NULL);
	}
	if ((c->paused & PAUSE_OUTPUT) &&
	    conn_unsent(c) < c->gw->conf->output_bytes / 2)
		conn_pause(c, PAUSE_OUTPUT, false);
	if (c->flow != NULL)
		flow_pump(c->flow);
	if (went == 0 && conn_unsent(c) == 0)
		flushed(c);
}

void
conn_on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	c->blocked = c->due = false;
	conn_flush(c);
}
