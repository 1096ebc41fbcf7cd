/*
 * Events in a binary heap.
 */
#include "clock.h"

#include "common/xalloc.h"

void
clock_clear(struct clock *c)
{
	xfree(c->heap);
	*c = (struct clock){ 0 };
}

static bool
before(const struct clock_event *a, const struct clock_event *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

void
clock_at(struct clock *c, uint64_t at, clock_fn fn, void *arg, uint64_t n)
{
	struct clock_event e = { at < c->now ? c->now : at, c->seq++, n, fn,
		arg };
	size_t i, up;

	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 1024 : c->cap * 2;
		c->heap = xrealloc(c->heap, c->cap * sizeof(*c->heap));
	}
	for (i = c->n++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!before(&e, &c->heap[up]))
			break;
		c->heap[i] = c->heap[up];
	}
	c->heap[i] = e;
}

static struct clock_event
take(struct clock *c)
{
	struct clock_event top = c->heap[0], last = c->heap[--c->n];
	size_t i = 0, k;

	while ((k = 2 * i + 1) < c->n) {
		if (k + 1 < c->n && before(&c->heap[k + 1], &c->heap[k]))
			k++;
		if (!before(&c->heap[k], &last))
			break;
		c->heap[i] = c->heap[k];
		i = k;
	}
	c->heap[i] = last;
	return top;
}

bool
clock_step(struct clock *c, uint64_t end)
{
	struct clock_event e;

	if (c->n == 0 || c->heap[0].at > end)
		return false;
	e = take(c);
	c->now = e.at;
	c->events++;
	e.fn(e.arg, e.n);
	return true;
}

uint64_t
clock_ns(double seconds)
{
	return seconds <= 0 ? 0 : seconds > 1e9 ? NEVER_NS / 2 :
	    (uint64_t)(seconds * 1e9 + 0.5);
}
