/*
 * What the client sends and when: HELLO, graphs, then batches within the
 * credit, each after the tensors it names, then wants and ends.
 */
#include <string.h>

#include "client_int.h"

/* Masks come from the seed; a proxy cannot foresee them (RFC 6455, 10.3). */
static const uint8_t *
next_mask(struct client *c)
{
	struct digest d;
	size_t at = c->mask_count % (DIGEST_LEN / 4);

	if (at == 0) {
		digest_init_keyed(&d, c->seed);
		digest_update(&d, &c->mask_count, sizeof c->mask_count);
		digest_final(&d, c->masks);
	}
	c->mask_count++;
	return c->masks + at * 4;
}

void
client_control(struct client *c, enum ws_opcode op, const void *data, size_t n)
{
	ws_frame(&c->out, op, data, n, next_mask(c));
}

/* One message, in fragments the server's frame limit allows. */
void
client_write(struct client *c, const struct msg *m)
{
	uint8_t head[WS_HEAD_MAX], *payload;
	const uint8_t *mask;
	size_t off = 0, n, h;

	buf_reset(&c->scratch);
	msg_encode(&c->scratch, m);
	do {
		n = c->scratch.len - off;
		if (n > CLIENT_FRAME)
			n = CLIENT_FRAME;
		mask = next_mask(c);
		h = ws_head(head, off == 0 ? WS_BINARY : WS_CONT,
		    off + n == c->scratch.len, n, mask);
		buf_add(&c->out, head, h);
		payload = buf_grow(&c->out, n);
		memcpy(payload, c->scratch.data + off, n);
		ws_mask(payload, n, mask);
		off += n;
	} while (off < c->scratch.len);
}

void
client_say_hello(struct client *c)
{
	struct rec_graph_ref refs[64];
	struct msg m = { .id = M_HELLO };
	struct client_graph *g;
	uint32_t i, n = 0;

	memset(refs, 0, sizeof refs);
	for (i = 0; i < c->n_graphs && n < 64; i++) {
		g = c->graphs[i];
		if (g->gone)
			continue;
		refs[n].key = (struct bytes){ g->key, CLIENT_KEY };
		refs[n].last = g->acked;
		refs[n++].g = g->g;
	}
	m.hello.version = RAVEN_PROTOCOL;
	m.hello.role = ROLE_DEVELOPER;
	m.hello.build = str_of(c->build);
	m.hello.kind = str_of("python");
	m.hello.token = (struct bytes){ (const uint8_t *)c->token,
	    strlen(c->token) };
	m.hello.graphs.v = refs;
	m.hello.graphs.n = n;
	client_write(c, &m);
	c->state = CLIENT_HELLO;
}

static void
say_graph(struct client *c, struct client_graph *g)
{
	struct msg m = { .id = M_GRAPH };

	m.graph.key = (struct bytes){ g->key, CLIENT_KEY };
	m.graph.g = g->attach ? g->g : 0;
	m.graph.name = str_of(g->name);
	m.graph.approach = str_of(g->approach);
	m.graph.verify = g->verify;
	m.graph.options = str_of(g->options);
	m.graph.low = g->low;
	client_write(c, &m);
	g->asked = true;
}

static void
say_batch(struct client *c, struct client_graph *g, struct client_batch *b)
{
	struct msg m = { .id = M_BATCH };
	struct client_wanted *want;
	size_t i;

	m.batch.g = g->g;
	m.batch.n = b->n;
	m.batch.program = (struct bytes){ b->program.data, b->program.len };
	m.batch.want = (struct u64s){ b->want, b->n_want };
	m.batch.persist = (struct u64s){ b->persist, b->n_persist };
	m.batch.released = (struct u64s){ b->released, b->n_released };
	client_write(c, &m);
	c->stats.batches++;
	c->stats.resent += b->was_sent;
	b->sent = b->was_sent = true;
	for (i = 0; i < b->n_want; i++) {
		want = client_wants_find(&g->wants, b->want[i]);
		if (want != NULL && want->carried && want->n == b->n)
			client_wants_sent(&g->wants, want, true);
	}
	g->sent_batches++;
	g->sent_bytes += b->program.len;
}

/* Wants that no batch carries, or whose batch is recorded already. */
static void
say_want(struct client *c, struct client_graph *g)
{
	struct msg m = { .id = M_WANT };
	uint64_t ops[1024];
	struct client_wanted *w;
	size_t i, n = 0;

	for (i = 0; i < g->wants.n && g->wants.unsent > 0 && n < 1024; i++) {
		w = &g->wants.v[i];
		if (w->sent || ((w->carried || w->late) && w->n > g->acked))
			continue;
		client_wants_sent(&g->wants, w, true);
		ops[n++] = w->op;
	}
	if (n == 0)
		return;
	m.want.g = g->g;
	m.want.ops = (struct u64s){ ops, n };
	client_write(c, &m);
	if (n == 1024)
		say_want(c, g);
}

static bool
full(const struct client *c)
{
	return c->out.len - c->out_off >= CLIENT_OUTPUT;
}

/* False while there is more to send for the graph than may leave now. */
static bool
pump_batches(struct client *c, struct client_graph *g)
{
	struct client_batch *b;

	for (b = g->first; b != NULL; b = b->next) {
		if (b->sent)
			continue;
		if (g->sent_batches > 0 &&
		    (g->sent_batches >= c->limits.credit_batches ||
		    g->sent_bytes + b->program.len > c->limits.credit_bytes))
			return false;
		if (full(c) || !client_upload(c, &b->program))
			return false;
		say_batch(c, g, b);
	}
	return true;
}

static void
pump_graph(struct client *c, struct client_graph *g)
{
	struct msg m = { .id = M_END };

	if (!g->asked)
		say_graph(c, g);
	if (!g->open || g->hold || !pump_batches(c, g))
		return;
	say_want(c, g);
	/* Not before: a batch that is refused and sent again comes too late. */
	if (g->end && !g->end_sent && g->first == NULL) {
		m.end.g = g->g;
		m.end.cancel = g->cancel;
		client_write(c, &m);
		g->end_sent = true;
	}
}

void
client_pump(struct client *c)
{
	uint32_t i;

	while (c->upload != NULL && !full(c))
		client_part(c);
	for (i = 0; i < c->n_graphs && c->upload == NULL && !full(c); i++)
		if (!c->graphs[i]->gone)
			pump_graph(c, c->graphs[i]);
}
