/*
 * Developers: graphs, batches, wants, the end.
 */
#include "sched_priv.h"

void
welcome(struct sched *s, uint64_t session, struct str cid,
    const struct rec_graph_ref *refs, size_t n, bool wait)
{
	const struct sched_limits *l = &s->set.limits;
	struct msg m = { .id = M_WELCOME };

	m.welcome.version = RAVEN_PROTOCOL;
	m.welcome.build = str_of(s->build);
	m.welcome.cid = cid;
	m.welcome.max_message = l->max_message;
	m.welcome.batch_ops = l->batch_ops;
	m.welcome.batch_bytes = l->batch_bytes;
	m.welcome.credit_batches = l->credit_batches;
	m.welcome.credit_bytes = l->credit_bytes;
	m.welcome.max_tensor = l->tensor_bytes;
	m.welcome.part_bytes = l->part_bytes;
	m.welcome.graphs.v = refs;
	m.welcome.graphs.n = n;
	out_send(s->out, session, &m, wait);
}

static struct graph *
graph_by_key(struct sched *s, struct bytes key)
{
	uint32_t i;

	if (key.n != 16)
		return NULL;
	i = map_get(&s->by_key, sched_hash(s, key.p, 16, NULL, 0));
	if (i == MAP_NONE || memcmp(s->graphs[i]->key, key.p, 16) != 0)
		return NULL;
	return s->graphs[i];
}

static void
graph_attach(struct sched *s, struct graph *g, struct dev *d)
{
	g->session = d->session;
	g->seen_us = sched_unix_us(s);
	graph_changed(s, g);
}

static struct dev *
dev_new(struct sched *s, const struct sched_event *e)
{
	uint32_t i;

	for (i = 0; i < s->n_devs && s->devs[i].used; i++)
		continue;
	if (i == s->n_devs) {
		s->n_devs++;
		s->devs = sched_room(s->devs, &s->devs_cap, s->n_devs,
		    sizeof(*s->devs));
	}
	s->devs[i] = (struct dev){ .used = true, .session = e->session,
		.role = (uint8_t)e->msg->hello.role };
	graph_text(&s->devs[i].owner, e->owner);
	map_put(&s->sessions, e->session, REF_DEV | i);
	return &s->devs[i];
}

/* Developers resume graphs by key; observers only look. */
void
dev_hello(struct sched *s, const struct sched_event *e)
{
	const struct msg_hello *h = &e->msg->hello;
	struct rec_graph_ref refs[64];
	struct dev *d = dev_new(s, e);
	struct graph *g;
	size_t i;

	for (i = 0; i < h->graphs.n && i < 64; i++) {
		refs[i] = (struct rec_graph_ref){ .key = h->graphs.v[i].key };
		g = graph_by_key(s, h->graphs.v[i].key);
		if (d->role != ROLE_DEVELOPER || g == NULL ||
		    strcmp(g->owner, d->owner) != 0)
			continue;
		refs[i].g = g->g;
		refs[i].last = g->n_batches;
		graph_attach(s, g, d);
	}
	welcome(s, e->session, (struct str){ "", 0 }, refs, i, true);
}

void
dev_gone(struct sched *s, uint64_t session)
{
	struct dev *d = sched_dev(s, session);
	uint32_t i;

	if (d == NULL)
		return;
	for (i = 1; i < s->n_graphs; i++) {
		if (s->graphs[i] != NULL && s->graphs[i]->session == session) {
			s->graphs[i]->session = 0;
			s->graphs[i]->seen_us = sched_unix_us(s);
			graph_changed(s, s->graphs[i]);
		}
	}
	plan_session_gone(s, session);
	map_del(&s->sessions, session);
	xfree(d->owner);
	*d = (struct dev){ 0 };
}

static void
graph_ack(struct sched *s, struct dev *d, const struct graph *g)
{
	struct msg m = { .id = M_ACK, .ack = { .g = g->g } };

	m.ack.key = (struct bytes){ g->key, sizeof(g->key) };
	out_send(s->out, d->session, &m, true);
}

