/*
 * A session on its connection: WebSocket events go through session.c, whose
 * verdicts say what is forwarded, answered here or the end.  Measures the line
 * of participants.
 *
 * Must not look into graphs.
 * Dies of: nothing.
 */
#include <string.h>

#include "common/log.h"
#include "gateway/gateway_priv.h"

#define PROBE_BYTES	(256 * 1024)
#define LOCAL_PROBES	4

static void
set_limits(struct conn *c, size_t message)
{
	const struct conf *conf = c->gw->conf;

	c->ws.limits.message = message;
	c->ws.limits.frame = conf->ws_frame_bytes;
	/* A PART of the most that the protocol allows is one frame. */
	if (c->ws.limits.frame < msg_row(M_PART)->max_bytes)
		c->ws.limits.frame = msg_row(M_PART)->max_bytes;
	if (c->ws.limits.frame > message)
		c->ws.limits.frame = message;
}

void
peer_start(struct conn *c)
{
	const struct conf *conf = c->gw->conf;
	struct ws_limits limits = { 0, 0, (unsigned)conf->ws_fragments,
		(unsigned)conf->ws_empty_fragments };
	struct session_limits session = { conf->ws_hello_bytes,
		(unsigned)conf->ws_control_rate };

	c->state = CONN_WS;
	c->since_us = c->asked_us = proc_now_us();
	c->close_after = false;
	xfree(c->http);
	c->http = NULL;
	ws_init(&c->ws, WS_SERVER, &limits);
	c->ws.pool = &c->gw->pool;
	set_limits(c, conf->ws_hello_bytes);
	session_init(&c->session, &session, c->trusted);
}

static void
tell_presence(struct conn *c, enum msg_presence what, const char *reason)
{
	struct msg m = { .id = M_SESSION };

	if (!c->announced)
		return;
	m.session.what = what;
	m.session.reason = str_of(reason);
	if (what == PRESENCE_LINK) {
		m.session.rtt_us = c->link.line.told_rtt_us;
		m.session.down = c->link.line.down;
		m.session.up = c->link.line.up;
	}
	route_send(c->gw->route, c->id, &m);
}

static void
count_role(struct conn *c)
{
	struct gateway *gw = c->gw;

	if (c->role != 0)
		return;		/* a HELLO once more */
	c->role = (uint8_t)c->session.role;
	gw->roles[c->role]++;
	if (c->role == ROLE_OBSERVER)
		TAILQ_INSERT_TAIL(&gw->observers, c, audience);
}

static void
forget_role(struct conn *c)
{
	if (c->role == 0)
		return;
	if (c->role == ROLE_OBSERVER)
		TAILQ_REMOVE(&c->gw->observers, c, audience);
	c->gw->roles[c->role]--;
	c->role = 0;
}

void
peer_gone(struct conn *c, const char *why)
{
	char reason[128];

	forget_role(c);

	log_escape(reason, sizeof(reason), why, strlen(why));
	tell_presence(c, PRESENCE_GONE, reason);
	c->announced = false;
}

void
peer_silent(struct conn *c)
{
	c->link.silent = true;
	log_info(c->subject, "silent groups=%u", c->session.n_out);
	tell_presence(c, PRESENCE_SILENT, "");
}

/* Heard again after it was reported silent. */
static void
note_back(struct conn *c)
{
	if (!c->link.silent)
		return;
	c->link.silent = false;
	tell_presence(c, PRESENCE_BACK, "");
}

static void
send_ping(struct conn *c)
{
	struct msg m = { .id = M_PING };

	c->link.ping_us = proc_now_us();
	c->link.ping_id = c->link.ping_us | 1;
	m.ping.id = c->link.ping_id;
	conn_send(c, &m);
}

void
peer_ping(struct conn *c)
{
	uint8_t frame[2] = { 0x80 | WS_PING, 0 };

	c->asked_us = proc_now_us();
	/* Chromium answers WebSocket pings for a page that hangs: participants
	 * are asked by a message. */
	if (c->session.role == ROLE_PARTICIPANT &&
	    c->session.state == SESSION_OPEN)
		send_ping(c);
	else
		conn_write(c, frame, sizeof(frame));
}

