/*
 * Participants: joining, benchmark, what they announce, leaving.
 */
#include "sched_priv.h"

#define LOCAL_RATE	200000000	/* bytes a second */
#define HELD_MOST	16384	/* of ANNOUNCE: more may be left out */
#define MEMORY_MOST	((uint64_t)1 << 41)	/* what "need" can say, too */
#define PROGRESS_MOST	60000000	/* us; what it can put off the end */

static void
peer_copy(char *to, size_t cap, struct str from)
{
	size_t n = from.n < cap - 1 ? from.n : cap - 1;

	if (n > 0)
		memcpy(to, from.p, n);
	to[n] = '\0';
}

static uint64_t
peer_key(const struct sched *s, const char *cid, const char *tab)
{
	return sched_hash(s, cid, strlen(cid) + 1, tab, strlen(tab));
}

/* What it says it has: sums with it stay in range. */
static uint64_t
peer_memory(uint64_t said)
{
	return said < MEMORY_MOST ? said : MEMORY_MOST;
}

void
peer_changed(struct sched *s, uint32_t peer)
{
	if (!s->peers[peer]->dirty)
		ring_add(&s->changed, peer);
	s->peers[peer]->dirty = true;
}

void
peer_mailed(struct sched *s, uint32_t peer)
{
	if (!s->peers[peer]->mailed)
		ring_add(&s->mailed, peer);
	s->peers[peer]->mailed = true;
}

/* Tabs of one CID are chained. */
static void
peer_same(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	uint64_t key = sched_hash(s, p->cid, strlen(p->cid), NULL, 0);
	uint32_t first = map_get(&s->by_client, key);

	p->same = first == MAP_NONE ? 0 : first;
	map_put(&s->by_client, key, peer);
}

static void
peer_alone(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	uint64_t key = sched_hash(s, p->cid, strlen(p->cid), NULL, 0);
	uint32_t at = map_get(&s->by_client, key);

	if (at == peer && p->same == 0) {
		map_del(&s->by_client, key);
	} else if (at == peer) {
		map_put(&s->by_client, key, p->same);
	} else {
		while (s->peers[at]->same != peer)
			at = s->peers[at]->same;
		s->peers[at]->same = p->same;
	}
}

static uint32_t
peer_new(struct sched *s)
{
	uint32_t i;

	if (s->free_peers.n > 0) {
		i = s->free_peers.v[--s->free_peers.n];
	} else {
		i = s->n_peers == 0 ? 1 : s->n_peers;
		s->n_peers = i + 1;
		s->peers = sched_room(s->peers, &s->peers_cap, s->n_peers,
		    sizeof(*s->peers));
		s->peers[0] = NULL;
	}
	s->peers[i] = xcalloc(1, sizeof(*s->peers[i]));
	s->peers[i]->serial = ++s->serial;
	estimate_new(s->peers[i]);
	return i;
}

static void
peer_replace(struct sched *s, uint32_t old)
{
	sched_refuse_text(s, s->peers[old]->session, SUBJECT_SESSION, 0, 0,
	    E_REPLACED, "Another connection of the same tab was opened.");
	peer_gone(s, old, true);
}

static void
peer_client(struct sched *s, struct peer *p, const struct sched_event *e)
{
	const struct msg_hello *h = &e->msg->hello;

	if (e->client != NULL)
		p->client = *e->client;
	if (!p->client.known) {
		p->client.known = true;
		p->client.first = sched_unix_us(s) / 1000000;
		if (h->secret.n == DIGEST_LEN)
			memcpy(p->client.secret, h->secret.p, DIGEST_LEN);
	}
}

