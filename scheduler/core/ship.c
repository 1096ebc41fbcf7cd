/*
 * A value stays where it is made until somebody else needs it.  It is
 * uploaded at once if that is sure to come: it is owed; several of a larger
 * team will use it; what its user needs beside it is elsewhere and not
 * smaller; or much work would have to be done again were it lost, and such
 * uploads take little of the line's time.
 */
#include "sched_priv.h"

#define TEAM_SPREAD	3	/* members from which users will be others */
#define LOOK_MAX	16	/* users, and inputs of each */
#define LINEAGE_US	2e6
#define LINEAGE_SHARE	0.2	/* of it, and of the line's time, at most */

/* Is a large value elsewhere only, or about to be?  Its size, or 0. */
static uint64_t
ship_elsewhere(const struct sched *s, const struct graph *g,
    const struct group *k, uint32_t in)
{
	const struct op *o = &g->ops[in];
	const struct value *v;

	if (o->state == OP_COMPUTING && o->group != 0 &&
	    s->groups[o->group].peer != k->peer)
		return (uint64_t)shape_bytes(shape_room(g, in));
	if (o->state != OP_COMPUTED || o->value == 0)
		return 0;
	v = &g->values[o->value];
	return v->data != NULL || v->stored || v->upload != 0 ||
	    value_held(s, g, in, k->peer) ? 0 : v->size;
}

/* One who uses op has another input elsewhere, and that is no smaller. */
static bool
ship_meets(const struct sched *s, const struct graph *g,
    const struct group *k, uint32_t user, uint64_t size)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, user, &refs), i;
	uint64_t other;

	for (i = 0; i < n && i < LOOK_MAX; i++) {
		other = ship_elsewhere(s, g, k, refs[i]);
		if (other > MSG_SMALL && other >= size)
			return true;
	}
	return false;
}

/* Is it worth the line's time to be safe from losing it? */
static bool
ship_insures(const struct sched *s, const struct group *k, uint64_t size)
{
	struct peer *p = s->peers[k->peer];
	double us = p->up > 0 ? (double)size * 1e6 / p->up : 0;
	double left = s->graphs[k->graph]->left_us / estimate_rate(p);

	/* Nor at the end, when answers would wait for it. */
	if (k->lineage_us < LINEAGE_US || us > LINEAGE_SHARE * k->lineage_us ||
	    us > LINEAGE_SHARE * left || p->insured_us > s->now)
		return false;
	p->insured_us = s->now + (uint64_t)(us / LINEAGE_SHARE);
	return true;
}

/* op is one of the exports of k, which is at i. */
bool
ship_uploads(const struct sched *s, const struct group *k, uint32_t i,
    uint32_t op)
{
	const struct graph *g = s->graphs[k->graph];
	uint64_t size = (uint64_t)shape_bytes(shape_most(g, op));
	uint32_t e, c, users = 0, looked = 0;

	if (size <= MSG_SMALL)
		return false;
	if (g->ops[op].flags & OPF_OWED)
		return true;
	for (e = g->ops[op].first_edge; e != 0 && looked < LOOK_MAX;
	    e = g->edges[e].next, looked++) {
		c = g->edges[e].to;
		if (g->ops[c].state != OP_PENDING &&
		    (g->ops[c].state != OP_COMPUTING || g->ops[c].group == i))
			continue;
		if ((++users >= 2 && g->n_team >= TEAM_SPREAD) ||
		    ship_meets(s, g, k, c, size))
			return true;
	}
	return users > 0 && ship_insures(s, k, size);
}

/* The longest work that exists nowhere else once k is done. */
void
ship_lineage(const struct sched *s, struct group *k)
{
	const struct graph *g = s->graphs[k->graph];
	double most = 0, us;
	const struct op *o;
	const struct value *v;
	uint32_t n;

	for (n = 0; n < k->n_inputs; n++) {
		o = &g->ops[k->inputs[n].op];
		us = 0;
		if (o->state == OP_COMPUTING) {
			us = s->groups[o->group].lineage_us;
		} else if ((v = value_get(g, k->inputs[n].op)) != NULL) {
			us = v->stored ? 0 : (double)v->lineage_us;
		}
		most = us > most ? us : most;
	}
	k->lineage_us = most + k->compute_us;
}