static void
send_probe(struct conn *c)
{
	struct msg m = { .id = M_PROBE };
	uint8_t *data = xcalloc(1, PROBE_BYTES);

	/* Nothing on the way may shrink it. */
	proc_random(data, PROBE_BYTES);
	c->link.probe_us = m.probe.id = proc_now_us();
	m.probe.data.p = data;
	m.probe.data.n = PROBE_BYTES;
	c->link.probe_first_us = 0;
	conn_bulk(c, &m, PROBE_BYTES + 64);
	xfree(data);
}

/* Says what is known of the line; what waited for it goes on. */
static void
tell_link(struct conn *c)
{
	struct link *l = &c->link;

	l->told = true;
	line_told(&l->line);
	log_info(c->subject, "link rtt_us=%ju down=%ju up=%ju",
	    (uintmax_t)l->line.told_rtt_us, (uintmax_t)l->line.down,
	    (uintmax_t)l->line.up);
	tell_presence(c, PRESENCE_LINK, "");
	if (c->flow != NULL && flow_is_shut(c->flow))
		flow_shut(c->flow, false);
}

/*
 * Measured once it has measured itself, and before it gets work: that would
 * delay its answers.  ANNOUNCE, which lets work come, waits for the LINK, but
 * not that of a participant that still has work from before.
 */
static void
measure_link(struct conn *c)
{
	c->link.since_us = proc_now_us();
	if (c->flow != NULL && c->session.n_out == 0)
		flow_shut(c->flow, true);
	send_ping(c);
}

void
peer_link_late(struct conn *c)
{
	c->link.probe_us = 0;
	tell_link(c);
}

/* A LINK again when something has changed by a quarter. */
static void
note_line(struct conn *c)
{
	struct link *l = &c->link;

	if (l->told) {
		if (line_changed(&l->line))
			tell_link(c);
	} else if (l->since_us == 0 || l->probe_us != 0)
		return;
	else if (l->n_pongs < LINK_PINGS)
		send_ping(c);
	else if (c->session.n_out > 0)
		tell_link(c);	/* it works: a probe would measure that */
	else
		send_probe(c);
}

static void
on_pong(struct conn *c, const struct msg_pong *m)
{
	struct link *l = &c->link;
	uint64_t now = proc_now_us();

	if (line_answered(&l->line, now, m->id, c->bulk_bytes == 0)) {
		note_line(c);
		return;
	}
	if (l->ping_id == 0 || m->id != l->ping_id)
		return;
	l->ping_id = 0;
	l->n_pongs++;
	line_rtt(&l->line, now, now - l->ping_us);
	note_line(c);
}

static bool
has_line(const struct conn *c)
{
	return c->session.role == ROLE_PARTICIPANT && !c->trusted;
}

void
peer_sends(struct conn *c, size_t bytes, bool idle)
{
	struct line *l = &c->link.line;
	struct msg m = { .id = M_PING };

	if (!has_line(c))
		return;
	line_sent(l, proc_now_us(), bytes, idle);
	if (!line_asks(l))
		return;
	/* Even: those of send_ping are odd. */
	m.ping.id = proc_now_us() & ~UINT64_C(1);
	line_asked(l, m.ping.id);
	conn_bulk(c, &m, 64);
}

void
peer_got(struct conn *c, uint64_t bytes, uint64_t us)
{
	if (!has_line(c))
		return;
	line_came(&c->link.line, bytes, us);
	note_line(c);
}

/*
 * Our PROBE's answer: down is what its way took beyond a round trip, up how
 * long the answer's own bytes took to arrive.
 */
