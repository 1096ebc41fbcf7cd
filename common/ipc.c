/*
 * Frames between processes on a non-blocking stream socket.  One recv fills
 * the buffer and every whole frame in it is handed out; everything sent during
 * a turn of the loop leaves in one send at its end.
 * Must not look into messages.
 * Dies of: nothing; a peer that breaks the framing is closed with a reason.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/ipc.h"

#define READ_CHUNK	(256 * 1024)	/* one recv */
#define KEEP_CAP	(1024 * 1024)	/* larger empty buffers go */
#define HIGH_MARK	(4 * 1024 * 1024)
#define LOW_MARK	(1024 * 1024)

struct ipc {
	struct ipc_handlers	 handlers;
	void			*arg;
	struct event		*readable;
	struct event		*writable;	/* after a short send */
	struct buf		 in;
	struct buf		 out;
	size_t			 out_start;	/* of what is unsent in out */
	size_t			 max;
	int			 fd;
	unsigned		 depth;		/* of callbacks */
	bool			 paused;
	bool			 full;		/* over the high mark */
	bool			 broken;	/* sending failed */
	bool			 closed;	/* and reported */
	bool			 freed;		/* within a callback */
};

size_t
ipc_pending(const struct ipc *c)
{
	return c->out.len - c->out_start;
}

static void
destroy(struct ipc *c)
{
	event_free(c->readable);
	event_free(c->writable);
	close(c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	xfree(c);
}

static void
enter(struct ipc *c)
{
	c->depth++;
}

/* Callbacks may have called ipc_free; the last one out destroys. */
static void
leave(struct ipc *c)
{
	if (--c->depth == 0 && c->freed)
		destroy(c);
}

void
ipc_free(struct ipc *c)
{
	if (c == NULL)
		return;
	event_del(c->readable);
	event_del(c->writable);
	c->closed = true;
	c->freed = true;
	if (c->depth == 0)
		destroy(c);
}

static void
end(struct ipc *c, enum ipc_end why, const char *text)
{
	if (c->closed)
		return;
	c->closed = true;
	event_del(c->readable);
	event_del(c->writable);
	c->handlers.closed(c, why, text, c->arg);
}

/* Hands out whole frames until there is none, or the owner stops us. */
static void
deliver(struct ipc *c)
{
	struct bytes body;
	uint64_t session;
	size_t start = 0;
	int64_t n = 0;

	while (!c->closed && !c->paused && start < c->in.len) {
		n = frame_read(c->in.data + start, c->in.len - start, c->max,
		    &session, &body);
		if (n <= 0)
			break;
		start += (size_t)n;
		c->handlers.message(c, session, body, c->arg);
	}
	if (start == c->in.len && c->in.cap > KEEP_CAP)
		buf_clear(&c->in);
	else
		buf_drain(&c->in, start);
	if (n < 0)
		end(c, IPC_FAULT, "frame is longer than allowed");
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct ipc *c = arg;
	uint8_t *room = buf_grow(&c->in, READ_CHUNK);
	ssize_t n;
	int err;

	(void)what;
	n = recv(fd, room, READ_CHUNK, 0);
	err = errno;
	c->in.len -= READ_CHUNK - (n > 0 ? (size_t)n : 0);
	enter(c);
	deliver(c);
	if (c->paused)
		;	/* what is left of it comes again after the pause */
	else if (n == 0)
		end(c, IPC_EOF, "closed by the peer");
	else if (n == -1 && err != EAGAIN && err != EINTR)
		end(c, err == ECONNRESET ? IPC_EOF : IPC_ERROR, strerror(err));
	leave(c);
}

static void
tell_pressure(struct ipc *c)
{
	size_t n = ipc_pending(c);
	bool full = c->full ? n > LOW_MARK : n > HIGH_MARK;

	if (full == c->full || c->closed)
		return;
	c->full = full;
	if (c->handlers.pressure != NULL)
		c->handlers.pressure(c, full, c->arg);
}

/*
 * A peer that went away may have sent something before: the reading side
 * finds that, and then the end.  Only a paused one would never.
 */
static void
send_failed(struct ipc *c, int err)
{
	c->broken = true;
	buf_clear(&c->out);
	c->out_start = 0;
	event_del(c->writable);
	if (c->paused)
		end(c, IPC_ERROR, strerror(err));
}

static void
flush(struct ipc *c)
{
	ssize_t n = 0;

	while (ipc_pending(c) > 0) {
		n = send(c->fd, c->out.data + c->out_start, ipc_pending(c),
		    MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			break;
		c->out_start += (size_t)n;
	}
	if (n == -1 && errno != EAGAIN) {
		send_failed(c, errno);
		return;
	}
	if (ipc_pending(c) == 0) {
		c->out_start = 0;
		if (c->out.cap > KEEP_CAP)
			buf_clear(&c->out);
		else
			buf_reset(&c->out);
		return;
	}
	if (c->out_start > c->out.len / 2) {
		buf_drain(&c->out, c->out_start);
		c->out_start = 0;
	}
	event_add(c->writable, NULL);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct ipc *c = arg;

	(void)fd;
	(void)what;
	enter(c);
	if (!c->closed)
		flush(c);
	tell_pressure(c);
	leave(c);
}

struct ipc *
ipc_new(struct event_base *base, int fd, size_t max,
    const struct ipc_handlers *handlers, void *arg)
{
	struct ipc *c = xcalloc(1, sizeof(*c));

	c->handlers = *handlers;
	c->arg = arg;
	c->fd = fd;
	c->max = max;
	buf_init(&c->in);
	buf_init(&c->out);
	c->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(base, fd, EV_WRITE, on_writable, c);
	event_add(c->readable, NULL);
	return c;
}

struct ipc *
ipc_connect(struct event_base *base, const char *path, size_t max,
    const struct ipc_handlers *handlers, void *arg)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, saved;

	if (strlen(path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return NULL;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		saved = errno;
		close(fd);
		errno = saved;
		return NULL;
	}
	return ipc_new(base, fd, max, handlers, arg);
}

/* Sends at the end of this turn, together with what comes until then. */
static void
schedule(struct ipc *c)
{
	if (!event_pending(c->writable, EV_WRITE, NULL))
		event_active(c->writable, EV_WRITE, 1);
}

void
ipc_send(struct ipc *c, uint64_t session, const struct msg *m)
{
	if (c->closed || c->broken)
		return;
	frame_write(&c->out, session, m);
	schedule(c);
}

void
ipc_forward(struct ipc *c, uint64_t session, struct bytes body)
{
	uint8_t head[FRAME_HEAD];

	if (c->closed || c->broken)
		return;
	frame_head(head, session, body.n);
	buf_add(&c->out, head, sizeof(head));
	buf_add(&c->out, body.p, body.n);
	schedule(c);
}

/* What was read before the pause is handed out when it ends. */
void
ipc_pause(struct ipc *c, bool pause)
{
	if (c->closed || pause == c->paused)
		return;
	c->paused = pause;
	if (pause)
		event_del(c->readable);
	else {
		event_add(c->readable, NULL);
		event_active(c->readable, EV_READ, 1);
	}
}