/* The secret of a CID: as recorded, or of who came first and is still here. */
static bool
peer_taken(const struct sched *s, const struct sched_event *e, struct str cid)
{
	const struct bytes *secret = &e->msg->hello.secret;
	const struct peer *p;
	uint32_t i;

	if (e->client != NULL && e->client->known)
		return secret->n != DIGEST_LEN || memcmp(secret->p,
		    e->client->secret, DIGEST_LEN) != 0;
	i = map_get(&s->by_client, sched_hash(s, cid.p, cid.n, NULL, 0));
	for (; i != MAP_NONE && i != 0; i = p->same) {
		p = s->peers[i];
		if (secret->n != DIGEST_LEN ||
		    memcmp(secret->p, p->client.secret, DIGEST_LEN) != 0)
			return true;
	}
	return false;
}

void
peer_hello(struct sched *s, const struct sched_event *e)
{
	const struct msg_hello *h = &e->msg->hello;
	struct str cid = h->cid.n > 0 ? h->cid : e->cid;
	struct peer *p;
	uint32_t i, old;

	/* The record is asked for all of it, names here end at the NUL. */
	if (cid.n == 0 || memchr(cid.p, '\0', cid.n) != NULL) {
		sched_refuse_text(s, e->session, SUBJECT_SESSION, 0, 0,
		    E_BAD_MESSAGE, "This is not a CID.");
		return;
	}
	if (peer_taken(s, e, cid)) {
		sched_refuse_text(s, e->session, SUBJECT_SESSION, 0, 0,
		    E_CID_TAKEN, "This CID belongs to another secret.");
		return;
	}
	i = peer_new(s);
	p = s->peers[i];
	p->session = e->session;
	peer_copy(p->cid, sizeof(p->cid), cid);
	peer_copy(p->tab, sizeof(p->tab), h->tab);
	peer_copy(p->kind, sizeof(p->kind), h->kind);
	peer_copy(p->build, sizeof(p->build), h->build);
	old = map_get(&s->by_cid, peer_key(s, p->cid, p->tab));
	if (old != MAP_NONE)
		peer_replace(s, old);
	map_put(&s->by_cid, peer_key(s, p->cid, p->tab), i);
	peer_same(s, i);
	map_put(&s->sessions, e->session, REF_PEER | i);
	peer_client(s, p, e);
	estimate_read(p, p->client.estimates);
	p->client.estimates = (struct bytes){ 0 };	/* was borrowed */
	p->joined_us = s->now;
	p->slots = h->slots > SLOTS_MAX ? SLOTS_MAX : (uint32_t)h->slots;
	p->slots = p->slots == 0 ? 1 : p->slots;
	p->memory = h->memory != 0 ? peer_memory(h->memory) : 256u << 20;
	p->trusted = (h->capabilities & CAP_TRUSTED) != 0;
	welcome(s, e->session, str_of(p->cid), NULL, 0, false);
	write_event(s, "joined", 0, p->cid, p->kind);
	peer_changed(s, i);
}

/* Groups that ran count as lost, unless it said goodbye. */
void
peer_gone(struct sched *s, uint32_t peer, bool goodbye)
{
	struct peer *p = s->peers[peer];
	uint32_t i, nth = 0;

	while ((i = p->out_first) != 0) {
		if (!goodbye && !p->leaving && nth++ < p->slots) {
			p->client.lost++;
			write_event(s, "group-lost",
			    s->graphs[s->groups[i].graph]->g, p->cid, "");
			group_return(s, i, true);
		} else {
			group_return(s, i, false);
		}
	}
	write_event(s, "left", 0, p->cid, goodbye ? "goodbye" : "");
	write_client(s, p, false);
	map_del(&s->sessions, p->session);
	if (map_get(&s->by_cid, peer_key(s, p->cid, p->tab)) == peer)
		map_del(&s->by_cid, peer_key(s, p->cid, p->tab));
	p->session = 0;
	crowd_note(s, peer);
	value_peer_gone(s, peer);
	peer_alone(s, peer);
	ring_add(&s->free_peers, peer);
	s->peers[peer] = NULL;
	local_free(p);
	xfree(p->drops);
	xfree(p->fetches);
	xfree(p);
	s->assign = true;
}

