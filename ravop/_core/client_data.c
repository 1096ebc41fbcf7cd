/*
 * Tensors of the client: what batches name and the server may need, and the
 * large values that come back in parts.
 */
#include <string.h>

#include "client_int.h"

static size_t
slot_of(const struct client *c, const uint8_t digest[DIGEST_LEN])
{
	uint64_t h;
	size_t at;

	memcpy(&h, digest, sizeof h);
	at = h & (c->cap_blobs - 1);
	while (c->blobs[at].used &&
	    memcmp(c->blobs[at].digest, digest, DIGEST_LEN) != 0)
		at = (at + 1) & (c->cap_blobs - 1);
	return at;
}

struct client_blob *
client_blob(struct client *c, const uint8_t digest[DIGEST_LEN])
{
	struct client_blob *b;

	if (c->cap_blobs == 0)
		return NULL;
	b = &c->blobs[slot_of(c, digest)];
	return b->used ? b : NULL;
}

static void
grow(struct client *c)
{
	struct client_blob *old = c->blobs;
	size_t i, n = c->cap_blobs;
	uint8_t upload[DIGEST_LEN];

	if (c->upload != NULL)
		memcpy(upload, c->upload->digest, sizeof upload);
	c->cap_blobs = n == 0 ? 64 : n * 2;
	c->blobs = xcalloc(c->cap_blobs, sizeof *c->blobs);
	for (i = 0; i < n; i++)
		if (old[i].used)
			c->blobs[slot_of(c, old[i].digest)] = old[i];
	xfree(old);
	if (c->upload != NULL)
		c->upload = client_blob(c, upload);
}

void
client_tensor(struct client *c, const struct shape *shape,
    const uint8_t digest[DIGEST_LEN], uint8_t *bytes)
{
	struct client_blob *b;

	if (c->n_blobs * 2 >= c->cap_blobs)
		grow(c);
	b = &c->blobs[slot_of(c, digest)];
	if (!b->used) {
		memcpy(b->digest, digest, DIGEST_LEN);
		b->used = true;
		c->n_blobs++;
	}
	b->refs++;
	if (b->bytes != NULL) {
		xfree(bytes);
		return;
	}
	b->shape = *shape;
	b->size = (size_t)shape_bytes(shape);
	b->bytes = bytes;
}

/* Calls f for each digest the program names. */
static bool
each_digest(struct client *c, const struct buf *program,
    bool (*f)(struct client *, struct client_blob *))
{
	struct program p;
	struct op_error err;
	struct client_blob *b;
	uint32_t i;

	if (program_open(&p, program->data, program->len, UINT32_MAX,
	    &err) != E_OK)
		return true;
	for (i = 0; i < p.n_digests; i++) {
		b = client_blob(c, p.digests + (size_t)i * DIGEST_LEN);
		if (b != NULL && !f(c, b))
			return false;
	}
	return true;
}

static bool
unref(struct client *c, struct client_blob *b)
{
	if (b->refs == 0 || --b->refs > 0)
		return true;
	if (c->upload == b)
		c->upload = NULL;
	xfree(b->bytes);
	b->bytes = NULL;
	return true;
}

/* The batch is recorded: its tensors are stored. */
void
client_blob_unref(struct client *c, const struct buf *program)
{
	each_digest(c, program, unref);
}

static bool
start(struct client *c, struct client_blob *b)
{
	struct msg m = { .id = M_PUT };
	int64_t dims[TENSOR_RANK];
	uint32_t i;

	if (b->uploaded || b->bytes == NULL)
		return true;
	for (i = 0; i < b->shape.ndim; i++)
		dims[i] = b->shape.dims[i];
	m.put.digest = (struct bytes){ b->digest, DIGEST_LEN };
	m.put.dtype = b->shape.dtype;
	m.put.dims = (struct i64s){ dims, b->shape.ndim };
	m.put.size = b->size;
	client_write(c, &m);
	b->uploaded = true;
	b->wait_ms = 0;
	c->upload = b;
	c->upload_off = 0;
	c->stats.uploads++;
	while (c->upload != NULL && c->out.len - c->out_off < CLIENT_OUTPUT)
		client_part(c);
	return c->upload == NULL;
}

uint64_t
client_missing(struct client *c, const struct buf *program)
{
	const struct client_blob *b;
	struct op_error err;
	struct program p;
	uint64_t bytes = 0;
	uint32_t i;

	if (program->len == 0 || program_open(&p, program->data, program->len,
	    UINT32_MAX, &err) != E_OK)
		return 0;
	for (i = 0; i < p.n_digests; i++) {
		b = client_blob(c, p.digests + (size_t)i * DIGEST_LEN);
		bytes += b != NULL && !b->uploaded ? b->size : 0;
	}
	return bytes;
}

/* True once every tensor of the program has left on this connection. */
bool
client_upload(struct client *c, const struct buf *program)
{
	return each_digest(c, program, start);
}

void
client_part(struct client *c)
{
	struct client_blob *b = c->upload;
	struct msg m = { .id = M_PART };
	size_t n = b->size - c->upload_off;

	if (n > c->limits.part_bytes)
		n = (size_t)c->limits.part_bytes;
	m.part.digest = (struct bytes){ b->digest, DIGEST_LEN };
	m.part.offset = c->upload_off;
	m.part.data = (struct bytes){ b->bytes + c->upload_off, n };
	client_write(c, &m);
	c->stats.upload_bytes += n;
	c->upload_off += n;
	if (c->upload_off == b->size)
		c->upload = NULL;
}

