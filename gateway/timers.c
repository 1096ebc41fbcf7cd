/*
 * Deadlines of all connections, and what goes when the buffers together are
 * too large.  Those with anything under way are awake: looked at every
 * SWEEP_MS.  A session with nothing but its pings ahead sleeps in the slot of
 * a wheel until the next, or until something comes or goes.
 *
 * Must not hold a peer's silence against it while we do not read from it.
 * Dies of: nothing.
 */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/gateway_priv.h"

#define SWEEP_MS	50
#define WHEEL		512			/* slots, a sweep each */
#define LINGER_US	2000000
#define GRACE_US	2000000		/* before a message is called slow */
#define SHED_MOST	64		/* connections in one walk */
#define STATUS_SWEEPS	(1000 / SWEEP_MS)

struct timers {
	struct gateway	*gw;		/* borrowed */
	struct event	*sweep;
	uint64_t	 start_us;
	uint64_t	 tick;		/* sweeps' worth of time seen */
	unsigned	 sweeps;
	struct conns	 awake;
	struct conns	 wheel[WHEEL];	/* by tick */
};

static bool
older(uint64_t now, uint64_t since, uint64_t ms)
{
	return now > since && now - since > ms * 1000;
}

static bool
is_stuck(const struct conn *c, uint64_t now)
{
	return conn_unsent(c) > 0 &&
	    older(now, c->moved_us, c->gw->conf->output_stuck_ms);
}

static void
check_http(struct conn *c, uint64_t now)
{
	const struct conf *conf = c->gw->conf;

	if (is_stuck(c, now)) {
		conn_drop(c, "output stuck");
		return;
	}
	if (c->paused & PAUSE_ANSWER)
		return;
	if (c->since_us != 0) {
		if (older(now, c->since_us, conf->http_header_ms))
			serve_refuse(c, 408);
	} else if (older(now, c->heard_us, conf->http_keepalive_ms))
		conn_linger(c);
}

static void
check_linger(struct conn *c, uint64_t now)
{
	uint64_t since = c->shut ? c->since_us : c->moved_us;

	if (c->since_us > since)
		since = c->since_us;
	if (older(now, since, LINGER_US / 1000))
		conn_drop(c, "did not close");
}

/* The close code of a peer that took or said too little; 0 if it is fine. */
static uint16_t
check_slow(struct conn *c, uint64_t now, const char **why)
{
	const struct conf *conf = c->gw->conf;
	uint64_t age;

	*why = "output stuck";
	if (is_stuck(c, now))
		return 4410;
	if (c->paused != 0)
		return 0;
	*why = "silent";
	if (older(now, c->heard_us, conf->silent_ms))
		return 4408;
	*why = "message arrives too slowly";
	age = c->partial_us == 0 ? 0 : now - c->partial_us;
	if (age > GRACE_US && ws_pending(&c->ws) / (age / 1000000) <
	    conf->message_min_rate)
		return 4408;
	*why = "upload stands still";
	if (c->flow != NULL && flow_stalls(c->flow, now))
		return 4408;
	*why = "no HELLO";
	if (c->session.state == SESSION_NEW ||
	    (c->session.state == SESSION_AGAIN && route_up(c->gw->route)))
		return older(now, c->since_us, conf->hello_ms) ? 4408 : 0;
	return 0;
}

static void
check_presence(struct conn *c, uint64_t now)
{
	const struct conf *conf = c->gw->conf;
	bool works = c->session.n_out > 0;

	if (c->paused == 0 && works && !c->link.silent &&
	    older(now, c->heard_us, conf->work_silent_ms))
		peer_silent(c);
	if (c->flow != NULL && flow_is_shut(c->flow) &&
	    older(now, c->link.since_us, LINK_MOST_MS))
		peer_link_late(c);
	if (older(now, c->asked_us, works ? conf->work_ping_ms : conf->ping_ms))
		peer_ping(c);
}

static void
check_ws(struct conn *c, uint64_t now)
{
	const char *why;
	uint16_t code = check_slow(c, now, &why);

	if (code != 0)
		conn_end(c, code, why);
	else
		check_presence(c, now);
}

static uint64_t
weight(const struct conn *c)
{
	return c->bytes + (c->flow == NULL ? 0 : flow_bytes(c->flow));
}

/* The largest connection: of strangers first. */
static struct conn *
find_largest(struct gateway *gw, bool strangers)
{
	struct conn *c, *best = NULL;
	bool stranger;

	TAILQ_FOREACH(c, &gw->conns, entry) {
		stranger = c->state == CONN_HTTP || !c->session.was_open;
		if (stranger == strangers && weight(c) > 0 &&
		    (best == NULL || weight(c) > weight(best)))
			best = c;
	}
	return best;
}

static void
shed(struct gateway *gw)
{
	struct conn *c;
	int i;

	for (i = 0; i < SHED_MOST && gw->bytes > gw->conf->gateway_bytes;
	    i++) {
		c = find_largest(gw, true);
		if (c == NULL)
			c = find_largest(gw, false);
		if (c == NULL)
			return;
		conn_drop(c, "shed: the gateway's buffers are full");
	}
}

