/*
 * A fake participant: computes int64 programs of add, sub, mul, neg, pow and
 * unique, and keeps values as the protocol asks.  Like a real one it takes no
 * program whose shapes do not fit, or that uses what has no length yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

struct run {
	struct fake	*f;
	struct program	 p;
	int64_t		*v[8192];
	size_t		 n[8192];
	enum error	 bad[8192];
	struct rec_export	*exports;
	struct rec_op_error	*errors;
	uint8_t		 (*digests)[DIGEST_LEN];
	int64_t		 (*dims)[1];
};

static struct run run;

void
fake_init(struct fake *f, struct world *w, uint64_t session, const char *cid)
{
	memset(f, 0, sizeof(*f));
	f->w = w;
	f->session = session;
	snprintf(f->cid, sizeof(f->cid), "%s", cid);
	snprintf(f->tab, sizeof(f->tab), "tab");
	f->rate = 1;
	f->slots = 1;
	f->memory = 64 << 20;
	buf_init(&f->last);
}

static struct cached *
cache_find(struct fake *f, uint64_t g, uint64_t op)
{
	size_t i;

	for (i = 0; i < f->n_cache; i++) {
		if (f->cache[i].g == g && f->cache[i].op == op)
			return &f->cache[i];
	}
	return NULL;
}

static void
cache_put(struct fake *f, uint64_t g, uint64_t op, const int64_t *v, size_t n)
{
	struct cached *c = cache_find(f, g, op);

	if (c != NULL)
		return;
	f->cache = xrealloc(f->cache, (f->n_cache + 1) * sizeof(*f->cache));
	c = &f->cache[f->n_cache++];
	*c = (struct cached){ g, op, xmalloc(n * 8 + 8), n };
	memcpy(c->v, v, n * 8);
}

static void
cache_drop(struct fake *f, uint64_t g, uint64_t op)
{
	size_t i;

	for (i = 0; i < f->n_cache;) {
		if (f->cache[i].g != g || (op != 0 && f->cache[i].op != op)) {
			i++;
			continue;
		}
		xfree(f->cache[i].v);
		f->cache[i] = f->cache[--f->n_cache];
	}
}

void
fake_forget(struct fake *f)
{
	while (f->n_cache > 0)
		cache_drop(f, f->cache[0].g, 0);
	buf_reset(&f->last);
	world_forget(f->w, f->session);
}

void
fake_clear(struct fake *f)
{
	fake_forget(f);
	xfree(f->cache);
	f->cache = NULL;
	buf_clear(&f->last);
}

static void
cached_digest(const struct cached *c, uint8_t digest[DIGEST_LEN])
{
	struct shape shape = { .dtype = DT_I64, .ndim = 1 };

	shape.dims[0] = (int64_t)c->n;
	tensor_digest(&shape, c->v, digest);
}

void
fake_again(struct fake *f)
{
	struct msg_arena arena;
	struct msg_fault fault;
	struct msg m;

	if (f->last.len == 0)
		return;
	msg_arena_init(&arena);
	if (msg_decode(&m, f->last.data, f->last.len, MSG_P, MSG_S, &arena,
	    &fault) == E_OK)
		world_say(f->w, f->session, &m);
	msg_arena_clear(&arena);
}

/* HELLO and BENCH; the turn is not ended. */
static void
fake_greet(struct fake *f)
{
	uint8_t secret[DIGEST_LEN] = { 1 };
	struct msg m = { .id = M_HELLO, .hello = { .version = RAVEN_PROTOCOL,
		.role = ROLE_PARTICIPANT, .slots = f->slots,
		.memory = f->memory } };
	struct sched_event e = { .kind = SCHED_HELLO, .session = f->session,
		.msg = &m };
	struct rec_speed speed = { COST_ELEMENTWISE, DT_F64, 8e9 * f->rate };

	m.hello.cid = str_of(f->cid);
	m.hello.tab = str_of(f->tab);
	m.hello.secret = (struct bytes){ secret, sizeof(secret) };
	turn_event(f->w->t, f->w->now, &e);
	m = (struct msg){ .id = M_BENCH, .bench = { .overhead_us = 1,
		.all_slots = (double)f->slots } };
	m.bench.speeds.v = &speed;
	m.bench.speeds.n = 1;
	world_apply(f->w, f->session, &m);
}

