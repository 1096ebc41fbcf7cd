/*
 * When the embedded Redis does not start: is the end of its append-only file
 * damaged, as after a power failure?  A short tail is cut off and kept beside
 * the file; more than that is the operator's to decide.
 */
#ifndef RAVEN_REPAIR_H
#define RAVEN_REPAIR_H

#include "common/conf.h"

#define REPAIR_TAIL	65536	/* bytes that may be cut without asking */

enum repair { REPAIR_SOUND, REPAIR_DONE, REPAIR_REFUSED };

/* What redis-check-aof said of the file that is damaged. */
struct damage {
	char		file[256];
	uint64_t	size, sound;	/* bytes: all, and the good ones */
};

/* Starts redis-check-aof; the pid, or -1. */
int		 repair_start(const struct conf *, int lock_fd) MUST_CHECK;
/* After it ended: what it found, and what was done about it, in text. */
enum repair	 repair_finish(const struct conf *, char *text, size_t len);
/* Reads its output; false: nothing is damaged. */
bool		 repair_parse(const char *output, struct damage *);

#endif
