/*
 * Batches: every op is checked at arrival against the graph's earlier shapes;
 * only then the batch is taken, whole.  A refused batch leaves no trace.
 */
#include "sched_priv.h"

#define TEXT_INPUTS	16	/* whose shapes a sentence may name */

struct check {
	struct sched	*s;
	struct graph	*g;
	struct batch	*b;
	struct batch_error *e;
	/* of the batch's ops the most that they can be; NULL: all is known */
	struct shape	*most;
};

void
batch_digest(const struct msg_batch *m, uint8_t out[DIGEST_LEN])
{
	uint64_t n[4] = { m->program.n, m->want.n, m->persist.n,
	    m->released.n };
	struct digest d;

	digest_init(&d);
	digest_update(&d, n, sizeof(n));
	digest_update(&d, m->program.p, m->program.n);
	digest_update(&d, m->want.v, m->want.n * sizeof(uint64_t));
	digest_update(&d, m->persist.v, m->persist.n * sizeof(uint64_t));
	digest_update(&d, m->released.v, m->released.n * sizeof(uint64_t));
	digest_final(&d, out);
}

/* What it takes to keep it: counted, or empty batches would be free. */
static uint64_t
batch_weight(const struct msg_batch *m)
{
	return sizeof(struct batch) + m->program.n + sizeof(uint32_t) *
	    (m->want.n + m->persist.n + m->released.n);
}

static const struct shape *
batch_earlier(void *arg, uint32_t value)
{
	const struct graph *g = arg;

	if (value == 0 || value > g->n_ops)
		return NULL;
	return shape_declared(g, value);
}

static enum error
batch_says(struct batch_error *e, enum error code, uint32_t op,
    const char *text,
    uint64_t given, const char *between, uint64_t limit)
{
	struct text t;

	text_init(&t);
	text_add(&t, text);
	text_add_u64(&t, given);
	text_add(&t, between);
	text_add_u64(&t, limit);
	memcpy(e->text, t.s, t.n + 1);
	e->op = op;
	return e->code = code;
}

/* The sentence of an op's error, with the shapes it was given. */
static enum error
batch_says_op(struct check *c, uint32_t i, const struct op_row *row,
    const struct op_params *params, const struct op_error *err)
{
	const struct shape *in[TEXT_INPUTS];
	struct shape scratch[TEXT_INPUTS];
	struct op_params none;
	size_t n = 0;

	c->e->op = err->op;
	c->e->code = err->code;
	if (c->s->set.op_text == NULL)
		return err->code;
	memset(&none, 0, sizeof(none));
	if (row != NULL && err->code != E_SELF && err->code != E_LATER &&
	    err->code != E_MISSING)
		n = program_inputs(&c->b->program, i, batch_earlier, c->g, in,
		    scratch, TEXT_INPUTS);
	c->s->set.op_text(c->e->text, sizeof(c->e->text), row, in, n,
	    params ? params : &none, err);
	return err->code;
}

/* The most that op i can be; inputs may lie in the batch or before it. */
static void
batch_most(struct check *c, uint32_t i, const struct op_row *row,
    const struct op_params *params, struct shape *shape)
{
	const struct program *p = &c->b->program;
	const struct program_op *o = &p->ops[i];
	const struct shape **in = xcalloc(o->n_in + 1u, sizeof(*in));
	struct shape most;
	uint32_t k, ref;

	for (k = 0; k < o->n_in; k++) {
		ref = p->refs[o->first_in + k];
		in[k] = ref < p->base ? shape_most(c->g, ref) :
		    &c->most[ref - p->base];
	}
	op_bound(row, in, o->n_in, params, shape, &most);
	*shape = most;
	xfree(in);
}

/* Shapes of the ops before, until one is not known. */
static void
batch_known(struct check *c, uint32_t n)
{
	const struct program *p = &c->b->program;
	uint32_t i;

	c->most = xcalloc(p->n_ops, sizeof(*c->most));
	for (i = 0; i < n; i++)
		program_shape(p, i, &c->most[i]);
}

static enum error
batch_check_op(struct check *c, uint32_t i, uint64_t *bytes)
{
	const struct program *p = &c->b->program;
	const struct op_row *row = NULL;
	struct op_params params;
	struct op_error err;
	struct shape shape;
	enum error e;

	memset(&params, 0, sizeof(params));
	memset(&err, 0, sizeof(err));
	e = program_check_op(p, i, batch_earlier, c->g,
	    (int64_t)c->s->set.limits.tensor_bytes, &row, &params, &err);
	if (e != E_OK)
		return batch_says_op(c, i, row, &params, &err);
	if (p->ops[i].place == PLACE_GIVEN)
		return batch_says(c->e, E_BAD_PROGRAM, p->base + i,
		    "A batch cannot have a source that is given later: op ",
		    p->base + i, " of ", p->n_ops);
	program_shape(p, i, &shape);
	if (!shape_known(&shape)) {
		if (c->most == NULL)
			batch_known(c, i);
		batch_most(c, i, row, &params, &shape);
	}
	if (c->most != NULL)
		c->most[i] = shape;
	if (p->ops[i].flags & PROGRAM_EXPORT)
		*bytes += shape_bytes_most(c->s, &shape);
	return E_OK;
}

