/*
 * What each message of the server does to the client.
 */
#include <string.h>

#include "client_int.h"

static uint32_t
graph_of(const struct client *c, uint64_t g)
{
	uint32_t i;

	for (i = 0; i < c->n_graphs; i++)
		if (c->graphs[i]->g == g && g != 0)
			return i;
	return CLIENT_NONE;
}

static uint32_t
graph_of_key(const struct client *c, struct bytes key)
{
	uint32_t i;

	if (key.n != CLIENT_KEY)
		return CLIENT_NONE;
	for (i = 0; i < c->n_graphs; i++)
		if (memcmp(c->graphs[i]->key, key.p, CLIENT_KEY) == 0)
			return i;
	return CLIENT_NONE;
}

static void
opened(struct client *c, uint32_t graph, uint64_t number)
{
	struct client_graph *g = c->graphs[graph];
	struct client_event *ev;

	g->open = g->asked = true;
	if (g->g == number && !g->attach)
		return;
	g->g = number;
	ev = client_event(c, CLIENT_EV_OPENED, graph);
	ev->g = number;
}

static struct client_event *
refused(struct client *c, uint32_t graph, uint32_t what, uint32_t code,
    struct str text)
{
	struct client_event *ev;

	ev = client_event(c, CLIENT_EV_REFUSED, graph);
	ev->what = what;
	ev->code = code;
	ev->text = client_text(text.p, text.n);
	return ev;
}

/* The server lost a graph, or batches of it, that it had recorded. */
static void
lost(struct client *c, uint32_t graph, const char *text)
{
	refused(c, graph, SUBJECT_GRAPH, E_NO_GRAPH, str_of(text));
	client_forget(c, graph);
}

static void
check_known(struct client *c, uint32_t graph)
{
	struct client_graph *g = c->graphs[graph];

	if (!g->gone && !g->attach && !g->open && g->acked > 0)
		lost(c, graph, "the server does not know this graph any more");
}

static void
resume(struct client *c, const struct rec_graph_ref *ref)
{
	uint32_t graph = graph_of_key(c, ref->key);

	if (graph == CLIENT_NONE || ref->g == 0 || c->graphs[graph]->gone)
		return;
	if (ref->last < c->graphs[graph]->acked) {
		lost(c, graph, "the server lost batches it had recorded");
		return;
	}
	opened(c, graph, ref->g);
	client_acked(c, graph, ref->last);
}

static void
on_welcome(struct client *c, const struct msg_welcome *m)
{
	struct client_event *ev;
	uint32_t i;
	size_t k;

	if (m->credit_batches > 0)
		c->limits.credit_batches = m->credit_batches;
	if (m->credit_bytes > 0)
		c->limits.credit_bytes = m->credit_bytes;
	if (m->part_bytes > 0 && m->part_bytes <= (1u << 20))
		c->limits.part_bytes = m->part_bytes;
	c->state = CLIENT_READY;
	ev = client_event(c, CLIENT_EV_READY, CLIENT_NONE);
	ev->g = m->max_tensor;
	for (k = 0; k < m->graphs.n; k++)
		resume(c, &m->graphs.v[k]);
	for (i = 0; i < c->n_graphs; i++)
		check_known(c, i);
}

static void
on_ack(struct client *c, const struct msg_ack *m)
{
	uint32_t graph;

	if (m->n == 0) {
		graph = graph_of_key(c, m->key);
		if (graph == CLIENT_NONE)
			graph = graph_of(c, m->g);
		if (graph != CLIENT_NONE)
			opened(c, graph, m->g);
		return;
	}
	graph = graph_of(c, m->g);
	if (graph != CLIENT_NONE)
		client_acked(c, graph, m->n);
}

/* Everything from batch n on is to be sent again. */
static void
unsend(struct client_graph *g, uint64_t n)
{
	struct client_batch *b;

	for (b = g->first; b != NULL; b = b->next) {
		if (b->n < n || !b->sent)
			continue;
		b->sent = false;
		g->sent_batches--;
		g->sent_bytes -= b->program.len;
	}
}

