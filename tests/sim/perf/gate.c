/*
 * A modelled gateway, one connection of it.
 */
#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOCKET	16384	/* unsent, that a socket takes at least */
#define PART		65536
#define SLOW_PART	16384
#define SLOW_RATE	6250000.0
#define MEASURED_NS	SECOND		/* after HELLO its line is known */
#define PING_NS		(20 * SECOND)

struct pull {
	struct pull		*next;
	const struct stored	*value;
	uint64_t		 sent;
	bool			 announced;
};

struct push {
	struct push	*next;
	struct shape	 shape;
	uint64_t	 size, got;
	uint8_t		 digest[DIGEST_LEN];
	uint8_t		 head[64];
};

static const uint8_t zeros[PART];

struct gate *
gate_new(struct server *s, struct host *h, uint64_t session)
{
	struct gate *g = xcalloc(1, sizeof(*g));

	g->server = s;
	g->host = h;
	g->session = session;
	g->pulls_end = &g->pulls;
	g->part = h->trait.down < SLOW_RATE ? SLOW_PART : PART;
	return g;
}

static void
free_push(struct push **at)
{
	struct push *p = *at;

	*at = p->next;
	xfree(p);
}

static void
free_pull(struct gate *g)
{
	struct pull *p = g->pulls;

	g->pulls = p->next;
	if (g->pulls == NULL)
		g->pulls_end = &g->pulls;
	xfree(p);
}

void
gate_cut(struct gate *g)
{
	g->host = NULL;
	while (g->pushes != NULL)
		free_push(&g->pushes);
	while (g->pulls != NULL)
		free_pull(g);
	for (; g->first_message < g->n_messages; g->first_message++)
		buf_clear(&g->messages[g->first_message]);
	xfree(g->messages);
	g->messages = NULL;
	g->n_messages = g->first_message = g->messages_cap = 0;
}

void
gate_free(struct gate *g)
{
	if (g == NULL)
		return;
	gate_cut(g);
	xfree(g);
}

/* ---- down ---- */

static void
send_message(struct gate *g, const struct msg *m)
{
	struct buf b;

	buf_init(&b);
	msg_encode(&b, m);
	link_send(&g->host->down, (struct bytes){ b.data, b.len });
	buf_clear(&b);
}

static void
send_put(struct gate *g, const struct stored *v)
{
	struct msg m = { .id = M_PUT };

	m.put.digest = (struct bytes){ v->digest, DIGEST_LEN };
	m.put.dtype = v->shape.dtype;
	m.put.dims = (struct i64s){ v->shape.dims, v->shape.ndim };
	m.put.size = v->size;
	send_message(g, &m);
}

static void
send_part(struct gate *g, struct pull *p)
{
	const struct stored *v = p->value;
	uint64_t n = v->size - p->sent < g->part ? v->size - p->sent : g->part;
	struct msg m = { .id = M_PART };
	uint8_t first[PART] = { 0 };

	m.part.digest = (struct bytes){ v->digest, DIGEST_LEN };
	m.part.offset = p->sent;
	m.part.data = (struct bytes){ zeros, n };
	if (p->sent == 0) {
		memcpy(first, v->head, n < 64 ? n : 64);
		m.part.data.p = first;
	}
	send_message(g, &m);
	p->sent += n;
}

/* One parcel, messages first; false: there is none. */
static bool
parcel_down(struct gate *g)
{
	struct buf *b;

	if (g->first_message < g->n_messages) {
		b = &g->messages[g->first_message++];
		link_send(&g->host->down, (struct bytes){ b->data, b->len });
		buf_clear(b);
		if (g->first_message == g->n_messages)
			g->first_message = g->n_messages = 0;
		return true;
	}
	if (g->pulls == NULL)
		return false;
	if (!g->pulls->announced) {
		g->pulls->announced = true;
		send_put(g, g->pulls->value);
		return true;
	}
	send_part(g, g->pulls);
	if (g->pulls->sent == g->pulls->value->size)
		free_pull(g);
	return true;
}