void
on_bench(struct sched *s, struct peer *p, uint32_t peer, const struct msg *m)
{
	(void)peer;
	estimate_bench(s, p, &m->bench);
	write_benchmark(s, p, &m->bench);
	if (m->bench.memory != 0)
		p->memory = peer_memory(m->bench.memory);
	p->bench = true;
	peer_changed(s, peer);
	s->assign = true;
}

/* Its groups go to others; an answer of its own still counts. */
void
peer_hands_back(struct sched *s, const struct peer *p)
{
	while (p->out_first != 0)
		group_return(s, p->out_first, false);
}

void
on_state(struct sched *s, struct peer *p, uint32_t peer, const struct msg *m)
{
	const struct msg_state *st = &m->state;

	estimate_hide(s, p, st->hidden);
	p->leaving = st->leaving;
	p->paused = st->paused != 0;
	if (st->paused == 1 && p->n_out > 0) {
		assign_refused(s, peer);	/* it has dropped what it had */
		peer_hands_back(s, p);
	}
	if (st->slots != 0 && st->slots <= SLOTS_MAX && st->slots != p->slots) {
		p->slots = (uint32_t)st->slots;
		assign_predict(s, peer);
	}
	peer_changed(s, peer);
	s->assign = true;
}

static void
announce_cancel(struct sched *s, struct peer *p, const struct rec_work_ref *w)
{
	struct rec_group_ref ref = { w->g, w->epoch, w->group };
	struct msg m = { .id = M_CANCEL };

	m.cancel.groups.v = &ref;
	m.cancel.groups.n = 1;
	out_send(s->out, p->session, &m, false);
}

static void
announce_group(struct sched *s, struct peer *p, uint32_t peer,
    const struct rec_work_ref *w)
{
	struct msg ack = { .id = M_ACK, .ack = { .g = w->g, .epoch = w->epoch,
		.group = w->group } };
	struct graph *g = sched_graph(s, w->g);
	struct group *k;
	uint32_t i;

	k = g == NULL ? NULL : group_find(s, w->g, w->epoch, w->group, &i);
	if (k == NULL || !graph_open(g) || w->token.n != sizeof(k->token) ||
	    memcmp(w->token.p, k->token, sizeof(k->token)) != 0)
		announce_cancel(s, p, w);
	else if (k->state == GROUP_DONE && w->done)
		out_send(s->out, p->session, &ack, true);
	else if (k->state == GROUP_DONE)
		announce_cancel(s, p, w);
	else if (k->state == GROUP_OUT && k->peer == peer)
		return;		/* told again */
	else if (p->n_out < SLOTS_MAX * 2)
		group_claim(s, i, peer);
}

/* A value it holds: welcome if it is the op's and still of use. */
static void
announce_held(struct sched *s, uint32_t peer, const struct rec_held *h)
{
	struct graph *g = sched_graph(s, h->g);
	struct value *v;
	struct op *o;
	uint32_t op = (uint32_t)h->op;

	if (g != NULL && graph_open(g) && h->op != 0 && h->op <= g->n_ops &&
	    group_comes(s, g, op, peer) && (g->ops[op].value == 0 ||
	    !g->values[g->ops[op].value].known))
		return;
	if (g == NULL || !graph_open(g) || h->op == 0 || h->op > g->n_ops ||
	    g->ops[op].state == OP_FAILED || g->ops[op].value == 0) {
		value_drop_at(s, peer, h->g, h->op);
		return;
	}
	o = &g->ops[op];
	v = &g->values[o->value];
	if (!v->known || v->size != h->size || h->digest.n != DIGEST_LEN ||
	    memcmp(v->digest, h->digest.p, DIGEST_LEN) != 0) {
		value_drop_at(s, peer, h->g, h->op);
		return;
	}
	value_hold(s, g, op, peer);
	if (o->state == OP_PENDING && v->size > MSG_SMALL)
		state_computed(s, g, op);
	value_send(s, g, op);
	if (o->state == OP_COMPUTED && o->users == 0)
		value_unneeded(s, g, op);
}

