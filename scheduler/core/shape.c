/*
 * Shapes that data decides.  Until an op is computed that decides a length of
 * its value, shapes that depend on it are unknown in part; when the length is
 * learnt, they are inferred again, as far as it carries, and an op that does
 * not fit fails.
 *
 * graph.shapes has what is known now.  What a batch declared stays in its
 * program: batches are checked by that, so that nothing depends on whether a
 * result came before or after.
 */
#include "sched_priv.h"

#define INPUTS_FEW	16

struct shape_work {
	const struct shape	**in;
	struct shape		*scratch;
	const struct shape	*few[INPUTS_FEW];
	struct op_params	 params;
};

static const struct program_op *
shape_op(const struct graph *g, uint32_t op, const struct program **p)
{
	*p = &g->batches[g->ops[op].batch].program;
	return &(*p)->ops[op - (*p)->base];
}

bool
shape_by_data(const struct graph *g, uint32_t op)
{
	const struct program *p;
	const struct op_row *row = op_by_code(shape_op(g, op, &p)->code);

	return row != NULL && op_length_by_data(row);
}

const struct shape *
shape_most(const struct graph *g, uint32_t op)
{
	const struct shape *now = graph_shape(g, op);
	uint32_t i = MAP_NONE;

	if ((g->ops[op].flags & OPF_OPEN) && !shape_known(now))
		i = map_get(&g->most, op);
	return i != MAP_NONE ? &g->shapes[i] : now;
}

const struct shape *
shape_room(const struct graph *g, uint32_t op)
{
	uint32_t i = MAP_NONE;

	if (g->ops[op].flags & OPF_OPEN)
		i = map_get(&g->most, op);
	return i != MAP_NONE ? &g->shapes[i] : graph_shape(g, op);
}

uint64_t
shape_bytes_most(const struct sched *s, const struct shape *most)
{
	uint64_t limit = s->set.limits.tensor_bytes;
	int64_t bytes = shape_bytes(most);

	/* No value is larger than the limit: see shape_learn. */
	return bytes < 0 || (uint64_t)bytes > limit ? limit : (uint64_t)bytes;
}

const struct shape *
shape_declared(const struct graph *g, uint32_t op)
{
	uint32_t i = MAP_NONE;

	if (g->ops[op].flags & OPF_OPEN)
		i = map_get(&g->declared, op);
	return i != MAP_NONE ? &g->shapes[i] : graph_shape(g, op);
}

static void
work_begin(struct shape_work *w, uint32_t n)
{
	w->in = n <= INPUTS_FEW ? w->few : xcalloc(n, sizeof(*w->in));
}

static void
work_end(struct shape_work *w)
{
	if (w->in != w->few)
		xfree(w->in);
}

/* The op's row, parameters, and inputs' shapes: now, or at most. */
static const struct op_row *
work_op(const struct graph *g, uint32_t op, struct shape_work *w, bool most)
{
	const struct program *p;
	const struct program_op *o = shape_op(g, op, &p);
	const struct op_row *row = op_by_code(o->code);
	const uint32_t *refs = p->refs + o->first_in;
	struct op_error ignored;
	uint32_t k;

	if (row == NULL || op_params_unpack(row, p->params + o->first_param,
	    p->n_params - o->first_param, &w->params, &ignored) != E_OK)
		return NULL;		/* it was checked: it cannot be */
	for (k = 0; k < o->n_in; k++)
		w->in[k] = most ? shape_most(g, refs[k]) :
		    graph_shape(g, refs[k]);
	return row;
}

enum error
shape_infer(const struct sched *s, const struct graph *g, uint32_t op,
    struct shape *out, struct op_error *e)
{
	const struct program *p;
	const struct program_op *o = shape_op(g, op, &p);
	const struct op_row *row;
	struct shape_work w;
	enum error r = E_INTERNAL;
	uint32_t i;

	memset(e, 0, sizeof(*e));
	work_begin(&w, o->n_in);
	row = work_op(g, op, &w, false);
	if (row != NULL)
		r = op_infer(row, w.in, o->n_in, &w.params,
		    (int64_t)s->set.limits.tensor_bytes, out, e);
	work_end(&w);
	e->op = op;
	if (r == E_OK)
		return r;
	/* Nothing but the rank is known of it, from what was declared. */
	program_shape(p, op - p->base, out);
	for (i = 0; i < out->ndim; i++)
		out->dims[i] = LENGTH_UNKNOWN;
	return r;
}

