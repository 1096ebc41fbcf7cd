/*
 * Who gets what next.  For the graph whose turn it is, water.c names who shall
 * have work, and a group grows for that one; then chains flow on, whose inputs
 * are in flight where they go.  Only participants that something happened to
 * are looked at, and those that waited for work; all are asked only for a graph
 * with nothing in flight that its team cannot take.
 */
#include "policy.h"

#define LATE_US		50000
#define REFUSALS_FREE	8		/* in a row; then rests get longer */
#define REST_US		((uint64_t)50000)
#define TRUST_FLOOR	(1.0 / 256)	/* or time would not heal it */
#define TRUST_US	((uint64_t)600000000)	/* until it doubles */
#define FRONTIER_US	2000.0	/* of work near to it, at least */
#define FORCED_MAX	8	/* members asked when nobody has work */
#define TURN_OPS	4096	/* handed out; then others are heard */

bool
assign_serves(const struct peer *p)
{
	return p != NULL && p->session != 0 && p->bench && p->announced &&
	    !p->paused && !p->silent && !p->stuck && !p->leaving &&
	    p->trust >= TRUST_LEAST && p->rest_us == 0 && p->slots > 0;
}

bool
assign_takes(const struct sched *s, const struct peer *p)
{
	return assign_serves(p) && p->late_us <= s->now && predict_room(s, p);
}

void
assign_touch(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];

	if (p == NULL || p->touched)
		return;
	p->touched = true;
	s->touched = sched_room(s->touched, &s->touched_cap, s->n_touched + 1,
	    sizeof(*s->touched));
	s->touched[s->n_touched++] = peer;
}

void
assign_refused(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	uint32_t n = p->refusals++;

	local_free(p);
	if (n >= REFUSALS_FREE)
		p->rest_us = s->now + (REST_US << (n - REFUSALS_FREE < 8 ?
		    n - REFUSALS_FREE : 8));
	crowd_note(s, peer);
	assign_touch(s, peer);
}

void
assign_distrust(struct sched *s, uint32_t peer, double share)
{
	struct peer *p = s->peers[peer];

	p->trust *= share;
	if (p->trust < TRUST_FLOOR)
		p->trust = TRUST_FLOOR;
	p->trust_us = s->now;
	crowd_note(s, peer);
	assign_touch(s, peer);
}

/* Time heals: who gets no work cannot show that it does better. */
static void
assign_trust(const struct sched *s, struct peer *p)
{
	while (p->trust < 1 && s->now - p->trust_us >= TRUST_US) {
		p->trust = p->trust < 0.5 ? 2 * p->trust : 1;
		p->trust_us += TRUST_US;
	}
}

/* Those whose time has come are touched. */
static void
assign_timers(struct sched *s)
{
	struct peer *p;
	uint32_t peer;

	while (timer_due(s, TIMER_WORK, &peer)) {
		p = s->peers[peer];
		if (p->rest_us <= s->now)
			p->rest_us = 0;
		assign_trust(s, p);
		crowd_note(s, peer);
		assign_touch(s, peer);
	}
}

/* When the touched are to be looked at again; they are not touched now. */
static void
assign_arm(struct sched *s)
{
	struct peer *p;
	uint64_t when;
	uint32_t i;

	for (i = 0; i < s->n_touched; i++) {
		p = s->peers[s->touched[i]];
		if (p == NULL)
			continue;
		p->touched = false;
		when = p->rest_us != 0 ? p->rest_us : predict_when(s, p);
		if (p->trust < 1 && p->trust_us + TRUST_US < when)
			when = p->trust_us + TRUST_US;
		if (when != NEVER)
			timer_set(s, TIMER_WORK, s->touched[i], when);
	}
	s->n_touched = 0;
}

/* Who cannot ever get its memory fails, once everybody has been looked at. */
static bool
assign_stuck(struct sched *s, struct graph *g, uint32_t op)
{
	uint64_t need = grow_memory(g, op), most = 0;
	int64_t a[4] = { 0 };
	uint32_t i;

	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] != NULL && s->peers[i]->bench &&
		    s->peers[i]->memory > most)
			most = s->peers[i]->memory;
	}
	if (most == 0 || need <= most)
		return false;
	a[0] = (int64_t)need;
	a[1] = (int64_t)most;
	state_fail(s, g, op, E_MEMORY, op, a);
	return true;
}

/* Work near to its participant is for all, and all slots: it has its share. */
static void
assign_frontier(struct grow *gr, const struct local *l)
{
	const struct graph *g = gr->g;
	double share, rates = g->pool != NULL ? g->pool->rates : 0;

	if (l == NULL || l->us <= 0 || (g->n_team < 2 && gr->p->slots < 2))
		return;
	share = l->us / (rates > 0 ? rates : estimate_rate(gr->p));
	share = share > FRONTIER_US ? share : FRONTIER_US;
	if (share < gr->target.compute)
		gr->target.compute = share;
}

