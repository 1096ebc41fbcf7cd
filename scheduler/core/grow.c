/*
 * Which ops go together, so that values are used where they are made: from a
 * ready op depth first to what it makes ready, then its partners (mates.c),
 * then what else lies near to p, then the best of all.  The group ends when
 * it is as long as its target, and before that at an op that frees work for
 * others; it goes on while its last value is dear to ship and has one use.
 *
 * An op is ready for p when its inputs are computed and p can have them, or
 * are in the group, or in flight on p: chains flow without waiting for
 * results.  got counts, for the walk of this stamp, the missing inputs of an
 * op that are in the group or in flight on p.
 */
#include "policy.h"

#define FIRST_OPS	512	/* of the first group, if more are left */
#define SKIP_MAX	32		/* ops passed over in one go */
#define BYTES_MAX	(4u << 20)	/* of an ASSIGN's program, about */
#define OVERRUN_US	4e6		/* beyond the target */
#define TAIL		1.2		/* of the target, for a chain's end */

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

/* Sources inside it are data, too. */
uint32_t
grow_code(const struct graph *g, uint32_t op)
{
	const struct program *p = &g->batches[g->ops[op].batch].program;
	const struct program_op *o = &p->ops[op - p->base];
	uint32_t last = op - p->base + 1 < p->n_ops ? o[1].first_param :
	    p->n_params, data = 0;

	if (o->place == PLACE_INLINE)
		data = (uint32_t)program_inline(p, op - p->base).n;
	return PROGRAM_OP + 4u * o->n_in + 8u * o->ndim +
	    8 * (last - o->first_param) + data;
}

double
grow_answer(const struct graph *g, uint32_t op)
{
	int64_t size;

	if ((g->ops[op].flags & (OPF_OWED | OPF_HELD)) == 0)
		return 0;
	size = shape_bytes(shape_room(g, op));
	return EXPORT_CODE + ((g->ops[op].flags & OPF_OWED) ||
	    size <= MSG_SMALL ? (double)size : 0);
}

double
grow_down_us(const struct grow *gr)
{
	return gr->transfer_us + (gr->p->down > 0 ? (double)gr->bytes * 1e6 /
	    gr->p->down : 0);
}

double
grow_up_us(const struct grow *gr)
{
	return gr->p->up > 0 ? gr->answer * 1e6 / gr->p->up : 0;
}

bool
grow_in_flight(const struct grow *gr, const struct op *o)
{
	const struct group *k = &gr->s->groups[o->group];

	return o->state == OP_COMPUTING && o->group != gr->group &&
	    (o->flags & OPF_COMING) != 0 && k->peer == gr->peer &&
	    k->state == GROUP_OUT;
}

static bool
grow_takes(struct grow *gr, uint32_t op)
{
	const struct op *o = &gr->g->ops[op];
	uint64_t memory;

	if (o->state != OP_PENDING)
		return false;
	if ((o->flags & OPF_SINGLE) && gr->s->n_form > 0)
		return false;
	memory = grow_memory(gr->g, op);
	if (memory > gr->p->memory ||
	    (gr->s->n_form > 0 && gr->memory + memory > gr->p->memory / 2))
		return false;
	if (!memory_takes(gr->s, gr->peer, gr->growth +
	    memory_growth(gr->s, gr->g, op, gr->peer)) && !(gr->forced &&
	    gr->s->n_form == 0 && memory_stuck(gr->s, gr->g, gr->peer)))
		return false;
	return steal_reaches(gr, op);
}

static void
grow_count_input(struct grow *gr, uint32_t in)
{
	struct op *o = &gr->g->ops[in];
	const struct value *v;

	if (o->state != OP_COMPUTED || o->stamp == gr->stamp)
		return;
	o->stamp = gr->stamp;
	gr->bytes += grow_code(gr->g, in);
	if (o->value == 0)
		return;
	v = &gr->g->values[o->value];
	gr->memory += v->size;
	if (v->data != NULL)
		gr->bytes += v->size + 8;
	else if (gr->p->down > 0 && !value_held(gr->s, gr->g, in, gr->peer))
		gr->transfer_us += (double)v->size * 1e6 / gr->p->down;
}

