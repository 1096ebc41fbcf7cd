/*
 * Tensors that go out behind an ASSIGN or a VALUE: from the cache or read from
 * Redis in parts, as fast as the peer takes them, each PART a frame of its own.
 *
 * Must not let bulk delay messages: it goes to the connection's second queue.
 * Dies of: nothing.
 */
#include <string.h>

#include "common/log.h"
#include "gateway/flow_priv.h"

#define WINDOW		(512 * 1024)	/* bytes asked or queued, a session */
#define SLOW_WINDOW	(64 * 1024)
#define SLOW_RATE	6250000		/* bytes a second: 50 Mbit/s */
#define SLOW_PART	16384

static bool
is_slow(const struct flow *f)
{
	const struct line *l = &f->conn->link.line;

	return l->down != 0 && l->down < SLOW_RATE;
}

/* Behind its last byte no more than a window waits for the socket. */
static void
log_sent(const struct pull *p)
{
	const struct conn *c = p->flow->conn;

	if (c != NULL && !p->failed && p->size >= LOG_BYTES)
		log_info(c->subject, "sent bytes=%ju sending_us=%ju",
		    (uintmax_t)p->size,
		    (uintmax_t)(proc_now_us() - p->since_us));
}

static void
free_pull(struct pull *p)
{
	log_sent(p);
	TAILQ_REMOVE(&p->flow->pulls, p, entry);
	xfree(p);
}

/* Those that Redis still answers go with their last answer. */
void
flow_forget_pulls(struct flow *f)
{
	struct pull *p, *next;

	for (p = TAILQ_FIRST(&f->pulls); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		p->failed = true;
		p->asked = p->size;
		if (p->flight == 0)
			free_pull(p);
	}
}

static void
send_put(struct flow *f, const struct pull *p)
{
	struct msg m = { .id = M_PUT };

	m.put.digest.p = p->digest;
	m.put.digest.n = DIGEST_LEN;
	m.put.dtype = p->shape.dtype;
	m.put.dims.v = p->shape.dims;
	m.put.dims.n = p->shape.ndim;
	m.put.size = p->size;
	conn_bulk(f->conn, &m, 256);
}

static void
send_part(struct flow *f, const struct pull *p, const uint8_t *bytes, size_t n)
{
	struct msg m = { .id = M_PART };

	m.part.digest.p = p->digest;
	m.part.digest.n = DIGEST_LEN;
	m.part.offset = p->got;
	m.part.data.p = bytes;
	m.part.data.n = n;
	conn_bulk(f->conn, &m, n + 64);
}

static size_t
part_at(const struct pull *p, uint64_t offset)
{
	return p->size - offset < p->part ? p->size - offset : p->part;
}

/* Answers come in the order of the questions. */
static void
on_range(const struct store_answer *a, void *arg)
{
	struct pull *p = arg;
	struct flow *f = p->flow;
	size_t n = part_at(p, p->got);

	p->flight--;
	f->pull_bytes -= n;
	if (!p->failed && (!a->ok || a->len != n)) {
		p->failed = true;
		p->asked = p->size;
		flow_refuse_tensor(f, p->digest, E_NO_TENSOR, 0);
	}
	if (!p->failed && f->conn != NULL) {
		if (p->got == 0)
			send_put(f, p);
		send_part(f, p, a->bytes, n);
		peer_sends(f->conn, n, f->idle);
		f->idle = false;
	}
	p->got += n;
	if (p->flight == 0 && p->asked == p->size)
		free_pull(p);
	if (f->conn != NULL)
		flow_pump(f);
	flow_landed(f);
}

static void
ask_part(struct flow *f, struct pull *p)
{
	size_t n = part_at(p, p->asked);
	uint64_t at = p->asked;

	p->asked += n;
	p->flight++;
	f->flight++;
	f->pull_bytes += n;
	store_range(f->gw->store, p->digest, at, n, on_range, p);
}

/* Large ones may not be kept from the cache's limit by peers that are slow. */
static bool
may_lend(const struct flow *f)
{
	return !is_slow(f) && cache_bytes(f->gw->cache) <=
	    2 * f->gw->conf->cache_bytes;
}

/* The next part, without Redis. */
static void
send_cached(struct flow *f, struct pull *p, struct blob *blob)
{
	size_t n = part_at(p, p->asked);
	struct msg_part part = { .digest = { p->digest, DIGEST_LEN },
		.offset = p->asked };

	if (p->got == 0)
		send_put(f, p);
	if (may_lend(f))
		conn_bulk_part(f->conn, &part, blob, p->asked, n);
	else
		send_part(f, p, blob->data + p->asked, n);
	peer_sends(f->conn, n, f->idle);
	f->idle = false;
	p->asked += n;
	p->got += n;
}