struct graph *
dev_graph(struct sched *s, struct dev *d, uint64_t number,
    enum msg_subject what, uint64_t n)
{
	struct graph *g = sched_graph(s, number);

	if (g != NULL && strcmp(g->owner, d->owner) == 0)
		return g;
	sched_refuse_text(s, d->session, what, number, n, E_NO_GRAPH,
	    "There is no such graph of yours.");
	return NULL;
}

static bool
graph_allowed(struct sched *s, struct dev *d)
{
	uint64_t most = s->set.limits.owner_graphs;
	uint32_t owner = fair_owner(s, d->owner);
	uint32_t open = owner != 0 ? s->owners[owner].open : 0;
	struct text t;

	if (!sched_room_left(s, d->session, SUBJECT_GRAPH, 0, 0))
		return false;
	if (open < most)
		return true;
	text_init(&t);
	text_add_u64(&t, open);
	text_add(&t, " graphs of yours are open; owner_graphs allows ");
	text_add_u64(&t, most);
	text_add(&t, ". End one.");
	sched_refuse_text(s, d->session, SUBJECT_GRAPH, 0, 0, E_QUOTA_GRAPHS,
	    t.s);
	return false;
}

void
on_graph(struct sched *s, struct dev *d, const struct msg *m)
{
	const struct msg_graph *v = &m->graph;
	struct graph *g;

	if (v->g != 0) {
		g = dev_graph(s, d, v->g, SUBJECT_GRAPH, 0);
		if (g == NULL)
			return;
	} else if ((g = graph_by_key(s, v->key)) != NULL) {
		if (strcmp(g->owner, d->owner) != 0) {
			sched_refuse_text(s, d->session, SUBJECT_GRAPH, 0, 0,
			    E_CONFLICT, "The key is another developer's.");
			return;
		}
	} else if (v->key.n != 16) {
		sched_refuse_text(s, d->session, SUBJECT_GRAPH, 0, 0,
		    E_BAD_MESSAGE, "The key of a graph has 16 bytes.");
		return;
	} else {
		if (!graph_allowed(s, d))
			return;
		g = graph_new(s, s->set.next_graph++, v->key.p);
		write_next(s);
		graph_text(&g->name, v->name);
		graph_text(&g->approach, v->approach);
		graph_text(&g->options, v->options);
		graph_text(&g->owner, str_of(d->owner));
		g->low = v->low;
		fair_join(s, g);
		g->verify = v->verify;
		write_event(s, "graph", g->g, NULL, g->name);
	}
	graph_attach(s, g, d);
	graph_ack(s, d, g);
}

static void
batch_ack(struct sched *s, struct dev *d, const struct graph *g)
{
	struct msg m = { .id = M_ACK, .ack = { .g = g->g, .n = g->n_batches } };

	out_send(s->out, d->session, &m, true);
}

static void
batch_refuse(struct sched *s, struct dev *d, const struct msg_batch *b,
    const struct batch_error *e)
{
	struct msg_refuse r = { .what = SUBJECT_BATCH, .g = b->g,
		.number = b->n, .code = e->code, .op = e->op };

	r.text = str_of(e->text);
	sched_refuse(s, d->session, &r);
}

static uint32_t *
batch_numbers(struct u64s list)
{
	uint32_t *v = xmalloc((list.n + 1) * sizeof(*v));
	size_t i;

	for (i = 0; i < list.n; i++)
		v[i] = (uint32_t)list.v[i];
	return v;
}