static void
on_probe_answer(struct conn *c, const struct msg_probe *m)
{
	struct link *l = &c->link;
	uint64_t now = proc_now_us(), rtt = line_least(&l->line);
	uint64_t first, down, up;

	first = l->probe_first_us == 0 ? now : l->probe_first_us;
	down = line_rate(PROBE_BYTES, first - l->probe_us > rtt ?
	    first - l->probe_us - rtt : 0);
	up = m->data.n >= PROBE_BYTES / 4 ? line_rate(m->data.n, now - first) :
	    0;
	l->line.down = down > l->line.down ? down : l->line.down;
	l->line.up = up > l->line.up ? up : l->line.up;
	l->probe_us = 0;
	/* On this machine a busy core, not the line, is what a probe meets:
	 * the best of some counts. */
	if (c->trusted && ++l->n_probes < LOCAL_PROBES)
		send_probe(c);
	else
		tell_link(c);
}

static void
on_link(struct conn *c, const struct msg *m)
{
	struct msg pong = { .id = M_PONG };

	if (m->id == M_PONG) {
		on_pong(c, &m->pong);
	} else if (m->id == M_PING) {
		pong.pong.id = m->ping.id;
		conn_send(c, &pong);
	} else if (c->link.probe_us != 0 && m->probe.id == c->link.probe_us)
		on_probe_answer(c, &m->probe);
	else
		/* asked by the participant */
		conn_bulk(c, m, m->probe.data.n + 64);
}

static void
on_data(struct conn *c, const struct msg *m)
{
	if (c->flow == NULL)
		return;
	if (m->id == M_PUT)
		flow_on_put(c->flow, &m->put);
	else
		flow_on_part(c->flow, &m->part);
}

static void
say_hello(struct conn *c, const struct msg *m)
{
	if (m->hello.token.n > 0 && door_too_many_bad(c)) {
		conn_end(c, 4429, "too many bad tokens from this address");
		return;
	}
	count_role(c);
	/* Asked again on its return: the peer reads AGAIN then. */
	if (!route_up(c->gw->route)) {
		c->session.state = SESSION_AGAIN;
		return;
	}
	c->announced = true;
	route_send(c->gw->route, c->id, m);
}

static void
pass(struct conn *c, struct bytes body, const struct session_verdict *v)
{
	if (v->msg.id == M_ANNOUNCE && c->link.since_us == 0)
		measure_link(c);
	if (c->flow != NULL && (c->session.role == ROLE_DEVELOPER ||
	    flow_is_shut(c->flow)))
		flow_forward(c->flow, body, &v->msg);
	else
		route_forward(c->gw->route, c->id, body);
}

void
peer_message(struct conn *c, const struct ws_event *ev)
{
	struct session_verdict *v = &c->gw->verdict;
	struct bytes body = { ev->data, ev->len };

	if (ev->opcode == WS_TEXT)
		session_text(&c->session, v);
	else
		session_from_peer(&c->session, ev->data, ev->len,
		    &c->gw->arena, v);
	switch (v->what) {
	case SESSION_DROP:
		break;
	case SESSION_PASS:
		pass(c, body, v);
		break;
	case SESSION_SAY:
		say_hello(c, &v->msg);
		break;
	case SESSION_DATA:
		on_data(c, &v->msg);
		break;
	case SESSION_LINK:
		on_link(c, &v->msg);
		break;
	case SESSION_END:
		conn_end(c, v->code, v->why);
		break;
	}
	msg_arena_reset(&c->gw->arena);
}

static void
on_control(struct conn *c, const struct ws_event *ev)
{
	struct buf b;

	if (!session_control(&c->session, c->heard_us)) {
		conn_end(c, 1008, "too many control frames");
		return;
	}
	if (ev->type == WS_EV_CLOSE)
		conn_end(c, ev->code == 1005 ? 1000 : ev->code, "peer closed");
	else if (ev->type == WS_EV_PING) {
		buf_init(&b);
		ws_frame(&b, WS_PONG, ev->data, ev->len, NULL);
		conn_write(c, b.data, b.len);
		buf_clear(&b);
	}
}

/* Keeps when the message that is not whole yet began. */
static void
note_partial(struct conn *c)
{
	if (ws_pending(&c->ws) == 0)
		c->partial_us = 0;
	else if (c->partial_us == 0) {
		c->partial_us = c->heard_us;
		if (c->link.probe_us != 0 && c->link.probe_first_us == 0)
			c->link.probe_first_us = c->heard_us;
	}
}

