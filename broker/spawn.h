/* Starting a program with exactly the descriptors it is to have. */
#ifndef RAVEN_SPAWN_H
#define RAVEN_SPAWN_H

#include <stddef.h>

#include "common/xalloc.h"

#define SPAWN_FDS	72	/* descriptors handed on, at most */

struct spawn {
	const char	*path;			/* a name is searched in PATH */
	char		*const *argv;
	int		 in;			/* -> stdin; -1: /dev/null */
	int		 out;			/* -> stdout; 0: stderr */
	int		 fds[SPAWN_FDS];	/* become 3, 4, ... */
	size_t		 n_fds;
	int		 death_signal;		/* when the parent dies */
};

/* The pid, or -1 with errno.  If exec fails, the child ends with 78. */
int	 spawn_program(const struct spawn *) MUST_CHECK;
/* name beside this program (a build tree) or in the installed folder. */
char	*spawn_find(const char *name, char *buf, size_t len);

#endif
