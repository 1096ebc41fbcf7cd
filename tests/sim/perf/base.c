/*
 * Baselines: what comes in.
 */
#include "base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[POLICIES] = { "core", "random", "fifties",
	"HEFT", "one" };

const char *
policy_name(enum policy p)
{
	return names[p];
}

enum policy
policy_find(const char *name)
{
	int p;

	for (p = 0; p < POLICIES; p++)
		if (strcmp(names[p], name) == 0)
			return (enum policy)p;
	return POLICIES;
}

static void
consumers(struct base *b)
{
	const struct work *w = b->w;
	uint32_t i, k, n = 0, at;

	b->first_out = xcalloc(w->n_ops + 2, sizeof(uint32_t));
	b->out = xcalloc(w->n_in + 1, sizeof(uint32_t));
	for (i = 1; i <= w->n_ops; i++) {
		b->first_out[i] = n;
		n += w->ops[i].users;
	}
	b->first_out[i] = n;
	for (i = 1; i <= w->n_ops; i++) {
		for (k = 0; k < w->ops[i].n_in; k++) {
			at = w->in[w->ops[i].first_in + k];
			b->out[b->first_out[at] + b->ops[at].users++] = i;
		}
	}
}

static void
base_sources(struct base *b)
{
	const struct program *p;
	uint32_t i, at;

	for (i = 1; i <= b->w->n_ops; i++) {
		if (!b->w->ops[i].source)
			continue;
		p = &b->programs[(i - 1) / WORK_BATCH];
		at = i - p->base;
		b->ops[i].state = BASE_DONE;
		if (p->ops[at].place == PLACE_DIGEST) {
			b->ops[i].known = b->ops[i].stored = true;
			memcpy(b->ops[i].digest, program_digest(p, at),
			    DIGEST_LEN);
		} else {
			b->ops[i].data = xmalloc(b->w->ops[i].bytes + 1);
			memcpy(b->ops[i].data, program_inline(p, at).p,
			    b->w->ops[i].bytes);
		}
	}
}

struct base *
base_new(enum policy policy, const struct work *w, uint64_t seed)
{
	struct base *b = xcalloc(1, sizeof(*b));
	struct op_error e;
	uint32_t i;

	b->policy = policy;
	b->w = w;
	b->rng.state = seed ^ 0xba5e;
	b->ops = xcalloc(w->n_ops + 1, sizeof(*b->ops));
	b->programs = xcalloc(w->n_batches, sizeof(*b->programs));
	for (i = 0; i < w->n_batches; i++)
		if (program_open(&b->programs[i], w->batches[i].program.data,
		    w->batches[i].program.len, UINT32_MAX, &e) != E_OK)
			abort();
	consumers(b);
	base_sources(b);
	program_writer_init(&b->writer, 0);
	buf_init(&b->program);
	b->n_groups = 1;
	b->unsent = 1;
	return b;
}

void
base_free(struct base *b)
{
	uint32_t i, k;

	if (b == NULL)
		return;
	for (i = 1; i <= b->w->n_ops; i++)
		xfree(b->ops[i].data);
	for (i = 0; i < b->n_hosts; i++) {
		xfree(b->hosts[i].held);
		for (k = 0; k < 64; k++)
			xfree(b->hosts[i].plan[k]);
	}
	for (i = 1; i < b->n_groups; i++)
		xfree(b->groups[i].ops);
	xfree(b->groups);
	xfree(b->hosts);
	xfree(b->ops);
	xfree(b->programs);
	xfree(b->first_out);
	xfree(b->out);
	xfree(b->ready);
	program_writer_clear(&b->writer);
	buf_clear(&b->program);
	xfree(b);
}

/* ---- participants ---- */

static struct base_host *
host_of(struct base *b, uint64_t session)
{
	uint32_t n = (uint32_t)session;

	if (n >= b->n_hosts) {
		b->hosts = xrealloc(b->hosts, (n + 1) * sizeof(*b->hosts));
		memset(b->hosts + b->n_hosts, 0, (n + 1 - b->n_hosts) *
		    sizeof(*b->hosts));
		b->n_hosts = n + 1;
	}
	return &b->hosts[n];
}

static void
host_hello(struct base *b, const struct sched_event *e)
{
	struct base_host *h = host_of(b, e->session);
	struct msg m = { .id = M_WELCOME };

	h->here = true;
	h->session = e->session;
	h->trait.slots = (uint32_t)e->msg->hello.slots;
	h->held = xcalloc(b->w->n_ops / 8 + 1, 1);
	m.welcome.version = RAVEN_PROTOCOL;
	m.welcome.build = str_of("baseline");
	m.welcome.cid = e->msg->hello.cid;
	m.welcome.part_bytes = 65536;
	out_send(b->to, e->session, &m, false);
}