/* An upload is awaited of it, and it has not got the value. */
static void
announce_lacks(struct sched *s, uint32_t peer, const struct msg_announce *a)
{
	struct upload *u;
	struct map has;
	uint32_t i;
	size_t k;

	map_init(&has, s->set.seed);
	for (k = 0; k < a->held.n; k++)
		map_put(&has, map_mix(a->held.v[k].g, a->held.v[k].op), 1);
	for (i = 1; i < s->n_uploads; i++) {
		u = &s->uploads[i];
		if (u->used && u->peer == peer && map_get(&has,
		    map_mix(s->graphs[u->graph]->g, u->op)) == MAP_NONE)
			value_unhold(s, s->graphs[u->graph], u->op, peer);
	}
	map_clear(&has);
}

/* Groups first: what they make is no surprise then. */
void
on_announce(struct sched *s, struct peer *p, uint32_t peer, const struct msg *m)
{
	size_t i;

	for (i = 0; i < m->announce.groups.n; i++)
		announce_group(s, p, peer, &m->announce.groups.v[i]);
	for (i = 0; i < m->announce.held.n; i++)
		announce_held(s, peer, &m->announce.held.v[i]);
	if (p->announced && m->announce.held.n < HELD_MOST)
		announce_lacks(s, peer, &m->announce);
	p->announced = true;
	s->assign = true;
	load_back(s);
}

void
on_progress(struct sched *s, struct peer *p, uint32_t peer, const struct msg *m)
{
	const struct msg_progress *r = &m->progress;
	struct group *k;
	double share, us;
	uint32_t i;

	k = sched_graph(s, r->g) == NULL ? NULL :
	    group_find(s, r->g, r->epoch, r->group, &i);
	if (k == NULL || k->state != GROUP_OUT || s->peers[k->peer] != p ||
	    r->done == 0 || r->total < r->done || s->now <= k->sent_us)
		return;
	/*
	 * A long group: its end follows from how far it is.  Not without bound:
	 * who is always at the beginning would keep it from others for ever.
	 */
	share = (double)r->total / (double)r->done;
	us = (double)(s->now - k->sent_us) * share;
	if (us > 10 * k->compute_us + PROGRESS_MOST)
		us = 10 * k->compute_us + PROGRESS_MOST;
	if (i == p->out_first && share < 1e4) {
		k->predicted_us = us;
		us -= (double)(k->start_us - k->sent_us);
		k->busy_us = us > 0 ? us : 0;
	}
	assign_predict(s, peer);
}

void
on_stored(struct sched *s, struct peer *p, uint32_t peer, const struct msg *m)
{
	(void)p;
	(void)peer;
	if (m->stored.digest.n == DIGEST_LEN)
		value_stored(s, m->stored.digest.p);
}

static void
peer_silent(struct sched *s, struct peer *p)
{
	p->silent = true;
	peer_hands_back(s, p);
}

/* An own worker's link is this machine's memory, however busy it was. */
static double
peer_link(const struct peer *p, uint64_t rate)
{
	if (p->trusted && rate < LOCAL_RATE)
		return LOCAL_RATE;
	return (double)rate;
}

void
on_session(struct sched *s, struct peer *p, uint32_t peer, const struct msg *m)
{
	const struct msg_session *v = &m->session;

	switch (v->what) {
	case PRESENCE_GONE:
		peer_gone(s, peer, false);
		break;
	case PRESENCE_SILENT:
		peer_silent(s, p);
		break;
	case PRESENCE_BACK:
		p->silent = false;
		s->assign = true;
		break;
	case PRESENCE_LINK:
		p->rtt_us = (double)v->rtt_us;
		p->down = peer_link(p, v->down);
		p->up = peer_link(p, v->up);
		peer_changed(s, peer);
	}
}
