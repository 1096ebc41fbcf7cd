/*
 * Which ops go together: from the best ready op depth first, so that values
 * are used where they are made, until the group is worth its overhead and no
 * longer than the target.
 *
 * An op is ready for p when its inputs are computed and p can have them, or
 * are in the group, or in flight on p: chains flow without waiting for
 * results.  got counts, for the walk of this stamp, the missing inputs of an
 * op that are in the group or in flight on p.
 */
#include "sched_priv.h"

#define SKIP_MAX	32		/* ready ops passed over in one go */
#define BYTES_MAX	(4u << 20)	/* of an ASSIGN's program, about */
#define CUT_US		5000		/* a branch worth a group of its own */

static void
push(uint32_t **v, uint32_t *n, uint32_t *cap, uint32_t x)
{
	*v = sched_room(*v, cap, *n + 1, sizeof(**v));
	(*v)[(*n)++] = x;
}

/* Inputs and output of an op alone: it cannot do with less. */
uint64_t
grow_memory(const struct graph *g, uint32_t op)
{
	uint64_t sum = (uint64_t)shape_bytes(shape_room(g, op));
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k, need;

	for (k = 0; k < n; k++)
		sum += (uint64_t)shape_bytes(graph_shape(g, refs[k]));
	need = map_get(&g->need, op);
	if (need != MAP_NONE && sum < (uint64_t)need * 1024)
		sum = (uint64_t)need * 1024;
	return sum;
}

static bool
grow_in_flight(const struct grow *gr, const struct op *o)
{
	const struct group *k = &gr->s->groups[o->group];

	return o->state == OP_COMPUTING && o->group != gr->group &&
	    (o->flags & OPF_COMING) != 0 && k->peer == gr->peer &&
	    k->state == GROUP_OUT;
}

/* A large input with others only: shall somebody upload it for p? */
static void
grow_ask(struct grow *gr, uint32_t op, uint32_t in)
{
	struct sched *s = gr->s;
	const struct value *v = &gr->g->values[gr->g->ops[in].value];
	uint32_t holder = s->holds[v->holds].peer;
	struct peer *h = s->peers[holder];
	double ship, wait = 0;
	const uint32_t *refs;
	uint32_t n = graph_inputs(gr->g, op, &refs), k, i;
	uint64_t least = NEVER;

	for (i = 0; i < h->slots; i++)
		least = h->free_us[i] < least ? h->free_us[i] : least;
	if (least > s->now && least != NEVER)
		wait = (double)(least - s->now);
	ship = (double)v->size * ((h->up > 0 ? 1e6 / h->up : 1e-3) +
	    (gr->p->down > 0 ? 1e6 / gr->p->down : 1e-3));
	/* The holder gets no work, or not this: waiting for it is in vain. */
	if (!assign_serves(h) || grow_memory(gr->g, op) > h->memory ||
	    wait > ship) {
		value_fetch(s, gr->g, in);
		return;
	}
	/* Or the holder lacks another input: what p has not must move. */
	for (k = 0; k < n; k++) {
		if (gr->g->ops[refs[k]].state != OP_COMPUTED ||
		    gr->g->ops[refs[k]].value == 0)
			continue;
		v = &gr->g->values[gr->g->ops[refs[k]].value];
		if (v->data == NULL && !v->stored &&
		    !value_held(s, gr->g, refs[k], holder)) {
			value_fetch(s, gr->g, in);
			return;
		}
	}
}

/* Can p have every input of op? */
static bool
grow_reaches(struct grow *gr, uint32_t op)
{
	const struct graph *g = gr->g;
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	const struct op *in;
	const struct value *v;

	for (k = 0; k < n; k++) {
		in = &g->ops[refs[k]];
		/* Its length must be known first. */
		if (in->state == OP_COMPUTING &&
		    (in->flags & OPF_OPEN) != 0 && shape_by_data(g, refs[k]))
			return false;
		if (in->state == OP_COMPUTING && (in->group == gr->group ||
		    grow_in_flight(gr, in)))
			continue;
		if (in->state != OP_COMPUTED)
			return false;
		if (in->value == 0)
			continue;	/* a source inside its batch */
		v = &g->values[in->value];
		if (v->data != NULL || v->stored ||
		    value_held(gr->s, g, refs[k], gr->peer))
			continue;
		if (v->holds != 0)
			grow_ask(gr, op, refs[k]);
		return false;
	}
	return true;
}

static bool
grow_takes(struct grow *gr, uint32_t op)
{
	const struct op *o = &gr->g->ops[op];
	uint64_t memory = grow_memory(gr->g, op);

	if (o->state != OP_PENDING)
		return false;
	if ((o->flags & OPF_SINGLE) && gr->s->n_form > 0)
		return false;
	if (memory > gr->p->memory ||
	    (gr->s->n_form > 0 && gr->memory + memory > gr->p->memory / 2))
		return false;
	return grow_reaches(gr, op);
}