static enum error
batch_check_list(struct check *c, struct u64s list, const char *what)
{
	uint64_t last = c->g->n_ops + c->b->program.n_ops;
	size_t i;

	for (i = 0; i < list.n; i++) {
		if (list.v[i] == 0 || list.v[i] > last)
			return batch_says(c->e, E_MISSING, 0, what, list.v[i],
			    ", but the last op of the graph is ", last);
	}
	return E_OK;
}

static enum error
batch_check_quota(struct check *c)
{
	const struct sched_limits *l = &c->s->set.limits;
	uint64_t n = c->b->program.n_ops;

	if (c->g->n_ops + n > l->graph_ops)
		return batch_says(c->e, E_QUOTA_OPS, 0, "The graph would have ",
		    c->g->n_ops + n, " ops; graph_ops allows ", l->graph_ops);
	if (c->s->total_ops + n > l->total_ops)
		return batch_says(c->e, E_OVERLOADED, 0,
		    "All open graphs would have ", c->s->total_ops + n,
		    " ops; total_ops allows ", l->total_ops);
	return E_OK;
}

/* more: what this batch adds.  All graphs are looked at only when together
 * they could be too much. */
static enum error
batch_check_owner(struct check *c, uint64_t more)
{
	const struct sched *s = c->s;
	const struct graph *g;
	uint64_t bytes = more;
	uint32_t i;

	if (s->total_bytes + more <= s->set.limits.owner_bytes)
		return E_OK;
	for (i = 0; i < s->open.n; i++) {
		g = s->graphs[s->open.v[i]];
		if (strcmp(g->owner, c->g->owner) == 0)
			bytes += g->bytes;
	}
	if (bytes <= s->set.limits.owner_bytes)
		return E_OK;
	return batch_says(c->e, E_QUOTA_BYTES, 0, "Your graphs would hold ",
	    bytes, " bytes; owner_bytes allows ", s->set.limits.owner_bytes);
}

static enum error
batch_check_program(struct check *c, const struct msg_batch *m)
{
	struct program *p = &c->b->program;
	const struct sched_limits *l = &c->s->set.limits;
	struct op_error err;
	uint64_t bytes = c->g->bytes + batch_weight(m);
	uint32_t i;
	enum error e;

	memset(&err, 0, sizeof(err));
	e = program_open(p, c->b->bytes, m->program.n, (uint32_t)l->batch_ops,
	    &err);
	if (e != E_OK)
		return batch_says(c->e, e, err.op,
		    "The program's tables do not fit together, ", m->program.n,
		    " bytes; ops allowed in a batch: ", l->batch_ops);
	if (p->base != c->g->n_ops + 1)
		return batch_says(c->e, E_BAD_PROGRAM, 0,
		    "The batch starts at op ", p->base, ", needed is ",
		    (uint64_t)c->g->n_ops + 1);
	e = batch_check_quota(c);
	for (i = 0; e == E_OK && i < p->n_ops; i++)
		e = batch_check_op(c, i, &bytes);
	if (e == E_OK && bytes > l->graph_bytes)
		e = batch_says(c->e, E_QUOTA_BYTES, 0, "The graph would hold ",
		    bytes, " bytes; graph_bytes allows ", l->graph_bytes);
	return e == E_OK ? batch_check_owner(c, bytes - c->g->bytes) : e;
}

enum error
batch_check(struct sched *s, struct graph *g, const struct msg_batch *m,
    struct batch *b, struct batch_error *err)
{
	struct check c = { s, g, b, err, NULL };
	enum error e;

	memset(b, 0, sizeof(*b));
	memset(err, 0, sizeof(*err));
	if (m->program.n > s->set.limits.batch_bytes)
		return batch_says(err, E_TOO_BIG, 0, "The batch has ",
		    m->program.n, " bytes; batch_bytes allows ",
		    s->set.limits.batch_bytes);
	b->bytes = xtry_malloc(m->program.n + 8);
	if (b->bytes == NULL)
		return batch_says(err, E_OVERLOADED, 0, "No memory for ",
		    m->program.n, " bytes, batch ", m->n);
	if (m->program.n > 0)
		memcpy(b->bytes, m->program.p, m->program.n);
	e = batch_check_program(&c, m);
	xfree(c.most);
	if (e == E_OK)
		e = batch_check_list(&c, m->want, "Wanted is op ");
	if (e == E_OK)
		e = batch_check_list(&c, m->persist, "To persist is op ");
	if (e == E_OK)
		e = batch_check_list(&c, m->released, "Released is op ");
	if (e == E_OK) {
		batch_digest(m, b->digest);
		return E_OK;
	}
	xfree(b->bytes);
	b->bytes = NULL;
	return e;
}

