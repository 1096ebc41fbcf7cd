/*
 * After a restart: everything again from the record.  Batches are taken as if
 * they had just come, groups that are done settle their ops, groups that were
 * out wait to be announced.  Nothing is written or sent before the end.
 */
#include "sched_priv.h"

struct bytes
sched_field(const struct store_field *f, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (f[i].field.n == strlen(name) &&
		    memcmp(f[i].field.p, name, f[i].field.n) == 0)
			return f[i].value;
	}
	return (struct bytes){ 0 };
}

uint64_t
sched_number(const struct store_field *f, size_t n, const char *name)
{
	uint64_t v;

	return text_u64(sched_field(f, n, name), &v) == 0 ? v : 0;
}

static struct str
str_in(struct bytes b)
{
	return (struct str){ (const char *)b.p, b.n };
}

static void
field_text(const struct store_field *f, size_t n, const char *name, char **to)
{
	struct bytes b = sched_field(f, n, name);

	graph_text(to, str_in(b));
}

static bool
field_is(struct bytes b, const char *s)
{
	return b.n == strlen(s) && memcmp(b.p, s, b.n) == 0;
}

/* An ended graph: its summary is all that is needed. */
static void
load_ended(struct sched *s, struct graph *g, const struct store_field *f,
    size_t n)
{
	struct bytes kept = sched_field(f, n, "kept");

	g->ended_us = sched_number(f, n, "ended") * 1000000;
	g->n_batches = (uint32_t)sched_number(f, n, "batch");
	g->n_ops = (uint32_t)sched_number(f, n, "ops");
	g->count[OP_COMPUTED] = (uint32_t)sched_number(f, n, "computed");
	g->count[OP_FAILED] = (uint32_t)sched_number(f, n, "failed");
	g->cancelled = (uint32_t)sched_number(f, n, "cancelled");
	g->n_kept = (uint32_t)(kept.n / (2 * DIGEST_LEN));
	g->kept = xmalloc((size_t)g->n_kept * DIGEST_LEN + 1);
	kept.n = (size_t)g->n_kept * DIGEST_LEN * 2;
	if (text_hex(str_in(kept), g->kept, kept.n / 2) != 0)
		g->n_kept = 0;
	s->totals[OP_COMPUTED] += g->count[OP_COMPUTED];
	s->totals[OP_FAILED] += g->count[OP_FAILED];
}

int
sched_load_graph(struct sched *s, uint64_t number, const struct store_field *f,
    size_t n)
{
	struct bytes status = sched_field(f, n, "status");
	uint8_t key[16];
	struct graph *g;

	s->loading = true;
	if (text_hex(str_in(sched_field(f, n, "key")), key,
	    sizeof(key)) != 0 ||
	    number == 0 || sched_graph(s, number) != NULL)
		return -1;
	g = graph_new(s, number, key);
	g->v = sched_number(f, n, "v");
	field_text(f, n, "name", &g->name);
	field_text(f, n, "owner", &g->owner);
	field_text(f, n, "approach", &g->approach);
	field_text(f, n, "options", &g->options);
	g->verify = sched_number(f, n, "verify");
	g->low = field_is(sched_field(f, n, "priority"), "low");
	g->created_us = sched_number(f, n, "created") * 1000000;
	g->seen_us = sched_number(f, n, "seen") * 1000000;
	g->compute_us = sched_number(f, n, "compute_us");
	g->status = field_is(status, "running") ? GRAPH_RUNNING :
	    field_is(status, "ending") ? GRAPH_ENDING :
	    field_is(status, "ended") ? GRAPH_ENDED :
	    field_is(status, "cancelled") ? GRAPH_CANCELLED : GRAPH_FROZEN;
	if (graph_open(g))
		fair_join(s, g);
	else
		load_ended(s, g, f, n);
	return 0;
}

static int
load_damaged(struct sched *s, struct graph *g)
{
	g->status = GRAPH_FROZEN;
	g->damaged = true;
	fair_leave(s, g);
	return -1;
}

static uint64_t *
load_numbers(const uint32_t *v, uint32_t n)
{
	uint64_t *list = xmalloc((n + 1) * sizeof(*list));
	uint32_t i;

	for (i = 0; i < n; i++)
		list[i] = v[i];
	return list;
}

