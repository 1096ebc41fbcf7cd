/*
 * The turn.  Order is kept: what waits for a turn goes after all that waited
 * for the turns before.  If the store stops answering, sends wait here, and
 * above half of the allowed writes the core refuses new work.
 */
#include "turn.h"

#include <stdlib.h>
#include <string.h>

/* A message that waits for the record of its turn. */
struct waiting {
	struct waiting	*next;
	uint64_t	 number, session;
	size_t		 n;
	uint8_t		 bytes[];
};

struct turn {
	struct sched	*s;
	struct store	*st;
	turn_send	 send;
	void		*arg;
	struct sched_out out;
	struct store_write *writes;	/* scratch */
	size_t		 writes_cap;
	struct waiting	*first, **last;
	uint64_t	 submitted, recorded;	/* numbers */
	uint64_t	 max_bytes, max_pending;
	uint64_t	 now_us;
	uint64_t	*broken;	/* graphs, told to the core next turn */
	size_t		 n_broken;
	bool		 full;
};

static void
turn_release(struct turn *t)
{
	struct waiting *w;

	while ((w = t->first) != NULL && w->number <= t->recorded) {
		t->first = w->next;
		if (t->first == NULL)
			t->last = &t->first;
		t->send(t->arg, w->session, (struct bytes){ w->bytes, w->n });
		xfree(w);
	}
}

static void
on_recorded(void *arg, uint64_t number)
{
	struct turn *t = arg;

	t->recorded = number;
	turn_release(t);
}

static void
on_broken(void *arg, uint64_t g, const char *why)
{
	struct turn *t = arg;

	(void)why;	/* the store has logged it */
	t->broken = xrealloc(t->broken, (t->n_broken + 1) * sizeof(*t->broken));
	t->broken[t->n_broken++] = g;
}

static void
on_state(void *arg, enum store_state state)
{
	(void)arg;
	(void)state;	/* pressure follows from what is pending */
}

static const struct store_events turn_events = { on_recorded, on_broken,
	on_state };

struct turn *
turn_new(struct sched *s, struct store *st, turn_send send, void *arg)
{
	struct turn *t = xcalloc(1, sizeof(*t));

	t->s = s;
	t->st = st;
	t->send = send;
	t->arg = arg;
	t->last = &t->first;
	t->max_bytes = t->max_pending = UINT64_MAX;
	out_init(&t->out);
	st->events = &turn_events;
	st->arg = t;
	return t;
}

void
turn_free(struct turn *t)
{
	struct waiting *w;

	t->st->events = NULL;
	while ((w = t->first) != NULL) {
		t->first = w->next;
		xfree(w);
	}
	out_clear(&t->out);
	xfree(t->writes);
	xfree(t->broken);
	xfree(t);
}

void
turn_limits(struct turn *t, uint64_t pending_bytes, uint64_t pending)
{
	t->max_bytes = pending_bytes;
	t->max_pending = pending;
}

struct sched_out *
turn_out(struct turn *t)
{
	return &t->out;
}

bool
turn_idle(const struct turn *t)
{
	return t->recorded == t->submitted && t->out.n_writes == 0;
}

void
turn_event(struct turn *t, uint64_t now_us, const struct sched_event *e)
{
	t->now_us = now_us;
	sched_apply(t->s, now_us, e, &t->out);
}

/* By graph, each graph's v first, else as they came. */
static int
write_compare(const void *va, const void *vb)
{
	const struct store_write *a = va, *b = vb;
	bool av = a->field.n == 1 && a->field.p[0] == 'v';
	bool bv = b->field.n == 1 && b->field.p[0] == 'v';

	if (a->g != b->g)
		return a->g < b->g ? -1 : 1;
	if (av != bv)
		return av ? -1 : 1;
	/* Bytes were added in order: so are their places. */
	return a->key.p < b->key.p ? -1 : a->key.p > b->key.p;
}

static void
turn_submit(struct turn *t)
{
	size_t i, n = t->out.n_writes;

	if (n == 0)
		return;
	if (n > t->writes_cap) {
		t->writes_cap = n * 2;
		t->writes = xrealloc(t->writes,
		    t->writes_cap * sizeof(*t->writes));
	}
	for (i = 0; i < n; i++)
		out_store_write(&t->out, i, &t->writes[i]);
	qsort(t->writes, n, sizeof(*t->writes), write_compare);
	t->st->ops->submit(t->st, ++t->submitted, t->writes, n);
}

static void
turn_wait(struct turn *t, uint64_t session, struct bytes m)
{
	struct waiting *w = xmalloc(sizeof(*w) + m.n);

	w->next = NULL;
	w->number = t->submitted + (t->out.n_writes > 0);
	w->session = session;
	w->n = m.n;
	memcpy(w->bytes, m.p, m.n);
	*t->last = w;
	t->last = &w->next;
}

static void
turn_pressure(struct turn *t)
{
	bool full = t->st->ops->pending_bytes(t->st) > t->max_bytes / 2 ||
	    t->st->ops->pending(t->st) > t->max_pending / 2;
	struct sched_event e = { .kind = SCHED_PRESSURE, .full = full };

	if (full == t->full)
		return;
	t->full = full;
	sched_apply(t->s, t->now_us, &e, &t->out);
}

uint64_t
turn_end(struct turn *t, uint64_t now_us)
{
	struct sched_event e = { .kind = SCHED_BROKEN };
	uint64_t next;
	size_t i;

	t->now_us = now_us;
	for (i = 0; i < t->n_broken; i++) {
		e.g = t->broken[i];
		sched_apply(t->s, now_us, &e, &t->out);
	}
	t->n_broken = 0;
	turn_pressure(t);
	next = sched_tick(t->s, now_us, &t->out);
	for (i = 0; i < t->out.n_sends; i++) {
		if (t->out.sends[i].wait)
			turn_wait(t, t->out.sends[i].session,
			    out_message(&t->out, i));
		else
			t->send(t->arg, t->out.sends[i].session,
			    out_message(&t->out, i));
	}
	turn_submit(t);
	out_reset(&t->out);
	turn_release(t);
	return next;
}