static void
batch_source(struct graph *g, const struct program *p, uint32_t i, uint32_t op)
{
	struct op *o = &g->ops[op];
	struct value *v;

	o->state = OP_COMPUTED;
	o->flags |= OPF_SOURCE;
	o->ref_us = 0;
	if (p->ops[i].place != PLACE_DIGEST)
		return;
	v = value_slot(g, op);
	memcpy(v->digest, program_digest(p, i), DIGEST_LEN);
	v->size = (uint64_t)shape_bytes(graph_shape(g, op));
	v->known = v->stored = true;
}

static void
batch_edges(struct graph *g, uint32_t op)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	struct op *in;

	g->edges = sched_room(g->edges, &g->edges_cap, g->n_edges + n + 1,
	    sizeof(*g->edges));
	for (k = 0; k < n; k++) {
		in = &g->ops[refs[k]];
		g->edges[++g->n_edges] = (struct edge){ op, in->first_edge };
		in->first_edge = g->n_edges;
		in->users++;
		if (in->state != OP_COMPUTED)
			g->ops[op].missing++;
	}
}

static void
batch_op(struct sched *s, struct graph *g, const struct program *p,
    uint32_t i)
{
	uint32_t op = p->base + i;
	struct op *o = &g->ops[op];
	struct shape shape;

	memset(o, 0, sizeof(*o));
	program_shape(p, i, &shape);
	o->batch = g->n_batches - 1;
	o->shape = graph_intern(g, &shape);
	if (p->ops[i].place != PLACE_NONE) {
		batch_source(g, p, i, op);
	} else {
		shape_born(s, g, op);
		graph_cost(g, op);
		batch_edges(g, op);
	}
	if (p->ops[i].flags & PROGRAM_EXPORT) {
		o->flags |= OPF_HELD;
		g->bytes += shape_bytes_most(s, shape_most(g, op));
	}
	g->n_ops = op;
	g->count[g->ops[op].state]++;
}

/* Upward ranks inside the batch, and of earlier ops that it uses. */
static void
batch_ranks(struct graph *g, const struct program *p)
{
	const uint32_t *refs;
	uint32_t i, k, n, op;
	float rank;
	struct op *o;

	for (i = p->n_ops; i-- > 0;) {
		op = p->base + i;
		o = &g->ops[op];
		o->rank += o->ref_us;
		n = graph_inputs(g, op, &refs);
		for (k = 0; k < n; k++) {
			rank = o->rank;
			if (refs[k] < p->base)
				rank += g->ops[refs[k]].ref_us;
			if (g->ops[refs[k]].rank < rank)
				g->ops[refs[k]].rank = rank;
		}
	}
}

/* Inputs that failed, or whose value is gone, or that are there. */
static void
batch_start_op(struct sched *s, struct graph *g, uint32_t op)
{
	const uint32_t *refs;
	uint32_t n, k;

	n = graph_inputs(g, op, &refs);
	for (k = 0; k < n && g->ops[op].state == OP_PENDING; k++) {
		if (g->ops[refs[k]].state == OP_FAILED)
			state_fail(s, g, op, E_DEPENDS,
			    state_failure(g, refs[k])->cause, NULL);
		else if (!s->loading)
			state_revive(s, g, refs[k]);
	}
	if (g->ops[op].state == OP_PENDING && !shape_fails(s, g, op) &&
	    g->ops[op].missing == 0)
		state_ready(s, g, op);
}

static void
batch_lists(struct sched *s, struct graph *g, const struct msg_batch *m,
    bool quiet)
{
	size_t i;

	for (i = 0; i < m->persist.n; i++) {
		g->ops[m->persist.v[i]].flags |= OPF_PERSIST;
		profile_want(s, g, (uint32_t)m->persist.v[i]);
		if (!quiet)
			value_persist(s, g, (uint32_t)m->persist.v[i]);
	}
	for (i = 0; !quiet && i < m->want.n; i++)
		state_want(s, g, (uint32_t)m->want.v[i]);
	for (i = 0; i < m->released.n; i++)
		state_release(s, g, (uint32_t)m->released.v[i]);
}

void
batch_take(struct sched *s, struct graph *g, struct batch *b,
    const struct msg_batch *m, bool quiet)
{
	const struct program *p = &b->program;
	uint64_t bytes = g->bytes;
	uint32_t i;

	g->batches = sched_room(g->batches, &g->batches_cap, g->n_batches + 1,
	    sizeof(*g->batches));
	g->batches[g->n_batches++] = *b;
	g->ops = sched_room(g->ops, &g->ops_cap, g->n_ops + p->n_ops + 1,
	    sizeof(*g->ops));
	g->bytes += batch_weight(m);
	s->total_ops += p->n_ops;
	for (i = 0; i < p->n_ops; i++)
		batch_op(s, g, p, i);
	s->total_bytes += g->bytes - bytes;
	sched_refers_more(s, p);
	profile_batch(s, g, p);
	batch_ranks(g, p);
	for (i = 0; i < p->n_ops; i++) {
		if (g->ops[p->base + i].state == OP_PENDING)
			batch_start_op(s, g, p->base + i);
	}
	batch_lists(s, g, m, quiet);
	graph_changed(s, g);
	s->assign = true;
}
