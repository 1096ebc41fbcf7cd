/*
 * Tensors that come in, and the batches that wait for them.  An upload's size
 * is reserved before its first byte; its digest is computed as it comes; Redis
 * has it before STORED says so.
 *
 * Must not forward a BATCH whose tensors are not stored.
 * Dies of: nothing.
 */
#include <inttypes.h>
#include <string.h>

#include "common/log.h"
#include "gateway/flow_priv.h"

#define UPLOADS_MAX	256		/* of a session, at a time */
#define STORING_MAX	128		/* of them: then we do not read on */
#define STORING_EASY	64
#define HELD_MAX	(64u << 20)	/* bytes of messages that wait */
#define BUSY_RETRY_MS	500
#define HASH_BYTES	(256 * 1024)

static void advance(struct flow *);

struct flow *
flow_new(struct conn *c)
{
	struct flow *f = xcalloc(1, sizeof(*f));

	f->gw = c->gw;
	f->conn = c;
	TAILQ_INIT(&f->uploads);
	STAILQ_INIT(&f->held);
	TAILQ_INIT(&f->pulls);
	return f;
}

size_t
flow_bytes(const struct flow *f)
{
	return f->upload_bytes + f->held_bytes;
}

static void
reserve(struct flow *f, uint64_t bytes)
{
	f->upload_bytes += bytes;
	f->gw->bytes += bytes;
}

static void
free_upload(struct upload *u)
{
	struct flow *f = u->flow;

	if (u->blob != NULL) {
		f->upload_bytes -= u->size;
		f->gw->bytes -= u->size;
	}
	TAILQ_REMOVE(&f->uploads, u, entry);
	f->n_uploads--;
	f->n_storing -= u->storing;
	if (f->conn != NULL && f->n_storing < STORING_EASY)
		conn_pause(f->conn, PAUSE_UPLOADS, false);
	blob_unref(u->blob);
	xfree(u);
}

void
flow_landed(struct flow *f)
{
	f->flight--;
	if (f->flight == 0 && f->conn == NULL)
		xfree(f);
}

static void
drop_held(struct held *h)
{
	struct flow *f = h->flow;

	STAILQ_REMOVE(&f->held, h, held, entry);
	f->held_bytes -= h->len;
	f->gw->bytes -= h->len;
	h->dropped = true;
	xfree(h->bytes);
	h->bytes = NULL;
	if (h->asked > 0)
		return;		/* the last answer frees it */
	xfree(h->digests);
	xfree(h);
}

void
flow_forget_held(struct flow *f)
{
	while (!STAILQ_EMPTY(&f->held))
		drop_held(STAILQ_FIRST(&f->held));
}

void
flow_leave(struct flow *f)
{
	struct upload *u, *next;

	flow_forget_held(f);
	flow_forget_pulls(f);
	for (u = TAILQ_FIRST(&f->uploads); u != NULL; u = next) {
		next = TAILQ_NEXT(u, entry);
		if (!u->storing)	/* else Redis still reads it */
			free_upload(u);
	}
	f->conn = NULL;
	f->flight++;
	flow_landed(f);
}

void
flow_refuse_tensor(struct flow *f, const uint8_t digest[DIGEST_LEN],
    enum error code, uint64_t retry_ms)
{
	struct msg m = { .id = M_REFUSE };
	char hex[DIGEST_HEX];

	if (f->conn == NULL)
		return;
	digest_hex(digest, hex);
	m.refuse.what = SUBJECT_TENSOR;
	m.refuse.code = code;
	m.refuse.text = str_of(hex);
	m.refuse.retry_ms = retry_ms;
	conn_send(f->conn, &m);
	log_info(f->conn->subject, "tensor refused code=%s digest=%s",
	    error_name(code), hex);
}

static struct upload *
find_upload(const struct flow *f, const uint8_t *digest, bool also_storing)
{
	struct upload *u;

	TAILQ_FOREACH(u, &f->uploads, entry)
		if ((also_storing || !u->storing) &&
		    memcmp(u->digest, digest, DIGEST_LEN) == 0)
			return u;
	return NULL;
}

static void
tell_stored(struct flow *f, const struct upload *u)
{
	struct msg m = { .id = M_STORED };

	if (f->conn == NULL)
		return;
	m.stored.digest.p = u->digest;
	m.stored.digest.n = DIGEST_LEN;
	m.stored.size = u->size;
	conn_send(f->conn, &m);
	if (f->conn->session.role == ROLE_PARTICIPANT && f->conn->announced)
		route_send(f->gw->route, f->conn->id, &m);
}

