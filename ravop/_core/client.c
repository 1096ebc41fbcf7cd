/*
 * Connection, graphs and events of the client; see client.h.
 */
#include <string.h>

#include "client_int.h"

#define MESSAGE_MAX	(17u << 20)	/* longest message the server sends */

char *
client_text(const char *text, size_t n)
{
	char *copy = xmalloc(n + 1);

	if (n > 0)
		memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

struct client *
client_new(const char *host, const char *path, const char *token,
    const char *build)
{
	struct client *c = xcalloc(1, sizeof *c);

	c->host = xstrdup(host);
	c->path = xstrdup(path);
	c->token = xstrdup(token);
	c->build = xstrdup(build);
	c->limits.credit_batches = 8;
	c->limits.credit_bytes = 16u << 20;
	c->limits.part_bytes = 64u << 10;
	c->events_last = &c->events;
	buf_init(&c->in);
	buf_init(&c->out);
	buf_init(&c->scratch);
	msg_arena_init(&c->arena);
	return c;
}

static void
free_batch(struct client_batch *b)
{
	buf_clear(&b->program);
	xfree(b->want);
	xfree(b->persist);
	xfree(b->released);
	xfree(b);
}

static void
free_graph(struct client *c, struct client_graph *g)
{
	while (g->first != NULL)
		free_batch(client_shift(c, g));
	xfree(g->name);
	xfree(g->approach);
	xfree(g->options);
	client_wants_clear(&g->wants);
	xfree(g);
}

void
client_free(struct client *c)
{
	struct client_event *ev;
	uint32_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n_graphs; i++)
		free_graph(c, c->graphs[i]);
	xfree(c->graphs);
	client_data_free(c);
	while ((ev = client_next(c)) != NULL)
		client_event_free(ev);
	if (c->state != CLIENT_OFF)
		ws_clear(&c->ws);
	buf_clear(&c->in);
	buf_clear(&c->out);
	buf_clear(&c->scratch);
	msg_arena_clear(&c->arena);
	xfree(c->host);
	xfree(c->path);
	xfree(c->token);
	xfree(c->build);
	xfree(c);
}

enum client_state
client_state(const struct client *c)
{
	return c->state;
}

const struct client_stats *
client_stats(const struct client *c)
{
	return &c->stats;
}

/* Events. */

struct client_event *
client_event(struct client *c, enum client_event_type type, uint32_t graph)
{
	struct client_event *ev = xcalloc(1, sizeof *ev);

	ev->type = type;
	ev->graph = graph;
	*c->events_last = ev;
	c->events_last = &ev->next;
	return ev;
}

struct client_event *
client_next(struct client *c)
{
	struct client_event *ev = c->events;

	if (ev == NULL)
		return NULL;
	c->events = ev->next;
	if (c->events == NULL)
		c->events_last = &c->events;
	ev->next = NULL;
	return ev;
}

void
client_event_free(struct client_event *ev)
{
	size_t i;

	for (i = 0; i < ev->n_failures; i++)
		xfree(ev->failures[i].text);
	xfree(ev->failures);
	xfree(ev->bytes);
	xfree(ev->text);
	xfree(ev->by);
	xfree(ev);
}

/* Connection. */

void
client_connect(struct client *c, const uint8_t seed[DIGEST_LEN])
{
	struct ws_limits limits = { MESSAGE_MAX, MESSAGE_MAX, 65536, 16 };

	if (c->state != CLIENT_OFF)
		client_lost(c);
	memcpy(c->seed, seed, sizeof c->seed);
	c->mask_count = 0;
	ws_init(&c->ws, WS_CLIENT, &limits);
	ws_key(c->seed, c->key);
	ws_client_request(&c->out, c->host, c->path, NULL, c->key);
	c->state = CLIENT_HANDSHAKE;
	c->stats.connects++;
}

/* Everything not recorded is to be sent again. */
void
client_again(struct client *c, bool connection)
{
	struct client_graph *g;
	struct client_batch *b;
	uint32_t i;

	for (i = 0; i < c->n_graphs; i++) {
		g = c->graphs[i];
		g->asked = g->open = g->end_sent = false;
		g->sent_batches = g->sent_bytes = 0;
		for (b = g->first; b != NULL; b = b->next)
			b->sent = false;
		client_wants_unsend(&g->wants);
	}
	if (connection)
		client_data_lost(c);
}

