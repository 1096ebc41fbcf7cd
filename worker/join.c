/*
 * The participant's session: HELLO and its answers, what it tells of itself,
 * and the questions of the gateway.
 */
#include "participant_priv.h"

#include <string.h>

#define HELD_MOST	16384	/* as ANNOUNCE takes */

static struct bytes
bytes_of(const void *p, size_t n)
{
	struct bytes b = { p, n };

	return b;
}

/* ---- HELLO and its answers ---- */

void
join_hello(struct participant *p)
{
	struct msg m = { .id = M_HELLO };

	m.hello.version = RAVEN_PROTOCOL;
	m.hello.role = ROLE_PARTICIPANT;
	m.hello.build = str_of(p->build);
	m.hello.token = bytes_of(p->token, p->token_len);
	m.hello.cid = str_of(p->cid);
	m.hello.secret = bytes_of(p->secret, p->secret_len);
	m.hello.tab = str_of(p->tab);
	m.hello.kind = str_of(p->kind);
	m.hello.slots = p->slots;
	m.hello.memory = p->memory;
	p->state = PS_JOINING;
	p->since_us = 0;
	p->told = false;
	p->changed = true;
	participant_send(p, &m);
}

void
on_welcome(struct participant *p, const struct msg *msg)
{
	const struct msg_welcome *m = &msg->welcome;

	if (p->state != PS_JOINING)
		return;
	if (m->version != RAVEN_PROTOCOL) {
		p->state = PS_REFUSED;
		participant_fault(p, E_VERSION,
		    "the server speaks another version");
		return;
	}
	if (m->cid.n > 0 && m->cid.n < sizeof(p->cid) &&
	    !str_eq(m->cid, p->cid)) {
		memcpy(p->cid, m->cid.p, m->cid.n);
		p->cid[m->cid.n] = '\0';
		p->identity_due = true;
	}
	p->part_bytes = m->part_bytes < 1 ? 1 :
	    m->part_bytes > 1048576 ? 1048576 : (size_t)m->part_bytes;
	p->since_us = p->now_us;
	p->code = E_OK;
	p->text[0] = '\0';
	p->changed = true;
	if (p->bench.n > 0) {
		p->state = PS_READY;
		join_tell(p);
		return;
	}
	p->state = PS_MEASURING;
	if (!p->measuring) {
		p->measuring = true;
		p->bench_due = true;
	}
}

/* Reasons that another attempt would meet again. */
static bool
is_final(enum error code)
{
	return code == E_VERSION || code == E_NOT_ALLOWED ||
	    code == E_BAD_TOKEN || code == E_CID_TAKEN || code == E_REPLACED;
}

static void
refuse_session(struct participant *p, const struct msg_refuse *m)
{
	enum error code = (enum error)m->code;

	participant_set_text(p, code, m->text);
	if (!is_final(code)) {
		/* The gateway closes; come back when it said. */
		p->retry_least_ms = m->retry_ms < 3600000 ? m->retry_ms :
		    3600000;
		return;
	}
	p->state = PS_REFUSED;
	participant_fault(p, code, error_name(code));
	participant_set_text(p, code, m->text);
}

void
on_refuse(struct participant *p, const struct msg *msg)
{
	const struct msg_refuse *m = &msg->refuse;

	switch (m->what) {
	case SUBJECT_SESSION:
		refuse_session(p, m);
		break;
	case SUBJECT_GROUP:
		groups_forget(p, m->g, m->epoch, m->number);
		break;
	case SUBJECT_TENSOR:
		transfer_refused(p, m);
		break;
	default:
		participant_set_text(p, (enum error)m->code, m->text);
		break;
	}
}

/* The scheduler restarted: introduce yourself again, on this connection. */
void
on_again(struct participant *p, const struct msg *msg)
{
	(void)msg;
	if (p->state != PS_REFUSED && p->state != PS_LEFT)
		join_hello(p);
}

/* ---- telling ---- */