/* Where the time of a large tensor goes: to come, to be stored. */
static void
log_stages(const struct flow *f, const struct upload *u)
{
	if (f->conn != NULL && u->size >= LOG_BYTES)
		log_info(f->conn->subject, "stored bytes=%" PRIu64
		    " coming_us=%" PRIu64 " storing_us=%" PRIu64, u->size,
		    u->whole_us - u->first_us, proc_now_us() - u->whole_us);
}

static void
on_set(const struct store_answer *a, void *arg)
{
	struct upload *u = arg;
	struct flow *f = u->flow;

	if (a->ok) {
		cache_add(f->gw->cache, u->blob, u->digest,
		    f->gw->conf->cache_bytes);
		log_stages(f, u);
		tell_stored(f, u);
	} else
		flow_refuse_tensor(f, u->digest, E_STORAGE_FULL, 0);
	free_upload(u);
	if (f->conn != NULL)
		advance(f);
	flow_landed(f);
}

/* All bytes are there. */
static void
finish_upload(struct flow *f, struct upload *u)
{
	uint8_t digest[DIGEST_LEN];

	if (u->blob == NULL) {		/* refused before */
		free_upload(u);
		return;
	}
	digest_final(&u->state, digest);
	if (memcmp(digest, u->digest, DIGEST_LEN) != 0 ||
	    !tensor_valid(u->shape.dtype, u->blob->data, u->size)) {
		flow_refuse_tensor(f, u->digest, E_BAD_DIGEST, 0);
		free_upload(u);
		advance(f);
		return;
	}
	u->storing = true;
	if (++f->n_storing >= STORING_MAX)
		conn_pause(f->conn, PAUSE_UPLOADS, true);
	u->whole_us = proc_now_us();
	f->flight++;
	store_set(f->gw->store, u->digest, u->blob->data, u->size, on_set, u);
	data_store_changed(f->gw);
}

/* The shape of a PUT or VALUE; false if it is none. */
static bool
take_shape(struct shape *s, uint64_t dtype, struct i64s dims, uint64_t size)
{
	size_t i;

	if (dims.n > TENSOR_RANK || dtype == DT_NONE || dtype >= DT_COUNT)
		return false;
	memset(s, 0, sizeof(*s));
	s->dtype = (uint8_t)dtype;
	s->ndim = (uint8_t)dims.n;
	for (i = 0; i < dims.n; i++)
		s->dims[i] = dims.v[i];
	return shape_bytes(s) >= 0 && (uint64_t)shape_bytes(s) == size;
}

/* Memory for an upload, or why not. */
static enum error
make_room(struct flow *f, struct upload *u)
{
	const struct conf *conf = f->gw->conf;

	if (u->size > conf->tensor_bytes)
		return E_TOO_BIG;
	if (f->gw->bytes + u->size > conf->gateway_bytes)
		return E_STORAGE_BUSY;
	u->blob = blob_new(f->gw->cache, u->size);
	if (u->blob == NULL)
		return E_STORAGE_BUSY;
	reserve(f, u->size);
	return E_OK;
}

void
flow_on_put(struct flow *f, const struct msg_put *m)
{
	struct upload *u;
	struct shape shape;
	enum error e;

	if (m->digest.n != DIGEST_LEN ||
	    !take_shape(&shape, m->dtype, m->dims, m->size)) {
		conn_end(f->conn, 4400, "PUT.dims: not of that size");
		return;
	}
	/* Sent again from its start. */
	if ((u = find_upload(f, m->digest.p, false)) != NULL)
		free_upload(u);
	if (f->n_uploads >= UPLOADS_MAX) {
		conn_end(f->conn, 1008, "too many uploads at a time");
		return;
	}
	u = xcalloc(1, sizeof(*u));
	u->flow = f;
	u->shape = shape;
	u->size = m->size;
	memcpy(u->digest, m->digest.p, DIGEST_LEN);
	tensor_digest_init(&u->state, &shape);
	TAILQ_INSERT_TAIL(&f->uploads, u, entry);
	f->n_uploads++;
	e = make_room(f, u);
	if (e != E_OK)
		flow_refuse_tensor(f, u->digest, e, e == E_STORAGE_BUSY ?
		    BUSY_RETRY_MS : 0);
	if (u->size == 0)
		finish_upload(f, u);
}

