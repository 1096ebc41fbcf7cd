/*
 * The modelled server around the core.
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/program.h"
#include "fake.h"
#include "gate.h"

struct mail {
	struct mail	*next;
	uint64_t	 session;
	size_t		 n;
	uint8_t		 from;		/* MSG_ bit of who says it */
	_Alignas(8) uint8_t bytes[];
};

#define GATHER_NS	(20 * MS)

/* What a turn has decided: each message leaves when its own time is over. */
struct parting {
	struct server		*server;
	struct sched_out	 out;
	size_t			 next;
};

void
server_init(struct server *s, struct clock *c)
{
	memset(s, 0, sizeof(*s));
	s->clock = c;
	s->inbox_end = &s->inbox;
	s->wake = NEVER_NS;
	out_init(&s->out);
	msg_arena_init(&s->arena);
}

void
server_clear(struct server *s)
{
	struct mail *m;
	size_t i;

	while ((m = s->inbox) != NULL) {
		s->inbox = m->next;
		xfree(m);
	}
	for (i = 0; i < s->n_gates; i++)
		gate_free(s->gates[i]);
	xfree(s->gates);
	store_clear(s);
	out_clear(&s->out);
	msg_arena_clear(&s->arena);
}

static double
cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- events in ---- */

static void
apply(struct server *s, struct mail *m)
{
	struct sched_event e = { .kind = SCHED_MESSAGE,
		.session = m->session };
	uint8_t secret[DIGEST_LEN] = { 0 };
	struct msg_fault fault;
	struct msg msg;

	msg_arena_reset(&s->arena);
	if (msg_decode(&msg, m->bytes, m->n, m->from, MSG_S, &s->arena,
	    &fault) != E_OK) {
		fprintf(stderr, "to the core: %s %s %s\n", fault.message,
		    fault.field, fault.why);
		abort();
	}
	e.msg = &msg;
	if (msg.id == M_HELLO) {
		e.kind = SCHED_HELLO;
		e.owner = str_of(m->session & 1 ? "two" : "one");
		e.cid = str_of("drawn");
		digest_of(msg.hello.secret.p, msg.hello.secret.n, secret);
		msg.hello.secret = (struct bytes){ secret, DIGEST_LEN };
		if (str_eq(msg.hello.kind, "native"))
			msg.hello.capabilities |= CAP_TRUSTED;
	}
	s->brain.apply(s->brain.arg, s->clock->now / US, &e, &s->out);
}

static size_t
ops_in(struct bytes b)
{
	struct msg_arena arena;
	struct msg_fault fault;
	struct op_error err;
	struct program p;
	struct msg m;
	uint8_t *copy;
	uint32_t i;
	size_t n = 0;

	if (msg_peek(b.p, b.n) != M_ASSIGN)
		return 0;
	msg_arena_init(&arena);
	if (msg_decode(&m, b.p, b.n, MSG_S, MSG_P, &arena, &fault) != E_OK)
		abort();
	copy = xmalloc(m.assign.program.n);
	memcpy(copy, m.assign.program.p, m.assign.program.n);
	if (program_open(&p, copy, m.assign.program.n, UINT32_MAX,
	    &err) != E_OK)
		abort();
	for (i = 0; i < p.n_ops; i++)
		n += p.ops[i].place == PLACE_NONE;
	xfree(copy);
	msg_arena_clear(&arena);
	return n;
}

/* ---- turns ---- */

static void
deliver(struct server *s, const struct sched_out *out, size_t i)
{
	uint64_t session = out->sends[i].session;
	struct bytes b = out_message(out, i);

	if (session >= DEV_SESSION)
		s->to_dev(s->dev_arg, session, b);
	else if (session <= s->n_gates)
		gate_send(s->gates[session - 1], b);
}

