/*
 * The scheduler's world in one thread; see world.h.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
world_receive(void *arg, uint64_t session, struct bytes b)
{
	struct world *w = arg;
	struct mail *m = xmalloc(sizeof(*m) + b.n);

	m->next = NULL;
	m->session = session;
	m->n = b.n;
	memcpy(m->bytes, b.p, b.n);
	*w->last = m;
	w->last = &m->next;
}

static void
world_start(struct world *w)
{
	static const uint8_t random[DIGEST_KEY_LEN] = { 7 };
	struct sched_setup set = { .seed = 1, .build = "test",
		.unix_us = 1700000000000000, .limits = w->limits,
		.op_text = op_error_text };
	char err[256];
	bool fatal;

	if (load_setup(w->st, random, &set, &fatal, err, sizeof(err)) != 0)
		abort();
	w->epoch = set.epoch;
	w->s = sched_new(&set);
	w->t = turn_new(w->s, w->st, world_receive, w);
	if (load_all(w->st, w->s, &w->loaded, err, sizeof(err)) != 0)
		abort();
	sched_load_end(w->s, w->now, turn_out(w->t));
}

void
world_init(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->limits = (struct sched_limits){
		.max_message = 16 << 20, .batch_ops = 10000,
		.batch_bytes = 8 << 20, .credit_batches = 8,
		.credit_bytes = 16 << 20, .part_bytes = 65536,
		.tensor_bytes = 256 << 20, .graph_ops = 1000000,
		.graph_bytes = 2u << 30, .owner_graphs = 64,
		.owner_bytes = 4ull << 30,
		.total_ops = 4000000, .group_ops = 4096, .group_min_us = 4000,
		.group_max_us = 100000, .group_tries = 3, .op_tries = 5,
		.plan_ops = 1000,
		.announce_us = 2000000, .keep_ended_us = 86400000000u,
		.keep_abandoned_us = 259200000000u };
	w->now = 1000000;
	w->last = &w->first;
	msg_arena_init(&w->arena);
	w->st = store_mem_new();
	world_start(w);
}

static void
world_stop(struct world *w)
{
	turn_free(w->t);
	sched_free(w->s);
}

void
world_restart(struct world *w)
{
	world_stop(w);
	store_mem_crash(w->st);
	world_start(w);
}

void
world_clear(struct world *w)
{
	struct mail *m;

	world_stop(w);
	w->st->ops->free(w->st);
	while ((m = w->first) != NULL) {
		w->first = m->next;
		xfree(m);
	}
	xfree(w->open);
	msg_arena_clear(&w->arena);
}

/* Through the codec, as in life. */
void
world_apply(struct world *w, uint64_t session, const struct msg *m)
{
	struct sched_event e = { .kind = SCHED_MESSAGE, .session = session };
	const struct msg_row *row = msg_row(m->id);
	struct msg_arena arena;
	struct msg_fault fault;
	struct msg copy;
	struct buf b;
	uint8_t *p;

	buf_init(&b);
	msg_encode(&b, m);
	p = xmalloc(b.len + 8);
	memcpy(p, b.data, b.len);
	msg_arena_init(&arena);
	if (msg_decode(&copy, p, b.len, row->from & -row->from, MSG_S, &arena,
	    &fault) != E_OK) {
		fprintf(stderr, "%s: %s %s\n", row->name, fault.field,
		    fault.why);
		abort();
	}
	e.msg = &copy;
	turn_event(w->t, w->now, &e);
	msg_arena_clear(&arena);
	xfree(p);
	buf_clear(&b);
}

void
world_turn(struct world *w)
{
	w->deadline = turn_end(w->t, w->now);
}

void
world_say(struct world *w, uint64_t session, const struct msg *m)
{
	world_apply(w, session, m);
	world_turn(w);
}

void
world_wait(struct world *w, uint64_t us)
{
	uint64_t end = w->now + us;

	while (w->now < end) {
		w->now = w->deadline > w->now && w->deadline < end ?
		    w->deadline : end;
		world_turn(w);
	}
}