/* The most that op can be: for limits and estimates, until it is known. */
static void
shape_bound(struct graph *g, uint32_t op)
{
	const struct program *p;
	uint32_t n = shape_op(g, op, &p)->n_in;
	const struct op_row *row;
	struct shape_work w;
	struct shape out = *graph_shape(g, op), most = out;
	bool known = shape_known(&out);
	struct op_error e;

	if (known && !shape_by_data(g, op)) {
		map_del(&g->most, op);
		return;
	}
	work_begin(&w, n);
	row = work_op(g, op, &w, true);
	/* Memory for it is planned for the most, even if it was learnt. */
	if (row != NULL && known && op_infer(row, w.in, n, &w.params,
	    INT64_MAX, &out, &e) != E_OK)
		row = NULL;
	if (row != NULL)
		op_bound(row, w.in, n, &w.params, &out, &most);
	work_end(&w);
	map_put(&g->most, op, graph_intern(g, &most));
}

/* Changes the shape of op, and what is counted of it. */
static void
shape_set(struct sched *s, struct graph *g, uint32_t op,
    const struct shape *shape)
{
	struct op *o = &g->ops[op];
	uint64_t old = shape_bytes_most(s, shape_most(g, op)), new;

	if (map_get(&g->declared, op) == MAP_NONE)
		map_put(&g->declared, op, o->shape);
	o->shape = graph_intern(g, shape);
	shape_bound(g, op);
	new = shape_bytes_most(s, shape_most(g, op));
	if (o->flags & OPF_HELD) {
		g->bytes += new - old;
		s->total_bytes += new - old;
	}
}

/* Its time follows from its shapes. */
static void
shape_cost(struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];
	float old = o->ref_us;

	profile_done(g, op);
	graph_cost(g, op);
	o->rank += o->ref_us - old;
	profile_back(g, op);
}

void
shape_born(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	bool open = shape_by_data(g, op);
	struct op_error e;
	struct shape now;

	for (k = 0; k < n && !open; k++)
		open = (g->ops[refs[k]].flags & OPF_OPEN) != 0;
	if (!open)
		return;
	o->flags |= OPF_OPEN;
	(void)shape_infer(s, g, op, &now, &e);
	if (!shape_equal(&now, graph_shape(g, op))) {
		map_put(&g->declared, op, o->shape);
		o->shape = graph_intern(g, &now);
	}
	shape_bound(g, op);
}

bool
shape_fails(struct sched *s, struct graph *g, uint32_t op)
{
	struct op_error e;
	struct shape now;
	enum error r;

	if ((g->ops[op].flags & OPF_OPEN) == 0)
		return false;
	r = shape_infer(s, g, op, &now, &e);
	if (r == E_OK || r == E_LENGTH)
		return false;
	state_fail(s, g, op, r, op, e.a);
	return true;
}

/* Infers op again; true: its shape has changed. */
static bool
shape_again(struct sched *s, struct graph *g, uint32_t op)
{
	struct op_error e;
	struct shape now;
	enum error r;

	if (g->ops[op].state != OP_PENDING)
		return false;
	r = shape_infer(s, g, op, &now, &e);
	if (r != E_OK && r != E_LENGTH) {
		state_fail(s, g, op, r, op, e.a);
		return false;
	}
	/* What data decides stays as learnt, when it is computed again. */
	if (shape_equal(&now, graph_shape(g, op)) || (shape_by_data(g, op) &&
	    shape_known(graph_shape(g, op)))) {
		shape_bound(g, op);
		shape_cost(g, op);
		return false;
	}
	shape_set(s, g, op, &now);
	shape_cost(g, op);
	return true;
}

void
shape_learn(struct sched *s, struct graph *g, uint32_t op,
    const struct shape *shape)
{
	uint32_t base = s->n_stack, from, e;

	int64_t bytes = shape_bytes(shape);
	const int64_t a[4] = { shape_elements(shape),
		(int64_t)s->set.limits.tensor_bytes };

	if (shape_equal(graph_shape(g, op), shape))
		return;
	if (bytes < 0 || (uint64_t)bytes > s->set.limits.tensor_bytes) {
		state_fail(s, g, op, E_OVERFLOW, op, a);
		return;
	}
	shape_set(s, g, op, shape);
	s->stack = sched_room(s->stack, &s->stack_cap, s->n_stack + 1,
	    sizeof(*s->stack));
	s->stack[s->n_stack++] = op;
	while (s->n_stack > base) {
		from = s->stack[--s->n_stack];
		for (e = g->ops[from].first_edge; e != 0;
		    e = g->edges[e].next) {
			if (!shape_again(s, g, g->edges[e].to))
				continue;
			s->stack = sched_room(s->stack, &s->stack_cap,
			    s->n_stack + 1, sizeof(*s->stack));
			s->stack[s->n_stack++] = g->edges[e].to;
		}
	}
}
