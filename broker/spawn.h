/* Starting a program with exactly the descriptors it is to have. */
#ifndef RAVEN_SPAWN_H
#define RAVEN_SPAWN_H

#include <stddef.h>

#include "common/xalloc.h"

#define SPAWN_FDS	72	/* descriptors handed on, at most */

struct spawn {
	const char	*path;			/* with a slash, or searched in PATH */
	char		*const *argv;
	int		 in;			/* becomes stdin; -1: /dev/null */
	int		 out;			/* becomes stdout; 0: stderr */
	int		 fds[SPAWN_FDS];	/* become 3, 4, ... */
	size_t		 n_fds;
	int		 death_signal;		/* when the parent dies */
};

/* The pid, or -1 with errno.  A failing exec ends the child with EXIT_CONFIG. */
int	 spawn_program(const struct spawn *) MUST_CHECK;
/* name beside this program (a build tree) or in the installed folder. */
char	*spawn_find(const char *name, char *buf, size_t len);

#endif
