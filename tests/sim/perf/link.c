/*
 * Lines.  A parcel leaves when those before it have left, and arrives half a
 * round trip later.
 */
#include "link.h"

#include <string.h>

#include "common/xalloc.h"

struct parcel {
	struct parcel	*next;
	size_t		 n;
	_Alignas(8) uint8_t bytes[];
};

void
link_init(struct link *l, struct clock *c, double rate, uint64_t delay)
{
	memset(l, 0, sizeof(*l));
	l->clock = c;
	l->rate = rate;
	l->delay = delay;
	l->last = &l->first;
	l->flying_last = &l->flying;
}

static void
on_arrived(void *arg, uint64_t n)
{
	struct link *l = arg;
	struct parcel *p = l->flying;

	(void)n;
	if (p == NULL)
		return;		/* cut meanwhile */
	l->flying = p->next;
	if (l->flying == NULL)
		l->flying_last = &l->flying;
	if (!l->cut)
		l->arrive(l->arg, p->bytes, p->n);
	xfree(p);
}

static void on_left(void *, uint64_t);

static void
start(struct link *l)
{
	uint64_t ns;

	l->busy = l->first != NULL;
	if (!l->busy)
		return;
	ns = clock_ns((double)l->first->n / l->rate);
	l->since = l->clock->now;
	clock_at(l->clock, l->clock->now + ns, on_left, l, 0);
}

static void
on_left(void *arg, uint64_t n)
{
	struct link *l = arg;
	struct parcel *p = l->first;

	(void)n;
	if (p == NULL)
		return;
	l->first = p->next;
	if (l->first == NULL)
		l->last = &l->first;
	l->queued -= p->n;
	l->bytes += p->n;
	if (l->sent != NULL)
		l->sent(l->sent_arg, l->since, p->n);
	p->next = NULL;
	*l->flying_last = p;
	l->flying_last = &p->next;
	clock_at(l->clock, l->clock->now + l->delay, on_arrived, l, 0);
	start(l);
	if (l->drained != NULL)
		l->drained(l->drained_arg);
}

void
link_send(struct link *l, struct bytes b)
{
	struct parcel *p;

	if (l->cut)
		return;
	p = xmalloc(sizeof(*p) + b.n);
	p->next = NULL;
	p->n = b.n;
	memcpy(p->bytes, b.p, b.n);
	*l->last = p;
	l->last = &p->next;
	l->queued += b.n;
	if (!l->busy)
		start(l);
}

static void
drop(struct parcel **at)
{
	struct parcel *p;

	while ((p = *at) != NULL) {
		*at = p->next;
		xfree(p);
	}
}

void
link_cut(struct link *l)
{
	drop(&l->first);
	drop(&l->flying);
	l->last = &l->first;
	l->flying_last = &l->flying;
	l->queued = 0;
	l->cut = true;
	l->drained = NULL;
}
