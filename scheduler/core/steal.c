/*
 * May p compute this op?  It must be able to have every input; and if another
 * member of the team has more of the large ones, that one shall do it, unless
 * p would be clearly sooner, transfers included.
 */
#include "policy.h"

#define HOLDERS_MAX	8	/* of a value, and of an op's inputs */
#define STEAL		0.9	/* sooner by so much */

/* Large inputs of an op, bytes. */
struct needs {
	uint64_t	all, mine;	/* mine: only p has them */
	uint64_t	missing;	/* p has them not */
	uint64_t	ship;		/* of those, not stored either */
	uint32_t	n;
	struct {
		uint32_t	peer;
		uint64_t	bytes;
	} at[HOLDERS_MAX];
	uint32_t	n_ship, unstored[HOLDERS_MAX];
};

static void
needs_holders(const struct sched *s, struct needs *n, const struct value *v,
    uint32_t but)
{
	uint32_t h, i, seen = 0;

	for (h = v->holds; h != 0 && seen < HOLDERS_MAX;
	    h = s->holds[h].value_next, seen++) {
		if (s->holds[h].peer == but)
			continue;
		for (i = 0; i < n->n && n->at[i].peer != s->holds[h].peer; i++)
			continue;
		if (i == HOLDERS_MAX)
			continue;
		if (i == n->n) {
			n->at[i].peer = s->holds[h].peer;
			n->at[i].bytes = 0;
			n->n++;
		}
		n->at[i].bytes += v->size;
	}
}

/* One that is computed; false: it must come from elsewhere and cannot. */
static void
needs_value(const struct grow *gr, struct needs *n, uint32_t op)
{
	const struct op *o = &gr->g->ops[op];
	const struct value *v = value_get(gr->g, op);
	bool here;

	if (v == NULL || v->data != NULL)
		return;		/* it travels with the group */
	here = o->stamp == gr->stamp || value_held(gr->s, gr->g, op, gr->peer);
	n->all += v->size;
	needs_holders(gr->s, n, v, gr->peer);
	if (here) {
		n->mine += v->stored ? 0 : v->size;
		return;
	}
	n->missing += v->size;
	if (v->stored)
		return;
	n->ship += v->size;
	if (n->n_ship < HOLDERS_MAX)
		n->unstored[n->n_ship++] = op;
}

/* False: one is not there and not coming in time. */
static bool
needs_sum(struct grow *gr, uint32_t op, struct needs *n)
{
	const struct graph *g = gr->g;
	uint64_t near = gr->s->now + (uint64_t)predict_lead(gr->s, gr->p);
	const uint32_t *refs;
	uint32_t count = graph_inputs(g, op, &refs), k;
	const struct group *from;
	const struct op *in;
	uint64_t size;

	for (k = 0; k < count; k++) {
		in = &g->ops[refs[k]];
		if (in->state == OP_COMPUTED) {
			needs_value(gr, n, refs[k]);
			continue;
		}
		/* Its length must be known first. */
		if (in->state != OP_COMPUTING || ((in->flags & OPF_OPEN) &&
		    shape_by_data(g, refs[k])))
			return false;
		if (in->group != gr->group) {
			from = &gr->s->groups[in->group];
			if (!grow_in_flight(gr, in) || from->finish_us > near)
				return false;
			gr->after_us = from->finish_us > gr->after_us ?
			    from->finish_us : gr->after_us;
		}
		size = (uint64_t)shape_bytes(shape_room(g, refs[k]));
		if (size > MSG_SMALL) {
			n->all += size;
			n->mine += size;
		}
	}
	return true;
}

static double
steal_carry(uint64_t bytes, double rate)
{
	return rate > 0 ? (double)bytes * 1e6 / rate : (double)bytes * 1e-3;
}

/* Who of the team has most, and more than p. */
static uint32_t
steal_home(const struct grow *gr, const struct needs *n, uint32_t op,
    uint64_t *bytes)
{
	uint64_t most = n->all - n->missing;
	uint32_t best = 0, i, peer;
	const struct peer *h;

	for (i = 0; i < n->n; i++) {
		peer = n->at[i].peer;
		h = gr->s->peers[peer];
		if (n->at[i].bytes < most || (n->at[i].bytes == most &&
		    (best == 0 || peer > best)))
			continue;
		if (!assign_serves(h) || !team_has(gr->g, peer) ||
		    grow_memory(gr->g, op) > h->memory)
			continue;
		best = peer;
		most = n->at[i].bytes;
	}
	*bytes = most;
	return best;
}

/* Until h is through with what it has and with as much work near to it. */
static double
steal_backlog(const struct grow *gr, const struct peer *h, double us)
{
	const struct pool *pool = gr->g->pool;
	double slots = predict_mean(gr->s, h) + us / estimate_rate(h);
	double link = predict_link(gr->s, h);

	if (pool != NULL && pool->mix.ref_us > 0 && h->down > 0)
		link += us / pool->mix.ref_us * pool->mix.in * 1e6 / h->down;
	return slots > link ? slots : link;
}

/* p's and the home's time until op is done. */
static bool
steal_pays(const struct grow *gr, const struct needs *n, uint32_t op,
    uint32_t home, uint64_t has)
{
	const struct sched *s = gr->s;
	struct peer *h = s->peers[home];
	const struct peer *p = gr->p;
	const struct op *o = &gr->g->ops[op];
	const struct local *l = local_of(gr->s, h, gr->g, false);
	double mine, link, theirs;

	mine = predict_first(s, p) + gr->us;
	link = predict_link(s, p) + grow_down_us(gr) +
	    steal_carry(n->missing, p->down);
	if (n->ship > 0)
		link += steal_carry(n->ship, h->up) + h->rtt_us;
	mine = (mine > link ? mine : link) + p->rtt_us +
	    estimate_op_us(p, o);
	theirs = steal_backlog(gr, h, l != NULL ? l->us : 0) + h->rtt_us +
	    estimate_op_us(h, o) + steal_carry(n->all - has, h->down);
	if (n->mine > 0)
		theirs += steal_carry(n->mine, p->up) + p->rtt_us;
	return mine <= STEAL * theirs;
}

/* Uploads that p would wait for; not more at once than it has time for. */
static void
steal_ask(struct grow *gr, const struct needs *n, uint32_t op)
{
	uint32_t i;

	if (!gr->forced && gr->asked_us >= gr->target.compute)
		return;
	gr->asked_us += estimate_op_us(gr->p, &gr->g->ops[op]);
	for (i = 0; i < n->n_ship; i++)
		value_fetch(gr->s, gr->g, n->unstored[i]);
}

bool
steal_reaches(struct grow *gr, uint32_t op)
{
	struct needs n;
	uint64_t has, after = gr->after_us;
	uint32_t home;

	n.all = n.mine = n.missing = n.ship = 0;
	n.n = n.n_ship = 0;
	if (!needs_sum(gr, op, &n)) {
		gr->after_us = after;
		return false;
	}
	if (n.missing == 0)
		return true;
	/* What p waits for and is large is best made where it is used up. */
	if (gr->mate && n.ship == 0 &&
	    shape_bytes(shape_room(gr->g, op)) > MSG_SMALL)
		return true;
	home = gr->forced ? 0 : steal_home(gr, &n, op, &has);
	if (home != 0 && !steal_pays(gr, &n, op, home, has)) {
		gr->after_us = after;
		return false;
	}
	if (n.ship == 0)
		return true;
	steal_ask(gr, &n, op);
	gr->after_us = after;
	return false;
}
