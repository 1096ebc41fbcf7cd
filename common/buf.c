/*
 * A growing byte buffer.  Its callers bound what a peer can make them add;
 * without memory the process aborts (xalloc.h).
 */
#include "common/buf.h"

#include <string.h>

#include "common/xalloc.h"

void
buf_init(struct buf *b)
{
	b->data = NULL;
	b->len = 0;
	b->cap = 0;
}

void
buf_clear(struct buf *b)
{
	xfree(b->data);
	buf_init(b);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
}

uint8_t *
buf_grow(struct buf *b, size_t n)
{
	size_t cap;
	uint8_t *p;

	if (n > b->cap - b->len) {
		if (n > SIZE_MAX / 2 - b->len)
			xmalloc(SIZE_MAX);	/* aborts */
		cap = b->cap < 64 ? 64 : b->cap;
		while (cap < b->len + n)
			cap *= 2;
		b->data = xrealloc(b->data, cap);
		b->cap = cap;
	}
	p = b->data + b->len;
	b->len += n;
	return p;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n > 0)
		memcpy(buf_grow(b, n), p, n);
}

void
buf_drain(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

#define SPARE_MOST	(256 * 1024)	/* larger ones are not kept */

void
buf_borrow(struct buf_pool *pool, struct buf *b)
{
	if (pool->n > 0)
		*b = pool->spares[--pool->n];
}

void
buf_return(struct buf_pool *pool, struct buf *b)
{
	if (b->cap > SPARE_MOST || pool->n == BUF_POOL) {
		buf_clear(b);
		return;
	}
	if (b->cap > 0) {
		b->len = 0;
		pool->spares[pool->n++] = *b;
	}
	buf_init(b);
}

void
buf_pool_clear(struct buf_pool *pool)
{
	while (pool->n > 0)
		buf_clear(&pool->spares[--pool->n]);
}

struct str
str_of(const char *s)
{
	struct str r = { s, strlen(s) };

	return r;
}

int
str_eq(struct str a, const char *s)
{
	size_t n = strlen(s);

	return a.n == n && (n == 0 || memcmp(a.p, s, n) == 0);
}
