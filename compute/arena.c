/*
 * First-fit placing of slots.  Must not touch the memory it plans; takes time
 * linear in the number of slots.  Refuses a peak beyond any machine's.
 */
#include "compute/arena.h"

#define NOBODY	0xffffffffu
#define TRIES	256		/* holes looked at before the end is taken */

/*
 * Living slots in a ring, sorted by offset; index n is its start.  Between
 * the start and full no hole is left.
 */
struct ring {
	struct slot	*slots;
	uint32_t	*next, *prev;
	uint32_t	*bucket;	/* first of those that die at a step */
	uint32_t	*later;		/* the next in its bucket */
	uint32_t	 n, full;
};

static int64_t
rounded(int64_t size)
{
	return (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

/* Where the slot ends, and the next may begin. */
static int64_t
end(const struct ring *r, uint32_t s)
{
	return s == r->n ? 0 : r->slots[s].offset + rounded(r->slots[s].size);
}

static void
leave(struct ring *r, uint32_t s)
{
	if (r->full != r->n &&
	    r->slots[s].offset <= r->slots[r->full].offset)
		r->full = r->prev[s];
	r->next[r->prev[s]] = r->next[s];
	r->prev[r->next[s]] = r->prev[s];
}

/* Forgets all that died before step. */
static void
expire(struct ring *r, uint32_t from, uint32_t step)
{
	for (; from < step; from++)
		for (uint32_t s = r->bucket[from]; s != NOBODY;
		    s = r->later[s])
			leave(r, s);
}

/* Puts slot s into the lowest hole that holds it. */
static void
place(struct ring *r, uint32_t s)
{
	uint32_t before = r->full, after = r->next[before];
	int64_t size = rounded(r->slots[s].size);

	for (int i = 0; after != r->n; i++) {
		if (r->slots[after].offset - end(r, before) >= size)
			break;
		before = i < TRIES ? after : r->prev[r->n];
		after = r->next[before];
	}
	r->slots[s].offset = end(r, before);
	r->next[before] = s;
	r->prev[s] = before;
	r->next[s] = after;
	r->prev[after] = s;
	for (int i = 0; i < TRIES && r->next[r->full] != r->n &&
	    r->slots[r->next[r->full]].offset == end(r, r->full); i++)
		r->full = r->next[r->full];
}

enum error
arena_plan(struct slot *slots, uint32_t n, uint32_t n_steps,
    uint32_t *scratch, int64_t *peak)
{
	struct ring r = { slots, scratch, scratch + n + 1,
		scratch + 2 * n + 2, scratch + 2 * n + 3 + n_steps, n, n };
	uint32_t step = 0;

	*peak = 0;
	r.next[n] = n;
	r.prev[n] = n;
	for (uint32_t i = 0; i <= n_steps; i++)
		r.bucket[i] = NOBODY;
	for (uint32_t i = 0; i < n; i++) {
		if (slots[i].outside != NULL || slots[i].size == 0)
			continue;
		if (slots[i].size > ARENA_MAX - ARENA_ALIGN - *peak)
			return E_MEMORY;
		expire(&r, step, slots[i].born);
		step = slots[i].born;
		place(&r, i);
		if (slots[i].dies <= n_steps) {
			r.later[i] = r.bucket[slots[i].dies];
			r.bucket[slots[i].dies] = i;
		}
		if (end(&r, i) > *peak)
			*peak = end(&r, i);
	}
	return E_OK;
}
