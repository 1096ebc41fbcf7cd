/*
 * Which message is allowed when, and where it goes.  Tokens and secrets leave
 * this file only as their digests.  Pure; dies of nothing but lack of memory.
 */
#include <string.h>

#include "gateway/session.h"

#define GROUPS_MAX	1024	/* remembered per session; the rest not */

void
session_init(struct session *s, const struct session_limits *limits,
    bool trusted)
{
	memset(s, 0, sizeof(*s));
	s->limits = *limits;
	s->trusted = trusted;
}

void
session_clear(struct session *s)
{
	xfree(s->out);
	s->out = NULL;
	s->n_out = s->cap_out = 0;
}

static void
append(char *out, size_t size, const char *text)
{
	size_t at = strlen(out), n = strlen(text);

	if (n > size - 1 - at)
		n = size - 1 - at;
	memcpy(out + at, text, n);
	out[at + n] = '\0';
}

static void
end(struct session *s, struct session_verdict *v, uint16_t code,
    const char *why)
{
	s->state = SESSION_CLOSED;
	v->what = SESSION_END;
	v->code = code;
	v->why[0] = '\0';
	append(v->why, sizeof(v->why), why);
}

/* "BATCH.program: too long" */
static void
end_fault(struct session *s, struct session_verdict *v, enum error code,
    const struct msg_fault *fault)
{
	end(s, v, code == E_TOO_BIG ? 1009 : code == E_NOT_ALLOWED ? 4403 :
	    4400, fault->message == NULL ? "message" : fault->message);
	if (fault->field != NULL) {
		append(v->why, sizeof(v->why), ".");
		append(v->why, sizeof(v->why), fault->field);
	}
	append(v->why, sizeof(v->why), ": ");
	append(v->why, sizeof(v->why), fault->why == NULL ? error_name(code) :
	    fault->why);
}

uint16_t
session_close_code(enum error code)
{
	switch (code) {
	case E_BAD_TOKEN:
		return 4401;
	case E_CID_TAKEN:
	case E_REPLACED:
		return 4409;
	case E_VERSION:
		return 4426;
	case E_RATE:
		return 4429;
	case E_DRAINING:
		return 1001;
	case E_OVERLOADED:
	case E_UNAVAILABLE:
		return 1013;
	default:
		return 4403;
	}
}

static uint8_t
role_bit(uint64_t role)
{
	switch (role) {
	case ROLE_DEVELOPER:
		return MSG_D;
	case ROLE_PARTICIPANT:
		return MSG_P;
	case ROLE_OBSERVER:
		return MSG_O;
	default:
		return 0;
	}
}

static struct bytes
hashed(struct bytes secret, uint8_t out[DIGEST_LEN])
{
	struct bytes b = { out, DIGEST_LEN };

	if (secret.n == 0)
		return secret;
	digest_of(secret.p, secret.n, out);
	return b;
}

static void
on_hello(struct session *s, struct session_verdict *v)
{
	struct msg_hello *m = &v->msg.hello;
	uint8_t bit = role_bit(m->role);

	if (bit == 0) {
		end(s, v, 4403, "HELLO.role: not a role");
		return;
	}
	if (s->from != 0 && s->from != bit) {
		end(s, v, 4403, "HELLO.role: another than before");
		return;
	}
	s->role = (enum msg_role)m->role;
	s->from = bit;
	s->state = SESSION_HELLO;
	s->n_out = 0;
	m->token = hashed(m->token, v->token);
	m->secret = hashed(m->secret, v->secret);
	m->capabilities &= ~(uint64_t)CAP_TRUSTED;
	if (s->trusted)
		m->capabilities |= CAP_TRUSTED;
	v->what = SESSION_SAY;
}

static uint32_t
find_group(const struct session *s, uint64_t g, uint64_t epoch, uint64_t group)
{
	uint32_t i;

	for (i = 0; i < s->n_out; i++)
		if (s->out[i].group == group && s->out[i].g == g &&
		    s->out[i].epoch == epoch)
			break;
	return i;
}

static void
add_group(struct session *s, uint64_t g, uint64_t epoch, uint64_t group)
{
	struct session_group *o;

	if (s->n_out >= GROUPS_MAX || find_group(s, g, epoch, group) < s->n_out)
		return;
	if (s->n_out == s->cap_out) {
		s->cap_out = s->cap_out == 0 ? 8 : 2 * s->cap_out;
		s->out = xrealloc(s->out, s->cap_out * sizeof(*s->out));
	}
	o = &s->out[s->n_out++];
	o->g = g;
	o->epoch = epoch;
	o->group = group;
}

static void
drop_group(struct session *s, uint64_t g, uint64_t epoch, uint64_t group)
{
	uint32_t i = find_group(s, g, epoch, group);

	if (i < s->n_out)
		s->out[i] = s->out[--s->n_out];
}

static void
on_announce(struct session *s, const struct msg_announce *m)
{
	size_t i;

	s->n_out = 0;
	for (i = 0; i < m->groups.n; i++)
		if (!m->groups.v[i].done)
			add_group(s, m->groups.v[i].g, m->groups.v[i].epoch,
			    m->groups.v[i].group);
}

