/*
 * Values: small ones are here, large ones with participants that computed or
 * received them, or stored.  Who holds what is a list per value and per
 * participant, so that a loss costs what was lost.
 */
#include "sched_priv.h"

#define UPLOAD_US	5000000		/* until it is asked for again */
#define UPLOAD_LEAST	1e5		/* bytes a second */

/* Op's value, made if there is none; op must not have failed. */
static uint32_t
value_of(struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];

	if (o->value != 0)
		return o->value;
	g->values = sched_room(g->values, &g->values_cap, g->n_values + 2,
	    sizeof(*g->values));
	o->value = ++g->n_values;
	g->values[o->value] = (struct value){ .op = op };
	return o->value;
}

struct value *
value_slot(struct graph *g, uint32_t op)
{
	uint32_t i = value_of(g, op);	/* may move the array */

	return &g->values[i];
}

struct value *
value_get(const struct graph *g, uint32_t op)
{
	const struct op *o = &g->ops[op];

	return o->state == OP_FAILED || o->value == 0 ? NULL :
	    &g->values[o->value];
}

bool
value_there(const struct graph *g, uint32_t op)
{
	const struct value *v = value_get(g, op);

	if (v == NULL)
		return (g->ops[op].flags & OPF_SOURCE) != 0;
	return v->data != NULL || v->stored || v->holds != 0;
}

bool
value_small(const struct graph *g, uint32_t op, struct bytes *data)
{
	const struct value *v = value_get(g, op);
	const struct program *p;

	if (v != NULL && v->data != NULL) {
		*data = (struct bytes){ v->data, v->size };
		return true;
	}
	if (v != NULL || (g->ops[op].flags & OPF_SOURCE) == 0)
		return false;
	p = &g->batches[g->ops[op].batch].program;
	*data = program_inline(p, op - p->base);
	return true;
}

static uint32_t
hold_find(const struct sched *s, const struct value *v, uint32_t peer)
{
	uint32_t h;

	for (h = v->holds; h != 0; h = s->holds[h].value_next) {
		if (s->holds[h].peer == peer)
			return h;
	}
	return 0;
}

bool
value_held(const struct sched *s, const struct graph *g, uint32_t op,
    uint32_t peer)
{
	const struct value *v = value_get(g, op);

	return v != NULL && hold_find(s, v, peer) != 0;
}

static uint32_t
hold_new(struct sched *s)
{
	uint32_t h = s->free_hold;

	if (h != 0) {
		s->free_hold = s->holds[h].value_next;
		return h;
	}
	if (s->n_holds == 0)
		s->n_holds = 1;
	h = s->n_holds++;
	s->holds = sched_room(s->holds, &s->holds_cap, s->n_holds,
	    sizeof(*s->holds));
	return h;
}

void
value_hold(struct sched *s, struct graph *g, uint32_t op, uint32_t peer)
{
	struct value *v = value_slot(g, op);
	struct peer *p = s->peers[peer];
	struct hold *h;
	uint32_t i;

	if (hold_find(s, v, peer) != 0)
		return;
	i = hold_new(s);
	h = &s->holds[i];
	*h = (struct hold){ .peer = peer, .graph = g->index, .op = op,
		.value_next = v->holds, .peer_next = p->holds,
		.size = v->size };
	p->held += v->size;
	if (v->holds != 0)
		s->holds[v->holds].value_prev = i;
	if (p->holds != 0)
		s->holds[p->holds].peer_prev = i;
	v->holds = p->holds = i;
}

static void
hold_free(struct sched *s, struct value *v, uint32_t i)
{
	struct hold *h = &s->holds[i];

	s->peers[h->peer]->held -= h->size;
	if (h->value_prev != 0)
		s->holds[h->value_prev].value_next = h->value_next;
	else
		v->holds = h->value_next;
	if (h->value_next != 0)
		s->holds[h->value_next].value_prev = h->value_prev;
	if (h->peer_prev != 0)
		s->holds[h->peer_prev].peer_next = h->peer_next;
	else
		s->peers[h->peer]->holds = h->peer_next;
	if (h->peer_next != 0)
		s->holds[h->peer_next].peer_prev = h->peer_prev;
	h->value_next = s->free_hold;
	s->free_hold = i;
}