/* Hashes larger pieces than PARTs: that uses all lanes. */
static void
take_part(struct upload *u, struct bytes part)
{
	memcpy(u->blob->data + u->got, part.p, part.n);
	u->got += part.n;
	if (u->got < u->size && u->got - u->hashed < HASH_BYTES)
		return;
	digest_update(&u->state, u->blob->data + u->hashed,
	    u->got - u->hashed);
	u->hashed = u->got;
}

void
flow_on_part(struct flow *f, const struct msg_part *m)
{
	struct upload *u = NULL;

	if (m->digest.n == DIGEST_LEN)
		u = find_upload(f, m->digest.p, false);
	if (u == NULL) {
		conn_end(f->conn, 4400, "PART.digest: no PUT before it");
		return;
	}
	if (m->offset != u->got || m->data.n == 0 ||
	    m->data.n > u->size - u->got) {
		conn_end(f->conn, 4400, "PART.offset: not the next part");
		return;
	}
	if (u->got == 0) {
		u->first = m->data.n;
		u->first_us = f->conn->heard_us;
	} else if (u->got + m->data.n == u->size) {
		peer_got(f->conn, u->size - u->first,
		    f->conn->heard_us - u->first_us);
	}
	if (u->blob != NULL)
		take_part(u, m->data);
	else
		u->got += m->data.n;
	f->came += m->data.n;
	if (u->got == u->size)
		finish_upload(f, u);
}

static bool
any_open(const struct flow *f)
{
	const struct upload *u;

	TAILQ_FOREACH(u, &f->uploads, entry)
		if (!u->storing)
			return true;
	return false;
}

bool
flow_quiet(const struct flow *f)
{
	return !f->shut && f->since_us == 0 && !any_open(f);
}

/*
 * What a PUT reserved is not anybody else's.  Measured over the time that a
 * session may be silent: some peers send only now and then.
 */
bool
flow_stalls(struct flow *f, uint64_t now_us)
{
	const struct conf *conf = f->gw->conf;
	bool slow;

	if (f->conn->paused != 0 || !any_open(f)) {
		f->since_us = 0;
		return false;
	}
	if (f->since_us != 0 && now_us - f->since_us < conf->silent_ms * 1000)
		return false;
	slow = f->since_us != 0 &&
	    f->came < conf->message_min_rate * conf->silent_ms / 1000;
	f->since_us = now_us;
	f->came = 0;
	return slow;
}

enum error
flow_open_program(struct bytes b, uint32_t max_ops, struct program *p,
    uint8_t **copy, struct op_error *err)
{
	*copy = NULL;
	memset(err, 0, sizeof(*err));
	if (((uintptr_t)b.p & 7) == 0)
		return program_open(p, b.p, b.n, max_ops, err);
	*copy = xtry_malloc(b.n + 1);
	if (*copy == NULL)
		return E_OVERLOADED;
	memcpy(*copy, b.p, b.n);
	return program_open(p, *copy, b.n, max_ops, err);
}

static void
refuse_batch(struct flow *f, uint64_t g, uint64_t n, enum error code,
    uint64_t op, const char *text)
{
	struct msg m = { .id = M_REFUSE };

	m.refuse.what = SUBJECT_BATCH;
	m.refuse.g = g;
	m.refuse.number = n;
	m.refuse.code = code;
	m.refuse.op = op;
	m.refuse.text = str_of(text);
	conn_send(f->conn, &m);
	log_info(f->conn->subject, "batch refused g=%" PRIu64 " n=%" PRIu64
	    " code=%s", g, n, error_name(code));
}

static struct held *
hold(struct flow *f, struct bytes body)
{
	struct held *h = xcalloc(1, sizeof(*h));

	h->flow = f;
	h->bytes = xmalloc(body.n + 1);
	memcpy(h->bytes, body.p, body.n);
	h->len = body.n;
	f->held_bytes += body.n;
	f->gw->bytes += body.n;
	STAILQ_INSERT_TAIL(&f->held, h, entry);
	return h;
}

/* One EXISTS under way. */
struct ask {
	struct held	*held;
	uint32_t	 i;
};

static void
on_exists(const struct store_answer *a, void *arg)
{
	struct ask *ask = arg;
	struct held *h = ask->held;
	struct flow *f = h->flow;

	if (a->number == 0 && ask->i < h->missing)
		h->missing = ask->i;
	xfree(ask);
	h->asked--;
	if (h->dropped && h->asked == 0) {
		xfree(h->digests);
		xfree(h);
	} else if (h->asked == 0)
		advance(f);
	flow_landed(f);
}

