/*
 * Who gets what next.  For the graph that was served least: the water level
 * of its ready work over the participants that may take some, then the one
 * that would finish first gets a group, larger while much is left.
 */
#include "sched_priv.h"

#define AHEAD		2	/* groups out for each slot */
#define OVERDUE_US	2000000		/* beyond any prediction */
#define LATE_US		50000
#define REFUSALS_FREE	8		/* in a row; then rests get longer */
#define REST_US		((uint64_t)50000)
#define ALPHA		3.0	/* share of what is left a group takes */

struct candidate {
	uint32_t	peer;
	bool		takes;		/* or is full: its share waits for it */
	double		free, first;	/* mean backlog; the earliest slot's */
	double		rate;		/* reference us a us */
	double		finish;		/* of the top op */
};

bool
assign_serves(const struct peer *p)
{
	return p != NULL && p->session != 0 && p->bench && p->announced &&
	    !p->paused && !p->silent && !p->stuck && !p->leaving &&
	    p->faults < FAULTS_MAX && p->rest_us == 0 && p->slots > 0;
}

void
assign_refused(struct sched *s, struct peer *p)
{
	uint32_t n = p->refusals++;

	if (n >= REFUSALS_FREE)
		p->rest_us = s->now + (REST_US << (n - REFUSALS_FREE < 8 ?
		    n - REFUSALS_FREE : 8));
}

/* Who has rested long enough serves again; when the next one does. */
static uint64_t
assign_rested(struct sched *s)
{
	uint64_t next = NEVER;
	struct peer *p;
	uint32_t i;

	for (i = 1; i < s->n_peers; i++) {
		p = s->peers[i];
		if (p == NULL || p->rest_us == 0)
			continue;
		if (p->rest_us <= s->now) {
			p->rest_us = 0;
			crowd_note(s, i);
			s->assign = true;
		} else if (p->rest_us < next) {
			next = p->rest_us;
		}
	}
	return next;
}

bool
assign_takes(const struct peer *p)
{
	return assign_serves(p) && p->n_out < p->slots * AHEAD;
}

/* Much later than predicted: nobody waits for its turn. */
static bool
assign_late(const struct sched *s, const struct peer *p)
{
	const struct group *k = &s->groups[p->out_first];

	return p->n_out > 0 && (double)s->now > (double)k->sent_us +
	    2 * k->predicted_us + LATE_US;
}

/* Predicted free times, anew from what is out. */
void
assign_predict(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	uint32_t i, slot;
	uint64_t from;

	for (slot = 0; slot < SLOTS_MAX; slot++)
		p->free_us[slot] = 0;
	for (i = p->out_first; i != 0; i = s->groups[i].out_next) {
		slot = s->groups[i].slot;
		from = p->free_us[slot] > s->groups[i].sent_us ?
		    p->free_us[slot] : s->groups[i].sent_us;
		p->free_us[slot] = from + (uint64_t)s->groups[i].predicted_us;
		if (p->free_us[slot] < s->now)
			p->free_us[slot] = s->now;
	}
}

static struct candidate
candidate_of(const struct sched *s, uint32_t peer, const struct op *top)
{
	const struct peer *p = s->peers[peer];
	struct candidate c = { .peer = peer, .first = 1e18 };
	double wait;
	uint32_t i;

	for (i = 0; i < p->slots; i++) {
		wait = p->free_us[i] > s->now ?
		    (double)(p->free_us[i] - s->now) : 0;
		c.free += wait / p->slots;
		c.first = wait < c.first ? wait : c.first;
	}
	c.free += p->rtt_us + 200;
	c.first += p->rtt_us + 200;
	c.rate = estimate_rate(p);
	c.finish = c.first + estimate_op_us(p, top);
	return c;
}

static bool
candidate_before(const struct candidate *a, const struct candidate *b)
{
	if (a->finish != b->finish)
		return a->finish < b->finish;
	return a->peer < b->peer;
}

/* Shell sort: short lists, mostly in order, and no qsort in the core. */
static void
candidates_sort(struct candidate *v, uint32_t n)
{
	struct candidate x;
	uint32_t gap, i, j;

	for (gap = n / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
		for (i = gap; i < n; i++) {
			x = v[i];
			for (j = i; j >= gap &&
			    candidate_before(&x, &v[j - gap]); j -= gap)
				v[j] = v[j - gap];
			v[j] = x;
		}
	}
}

/* Time until which all have work if it is poured in: v sorted. */
static double
water_level(const struct candidate *v, uint32_t n, double work)
{
	double level = 0, rates = 0, filled = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (i > 0 && v[i].free >= level)
			continue;
		rates += v[i].rate;
		filled += v[i].rate * v[i].free;
		level = (work + filled) / rates;
	}
	return level > 1.02 * v[0].finish ? level : 1.02 * v[0].finish;
}

static uint32_t
ready_top(struct graph *g)
{
	struct heap_item item;

	while (heap_top(&g->ready, &item)) {
		if (g->ops[item.id].flags & OPF_READY)
			return item.id;
		(void)heap_pop(&g->ready, &item);
	}
	return 0;
}

