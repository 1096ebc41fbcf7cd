/*
 * Whose graph is next.  Priority high goes before low, which keeps one start
 * in twenty; within a priority owners take turns, and an owner's graphs take
 * turns in the owner's: deficit round robin (Shreedhar, Varghese 1995) in
 * predicted slot time.  What a group takes is known only once it has grown, so
 * it is charged afterwards, and who went below zero waits for the rounds that
 * make up for it.
 *
 * An owner that has nothing out comes before any turn: somebody's million ops
 * delay another's single one by a group's time, no more.
 */
#include "sched_priv.h"

#define QUANTUM_US	50000.0
#define LOW_EVERY	20	/* starts, of which low has one */
#define DRAIN_LEAST_MS	500
#define DRAIN_MOST_MS	60000

/* Where the i-th from the one whose turn it is lies. */
static uint32_t
ring_place(const struct ring *r, uint32_t i)
{
	return (r->at + i) % r->n;
}

/* Rounds until a debt is paid; at least one. */
static double
rounds_for(double deficit_us)
{
	return (double)(uint64_t)(-deficit_us / QUANTUM_US) + 1;
}

/* ---- owners ---- */

static uint32_t
owner_new(struct sched *s, const char *name)
{
	uint32_t i = s->free_owner;

	if (i != 0) {
		s->free_owner = s->owners[i].next;
	} else {
		if (s->n_owners == 0)
			s->n_owners = 1;
		i = s->n_owners++;
		s->owners = sched_room(s->owners, &s->owners_cap, s->n_owners,
		    sizeof(*s->owners));
	}
	memset(&s->owners[i], 0, sizeof(s->owners[i]));
	s->owners[i].name = xstrdup(name);
	s->owners[i].rounds = s->fair_rounds;
	map_put(&s->by_owner, sched_hash(s, name, strlen(name), NULL, 0), i);
	return i;
}

uint32_t
fair_owner(const struct sched *s, const char *name)
{
	uint32_t i = map_get(&s->by_owner, sched_hash(s, name, strlen(name),
	    NULL, 0));

	return i == MAP_NONE ? 0 : i;
}

static void
owner_free(struct sched *s, uint32_t i)
{
	struct owner *o = &s->owners[i];

	map_del(&s->by_owner, sched_hash(s, o->name, strlen(o->name), NULL,
	    0));
	xfree(o->name);
	xfree(o->graphs[0].v);
	xfree(o->graphs[1].v);
	o->name = NULL;
	o->next = s->free_owner;
	s->free_owner = i;
}

/* Rounds it sat out pay its debts and earn it nothing. */
static void
owner_wakes(struct sched *s, struct owner *o)
{
	o->deficit_us += QUANTUM_US * (s->fair_rounds - o->rounds);
	if (o->deficit_us > 0)
		o->deficit_us = 0;
	o->rounds = s->fair_rounds;
}

void
fair_join(struct sched *s, struct graph *g)
{
	uint32_t i = fair_owner(s, g->owner);

	g->fair_owner = i != 0 ? i : owner_new(s, g->owner);
	graph_track(s, g);
	s->owners[g->fair_owner].open++;
}

static void
fair_unlist(struct sched *s, struct graph *g)
{
	struct owner *o = &s->owners[g->fair_owner];
	struct ring *r = &o->graphs[g->low], *all = &s->fair[g->low];
	uint32_t i;

	g->listed = false;
	for (i = 0; r->v[i] != g->index; i++)
		continue;
	ring_drop(r, i);
	if (r->n > 0)
		return;
	for (i = 0; all->v[i] != g->fair_owner; i++)
		continue;
	ring_drop(all, i);
}

void
fair_leave(struct sched *s, struct graph *g)
{
	if (g->fair_owner == 0)
		return;
	graph_untrack(s, g);
	if (g->listed)
		fair_unlist(s, g);
	if (--s->owners[g->fair_owner].open == 0)
		owner_free(s, g->fair_owner);
	g->fair_owner = 0;
}

void
fair_ready(struct sched *s, struct graph *g)
{
	struct owner *o;

	if (g->listed || g->fair_owner == 0)
		return;
	o = &s->owners[g->fair_owner];
	g->listed = true;
	if (o->graphs[0].n + o->graphs[1].n == 0)
		owner_wakes(s, o);
	if (o->graphs[g->low].n == 0)
		ring_add(&s->fair[g->low], g->fair_owner);
	ring_add(&o->graphs[g->low], g->index);
	g->deficit_us = 0;
}

