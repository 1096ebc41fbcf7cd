/*
 * The core's door: events to handlers, the end of a turn, the tables.
 */
#include "policy.h"

#define PROGRESS_US	250000
#define BUSY_MS		500	/* Redis catches up by then */
#define COLLECT_US	60000000	/* also: kept so long, if crowded */

struct peer_row {
	enum msg_id	id;
	void		(*fn)(struct sched *, struct peer *, uint32_t,
			    const struct msg *);
};

struct dev_row {
	enum msg_id	id;
	void		(*fn)(struct sched *, struct dev *, const struct msg *);
};

static const struct peer_row peer_rows[] = {
	{ M_RESULT, on_result },
	{ M_BENCH, on_bench },
	{ M_STATE, on_state },
	{ M_ANNOUNCE, on_announce },
	{ M_PROGRESS, on_progress },
	{ M_STORED, on_stored },
	{ M_SESSION, on_session },
};

static const struct dev_row dev_rows[] = {
	{ M_GRAPH, on_graph },
	{ M_BATCH, on_batch },
	{ M_WANT, on_want },
	{ M_END, on_end },
	{ M_QUERY, on_ask },
	{ M_PLAN, on_plan },
};

struct sched *
sched_new(const struct sched_setup *set)
{
	struct sched *s = xcalloc(1, sizeof(*s));

	s->set = *set;
	s->build = xstrdup(set->build != NULL ? set->build : "");
	map_init(&s->sessions, map_mix(set->seed, 1));
	map_init(&s->by_number, map_mix(set->seed, 2));
	map_init(&s->by_key, map_mix(set->seed, 3));
	map_init(&s->by_group, map_mix(set->seed, 4));
	map_init(&s->by_cid, map_mix(set->seed, 5));
	map_init(&s->by_upload, map_mix(set->seed, 6));
	map_init(&s->by_owner, map_mix(set->seed, 8));
	map_init(&s->by_client, map_mix(set->seed, 9));
	map_init(&s->refs, map_mix(set->seed, 7));
	if (s->set.next_graph == 0)
		s->set.next_graph = 1;
	buf_init(&s->program);
	program_writer_init(&s->writer, 0);
	s->retry_us = s->next_overdue = NEVER;
	return s;
}

void
sched_free(struct sched *s)
{
	uint32_t i;

	if (s == NULL)
		return;
	plan_clear(s);
	for (i = 1; i < s->n_graphs; i++) {
		if (s->graphs[i] != NULL)
			graph_free(s, s->graphs[i]);
	}
	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] == NULL)
			continue;
		local_free(s->peers[i]);
		xfree(s->peers[i]->drops);
		xfree(s->peers[i]->fetches);
		xfree(s->peers[i]);
	}
	for (i = 0; i < s->n_devs; i++)
		xfree(s->devs[i].owner);
	fair_free(s);
	xfree(s->free_peers.v);
	xfree(s->mailed.v);
	xfree(s->cramped.v);
	xfree(s->changed.v);
	xfree(s->open.v);
	xfree(s->altered.v);
	xfree(s->free_graphs.v);
	map_clear(&s->by_client);
	map_clear(&s->sessions);
	map_clear(&s->by_number);
	map_clear(&s->by_key);
	map_clear(&s->by_group);
	map_clear(&s->by_cid);
	map_clear(&s->by_upload);
	map_clear(&s->refs);
	buf_clear(&s->program);
	program_writer_clear(&s->writer);
	xfree(s->graphs);
	xfree(s->peers);
	xfree(s->devs);
	xfree(s->groups);
	xfree(s->holds);
	xfree(s->uploads);
	xfree(s->stack);
	xfree(s->form);
	xfree(s->skip);
	xfree(s->mates);
	xfree(s->kept);
	xfree(s->touched);
	xfree(s->timers[TIMER_WORK].v);
	xfree(s->timers[TIMER_LATE].v);
	xfree(s->work);
	crowd_clear(s);
	xfree(s->build);
	xfree(s);
}

void
sched_set_limits(struct sched *s, const struct sched_limits *l)
{
	s->set.limits = *l;
}

uint64_t
sched_unix_us(const struct sched *s)
{
	return s->set.unix_us + s->now;
}

uint64_t
sched_hash(const struct sched *s, const void *a, size_t an, const void *b,
    size_t bn)
{
	uint8_t out[DIGEST_LEN];
	struct digest d;
	uint64_t h;

	digest_init_keyed(&d, s->set.token_key);
	digest_update(&d, a, an);
	if (bn > 0)
		digest_update(&d, b, bn);
	digest_final(&d, out);
	memcpy(&h, out, sizeof(h));
	return h;
}