bool
world_next(struct world *w, uint64_t session, struct msg *m)
{
	struct mail **at, *x;
	struct msg_fault fault;
	const struct msg_row *row;

	for (at = &w->first; (x = *at) != NULL && x->session != session;
	    at = &x->next)
		continue;
	if (x == NULL)
		return false;
	*at = x->next;
	if (w->last == &x->next)
		w->last = at;
	xfree(w->open);
	w->open = x;
	msg_arena_reset(&w->arena);
	row = msg_row(msg_peek(x->bytes, x->n));
	if (msg_decode(m, x->bytes, x->n, MSG_S, row->to & -row->to, &w->arena,
	    &fault) != E_OK) {
		fprintf(stderr, "%s: %s %s\n", row->name, fault.field,
		    fault.why);
		abort();
	}
	return true;
}

bool
world_find(struct world *w, uint64_t session, enum msg_id id, struct msg *m)
{
	while (world_next(w, session, m)) {
		if (m->id == id)
			return true;
	}
	return false;
}

void
world_forget(struct world *w, uint64_t session)
{
	struct msg m;

	while (world_next(w, session, &m))
		continue;
}

void
world_session(struct world *w, uint64_t session, enum msg_presence what)
{
	struct msg m = { .id = M_SESSION, .session = { .what = what } };

	world_say(w, session, &m);
}

void
world_hello(struct world *w, uint64_t session, struct msg *m, const char *owner,
    const struct sched_client *client)
{
	struct sched_event e = { .kind = SCHED_HELLO, .session = session,
		.msg = m, .client = client };

	m->id = M_HELLO;
	m->hello.version = RAVEN_PROTOCOL;
	e.owner = str_of(owner);
	e.cid = str_of("drawn");
	turn_event(w->t, w->now, &e);
	world_turn(w);
}

void
world_developer(struct world *w, uint64_t session, const char *owner)
{
	struct msg m = { .hello = { .role = ROLE_DEVELOPER } };

	world_hello(w, session, &m, owner, NULL);
	if (!world_find(w, session, M_WELCOME, &m))
		abort();
}

uint64_t
world_graph(struct world *w, uint64_t session, uint8_t key)
{
	uint8_t bytes[16] = { key };
	struct msg m = { .id = M_GRAPH };

	m.graph.key = (struct bytes){ bytes, 16 };
	m.graph.name = str_of("test");
	world_say(w, session, &m);
	return world_find(w, session, M_ACK, &m) ? m.ack.g : 0;
}

void
world_batch(struct world *w, uint64_t session, uint64_t g, uint64_t n,
    const struct program_writer *p, const uint64_t *want, size_t n_want)
{
	struct msg m = { .id = M_BATCH, .batch = { .g = g, .n = n } };
	struct buf b;

	buf_init(&b);
	program_finish(p, &b);
	m.batch.program = (struct bytes){ b.data, b.len };
	m.batch.want = (struct u64s){ want, n_want };
	world_say(w, session, &m);
	buf_clear(&b);
}

void
world_end(struct world *w, uint64_t session, uint64_t g, bool cancel)
{
	struct msg m = { .id = M_END, .end = { .g = g, .cancel = cancel } };

	world_say(w, session, &m);
}

static void
int64_shape(struct shape *shape, size_t n)
{
	memset(shape, 0, sizeof(*shape));
	shape->dtype = DT_I64;
	shape->ndim = 1;
	shape->dims[0] = (int64_t)n;
}

uint32_t
prog_const(struct program_writer *w, const int64_t *v, size_t n, uint8_t flags)
{
	struct shape shape;

	int64_shape(&shape, n);
	return program_write_inline(w, &shape, v, flags);
}

uint32_t
prog_op(struct program_writer *w, uint32_t code, uint32_t a, uint32_t b,
    int64_t n, uint8_t flags)
{
	const struct op_row *row = op_by_code(code);
	uint32_t in[2] = { a, b };
	struct op_params params;
	struct shape shape;

	int64_shape(&shape, 0);
	shape.dims[0] = n;
	op_params_default(row, &params);
	return program_write_op(w, row, &params, in, row->max == 1 ? 1 : 2,
	    &shape, flags);
}