void
fake_hello(struct fake *f)
{
	struct msg m = { .id = M_ANNOUNCE };

	fake_greet(f);
	world_say(f->w, f->session, &m);
}

void
fake_rejoin(struct fake *f)
{
	struct rec_held *held = xcalloc(f->n_cache + 1, sizeof(*held));
	uint8_t (*digests)[DIGEST_LEN] = xcalloc(f->n_cache + 1, DIGEST_LEN);
	struct msg m = { .id = M_ANNOUNCE }, last;
	struct rec_work_ref work;
	struct msg_arena arena;
	struct msg_fault fault;
	size_t i;

	world_forget(f->w, f->session);
	fake_greet(f);
	for (i = 0; i < f->n_cache; i++) {
		cached_digest(&f->cache[i], digests[i]);
		held[i] = (struct rec_held){ .g = f->cache[i].g,
			.op = f->cache[i].op, .size = f->cache[i].n * 8 };
		held[i].digest = (struct bytes){ digests[i], DIGEST_LEN };
	}
	m.announce.held.v = held;
	m.announce.held.n = f->n_cache;
	msg_arena_init(&arena);
	if (f->last.len > 0 && msg_decode(&last, f->last.data, f->last.len,
	    MSG_P, MSG_S, &arena, &fault) == E_OK) {
		work = (struct rec_work_ref){ last.result.g, last.result.epoch,
			last.result.group, last.result.token, true };
		m.announce.groups.v = &work;
		m.announce.groups.n = 1;
	}
	world_say(f->w, f->session, &m);
	msg_arena_clear(&arena);
	xfree(held);
	xfree(digests);
	fake_again(f);
}

