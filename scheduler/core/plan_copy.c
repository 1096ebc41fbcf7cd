/*
 * The world of a plan: copies of the participants that serve, and one graph
 * with what is left of the real one.  Values that are there already become
 * sources, held by the copies of who holds them.
 */
#include "plan.h"

/* Where ops of the graph are in the copy. */
struct copy {
	const struct sched	*s;
	const struct graph	*g;
	const struct program	*more;
	struct plan		*pl;
	struct program_writer	 w;
	uint32_t		*at;	/* op -> its number there; 0: not */
	uint32_t		*sources, n_sources, sources_cap;
	struct buf		 want;	/* numbers there, u64 */
	uint32_t		 n, limit;
};

/* ---- participants ---- */

/* At the same index, so that ties are broken alike; idle, as it just came. */
static void
copy_peer(struct sched *w, const struct peer *p, uint32_t i)
{
	struct peer *c = xcalloc(1, sizeof(*c));

	*c = *p;
	w->peers[i] = c;
	c->session = i;
	c->serving = c->touched = c->dirty = false;
	c->mailed = c->cramped = false;
	c->held = c->makes = c->evict_us = 0;
	c->same = 0;
	c->teams = c->out_first = c->out_last = c->n_out = c->holds = 0;
	c->late_us = c->watch_us = c->down_us = 0;
	c->n_locals = c->locals_cap = 0;
	c->n_drops = c->drops_cap = c->n_fetches = c->fetches_cap = 0;
	c->locals = NULL;
	c->drops = c->fetches = NULL;
	memset(&c->client, 0, sizeof(c->client));
	memset(c->timer_us, 0, sizeof(c->timer_us));
	memset(c->free_us, 0, sizeof(c->free_us));
	w->serial = c->serial > w->serial ? c->serial : w->serial;
}

/* busy: what they have to do for others comes first. */
static void
copy_peers(const struct sched *s, struct plan *pl, bool busy)
{
	struct sched *w = pl->world;
	uint32_t i;

	pl->peers = xcalloc(s->n_peers + 1, sizeof(*pl->peers));
	w->peers = sched_room(w->peers, &w->peers_cap, s->n_peers + 1,
	    sizeof(*w->peers));
	memset(w->peers, 0, (s->n_peers + 1) * sizeof(*w->peers));
	w->n_peers = s->n_peers;
	for (i = 1; i < s->n_peers; i++) {
		if (!assign_serves(s->peers[i]))
			continue;
		copy_peer(w, s->peers[i], i);
		crowd_note(w, i);
		if (busy)
			memcpy(pl->peers[i].free_us, s->peers[i]->free_us,
			    sizeof(pl->peers[i].free_us));
	}
}

static struct sched *
copy_world(const struct sched *s)
{
	struct sched_setup set = s->set;
	struct sched *w;

	set.build = NULL;
	set.op_text = NULL;
	w = sched_new(&set);
	w->now = s->now;
	w->next_collect = NEVER;
	w->next_progress = NEVER;	/* or it would plan plans */
	memcpy(w->population, s->population, sizeof(w->population));
	w->population_us = NEVER;
	return w;
}

/* ---- the graph ---- */

static const struct program *
copy_program(const struct copy *c, uint32_t op, uint32_t *i)
{
	const struct program *p = op > c->g->n_ops ? c->more :
	    &c->g->batches[c->g->ops[op].batch].program;

	*i = op - p->base;
	return p;
}

/* A value that is there, or was given with the program. */
static void
copy_source(struct copy *c, uint32_t op)
{
	uint8_t digest[DIGEST_LEN] = { 0 };
	const struct program *p;
	struct shape shape;
	struct bytes data;
	uint32_t i;

	p = copy_program(c, op, &i);
	if (op <= c->g->n_ops)
		shape = *graph_shape(c->g, op);
	else
		program_shape(p, i, &shape);
	if (op <= c->g->n_ops ? value_small(c->g, op, &data) :
	    p->ops[i].place == PLACE_INLINE) {
		if (op > c->g->n_ops)
			data = program_inline(p, i);
		c->at[op] = program_write_inline(&c->w, &shape, data.p, 0);
		return;
	}
	memcpy(digest, &op, sizeof(op));
	digest[DIGEST_LEN - 1] = 1;	/* unlike those of results */
	c->at[op] = program_write_digest(&c->w, &shape, digest, 0);
	if (op > c->g->n_ops)
		return;
	c->sources = sched_room(c->sources, &c->sources_cap,
	    c->n_sources + 1, sizeof(*c->sources));
	c->sources[c->n_sources++] = op;
}

static bool
copy_known(const struct copy *c, uint32_t op, const struct program *p,
    uint32_t i)
{
	return op <= c->g->n_ops ? c->g->ops[op].state == OP_COMPUTED :
	    p->ops[i].place != PLACE_NONE;
}

/* An op that is to be computed; not, if an input has failed. */
static void
copy_op(struct copy *c, uint32_t op, const struct program *p, uint32_t i)
{
	const struct program_op *o = &p->ops[i];
	const uint32_t *refs = p->refs + o->first_in;
	const struct program *from;
	uint32_t *in = xmalloc((o->n_in + 1u) * sizeof(*in)), k, at;
	uint8_t flags = o->flags;

	for (k = 0; k < o->n_in; k++) {
		if (c->at[refs[k]] == 0) {
			from = copy_program(c, refs[k], &at);
			if (!copy_known(c, refs[k], from, at))
				break;
			copy_source(c, refs[k]);
		}
		in[k] = c->at[refs[k]];
	}
	if (op <= c->g->n_ops)
		flags = (c->g->ops[op].flags & OPF_HELD) ? PROGRAM_EXPORT : 0;
	if (k == o->n_in) {
		c->at[op] = program_copy_op(&c->w, p, i, in, op <= c->g->n_ops ?
		    graph_shape(c->g, op) : NULL, flags);
		c->n++;
	}
	xfree(in);
}

