/*
 * The way to the scheduler: attaches, attaches again when it was away, and
 * hands its messages to the sessions they are for.  Bytes pass unchanged.
 *
 * Must not keep messages while the scheduler is away: every peer sends again
 * after the HELLO that it is asked for.
 * Dies of: nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "gateway/gateway_priv.h"

#define RETRY_LEAST_MS	20
#define RETRY_MOST_MS	1000
#define CHOKE_BYTES	(64u << 20)	/* unsent: participants wait, too */

struct route {
	struct gateway	*gw;
	struct ipc	*ipc;		/* NULL: away */
	struct event	*retry;
	unsigned	 retry_ms;
	bool		 full;
	bool		 choked;	/* everybody waits */
	bool		 heard;		/* a frame came: it is at work */
	bool		 logged;	/* that it is away */
};

bool
route_up(const struct route *r)
{
	return r->ipc != NULL;
}

bool
route_ready(const struct route *r)
{
	return r->ipc != NULL && r->heard;
}

bool
route_full(const struct route *r)
{
	return r->full || r->ipc == NULL;
}

/* Developers wait first: participants' messages end work, theirs begin it. */
static void
pause_sessions(struct gateway *gw, bool all, bool on)
{
	struct conn *c;

	TAILQ_FOREACH(c, &gw->conns, entry)
		if (c->state == CONN_WS && (all ||
		    c->session.role == ROLE_DEVELOPER))
			conn_pause(c, PAUSE_ROUTE, on);
}

void
route_forward(struct route *r, uint64_t session, struct bytes body)
{
	if (r->ipc == NULL)
		return;
	ipc_forward(r->ipc, session, body);
	if (r->choked || ipc_pending(r->ipc) < CHOKE_BYTES)
		return;
	log_warnx("scheduler", "is behind bytes=%zu", ipc_pending(r->ipc));
	r->choked = true;
	pause_sessions(r->gw, true, true);
}

void
route_send(struct route *r, uint64_t session, const struct msg *m)
{
	if (r->ipc != NULL)
		ipc_send(r->ipc, session, m);
}

static void
on_pressure(struct ipc *ipc, bool full, void *arg)
{
	struct route *r = arg;

	(void)ipc;
	r->full = full;
	r->choked = r->choked && full;
	pause_sessions(r->gw, !full, full);
}

/* STATS, to the observers. */
static void
on_own(struct gateway *gw, struct bytes body)
{
	if (msg_peek(body.p, body.n) != M_STATS)
		return;
	buf_reset(&gw->stats);
	buf_add(&gw->stats, body.p, body.n);
	peer_stats_all(gw);
}

static void
on_frame(struct ipc *ipc, uint64_t session, struct bytes body, void *arg)
{
	struct route *r = arg;
	struct conn *c;

	(void)ipc;
	r->heard = true;
	if (session == 0) {
		on_own(r->gw, body);
		return;
	}
	c = conn_find(r->gw, session);
	if (c != NULL)
		peer_from_scheduler(c, body);
}

static void
retry_later(struct route *r, const char *why)
{
	struct timeval tv = { r->retry_ms / 1000, (r->retry_ms % 1000) * 1000 };

	if (!r->logged)
		log_warnx("scheduler", "away reason=\"%s\"", why);
	r->logged = true;
	event_add(r->retry, &tv);
	r->retry_ms = r->retry_ms * 2 > RETRY_MOST_MS ? RETRY_MOST_MS :
	    r->retry_ms * 2;
}

static void
on_closed(struct ipc *ipc, enum ipc_end end, const char *why, void *arg)
{
	struct route *r = arg;
	struct conn *c;

	(void)end;
	ipc_free(ipc);
	r->ipc = NULL;
	r->full = r->choked = false;
	pause_sessions(r->gw, true, false);
	pause_sessions(r->gw, false, true);
	TAILQ_FOREACH(c, &r->gw->conns, entry)
		if (c->state == CONN_WS)
			peer_lost(c);
	r->retry_ms = RETRY_LEAST_MS;
	retry_later(r, why);
}

/* Every session says HELLO once more; new ones were waiting for it. */
static void
ask_again(struct gateway *gw)
{
	struct conn *c;

	pause_sessions(gw, false, false);
	TAILQ_FOREACH(c, &gw->conns, entry)
		if (c->state == CONN_WS)
			peer_again(c);
}

static void
attach(struct route *r)
{
	static const struct ipc_handlers handlers = { on_frame, on_closed,
		on_pressure };
	struct msg m = { .id = M_ATTACH };
	const struct conf *conf = r->gw->conf;
	char path[256];

	r->ipc = ipc_connect(r->gw->base, conf_run_path(conf, "scheduler.sock",
	    path, sizeof(path)), conf->ipc_bytes, &handlers, r);
	if (r->ipc == NULL) {
		retry_later(r, strerror(errno));
		return;
	}
	r->logged = false;
	r->heard = false;
	r->full = false;
	m.attach.slot = r->gw->proc->slot;
	m.attach.generation = r->gw->proc->generation;
	m.attach.version = RAVEN_PROTOCOL;
	ipc_send(r->ipc, 0, &m);
	log_info("scheduler", "attached");
	ask_again(r->gw);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	attach(arg);
}

struct route *
route_new(struct gateway *gw)
{
	struct route *r = xcalloc(1, sizeof(*r));
	struct timeval now = { 0, 0 };

	r->gw = gw;
	r->retry_ms = RETRY_LEAST_MS;
	r->retry = event_new(gw->base, -1, 0, on_retry, r);
	event_add(r->retry, &now);
	return r;
}

void
route_free(struct route *r)
{
	ipc_free(r->ipc);
	event_free(r->retry);
	xfree(r);
}