/* Inputs of c in flight on p, counted when the walk first meets it. */
static bool
grow_meet(struct grow *gr, uint32_t op)
{
	struct op *c = &gr->g->ops[op];
	const uint32_t *refs;
	uint32_t n, k;

	if (c->stamp == gr->stamp)
		return false;
	c->stamp = gr->stamp;
	c->got = 0;
	n = graph_inputs(gr->g, op, &refs);
	for (k = 0; k < n; k++) {
		if (grow_in_flight(gr, &gr->g->ops[refs[k]]))
			c->got++;
	}
	return true;
}

/* The lowest rank first, so that the highest is taken first. */
static void
grow_order(struct grow *gr, uint32_t first)
{
	uint32_t *v = gr->s->stack + first, n = gr->s->n_stack - first, i, j, x;
	const struct op *ops = gr->g->ops;

	for (i = 1; i < n && i < SKIP_MAX; i++) {
		x = v[i];
		for (j = i; j > 0 && ops[v[j - 1]].rank > ops[x].rank; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

static void
grow_consumers(struct grow *gr, uint32_t op)
{
	struct graph *g = gr->g;
	struct sched *s = gr->s;
	uint32_t e, c, first = s->n_stack;
	bool met;

	for (e = g->ops[op].first_edge; e != 0; e = g->edges[e].next) {
		c = g->edges[e].to;
		if (g->ops[c].state != OP_PENDING)
			continue;
		met = grow_meet(gr, c);
		if (++g->ops[c].got == g->ops[c].missing)
			push(&s->stack, &s->n_stack, &s->stack_cap, c);
		else if (met)
			mates_find(gr, c);
	}
	if (s->n_stack - first < 2)
		return;
	grow_order(gr, first);
	if (mates_branches(gr, first))
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
	gr->last = op;
	gr->us += us;
	gr->memory += (uint64_t)shape_bytes(shape_room(g, op));
	gr->growth += memory_growth(gr->s, g, op, gr->peer);
	gr->bytes += grow_code(g, op);
	gr->answer += grow_answer(g, op);
	for (k = 0; k < n; k++)
		grow_count_input(gr, refs[k]);
	if (o->flags & OPF_SINGLE)
		gr->closed = true;
	grow_consumers(gr, op);
}

/*
 * Past the target: is the last value one to be used here and nowhere else?
 * Or is what follows so little that its way would cost more?
 */
static bool
grow_overruns(const struct grow *gr)
{
	const struct op *o = &gr->g->ops[gr->last];

	if (gr->s->n_stack > 0 && gr->us < TAIL * gr->target.compute &&
	    o->users == 1 && estimate_op_us(gr->p, &gr->g->ops[
	    gr->s->stack[gr->s->n_stack - 1]]) < (TAIL - 1) *
	    gr->target.compute)
		return true;
	return gr->last != 0 && gr->g->n_team > 1 && o->users == 1 &&
	    (o->flags & (OPF_OWED |
	    OPF_HELD)) == 0 && gr->us < gr->target.compute + OVERRUN_US &&
	    shape_bytes(shape_room(gr->g, gr->last)) > MSG_SMALL;
}

static bool
grow_room(struct grow *gr)
{
	if (gr->closed || gr->s->n_form >= gr->s->set.limits.group_ops ||
	    gr->bytes >= BYTES_MAX)
		return false;
	/* Who has nothing to do starts while the rest is being sent. */
	if (gr->p->n_out == 0 && gr->s->n_form >= FIRST_OPS &&
	    gr->g->count[OP_PENDING] > FIRST_OPS)
		return false;
	gr->over = gr->us >= gr->target.compute ||
	    grow_down_us(gr) >= gr->target.fetch ||
	    grow_up_us(gr) >= gr->target.answer;
	return !gr->over || grow_overruns(gr);
}

/* What it waits for is in flight, not near its end; else it is in the heap. */
static void
grow_keep(struct grow *gr, uint32_t op)
{
	const struct op *o = &gr->g->ops[op];

	if (o->state == OP_PENDING && o->missing > 0)
		push(&gr->s->kept, &gr->s->n_kept, &gr->s->kept_cap, op);
}

/* What p's last groups left, and what it has the inputs of. */
static uint32_t
grow_near(struct grow *gr)
{
	struct local *l = gr->local;
	struct graph *g = gr->g;
	struct heap_item item;
	uint32_t op;
	struct op *o;

	while (l->n_saved > 0) {
		op = l->saved[--l->n_saved];
		if ((g->ops[op].flags & OPF_READY) && grow_takes(gr, op))
			return op;
	}
	while (gr->s->n_kept < SKIP_MAX && heap_pop(&l->heap, &item)) {
		o = &g->ops[item.id];
		l->us -= (double)o->ref_us;
		if (o->state != OP_PENDING)
			continue;
		(void)grow_meet(gr, item.id);
		if (o->got != o->missing)
			continue;
		if (grow_takes(gr, item.id))
			return item.id;
		grow_keep(gr, item.id);
	}
	op = gr->ahead ? 0 : tile_next(gr);
	return op != 0 && grow_takes(gr, op) ? op : 0;
}

static uint32_t
grow_best(struct grow *gr)
{
	struct graph *g = gr->g;
	struct sched *s = gr->s;
	struct heap_item item;

	while (s->n_skip < SKIP_MAX && heap_pop(&g->ready, &item)) {
		if ((g->ops[item.id].flags & OPF_READY) == 0)
			continue;	/* stale */
		if (grow_takes(gr, item.id))
			return item.id;
		push(&s->skip, &s->n_skip, &s->skip_cap, item.id);
	}
	return 0;
}

static uint32_t
grow_next(struct grow *gr)
{
	struct sched *s = gr->s;
	uint32_t op;
	bool takes;

	while (s->n_stack > 0) {
		op = s->stack[--s->n_stack];
		if (grow_takes(gr, op))
			return op;
		grow_keep(gr, op);
	}
	while (s->n_mates > 0) {
		op = s->mates[--s->n_mates];
		gr->mate = true;
		takes = (gr->g->ops[op].flags & OPF_READY) &&
		    grow_takes(gr, op);
		gr->mate = false;
		if (takes)
			return op;
	}
	if (gr->over)
		return 0;
	op = gr->local != NULL ? grow_near(gr) : 0;
	/* Once a group: where nothing is shared, nothing will be. */
	if (op == 0 && gr->local == NULL && !gr->ahead && !gr->placed)
		op = tile_start(gr);
	gr->placed = true;
	if (op != 0 && gr->local == NULL && !grow_takes(gr, op))
		op = 0;
	if (op == 0 && !gr->ahead)
		op = grow_best(gr);
	if (op != 0)
		tile_note(gr, op);
	return op;
}

/* What was met and not taken: p's next group begins with it. */
static void
grow_leave(struct grow *gr)
{
	struct sched *s = gr->s;
	struct graph *g = gr->g;
	struct local *l;
	uint32_t i, op;

	for (i = 0; i < s->n_skip; i++) {
		op = s->skip[i];
		if (g->ops[op].flags & OPF_READY)
			heap_push(&g->ready, g->ops[op].rank, op);
	}
	for (i = 0; i < s->n_kept; i++)
		local_push(s, g, gr->peer, s->kept[i]);
	for (i = 0; i < s->n_stack; i++) {
		if (g->ops[s->stack[i]].state == OP_PENDING)
			local_push(s, g, gr->peer, s->stack[i]);
	}
	if (s->n_mates == 0)
		return;
	l = local_of(s, gr->p, g, true);
	l->n_saved = 0;
	i = s->n_mates > SAVED_MAX ? s->n_mates - SAVED_MAX : 0;
	for (; i < s->n_mates; i++)
		l->saved[l->n_saved++] = s->mates[i];
}

bool
grow_run(struct grow *gr)
{
	struct sched *s = gr->s;
	uint32_t op;

	s->n_form = s->n_stack = s->n_mates = s->n_skip = s->n_kept = 0;
	gr->stamp = ++gr->g->stamp;
	gr->local = local_of(s, gr->p, gr->g, false);
	while (grow_room(gr) && (op = grow_next(gr)) != 0)
		grow_take(gr, op);
	grow_leave(gr);
	return s->n_form > 0;
}