void
join_bench(struct participant *p)
{
	struct msg m = { .id = M_BENCH };
	struct rec_speed speeds[BENCH_SPEEDS];
	uint32_t i;

	if (!p->told)
		return;		/* join_tell will */
	for (i = 0; i < p->bench.n; i++) {
		speeds[i].cost_class = p->bench.speeds[i].cost_class;
		speeds[i].dtype = p->bench.speeds[i].dtype;
		speeds[i].rate = p->bench.speeds[i].rate;
	}
	m.bench.speeds.v = speeds;
	m.bench.speeds.n = p->bench.n;
	m.bench.overhead_us = p->bench.overhead_us;
	m.bench.all_slots = p->all_slots;
	m.bench.memory = p->memory;
	m.bench.digest_rate = p->bench.digest_rate;
	participant_send(p, &m);
}

void
join_state(struct participant *p)
{
	struct msg m = { .id = M_STATE };

	p->changed = true;
	if (!p->told)
		return;		/* join_tell will */
	m.state.paused = p->paused;
	m.state.hidden = p->hidden;
	m.state.slots = p->slots;
	m.state.duty = p->duty;
	m.state.leaving = p->leaving;
	participant_send(p, &m);
}

static void
work_of_group(const struct group *g, struct rec_work_ref *r)
{
	r->g = g->g;
	r->epoch = g->epoch;
	r->group = g->number;
	r->token = bytes_of(g->token, g->token_len);
	r->done = false;
}

static size_t
list_work(const struct participant *p, struct rec_work_ref *v)
{
	const struct group *g;
	const struct result *r;
	size_t n = 0, i;

	for (i = 0; i < PARTICIPANT_SLOTS && n < GROUPS_MOST; i++)
		if (p->slot[i].group != NULL)
			work_of_group(p->slot[i].group, &v[n++]);
	for (g = p->groups; g != NULL && n < GROUPS_MOST; g = g->next)
		work_of_group(g, &v[n++]);
	for (r = p->results; r != NULL && n < GROUPS_MOST; r = r->next, n++) {
		v[n].g = r->g;
		v[n].epoch = r->epoch;
		v[n].group = r->number;
		v[n].token = bytes_of(r->token, r->token_len);
		v[n].done = true;
	}
	return n;
}

struct held_list {
	struct rec_held	*v;
	size_t		 n;
};

static void
list_held(struct value *v, void *arg)
{
	struct held_list *list = arg;
	struct rec_held *h;

	if (v->blob == NULL || list->n >= HELD_MOST)
		return;
	h = &list->v[list->n++];
	h->g = v->g;
	h->op = v->op;
	h->digest = bytes_of(v->blob->digest, DIGEST_LEN);
	h->size = v->blob->size;
}

void
join_announce(struct participant *p)
{
	struct rec_work_ref work[GROUPS_MOST];
	struct msg m = { .id = M_ANNOUNCE };
	struct held_list held = { NULL, 0 };

	if (p->values.n_held > 0)
		held.v = xcalloc(p->values.n_held < HELD_MOST ?
		    p->values.n_held : HELD_MOST, sizeof(*held.v));
	values_each(&p->values, list_held, &held);
	m.announce.groups.v = work;
	m.announce.groups.n = list_work(p, work);
	m.announce.held.v = held.v;
	m.announce.held.n = held.n;
	participant_send(p, &m);
	xfree(held.v);
}

/* Once a session, for people: the gateway measures for the scheduler. */
static void
ask_rtt(struct participant *p)
{
	struct msg m = { .id = M_PING };

	m.ping.id = p->now_us;
	participant_send(p, &m);
}

void
join_tell(struct participant *p)
{
	const struct result *r;

	p->told = true;
	join_bench(p);
	join_state(p);
	join_announce(p);
	for (r = p->results; r != NULL; r = r->next)
		participant_send_bytes(p, &r->message);
	ask_rtt(p);
}

/* ---- the gateway's questions ---- */

void
on_ping(struct participant *p, const struct msg *msg)
{
	struct msg m = { .id = M_PONG };

	m.pong.id = msg->ping.id;
	participant_send(p, &m);
}

/* The id is when it was asked; a time yet to come is nobody's answer. */
void
on_pong(struct participant *p, const struct msg *msg)
{
	uint64_t rtt;

	if (msg->pong.id > p->now_us)
		return;
	rtt = p->now_us - msg->pong.id;
	if (p->rtt_us == 0 || rtt < p->rtt_us)
		p->rtt_us = rtt;
}

/* The same bytes back: down and up are measured at once. */
void
on_probe(struct participant *p, const struct msg *msg)
{
	participant_send(p, msg);
}