struct peer *
sched_peer(struct sched *s, uint64_t session)
{
	uint32_t ref = map_get(&s->sessions, session);

	return ref != MAP_NONE && (ref & REF_PEER) ?
	    s->peers[ref & REF_INDEX] : NULL;
}

struct dev *
sched_dev(struct sched *s, uint64_t session)
{
	uint32_t ref = map_get(&s->sessions, session);

	return ref != MAP_NONE && (ref & REF_PEER) == 0 ?
	    &s->devs[ref & REF_INDEX] : NULL;
}

struct graph *
sched_graph(struct sched *s, uint64_t g)
{
	uint32_t i = map_get(&s->by_number, g);

	return i == MAP_NONE ? NULL : s->graphs[i];
}

void
sched_refuse(struct sched *s, uint64_t session, const struct msg_refuse *r)
{
	struct msg m = { .id = M_REFUSE, .refuse = *r };

	if (r->code == E_STORAGE_BUSY)
		m.refuse.retry_ms = BUSY_MS;
	else if (r->code == E_OVERLOADED)
		m.refuse.retry_ms = fair_drain_ms(s);
	out_send(s->out, session, &m, false);
}

void
sched_refuse_text(struct sched *s, uint64_t session, enum msg_subject what,
    uint64_t g, uint64_t number, enum error code, const char *text)
{
	struct msg_refuse r = { .what = what, .g = g, .number = number,
		.code = code };

	r.text = str_of(text);
	sched_refuse(s, session, &r);
}

bool
sched_room_left(struct sched *s, uint64_t session, enum msg_subject what,
    uint64_t g, uint64_t number)
{
	if (s->crowded)
		sched_refuse_text(s, session, what, g, number, E_STORAGE_FULL,
		    "Redis is nearly full: graphs that run go on, nothing new "
		    "is taken.");
	else if (s->full)
		sched_refuse_text(s, session, what, g, number, E_STORAGE_BUSY,
		    "Redis is behind.");
	return !s->crowded && !s->full;
}

static void
sched_gone(struct sched *s, uint64_t session, bool goodbye)
{
	uint32_t ref = map_get(&s->sessions, session);

	if (ref == MAP_NONE)
		return;
	if (ref & REF_PEER)
		peer_gone(s, ref & REF_INDEX, goodbye);
	else
		dev_gone(s, session);
}

static void
sched_hello(struct sched *s, const struct sched_event *e)
{
	sched_gone(s, e->session, true);	/* HELLO again in one session */
	if (e->msg->hello.version != RAVEN_PROTOCOL) {
		sched_refuse_text(s, e->session, SUBJECT_SESSION, 0, 0,
		    E_VERSION, "The server speaks protocol version 1.");
		return;
	}
	if (e->msg->hello.role == ROLE_PARTICIPANT)
		peer_hello(s, e);
	else
		dev_hello(s, e);
}

static void
sched_message(struct sched *s, const struct sched_event *e)
{
	uint32_t ref = map_get(&s->sessions, e->session);
	struct dev *d;
	size_t i;

	if (ref == MAP_NONE)
		return;		/* refused, or gone already */
	if (ref & REF_PEER) {
		for (i = 0; i < sizeof(peer_rows) / sizeof(*peer_rows); i++) {
			if (peer_rows[i].id == e->msg->id)
				peer_rows[i].fn(s, s->peers[ref & REF_INDEX],
				    ref & REF_INDEX, e->msg);
		}
		crowd_note(s, ref & REF_INDEX);
		return;
	}
	d = &s->devs[ref & REF_INDEX];
	if (e->msg->id == M_SESSION &&
	    e->msg->session.what == PRESENCE_GONE) {
		dev_gone(s, e->session);
		return;
	}
	for (i = 0; i < sizeof(dev_rows) / sizeof(*dev_rows); i++) {
		if (dev_rows[i].id == e->msg->id &&
		    d->role == ROLE_DEVELOPER)
			dev_rows[i].fn(s, d, e->msg);
	}
}

static void
sched_broken(struct sched *s, uint64_t number)
{
	struct graph *g = sched_graph(s, number);

	if (g == NULL || !graph_open(g))
		return;
	if (g->session != 0)
		sched_refuse_text(s, g->session, SUBJECT_GRAPH, g->g, 0,
		    E_INTERNAL, "The graph could not be recorded.");
	graph_close(s, g, GRAPH_FROZEN);
}