/* False if the window is full. */
static bool
pump_one(struct flow *f, struct pull *p)
{
	size_t window = is_slow(f) ? SLOW_WINDOW : WINDOW;
	struct blob *blob;

	while (p->asked < p->size) {
		if (f->pull_bytes + f->conn->bulk_bytes >= window)
			return false;
		/* Not ahead of parts that Redis still answers. */
		blob = p->flight > 0 ? NULL :
		    cache_find(f->gw->cache, p->digest);
		if (blob != NULL && blob->len == p->size)
			send_cached(f, p, blob);
		else
			ask_part(f, p);
	}
	return true;
}

void
flow_pump(struct flow *f)
{
	struct pull *p, *next;

	if (f->conn == NULL)
		return;
	for (p = TAILQ_FIRST(&f->pulls); p != NULL; p = next) {
		next = TAILQ_NEXT(p, entry);
		if (!pump_one(f, p))
			return;
		if (p->flight == 0)
			free_pull(p);
	}
}

/* On its way already: a participant gives it to all groups that wait. */
static bool
is_coming(const struct flow *f, const uint8_t *digest)
{
	const struct pull *p;

	TAILQ_FOREACH(p, &f->pulls, entry)
		if (!p->failed && memcmp(p->digest, digest, DIGEST_LEN) == 0)
			return true;
	return false;
}

static void
add_pull(struct flow *f, const uint8_t *digest, const struct shape *shape,
    uint64_t size)
{
	struct pull *p = xcalloc(1, sizeof(*p));

	p->flow = f;
	p->shape = *shape;
	p->size = size;
	p->since_us = proc_now_us();
	p->part = (uint32_t)f->gw->conf->part_bytes;
	if (is_slow(f) && p->part > SLOW_PART)
		p->part = SLOW_PART;
	memcpy(p->digest, digest, DIGEST_LEN);
	f->idle |= TAILQ_EMPTY(&f->pulls) && f->conn->bulk_bytes == 0;
	TAILQ_INSERT_TAIL(&f->pulls, p, entry);
	if (size == 0) {
		send_put(f, p);
		free_pull(p);
	}
}

/* Adds a pull for each GIVEN source that the gateway is to send. */
static void
add_inputs(struct flow *f, const struct msg_assign *m, const struct program *p)
{
	const struct rec_input *in;
	struct shape shape;
	uint32_t i;

	for (i = 0; i < p->n_ops; i++) {
		if (p->ops[i].place != PLACE_GIVEN ||
		    p->ops[i].ref >= m->inputs.n)
			continue;
		in = &m->inputs.v[p->ops[i].ref];
		if (in->from != FROM_SENT || in->digest.n != DIGEST_LEN ||
		    is_coming(f, in->digest.p))
			continue;
		program_shape(p, i, &shape);
		add_pull(f, in->digest.p, &shape, in->size);
	}
}

static bool
sends_any(const struct msg_assign *m)
{
	size_t i;

	for (i = 0; i < m->inputs.n; i++)
		if (m->inputs.v[i].from == FROM_SENT)
			return true;
	return false;
}

void
flow_on_assign(struct flow *f, const struct msg_assign *m)
{
	struct op_error err;
	struct program p;
	uint8_t *copy;

	if (!sends_any(m))
		return;
	if (flow_open_program(m->program, UINT32_MAX, &p, &copy, &err) == E_OK)
		add_inputs(f, m, &p);
	else
		log_warnx(f->conn->subject, "cannot read the program assigned");
	xfree(copy);
	flow_pump(f);
}

void
flow_on_value(struct flow *f, const struct msg_value *m)
{
	struct shape shape = { 0 };
	size_t i;

	if (m->code != 0 || m->size <= MSG_SMALL || m->data.n > 0 ||
	    m->digest.n != DIGEST_LEN || m->dims.n > TENSOR_RANK)
		return;
	shape.dtype = (uint8_t)m->dtype;
	shape.ndim = (uint8_t)m->dims.n;
	for (i = 0; i < m->dims.n; i++)
		shape.dims[i] = m->dims.v[i];
	add_pull(f, m->digest.p, &shape, m->size);
	flow_pump(f);
}
