/*
 * Packs and opens the records of scheduler/store.h.  What is read back is
 * believed no further than its CRC and its lengths.
 */
#include "common/record.h"

#include <string.h>

#define BATCH_HEAD	32
#define GROUP_HEAD	40
#define VALUE_HEAD	48
#define ERROR_LEN	48

static void
put(struct buf *b, const void *p, size_t n)
{
	if (n > 0)
		buf_add(b, p, n);
}

static void
put_u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof(v));
}

static void
put_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof(v));
}

/* Zeros up to a multiple of 8 from start. */
static void
put_pad(struct buf *b, size_t start)
{
	static const uint8_t zero[8];

	put(b, zero, (8 - (b->len - start) % 8) % 8);
}

static void
put_crc(struct buf *b, size_t start)
{
	put_pad(b, start);
	put_u32(b, 0);
	put_u32(b, record_crc(b->data + start, b->len - start));
}

static uint32_t
get_u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t
get_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static size_t
pad8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

/* Length, magic and CRC. */
static bool
sound(struct bytes b, size_t head, uint32_t magic)
{
	if (b.n < head + 8 || b.n % 8 != 0 || (uintptr_t)b.p % 8 != 0)
		return false;
	return get_u32(b.p) == magic &&
	    get_u32(b.p + b.n - 4) == record_crc(b.p, b.n - 4);
}

void
record_batch_pack(struct buf *b, const struct record_batch *r)
{
	size_t start = b->len;

	put_u32(b, RECORD_BATCH);
	put_u32(b, (uint32_t)r->program.n);
	put_u32(b, r->first);
	put_u32(b, r->n_ops);
	put_u32(b, r->n_want);
	put_u32(b, r->n_persist);
	put_u32(b, r->n_released);
	put_u32(b, 0);
	put(b, r->program.p, r->program.n);
	put_pad(b, start);
	put(b, r->want, r->n_want * sizeof(uint32_t));
	put_pad(b, start);
	put(b, r->persist, r->n_persist * sizeof(uint32_t));
	put_pad(b, start);
	put(b, r->released, r->n_released * sizeof(uint32_t));
	put_crc(b, start);
}

/* A table of n numbers at *at; NULL if it does not fit before the CRC. */
static const uint32_t *
table(struct bytes b, size_t *at, uint32_t n)
{
	size_t from = *at, len = pad8((size_t)n * sizeof(uint32_t));

	if (len > b.n - 8 || from > b.n - 8 - len)
		return NULL;
	*at = from + len;
	return (const void *)(b.p + from);
}

int
record_batch_open(struct record_batch *r, struct bytes b)
{
	size_t at = BATCH_HEAD;

	if (!sound(b, BATCH_HEAD, RECORD_BATCH))
		return -1;
	*r = (struct record_batch){ 0 };
	r->program = (struct bytes){ b.p + at, get_u32(b.p + 4) };
	r->first = get_u32(b.p + 8);
	r->n_ops = get_u32(b.p + 12);
	r->n_want = get_u32(b.p + 16);
	r->n_persist = get_u32(b.p + 20);
	r->n_released = get_u32(b.p + 24);
	if (r->program.n > b.n - 8 - at)
		return -1;
	at += pad8(r->program.n);
	r->want = table(b, &at, r->n_want);
	r->persist = r->want ? table(b, &at, r->n_persist) : NULL;
	r->released = r->persist ? table(b, &at, r->n_released) : NULL;
	return r->released != NULL && at == b.n - 8 ? 0 : -1;
}