static double
target_us(const struct sched *s, double share)
{
	double least = (double)s->set.limits.group_min_us;
	double most = (double)s->set.limits.group_max_us;

	share /= ALPHA;
	return share < least ? least : share > most ? most : share;
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

static uint32_t
candidates(const struct sched *s, const struct op *top, struct candidate *v)
{
	const struct peer *p;
	uint32_t i, n = 0;

	for (i = 1; i < s->n_peers; i++) {
		p = s->peers[i];
		if (!assign_serves(p) ||
		    (!assign_takes(p) && assign_late(s, p)))
			continue;
		v[n] = candidate_of(s, i, top);
		v[n++].takes = assign_takes(p);
	}
	candidates_sort(v, n);
	return n;
}

/* One group to somebody, or false. */
static bool
assign_graph(struct sched *s, struct graph *g)
{
	struct candidate *v;
	uint32_t top = ready_top(g), n, i;
	double level;
	bool done = false;

	if (top == 0)
		return false;
	v = xcalloc(s->n_peers + 1, sizeof(*v));
	n = candidates(s, &g->ops[top], v);
	level = n > 0 ? water_level(v, n, g->ready_us) : 0;
	for (i = 0; i < n && !done; i++) {
		if (v[i].takes && v[i].free < level && v[i].finish <= level)
			done = group_form(s, g, v[i].peer,
			    target_us(s, level - v[i].free), false) != 0;
	}
	/* Where its inputs are may be busy or slow; better than nowhere. */
	for (i = 0; i < n && !done && g->count[OP_COMPUTING] == 0; i++) {
		if (v[i].takes)
			done = group_form(s, g, v[i].peer, target_us(s, 0),
			    false) != 0;
	}
	if (!done && n > 0)
		done = assign_stuck(s, g, top);
	xfree(v);
	return done;
}

/* Chains that flow on: work whose inputs are in flight on the same peer. */
static bool
assign_hints(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	struct graph *g;
	uint32_t before;

	while (assign_takes(p) && p->n_hints > 0) {
		g = s->graphs[p->hints[p->n_hints - 1].graph];
		before = p->n_hints;
		if (g == NULL || !graph_open(g) || g->ops == NULL) {
			p->n_hints--;
			continue;
		}
		if (group_form(s, g, peer, target_us(s, 0), true) != 0)
			return true;
		if (p->n_hints >= before)
			return false;
	}
	return false;
}

/* The open graph with ready work that was served least. */
static struct graph *
assign_pick(struct sched *s, const uint8_t *blocked)
{
	struct graph *g, *best = NULL;
	uint32_t i;

	for (i = 1; i < s->n_graphs; i++) {
		g = s->graphs[i];
		if (g == NULL || blocked[i] || !graph_open(g) ||
		    g->ready.n == 0)
			continue;
		if (best == NULL || (g->low < best->low) ||
		    (g->low == best->low && g->served_us < best->served_us))
			best = g;
	}
	return best;
}

static bool
assign_idle(const struct sched *s)
{
	const struct peer *p;
	uint32_t i;

	for (i = 1; i < s->n_peers; i++) {
		p = s->peers[i];
		if (p != NULL && p->n_out == 0 && assign_serves(p))
			return true;
	}
	return false;
}

uint64_t
assign_overdue(struct sched *s)
{
	const struct group *k;
	struct peer *p;
	uint32_t i;
	bool any = false;

	for (i = 1; i < s->n_peers; i++) {
		p = s->peers[i];
		if (p == NULL || p->n_out == 0)
			continue;
		any = true;
		k = &s->groups[p->out_first];
		if (s->now < s->next_overdue || (double)(s->now - k->sent_us) <
		    4 * k->predicted_us + OVERDUE_US || !assign_idle(s))
			continue;
		write_event(s, "group-late", s->graphs[k->graph]->g, p->cid,
		    "");
		p->stuck = true;	/* until it answers */
		crowd_note(s, i);
		peer_hands_back(s, p);
	}
	if (s->now >= s->next_overdue)
		s->next_overdue = s->now + OVERDUE_US / 4;
	return any ? s->next_overdue : NEVER;
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
	}
}

void
assign_run(struct sched *s)
{
	uint8_t *blocked;
	struct graph *g;
	uint32_t i, takers = 0;
	uint64_t rested = assign_rested(s);

	for (i = 1; i < s->n_peers; i++)
		takers += assign_takes(s->peers[i]);
	if (s->live == 0)
		assign_forgive(s);
	s->retry_us = rested;
	if (!s->assign || s->now < s->quiet_until || takers == 0)
		return;
	s->assign = false;
	blocked = xcalloc(s->n_graphs + 1, 1);
	while ((g = assign_pick(s, blocked)) != NULL) {
		if (g->served_us > s->served_us)
			s->served_us = g->served_us;
		team_update(s, g);
		if (assign_graph(s, g))
			continue;
		blocked[g->index] = 1;
		if (s->now + LATE_US < s->retry_us)
			s->retry_us = s->now + LATE_US;
	}
	xfree(blocked);
	for (i = 1; i < s->n_peers; i++) {
		while (s->peers[i] != NULL && assign_hints(s, i))
			continue;
	}
}