static void
ask_all(struct flow *f, struct held *h)
{
	struct ask *ask;
	uint32_t i;

	h->missing = h->n_digests;
	h->asked = h->n_digests;
	h->done = true;
	f->flight += h->n_digests;
	for (i = 0; i < h->n_digests; i++) {
		ask = xmalloc(sizeof(*ask));
		ask->held = h;
		ask->i = i;
		store_exists(f->gw->store, h->digests +
		    (size_t)i * DIGEST_LEN, on_exists, ask);
	}
}

static bool
waits_for_upload(const struct flow *f, const struct held *h)
{
	const struct upload *u;
	uint32_t i;

	TAILQ_FOREACH(u, &f->uploads, entry)
		for (i = 0; u->blob != NULL && i < h->n_digests; i++)
			if (memcmp(h->digests + (size_t)i * DIGEST_LEN,
			    u->digest, DIGEST_LEN) == 0)
				return true;
	return false;
}

/* Forwards what needs to wait no longer, in order. */
static void
advance(struct flow *f)
{
	struct held *h;
	struct bytes body;
	char hex[DIGEST_HEX];

	while (f->conn != NULL && !f->shut &&
	    (h = STAILQ_FIRST(&f->held)) != NULL) {
		if (h->digests != NULL && !h->done) {
			if (waits_for_upload(f, h))
				return;
			ask_all(f, h);
		}
		if (h->asked > 0)
			return;
		if (h->digests != NULL && h->missing < h->n_digests) {
			digest_hex(h->digests + (size_t)h->missing *
			    DIGEST_LEN, hex);
			refuse_batch(f, h->g, h->n, E_NO_TENSOR, 0, hex);
		} else {
			body.p = h->bytes;
			body.n = h->len;
			route_forward(f->gw->route, f->conn->id, body);
		}
		drop_held(h);
	}
}

static void
on_batch(struct flow *f, struct bytes body, const struct msg_batch *m)
{
	const struct conf *conf = f->gw->conf;
	struct op_error err;
	struct program p;
	struct held *h;
	uint8_t *copy = NULL;
	enum error e = E_TOO_BIG;

	memset(&err, 0, sizeof(err));
	if (m->program.n <= conf->batch_bytes)
		e = flow_open_program(m->program, (uint32_t)conf->batch_ops,
		    &p, &copy, &err);
	if (e != E_OK)
		refuse_batch(f, m->g, m->n, e, err.op, error_todo(e));
	else if (p.n_digests == 0 && STAILQ_EMPTY(&f->held))
		route_forward(f->gw->route, f->conn->id, body);
	else {
		h = hold(f, body);
		h->g = m->g;
		h->n = m->n;
		if (p.n_digests > 0) {
			h->n_digests = p.n_digests;
			h->digests = xmalloc((size_t)p.n_digests * DIGEST_LEN);
			memcpy(h->digests, p.digests,
			    (size_t)p.n_digests * DIGEST_LEN);
		}
		advance(f);
	}
	xfree(copy);
}

void
flow_forward(struct flow *f, struct bytes body, const struct msg *m)
{
	if (m->id == M_BATCH)
		on_batch(f, body, &m->batch);
	else if (STAILQ_EMPTY(&f->held) && !f->shut)
		route_forward(f->gw->route, f->conn->id, body);
	else
		hold(f, body);
	if (f->conn != NULL && f->held_bytes > HELD_MAX)
		conn_end(f->conn, 1008, "more waits than the credit allows");
}

void
flow_shut(struct flow *f, bool shut)
{
	f->shut = shut;
	advance(f);
}

bool
flow_is_shut(const struct flow *f)
{
	return f->shut;
}

/* Redis is behind: developers are read no more first, participants, whose
 * work would be lost, much later. */
void
data_store_changed(struct gateway *gw)
{
	uint64_t waiting = store_waiting(gw->store);
	uint64_t mark = gw->conf->redis_pending_bytes / 2;
	unsigned full = 0, bit;
	struct conn *c;

	if (waiting > mark)
		full |= STORE_DEVELOPERS;
	if (waiting > mark * 8)
		full |= STORE_PARTICIPANTS;
	if (full == gw->store_full)
		return;
	gw->store_full = full;
	TAILQ_FOREACH(c, &gw->conns, entry) {
		bit = c->session.role == ROLE_DEVELOPER ? STORE_DEVELOPERS :
		    STORE_PARTICIPANTS;
		if (c->state == CONN_WS)
			conn_pause(c, PAUSE_STORE, (full & bit) != 0);
	}
}