/* What the socket takes before the line has sent it. */
static void
next_down(void *arg)
{
	struct gate *g = arg;

	while (g->host != NULL && g->host->down.queued < SOCKET &&
	    parcel_down(g))
		continue;
}

static bool
is_coming(const struct gate *g, const uint8_t *digest)
{
	const struct pull *p;

	for (p = g->pulls; p != NULL; p = p->next)
		if (memcmp(p->value->digest, digest, DIGEST_LEN) == 0)
			return true;
	return false;
}

static void
refuse_pull(struct gate *g, const uint8_t *digest)
{
	struct msg m = { .id = M_REFUSE };
	char hex[DIGEST_HEX];

	digest_hex(digest, hex);
	m.refuse.what = SUBJECT_TENSOR;
	m.refuse.code = E_NO_TENSOR;
	m.refuse.text = str_of(hex);
	send_message(g, &m);
}

static void
add_pulls(struct gate *g, const struct msg_assign *m)
{
	const struct rec_input *in;
	struct stored *v;
	struct pull *p;
	size_t i;

	for (i = 0; i < m->inputs.n; i++) {
		in = &m->inputs.v[i];
		if (in->from != FROM_SENT || in->digest.n != DIGEST_LEN ||
		    is_coming(g, in->digest.p))
			continue;
		v = store_find(g->server, in->digest.p);
		if (v == NULL) {
			refuse_pull(g, in->digest.p);
			continue;
		}
		p = xcalloc(1, sizeof(*p));
		p->value = v;
		*g->pulls_end = p;
		g->pulls_end = &p->next;
	}
}

static void
queue_message(struct gate *g, struct bytes b)
{
	if (g->n_messages == g->messages_cap) {
		g->messages_cap = g->messages_cap == 0 ? 8 :
		    g->messages_cap * 2;
		g->messages = xrealloc(g->messages,
		    g->messages_cap * sizeof(*g->messages));
	}
	buf_init(&g->messages[g->n_messages]);
	buf_add(&g->messages[g->n_messages++], b.p, b.n);
}

void
gate_send(struct gate *g, struct bytes b)
{
	struct msg_arena arena;
	struct msg_fault fault;
	struct msg m;

	if (g->host == NULL)
		return;
	queue_message(g, b);
	if (msg_peek(b.p, b.n) == M_ASSIGN) {
		msg_arena_init(&arena);
		if (msg_decode(&m, b.p, b.n, MSG_S, MSG_P, &arena,
		    &fault) != E_OK) {
			fprintf(stderr, "ASSIGN: %s %s\n", fault.field,
			    fault.why);
			abort();
		}
		if (g->server->watch != NULL)
			g->server->watch->assigned(g->server->watch->arg,
			    m.assign.group, m.assign.exports.v[0].op);
		add_pulls(g, &m.assign);
		msg_arena_clear(&arena);
	}
	next_down(g);
}

/* ---- up ---- */

static void
say_stored(struct gate *g, const struct push *p)
{
	struct msg m = { .id = M_STORED };
	struct buf b;

	m.stored.digest = (struct bytes){ p->digest, DIGEST_LEN };
	m.stored.size = p->size;
	buf_init(&b);
	msg_encode(&b, &m);
	server_post(g->server, g->session, MSG_G,
	    (struct bytes){ b.data, b.len });
	queue_message(g, (struct bytes){ b.data, b.len });
	buf_clear(&b);
	next_down(g);
}

static struct push **
find_push(struct gate *g, struct bytes digest)
{
	struct push **at = &g->pushes;

	while (*at != NULL && memcmp((*at)->digest, digest.p, DIGEST_LEN) != 0)
		at = &(*at)->next;
	return at;
}