static struct client_batch *
batch_of(struct client_graph *g, uint64_t n)
{
	struct client_batch *b;

	for (b = g->first; b != NULL; b = b->next)
		if (b->n == n)
			return b;
	return NULL;
}

#define TENSOR_TRIES	3	/* beside those for want of room */
#define GAP_MS		50	/* until batches out of order are sent again */

/* Its tensors are sent once more; after so many ms. */
static uint64_t
forget_uploads(struct client *c, const struct client_batch *b)
{
	uint64_t wait = GAP_MS;
	struct client_blob *blob;
	struct program p;
	struct op_error err;
	uint32_t i;

	if (program_open(&p, b->program.data, b->program.len, UINT32_MAX,
	    &err) != E_OK)
		return wait;
	for (i = 0; i < p.n_digests; i++) {
		blob = client_blob(c, p.digests + (size_t)i * DIGEST_LEN);
		if (blob == NULL || blob == c->upload)
			continue;
		blob->uploaded = false;
		if (blob->wait_ms > wait)
			wait = blob->wait_ms;
	}
	return wait;
}

/* The graph cannot go on without what was refused. */
void
client_refused(struct client *c, uint32_t graph, const struct msg_refuse *m)
{
	struct client_event *ev;

	ev = refused(c, graph, (uint32_t)m->what, (uint32_t)m->code, m->text);
	ev->number = m->number;
	ev->op = m->op;
	client_forget(c, graph);
}

static void
refused_batch(struct client *c, uint32_t graph, const struct msg_refuse *m)
{
	struct client_graph *g = c->graphs[graph];
	struct client_batch *b = batch_of(g, m->number);
	struct client_event *ev;
	uint64_t wait = m->retry_ms;

	if (b == NULL || !b->sent)
		return;		/* it follows one that was refused */
	if (m->code == E_GAP && wait == 0)
		wait = GAP_MS;
	if (m->code == E_NO_TENSOR && b->tries < TENSOR_TRIES) {
		wait = forget_uploads(c, b);
		b->tries += wait == GAP_MS;
	}
	unsend(g, m->number);
	if (wait > 0) {
		g->hold = true;
		ev = client_event(c, CLIENT_EV_RETRY, graph);
		ev->retry_ms = wait;
		ev->code = (uint32_t)m->code;
		ev->text = client_text(m->text.p, m->text.n);
		return;
	}
	client_refused(c, graph, m);
}

static void
failed_value(struct client *c, uint32_t graph, uint64_t op, uint64_t cause,
    uint32_t code, struct str text, struct str by)
{
	struct client_event *ev;

	client_wants_drop(&c->graphs[graph]->wants, op);
	ev = client_event(c, CLIENT_EV_FAILED, graph);
	ev->op = op;
	ev->cause = cause;
	ev->code = code;
	ev->text = client_text(text.p, text.n);
	ev->by = client_text(by.p, by.n);
}

/* A WANT that overtook its batch, which was refused, is said again. */
static void
refused_value(struct client *c, uint32_t graph, const struct msg_refuse *m)
{
	struct client_graph *g = c->graphs[graph];
	uint64_t op = m->op != 0 ? m->op : m->number;
	struct client_wanted *want;

	if (op == 0) {
		client_refused(c, graph, m);
		return;
	}
	want = client_wants_find(&g->wants, op);
	if (want != NULL && m->code == E_MISSING && g->first != NULL) {
		want->late = true;
		want->n = g->next_n - 1;
		client_wants_sent(&g->wants, want, false);
		return;
	}
	failed_value(c, graph, op, op, (uint32_t)m->code, m->text, str_of(""));
}