void
client_lost(struct client *c)
{
	if (c->state == CLIENT_OFF)
		return;
	ws_clear(&c->ws);
	buf_reset(&c->in);
	buf_reset(&c->out);
	c->out_off = 0;
	c->state = CLIENT_OFF;
	client_again(c, true);
}

void
client_close(struct client *c, uint32_t code, const char *why)
{
	struct client_event *ev;

	ev = client_event(c, CLIENT_EV_CLOSED, CLIENT_NONE);
	ev->code = code;
	ev->text = xstrdup(why);
	client_lost(c);
}

static size_t
recv_handshake(struct client *c, const uint8_t *data, size_t len)
{
	const char *why = "";
	size_t used = 0, before = c->in.len;
	int got;

	buf_add(&c->in, data, len);
	got = ws_client_check(c->in.data, c->in.len, c->key, &used, &why);
	if (got < 0) {
		client_close(c, 0, why);
		return len;
	}
	if (got == 0) {
		if (c->in.len > 65536)
			client_close(c, 0, "the server's answer is no handshake");
		return len;
	}
	c->state = CLIENT_HELLO;
	client_say_hello(c);
	buf_reset(&c->in);
	return used - before;
}

static void
on_event(struct client *c, const struct ws_event *ev)
{
	char *why;

	switch (ev->type) {
	case WS_EV_MESSAGE:
		if (ev->opcode == WS_BINARY)
			client_message(c, ev->data, ev->len);
		break;
	case WS_EV_PING:
		client_control(c, WS_PONG, ev->data, ev->len);
		break;
	case WS_EV_CLOSE:
		why = client_text((const char *)ev->data, ev->len);
		client_close(c, ev->code, why);
		xfree(why);
		break;
	case WS_EV_ERROR:
		client_close(c, ev->code, ev->why);
		break;
	case WS_EV_PONG:
	case WS_EV_NONE:
		break;
	}
}

void
client_recv(struct client *c, uint8_t *data, size_t len)
{
	struct ws_event ev;
	size_t used = 0;

	if (c->state == CLIENT_HANDSHAKE)
		used = recv_handshake(c, data, len);
	while (c->state != CLIENT_OFF && c->state != CLIENT_HANDSHAKE) {
		used += ws_recv(&c->ws, data + used, len - used, &ev);
		if (ev.type == WS_EV_NONE)
			break;
		on_event(c, &ev);
	}
}

const uint8_t *
client_output(struct client *c, size_t *n)
{
	if (c->state == CLIENT_READY)
		client_pump(c);
	*n = c->out.len - c->out_off;
	return c->out.data + c->out_off;
}

void
client_sent(struct client *c, size_t n)
{
	c->out_off += n;
	if (c->out_off == c->out.len) {
		buf_reset(&c->out);
		c->out_off = 0;
	}
}

/* Graphs. */

uint32_t
client_graph(struct client *c, const uint8_t key[CLIENT_KEY], uint64_t number,
    const char *name, const char *approach, uint64_t verify,
    const char *options, bool low)
{
	struct client_graph *g = xcalloc(1, sizeof *g);

	memcpy(g->key, key, CLIENT_KEY);
	g->g = number;
	g->attach = number != 0;
	g->verify = verify;
	g->name = xstrdup(name);
	g->approach = xstrdup(approach);
	g->options = xstrdup(options);
	g->low = low;
	g->last = &g->first;
	g->next_n = 1;
	c->graphs = xrealloc(c->graphs, (c->n_graphs + 1) * sizeof *c->graphs);
	c->graphs[c->n_graphs] = g;
	return c->n_graphs++;
}

static uint64_t *
copy_ops(const uint64_t *ops, size_t n)
{
	uint64_t *copy;

	if (n == 0)
		return NULL;
	copy = xmalloc(n * sizeof *copy);
	memcpy(copy, ops, n * sizeof *copy);
	return copy;
}