static int64_t
run_one(uint32_t code, int64_t a, int64_t b)
{
	switch (code) {
	case OP_ADD:
		return (int64_t)((uint64_t)a + (uint64_t)b);
	case OP_SUB:
		return (int64_t)((uint64_t)a - (uint64_t)b);
	case OP_MUL:
		return (int64_t)((uint64_t)a * (uint64_t)b);
	case OP_NEG:
		return (int64_t)(0 - (uint64_t)a);
	default:
		return a;	/* pow: only its error is of interest */
	}
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

size_t
fake_unique(int64_t *v, size_t n)
{
	size_t i, many = 0;

	qsort(v, n, sizeof(*v), by_size);
	for (i = 0; i < n; i++) {
		if (many == 0 || v[many - 1] != v[i])
			v[many++] = v[i];
	}
	return many;
}

static void
run_op(uint32_t i)
{
	const struct program_op *o = &run.p.ops[i];
	const uint32_t *in = run.p.refs + o->first_in;
	struct shape shape;
	uint32_t k;
	size_t e;

	for (k = 0; k < o->n_in; k++) {
		program_shape(&run.p, in[k], &shape);
		if (!shape_known(&shape))
			abort();
		if (run.bad[in[k]] != E_OK)
			run.bad[i] = run.bad[in[k]];
	}
	if (run.bad[i] != E_OK)
		return;
	run.n[i] = run.n[in[0]];
	run.v[i] = xmalloc(run.n[i] * 8 + 8);
	if (o->code == OP_UNIQUE) {
		memcpy(run.v[i], run.v[in[0]], run.n[i] * 8);
		run.n[i] = fake_unique(run.v[i], run.n[i]);
		return;
	}
	for (e = 0; e < run.n[i]; e++) {
		if (o->code == OP_POW && run.v[in[1]][e] < 0)
			run.bad[i] = E_NEGATIVE_POWER;
		run.v[i][e] = run_one(o->code, run.v[in[0]][e],
		    run.v[in[o->n_in - 1]][e]);
	}
}

/* 0, or the ordinal + 1 of an input that is not there. */
static uint32_t
run_source(const struct msg_assign *a, uint32_t i)
{
	const struct program_op *o = &run.p.ops[i];
	const struct rec_input *in;
	struct bytes data;
	struct cached *c;
	struct shape shape;

	program_shape(&run.p, i, &shape);
	run.n[i] = (size_t)shape.dims[0];
	run.v[i] = xmalloc(run.n[i] * 8 + 8);
	if (o->place == PLACE_INLINE) {
		data = program_inline(&run.p, i);
		memcpy(run.v[i], data.p, data.n);
		return 0;
	}
	in = &a->inputs.v[o->ref];
	c = cache_find(run.f, a->g, in->op);
	if (in->from == FROM_SENT && c == NULL) {
		/* The gateway would push it: the store has it by digest. */
		char key[16 + DIGEST_HEX] = "raven:data:";

		digest_hex(in->digest.p, key + strlen(key));
		data = store_mem_get(run.f->w->st, key, "");
		if (data.p == NULL)
			return o->ref + 1;
		memcpy(run.v[i], data.p, data.n);
		cache_put(run.f, a->g, in->op, run.v[i], run.n[i]);
		return 0;
	}
	if (c == NULL)
		return o->ref + 1;
	memcpy(run.v[i], c->v, c->n * 8);
	return 0;
}

static void
run_export(const struct msg_assign *a, uint32_t i, uint32_t op, struct msg *m)
{
	struct rec_export *e = &run.exports[m->result.exports.n];
	size_t k = m->result.exports.n;
	struct shape shape;

	if (run.bad[i] != E_OK) {
		run.errors[m->result.errors.n++] = (struct rec_op_error){
			.op = op, .code = run.bad[i] };
		return;
	}
	program_shape(&run.p, i, &shape);
	if (!shape_known(&shape) && run.p.ops[i].code != OP_UNIQUE)
		abort();
	shape.dims[0] = (int64_t)run.n[i];
	tensor_digest(&shape, run.v[i], run.digests[k]);
	run.dims[k][0] = shape.dims[0];
	*e = (struct rec_export){ .op = op, .dtype = DT_I64,
		.size = run.n[i] * 8 };
	e->dims = (struct i64s){ run.dims[k], 1 };
	e->digest = (struct bytes){ run.digests[k], DIGEST_LEN };
	if (e->size <= MSG_SMALL)
		e->data = (struct bytes){ (uint8_t *)run.v[i], e->size };
	cache_put(run.f, a->g, op, run.v[i], run.n[i]);
	m->result.exports.n++;
}

static void
run_reset(void)
{
	uint32_t i;

	for (i = 0; i < 8192; i++) {
		xfree(run.v[i]);
		run.v[i] = NULL;
		run.bad[i] = E_OK;
	}
	xfree(run.exports);
	xfree(run.errors);
	xfree(run.digests);
	xfree(run.dims);
}

void
fake_compute(struct fake *f, const struct msg_assign *a, struct msg *m)
{
	struct op_error err;
	uint8_t *copy = xmalloc(a->program.n + 8);
	uint32_t i, next = 0, missing = 0;

	run_reset();
	run.f = f;
	memcpy(copy, a->program.p, a->program.n);
	if (program_open(&run.p, copy, a->program.n, 8192, &err) != E_OK ||
	    program_check(&run.p, NULL, NULL, INT64_MAX, &err) != E_OK)
		abort();
	*m = (struct msg){ .id = M_RESULT, .result = { .g = a->g,
		.epoch = a->epoch, .group = a->group, .token = a->token,
		.compute_us = a->predicted_us, .wall_us = a->predicted_us } };
	run.exports = xcalloc(run.p.n_ops + 1, sizeof(*run.exports));
	run.errors = xcalloc(run.p.n_ops + 1, sizeof(*run.errors));
	run.digests = xcalloc(run.p.n_ops + 1, sizeof(*run.digests));
	run.dims = xcalloc(run.p.n_ops + 1, sizeof(*run.dims));
	m->result.exports.v = run.exports;
	m->result.errors.v = run.errors;
	for (i = 0; i < run.p.n_ops && missing == 0; i++) {
		if (run.p.ops[i].place != PLACE_NONE)
			missing = run_source(a, i);
	}
	for (i = 0; i < run.p.n_ops && missing == 0; i++) {
		if (run.p.ops[i].place != PLACE_NONE)
			continue;
		run_op(i);
		f->computed++;
		if (run.p.ops[i].flags & PROGRAM_EXPORT)
			run_export(a, i, (uint32_t)a->exports.v[next++].op, m);
	}
	if (missing != 0) {
		static int64_t ordinal[1];

		ordinal[0] = missing - 1;
		m->result.exports.n = 0;
		m->result.errors.n = 1;
		run.errors[0] = (struct rec_op_error){ .op = 0,
			.code = E_NO_INPUT };
		run.errors[0].args = (struct i64s){ ordinal, 1 };
	}
	f->groups++;
	xfree(copy);
}

/* The gateway checks and stores what is uploaded, then says so. */
static void
fake_upload(struct fake *f, uint64_t g, uint64_t op)
{
	struct cached *c = cache_find(f, g, op);
	struct msg m = { .id = M_STORED };
	char key[16 + DIGEST_HEX] = "raven:data:", err[64];
	uint8_t digest[DIGEST_LEN];
	struct store_write w = { .op = STORE_SET };

	if (c == NULL)
		return;
	cached_digest(c, digest);
	digest_hex(digest, key + strlen(key));
	w.key = (struct bytes){ (uint8_t *)key, strlen(key) };
	w.value = (struct bytes){ (uint8_t *)c->v, c->n * 8 };
	if (f->w->st->ops->write(f->w->st, &w, 1, err, sizeof(err)) != 0)
		abort();
	m.stored.digest = (struct bytes){ digest, DIGEST_LEN };
	m.stored.size = c->n * 8;
	world_say(f->w, f->session, &m);
}

void
fake_fetch(struct fake *f, const struct msg_fetch *v)
{
	struct rec_value_ref *list = xmalloc((v->values.n + 1) * sizeof(*list));
	size_t n = v->values.n, i;

	memcpy(list, v->values.v, n * sizeof(*list));
	for (i = 0; i < n; i++)
		fake_upload(f, list[i].g, list[i].op);
	xfree(list);
}

static void
fake_assigned(struct fake *f, const struct msg_assign *a)
{
	uint64_t ops[64], g = a->g;
	struct msg m;
	size_t i, n = 0;

	for (i = 0; i < a->exports.n && n < 64; i++) {
		if (a->exports.v[i].upload)
			ops[n++] = a->exports.v[i].op;
	}
	fake_compute(f, a, &m);
	buf_reset(&f->last);
	msg_encode(&f->last, &m);
	world_say(f->w, f->session, &m);
	for (i = 0; i < n; i++)
		fake_upload(f, g, ops[i]);
}

unsigned
fake_work(struct fake *f, unsigned n)
{
	unsigned done = 0;
	struct msg m;
	size_t i;

	while (done < n && world_next(f->w, f->session, &m)) {
		switch (m.id) {
		case M_ASSIGN:
			fake_assigned(f, &m.assign);
			done++;
			break;
		case M_FETCH:
			fake_fetch(f, &m.fetch);
			break;
		case M_DROP:
			for (i = 0; i < m.drop.values.n; i++)
				cache_drop(f, m.drop.values.v[i].g,
				    m.drop.values.v[i].op);
			break;
		default:
			break;
		}
	}
	return done;
}
