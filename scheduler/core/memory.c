/*
 * What a participant has alive: values it holds and those that its groups will
 * make.  Near its limit an op goes there only if it frees as much as it makes;
 * then room is made, half of all or what the op needs: copies that the server
 * has are dropped, oldest first, others are uploaded, and dropped once they
 * are stored.  A participant never throws a value away by itself.
 */
#include "sched_priv.h"

#define FULL		0.9	/* of its memory: no more than this */
#define EASY		0.5	/* room is made down to this */
#define AGAIN_US	100000	/* uploads take their time */
#define FETCHES		64	/* uploads asked for at once */

static double
memory_alive(const struct peer *p)
{
	return (double)(p->held + p->makes);
}

void
memory_cramped(struct sched *s, uint32_t peer, double more)
{
	struct peer *p = s->peers[peer];

	if (s->now < p->evict_us)
		return;
	p->wants = p->cramped && p->wants > more ? p->wants : more;
	if (!p->cramped)
		ring_add(&s->cramped, peer);
	p->cramped = true;
}

bool
memory_takes(struct sched *s, uint32_t peer, double more)
{
	const struct peer *p = s->peers[peer];

	if (more <= 0 || memory_alive(p) + more <= FULL * (double)p->memory)
		return true;
	memory_cramped(s, peer, more);
	return false;
}

bool
memory_stuck(const struct sched *s, const struct graph *g, uint32_t peer)
{
	return s->now < s->peers[peer]->evict_us && g->uploads == 0;
}

bool
memory_full(const struct peer *p)
{
	return memory_alive(p) > EASY * (double)p->memory;
}

/* Is room to be made?  What is wanted may be more than half of all. */
static bool
memory_short(const struct peer *p)
{
	return memory_full(p) ||
	    memory_alive(p) + p->wants > FULL * (double)p->memory;
}

double
memory_growth(const struct sched *s, const struct graph *g, uint32_t op,
    uint32_t peer)
{
	double more = (double)shape_bytes(shape_room(g, op));
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	const struct op *in;
	const struct value *v;

	for (k = 0; k < n; k++) {
		in = &g->ops[refs[k]];
		v = in->state == OP_COMPUTED && in->value != 0 ?
		    &g->values[in->value] : NULL;
		if (v == NULL || v->data != NULL)
			continue;
		if (!value_held(s, g, refs[k], peer))
			more += (double)v->size;
		else if (in->users == 1 && (in->flags & (OPF_HELD |
		    OPF_OWED)) == 0)
			more -= (double)v->size;
	}
	return more;
}

void
memory_makes(struct sched *s, uint32_t group)
{
	struct group *k = &s->groups[group];
	const struct graph *g = s->graphs[k->graph];
	uint32_t i;

	for (i = 0; i < k->n_exports; i++)
		k->makes += (uint64_t)shape_bytes(shape_room(g,
		    k->exports[i] & ~EXPORT_UPLOAD));
	s->peers[k->peer]->makes += k->makes;
}

void
memory_stored(struct sched *s, const struct value *v)
{
	uint32_t h;

	for (h = v->holds; h != 0; h = s->holds[h].value_next)
		s->peers[s->holds[h].peer]->evict_us = 0;
}

/* What groups that are out there read stays. */
static void
memory_in_use(struct sched *s, const struct peer *p, struct map *used)
{
	const struct group *k;
	uint32_t i, n;

	map_init(used, s->set.seed);
	for (i = p->out_first; i != 0; i = s->groups[i].out_next) {
		k = &s->groups[i];
		for (n = 0; n < k->n_inputs; n++)
			map_put(used, map_mix(k->graph, k->inputs[n].op), 1);
	}
}

/* Value of hold h: dropped if the server has it, else asked for. */
static void
memory_evict_one(struct sched *s, uint32_t peer, uint32_t h, uint32_t *asked)
{
	struct graph *g = s->graphs[s->holds[h].graph];
	uint32_t op = s->holds[h].op;
	const struct value *v = &g->values[g->ops[op].value];

	if (v->data != NULL || v->stored) {
		value_drop_at(s, peer, g->g, op);
		value_unhold(s, g, op, peer);
	} else if (v->upload == 0 && *asked < FETCHES) {
		value_fetch(s, g, op);
		++*asked;
	}
}

static void
memory_evict(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	uint32_t h, before, asked = 0;
	struct map used;

	memory_in_use(s, p, &used);
	for (h = p->holds; h != 0 && s->holds[h].peer_next != 0;
	    h = s->holds[h].peer_next)
		continue;
	/* The list has the newest first. */
	for (; h != 0 && memory_short(p); h = before) {
		before = s->holds[h].peer_prev;
		if (map_get(&used, map_mix(s->holds[h].graph,
		    s->holds[h].op)) == MAP_NONE)
			memory_evict_one(s, peer, h, &asked);
	}
	map_clear(&used);
}

void
memory_run(struct sched *s)
{
	struct peer *p;
	uint32_t i;

	for (i = 0; i < s->cramped.n; i++) {
		p = s->peers[s->cramped.v[i]];
		if (p == NULL || !p->cramped)
			continue;
		p->cramped = false;
		memory_evict(s, s->cramped.v[i]);
		p->evict_us = memory_short(p) ? s->now + AGAIN_US : 0;
		assign_touch(s, s->cramped.v[i]);
	}
	s->cramped.n = 0;
}
