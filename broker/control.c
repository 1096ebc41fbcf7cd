/*
 * control.sock: ravenctl asks, we answer.  Who may open the socket may ask.
 * Must not take orders that change anything; signals do that.
 * Dies of: nothing; a client that sends rubbish is closed.
 */
#include <sys/socket.h>
#include <errno.h>
#include <unistd.h>

#include <event2/event.h>

#include "broker/broker.h"
#include "common/ipc.h"
#include "common/log.h"

#define CLIENTS		16
#define QUERY_MAX	1024	/* bytes of a question */

struct control {
	struct broker	*broker;
	struct event	*acceptable;
	struct ipc	*clients[CLIENTS];
};

static void
close_client(struct control *c, struct ipc *ipc)
{
	size_t i;

	for (i = 0; i < CLIENTS; i++)
		if (c->clients[i] == ipc)
			c->clients[i] = NULL;
	ipc_free(ipc);
}

static void
on_message(struct ipc *ipc, uint64_t session, struct bytes body, void *arg)
{
	struct control *c = arg;
	struct broker *b = c->broker;
	struct msg_fault fault = { 0 };
	struct msg m, answer = { .id = M_ANSWER };
	struct buf text;

	if (msg_decode(&m, body.p, body.n, MSG_C, MSG_B, &b->arena, &fault) !=
	    E_OK || m.id != M_QUERY || !str_eq(m.query.what, "status")) {
		log_warnx("control", "closed: not a question we answer");
		close_client(c, ipc);
		return;
	}
	buf_init(&text);
	status_json(b, &text);
	answer.answer.text.p = (const char *)text.data;
	answer.answer.text.n = text.len;
	ipc_send(ipc, session, &answer);
	buf_clear(&text);
	msg_arena_reset(&b->arena);
}

static void
on_closed(struct ipc *ipc, enum ipc_end end, const char *why, void *arg)
{
	(void)end;
	(void)why;
	close_client(arg, ipc);
}

static void
on_acceptable(evutil_socket_t listener, short what, void *arg)
{
	static const struct ipc_handlers handlers = { .message = on_message,
	    .closed = on_closed };
	struct control *c = arg;
	size_t i;
	int fd;

	(void)what;
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1)
		return;
	for (i = 0; i < CLIENTS; i++)
		if (c->clients[i] == NULL) {
			c->clients[i] = ipc_new(c->broker->base, fd, QUERY_MAX,
			    &handlers, c);
			return;
		}
	close(fd);	/* too many at once; it will ask again */
}

struct control *
control_new(struct broker *b)
{
	struct control *c = xcalloc(1, sizeof(*c));

	c->broker = b;
	c->acceptable = event_new(b->base, b->listeners.control,
	    EV_READ | EV_PERSIST, on_acceptable, c);
	event_add(c->acceptable, NULL);
	return c;
}

void
control_free(struct control *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < CLIENTS; i++)
		ipc_free(c->clients[i]);
	event_free(c->acceptable);
	xfree(c);
}