static int
load_take(struct sched *s, struct graph *g, const struct record_batch *r,
    uint64_t n)
{
	struct msg_batch m = { .g = g->g, .n = n, .program = r->program };
	uint64_t *want = load_numbers(r->want, r->n_want);
	uint64_t *persist = load_numbers(r->persist, r->n_persist);
	uint64_t *released = load_numbers(r->released, r->n_released);
	struct sched_limits limits = s->set.limits;
	struct batch_error err;
	struct batch b;
	enum error e;

	m.want = (struct u64s){ want, r->n_want };
	m.persist = (struct u64s){ persist, r->n_persist };
	m.released = (struct u64s){ released, r->n_released };
	/* What was accepted under other limits is accepted still. */
	s->set.limits.batch_ops = s->set.limits.graph_ops = UINT32_MAX;
	s->set.limits.batch_bytes = s->set.limits.graph_bytes = UINT64_MAX;
	s->set.limits.owner_bytes = s->set.limits.total_ops = UINT64_MAX;
	e = batch_check(s, g, &m, &b, &err);
	s->set.limits = limits;
	if (e == E_OK)
		batch_take(s, g, &b, &m, true);
	xfree(want);
	xfree(persist);
	xfree(released);
	return e == E_OK ? 0 : load_damaged(s, g);
}

int
sched_load_batch(struct sched *s, uint64_t number, uint64_t n,
    struct bytes record)
{
	struct graph *g = sched_graph(s, number);
	struct record_batch r;

	if (g == NULL || !graph_open(g))
		return -1;
	if (n != (uint64_t)g->n_batches + 1 ||
	    record_batch_open(&r, record) != 0)
		return load_damaged(s, g);
	return load_take(s, g, &r, n);
}

static bool
load_ops_known(const struct graph *g, const struct record_group *r)
{
	uint32_t i;

	for (i = 0; i < r->n_ops; i++) {
		if (r->ops[i] == 0 || r->ops[i] > g->n_ops)
			return false;
	}
	return true;
}

/* The lengths that data decided; -1: they cannot be. */
static int
load_shape(struct sched *s, struct graph *g, const struct record_value *r)
{
	struct shape shape = { .dtype = r->dtype, .ndim = r->ndim };

	if ((g->ops[r->op].flags & OPF_OPEN) == 0)
		return 0;
	if ((r->flags & RECORD_SHAPED) == 0 || r->ndim > TENSOR_RANK)
		return -1;
	memcpy(shape.dims, r->dims, r->ndim * sizeof(*r->dims));
	if (r->dtype != graph_shape(g, r->op)->dtype ||
	    shape_bytes(&shape) < 0 || (shape_known(graph_shape(g, r->op)) &&
	    !shape_equal(&shape, graph_shape(g, r->op))))
		return -1;
	shape_learn(s, g, r->op, &shape);
	return 0;
}

static int
load_value(struct sched *s, struct graph *g, const struct record_value *r)
{
	struct value *v;

	if (r->op == 0 || r->op > g->n_ops || load_shape(s, g, r) != 0)
		return -1;
	if (g->ops[r->op].state == OP_FAILED)
		return 0;
	if (r->size != (uint64_t)shape_bytes(graph_shape(g, r->op)))
		return -1;
	v = value_slot(g, r->op);
	memcpy(v->digest, r->digest, DIGEST_LEN);
	v->size = r->size;
	v->known = true;
	if ((r->flags & RECORD_SMALL) && v->data == NULL) {
		v->data = xmalloc(r->size + 1);
		memcpy(v->data, r->data.p, r->size);
	} else if ((r->flags & RECORD_SMALL) == 0) {
		value_expect(s, g, r->op, 0);
	}
	return 0;
}

static int
load_done(struct sched *s, struct graph *g, const struct record_group *r,
    struct bytes record, size_t at)
{
	struct record_value v;
	struct record_error e;
	uint32_t i;

	for (i = 0; i < r->n_values; i++) {
		if (record_read_value(record, &at, &v) != 0 ||
		    load_value(s, g, &v) != 0)
			return -1;
	}
	for (i = 0; i < r->n_errors; i++) {
		if (record_read_error(record, &at, &e) != 0 || e.op == 0 ||
		    e.op > g->n_ops || e.cause > g->n_ops)
			return -1;
		state_fail(s, g, e.op, (enum error)e.code, e.cause, e.a);
	}
	for (i = 0; i < r->n_ops; i++)
		state_computed(s, g, r->ops[i]);
	return 0;
}

static int
load_name(struct bytes name, uint64_t *epoch, uint64_t *counter)
{
	struct bytes left = name, right;
	size_t i;

	for (i = 0; i < name.n && name.p[i] != '.'; i++)
		continue;
	left.n = i;
	if (i == name.n)
		return -1;
	right = (struct bytes){ name.p + i + 1, name.n - i - 1 };
	return text_u64(left, epoch) == 0 && text_u64(right, counter) == 0 ?
	    0 : -1;
}