void
sched_apply(struct sched *s, uint64_t now_us, const struct sched_event *e,
    struct sched_out *out)
{
	s->now = now_us > s->now ? now_us : s->now;
	s->out = out;
	switch (e->kind) {
	case SCHED_HELLO:
		sched_hello(s, e);
		break;
	case SCHED_MESSAGE:
		sched_message(s, e);
		break;
	case SCHED_GONE:
		sched_gone(s, e->session, true);
		break;
	case SCHED_BROKEN:
		sched_broken(s, e->g);
		break;
	case SCHED_PRESSURE:
		s->full = e->full;
		break;
	case SCHED_CROWDED:
		s->crowded = e->full;
		s->next_collect = 0;
	}
}

static void
tick_values(struct sched *s, struct peer *p)
{
	struct msg m;
	uint32_t at, n;

	for (at = 0; at < p->n_fetches; at += n) {
		n = p->n_fetches - at < 4096 ? p->n_fetches - at : 4096;
		m = (struct msg){ .id = M_FETCH };
		m.fetch.values.v = p->fetches + at;
		m.fetch.values.n = n;
		out_send(s->out, p->session, &m, false);
	}
	for (at = 0; at < p->n_drops; at += n) {
		n = p->n_drops - at < 4096 ? p->n_drops - at : 4096;
		m = (struct msg){ .id = M_DROP };
		m.drop.values.v = p->drops + at;
		m.drop.values.n = n;
		out_send(s->out, p->session, &m, false);
	}
	p->n_fetches = p->n_drops = 0;
}

static void
tick_all_values(struct sched *s)
{
	struct peer *p;
	uint32_t i;

	for (i = 0; i < s->mailed.n; i++) {
		p = s->peers[s->mailed.v[i]];
		if (p == NULL)
			continue;
		p->mailed = false;
		tick_values(s, p);
	}
	s->mailed.n = 0;
}

static uint64_t
tick_progress(struct sched *s)
{
	uint32_t i, participants = 0;

	if (s->open.n == 0)
		return NEVER;
	if (s->now < s->next_progress)
		return s->next_progress;
	for (i = 1; i < s->n_peers; i++)
		participants += s->peers[i] != NULL && s->peers[i]->bench;
	for (i = 0; i < s->open.n; i++)
		dev_progress(s, s->graphs[s->open.v[i]], participants);
	s->next_progress = s->now + PROGRESS_US;
	return s->next_progress;
}

static void
tick_collect(struct sched *s)
{
	uint64_t unix_us = sched_unix_us(s);
	uint64_t keep_us = s->set.limits.keep_ended_us;
	struct graph *g;
	uint32_t i;

	if (s->now < s->next_collect)
		return;
	if (s->crowded && keep_us > COLLECT_US)
		keep_us = COLLECT_US;
	s->next_collect = s->now + COLLECT_US;
	for (i = 1; i < s->n_graphs; i++) {
		g = s->graphs[i];
		if (g == NULL)
			continue;
		if (graph_open(g) && g->session == 0 && unix_us > g->seen_us &&
		    unix_us - g->seen_us > s->set.limits.keep_abandoned_us)
			graph_close(s, g, GRAPH_CANCELLED);
		if (graph_open(g) || g->status == GRAPH_FROZEN ||
		    g->dirty || unix_us < g->ended_us ||
		    unix_us - g->ended_us < keep_us)
			continue;
		write_removed(s, g);
		graph_free(s, g);
	}
}

uint64_t
sched_tick(struct sched *s, uint64_t now_us, struct sched_out *out)
{
	uint64_t next, progress, overdue, late, timer;
	struct graph *g;
	uint32_t i;
	bool more;

	s->now = now_us > s->now ? now_us : s->now;
	s->out = out;
	if (s->recover && s->now >= s->quiet_until)
		load_quiet_over(s);
	if (s->now >= s->retry_us)
		s->assign = true;
	memory_run(s);
	overdue = value_overdue(s);
	late = late_run(s);
	/* First, or a DROP would meet what the next group makes anew. */
	tick_all_values(s);
	more = assign_run(s);
	for (i = 0; i < s->altered.n; i++) {
		g = s->graphs[s->altered.v[i]];
		if (g != NULL && g->dirty)
			graph_settle(s, g);
	}
	progress = tick_progress(s);
	tick_collect(s);
	tick_all_values(s);
	write_turn(s);
	if (plan_turn(s) || s->cramped.n > 0 || more)
		return s->now;
	next = progress < s->next_collect ? progress : s->next_collect;
	next = overdue < next ? overdue : next;
	next = late < next ? late : next;
	if (s->changed.n > 0 && s->next_clients < next)
		next = s->next_clients;
	timer = timer_next(s, TIMER_WORK);
	next = timer < next ? timer : next;
	if (s->recover && s->quiet_until < next)
		next = s->quiet_until;
	return s->retry_us < next ? s->retry_us : next;
}