void
fair_out(struct sched *s, const struct graph *g, int by)
{
	if (g->fair_owner != 0)
		s->owners[g->fair_owner].out += (uint32_t)by;
}

/* ---- turns ---- */

/* Of the owner's graphs the one whose turn it is, among those not blocked. */
static struct graph *
owner_graph(struct sched *s, struct owner *o, bool low)
{
	struct ring *r = &o->graphs[low];
	struct graph *g, *best = NULL;
	uint32_t i, at, best_at = 0;

	for (i = 0; i < r->n; i++) {
		at = ring_place(r, i);
		g = s->graphs[r->v[at]];
		if (g->blocked == s->turns || (best != NULL &&
		    g->deficit_us <= best->deficit_us))
			continue;
		best = g;
		best_at = at;
		if (g->deficit_us > 0)
			break;
	}
	if (best == NULL)
		return NULL;
	r->at = best_at;
	if (best->deficit_us <= 0) {
		double add = QUANTUM_US * rounds_for(best->deficit_us);

		for (i = 0; i < r->n; i++)
			s->graphs[r->v[i]]->deficit_us += add;
	}
	return best;
}

static void
fair_rounds(struct sched *s, bool low, double n)
{
	struct ring *r = &s->fair[low];
	struct owner *o;
	uint32_t i;

	s->fair_rounds += n;
	for (i = 0; i < r->n; i++) {
		o = &s->owners[r->v[i]];
		o->deficit_us += QUANTUM_US * n;
		o->rounds = s->fair_rounds;
	}
}

static bool
owner_before(const struct owner *a, const struct owner *b)
{
	if ((a->out == 0) != (b->out == 0))
		return a->out == 0;
	return a->deficit_us > b->deficit_us;
}

/*
 * The owner whose turn it is: one with nothing out, else the next that has
 * not used up its share, else the one that will have some first.
 */
static struct graph *
fair_pick(struct sched *s, bool low)
{
	struct ring *r = &s->fair[low];
	struct owner *o, *best = NULL;
	struct graph *g, *found = NULL;
	uint32_t i, at;
	bool turn = false;

	for (i = 0; i < r->n; i++) {
		at = ring_place(r, i);
		o = &s->owners[r->v[at]];
		if (best != NULL && (!owner_before(o, best) ||
		    (turn && o->out > 0)))
			continue;
		if ((g = owner_graph(s, o, low)) == NULL)
			continue;
		best = o;
		found = g;
		turn = o->deficit_us > 0;
		if (o->out == 0)
			break;
	}
	if (found == NULL)
		return NULL;
	if (best->deficit_us <= 0)
		fair_rounds(s, low, rounds_for(best->deficit_us));
	for (i = 0; r->v[i] != found->fair_owner; i++)
		continue;
	r->at = i;
	return found;
}

struct graph *
fair_next(struct sched *s)
{
	bool low = s->fair_high >= LOW_EVERY - 1;
	struct graph *g = fair_pick(s, low);

	return g != NULL ? g : fair_pick(s, !low);
}

void
fair_block(const struct sched *s, struct graph *g)
{
	g->blocked = s->turns;
}

void
fair_charge(struct sched *s, struct graph *g, double us)
{
	g->deficit_us -= us;
	if (g->fair_owner != 0)
		s->owners[g->fair_owner].deficit_us -= us;
	if (g->low)
		s->fair_high = 0;
	else if (s->fair[1].n > 0)
		s->fair_high++;
}

/* When the ready ops have gone. */
void
fair_emptied(struct sched *s, struct graph *g)
{
	if (g->listed)
		fair_unlist(s, g);
}

uint64_t
fair_drain_ms(const struct sched *s)
{
	double left = 0, rate = 0, ms;
	uint32_t i;

	for (i = 0; i < s->open.n; i++)
		left += s->graphs[s->open.v[i]]->left_us;
	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] != NULL && assign_serves(s->peers[i]))
			rate += estimate_rate(s->peers[i]);
	}
	ms = rate > 0 ? left / rate / 1000 : DRAIN_MOST_MS;
	return ms < DRAIN_LEAST_MS ? DRAIN_LEAST_MS :
	    ms > DRAIN_MOST_MS ? DRAIN_MOST_MS : (uint64_t)ms;
}

void
fair_free(struct sched *s)
{
	xfree(s->fair[0].v);
	xfree(s->fair[1].v);
	xfree(s->owners);
	map_clear(&s->by_owner);
}