static void
grow_count_input(struct grow *gr, uint32_t in)
{
	struct op *o = &gr->g->ops[in];
	const struct value *v;

	if (o->state != OP_COMPUTED || o->stamp == gr->stamp)
		return;
	o->stamp = gr->stamp;
	gr->bytes += PROGRAM_OP + 16;
	if (o->value == 0) {
		gr->bytes += (uint64_t)shape_bytes(graph_shape(gr->g, in));
		return;
	}
	v = &gr->g->values[o->value];
	gr->memory += v->size;
	if (v->data != NULL)
		gr->bytes += v->size + 8;
	else if (gr->p->down > 0 && !value_held(gr->s, gr->g, in, gr->peer))
		gr->transfer_us += (double)v->size * 1e6 / gr->p->down;
}

/* Inputs of c in flight on p, counted when the walk first meets it. */
static void
grow_meet(struct grow *gr, struct op *c, uint32_t op)
{
	const uint32_t *refs;
	uint32_t n, k;

	if (c->stamp == gr->stamp)
		return;
	c->stamp = gr->stamp;
	c->got = 0;
	n = graph_inputs(gr->g, op, &refs);
	for (k = 0; k < n; k++) {
		if (grow_in_flight(gr, &gr->g->ops[refs[k]]))
			c->got++;
	}
}

static void
grow_consumers(struct grow *gr, uint32_t op)
{
	struct graph *g = gr->g;
	uint32_t e, c, heavy = 0;

	for (e = g->ops[op].first_edge; e != 0; e = g->edges[e].next) {
		c = g->edges[e].to;
		if (g->ops[c].state != OP_PENDING)
			continue;
		grow_meet(gr, &g->ops[c], c);
		if (++g->ops[c].got != g->ops[c].missing)
			continue;
		push(&gr->s->stack, &gr->s->n_stack, &gr->s->stack_cap, c);
		if (g->ops[c].rank > CUT_US)
			heavy++;
	}
	/* Branches worth a group each: let others have them. */
	if (heavy >= 2 && (gr->s->live > 1 || gr->p->slots > 1))
		gr->closed = true;
}

static void
grow_take(struct grow *gr, uint32_t op)
{
	struct graph *g = gr->g;
	struct op *o = &g->ops[op];
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	double us = estimate_op_us(gr->p, o);

	state_start(gr->s, g, op, gr->group);
	push(&gr->s->form, &gr->s->n_form, &gr->s->form_cap, op);
	gr->us += us;
	gr->memory += (uint64_t)shape_bytes(shape_room(g, op));
	gr->bytes += PROGRAM_OP + 4u * n + 32;
	for (k = 0; k < n; k++)
		grow_count_input(gr, refs[k]);
	if (o->flags & OPF_SINGLE)
		gr->closed = true;
	grow_consumers(gr, op);
}

static bool
grow_room(const struct grow *gr)
{
	return !gr->closed && gr->s->n_form < gr->s->set.limits.group_ops &&
	    gr->us < gr->target_us &&
	    gr->transfer_us < 4 * gr->target_us && gr->bytes < BYTES_MAX;
}

/* The next op to start from: p's own continuations, then the heap. */
static uint32_t
grow_seed(struct grow *gr)
{
	struct graph *g = gr->g;
	struct heap_item item;
	uint32_t op;
	struct op *o;

	while (gr->p->n_hints > 0) {
		if (gr->p->hints[gr->p->n_hints - 1].graph != g->index)
			break;
		op = gr->p->hints[--gr->p->n_hints].op;
		if (op > g->n_ops)
			continue;	/* of a graph that was here before */
		o = &g->ops[op];
		if (o->state != OP_PENDING)
			continue;
		grow_meet(gr, o, op);
		if (o->got == o->missing && grow_takes(gr, op))
			return op;
	}
	while (!gr->ahead && gr->s->n_skip < SKIP_MAX &&
	    heap_pop(&g->ready, &item)) {
		if ((g->ops[item.id].flags & OPF_READY) == 0)
			continue;	/* stale */
		if (grow_takes(gr, item.id))
			return item.id;
		push(&gr->s->skip, &gr->s->n_skip, &gr->s->skip_cap, item.id);
	}
	return 0;
}

static void
grow_leave_hints(struct grow *gr)
{
	struct peer *p = gr->p;
	struct sched *s = gr->s;
	uint32_t i, from;

	from = s->n_stack > HINTS_MAX ? s->n_stack - HINTS_MAX : 0;
	if (p->n_hints + (s->n_stack - from) > HINTS_MAX)
		p->n_hints = 0;
	for (i = from; i < s->n_stack; i++)
		p->hints[p->n_hints++] = (struct hint){ gr->g->index,
		    s->stack[i] };
}

bool
grow_run(struct grow *gr)
{
	struct sched *s = gr->s;
	uint32_t op, i;

	s->n_form = s->n_stack = s->n_skip = 0;
	gr->stamp = ++gr->g->stamp;
	while (grow_room(gr)) {
		if (s->n_stack > 0) {
			op = s->stack[--s->n_stack];
			if (!grow_takes(gr, op))
				continue;
		} else if ((op = grow_seed(gr)) == 0) {
			break;
		}
		grow_take(gr, op);
	}
	for (i = 0; i < s->n_skip; i++) {
		op = s->skip[i];
		if (gr->g->ops[op].flags & OPF_READY)
			heap_push(&gr->g->ready, gr->g->ops[op].rank, op);
	}
	grow_leave_hints(gr);
	return s->n_form > 0;
}
