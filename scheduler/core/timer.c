/*
 * When to look at a participant again: its work ahead comes to an end, or its
 * rest.  A binary heap by time, then participant; what was set for one that
 * left, or set anew since, is dropped when it is due.
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
timer_set(struct sched *s, uint32_t peer, uint64_t us)
{
	struct peer *p = s->peers[peer];
	struct timer x = { us, peer, p->serial };
	uint32_t i, up;

	/* An earlier one will set this anew. */
	if (p->timer_us > s->now && p->timer_us <= us)
		return;
	p->timer_us = us;
	s->timers = sched_room(s->timers, &s->timers_cap, s->n_timers + 1,
	    sizeof(*s->timers));
	for (i = s->n_timers++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!timer_before(&x, &s->timers[up]))
			break;
		s->timers[i] = s->timers[up];
	}
	s->timers[i] = x;
}

static void
timer_pop(struct sched *s)
{
	struct timer x = s->timers[--s->n_timers];
	uint32_t i, c;

	for (i = 0; (c = i * 2 + 1) < s->n_timers; i = c) {
		if (c + 1 < s->n_timers &&
		    timer_before(&s->timers[c + 1], &s->timers[c]))
			c++;
		if (!timer_before(&s->timers[c], &x))
			break;
		s->timers[i] = s->timers[c];
	}
	if (s->n_timers > 0)
		s->timers[i] = x;
}

static bool
timer_holds(const struct sched *s, const struct timer *t)
{
	const struct peer *p = s->peers[t->peer];

	return p != NULL && p->serial == t->serial && p->timer_us == t->us;
}

bool
timer_due(struct sched *s, uint32_t *peer)
{
	struct timer t;

	while (s->n_timers > 0 && (s->timers[0].us <= s->now ||
	    !timer_holds(s, &s->timers[0]))) {
		t = s->timers[0];
		timer_pop(s);
		if (!timer_holds(s, &t))
			continue;
		s->peers[t.peer]->timer_us = 0;
		*peer = t.peer;
		return true;
	}
	return false;
}

uint64_t
timer_next(const struct sched *s)
{
	return s->n_timers > 0 ? s->timers[0].us : NEVER;
}
