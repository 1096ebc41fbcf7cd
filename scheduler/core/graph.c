/*
 * A graph's arrays: ops, edges, shapes, values, batches.  Indices are 32 bits
 * and start at 1; nothing is allocated per op.
 */
#include "sched_priv.h"

#define COST_INPUTS	16	/* inputs looked at one by one for the cost */

void *
sched_room(void *v, uint32_t *cap, uint32_t n, size_t size)
{
	uint32_t want = *cap ? *cap : 16;

	if (n <= *cap)
		return v;
	while (want < n)
		want *= 2;
	v = xrealloc(v, want * size);
	*cap = want;
	return v;
}

void
graph_text(char **to, struct str s)
{
	char *p = xmalloc(s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	xfree(*to);
	*to = p;
}

static uint32_t
graph_slot(struct sched *s)
{
	uint32_t i;

	if (s->free_graphs.n > 0)
		return s->free_graphs.v[--s->free_graphs.n];
	if (s->n_graphs == 0)
		s->n_graphs = 1;	/* 0 is nobody */
	i = s->n_graphs++;
	s->graphs = sched_room(s->graphs, &s->graphs_cap, s->n_graphs,
	    sizeof(*s->graphs));
	s->graphs[0] = NULL;
	return i;
}

void
graph_changed(struct sched *s, struct graph *g)
{
	if (!g->dirty)
		ring_add(&s->altered, g->index);
	g->dirty = true;
}

void
graph_track(struct sched *s, struct graph *g)
{
	if (g->tracked)
		return;
	g->tracked = true;
	g->open_at = s->open.n;
	ring_add(&s->open, g->index);
}

/* The last takes its place. */
void
graph_untrack(struct sched *s, struct graph *g)
{
	uint32_t last;

	if (!g->tracked)
		return;
	g->tracked = false;
	last = s->open.v[--s->open.n];
	s->open.v[g->open_at] = last;
	s->graphs[last]->open_at = g->open_at;
}

struct graph *
graph_new(struct sched *s, uint64_t g, const uint8_t key[16])
{
	struct graph *gr = xcalloc(1, sizeof(*gr));
	struct str none = { "", 0 };

	gr->g = g;
	gr->index = graph_slot(s);
	s->graphs[gr->index] = gr;
	memcpy(gr->key, key, sizeof(gr->key));
	graph_text(&gr->name, none);
	graph_text(&gr->owner, none);
	graph_text(&gr->approach, none);
	graph_text(&gr->options, none);
	gr->created_us = gr->seen_us = sched_unix_us(s);
	map_init(&gr->shape_map, s->set.seed ^ g);
	map_init(&gr->need, s->set.seed ^ g);
	map_init(&gr->most, s->set.seed ^ g);
	map_init(&gr->declared, s->set.seed ^ g);
	map_put(&s->by_number, g, gr->index);
	map_put(&s->by_key, sched_hash(s, key, 16, NULL, 0), gr->index);
	return gr;
}

void
graph_shed(struct sched *s, struct graph *g)
{
	uint32_t i;

	for (i = 1; i <= g->n_values; i++)
		value_clear(s, g, &g->values[i]);
	/* Digests of batches stay; after a restart there are none. */
	for (i = 0; i < g->n_batches && g->batches != NULL; i++) {
		xfree(g->batches[i].bytes);
		g->batches[i].bytes = NULL;
	}
	xfree(g->ops);
	xfree(g->edges);
	xfree(g->values);
	xfree(g->shapes);
	map_clear(&g->shape_map);
	map_clear(&g->most);
	map_clear(&g->declared);
	map_clear(&g->need);
	heap_clear(&g->ready);
	pool_free(g);
	team_free(s, g);
	xfree(g->levels);
	g->levels = NULL;
	g->n_levels = g->levels_cap = 0;
	memset(g->mix, 0, sizeof(g->mix));
	g->ops = NULL;
	g->edges = NULL;
	g->values = NULL;
	g->shapes = NULL;
	g->ops_cap = g->edges_cap = g->values_cap = g->shapes_cap = 0;
	g->n_edges = g->n_values = g->n_shapes = 0;
	g->ready_us = g->left_us = 0;
}

void
graph_free(struct sched *s, struct graph *g)
{
	uint32_t i, next;

	graph_shed(s, g);
	for (i = g->first_group; i != 0; i = next) {
		next = s->groups[i].next;
		s->unclaimed -= s->groups[i].waited;
		group_free(s, i);
	}
	fair_leave(s, g);
	map_del(&s->by_number, g->g);
	if (map_get(&s->by_key, sched_hash(s, g->key, 16, NULL, 0)) == g->index)
		map_del(&s->by_key, sched_hash(s, g->key, 16, NULL, 0));
	s->graphs[g->index] = NULL;
	ring_add(&s->free_graphs, g->index);
	xfree(g->batches);
	xfree(g->failures);
	xfree(g->kept);
	xfree(g->name);
	xfree(g->owner);
	xfree(g->approach);
	xfree(g->options);
	xfree(g);
}

bool
graph_open(const struct graph *g)
{
	return g->status == GRAPH_RUNNING || g->status == GRAPH_ENDING;
}

uint32_t
graph_inputs(const struct graph *g, uint32_t op, const uint32_t **refs)
{
	const struct program *p = &g->batches[g->ops[op].batch].program;
	const struct program_op *o = &p->ops[op - p->base];

	*refs = p->refs + o->first_in;
	return o->n_in;
}

const struct shape *
graph_shape(const struct graph *g, uint32_t op)
{
	return &g->shapes[g->ops[op].shape];
}

/* Shapes repeat: the few different ones are kept once. */
uint32_t
graph_intern(struct graph *g, const struct shape *shape)
{
	uint64_t key = map_mix(g->shape_map.seed,
	    (uint64_t)shape->dtype << 8 | shape->ndim);
	uint32_t i;

	for (i = 0; i < shape->ndim; i++)
		key = map_mix(key, (uint64_t)shape->dims[i]);
	for (;; key++) {
		i = map_get(&g->shape_map, key);
		if (i == MAP_NONE)
			break;
		if (shape_equal(&g->shapes[i], shape))
			return i;
	}
	i = g->n_shapes++;
	g->shapes = sched_room(g->shapes, &g->shapes_cap, g->n_shapes,
	    sizeof(*g->shapes));
	g->shapes[i] = *shape;
	map_put(&g->shape_map, key, i);
	return i;
}

void
graph_cost(struct graph *g, uint32_t op)
{
	const struct program *p = &g->batches[g->ops[op].batch].program;
	const struct program_op *po = &p->ops[op - p->base];
	const struct op_row *row = op_by_code(po->code);
	const struct shape *in[COST_INPUTS], *out = shape_most(g, op);
	struct op *o = &g->ops[op];
	struct op_cost cost;
	uint32_t k;

	cost = (struct op_cost){ row->cost, out->dtype,
		2.0 * (double)shape_bytes(out) };
	if (po->n_in <= COST_INPUTS) {
		for (k = 0; k < po->n_in; k++)
			in[k] = shape_most(g, p->refs[po->first_in + k]);
		op_cost(row, in, po->n_in, out, &cost);
	}
	o->cost = (uint8_t)cost.cost_class;
	o->cost_dtype = (uint8_t)cost.dtype;
	o->ref_us = (float)(1 + estimate_reference_us(cost.cost_class,
	    cost.dtype, cost.amount));
}
