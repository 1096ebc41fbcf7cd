/*
 * Ready heap of the scheduler core.
 */
#include "heap.h"

#include "common/xalloc.h"

static bool
heap_before(struct heap_item a, struct heap_item b)
{
	if (a.rank != b.rank)
		return a.rank > b.rank;
	return a.id < b.id;
}

void
heap_clear(struct heap *h)
{
	xfree(h->v);
	*h = (struct heap){ 0 };
}

void
heap_push(struct heap *h, float rank, uint32_t id)
{
	struct heap_item x = { rank, id };
	uint32_t i, up;

	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 64;
		h->v = xrealloc(h->v, h->cap * sizeof(*h->v));
	}
	for (i = h->n++; i > 0; i = up) {
		up = (i - 1) / 4;
		if (!heap_before(x, h->v[up]))
			break;
		h->v[i] = h->v[up];
	}
	h->v[i] = x;
}

bool
heap_top(const struct heap *h, struct heap_item *item)
{
	if (h->n == 0)
		return false;
	*item = h->v[0];
	return true;
}

bool
heap_pop(struct heap *h, struct heap_item *item)
{
	struct heap_item x;
	uint32_t i, c, k, best;

	if (!heap_top(h, item))
		return false;
	x = h->v[--h->n];
	for (i = 0;; i = best) {
		c = i * 4 + 1;
		if (c >= h->n)
			break;
		best = c;
		for (k = c + 1; k < c + 4 && k < h->n; k++) {
			if (heap_before(h->v[k], h->v[best]))
				best = k;
		}
		if (!heap_before(h->v[best], x))
			break;
		h->v[i] = h->v[best];
	}
	h->v[i] = x;
	return true;
}