static void
on_put(struct gate *g, const struct msg_put *m)
{
	struct push **at = find_push(g, m->digest), *p;

	if (*at != NULL)
		free_push(at);		/* from its start again */
	p = xcalloc(1, sizeof(*p));
	p->shape.dtype = (uint8_t)m->dtype;
	p->shape.ndim = (uint8_t)m->dims.n;
	memcpy(p->shape.dims, m->dims.v, m->dims.n * sizeof(int64_t));
	p->size = m->size;
	memcpy(p->digest, m->digest.p, DIGEST_LEN);
	p->next = g->pushes;
	g->pushes = p;
}

static void
on_part(struct gate *g, const struct msg_part *m)
{
	struct push **at = find_push(g, m->digest), *p = *at;

	if (p == NULL || m->offset != p->got)
		abort();
	if (m->offset == 0)
		memcpy(p->head, m->data.p, m->data.n < 64 ? m->data.n : 64);
	p->got += m->data.n;
	if (p->got < p->size)
		return;
	store_add(g->server, &p->shape, p->digest, p->head, sizeof(p->head));
	say_stored(g, p);
	free_push(at);
}

static void
on_measured(void *arg, uint64_t n)
{
	struct gate *g = arg;
	struct msg m = { .id = M_SESSION };

	(void)n;
	if (g->host == NULL)
		return;
	m.session.what = PRESENCE_LINK;
	m.session.rtt_us = (uint64_t)(g->host->trait.rtt * 1e6);
	m.session.down = (uint64_t)g->host->trait.down;
	m.session.up = (uint64_t)g->host->trait.up;
	server_say(g->server, g->session, &m);
}

static void
on_ping_time(void *arg, uint64_t n)
{
	struct gate *g = arg;
	struct msg m = { .id = M_PING };
	struct buf b;

	if (g->host == NULL)
		return;
	m.ping.id = n;
	buf_init(&b);
	msg_encode(&b, &m);
	queue_message(g, (struct bytes){ b.data, b.len });
	buf_clear(&b);
	next_down(g);
	clock_at(g->server->clock, g->server->clock->now + PING_NS,
	    on_ping_time, g, n + 1);
}

static void
on_hello(struct gate *g)
{
	if (g->hello)
		return;
	g->hello = true;
	clock_at(g->server->clock, g->server->clock->now + MEASURED_NS,
	    on_measured, g, 0);
	clock_at(g->server->clock, g->server->clock->now + PING_NS,
	    on_ping_time, g, 1);
}

static void
on_ping(struct gate *g, const struct msg_ping *m)
{
	struct msg pong = { .id = M_PONG };
	struct buf b;

	pong.pong.id = m->id;
	buf_init(&b);
	msg_encode(&b, &pong);
	queue_message(g, (struct bytes){ b.data, b.len });
	buf_clear(&b);
	next_down(g);
}

static void
gate_received(void *arg, const uint8_t *p, size_t n)
{
	struct gate *g = arg;
	struct msg_arena *arena = &g->server->arena;
	struct msg_fault fault;
	struct msg m;
	uint32_t id = msg_peek(p, n);

	if (id != M_PUT && id != M_PART && id != M_PING && id != M_PONG) {
		if (id == M_HELLO)
			on_hello(g);
		server_post(g->server, g->session, MSG_P,
		    (struct bytes){ p, n });
		return;
	}
	msg_arena_reset(arena);
	if (msg_decode(&m, p, n, MSG_P, MSG_G, arena, &fault) != E_OK)
		abort();
	if (id == M_PUT)
		on_put(g, &m.put);
	else if (id == M_PART)
		on_part(g, &m.part);
	else if (id == M_PING)
		on_ping(g, &m.ping);
}

void
gate_attach(struct gate *g)
{
	g->host->up.arrive = gate_received;
	g->host->up.arg = g;
	g->host->down.drained = next_down;
	g->host->down.drained_arg = g;
}
