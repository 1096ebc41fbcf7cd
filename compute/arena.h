/*
 * Memory of a program's values, planned before anything is computed: each
 * slot lives from the step that fills it to the last that reads it, and slots
 * that never live together may share bytes.  So the peak is known, and can be
 * refused, at once.
 */
#ifndef RAVEN_ARENA_H
#define RAVEN_ARENA_H

#include "common/error.h"
#include "common/xalloc.h"

#include <stdbool.h>
#include <stddef.h>

#define ARENA_ALIGN	64
#define ARENA_FOREVER	0xffffffffu
#define ARENA_MAX	(INT64_C(1) << 62)

struct slot {
	const uint8_t	*outside;	/* borrowed bytes; NULL: in the arena */
	int64_t		 size;
	int64_t		 offset;	/* in the arena */
	uint32_t	 born, dies;	/* steps, both inclusive */
};

/*
 * Places every slot of the arena, first fit in order of birth (slots must be
 * sorted by it, and born before step n_steps).  *peak is what they need
 * together.  scratch has room for ARENA_SCRATCH numbers.
 */
#define ARENA_SCRATCH(n, n_steps)	(3 * (n) + (n_steps) + 4)
enum error	 arena_plan(struct slot *, uint32_t n, uint32_t n_steps,
		    uint32_t *scratch, int64_t *peak) MUST_CHECK;

#endif
