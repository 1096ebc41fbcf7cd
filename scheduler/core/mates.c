/*
 * Partners: ready co-inputs of a consumer of the group, so that an in-tree is
 * gathered where it is used up, and C(i,j) comes with its products.  And
 * branches: what an op frees that others could do meanwhile.
 */
#include "policy.h"

#define CUT_US		5000.0	/* of work that others could do */
#define CUT_SLOT_US	1000.0	/* the same, other slots of p alone */
#define DEEP		64	/* steps down to a ready op, or a branch */
#define WIDE		256	/* inputs looked at */
#define MATES_MAX	4096	/* waiting in one walk */
#define TREE_MAX	256	/* ops of a tree */

/* A ready op that c waits for, below it; 0: none. */
static uint32_t
mates_leaf(const struct graph *g, uint32_t c)
{
	const uint32_t *refs;
	uint32_t n, k, depth, next;

	for (depth = 0; depth < DEEP; depth++) {
		n = graph_inputs(g, c, &refs);
		for (k = 0, next = 0; k < n && k < WIDE && next == 0; k++) {
			if (g->ops[refs[k]].state == OP_PENDING)
				next = refs[k];
		}
		if (next == 0)
			return 0;
		if (g->ops[next].flags & OPF_READY)
			return next;
		c = next;
	}
	return 0;
}

/* c was met first, and lacks inputs; the first of them is taken first. */
void
mates_find(struct grow *gr, uint32_t c)
{
	struct sched *s = gr->s;
	const struct graph *g = gr->g;
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, c, &refs), k, op;

	for (k = n < WIDE ? n : WIDE; k-- > 0 && s->n_mates < MATES_MAX;) {
		op = refs[k];
		if (g->ops[op].state != OP_PENDING)
			continue;
		if ((g->ops[op].flags & OPF_READY) == 0)
			op = mates_leaf(g, op);
		if (op == 0)
			continue;
		s->mates = sched_room(s->mates, &s->mates_cap, s->n_mates + 1,
		    sizeof(*s->mates));
		s->mates[s->n_mates++] = op;
	}
}

static void
tree_source(struct tree *t, uint32_t op, double bytes)
{
	uint32_t i;

	for (i = 0; i < t->n_sources && t->sources[i] != op; i++)
		continue;
	if (i < t->n_sources)
		return;
	t->bytes += bytes;
	if (t->n_sources < TREE_SOURCES)
		t->sources[t->n_sources++] = op;
}

/* What op's value is computed from, op included: what is not done of it. */
static void
tree_sum(struct tree *t, const struct graph *g, uint32_t op, uint32_t depth)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	const struct op *in;

	t->n++;
	t->code += grow_code(g, op);
	t->us += (double)g->ops[op].ref_us;
	for (k = 0; k < n && t->n < TREE_MAX; k++) {
		in = &g->ops[refs[k]];
		if (in->state == OP_PENDING && refs[k] != t->from &&
		    depth < DEEP)
			tree_sum(t, g, refs[k], depth + 1);
		else if (in->state == OP_COMPUTED && in->value != 0 &&
		    g->values[in->value].data == NULL)
			tree_source(t, refs[k],
			    (double)g->values[in->value].size);
	}
}

/*
 * All that who takes op will do, as grow.c goes on while the last value is
 * large and has one user.
 */
void
mates_tree(const struct graph *g, uint32_t op, struct tree *t)
{
	uint32_t e;

	t->us = t->bytes = t->code = 0;
	t->n = t->from = t->n_sources = 0;
	tree_sum(t, g, op, 0);
	while (t->n < TREE_MAX && g->ops[op].users == 1 &&
	    (g->ops[op].flags & (OPF_OWED | OPF_HELD)) == 0 &&
	    shape_bytes(shape_room(g, op)) > MSG_SMALL) {
		e = g->ops[op].first_edge;
		while (e != 0 && g->ops[g->edges[e].to].state != OP_PENDING)
			e = g->edges[e].next;
		if (e == 0)
			break;
		t->from = op;
		op = g->edges[e].to;
		tree_sum(t, g, op, 0);
	}
}

/* The heaviest way down from an op: numbers grow along it. */
struct way {
	uint32_t	n, op[DEEP];
};

static uint32_t
way_next(const struct graph *g, uint32_t op)
{
	uint32_t e, c, next = 0;

	for (e = g->ops[op].first_edge; e != 0; e = g->edges[e].next) {
		c = g->edges[e].to;
		if (g->ops[c].state == OP_PENDING && (next == 0 ||
		    g->ops[c].rank > g->ops[next].rank))
			next = c;
	}
	return next;
}

/* Reference us from op down to where it meets the way, most at most. */
static double
way_apart(const struct graph *g, const struct way *w, uint32_t op,
    double most)
{
	double us = 0;
	uint32_t n, i = 0;

	for (n = 0; op != 0 && n < DEEP && us < most; n++) {
		while (i < w->n && w->op[i] < op)
			i++;
		if (i < w->n && w->op[i] == op)
			break;
		us += (double)g->ops[op].ref_us;
		op = way_next(g, op);
	}
	return us;
}

/*
 * Are those that s->stack has from first on worth it that the group ends, so
 * that others can have all but one of them?  What is done elsewhere has its
 * way there and back; on another slot it has not.
 */
bool
mates_branches(const struct grow *gr, uint32_t first)
{
	const struct graph *g = gr->g;
	double cut = g->n_team > 1 ? CUT_US : CUT_SLOT_US, sum = 0;
	uint32_t i = gr->s->n_stack - 1, op;
	struct way w;

	if (g->n_team < 2 && gr->p->slots < 2)
		return false;
	w.n = 0;
	for (op = gr->s->stack[i]; op != 0 && w.n < DEEP; op = way_next(g, op))
		w.op[w.n++] = op;
	while (i-- > first && sum < cut)
		sum += way_apart(g, &w, gr->s->stack[i], cut - sum);
	return sum >= cut;
}