void
value_drop_at(struct sched *s, uint32_t peer, uint64_t g, uint64_t op)
{
	struct peer *p = s->peers[peer];

	p->drops = sched_room(p->drops, &p->drops_cap, p->n_drops + 1,
	    sizeof(*p->drops));
	p->drops[p->n_drops++] = (struct rec_value_ref){ g, op };
	peer_mailed(s, peer);
}

/* Every holder may forget it. */
static void
value_drop(struct sched *s, struct graph *g, struct value *v)
{
	uint32_t h;

	while ((h = v->holds) != 0) {
		value_drop_at(s, s->holds[h].peer, g->g, v->op);
		hold_free(s, v, h);
	}
}

static uint64_t
upload_key(const uint8_t digest[DIGEST_LEN])
{
	uint64_t key;

	memcpy(&key, digest, sizeof(key));
	return key;
}

void
value_unexpect(struct sched *s, struct graph *g, struct value *v)
{
	struct upload *u = &s->uploads[v->upload];
	uint64_t key = upload_key(v->digest);

	if (u->prev != 0)
		s->uploads[u->prev].next = u->next;
	else if (u->next != 0)
		map_put(&s->by_upload, key, u->next);
	else
		map_del(&s->by_upload, key);
	if (u->next != 0)
		s->uploads[u->next].prev = u->prev;
	u->used = false;
	u->next = s->free_upload;
	s->free_upload = v->upload;
	v->upload = 0;
	g->uploads--;
	g->uploads_owed -= u->owed;
	graph_changed(s, g);	/* it may be what the end waits for */
}

/* Generous: the link may be slow, and others upload too. */
static uint64_t
upload_time(const struct sched *s, uint32_t peer, uint64_t size)
{
	double up = peer != 0 && s->peers[peer]->up > 0 ? s->peers[peer]->up :
	    1e6;

	/* Slower than this is as good as lost: somebody else computes it. */
	up = up > UPLOAD_LEAST ? up : UPLOAD_LEAST;

	return UPLOAD_US + (uint64_t)((double)size * 4e6 / up);
}

/* Others are a help only: the graph ends without them. */
static void
upload_owed(struct graph *g, uint32_t op, struct upload *u)
{
	if (u->owed || (g->ops[op].flags & OPF_OWED) == 0)
		return;
	u->owed = true;
	g->uploads_owed++;
}

void
value_expect(struct sched *s, struct graph *g, uint32_t op, uint32_t peer)
{
	struct value *v = value_slot(g, op);
	uint64_t key = upload_key(v->digest);
	uint32_t i = s->free_upload, head;

	if (v->stored || v->upload != 0)
		return;
	if (i != 0) {
		s->free_upload = s->uploads[i].next;
	} else {
		if (s->n_uploads == 0)
			s->n_uploads = 1;
		i = s->n_uploads++;
		s->uploads = sched_room(s->uploads, &s->uploads_cap,
		    s->n_uploads, sizeof(*s->uploads));
	}
	head = map_get(&s->by_upload, key);
	if (head == MAP_NONE)
		head = 0;
	s->uploads[i] = (struct upload){ .graph = g->index, .op = op,
		.peer = peer, .next = head, .used = true,
		.deadline_us = s->now + upload_time(s, peer, v->size) };
	if (head != 0)
		s->uploads[head].prev = i;
	map_put(&s->by_upload, key, i);
	v->upload = i;
	if (s->uploads[i].deadline_us < s->next_overdue)
		s->next_overdue = s->uploads[i].deadline_us;
	g->uploads++;
	upload_owed(g, op, &s->uploads[i]);
}

static void
ask_for(struct sched *s, struct graph *g, uint32_t op, uint32_t peer)
{
	struct peer *p = s->peers[peer];

	p->fetches = sched_room(p->fetches, &p->fetches_cap, p->n_fetches + 1,
	    sizeof(*p->fetches));
	p->fetches[p->n_fetches++] = (struct rec_value_ref){ g->g, op };
	peer_mailed(s, peer);
}

void
value_fetch(struct sched *s, struct graph *g, uint32_t op)
{
	struct value *v = value_get(g, op);

	if (v != NULL && v->upload != 0)
		upload_owed(g, op, &s->uploads[v->upload]);
	if (v == NULL || v->stored || v->upload != 0 || v->holds == 0 ||
	    v->data != NULL)
		return;
	ask_for(s, g, op, s->holds[v->holds].peer);
	value_expect(s, g, op, s->holds[v->holds].peer);
}