/* What ravenctl status shows of this gateway. */
static void
tell_status(struct gateway *gw)
{
	char text[256];

	snprintf(text, sizeof(text), "connections=%" PRIu64 " developers=%u "
	    "participants=%u observers=%u buffers=%" PRIu64 " scheduler=%s "
	    "redis=%s", gw->n_conns, gw->roles[ROLE_DEVELOPER],
	    gw->roles[ROLE_PARTICIPANT], gw->roles[ROLE_OBSERVER], gw->bytes,
	    route_ready(gw->route) ? "attached" : "away",
	    !store_up(gw->store) ? "away" : store_blocked(gw->store) ?
	    "blocked" : "connected");
	proc_status(gw->proc, text);
}

/* Only pings and silence lie ahead: see check_ws. */
static bool
is_quiet(const struct conn *c)
{
	return c->state == CONN_WS && c->session.state == SESSION_OPEN &&
	    c->session.n_out == 0 && c->partial_us == 0 &&
	    conn_unsent(c) == 0 && (c->flow == NULL || flow_quiet(c->flow));
}

static void
sleep_until_due(struct timers *t, struct conn *c, uint64_t now)
{
	const struct conf *conf = t->gw->conf;
	uint64_t due = c->asked_us + conf->ping_ms * 1000, ticks;
	uint64_t silent = c->heard_us + conf->silent_ms * 1000;

	if (c->paused == 0 && silent < due)
		due = silent;
	ticks = due <= now ? 1 : (due - now) / (SWEEP_MS * 1000) + 1;
	if (ticks >= WHEEL)
		ticks = WHEEL - 1;	/* and is looked at then */
	c->slot = (uint32_t)((t->tick + ticks) % WHEEL);
	c->asleep = true;
	TAILQ_REMOVE(&t->awake, c, watch);
	TAILQ_INSERT_TAIL(&t->wheel[c->slot], c, watch);
}

void
timers_wake(struct conn *c)
{
	struct timers *t = c->gw->timers;

	if (!c->asleep)
		return;
	c->asleep = false;
	TAILQ_REMOVE(&t->wheel[c->slot], c, watch);
	TAILQ_INSERT_TAIL(&t->awake, c, watch);
}

void
timers_wake_all(struct gateway *gw)
{
	struct conn *c;

	TAILQ_FOREACH(c, &gw->conns, entry)
		timers_wake(c);
}

void
timers_add(struct conn *c)
{
	TAILQ_INSERT_TAIL(&c->gw->timers->awake, c, watch);
}

void
timers_remove(struct conn *c)
{
	struct timers *t = c->gw->timers;

	TAILQ_REMOVE(c->asleep ? &t->wheel[c->slot] : &t->awake, c, watch);
}

/* Those whose slot has come. */
static void
turn_wheel(struct timers *t, uint64_t now)
{
	uint64_t tick = (now - t->start_us) / (SWEEP_MS * 1000);
	struct conns *slot;

	if (tick > t->tick + WHEEL)
		t->tick = tick - WHEEL;
	while (t->tick < tick) {
		slot = &t->wheel[++t->tick % WHEEL];
		while (!TAILQ_EMPTY(slot))
			timers_wake(TAILQ_FIRST(slot));
	}
}

static void
check(struct conn *c, uint64_t now)
{
	if (c->state == CONN_HTTP)
		check_http(c, now);
	else if (c->state == CONN_WS)
		check_ws(c, now);
	else
		check_linger(c, now);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct timers *t = arg;
	struct gateway *gw = t->gw;
	uint64_t now = proc_now_us();
	struct conn *c, *next;

	(void)fd;
	(void)what;
	turn_wheel(t, now);
	for (c = TAILQ_FIRST(&t->awake); c != NULL; c = next) {
		next = TAILQ_NEXT(c, watch);
		check(c, now);
		if (is_quiet(c))
			sleep_until_due(t, c, now);
	}
	shed(gw);
	if (t->sweeps++ % STATUS_SWEEPS == 0) {
		cache_trim(gw->cache);
		tell_status(gw);
	}
	if (gw->draining && gw->n_conns == 0 && store_waiting(gw->store) == 0)
		proc_stop(gw->proc);
}

struct timers *
timers_new(struct gateway *gw)
{
	struct timeval tv = { 0, SWEEP_MS * 1000 };
	struct timers *t = xcalloc(1, sizeof(*t));
	unsigned i;

	t->gw = gw;
	t->start_us = proc_now_us();
	TAILQ_INIT(&t->awake);
	for (i = 0; i < WHEEL; i++)
		TAILQ_INIT(&t->wheel[i]);
	t->sweep = event_new(gw->base, -1, EV_PERSIST, on_sweep, t);
	event_add(t->sweep, &tv);
	return t;
}

void
timers_free(struct timers *t)
{
	event_free(t->sweep);
	xfree(t);
}
