/*
 * The states of ops.  Only here an op changes its state, and with it the
 * counts of those that depend on it and of what it depends on.
 *
 * missing of an op counts its inputs that are not computed, users its uses by
 * ops that are not done; both hold between any two events.
 */
#include "sched_priv.h"

static bool
state_open(const struct op *o)
{
	return o->state == OP_PENDING || o->state == OP_COMPUTING;
}

static void
work_push(struct sched *s, uint32_t op)
{
	s->work = sched_room(s->work, &s->work_cap, s->n_work + 1,
	    sizeof(*s->work));
	s->work[s->n_work++] = op;
}

static void
state_unready(struct graph *g, struct op *o)
{
	if (o->flags & OPF_READY) {
		o->flags &= (uint8_t)~OPF_READY;
		g->ready_us -= o->ref_us;
	}
}

static void
state_set(struct sched *s, struct graph *g, uint32_t op, enum op_state state)
{
	struct op *o = &g->ops[op];

	state_unready(g, o);
	if (state_open(o) && state != OP_PENDING && state != OP_COMPUTING)
		profile_done(g, op);
	else if (!state_open(o) && state == OP_PENDING)
		profile_back(g, op);
	g->count[o->state]--;
	g->count[state]++;
	o->state = (uint8_t)state;
	graph_changed(s, g);
}

void
state_ready(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];

	if (o->flags & OPF_READY)
		return;
	o->flags |= OPF_READY;
	g->ready_us += o->ref_us;
	heap_push(&g->ready, o->rank, op);
	fair_ready(s, g);
	local_ready(s, g, op);
}

void
state_start(struct sched *s, struct graph *g, uint32_t op, uint32_t group)
{
	state_set(s, g, op, OP_COMPUTING);
	g->ops[op].group = group;
	g->ops[op].flags &= (uint8_t)~OPF_COMING;
}

void
state_return(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];

	o->group = 0;
	state_set(s, g, op, OP_PENDING);
	if (o->missing == 0)
		state_ready(s, g, op);
	s->assign = true;
}

void
state_settle(struct sched *s, struct graph *g, uint32_t op)
{
	uint32_t i[2] = { g->ops[op].group, 0 }, n;

	i[1] = i[0] != 0 ? s->groups[i[0]].twin : 0;
	for (n = 0; n < 2; n++) {
		if (i[n] != 0 && s->groups[i[n]].state == GROUP_OUT &&
		    --s->groups[i[n]].left == 0)
			group_cancel(s, i[n]);
	}
}

/* op is done: it uses its inputs no more. */
static void
state_leave_inputs(struct sched *s, struct graph *g, uint32_t op)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;

	for (k = 0; k < n; k++) {
		if (--g->ops[refs[k]].users == 0)
			value_unneeded(s, g, refs[k]);
	}
}

void
state_computed(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *c;
	uint32_t e;

	if (!state_open(&g->ops[op]))
		return;
	state_set(s, g, op, OP_COMPUTED);
	for (e = g->ops[op].first_edge; e != 0; e = g->edges[e].next) {
		c = &g->ops[g->edges[e].to];
		if (state_open(c) && --c->missing == 0 &&
		    c->state == OP_PENDING)
			state_ready(s, g, g->edges[e].to);
	}
	state_leave_inputs(s, g, op);
	state_settle(s, g, op);
	s->assign = true;
}

static void
failure_add(struct graph *g, uint32_t op, enum error code, uint32_t cause,
    const int64_t a[4])
{
	struct failure *f;

	g->failures = sched_room(g->failures, &g->failures_cap,
	    g->n_failures + 2, sizeof(*g->failures));
	f = &g->failures[++g->n_failures];
	*f = (struct failure){ .op = op, .code = code, .cause = cause };
	if (a != NULL)
		memcpy(f->a, a, sizeof(f->a));
	g->ops[op].value = g->n_failures;
}