void
value_stored(struct sched *s, const uint8_t digest[DIGEST_LEN])
{
	uint32_t i = map_get(&s->by_upload, upload_key(digest)), next;
	struct graph *g;
	struct value *v;
	uint32_t op;

	for (i = i == MAP_NONE ? 0 : i; i != 0; i = next) {
		next = s->uploads[i].next;
		g = s->graphs[s->uploads[i].graph];
		op = s->uploads[i].op;
		v = value_get(g, op);
		if (v == NULL || memcmp(v->digest, digest, DIGEST_LEN) != 0)
			continue;
		value_unexpect(s, g, v);
		v->stored = true;
		memory_stored(s, v);
		value_send(s, g, op);
		if (g->ops[op].users == 0)
			value_unneeded(s, g, op);
		graph_changed(s, g);
		s->assign = true;
	}
}

void
value_unhold(struct sched *s, struct graph *g, uint32_t op, uint32_t peer)
{
	struct value *v = value_get(g, op);
	uint32_t h = v == NULL ? 0 : hold_find(s, v, peer);

	if (v == NULL)
		return;
	if (h != 0)
		hold_free(s, v, h);
	if (v->upload != 0 && s->uploads[v->upload].peer == peer) {
		value_unexpect(s, g, v);
		value_fetch(s, g, op);	/* from another holder */
	}
	if (!graph_open(g))
		return;
	state_revive(s, g, op);
}

uint64_t
value_overdue(struct sched *s)
{
	uint64_t next = NEVER;
	struct upload *u;
	uint32_t i;

	if (s->now < s->next_overdue)
		return s->next_overdue;
	s->next_overdue = NEVER;
	for (i = 1; i < s->n_uploads; i++) {
		u = &s->uploads[i];
		if (!u->used || u->peer == 0)
			continue;
		if (u->deadline_us > s->now) {
			next = u->deadline_us < next ? u->deadline_us : next;
		} else if (u->tries++ == 0) {
			u->deadline_us = s->now + UPLOAD_US;
			ask_for(s, s->graphs[u->graph], u->op, u->peer);
			next = u->deadline_us < next ? u->deadline_us : next;
		} else {
			value_unhold(s, s->graphs[u->graph], u->op, u->peer);
		}
	}
	if (next < s->next_overdue)
		s->next_overdue = next;
	return s->next_overdue;
}

void
value_clear(struct sched *s, struct graph *g, struct value *v)
{
	while (v->holds != 0)
		hold_free(s, v, v->holds);
	if (v->upload != 0)
		value_unexpect(s, g, v);
	xfree(v->data);
	v->data = NULL;
}

/* There will never be one: what was kept of it goes. */
void
value_discard(struct sched *s, struct graph *g, uint32_t op)
{
	struct value *v = value_get(g, op);

	if (v == NULL)
		return;
	value_drop(s, g, v);
	value_clear(s, g, v);
}

/* op has no users: holders drop it unless Python may still ask for it. */
void
value_unneeded(struct sched *s, struct graph *g, uint32_t op)
{
	struct value *v = value_get(g, op);
	bool keep =
	    (g->ops[op].flags & (OPF_HELD | OPF_WANT | OPF_PERSIST)) != 0;

	if (v == NULL || g->ops[op].state != OP_COMPUTED ||
	    (keep && v->upload != 0))
		return;
	if (v->upload != 0)
		value_unexpect(s, g, v);
	if (!keep || v->data != NULL)
		value_drop(s, g, v);
	if (!keep && v->data != NULL) {
		xfree(v->data);
		v->data = NULL;
	}
}

void
value_persist(struct sched *s, struct graph *g, uint32_t op)
{
	struct value *v;
	struct text key;

	if (g->ops[op].state != OP_COMPUTED)
		return;
	state_revive(s, g, op);
	v = value_get(g, op);
	if (g->ops[op].state != OP_COMPUTED || v == NULL || v->stored)
		return;
	if (v->data == NULL) {
		value_fetch(s, g, op);
		return;
	}
	text_init(&key);
	text_add(&key, "raven:data:");
	text_add_hex(&key, v->digest, DIGEST_LEN);
	out_write(s->out, STORE_SET, 0, text_bytes(&key), (struct bytes){ 0 },
	    (struct bytes){ v->data, v->size }, 0);
	v->stored = true;
}

