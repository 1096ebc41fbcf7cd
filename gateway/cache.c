/*
 * A bounded cache of tensor bytes.  What it drops lives on until its last
 * reference goes; then large memory is kept for the next of that size, for the
 * kernel takes longer to clear pages than we to fill them.
 * Dies of: nothing.
 */
#include <string.h>

#include "common/proc.h"
#include "common/xalloc.h"
#include "gateway/cache.h"

#define BUCKET_BITS	10
#define SPARES		4
#define SPARE_LEAST	(256u << 10)
#define SPARE_MOST	(64u << 20)
#define TRIM_S		10

TAILQ_HEAD(blobs, blob);
LIST_HEAD(bucket, blob);

struct cache {
	struct bucket	 buckets[1 << BUCKET_BITS];
	struct blobs	 used;
	uint64_t	 key;		/* strangers choose digests */
	uint64_t	 held;		/* bytes that cache_find gives */
	uint64_t	 alive;		/* and those still referenced */
	struct spare {
		uint8_t	*data;
		size_t	 cap;
	}		 spares[SPARES];
	unsigned	 n_spares;
	unsigned	 idle_s;	/* since one was taken or given */
};

/* Memory of about that size. */
static bool
take_spare(struct cache *c, struct blob *b)
{
	unsigned i;

	for (i = 0; i < c->n_spares; i++)
		if (c->spares[i].cap >= b->len &&
		    c->spares[i].cap / 2 <= b->len) {
			b->data = c->spares[i].data;
			b->cap = c->spares[i].cap;
			c->spares[i] = c->spares[--c->n_spares];
			c->idle_s = 0;
			return true;
		}
	return false;
}

static void
give_spare(struct cache *c, struct blob *b)
{
	if (b->cap < SPARE_LEAST || b->cap > SPARE_MOST ||
	    c->n_spares == SPARES) {
		xfree(b->data);
		return;
	}
	c->spares[c->n_spares].data = b->data;
	c->spares[c->n_spares++].cap = b->cap;
	c->idle_s = 0;
}

static void
free_spares(struct cache *c)
{
	while (c->n_spares > 0)
		xfree(c->spares[--c->n_spares].data);
}

void
cache_trim(struct cache *c)
{
	if (++c->idle_s >= TRIM_S)
		free_spares(c);
}

struct blob *
blob_new(struct cache *c, size_t len)
{
	struct blob *b = xcalloc(1, sizeof(*b));

	b->cache = c;
	b->refs = 1;
	b->len = len;
	if (take_spare(c, b))
		return b;
	b->data = xtry_malloc(len + 1);
	b->cap = len;
	if (b->data == NULL) {
		xfree(b);
		return NULL;
	}
	return b;
}

struct blob *
blob_ref(struct blob *b)
{
	b->refs++;
	return b;
}

void
blob_unref(struct blob *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	if (b->counted)
		b->cache->alive -= b->len;
	give_spare(b->cache, b);
	xfree(b);
}

static struct bucket *
bucket_of(struct cache *c, const uint8_t digest[DIGEST_LEN])
{
	uint64_t word;

	memcpy(&word, digest, sizeof(word));
	return &c->buckets[(word * c->key) >> (64 - BUCKET_BITS)];
}

static void
drop(struct cache *c, struct blob *b)
{
	TAILQ_REMOVE(&c->used, b, used);
	LIST_REMOVE(b, same);
	b->found = false;
	c->held -= b->len;
	blob_unref(b);
}

struct cache *
cache_new(void)
{
	struct cache *c = xcalloc(1, sizeof(*c));

	TAILQ_INIT(&c->used);
	proc_random(&c->key, sizeof(c->key));
	c->key |= 1;
	return c;
}

void
cache_free(struct cache *c)
{
	while (!TAILQ_EMPTY(&c->used))
		drop(c, TAILQ_FIRST(&c->used));
	free_spares(c);
	xfree(c);
}

struct blob *
cache_find(struct cache *c, const uint8_t digest[DIGEST_LEN])
{
	struct blob *b;

	LIST_FOREACH(b, bucket_of(c, digest), same)
		if (memcmp(b->digest, digest, DIGEST_LEN) == 0) {
			TAILQ_REMOVE(&c->used, b, used);
			TAILQ_INSERT_TAIL(&c->used, b, used);
			return b;
		}
	return NULL;
}

void
cache_add(struct cache *c, struct blob *b, const uint8_t digest[DIGEST_LEN],
    uint64_t limit)
{
	if (b->found || b->len > limit || cache_find(c, digest) != NULL)
		return;
	while (c->held + b->len > limit)
		drop(c, TAILQ_FIRST(&c->used));
	memcpy(b->digest, digest, DIGEST_LEN);
	if (!b->counted)
		c->alive += b->len;
	b->counted = b->found = true;
	c->held += b->len;
	blob_ref(b);
	TAILQ_INSERT_TAIL(&c->used, b, used);
	LIST_INSERT_HEAD(bucket_of(c, digest), b, same);
}

uint64_t
cache_bytes(const struct cache *c)
{
	return c->alive;
}