/* The graph that waits for an answer to GRAPH. */
static uint32_t
asking(const struct client *c)
{
	uint32_t i;

	for (i = 0; i < c->n_graphs; i++)
		if (c->graphs[i]->asked && !c->graphs[i]->open &&
		    !c->graphs[i]->gone)
			return i;
	return CLIENT_NONE;
}

/* What the answer to client_plan says; text is taken. */
static void
planned(struct client *c, uint32_t graph, struct buf *text)
{
	struct client_event *ev;

	if (graph != CLIENT_NONE) {
		ev = client_event(c, CLIENT_EV_PLANNED, graph);
		ev->text = client_text((const char *)text->data, text->len);
	}
	buf_clear(text);
}

static void
on_planned(struct client *c, const struct msg_planned *m)
{
	struct buf text;

	buf_init(&text);
	client_planned_text(m, &text);
	planned(c, graph_of(c, m->g), &text);
}

static void
refused_plan(struct client *c, const struct msg_refuse *m)
{
	struct buf text;

	buf_init(&text);
	client_unplanned_text(m, &text);
	planned(c, graph_of(c, m->g), &text);
}

static void
on_refuse(struct client *c, const struct msg_refuse *m)
{
	uint32_t graph = graph_of(c, m->g);
	struct client_event *ev;

	if (m->what == SUBJECT_BATCH) {
		if (graph != CLIENT_NONE)
			refused_batch(c, graph, m);
		return;
	}
	if (m->what == SUBJECT_VALUE && graph != CLIENT_NONE) {
		refused_value(c, graph, m);
		return;
	}
	if (m->what == SUBJECT_PLAN) {
		refused_plan(c, m);
		return;
	}
	if (m->what == SUBJECT_TENSOR) {
		client_refused_tensor(c, m);
		return;
	}
	if (m->what == SUBJECT_GRAPH) {
		if (graph == CLIENT_NONE)
			graph = asking(c);
		if (graph != CLIENT_NONE && m->retry_ms > 0) {
			c->graphs[graph]->asked = false;
			c->graphs[graph]->hold = true;
			ev = client_event(c, CLIENT_EV_RETRY, graph);
			ev->retry_ms = m->retry_ms;
			ev->code = (uint32_t)m->code;
			ev->text = client_text(m->text.p, m->text.n);
			return;
		}
		if (graph != CLIENT_NONE)
			client_forget(c, graph);
	}
	ev = refused(c, graph, (uint32_t)m->what, (uint32_t)m->code, m->text);
	ev->number = m->number;
	ev->op = m->op;
	ev->retry_ms = m->retry_ms;
}

static bool
shape_of(const struct msg_value *m, struct shape *shape)
{
	size_t i;

	memset(shape, 0, sizeof *shape);
	if (m->dims.n > TENSOR_RANK || dtype_size((enum dtype)m->dtype) == 0)
		return false;
	shape->dtype = (uint8_t)m->dtype;
	shape->ndim = (uint8_t)m->dims.n;
	for (i = 0; i < m->dims.n; i++)
		shape->dims[i] = m->dims.v[i];
	return shape_bytes(shape) >= 0 &&
	    (uint64_t)shape_bytes(shape) == m->size;
}

static void
on_value(struct client *c, const struct msg_value *m)
{
	uint32_t graph = graph_of(c, m->g);
	struct client_event *ev;
	struct shape shape;

	if (graph == CLIENT_NONE || c->graphs[graph]->gone)
		return;
	if (m->code != E_OK) {
		failed_value(c, graph, m->op, m->cause, (uint32_t)m->code,
		    m->text, m->by);
		return;
	}
	if (!shape_of(m, &shape) ||
	    (m->size > MSG_SMALL && m->digest.n != DIGEST_LEN) ||
	    (m->size <= MSG_SMALL && m->data.n != m->size)) {
		client_close(c, E_BAD_MESSAGE, "a value does not fit its shape");
		return;
	}
	if (m->size > MSG_SMALL) {
		client_expect(c, graph, m, &shape);
		return;
	}
	client_wants_drop(&c->graphs[graph]->wants, m->op);
	ev = client_event(c, CLIENT_EV_VALUE, graph);
	ev->op = m->op;
	ev->shape = shape;
	ev->size = (size_t)m->size;
	ev->bytes = xmalloc(ev->size + 1);
	if (ev->size > 0)
		memcpy(ev->bytes, m->data.p, ev->size);
}

