/*
 * A graph's arrays: ops, edges, shapes, values, batches.  Indices are 32 bits
 * and start at 1; nothing is allocated per op.
 */
#include "sched_priv.h"

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

	for (i = 1; i < s->n_graphs; i++) {
		if (s->graphs[i] == NULL)
			return i;
	}
	if (s->n_graphs == 0)
		s->n_graphs = 1;	/* 0 is nobody */
	i = s->n_graphs++;
	s->graphs = sched_room(s->graphs, &s->graphs_cap, s->n_graphs,
	    sizeof(*s->graphs));
	s->graphs[0] = NULL;
	return i;
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
	gr->served_us = s->served_us;
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
	map_clear(&g->need);
	heap_clear(&g->ready);
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
	map_del(&s->by_number, g->g);
	if (map_get(&s->by_key, sched_hash(s, g->key, 16, NULL, 0)) == g->index)
		map_del(&s->by_key, sched_hash(s, g->key, 16, NULL, 0));
	s->graphs[g->index] = NULL;
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
