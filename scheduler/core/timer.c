/*
 * When to look at a participant again: its work ahead comes to an end, or its
 * rest; or it may be late.  Binary heaps by time, then participant; what was
 * set for one that left, or set anew since, is dropped when it is due.
 */
#include "policy.h"

static bool
timer_before(const struct timer *a, const struct timer *b)
{
	if (a->us != b->us)
		return a->us < b->us;
	return a->peer < b->peer;
}

void
timer_set(struct sched *s, enum timer_kind kind, uint32_t peer, uint64_t us)
{
	struct timers *h = &s->timers[kind];
	struct peer *p = s->peers[peer];
	struct timer x = { us, peer, p->serial };
	uint32_t i, up;

	/* An earlier one will set this anew. */
	if (p->timer_us[kind] > s->now && p->timer_us[kind] <= us)
		return;
	p->timer_us[kind] = us;
	h->v = sched_room(h->v, &h->cap, h->n + 1, sizeof(*h->v));
	for (i = h->n++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!timer_before(&x, &h->v[up]))
			break;
		h->v[i] = h->v[up];
	}
	h->v[i] = x;
}

static void
timer_pop(struct timers *h)
{
	struct timer x = h->v[--h->n];
	uint32_t i, c;

	for (i = 0; (c = i * 2 + 1) < h->n; i = c) {
		if (c + 1 < h->n && timer_before(&h->v[c + 1], &h->v[c]))
			c++;
		if (!timer_before(&h->v[c], &x))
			break;
		h->v[i] = h->v[c];
	}
	if (h->n > 0)
		h->v[i] = x;
}

static bool
timer_holds(const struct sched *s, enum timer_kind kind,
    const struct timer *t)
{
	const struct peer *p = s->peers[t->peer];

	return p != NULL && p->serial == t->serial &&
	    p->timer_us[kind] == t->us;
}

bool
timer_due(struct sched *s, enum timer_kind kind, uint32_t *peer)
{
	struct timers *h = &s->timers[kind];
	struct timer t;

	while (h->n > 0 && (h->v[0].us <= s->now ||
	    !timer_holds(s, kind, &h->v[0]))) {
		t = h->v[0];
		timer_pop(h);
		if (!timer_holds(s, kind, &t))
			continue;
		s->peers[t.peer]->timer_us[kind] = 0;
		*peer = t.peer;
		return true;
	}
	return false;
}

uint64_t
timer_next(const struct sched *s, enum timer_kind kind)
{
	const struct timers *h = &s->timers[kind];

	return h->n > 0 ? h->v[0].us : NEVER;
}