static void
on_progress(struct client *c, const struct msg_progress *m)
{
	uint32_t graph = graph_of(c, m->g);
	struct client_event *ev;

	if (graph == CLIENT_NONE)
		return;
	ev = client_event(c, CLIENT_EV_PROGRESS, graph);
	ev->pending = m->pending;
	ev->computing = m->computing;
	ev->computed = m->computed;
	ev->failed = m->failed;
	ev->participants = m->participants;
	ev->left_ms = m->left_ms;
	ev->predicted_ms = m->predicted_ms;
	ev->believed = m->believed;
}

static void
on_ended(struct client *c, const struct msg_ended *m)
{
	uint32_t graph = graph_of(c, m->g);
	struct client_failure *f;
	struct client_event *ev;
	size_t i;

	if (graph == CLIENT_NONE)
		return;
	ev = client_event(c, CLIENT_EV_ENDED, graph);
	ev->total = m->total;
	ev->computed = m->computed;
	ev->failed = m->failed;
	ev->cancelled = m->cancelled;
	ev->failures = xcalloc(m->failures.n + 1, sizeof *ev->failures);
	ev->n_failures = m->failures.n;
	for (i = 0; i < m->failures.n; i++) {
		f = &ev->failures[i];
		f->op = m->failures.v[i].op;
		f->cause = m->failures.v[i].cause;
		f->code = (uint32_t)m->failures.v[i].code;
		f->text = client_text(m->failures.v[i].text.p,
		    m->failures.v[i].text.n);
	}
	client_forget(c, graph);
}

/* The scheduler restarted; the gateway, and what it stored, did not. */
static void
on_again(struct client *c)
{
	client_again(c, false);
	client_say_hello(c);
}

static void
dispatch(struct client *c, const struct msg *m)
{
	switch (m->id) {
	case M_WELCOME:
		on_welcome(c, &m->welcome);
		break;
	case M_REFUSE:
		on_refuse(c, &m->refuse);
		break;
	case M_ACK:
		on_ack(c, &m->ack);
		break;
	case M_VALUE:
		on_value(c, &m->value);
		break;
	case M_PROGRESS:
		on_progress(c, &m->progress);
		break;
	case M_ENDED:
		on_ended(c, &m->ended);
		break;
	case M_PUT:
		client_on_put(c, &m->put);
		break;
	case M_PART:
		client_on_part(c, &m->part);
		break;
	case M_ANSWER:
		client_event(c, CLIENT_EV_ANSWER, CLIENT_NONE)->text =
		    client_text(m->answer.text.p, m->answer.text.n);
		break;
	case M_PLANNED:
		on_planned(c, &m->planned);
		break;
	case M_AGAIN:
		on_again(c);
		break;
	default:
		break;		/* STORED needs nothing done */
	}
}

/* Messages to a developer come from the scheduler or the gateway itself. */
void
client_message(struct client *c, const uint8_t *data, size_t len)
{
	const struct msg_row *row = msg_row(msg_peek(data, len));
	struct msg_fault fault;
	struct msg m;
	uint8_t from;

	from = row != NULL && (row->from & MSG_S) != 0 &&
	    (row->to & MSG_D) != 0 ? MSG_S : MSG_G;
	msg_arena_reset(&c->arena);
	if (msg_decode(&m, data, len, from, MSG_D, &c->arena, &fault) != E_OK) {
		client_close(c, E_BAD_MESSAGE,
		    "the server sent a message this library does not know");
		return;
	}
	dispatch(c, &m);
}