uint64_t
client_batch(struct client *c, uint32_t graph, struct buf *program,
    const uint64_t *want, size_t n_want, const uint64_t *persist,
    size_t n_persist, const uint64_t *released, size_t n_released)
{
	struct client_graph *g = c->graphs[graph];
	struct client_batch *b = xcalloc(1, sizeof *b);
	size_t i;

	b->n = g->next_n++;
	b->program = *program;
	buf_init(program);
	b->want = copy_ops(want, n_want);
	b->n_want = n_want;
	b->persist = copy_ops(persist, n_persist);
	b->n_persist = n_persist;
	b->released = copy_ops(released, n_released);
	b->n_released = n_released;
	for (i = 0; i < n_want; i++)
		client_wants_add(&g->wants, want[i], b->n, true);
	*g->last = b;
	g->last = &b->next;
	g->n_batches++;
	return b->n;
}

void
client_want(struct client *c, uint32_t graph, const uint64_t *ops, size_t n)
{
	struct client_graph *g = c->graphs[graph];
	size_t i;

	for (i = 0; i < n; i++)
		client_wants_add(&g->wants, ops[i], g->next_n - 1, false);
}

void
client_unwant(struct client *c, uint32_t graph, uint64_t op)
{
	client_wants_drop(&c->graphs[graph]->wants, op);
}

void
client_end(struct client *c, uint32_t graph, bool cancel)
{
	struct client_graph *g = c->graphs[graph];

	/* A cancel overtakes an end that is waited for. */
	if (!g->end || (cancel && !g->cancel))
		g->end_sent = false;
	g->end = true;
	g->cancel = cancel;
}

bool
client_ask(struct client *c, const char *what, const char *arg)
{
	struct msg m = { .id = M_QUERY };

	if (c->state != CLIENT_READY)
		return false;
	m.query.what = str_of(what);
	m.query.arg = str_of(arg);
	client_write(c, &m);
	return true;
}

bool
client_plan(struct client *c, uint32_t graph, const struct buf *program,
    const uint64_t *want, size_t n_want, bool sinks, uint64_t *upload)
{
	struct client_graph *g = c->graphs[graph];
	struct msg m = { .id = M_PLAN };

	if (c->state != CLIENT_READY || !g->open)
		return false;
	m.plan.g = g->g;
	m.plan.program = (struct bytes){ program->data, program->len };
	m.plan.want = (struct u64s){ want, n_want };
	m.plan.sinks = sinks;
	client_write(c, &m);
	*upload = client_missing(c, program);
	return true;
}

void
client_resume(struct client *c, uint32_t graph, uint64_t batches)
{
	c->graphs[graph]->acked = batches;
	c->graphs[graph]->next_n = batches + 1;
}

void
client_retry(struct client *c, uint32_t graph)
{
	c->graphs[graph]->hold = false;
}

void
client_forget(struct client *c, uint32_t graph)
{
	struct client_graph *g = c->graphs[graph];

	g->gone = true;
	client_wants_clear(&g->wants);
	while (g->first != NULL)
		free_batch(client_shift(c, g));
}

void
client_abandon(struct client *c, uint32_t graph)
{
	struct client_graph *g = c->graphs[graph];
	bool known = g->asked || g->g != 0;

	if (g->gone)
		return;
	client_forget(c, graph);
	if (!known)
		return;
	g->gone = g->hold = false;
	client_end(c, graph, true);
}

size_t
client_open(const struct client *c)
{
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < c->n_graphs; i++)
		n += !c->graphs[i]->gone &&
		    (c->graphs[i]->asked || c->graphs[i]->g != 0);
	return n;
}

size_t
client_unacked(const struct client *c, uint32_t graph)
{
	return c->graphs[graph]->n_batches;
}

/* Takes the oldest batch off, with the tensors only it needed. */
struct client_batch *
client_shift(struct client *c, struct client_graph *g)
{
	struct client_batch *b = g->first;

	client_blob_unref(c, &b->program);
	if (b->sent) {
		g->sent_batches--;
		g->sent_bytes -= b->program.len;
	}
	g->first = b->next;
	if (g->first == NULL)
		g->last = &g->first;
	g->n_batches--;
	return b;
}

void
client_acked(struct client *c, uint32_t graph, uint64_t n)
{
	struct client_graph *g = c->graphs[graph];
	struct client_event *ev;

	if (n <= g->acked)
		return;
	while (g->first != NULL && g->first->n <= n)
		free_batch(client_shift(c, g));
	g->acked = n;
	ev = client_event(c, CLIENT_EV_ACKED, graph);
	ev->number = n;
}
