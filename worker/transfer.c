/*
 * Tensor bytes: those the gateway brings (PUT, PARTs in order, digest
 * checked), and those that are uploaded, one at a time, a part whenever
 * nothing more urgent is waiting.
 */
#include "participant_priv.h"

#include <string.h>

#define RETRY_MOST_MS	60000

/* ---- coming in ---- */

static void
incoming_free(struct participant *p, struct incoming **at)
{
	struct incoming *in = *at;

	*at = in->next;
	values_unref(&p->values, in->blob);
	xfree(in);
	p->n_incoming--;
}

static struct incoming **
find_incoming(struct participant *p, struct bytes digest)
{
	struct incoming **at = &p->incoming;

	while (*at != NULL && memcmp((*at)->blob->digest, digest.p,
	    DIGEST_LEN) != 0)
		at = &(*at)->next;
	return at;
}

/* All bytes are here: they go to those who wait, if they are what was named. */
static void
complete(struct participant *p, struct incoming **at)
{
	struct blob *b = (*at)->blob;
	uint8_t digest[DIGEST_LEN];

	digest_final(&(*at)->digest, digest);
	if (memcmp(digest, b->digest, DIGEST_LEN) == 0 &&
	    tensor_valid(b->shape.dtype, b->data, b->size))
		groups_filled(p, b);
	else
		groups_fail_digest(p, b->digest, E_NO_INPUT, 0);
	incoming_free(p, at);
	p->changed = true;
}

static bool
put_shape(const struct msg_put *m, struct shape *s)
{
	memset(s, 0, sizeof(*s));
	if (m->digest.n != DIGEST_LEN || m->dtype >= DT_COUNT ||
	    m->dims.n > TENSOR_RANK)
		return false;
	s->dtype = (uint8_t)m->dtype;
	s->ndim = (uint8_t)m->dims.n;
	if (m->dims.n > 0)
		memcpy(s->dims, m->dims.v, m->dims.n * sizeof(s->dims[0]));
	return shape_bytes(s) >= 0 && (uint64_t)shape_bytes(s) == m->size;
}

void
on_put(struct participant *p, const struct msg *msg)
{
	const struct msg_put *m = &msg->put;
	struct incoming *in;
	struct shape shape;
	struct blob *b;

	if (!put_shape(m, &shape) || p->n_incoming >= TRANSFERS_MOST) {
		participant_fault(p, E_BAD_MESSAGE, "PUT that does not fit");
		return;
	}
	/* Nobody waits (a group was cancelled), or it is on its way already. */
	if (values_awaited(&p->values, m->digest.p) == NULL ||
	    *find_incoming(p, m->digest) != NULL)
		return;
	b = m->size <= SIZE_MAX ?
	    values_blob(&p->values, &shape, (size_t)m->size, NULL) : NULL;
	if (b == NULL) {
		groups_fail_digest(p, m->digest.p, E_MEMORY,
		    p->values.bytes + m->size);
		return;
	}
	memcpy(b->digest, m->digest.p, DIGEST_LEN);
	in = xcalloc(1, sizeof(*in));
	in->blob = b;
	tensor_digest_init(&in->digest, &shape);
	in->next = p->incoming;
	p->incoming = in;
	p->n_incoming++;
	if (b->size == 0)
		complete(p, &p->incoming);
}

void
on_part(struct participant *p, const struct msg *msg)
{
	const struct msg_part *m = &msg->part;
	struct incoming **at, *in;

	if (m->digest.n != DIGEST_LEN) {
		participant_fault(p, E_BAD_MESSAGE, "PART without a digest");
		return;
	}
	at = find_incoming(p, m->digest);
	if ((in = *at) == NULL)
		return;		/* of a PUT that nobody waited for */
	/* Two groups wanted it, and it comes twice: one is enough. */
	if (m->offset < in->have && m->data.n <= in->have - m->offset)
		return;
	if (m->offset != in->have || m->data.n > in->blob->size - in->have) {
		participant_fault(p, E_BAD_MESSAGE, "PART out of order");
		return;
	}
	if (m->data.n > 0)
		memcpy(in->blob->data + in->have, m->data.p, m->data.n);
	digest_update(&in->digest, m->data.p, m->data.n);
	in->have += m->data.n;
	if (in->have == in->blob->size)
		complete(p, at);
}

/* ---- going out ---- */

static void
upload_free(struct participant *p, struct upload **at)
{
	struct upload *u = *at;

	*at = u->next;
	if (p->uploads_end == &u->next)
		p->uploads_end = at;
	values_unref(&p->values, u->blob);
	xfree(u);
	p->changed = true;
}