void
record_group_begin(struct buf *b, const struct record_group *r)
{
	size_t start = b->len;
	uint8_t head[4] = { r->state, r->attempt, (uint8_t)r->cid.n,
		(uint8_t)r->tab.n };

	put_u32(b, RECORD_GROUP);
	put(b, head, sizeof(head));
	put_u32(b, r->n_ops);
	put_u32(b, r->n_values);
	put_u32(b, r->n_errors);
	put_u32(b, 0);
	put_u64(b, r->time_ms);
	put_u64(b, r->compute_us);
	put(b, r->cid.p, r->cid.n);
	put(b, r->tab.p, r->tab.n);
	put_pad(b, start);
	put(b, r->ops, r->n_ops * sizeof(uint32_t));
	put_pad(b, start);
}

void
record_group_value(struct buf *b, const struct record_value *v)
{
	size_t start = b->len;
	uint8_t head[4] = { v->dtype, v->flags, v->ndim, 0 };

	put_u32(b, v->op);
	put(b, head, sizeof(head));
	put_u64(b, v->size);
	put(b, v->digest, DIGEST_LEN);
	if (v->flags & RECORD_SHAPED)
		put(b, v->dims, v->ndim * sizeof(*v->dims));
	if (v->flags & RECORD_SMALL)
		put(b, v->data.p, v->data.n);
	put_pad(b, start);
}

void
record_group_error(struct buf *b, const struct record_error *e)
{
	put_u32(b, e->op);
	put_u32(b, e->code);
	put_u32(b, e->cause);
	put_u32(b, 0);
	put(b, e->a, sizeof(e->a));
}

void
record_group_end(struct buf *b, size_t start)
{
	put_crc(b, start);
}

int
record_group_open(struct record_group *r, struct bytes b, size_t *at)
{
	if (!sound(b, GROUP_HEAD, RECORD_GROUP))
		return -1;
	*r = (struct record_group){ .state = b.p[4], .attempt = b.p[5] };
	r->cid.n = b.p[6];
	r->tab.n = b.p[7];
	r->n_ops = get_u32(b.p + 8);
	r->n_values = get_u32(b.p + 12);
	r->n_errors = get_u32(b.p + 16);
	r->time_ms = get_u64(b.p + 24);
	r->compute_us = get_u64(b.p + 32);
	r->cid.p = (const char *)b.p + GROUP_HEAD;
	r->tab.p = r->cid.p + r->cid.n;
	*at = pad8(GROUP_HEAD + r->cid.n + r->tab.n);
	if (*at > b.n - 8)
		return -1;
	r->ops = table(b, at, r->n_ops);
	return r->ops != NULL ? 0 : -1;
}

int
record_read_value(struct bytes b, size_t *at, struct record_value *v)
{
	const uint8_t *p = b.p + *at;

	if (b.n - 8 < VALUE_HEAD || *at > b.n - 8 - VALUE_HEAD)
		return -1;
	*v = (struct record_value){ .op = get_u32(p), .dtype = p[4],
		.flags = p[5], .ndim = p[6], .size = get_u64(p + 8) };
	memcpy(v->digest, p + 16, DIGEST_LEN);
	*at += VALUE_HEAD;
	if (v->flags & RECORD_SHAPED) {
		if (b.n - 8 - *at < v->ndim * sizeof(*v->dims))
			return -1;
		v->dims = (const void *)(b.p + *at);
		*at += v->ndim * sizeof(*v->dims);
	}
	if ((v->flags & RECORD_SMALL) == 0)
		return 0;
	if (v->size > b.n || *at > b.n - 8 || v->size > b.n - 8 - *at)
		return -1;
	v->data = (struct bytes){ b.p + *at, v->size };
	*at += pad8(v->size);
	return 0;
}

int
record_read_error(struct bytes b, size_t *at, struct record_error *e)
{
	const uint8_t *p = b.p + *at;

	if (b.n - 8 < ERROR_LEN || *at > b.n - 8 - ERROR_LEN)
		return -1;
	e->op = get_u32(p);
	e->code = get_u32(p + 4);
	e->cause = get_u32(p + 8);
	memcpy(e->a, p + 16, sizeof(e->a));
	*at += ERROR_LEN;
	return 0;
}
