/*
 * Work that lies nearer to one participant than to others: ops whose inputs
 * it holds or is computing, by rank, and the partners that its last group did
 * not take.  Entries are hints: whoever takes one looks whether it still can
 * be done, and every ready op is in its graph's heap as well.
 */
#include "policy.h"

#define LOCAL_MAX	16384	/* entries; more are stale, or in the heap */
#define HOLDERS_MAX	8	/* of a value that has a home */

static bool
local_stale(const struct sched *s, const struct local *l)
{
	const struct graph *g = l->graph < s->n_graphs ?
	    s->graphs[l->graph] : NULL;

	return g == NULL || g->g != l->g || !graph_open(g) || g->ops == NULL;
}

struct local *
local_of(struct sched *s, struct peer *p, const struct graph *g, bool make)
{
	struct local *l;
	uint32_t i;

	for (i = 0; i < p->n_locals; i++) {
		if (p->locals[i].graph == g->index &&
		    p->locals[i].g == g->g)
			return &p->locals[i];
	}
	if (!make)
		return NULL;
	for (i = 0; i < p->n_locals && !local_stale(s, &p->locals[i]); i++)
		continue;
	if (i == p->n_locals) {
		p->locals = sched_room(p->locals, &p->locals_cap,
		    p->n_locals + 1, sizeof(*p->locals));
		p->locals[p->n_locals++] = (struct local){ 0 };
	}
	l = &p->locals[i];
	heap_clear(&l->heap);
	*l = (struct local){ .graph = g->index, .g = g->g };
	return l;
}

void
local_push(struct sched *s, const struct graph *g, uint32_t peer, uint32_t op)
{
	struct local *l = local_of(s, s->peers[peer], g, true);

	if (l->heap.n >= LOCAL_MAX) {
		heap_clear(&l->heap);
		l->us = 0;
	}
	heap_push(&l->heap, g->ops[op].rank, op);
	l->us += (double)g->ops[op].ref_us;
}

void
local_free(struct peer *p)
{
	uint32_t i;

	for (i = 0; i < p->n_locals; i++)
		heap_clear(&p->locals[i].heap);
	xfree(p->locals);
	p->locals = NULL;
	p->n_locals = p->locals_cap = 0;
}

/* Who of its holders has most of op's large inputs; 0: nobody in particular. */
static uint32_t
local_home(const struct sched *s, const struct graph *g, uint32_t op)
{
	uint32_t peer[HOLDERS_MAX], n_peers = 0, best = 0, i, h, k, seen;
	uint64_t bytes[HOLDERS_MAX];
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs);
	const struct value *v;

	for (k = 0; k < n && k < HOLDERS_MAX; k++) {
		if (g->ops[refs[k]].state != OP_COMPUTED ||
		    g->ops[refs[k]].value == 0)
			continue;
		v = &g->values[g->ops[refs[k]].value];
		if (v->data != NULL)
			continue;
		for (h = v->holds, seen = 0; h != 0 && seen < HOLDERS_MAX;
		    h = s->holds[h].value_next, seen++) {
			for (i = 0; i < n_peers && peer[i] !=
			    s->holds[h].peer; i++)
				continue;
			if (i == HOLDERS_MAX)
				continue;
			if (i == n_peers) {
				peer[n_peers] = s->holds[h].peer;
				bytes[n_peers++] = 0;
			}
			bytes[i] += v->size;
		}
	}
	for (i = 1; i < n_peers; i++) {
		if (bytes[i] > bytes[best] || (bytes[i] == bytes[best] &&
		    peer[i] < peer[best]))
			best = i;
	}
	return n_peers > 0 ? peer[best] : 0;
}

void
local_ready(struct sched *s, const struct graph *g, uint32_t op)
{
	uint32_t home = local_home(s, g, op);

	if (home == 0 || !assign_serves(s->peers[home]))
		return;
	local_push(s, g, home, op);
	assign_touch(s, home);
}