void
peer_input(struct conn *c, uint8_t *p, size_t n)
{
	struct ws_event ev = { 0 };
	size_t used = 0;

	note_back(c);
	do {
		used += ws_recv(&c->ws, p + used, n - used, &ev);
		if (ev.type == WS_EV_ERROR)
			conn_end(c, ev.code, ev.why);
		else if (ev.type == WS_EV_MESSAGE) {
			c->partial_us = 0;	/* what follows is new */
			c->gw->on_message(c, &ev);
		} else if (ev.type != WS_EV_NONE)
			on_control(c, &ev);
	} while (ev.type != WS_EV_NONE && c->state == CONN_WS);
	if (c->state == CONN_WS)
		note_partial(c);
}

static void
on_welcome(struct conn *c)
{
	static const char *const names[] = { "none", "developer",
		"participant", "observer" };

	log_info(c->subject, "welcome role=%s session=%ju",
	    names[c->session.role], (uintmax_t)c->id);
	set_limits(c, c->gw->conf->ws_message_bytes);
	door_known(c);
	if (c->flow == NULL && c->session.role != ROLE_OBSERVER)
		c->flow = flow_new(c);
	if (c->link.told)
		tell_link(c);	/* to a scheduler that has not heard it */
	if (c->session.role == ROLE_DEVELOPER)
		conn_pause(c, PAUSE_ROUTE, route_full(c->gw->route));
	peer_stats(c);
}

void
peer_from_scheduler(struct conn *c, struct bytes body)
{
	struct session_verdict *v = &c->gw->verdict;

	session_from_scheduler(&c->session, body.p, body.n, &c->gw->arena, v);
	if (v->what == SESSION_PASS && v->msg.id == M_STATS) {
		peer_stats(c);
	} else if (v->what == SESSION_PASS) {
		conn_forward(c, body);
		if (v->msg.id == M_WELCOME)
			on_welcome(c);
		else if (v->msg.id == M_ASSIGN && c->flow != NULL)
			flow_on_assign(c->flow, &v->msg.assign);
		else if (v->msg.id == M_VALUE && c->flow != NULL)
			flow_on_value(c->flow, &v->msg.value);
		if (v->code == 4401)
			door_bad_token(c);
		if (v->code != 0)
			conn_end(c, v->code, v->why);
	}
	msg_arena_reset(&c->gw->arena);
}

void
peer_again(struct conn *c)
{
	struct msg m = { .id = M_AGAIN };

	if (c->session.state != SESSION_AGAIN)
		return;
	c->since_us = proc_now_us();
	m.again.generation = c->gw->proc->generation;
	conn_send(c, &m);
}

void
peer_lost(struct conn *c)
{
	c->announced = false;
	if (session_lost(&c->session) && c->flow != NULL)
		flow_forget_held(c->flow);
}

/* An observer that is behind gets the newest when it has caught up. */
void
peer_stats(struct conn *c)
{
	struct bytes body = { c->gw->stats.data, c->gw->stats.len };

	if (c->session.role != ROLE_OBSERVER || body.n == 0 ||
	    c->session.state != SESSION_OPEN)
		return;
	c->stats_due = conn_unsent(c) > c->gw->conf->observer_output_bytes;
	if (!c->stats_due)
		conn_forward(c, body);
}

/* Many observers take turns: none of them needs every second's figures. */
void
peer_stats_all(struct gateway *gw)
{
	uint64_t i, n = gw->roles[ROLE_OBSERVER];
	struct conn *c;

	if (n > gw->conf->observer_rate)
		n = gw->conf->observer_rate;
	for (i = 0; i < n; i++) {
		c = TAILQ_FIRST(&gw->observers);
		TAILQ_REMOVE(&gw->observers, c, audience);
		TAILQ_INSERT_TAIL(&gw->observers, c, audience);
		peer_stats(c);
	}
}
