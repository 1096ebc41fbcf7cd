/*
 * The participant's life: its connection, the commands to its host, its
 * owner's wishes.  What a message does is in join.c, groups.c, transfer.c.
 * Must not block, read a clock or know how bytes travel.
 * Dies of: no memory for a small, fixed need.
 */
#include "participant_priv.h"

#include <string.h>

#define BACKOFF_FIRST_MS 500
#define BACKOFF_MOST_MS	60000
#define STABLE_US	60000000	/* age of a good connection */
#define WELCOME_US	15000000	/* from HELLO to its answer */
#define SILENT_US	90000000	/* the gateway pings every 20 s */
#define UPLOAD_US	5000		/* between two looks at the socket */
#define DUTY_LEAST	0.05

struct row {
	enum msg_id	id;
	void		(*on)(struct participant *, const struct msg *);
};

static const struct row handlers[] = {
	{ M_WELCOME, on_welcome },
	{ M_REFUSE, on_refuse },
	{ M_AGAIN, on_again },
	{ M_PING, on_ping },
	{ M_PONG, on_pong },
	{ M_PROBE, on_probe },
	{ M_ASSIGN, on_assign },
	{ M_CANCEL, on_cancel },
	{ M_ACK, on_ack },
	{ M_DROP, on_drop },
	{ M_FETCH, on_fetch },
	{ M_PUT, on_put },
	{ M_PART, on_part },
	{ M_STORED, on_stored },
};

/* ---- life ---- */

