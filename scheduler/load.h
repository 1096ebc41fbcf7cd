/*
 * Start: format, epoch, secret, and everything the record knows into the core.
 */
#ifndef RAVEN_SCHEDULER_LOAD_H
#define RAVEN_SCHEDULER_LOAD_H

#include "core/sched.h"

struct load_counts {
	uint64_t	graphs, batches, groups, tensors, damaged;
};

/*
 * Checks the format, raises the epoch, draws what is missing from random, and
 * fills in set.  0, or -1 and why in err; *fatal: a restart would not help.
 */
int	 load_setup(struct store *, const uint8_t random[DIGEST_KEY_LEN],
	    struct sched_setup *set, bool *fatal, char *err, size_t err_len)
	    MUST_CHECK;
/* Reads every graph into the core; it still waits for sched_load_end. */
int	 load_all(struct store *, struct sched *, struct load_counts *,
	    char *err, size_t err_len) MUST_CHECK;

#endif
