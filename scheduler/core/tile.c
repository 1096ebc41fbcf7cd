/*
 * Ops that share large sources: p shall use again what its link has brought.
 * Of the ready ops that use one of the sources of p's last seeds, the one is
 * taken that needs the fewest bytes for each op that these bytes make
 * possible: so products of blocks grow into squares of what they make, which
 * is the least traffic (Irony, Toledo, Tiskin 2004).  Who has nothing yet
 * starts at a place of its own, or all would want the same row.
 */
#include "policy.h"

#define USERS_MAX	32	/* of a source, looked at */
#define INPUTS_MAX	8

/* The value of a large source or other stored value; NULL: not one. */
static const struct value *
tile_stored(const struct graph *g, uint32_t op)
{
	const struct op *o = &g->ops[op];
	const struct value *v = o->state == OP_COMPUTED && o->value != 0 ?
	    &g->values[o->value] : NULL;

	return v != NULL && v->data == NULL && v->stored ? v : NULL;
}

/* Bytes of op's stored inputs that p has not, and one of them. */
static uint64_t
tile_missing(const struct grow *gr, uint32_t op, uint32_t *one)
{
	const struct value *v;
	const uint32_t *refs;
	uint32_t n = graph_inputs(gr->g, op, &refs), k;
	uint64_t bytes = 0;

	*one = 0;
	for (k = 0; k < n && k < INPUTS_MAX; k++) {
		v = tile_stored(gr->g, refs[k]);
		if (v == NULL || value_held(gr->s, gr->g, refs[k], gr->peer))
			continue;
		bytes += v->size;
		*one = refs[k];
	}
	return bytes;
}

/* Ready users of a source that need nothing else. */
static uint32_t
tile_users(const struct grow *gr, uint32_t source)
{
	const struct graph *g = gr->g;
	uint32_t e = g->ops[source].first_edge, i, n = 0, one;
	uint64_t size = tile_stored(g, source)->size;

	for (i = 0; e != 0 && i < USERS_MAX; e = g->edges[e].next, i++) {
		if ((g->ops[g->edges[e].to].flags & OPF_READY) &&
		    tile_missing(gr, g->edges[e].to, &one) <= size)
			n++;
	}
	return n;
}

/* The best of a source's ready users, if it beats *cost. */
static uint32_t
tile_best(const struct grow *gr, uint32_t source, double *cost)
{
	const struct graph *g = gr->g;
	uint32_t e = g->ops[source].first_edge, i, best = 0, op, one;
	uint64_t missing;
	double x;

	for (i = 0; e != 0 && i < USERS_MAX && *cost > 0;
	    e = g->edges[e].next, i++) {
		op = g->edges[e].to;
		if ((g->ops[op].flags & OPF_READY) == 0)
			continue;
		missing = tile_missing(gr, op, &one);
		x = (double)missing;
		if (one != 0 && x < *cost * USERS_MAX)
			x /= 1 + tile_users(gr, one);
		if (x < *cost) {
			*cost = x;
			best = op;
		}
	}
	return best;
}

/* A ready op that uses what p's last seeds used, or 0. */
uint32_t
tile_next(const struct grow *gr)
{
	const struct local *l = gr->local;
	uint32_t i, op, best = 0;
	double cost = 1e18;

	for (i = 0; i < l->n_sources && cost > 0; i++) {
		if (tile_stored(gr->g, l->sources[i]) == NULL)
			continue;
		op = tile_best(gr, l->sources[i], &cost);
		best = op != 0 ? op : best;
	}
	return best;
}

/* op was taken as a seed: its sources are p's now. */
void
tile_note(struct grow *gr, uint32_t op)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(gr->g, op, &refs), k, i;
	struct local *l;

	for (k = 0; k < n && k < INPUTS_MAX; k++) {
		if (tile_stored(gr->g, refs[k]) == NULL ||
		    gr->g->ops[refs[k]].users < 2)
			continue;
		l = gr->local = local_of(gr->s, gr->p, gr->g, true);
		for (i = 0; i < l->n_sources && l->sources[i] != refs[k]; i++)
			continue;
		if (i < l->n_sources)
			continue;
		if (l->n_sources == SOURCES_MAX)
			memmove(l->sources, l->sources + 1,
			    --l->n_sources * sizeof(*l->sources));
		l->sources[l->n_sources++] = refs[k];
	}
}

/* Has op a large stored input that others use, too? */
static bool
tile_shares(const struct graph *g, uint32_t op)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;

	for (k = 0; k < n && k < INPUTS_MAX; k++) {
		if (tile_stored(g, refs[k]) != NULL &&
		    g->ops[refs[k]].users > 1)
			return true;
	}
	return false;
}

/* A place in the heap for who has nothing yet, as good as the top; or 0. */
uint32_t
tile_start(const struct grow *gr)
{
	const struct heap *h = &gr->g->ready;
	struct heap_item x;

	if (gr->g->n_team < 2 || h->n < 2)
		return 0;
	x = h->v[map_mix(gr->p->serial, gr->g->g) % h->n];
	return x.rank >= h->v[0].rank && (gr->g->ops[x.id].flags & OPF_READY) &&
	    tile_shares(gr->g, x.id) ? x.id : 0;
}
