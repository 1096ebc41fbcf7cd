/* One server a state folder. */
#ifndef RAVEN_LOCK_H
#define RAVEN_LOCK_H

#include "common/conf.h"

#define EXIT_LOCKED	75	/* EX_TEMPFAIL: another one runs */

enum lock { LOCK_HELD, LOCK_TAKEN, LOCK_FAILED };

/*
 * Makes the folders and takes state_dir/lock.  Children inherit the
 * descriptor, so the lock is free only once those of a broker that was killed
 * are gone as well: two writers of one record cannot be.  Waits for them.
 */
enum lock	 lock_take(const struct conf *, int *fd, char *err, size_t len)
		    MUST_CHECK;

#endif