/* A group of g for peer, or false. */
static bool
assign_give(struct sched *s, struct graph *g, uint32_t peer, struct target t,
    bool forced)
{
	struct grow gr = { .s = s, .g = g, .p = s->peers[peer], .peer = peer,
		.target = t, .forced = forced };
	double before = g->ready_us;

	assign_frontier(&gr, local_of(s, gr.p, g, false));
	if (group_form(&gr) == 0)
		return false;
	g->pool->given += before - g->ready_us;
	pool_add(s, g, peer);
	return true;
}

/* A group to one of the first members that take work. */
static bool
assign_any(struct sched *s, struct graph *g, bool forced)
{
	struct target t = pool_target(s, 0, 1);
	const struct pool *pool = g->pool;
	uint32_t i, n = 0;

	for (i = 0; i < pool->n && n < FORCED_MAX; i++) {
		if (!assign_takes(s, s->peers[pool->v[i].peer]))
			continue;
		n++;
		if (assign_give(s, g, pool->v[i].peer, t, forced))
			return true;
	}
	return false;
}

/*
 * Nothing is in flight, and nobody should have what is ready now: to whoever
 * can have its inputs, first to who has them; and uploads are asked for.
 */
static bool
assign_forced(struct sched *s, struct graph *g)
{
	struct target t = pool_target(s, 0, 1);
	uint32_t i;

	if (assign_any(s, g, false) || assign_any(s, g, true))
		return true;
	if (g->uploads > 0)
		return false;
	for (i = 1; i < s->n_peers; i++) {
		if (assign_takes(s, s->peers[i]) &&
		    assign_give(s, g, i, t, true))
			return true;
	}
	return g->uploads == 0 && assign_stuck(s, g, ready_top(g));
}

/* One group to somebody, or false. */
static bool
assign_graph(struct sched *s, struct graph *g)
{
	struct target t;
	struct pool *pool;
	uint32_t peer, i;

	if (ready_top(g) == 0)
		return false;
	pool = pool_of(s, g);
	if (pool->turn != s->turns && pool->at_us != s->now) {
		for (i = 0; i < s->n_touched; i++)
			pool_add(s, g, s->touched[i]);
	}
	pool->turn = s->turns;
	while ((peer = pool_next(s, g, &t)) != 0) {
		if (assign_give(s, g, peer, t, false))
			return true;
		pool->dry++;
	}
	return g->count[OP_COMPUTING] == 0 && assign_forced(s, g);
}

/* Chains that flow on: work whose inputs are in flight on the same peer. */
static bool
assign_ahead(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	struct grow gr;
	struct graph *g;
	uint32_t i;

	for (i = 0; i < p->n_locals && assign_takes(s, p); i++) {
		g = s->graphs[p->locals[i].graph];
		if (g == NULL || g->g != p->locals[i].g || !graph_open(g) ||
		    p->locals[i].heap.n == 0)
			continue;
		gr = (struct grow){ .s = s, .g = g, .p = p, .peer = peer,
			.target = pool_target(s, 0, p->slots), .ahead = true };
		assign_frontier(&gr, &p->locals[i]);
		if (group_form(&gr) != 0)
			return true;
	}
	return false;
}

/* Better one that was stuck than nobody. */
static void
assign_forgive(struct sched *s)
{
	uint32_t i;

	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] == NULL)
			continue;
		s->peers[i]->stuck = false;
		crowd_note(s, i);
		assign_touch(s, i);
	}
}

static void
assign_all_ahead(struct sched *s)
{
	uint32_t i;

	for (i = 0; i < s->n_touched; i++) {
		while (s->handed < TURN_OPS &&
		    s->peers[s->touched[i]] != NULL &&
		    assign_ahead(s, s->touched[i]))
			continue;
	}
}

/* Work to whom it is due, graph by graph. */
static void
assign_graphs(struct sched *s)
{
	struct graph *g;

	while (s->handed < TURN_OPS && (g = fair_next(s)) != NULL) {
		if (ready_top(g) == 0) {
			fair_emptied(s, g);
			continue;
		}
		team_update(s, g);
		if (assign_graph(s, g))
			continue;
		fair_block(s, g);
		if (s->now + LATE_US < s->retry_us)
			s->retry_us = s->now + LATE_US;
	}
}

bool
assign_run(struct sched *s)
{
	s->handed = 0;
	assign_timers(s);
	if (s->live == 0)
		assign_forgive(s);
	if (s->now < s->quiet_until || (!s->assign && s->n_touched == 0))
		return false;
	s->turns++;
	s->assign = false;
	s->retry_us = NEVER;
	if (s->live > 0)
		assign_graphs(s);
	assign_all_ahead(s);
	if (s->handed >= TURN_OPS) {
		s->assign = true;
		return true;
	}
	assign_arm(s);
	return false;
}