int
sched_load_group(struct sched *s, uint64_t number, struct bytes name,
    struct bytes record)
{
	struct graph *g = sched_graph(s, number);
	struct record_group r;
	struct group *k;
	uint64_t epoch, counter;
	uint32_t i;
	size_t at;

	if (g == NULL || !graph_open(g))
		return -1;
	if (load_name(name, &epoch, &counter) != 0 ||
	    record_group_open(&r, record, &at) != 0 || !load_ops_known(g, &r))
		return load_damaged(s, g);
	i = group_add(s, g, epoch, counter);
	k = &s->groups[i];
	k->attempt = r.attempt;
	group_token(s, k, r.cid, k->token);
	if (r.state == RECORD_DONE) {
		k->state = GROUP_DONE;
		return load_done(s, g, &r, record, at) == 0 ? 0 :
		    load_damaged(s, g);
	}
	k->n_ops = r.n_ops;
	k->ops = xmalloc((r.n_ops + 1) * sizeof(*k->ops));
	memcpy(k->ops, r.ops, r.n_ops * sizeof(*k->ops));
	k->waited = r.state == RECORD_OUT;
	s->unclaimed += k->waited;
	return 0;
}

bool
sched_load_open(struct sched *s, uint64_t number)
{
	struct graph *g = sched_graph(s, number);

	return g != NULL && graph_open(g);
}

void
sched_load_stored(struct sched *s, const uint8_t digest[DIGEST_LEN])
{
	value_stored(s, digest);
}

static void
load_end_graph(struct sched *s, struct graph *g)
{
	struct value *v;
	uint32_t i, op;

	graph_changed(s, g);
	for (i = 1; i <= g->n_values; i++) {
		v = &g->values[i];
		op = v->op;
		if (g->ops[op].state == OP_FAILED || g->ops[op].value != i)
			continue;
		if (v->upload != 0)
			value_unexpect(s, g, v);
		if (g->ops[op].state == OP_COMPUTED && g->ops[op].users == 0)
			value_unneeded(s, g, op);
	}
}

void
sched_load_end(struct sched *s, uint64_t now_us, struct sched_out *out)
{
	struct graph *g;
	uint32_t i;

	s->now = now_us;
	s->out = out;
	s->loading = false;
	for (i = 1; i < s->n_graphs; i++) {
		g = s->graphs[i];
		if (g == NULL)
			continue;
		if (g->g >= s->set.next_graph)
			s->set.next_graph = g->g + 1;
		if (graph_open(g))
			load_end_graph(s, g);
	}
	s->recover = true;
	s->quiet_until = now_us + s->set.limits.announce_us;
	load_back(s);
	s->assign = true;
	write_start(s);
}

static bool
load_value_back(const struct graph *g, uint32_t i)
{
	uint32_t op = g->values[i].op;
	const struct op *o = &g->ops[op];

	return o->state != OP_COMPUTED || o->value != i ||
	    (!state_needed(g, op) && (o->flags & OPF_HELD) == 0) ||
	    value_there(g, op);
}

/* The cursor only moves on: what was back once is not looked at again. */
void
load_back(struct sched *s)
{
	struct graph *g;

	if (!s->recover || s->unclaimed > 0)
		return;
	for (; s->back_graph < s->n_graphs; s->back_graph++) {
		g = s->graphs[s->back_graph];
		if (g == NULL || !graph_open(g)) {
			s->back_value = 0;
			continue;
		}
		for (; s->back_value <= g->n_values; s->back_value++) {
			if (s->back_value > 0 &&
			    !load_value_back(g, s->back_value))
				return;
		}
		s->back_value = 0;
	}
	s->quiet_until = s->now;
}

/* Participants had their time: what is nowhere is computed again. */
void
load_quiet_over(struct sched *s)
{
	struct graph *g;
	uint32_t i, op;

	s->recover = false;
	for (i = 1; i < s->n_graphs; i++) {
		g = s->graphs[i];
		if (g == NULL || !graph_open(g))
			continue;
		for (op = 1; op <= g->n_ops; op++)
			state_revive(s, g, op);
		for (op = 1; op <= g->n_ops; op++) {
			if (g->ops[op].flags & OPF_PERSIST)
				value_persist(s, g, op);
		}
	}
	s->assign = true;
}