static char *
copy_str(struct str s)
{
	char *p = xmalloc(s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

static size_t
copy_bytes(uint8_t *to, size_t max, struct bytes b)
{
	size_t n = b.n < max ? b.n : max;

	if (n > 0)
		memcpy(to, b.p, n);
	return n;
}

static uint32_t
clamp_slots(uint32_t n)
{
	return n < 1 ? 1 : n > PARTICIPANT_SLOTS ? PARTICIPANT_SLOTS : n;
}

struct participant *
participant_new(const struct participant_config *c, uint64_t now_us)
{
	struct participant *p = xcalloc(1, sizeof(*p));
	size_t n = c->cid.n < sizeof(p->cid) ? c->cid.n : sizeof(p->cid) - 1;

	p->build = copy_str(c->build);
	p->kind = copy_str(c->kind);
	p->tab = copy_str(c->tab);
	if (n > 0)
		memcpy(p->cid, c->cid.p, n);
	p->secret_len = copy_bytes(p->secret, sizeof(p->secret), c->secret);
	p->token_len = copy_bytes(p->token, sizeof(p->token), c->token);
	p->slots = clamp_slots(c->slots);
	p->memory = c->memory;
	p->rng = c->seed;
	p->duty = 1;
	p->now_us = now_us;
	p->groups_end = &p->groups;
	p->results_end = &p->results;
	p->uploads_end = &p->uploads;
	p->out_end = &p->out;
	values_init(&p->values, c->memory);
	msg_arena_init(&p->arena);
	buf_init(&p->given_out);
	p->state = PS_CONNECTING;
	p->connect_due = true;
	p->changed = true;
	return p;
}

static void
drop_out(struct participant *p)
{
	struct out *o;

	while ((o = p->out) != NULL) {
		p->out = o->next;
		buf_clear(&o->message);
		xfree(o);
	}
	p->out_end = &p->out;
}

void
participant_free(struct participant *p)
{
	if (p == NULL)
		return;
	drop_out(p);
	groups_free(p);
	transfer_free(p);
	values_clear(&p->values);
	msg_arena_clear(&p->arena);
	buf_clear(&p->given_out);
	xfree(p->build);
	xfree(p->kind);
	xfree(p->tab);
	xfree(p);
}

/* ---- sending ---- */

static struct buf *
queue(struct participant *p)
{
	struct out *o = xcalloc(1, sizeof(*o));

	buf_init(&o->message);
	*p->out_end = o;
	p->out_end = &o->next;
	return &o->message;
}

void
participant_send(struct participant *p, const struct msg *m)
{
	if (p->open && !p->closing)
		msg_encode(queue(p), m);
}

void
participant_send_bytes(struct participant *p, const struct buf *b)
{
	if (p->open && !p->closing)
		buf_add(queue(p), b->data, b->len);
}

void
participant_set_text(struct participant *p, enum error code, struct str s)
{
	size_t n = s.n < PARTICIPANT_TEXT ? s.n : PARTICIPANT_TEXT - 1;

	/* Never half a character. */
	while (n < s.n && n > 0 && ((uint8_t)s.p[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(p->text, s.p, n);
	p->text[n] = '\0';
	p->code = code;
	p->changed = true;
}

static void
close_with(struct participant *p, uint16_t code, const char *why)
{
	size_t n = strlen(why);

	if (n >= sizeof(p->close_why))
		n = sizeof(p->close_why) - 1;
	memcpy(p->close_why, why, n);
	p->close_why[n] = '\0';
	p->close_code = code;
	p->closing = true;
	p->close_due = true;
}

void
participant_fault(struct participant *p, enum error code, const char *why)
{
	if (!p->open || p->closing)
		return;
	drop_out(p);
	participant_set_text(p, code, str_of(why));
	/* Browsers let scripts close with 1000 or 3000 to 4999 only. */
	close_with(p, (uint16_t)(4000 + code), why);
}

/* ---- events of the connection ---- */

void
participant_opened(struct participant *p, uint64_t now_us)
{
	p->now_us = now_us;
	if (p->state == PS_REFUSED || p->state == PS_LEFT)
		return;
	p->open = true;
	p->closing = p->close_due = p->connect_due = false;
	p->told = false;
	p->heard_us = now_us;
	p->retry_least_ms = 0;
	join_hello(p);
}

void
participant_received(struct participant *p, const void *bytes, size_t n,
    uint64_t now_us)
{
	struct msg_fault fault;
	struct msg m;
	enum error err;
	size_t i;

	p->now_us = now_us;
	p->bytes_in += n;
	if (!p->open || p->closing)
		return;
	p->heard_us = now_us;
	msg_arena_reset(&p->arena);
	err = msg_decode(&m, bytes, n, MSG_G | MSG_S, MSG_P, &p->arena, &fault);
	if (err != E_OK) {
		participant_fault(p, err, fault.why);
		return;
	}
	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (handlers[i].id == m.id) {
			handlers[i].on(p, &m);
			return;
		}
	participant_fault(p, E_NOT_ALLOWED, "message not for participants");
}

static uint64_t
random_below(struct participant *p, uint64_t n)
{
	uint64_t z = p->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return n == 0 ? 0 : (z ^ (z >> 31)) % n;
}

static bool
has_work(const struct participant *p)
{
	return p->n_groups > 0 || p->results != NULL || p->uploads != NULL;
}

static void
reconnect_later(struct participant *p)
{
	uint64_t most = BACKOFF_MOST_MS, ms;

	if (p->attempts < 7)
		most = (uint64_t)BACKOFF_FIRST_MS << p->attempts;
	if (most > BACKOFF_MOST_MS)
		most = BACKOFF_MOST_MS;
	ms = random_below(p, most);
	if (ms < p->retry_least_ms)
		ms = p->retry_least_ms + ms / 4;
	p->attempts++;
	p->connect_due = true;
	p->connect_ms = (uint32_t)ms;
	p->retry_us = p->now_us + ms * 1000;
	p->state = PS_WAITING;
}

void
participant_closed(struct participant *p, uint16_t code, uint64_t now_us)
{
	p->now_us = now_us;
	if (p->open && p->since_us > 0 && now_us - p->since_us >= STABLE_US)
		p->attempts = 0;
	p->open = p->closing = p->close_due = p->told = false;
	p->since_us = 0;
	p->changed = true;
	drop_out(p);
	transfer_lost_connection(p);
	groups_lost_connection(p);
	if (p->state == PS_REFUSED || p->state == PS_LEFT)
		return;
	if (p->leaving && !has_work(p)) {
		p->state = PS_LEFT;
		return;
	}
	if (p->code == E_OK)
		participant_set_text(p, E_UNAVAILABLE, str_of(
		    code == 0 || code == 1006 ? "connection lost" :
		    "the server closed the connection"));
	reconnect_later(p);
}

/* ---- time ---- */

static void
leave_when_done(struct participant *p)
{
	if (!p->leaving || p->state == PS_LEFT || has_work(p))
		return;
	p->state = PS_LEFT;
	p->connect_due = false;
	p->changed = true;
	if (p->open && !p->closing)
		close_with(p, 1000, "leaving");
}

static void
watch(struct participant *p)
{
	if (!p->open || p->closing)
		return;
	if (p->state == PS_JOINING && p->now_us - p->heard_us >= WELCOME_US)
		participant_fault(p, E_IDLE, "HELLO was not answered");
	else if (p->now_us - p->heard_us >= SILENT_US)
		participant_fault(p, E_IDLE, "nothing heard from the server");
	else if (p->since_us > 0 && p->now_us - p->since_us >= STABLE_US)
		p->attempts = 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
participant_tick(struct participant *p, uint64_t now_us)
{
	uint64_t at = UINT64_MAX;

	p->now_us = now_us;
	if (p->state == PS_WAITING && now_us >= p->retry_us) {
		p->state = PS_CONNECTING;
		p->changed = true;
	}
	watch(p);
	groups_tick(p);
	groups_start(p);
	leave_when_done(p);

	if (p->state == PS_WAITING)
		at = least(at, p->retry_us);
	if (p->open && !p->closing) {
		at = least(at, p->heard_us +
		    (p->state == PS_JOINING ? WELCOME_US : SILENT_US));
		at = least(at, groups_deadline(p));
		if (transfer_waiting(p))
			at = least(at, now_us + UPLOAD_US);
	}
	return at;
}

/* ---- commands ---- */

static bool
next_of_slots(struct participant *p, struct participant_command *c)
{
	struct slot *s;
	uint32_t i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++) {
		s = &p->slot[i];
		c->slot = i;
		if (s->stop) {
			s->stop = false;
			c->kind = PC_STOP;
			c->run = s->stop_run;
			return true;
		}
		if (s->start) {
			s->start = false;
			c->kind = PC_RUN;
			c->run = s->run;
			c->program.p = s->group->program.bytes;
			c->program.n = s->group->program.len;
			c->given = s->group->given;
			c->n_given = s->group->n_inputs;
			c->memory = p->memory;
			return true;
		}
	}
	c->slot = 0;
	return false;
}

/* Messages before bulk, and bulk only while the socket keeps up. */
static bool
next_to_send(struct participant *p, size_t unsent,
    struct participant_command *c)
{
	struct out *o = p->out;

	if (!p->open)
		return false;
	if (o != NULL) {
		p->out = o->next;
		if (p->out == NULL)
			p->out_end = &p->out;
		buf_clear(&p->given_out);
		p->given_out = o->message;
		xfree(o);
	} else {
		if (p->closing || unsent >= PARTICIPANT_BUFFERED)
			return false;
		buf_reset(&p->given_out);
		if (!transfer_next(p, &p->given_out))
			return false;
	}
	c->kind = PC_SEND;
	c->bytes.p = p->given_out.data;
	c->bytes.n = p->given_out.len;
	p->bytes_out += c->bytes.n;
	return true;
}

static bool
next_of_life(struct participant *p, struct participant_command *c)
{
	if (p->close_due) {
		p->close_due = false;
		c->kind = PC_CLOSE;
		c->code = p->close_code;
		c->bytes.p = (const uint8_t *)p->close_why;
		c->bytes.n = strlen(p->close_why);
	} else if (p->connect_due) {
		p->connect_due = false;
		c->kind = PC_CONNECT;
		c->after_ms = p->connect_ms;
	} else if (p->identity_due) {
		p->identity_due = false;
		c->kind = PC_IDENTITY;
		c->bytes.p = (const uint8_t *)p->cid;
		c->bytes.n = strlen(p->cid);
	} else if (p->bench_due) {
		p->bench_due = false;
		c->kind = PC_BENCH;
	} else if (p->changed) {
		p->changed = false;
		c->kind = PC_CHANGED;
	} else
		return false;
	return true;
}

bool
participant_next(struct participant *p, size_t unsent,
    struct participant_command *c)
{
	memset(c, 0, sizeof(*c));
	return next_of_slots(p, c) || next_to_send(p, unsent, c) ||
	    next_of_life(p, c);
}

/* ---- wishes ---- */

void
participant_pause(struct participant *p, enum participant_pause pause,
    uint64_t now_us)
{
	p->now_us = now_us;
	if (p->paused == pause)
		return;
	p->paused = pause;
	if (pause == PAUSE_NOW)
		groups_hand_back(p);
	join_state(p);
	groups_start(p);
}

void
participant_set_slots(struct participant *p, uint32_t slots, uint64_t now_us)
{
	p->now_us = now_us;
	slots = clamp_slots(slots);
	if (p->slots == slots)
		return;
	p->slots = slots;
	join_state(p);
	groups_start(p);
}

void
participant_set_hidden(struct participant *p, bool hidden, uint64_t now_us)
{
	p->now_us = now_us;
	if (p->hidden == hidden)
		return;
	p->hidden = hidden;
	join_state(p);
}

void
participant_set_duty(struct participant *p, double duty, uint64_t now_us)
{
	p->now_us = now_us;
	if (!(duty >= DUTY_LEAST))
		duty = DUTY_LEAST;
	if (duty > 1)
		duty = 1;
	if (p->duty == duty)
		return;
	p->duty = duty;
	join_state(p);
}

void
participant_set_memory(struct participant *p, uint64_t memory, uint64_t now_us)
{
	p->now_us = now_us;
	if (p->memory == memory)
		return;
	p->memory = p->values.limit = memory;
	p->changed = true;
	join_bench(p);
}

void
participant_leave(struct participant *p, uint64_t now_us)
{
	p->now_us = now_us;
	if (p->leaving)
		return;
	p->leaving = true;
	join_state(p);
	leave_when_done(p);
}

void
participant_benched(struct participant *p, const struct bench_result *one,
    double all_slots, uint64_t now_us)
{
	p->now_us = now_us;
	p->bench = *one;
	if (p->bench.n > BENCH_SPEEDS)
		p->bench.n = BENCH_SPEEDS;
	p->all_slots = all_slots;
	p->measuring = false;
	p->changed = true;
	if (p->state == PS_MEASURING) {
		p->state = PS_READY;
		join_tell(p);
	}
}
