/*
 * A 4-ary heap of ready ops: highest rank first, then the lowest number.
 * Entries are not removed in the middle; whoever pops skips what is stale.
 */
#ifndef RAVEN_SCHED_HEAP_H
#define RAVEN_SCHED_HEAP_H

#include <stdbool.h>
#include <stdint.h>

struct heap_item {
	float		rank;
	uint32_t	id;
};

struct heap {
	struct heap_item	*v;
	uint32_t		 n, cap;
};

void	 heap_clear(struct heap *);		/* frees */
void	 heap_push(struct heap *, float rank, uint32_t id);
bool	 heap_pop(struct heap *, struct heap_item *);
bool	 heap_top(const struct heap *, struct heap_item *);

#endif