static void
copy_wanted(struct copy *c, uint64_t op)
{
	uint64_t at = op <= c->pl->total ? c->at[op] : 0;

	if (at != 0)
		buf_add(&c->want, &at, sizeof(at));
}

/* False: it is more than may be planned. */
static bool
copy_ops(struct copy *c)
{
	const struct graph *g = c->g;
	uint32_t op, i, left = g->count[OP_PENDING] + g->count[OP_COMPUTING];

	if (left > c->limit)
		return false;
	for (op = 1; op <= g->n_ops && left > 0; op++) {
		if (g->ops[op].state != OP_PENDING &&
		    g->ops[op].state != OP_COMPUTING)
			continue;
		left--;
		copy_op(c, op, copy_program(c, op, &i), op -
		    g->batches[g->ops[op].batch].program.base);
		if (g->ops[op].flags & OPF_WANT)
			copy_wanted(c, op);
	}
	for (i = 0; c->more != NULL && i < c->more->n_ops; i++) {
		if (c->more->ops[i].place == PLACE_NONE)
			copy_op(c, c->more->base + i, c->more, i);
	}
	return c->n <= c->limit;
}

static void
copy_sinks(struct copy *c)
{
	const struct program *p;
	struct plan *pl = c->pl;
	uint32_t i, op, *used = xcalloc(pl->total + 1, sizeof(*used));

	for (op = 1; op <= pl->total; op++) {
		if (c->at[op] == 0)
			continue;
		p = copy_program(c, op, &i);
		if (copy_known(c, op, p, i))
			continue;
		for (uint32_t k = 0; k < p->ops[i].n_in; k++)
			used[p->refs[p->ops[i].first_in + k]] = 1;
	}
	for (i = 0; c->more != NULL && i < c->more->n_ops; i++) {
		op = c->more->base + i;
		if ((c->more->ops[i].flags & PROGRAM_EXPORT) && !used[op])
			copy_wanted(c, op);
	}
	xfree(used);
}

/* Who holds the real values holds their copies. */
static void
copy_holds(struct copy *c)
{
	struct sched *w = c->pl->world;
	const struct value *v;
	uint32_t i, h, at;

	for (i = 0; i < c->n_sources; i++) {
		at = c->at[c->sources[i]];
		if (c->g->ops[c->sources[i]].value == 0)
			continue;
		v = &c->g->values[c->g->ops[c->sources[i]].value];
		for (h = v->holds; h != 0; h = c->s->holds[h].value_next) {
			if (w->peers[c->s->holds[h].peer] == NULL)
				continue;
			value_hold(w, c->pl->graph, at, c->s->holds[h].peer);
			if (!v->stored && v->data == NULL)
				value_slot(c->pl->graph, at)->stored = false;
		}
	}
}

static void
copy_batch(struct copy *c)
{
	struct msg_batch m = { .n = 1 };
	struct batch b = { 0 };
	struct op_error err;
	struct buf bytes;
	size_t i;

	buf_init(&bytes);
	program_finish(&c->w, &bytes);
	b.bytes = xmalloc(bytes.len + 8);
	memcpy(b.bytes, bytes.data, bytes.len);
	m.program = (struct bytes){ b.bytes, bytes.len };
	m.want = (struct u64s){ (const uint64_t *)(const void *)c->want.data,
		c->want.len / sizeof(uint64_t) };
	buf_clear(&bytes);
	c->pl->world->out = &c->pl->out;
	if (program_open(&b.program, b.bytes, m.program.n, UINT32_MAX,
	    &err) != E_OK) {
		xfree(b.bytes);		/* cannot be: it was written here */
		return;
	}
	batch_take(c->pl->world, c->pl->graph, &b, &m, false);
	for (i = 0; i < m.want.n; i++)
		c->pl->fetched += shape_bytes_most(c->pl->world,
		    shape_most(c->pl->graph, (uint32_t)m.want.v[i]));
	copy_holds(c);
}

bool
plan_copy(const struct sched *s, struct plan *pl, const struct plan_ask *ask)
{
	struct copy c = { .s = s, .g = ask->g, .more = ask->more, .pl = pl,
		.limit = ask->limit };
	static const uint8_t key[16];
	bool fits;
	size_t i;

	pl->total = ask->g->n_ops + (ask->more != NULL ? ask->more->n_ops : 0);
	c.at = xcalloc(pl->total + 1, sizeof(*c.at));
	program_writer_init(&c.w, 1);
	buf_init(&c.want);
	fits = copy_ops(&c);
	if (fits) {
		for (i = 0; i < ask->want.n; i++)
			copy_wanted(&c, ask->want.v[i]);
		if (ask->sinks)
			copy_sinks(&c);
		pl->ops = c.n;
		pl->world = copy_world(s);
		copy_peers(s, pl, ask->g->count[OP_COMPUTING] == 0);
		pl->graph = graph_new(pl->world, ask->g->g, key);
		fair_join(pl->world, pl->graph);
		/* Or what it wants would not be sent. */
		pl->graph->session = NEVER;
		copy_batch(&c);
		pl->ends = xcalloc(pl->graph->n_ops + 1, sizeof(*pl->ends));
		pl->start_us = pl->end_us = pl->next_us = s->now;
	}
	program_writer_clear(&c.w);
	buf_clear(&c.want);
	xfree(c.sources);
	xfree(c.at);
	return fits;
}

void
plan_free(struct plan *pl)
{
	sched_free(pl->world);
	out_clear(&pl->out);
	xfree(pl->peers);
	xfree(pl->events);
	xfree(pl->ends);
	xfree(pl);
}