/* A message of an open session, decoded. */
static void
on_open(struct session *s, struct session_verdict *v)
{
	switch (v->msg.id) {
	case M_PUT:
	case M_PART:
		v->what = SESSION_DATA;
		return;
	case M_PING:
	case M_PONG:
	case M_PROBE:
		v->what = SESSION_LINK;
		return;
	case M_HELLO:
		end(s, v, 4403, "HELLO: said already");
		return;
	case M_RESULT:
		drop_group(s, v->msg.result.g, v->msg.result.epoch,
		    v->msg.result.group);
		break;
	case M_ANNOUNCE:
		on_announce(s, &v->msg.announce);
		break;
	default:
		break;
	}
	v->what = SESSION_PASS;
}

/*
 * Between AGAIN and WELCOME: what the peer sent before it read AGAIN has no
 * effect, it will be sent again; tensor bytes and pings are the gateway's own.
 */
static void
on_between(struct session *s, struct session_verdict *v)
{
	if (v->msg.id == M_HELLO) {
		on_hello(s, v);
		return;
	}
	on_open(s, v);
	if (v->what == SESSION_PASS)
		v->what = SESSION_DROP;
}

void
session_from_peer(struct session *s, const uint8_t *p, size_t len,
    struct msg_arena *arena, struct session_verdict *v)
{
	struct msg_fault fault = { 0 };
	uint8_t from = s->from;
	enum error e;

	v->what = SESSION_DROP;
	v->decoded = false;
	v->code = 0;
	if (s->state == SESSION_CLOSED)
		return;
	if (s->state == SESSION_NEW && len > s->limits.hello) {
		end(s, v, 1009, "longer than a HELLO may be");
		return;
	}
	if (!s->was_open && msg_peek(p, len) != M_HELLO) {
		end(s, v, 4400, s->state == SESSION_NEW ?
		    "the first message is not HELLO" :
		    "nothing may be sent before WELCOME");
		return;
	}
	if (from == 0)
		from = MSG_D | MSG_P | MSG_O;
	e = msg_decode(&v->msg, p, len, from, MSG_S | MSG_G, arena, &fault);
	if (e != E_OK) {
		end_fault(s, v, e, &fault);
		return;
	}
	v->decoded = true;
	if (s->state == SESSION_OPEN)
		on_open(s, v);
	else
		on_between(s, v);
}

void
session_text(struct session *s, struct session_verdict *v)
{
	v->decoded = false;
	end(s, v, 1003, "messages are binary");
}

static void
on_refuse(struct session *s, struct session_verdict *v)
{
	const struct msg_refuse *m = &v->msg.refuse;

	if (m->what != SUBJECT_SESSION)
		return;
	s->state = SESSION_CLOSED;
	v->code = session_close_code((enum error)m->code);
	v->why[0] = '\0';
	append(v->why, sizeof(v->why), error_name((enum error)m->code));
}

static void
on_cancel(struct session *s, const struct msg_cancel *m)
{
	size_t i;

	for (i = 0; i < m->groups.n; i++)
		drop_group(s, m->groups.v[i].g, m->groups.v[i].epoch,
		    m->groups.v[i].group);
}

static void
note_scheduler(struct session *s, struct session_verdict *v)
{
	switch (v->msg.id) {
	case M_WELCOME:
		s->state = SESSION_OPEN;
		s->was_open = true;
		break;
	case M_REFUSE:
		on_refuse(s, v);
		break;
	case M_ASSIGN:
		add_group(s, v->msg.assign.g, v->msg.assign.epoch,
		    v->msg.assign.group);
		break;
	case M_CANCEL:
		on_cancel(s, &v->msg.cancel);
		break;
	default:
		break;
	}
}

/* Messages that the gateway itself must understand. */
static bool
concerns_gateway(uint32_t id)
{
	return id == M_WELCOME || id == M_REFUSE || id == M_ASSIGN ||
	    id == M_CANCEL || id == M_VALUE;
}

void
session_from_scheduler(struct session *s, const uint8_t *p, size_t len,
    struct msg_arena *arena, struct session_verdict *v)
{
	struct msg_fault fault = { 0 };
	const struct msg_row *row;
	uint32_t id = msg_peek(p, len);

	v->what = SESSION_DROP;
	v->decoded = false;
	v->code = 0;
	v->msg.id = (enum msg_id)id;
	row = msg_row(id);
	if (s->state == SESSION_CLOSED || s->from == 0 || row == NULL)
		return;
	if ((row->from & MSG_S) == 0 || (row->to & s->from) == 0)
		return;
	if (s->state != SESSION_OPEN && (s->state != SESSION_HELLO ||
	    (id != M_WELCOME && id != M_REFUSE)))
		return;		/* meant for an earlier HELLO */
	if (concerns_gateway(id)) {
		if (msg_decode(&v->msg, p, len, MSG_S, s->from, arena,
		    &fault) != E_OK)
			return;
		v->decoded = true;
		note_scheduler(s, v);
	}
	v->what = SESSION_PASS;
}

bool
session_control(struct session *s, uint64_t now_us)
{
	if (now_us - s->control_since_us >= 1000000) {
		s->control_since_us = now_us;
		s->control_count = 0;
	}
	return ++s->control_count <= s->limits.control_rate;
}

bool
session_lost(struct session *s)
{
	if (s->state == SESSION_NEW || s->state == SESSION_CLOSED)
		return false;
	s->state = SESSION_AGAIN;
	return true;
}