void
value_peer_gone(struct sched *s, uint32_t peer)
{
	uint32_t h;

	while ((h = s->peers[peer]->holds) != 0)
		value_unhold(s, s->graphs[s->holds[h].graph], s->holds[h].op,
		    peer);
}

/* Who computed the op last, if it is still here. */
static struct str
value_by(const struct sched *s, const struct graph *g, uint32_t op)
{
	uint32_t group = g->ops[op].group, peer;

	peer = group != 0 ? s->groups[group].peer : 0;
	if (peer == 0 || s->peers[peer] == NULL ||
	    s->peers[peer]->serial != s->groups[group].peer_serial)
		return (struct str){ "", 0 };
	return str_of(s->peers[peer]->cid);
}

static void
value_say_failed(struct sched *s, struct graph *g, uint32_t op)
{
	struct msg m = { .id = M_VALUE, .value = { .g = g->g, .op = op } };
	const struct failure *f = state_failure(g, op);
	const struct failure *root = f;
	struct text t;

	if (f->cause != 0 && f->cause != op &&
	    g->ops[f->cause].state == OP_FAILED)
		root = state_failure(g, f->cause);
	failure_text(s, g, root, &t);
	m.value.code = root->code;
	m.value.cause = root->op;
	m.value.text = text_str(&t);
	m.value.by = value_by(s, g, root->op);
	out_send(s->out, g->session, &m, false);
}

static void
value_say(struct sched *s, struct graph *g, uint32_t op, bool wait)
{
	struct msg m = { .id = M_VALUE, .value = { .g = g->g, .op = op } };
	const struct shape *shape = graph_shape(g, op);
	const struct value *v = value_get(g, op);
	struct bytes data;
	uint8_t digest[DIGEST_LEN];

	m.value.dtype = shape->dtype;
	m.value.dims = (struct i64s){ shape->dims, shape->ndim };
	if (value_small(g, op, &data)) {
		m.value.size = data.n;
		if (data.n <= MSG_SMALL)
			m.value.data = data;
	} else {
		m.value.size = v->size;
	}
	if (v != NULL)
		memcpy(digest, v->digest, DIGEST_LEN);
	else
		tensor_digest(shape, data.p, digest);
	m.value.digest = (struct bytes){ digest, DIGEST_LEN };
	m.value.by = value_by(s, g, op);
	out_send(s->out, g->session, &m, wait);
}

/* An inline source above MSG_SMALL goes to the store before it is sent. */
static bool
value_source_large(struct sched *s, struct graph *g, uint32_t op)
{
	struct bytes data;
	uint8_t digest[DIGEST_LEN];
	struct text key;

	if ((g->ops[op].flags & OPF_SOURCE) == 0 || g->ops[op].value != 0 ||
	    !value_small(g, op, &data) || data.n <= MSG_SMALL)
		return false;
	tensor_digest(graph_shape(g, op), data.p, digest);
	text_init(&key);
	text_add(&key, "raven:data:");
	text_add_hex(&key, digest, DIGEST_LEN);
	out_write(s->out, STORE_SET, 0, text_bytes(&key), (struct bytes){ 0 },
	    data, 0);
	return true;
}

void
value_send(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];
	struct value *v = value_get(g, op);

	if ((o->flags & OPF_WANT) == 0 ||
	    (o->state != OP_COMPUTED && o->state != OP_FAILED))
		return;
	if (o->state == OP_COMPUTED && !value_there(g, op))
		return;		/* it will be computed again */
	if (o->state == OP_COMPUTED && v != NULL && v->data == NULL &&
	    !v->stored && g->session != 0) {
		value_fetch(s, g, op);
		return;
	}
	o->flags &= (uint8_t)~OPF_WANT;
	g->owed--;
	graph_changed(s, g);
	if (g->session == 0) {
		;	/* asked again by WANT when the developer is back */
	} else if (o->state == OP_FAILED) {
		value_say_failed(s, g, op);
	} else {
		value_say(s, g, op, value_source_large(s, g, op));
	}
	if (g->owed == 0)
		plan_settled(s, g);
	if (o->state == OP_COMPUTED && o->users == 0)
		value_unneeded(s, g, op);
}