static void
host_bench(struct base_host *h, const struct msg_bench *m)
{
	double speed, all[COST_CLASSES] = { 0 };
	const struct rec_speed *v;
	size_t i;
	int d, c;

	for (i = 0; i < m->speeds.n; i++) {
		v = &m->speeds.v[i];
		speed = v->rate * reference_us(
		    (enum cost_class)v->cost_class, (enum dtype)v->dtype, 1) /
		    1e6;
		h->trait.speed[v->cost_class][v->dtype] = speed;
		all[v->cost_class] = speed;
	}
	for (c = 0; c < COST_CLASSES; c++)
		for (d = 0; d < DT_COUNT; d++)
			if (!(h->trait.speed[c][d] > 0))
				h->trait.speed[c][d] = all[c] > 0 ? all[c] : 1;
	h->trait.overhead = m->overhead_us;
}

static void op_undo(struct base *, uint32_t);

/* Is it there for whoever needs it? */
static bool
op_public(const struct base *b, uint32_t op)
{
	return b->ops[op].data != NULL || b->ops[op].stored;
}

static bool
op_lost(const struct base *b, uint32_t op)
{
	const struct base_op *o = &b->ops[op];

	return o->state == BASE_DONE && !op_public(b, op) &&
	    !(b->hosts[o->host].here && base_held(b, o->host, op));
}

/* All that it had in work waits again, what only it held is made anew. */
static void
host_gone(struct base *b, uint64_t session)
{
	struct base_host *h = host_of(b, session);
	struct base_group *k;
	uint32_t i, j;

	h->here = h->ready = false;
	for (i = 1; i < b->n_groups; i++) {
		k = &b->groups[i];
		if (!k->out || k->host != session)
			continue;
		k->out = false;
		for (j = 0; j < k->n; j++)
			op_undo(b, k->ops[j]);
	}
	for (i = 1; i <= b->w->n_ops; i++) {
		if (b->ops[i].host == session && op_lost(b, i) &&
		    (b->ops[i].users > 0 || b->w->ops[i].wanted))
			op_undo(b, i);
	}
	if (b->best == session) {
		b->best = 0;
		b->unsent = 1;
	}
	if (b->policy == POLICY_HEFT && b->started)
		heft_plan(b);
}

/* ---- ops ---- */

static void
op_ready(struct base *b, uint32_t op)
{
	if (b->n_ready == b->ready_cap) {
		b->ready_cap = b->ready_cap == 0 ? 1024 : b->ready_cap * 2;
		b->ready = xrealloc(b->ready, b->ready_cap *
		    sizeof(*b->ready));
	}
	b->ready[b->n_ready++] = op;
}

static void
op_count(struct base *b, uint32_t op)
{
	uint32_t k;

	b->ops[op].missing = 0;
	for (k = 0; k < b->w->ops[op].n_in; k++)
		b->ops[op].missing += !op_public(b,
		    b->w->in[b->w->ops[op].first_in + k]);
	if (b->ops[op].missing == 0)
		op_ready(b, op);
}

/* It is to be computed again; so are its inputs that nobody has. */
static void
op_undo(struct base *b, uint32_t op)
{
	struct base_op *o = &b->ops[op];
	const struct work_op *wo = &b->w->ops[op];
	uint32_t k, in;

	if (o->state == BASE_WAITS || wo->source)
		return;
	for (k = 0; k < wo->n_in; k++) {
		in = b->w->in[wo->first_in + k];
		if (o->state == BASE_DONE)
			b->ops[in].users++;
		if (op_lost(b, in))
			op_undo(b, in);
	}
	o->state = BASE_WAITS;
	o->asked = o->known = false;
	op_count(b, op);
}

static void
drop_everywhere(struct base *b, uint32_t op)
{
	struct rec_value_ref ref = { 1, op };
	struct msg m = { .id = M_DROP };
	uint32_t i;

	m.drop.values.v = &ref;
	m.drop.values.n = 1;
	for (i = 1; i < b->n_hosts; i++) {
		if (!b->hosts[i].here || !base_held(b, i, op))
			continue;
		b->hosts[i].held[op / 8] &= (uint8_t)~(1u << op % 8);
		out_send(b->to, b->hosts[i].session, &m, false);
	}
}

static void
op_published(struct base *b, uint32_t op)
{
	uint32_t i, c;

	for (i = b->first_out[op]; i < b->first_out[op + 1]; i++) {
		c = b->out[i];
		if (b->ops[c].state == BASE_WAITS && b->ops[c].missing > 0 &&
		    --b->ops[c].missing == 0)
			op_ready(b, c);
	}
}

static void
say_value(struct base *b, uint32_t op)
{
	struct msg m = { .id = M_VALUE, .value = { .g = 1, .op = op } };

	if (!b->w->ops[op].wanted)
		return;
	m.value.dtype = b->w->ops[op].shape.dtype;
	m.value.dims = (struct i64s){ b->w->ops[op].shape.dims,
		b->w->ops[op].shape.ndim };
	m.value.size = b->w->ops[op].bytes;
	m.value.digest = (struct bytes){ b->ops[op].digest, DIGEST_LEN };
	if (b->ops[op].data != NULL)
		m.value.data = (struct bytes){ b->ops[op].data, m.value.size };
	out_send(b->to, DEV_SESSION, &m, false);
}