const struct failure *
state_failure(const struct graph *g, uint32_t op)
{
	return &g->failures[g->ops[op].value];
}

static void
state_fail_one(struct sched *s, struct graph *g, uint32_t op, enum error code,
    uint32_t cause, const int64_t a[4])
{
	struct op *o = &g->ops[op];
	uint32_t e;

	if (o->value != 0)
		value_discard(s, g, op);
	state_set(s, g, op, OP_FAILED);
	failure_add(g, op, code, cause, a);
	for (e = o->first_edge; e != 0; e = g->edges[e].next) {
		if (state_open(&g->ops[g->edges[e].to]))
			work_push(s, g->edges[e].to);
	}
	state_leave_inputs(s, g, op);
	state_settle(s, g, op);
	value_send(s, g, op);
}

void
state_fail(struct sched *s, struct graph *g, uint32_t op, enum error code,
    uint32_t cause, const int64_t a[4])
{
	uint32_t base = s->n_work, x;

	if (!state_open(&g->ops[op]))
		return;
	state_fail_one(s, g, op, code, cause, a);
	while (s->n_work > base) {
		x = s->work[--s->n_work];
		if (state_open(&g->ops[x]))
			state_fail_one(s, g, x, E_DEPENDS, cause, NULL);
	}
	s->assign = true;
}

bool
state_needed(const struct graph *g, uint32_t op)
{
	const struct op *o = &g->ops[op];

	return o->users > 0 || (o->flags & (OPF_WANT | OPF_PERSIST)) != 0;
}

static bool
state_gone(const struct graph *g, uint32_t op)
{
	const struct op *o = &g->ops[op];

	return o->state == OP_COMPUTED && (o->flags & OPF_SOURCE) == 0 &&
	    state_needed(g, op) && !value_there(g, op);
}

/* Computed, but its value is nowhere: waits again, and what it needs too. */
static void
state_revive_one(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op], *c;
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k, e, bad = 0;

	state_set(s, g, op, OP_PENDING);
	o->group = 0;
	o->missing = 0;
	for (e = o->first_edge; e != 0; e = g->edges[e].next) {
		c = &g->ops[g->edges[e].to];
		if (state_open(c)) {
			state_unready(g, c);
			c->missing++;
		}
	}
	for (k = 0; k < n; k++) {
		g->ops[refs[k]].users++;
		if (g->ops[refs[k]].state != OP_COMPUTED)
			o->missing++;
		else if (state_gone(g, refs[k]))
			work_push(s, refs[k]);
		if (g->ops[refs[k]].state == OP_FAILED)
			bad = refs[k];
	}
	/* It was computed inside a group, where nobody saw its input fail. */
	if (bad != 0)
		state_fail(s, g, op, E_DEPENDS, state_failure(g, bad)->cause,
		    NULL);
	else if (o->missing == 0)
		state_ready(s, g, op);
}

void
state_revive(struct sched *s, struct graph *g, uint32_t op)
{
	uint32_t base = s->n_work, x;

	/* After a restart whoever holds it may still say so. */
	if (s->recover || !state_gone(g, op))
		return;
	work_push(s, op);
	while (s->n_work > base) {
		x = s->work[--s->n_work];
		if (state_gone(g, x))
			state_revive_one(s, g, x);
	}
	s->assign = true;
}

void
state_want(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];

	if ((o->flags & OPF_WANT) == 0) {
		o->flags |= OPF_WANT;
		if (g->owed++ == 0)
			forecast_start(s, g);
		profile_want(s, g, op);
	}
	state_revive(s, g, op);
	value_send(s, g, op);
}

void
state_release(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];
	uint64_t size = shape_bytes_most(s, shape_most(g, op));

	if ((o->flags & OPF_HELD) == 0)
		return;
	o->flags &= (uint8_t)~OPF_HELD;
	g->bytes = g->bytes > size ? g->bytes - size : 0;
	if (o->users == 0)
		value_unneeded(s, g, op);
}
