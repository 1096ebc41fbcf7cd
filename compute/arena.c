/*
 * First-fit placing of slots.  Must not touch the memory it plans.  Refuses a
 * peak beyond any machine's.
 */
#include "compute/arena.h"

/* Forgets the slots that died before step; live stays sorted by offset. */
static size_t
expire(const struct slot *slots, uint32_t *live, size_t n, uint32_t step)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (slots[live[i]].dies >= step)
			live[kept++] = live[i];
	return kept;
}

/* Puts slot s into the lowest hole that holds it. */
static void
place(struct slot *slots, uint32_t *live, size_t n, uint32_t s, int64_t size)
{
	int64_t at = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct slot *other = &slots[live[i]];

		if (other->offset - at >= size)
			break;
		at = other->offset + (other->size + ARENA_ALIGN - 1) /
		    ARENA_ALIGN * ARENA_ALIGN;
	}
	for (size_t j = n; j > i; j--)
		live[j] = live[j - 1];
	live[i] = s;
	slots[s].offset = at;
}

enum error
arena_plan(struct slot *slots, size_t n, uint32_t *scratch, int64_t *peak)
{
	size_t n_live = 0;
	uint32_t step = 0;

	*peak = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t size = slots[i].size;

		if (slots[i].outside != NULL || size == 0)
			continue;
		if (size > ARENA_MAX - ARENA_ALIGN - *peak)
			return E_MEMORY;
		size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
		if (slots[i].born != step) {
			step = slots[i].born;
			n_live = expire(slots, scratch, n_live, step);
		}
		place(slots, scratch, n_live++, (uint32_t)i, size);
		if (slots[i].offset + size > *peak)
			*peak = slots[i].offset + size;
	}
	return E_OK;
}