static void
on_parting(void *arg, uint64_t n)
{
	struct parting *p = arg;
	struct server *s = p->server;
	uint64_t ops;

	if (n > 0)
		deliver(s, &p->out, p->next++);
	while (p->next < p->out.n_sends) {
		ops = ops_in(out_message(&p->out, p->next));
		if (ops > 0) {
			s->figures.assigns++;
			s->figures.ops_sent += ops;
			clock_at(s->clock, s->clock->now + ops * TURN_OP_NS,
			    on_parting, p, ops);
			return;
		}
		deliver(s, &p->out, p->next++);
	}
	out_clear(&p->out);
	xfree(p);
	s->busy = false;
	if (s->inbox != NULL || s->due)
		server_turn(s);
}

static void
on_wake(void *arg, uint64_t at)
{
	struct server *s = arg;

	if (at != s->wake)
		return;
	s->wake = NEVER_NS;
	if (s->busy)
		s->due = true;
	else
		server_turn(s);
}

static void
wake_at(struct server *s, uint64_t at_us)
{
	if (at_us >= NEVER_NS / US)
		return;
	if (at_us * US >= s->wake && s->wake > s->clock->now)
		return;
	s->wake = at_us * US > s->clock->now ? at_us * US :
	    s->clock->now + US;
	clock_at(s->clock, s->wake, on_wake, s, s->wake);
}

void
server_turn(struct server *s)
{
	struct parting *p = xcalloc(1, sizeof(*p));
	double cpu = cpu_now();
	struct mail *m;
	uint64_t next;

	s->busy = true;
	s->due = false;
	while ((m = s->inbox) != NULL) {
		s->inbox = m->next;
		apply(s, m);
		xfree(m);
	}
	s->inbox_end = &s->inbox;
	next = s->brain.tick(s->brain.arg, s->clock->now / US, &s->out);
	s->figures.cpu += cpu_now() - cpu;
	p->server = s;
	p->out = s->out;
	out_init(&s->out);
	clock_at(s->clock, s->clock->now + (s->clock->now < s->gathers ?
	    GATHER_NS : TURN_NS), on_parting, p, 0);
	wake_at(s, next);
}

void
server_post(struct server *s, uint64_t session, uint8_t from, struct bytes b)
{
	struct mail *m = xmalloc(sizeof(*m) + b.n);

	m->next = NULL;
	m->session = session;
	m->from = from;
	m->n = b.n;
	memcpy(m->bytes, b.p, b.n);
	*s->inbox_end = m;
	s->inbox_end = &m->next;
	if (!s->busy)
		server_turn(s);
}

void
server_say(struct server *s, uint64_t session, const struct msg *m)
{
	struct buf b;

	buf_init(&b);
	msg_encode(&b, m);
	server_post(s, session, session >= DEV_SESSION ? MSG_D : MSG_G,
	    (struct bytes){ b.data, b.len });
	buf_clear(&b);
}

/* ---- sessions ---- */

void
server_connect(struct server *s, struct host *h)
{
	if (s->n_gates == s->gates_cap) {
		s->gates_cap = s->gates_cap == 0 ? 64 : s->gates_cap * 2;
		s->gates = xrealloc(s->gates,
		    s->gates_cap * sizeof(struct gate *));
	}
	h->session = s->n_gates + 1;
	s->gates[s->n_gates] = gate_new(s, h, h->session);
	gate_attach(s->gates[s->n_gates++]);
}

static void
on_lost(void *arg, uint64_t n)
{
	struct gate *g = arg;
	struct msg m = { .id = M_SESSION };

	m.session.what = n;
	server_say(g->server, g->session, &m);
}

void
server_lost(struct server *s, struct host *h, double seen)
{
	struct gate *g = s->gates[h->session - 1];

	gate_cut(g);
	clock_at(s->clock, s->clock->now + clock_ns(seen), on_lost, g,
	    PRESENCE_GONE);
}

void
server_store(struct server *s, uint64_t name, const struct shape *shape,
    const uint8_t digest[DIGEST_LEN])
{
	uint8_t head[FAKE_HEAD];

	fake_head(name, shape->dtype, head);
	(void)store_add(s, shape, digest, head, sizeof(head));
}
