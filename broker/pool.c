/*
 * Policy of a pool of children; pure.
 * Must not fork, kill, log or read a clock.
 * Dies of: nothing.
 */
#include <string.h>

#include "broker/pool.h"
#include "common/xalloc.h"

#define DELAY_FIRST_US	1000000ull
#define DELAY_MAX_US	60000000ull
#define STABLE_US	60000000ull
#define QUICK_US	5000000ull	/* a death so soon ... */
#define QUICK_FREE	3		/* ... is forgiven so often */

void
pool_init(struct pool *p, const char *name, void *owner)
{
	memset(p, 0, sizeof(*p));
	p->name = name;
	p->owner = owner;
}

void
pool_clear(struct pool *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		xfree(p->children[i]);
	xfree(p->children);
	memset(p, 0, sizeof(*p));
}

static void
add_child(struct pool *p)
{
	struct child *c = xcalloc(1, sizeof(*c));

	c->pool = p;
	c->slot = (unsigned)p->n;
	p->children = xrealloc(p->children,
	    (p->n + 1) * sizeof(*p->children));
	p->children[p->n++] = c;
}

void
pool_resize(struct pool *p, unsigned want, uint64_t now_us)
{
	struct child *c;
	size_t i;

	while (p->n < want)
		add_child(p);
	p->want = want;
	for (i = 0; i < p->n; i++) {
		c = p->children[i];
		if (c->slot < want && c->state == CHILD_NONE) {
			c->state = CHILD_WAITING;
			c->due_us = now_us;
		} else if (c->slot >= want && c->state == CHILD_WAITING)
			c->state = CHILD_NONE;
	}
}

struct child *
pool_due(const struct pool *p, uint64_t now_us)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->children[i]->state == CHILD_WAITING &&
		    p->children[i]->due_us <= now_us)
			return p->children[i];
	return NULL;
}

uint64_t
pool_next(const struct pool *p)
{
	uint64_t next = POOL_NEVER;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->children[i]->state == CHILD_WAITING &&
		    p->children[i]->due_us < next)
			next = p->children[i]->due_us;
	return next;
}

size_t
pool_alive(const struct pool *p)
{
	size_t i, n = 0;

	for (i = 0; i < p->n; i++)
		n += p->children[i]->pid != 0;
	return n;
}

bool
pool_all_ready(const struct pool *p)
{
	size_t i;

	for (i = 0; i < p->want; i++)
		if (p->children[i]->state != CHILD_READY)
			return false;
	return true;
}

struct child *
pool_find(const struct pool *p, int pid)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->children[i]->pid == pid && pid != 0)
			return p->children[i];
	return NULL;
}

const char *
child_state_name(const struct child *c)
{
	static const char *const names[] = { "none", "waiting", "starting",
	    "ready", "leaving" };

	return c->silent ? "silent" : names[c->state];
}

void
child_start(struct child *c)
{
	c->generation++;
	c->text[0] = '\0';
	c->silent = false;
}

void
child_started(struct child *c, int pid, uint64_t now_us)
{
	c->pid = pid;
	c->state = CHILD_STARTING;
	c->started_us = now_us;
	c->ready_us = 0;
	c->heard_us = now_us;
}

static bool
is_current(const struct child *c, uint64_t pid, uint64_t generation)
{
	return c->pid != 0 && pid == (uint64_t)c->pid &&
	    generation == c->generation;
}

bool
child_ready(struct child *c, uint64_t pid, uint64_t generation,
    uint64_t now_us)
{
	if (!is_current(c, pid, generation) || c->state != CHILD_STARTING)
		return false;
	c->state = CHILD_READY;
	c->ready_us = now_us;
	c->heard_us = now_us;
	return true;
}

bool
child_heard(struct child *c, uint64_t pid, uint64_t generation,
    uint64_t now_us)
{
	if (!is_current(c, pid, generation))
		return false;
	c->heard_us = now_us;
	c->silent = false;
	return true;
}

void
child_leaving(struct child *c)
{
	if (c->pid != 0)
		c->state = CHILD_LEAVING;
}

/*
 * Early: before READY, or again and again soon after.  The whole pool waits,
 * since what ails one child mostly ails all.
 */
static uint64_t
next_delay(struct pool *p, const struct child *c, uint64_t now_us)
{
	bool ready = c->ready_us != 0;

	if (ready && now_us - c->ready_us >= STABLE_US) {
		p->delay_us = 0;
		p->quick = 0;
	}
	if (ready && (now_us - c->started_us >= QUICK_US ||
	    ++p->quick <= QUICK_FREE))
		return 0;
	p->delay_us = p->delay_us == 0 ? DELAY_FIRST_US : p->delay_us * 2;
	if (p->delay_us > DELAY_MAX_US)
		p->delay_us = DELAY_MAX_US;
	return p->delay_us;
}

void
child_exited(struct child *c, uint64_t now_us)
{
	struct pool *p = c->pool;
	bool told = c->state == CHILD_LEAVING;

	c->pid = 0;
	c->silent = false;
	c->text[0] = '\0';
	if (c->slot >= p->want) {
		c->state = CHILD_NONE;
		return;
	}
	c->state = CHILD_WAITING;
	c->due_us = now_us + (told ? 0 : next_delay(p, c, now_us));
}