static void
batch_write(struct sched *s, struct graph *g, const struct msg_batch *b,
    const struct batch *checked)
{
	struct record_batch r = { .program = b->program,
		.first = checked->program.base, .n_ops = checked->program.n_ops,
		.n_want = (uint32_t)b->want.n,
		.n_persist = (uint32_t)b->persist.n,
		.n_released = (uint32_t)b->released.n };
	uint32_t *want = batch_numbers(b->want);
	uint32_t *persist = batch_numbers(b->persist);
	uint32_t *released = batch_numbers(b->released);
	struct buf rec;

	r.want = want;
	r.persist = persist;
	r.released = released;
	buf_init(&rec);
	record_batch_pack(&rec, &r);
	write_batch(s, g, b->n, (struct bytes){ rec.data, rec.len });
	buf_clear(&rec);
	xfree(want);
	xfree(persist);
	xfree(released);
}

/* A batch that was sent before: acknowledged if it is the same. */
static void
batch_again(struct sched *s, struct dev *d, struct graph *g,
    const struct msg_batch *b)
{
	uint8_t digest[DIGEST_LEN];

	if (!graph_open(g)) {
		/* ended: nothing left to compare with */
		batch_ack(s, d, g);
		return;
	}
	batch_digest(b, digest);
	if (b->n == 0 || memcmp(digest, g->batches[b->n - 1].digest,
	    DIGEST_LEN) != 0)
		sched_refuse_text(s, d->session, SUBJECT_BATCH, b->g, b->n,
		    E_CONFLICT, "This batch is recorded with other content.");
	else
		batch_ack(s, d, g);
}

void
on_batch(struct sched *s, struct dev *d, const struct msg *m)
{
	const struct msg_batch *b = &m->batch;
	struct graph *g = dev_graph(s, d, b->g, SUBJECT_BATCH, b->n);
	struct batch_error err;
	struct batch checked;

	if (g == NULL)
		return;
	graph_attach(s, g, d);
	if (b->n <= g->n_batches) {
		batch_again(s, d, g, b);
	} else if (g->status != GRAPH_RUNNING) {
		sched_refuse_text(s, d->session, SUBJECT_BATCH, b->g, b->n,
		    E_GRAPH_ENDED, "The graph was ended.");
	} else if (b->n != (uint64_t)g->n_batches + 1) {
		sched_refuse_text(s, d->session, SUBJECT_BATCH, b->g, b->n,
		    E_GAP, "A batch before this one is missing.");
	} else if (!sched_room_left(s, d->session, SUBJECT_BATCH, b->g,
	    b->n)) {
		return;
	} else if (batch_check(s, g, b, &checked, &err) != E_OK) {
		batch_refuse(s, d, b, &err);
	} else {
		batch_write(s, g, b, &checked);
		batch_take(s, g, &checked, b, false);
		plan_batch(s, g, b->want.n);
		batch_ack(s, d, g);
	}
}

void
on_want(struct sched *s, struct dev *d, const struct msg *m)
{
	struct graph *g = dev_graph(s, d, m->want.g, SUBJECT_VALUE, 0);
	size_t i;

	if (g == NULL)
		return;
	graph_attach(s, g, d);
	for (i = 0; i < m->want.ops.n; i++) {
		if (m->want.ops.v[i] == 0 || m->want.ops.v[i] > g->n_ops ||
		    !graph_open(g)) {
			sched_refuse_text(s, d->session, SUBJECT_VALUE, g->g,
			    m->want.ops.v[i], graph_open(g) ? E_MISSING :
			    E_GRAPH_ENDED, "The value is not there to be had.");
			continue;
		}
		state_want(s, g, (uint32_t)m->want.ops.v[i]);
	}
}

void
on_end(struct sched *s, struct dev *d, const struct msg *m)
{
	struct graph *g = dev_graph(s, d, m->end.g, SUBJECT_GRAPH, 0);

	if (g == NULL)
		return;
	graph_attach(s, g, d);
	if (!graph_open(g)) {
		ended_say(s, g);
		return;
	}
	g->status = GRAPH_ENDING;
	if (g->owed == 0)
		forecast_start(s, g);
	if (m->end.cancel)
		graph_close(s, g, GRAPH_CANCELLED);
	else
		graph_settle(s, g);
}
