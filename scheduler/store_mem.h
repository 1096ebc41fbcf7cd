/*
 * A store in memory, for tests: the same operations, answered when told.
 */
#ifndef RAVEN_STORE_MEM_H
#define RAVEN_STORE_MEM_H

#include "store.h"

struct store	*store_mem_new(void);
/* While held, submitted writes are neither applied nor answered. */
void		 store_mem_hold(struct store *, bool);
/* Applies and answers the n oldest submissions; returns how many there were. */
size_t		 store_mem_step(struct store *, size_t n);
/* Forgets the submissions that were not applied, as a crash does. */
void		 store_mem_crash(struct store *);
/* Value of a field (or of a string: field empty); n = 0 and p NULL: none. */
struct bytes	 store_mem_get(const struct store *, const char *key,
		    const char *field);
size_t		 store_mem_fields(const struct store *, const char *key);

#endif
