/*
 * Lists of indices, some of whose entries take turns.
 */
#include "sched_priv.h"

void
ring_add(struct ring *r, uint32_t x)
{
	r->v = sched_room(r->v, &r->cap, r->n + 1, sizeof(*r->v));
	r->v[r->n++] = x;
}

void
ring_drop(struct ring *r, uint32_t at)
{
	r->n--;
	memmove(r->v + at, r->v + at + 1, (r->n - at) * sizeof(*r->v));
	if (r->at > at)
		r->at--;
	if (r->at >= r->n)
		r->at = 0;
}