static struct upload **
find_upload(struct participant *p, const uint8_t *digest)
{
	struct upload **at = &p->uploads;

	while (*at != NULL &&
	    memcmp((*at)->blob->digest, digest, DIGEST_LEN) != 0)
		at = &(*at)->next;
	return at;
}

void
transfer_upload(struct participant *p, struct blob *b)
{
	struct upload *u;

	if (*find_upload(p, b->digest) != NULL)
		return;
	u = xcalloc(1, sizeof(*u));
	u->blob = blob_ref(b);
	*p->uploads_end = u;
	p->uploads_end = &u->next;
	p->changed = true;
}

static struct upload *
next_upload(const struct participant *p)
{
	struct upload *u = p->uploads;

	while (u != NULL && (u->all || u->after_us > p->now_us))
		u = u->next;
	return u;
}

bool
transfer_waiting(const struct participant *p)
{
	const struct upload *u;

	for (u = p->uploads; u != NULL; u = u->next)
		if (!u->all)
			return p->told;
	return false;
}

static void
write_put(const struct upload *u, struct buf *out)
{
	struct msg m = { .id = M_PUT };

	m.put.digest.p = u->blob->digest;
	m.put.digest.n = DIGEST_LEN;
	m.put.dtype = u->blob->shape.dtype;
	m.put.dims.v = u->blob->shape.dims;
	m.put.dims.n = u->blob->shape.ndim;
	m.put.size = u->blob->size;
	msg_encode(out, &m);
}

static void
write_part(struct upload *u, size_t most, struct buf *out)
{
	struct msg m = { .id = M_PART };
	size_t n = u->blob->size - u->sent;

	if (n > most)
		n = most;
	m.part.digest.p = u->blob->digest;
	m.part.digest.n = DIGEST_LEN;
	m.part.offset = u->sent;
	m.part.data.p = u->blob->data + u->sent;
	m.part.data.n = n;
	msg_encode(out, &m);
	u->sent += n;
}

bool
transfer_next(struct participant *p, struct buf *out)
{
	struct upload *u = p->told ? next_upload(p) : NULL;

	if (u == NULL)
		return false;
	if (!u->announced) {
		write_put(u, out);
		u->announced = true;
	} else
		write_part(u, p->part_bytes, out);
	if (u->sent == u->blob->size)
		u->all = true;
	return true;
}

static void
restart(struct upload *u, uint64_t after_us)
{
	u->announced = u->all = false;
	u->sent = 0;
	u->after_us = after_us;
}

void
on_stored(struct participant *p, const struct msg *msg)
{
	struct upload **at;

	if (msg->stored.digest.n != DIGEST_LEN)
		return;
	at = find_upload(p, msg->stored.digest.p);
	if (*at != NULL)
		upload_free(p, at);
}

void
on_fetch(struct participant *p, const struct msg *msg)
{
	const struct rec_value_ref *r;
	bool missing = false;
	struct value *v;
	size_t i;

	for (i = 0; i < msg->fetch.values.n; i++) {
		r = &msg->fetch.values.v[i];
		v = values_find(&p->values, r->g, r->op);
		if (v != NULL && v->blob != NULL)
			transfer_upload(p, v->blob);
		else if (v == NULL)
			missing = true;
	}
	/* The scheduler is mistaken: tell it what is here. */
	if (missing && p->told)
		join_announce(p);
}

/* ---- trouble ---- */

void
transfer_refused(struct participant *p, const struct msg_refuse *m)
{
	uint8_t digest[DIGEST_LEN];
	struct bytes name = { digest, DIGEST_LEN };
	struct incoming **in;
	struct upload **at;
	uint64_t ms = m->retry_ms < RETRY_MOST_MS ? m->retry_ms : RETRY_MOST_MS;

	if (digest_parse(m->text.p, m->text.n, digest) != 0)
		return;
	if (m->code == E_NO_TENSOR) {
		in = find_incoming(p, name);
		if (*in != NULL)
			incoming_free(p, in);
		groups_fail_digest(p, digest, E_NO_INPUT, 0);
		return;
	}
	at = find_upload(p, digest);
	if (*at == NULL)
		return;
	if (ms > 0)
		restart(*at, p->now_us + ms * 1000);
	else
		upload_free(p, at);
}

void
transfer_lost_connection(struct participant *p)
{
	struct upload *u;

	while (p->incoming != NULL)
		incoming_free(p, &p->incoming);
	for (u = p->uploads; u != NULL; u = u->next)
		restart(u, 0);
}

void
transfer_free(struct participant *p)
{
	while (p->incoming != NULL)
		incoming_free(p, &p->incoming);
	while (p->uploads != NULL)
		upload_free(p, &p->uploads);
}
