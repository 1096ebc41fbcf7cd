/* The sockets the broker owns, so that no child's death closes them. */
#ifndef RAVEN_LISTEN_H
#define RAVEN_LISTEN_H

#include "common/conf.h"

#define LISTEN_TCP	32	/* addresses, at most */

struct listeners {
	int		tcp[LISTEN_TCP];
	size_t		n_tcp;
	unsigned	port;		/* of the first */
	int		worker;		/* worker.sock */
	int		scheduler;	/* scheduler.sock */
	int		control;	/* control.sock */
};

/*
 * Takes systemd's sockets if there are any, else binds listen and port; makes
 * the run folder's sockets.  0, or -1 with what to do in err.  The caller holds
 * the lock: sockets of a former broker are replaced.
 */
int	 listen_open(struct listeners *, const struct conf *, char *err,
	    size_t len) MUST_CHECK;
void	 listen_close(struct listeners *, const struct conf *);

#endif