static struct client_batch *
batch_naming(struct client_graph *g, const uint8_t digest[DIGEST_LEN])
{
	struct client_batch *b;
	struct program p;
	struct op_error err;
	uint32_t i;

	for (b = g->first; b != NULL; b = b->next) {
		if (program_open(&p, b->program.data, b->program.len,
		    UINT32_MAX, &err) != E_OK)
			continue;
		for (i = 0; i < p.n_digests; i++)
			if (memcmp(p.digests + (size_t)i * DIGEST_LEN, digest,
			    DIGEST_LEN) == 0)
				return b;
	}
	return NULL;
}

/*
 * The gateway did not take a tensor.  For want of room: the batch that names
 * it is refused next and says when both are sent again.  Else the graphs that
 * need it cannot go on.
 */
void
client_refused_tensor(struct client *c, const struct msg_refuse *m)
{
	struct msg_refuse batch = *m;
	uint8_t digest[DIGEST_LEN];
	struct client_batch *named;
	struct client_blob *b;
	uint32_t i;

	if (digest_parse(m->text.p, m->text.n, digest) != 0 ||
	    (b = client_blob(c, digest)) == NULL)
		return;
	b->uploaded = false;
	b->wait_ms = m->retry_ms;
	if (c->upload == b)
		c->upload = NULL;
	for (i = 0; i < c->n_graphs && m->retry_ms == 0; i++) {
		named = batch_naming(c->graphs[i], digest);
		if (named == NULL)
			continue;
		batch.what = SUBJECT_BATCH;
		batch.number = named->n;
		batch.text = str_of(error_todo((enum error)m->code));
		client_refused(c, i, &batch);
	}
}

/* Values on their way. */

static void
free_download(struct client_download *d)
{
	xfree(d->bytes);
	xfree(d);
}

/* The connection is gone: what was stored may not be there any more. */
void
client_data_lost(struct client *c)
{
	struct client_download *d;
	size_t i;

	for (i = 0; i < c->cap_blobs; i++)
		c->blobs[i].uploaded = false;
	c->upload = NULL;
	while ((d = c->downloads) != NULL) {
		c->downloads = d->next;
		free_download(d);
	}
}

void
client_data_free(struct client *c)
{
	size_t i;

	client_data_lost(c);
	for (i = 0; i < c->cap_blobs; i++)
		xfree(c->blobs[i].bytes);
	xfree(c->blobs);
}

void
client_expect(struct client *c, uint32_t graph, const struct msg_value *v,
    const struct shape *shape)
{
	struct client_download *d = xcalloc(1, sizeof *d), **at;

	d->graph = graph;
	d->op = v->op;
	d->shape = *shape;
	d->size = (size_t)v->size;
	memcpy(d->want, v->digest.p, DIGEST_LEN);
	for (at = &c->downloads; *at != NULL; at = &(*at)->next)
		;
	*at = d;
}

static struct client_download **
find(struct client *c, const struct bytes *digest, bool begun)
{
	struct client_download **at;

	for (at = &c->downloads; *at != NULL; at = &(*at)->next)
		if (((*at)->bytes != NULL) == begun &&
		    memcmp((*at)->want, digest->p, DIGEST_LEN) == 0)
			return at;
	return NULL;
}

void
client_on_put(struct client *c, const struct msg_put *m)
{
	struct client_download **at, *d;

	if (m->digest.n != DIGEST_LEN || find(c, &m->digest, true) != NULL ||
	    (at = find(c, &m->digest, false)) == NULL)
		return;
	d = *at;
	if (m->size != d->size) {
		client_close(c, E_BAD_MESSAGE, "a tensor's size changed");
		return;
	}
	d->bytes = xtry_malloc(d->size);
	if (d->bytes == NULL) {
		client_close(c, E_MEMORY, "no memory for a value");
		return;
	}
	tensor_digest_init(&d->digest, &d->shape);
}

static void
deliver(struct client *c, struct client_download *d, uint8_t *bytes)
{
	struct client_event *ev;

	client_wants_drop(&c->graphs[d->graph]->wants, d->op);
	ev = client_event(c, CLIENT_EV_VALUE, d->graph);
	ev->op = d->op;
	ev->shape = d->shape;
	ev->bytes = bytes;
	ev->size = d->size;
}

/* All parts are there: the value, and others of the same bytes. */
static void
finish(struct client *c, struct client_download **at)
{
	struct client_download *d = *at, **same;
	struct bytes digest = { d->want, DIGEST_LEN };
	uint8_t got[DIGEST_LEN], *copy;

	digest_final(&d->digest, got);
	if (memcmp(got, d->want, DIGEST_LEN) != 0) {
		client_close(c, E_BAD_DIGEST,
		    "a value's bytes are not those of its digest");
		return;
	}
	*at = d->next;
	while ((same = find(c, &digest, false)) != NULL) {
		struct client_download *other = *same;

		*same = other->next;
		copy = xmalloc(other->size);
		memcpy(copy, d->bytes, other->size);
		deliver(c, other, copy);
		free_download(other);
	}
	deliver(c, d, d->bytes);
	d->bytes = NULL;
	free_download(d);
}

void
client_on_part(struct client *c, const struct msg_part *m)
{
	struct client_download **at, *d;

	if (m->digest.n != DIGEST_LEN ||
	    (at = find(c, &m->digest, true)) == NULL)
		return;
	d = *at;
	if (m->offset != d->got || m->data.n > d->size - d->got) {
		client_close(c, E_BAD_MESSAGE, "a part is out of order");
		return;
	}
	if (m->data.n > 0)
		memcpy(d->bytes + d->got, m->data.p, m->data.n);
	digest_update(&d->digest, m->data.p, m->data.n);
	d->got += m->data.n;
	if (d->got == d->size)
		finish(c, at);
}