static void
op_done(struct base *b, uint32_t op)
{
	const struct work_op *wo = &b->w->ops[op];
	uint32_t k, in;

	b->ops[op].state = BASE_DONE;
	for (k = 0; k < wo->n_in; k++) {
		in = b->w->in[wo->first_in + k];
		if (--b->ops[in].users == 0 && (!b->w->ops[in].wanted ||
		    op_public(b, in)))
			drop_everywhere(b, in);
	}
}

/* Equal values are stored once. */
static bool
stored_before(const struct base *b, const uint8_t digest[DIGEST_LEN])
{
	uint32_t i;

	for (i = 1; i <= b->w->n_ops; i++)
		if (b->ops[i].stored && memcmp(b->ops[i].digest, digest,
		    DIGEST_LEN) == 0)
			return true;
	return false;
}

static void
op_stored(struct base *b, uint32_t op)
{
	b->ops[op].stored = true;
	op_published(b, op);
	say_value(b, op);
	if (b->ops[op].users == 0)
		drop_everywhere(b, op);
}

static void
take_export(struct base *b, uint32_t host, const struct rec_export *e)
{
	struct base_op *o = &b->ops[e->op];
	uint32_t op = (uint32_t)e->op;

	memcpy(o->digest, e->digest.p, DIGEST_LEN);
	o->known = true;
	o->host = host;
	base_hold(b, host, op);
	if (e->data.n > 0 && o->data == NULL) {
		o->data = xmalloc(e->data.n);
		memcpy(o->data, e->data.p, e->data.n);
		op_published(b, op);
		say_value(b, op);
	} else if (o->data == NULL && !o->stored &&
	    stored_before(b, o->digest)) {
		op_stored(b, op);
	}
}

static void
on_result(struct base *b, uint64_t session, const struct msg_result *m)
{
	struct msg ack = { .id = M_ACK, .ack = { .g = m->g,
		.epoch = m->epoch, .group = m->group } };
	struct base_group *k = &b->groups[m->group];
	uint32_t i;

	out_send(b->to, session, &ack, false);
	if (!k->out)
		return;
	if (m->errors.n > 0) {
		fprintf(stderr, "baseline: group refused, %s\n",
		    error_name((enum error)m->errors.v[0].code));
		abort();
	}
	k->out = false;
	b->hosts[k->host].n_out--;
	for (i = 0; i < k->n; i++)
		op_done(b, k->ops[i]);
	for (i = 0; i < m->exports.n; i++)
		take_export(b, k->host, &m->exports.v[i]);
}

static void
on_stored(struct base *b, uint64_t session, const struct msg_stored *m)
{
	uint32_t i;

	/* Few are stored: the one that computed it is near. */
	for (i = 1; i <= b->w->n_ops; i++) {
		if (!b->ops[i].known || b->ops[i].stored ||
		    b->ops[i].host != session ||
		    memcmp(b->ops[i].digest, m->digest.p, DIGEST_LEN) != 0)
			continue;
		op_stored(b, i);
	}
}

/* ---- the brain ---- */

static void
start(struct base *b)
{
	uint32_t i;

	if (b->n_batches < b->w->n_batches)
		return;
	b->started = true;
	if (b->policy == POLICY_HEFT)
		heft_plan(b);
	for (i = 1; i <= b->w->n_ops; i++)
		if (b->ops[i].state == BASE_WAITS)
			op_count(b, i);
}

static void
base_apply(void *arg, uint64_t now_us, const struct sched_event *e,
    struct sched_out *to)
{
	struct msg ack = { .id = M_ACK, .ack = { .g = 1 } };
	struct base *b = arg;
	const struct msg *m = e->msg;

	(void)now_us;
	b->to = to;
	if (e->session >= DEV_SESSION) {
		if (m->id == M_GRAPH)
			out_send(to, e->session, &ack, false);
		b->n_batches += m->id == M_BATCH;
		if (m->id == M_BATCH)
			start(b);
	} else if (m->id == M_HELLO) {
		host_hello(b, e);
	} else if (m->id == M_BENCH) {
		host_bench(host_of(b, e->session), &m->bench);
	} else if (m->id == M_SESSION && m->session.what == PRESENCE_LINK) {
		host_of(b, e->session)->trait.rtt =
		    (double)m->session.rtt_us * 1e-6;
		host_of(b, e->session)->trait.down = (double)m->session.down;
		host_of(b, e->session)->trait.up = (double)m->session.up;
		host_of(b, e->session)->ready = true;
	} else if (m->id == M_SESSION) {
		host_gone(b, e->session);
	} else if (m->id == M_RESULT) {
		on_result(b, e->session, &m->result);
	} else if (m->id == M_STORED) {
		on_stored(b, e->session, &m->stored);
	}
}

static uint64_t
base_tick(void *arg, uint64_t now_us, struct sched_out *to)
{
	struct base *b = arg;

	(void)now_us;
	b->to = to;
	if (b->started)
		base_pick(b);
	return UINT64_MAX;
}

struct brain
base_brain(struct base *b)
{
	return (struct brain){ base_apply, base_tick, b };
}
