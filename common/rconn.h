/*
 * Connections to Redis: where it is, who we are, what to say first.  Native
 * only; on hiredis 0.14, whose faults it hides.
 *
 * Embedded: redis.sock in the run folder, password of user from redis.auth
 * beside it.  External: what conf's redis says, unix:/path[?user:password]
 * or redis://[user:password@]host[:port][/db].
 */
#ifndef RAVEN_RCONN_H
#define RAVEN_RCONN_H

#include <hiredis/async.h>

#include "conf.h"

struct event_base;

struct rconn_handlers {
	/* Logged in and Redis has loaded its data.  Send nothing before. */
	void	(*up)(redisAsyncContext *, void *arg);
	/*
	 * Once, before up or after: refused, lost or closed by
	 * redisAsyncDisconnect.  The context is gone: do not touch it, and open
	 * the next one from a timer, not from here.  Outstanding replies came
	 * before, as NULL.
	 */
	void	(*down)(const char *why, void *arg);
};

/* user: scheduler, gateway or ops.  NULL: why is in err, no call follows. */
redisAsyncContext	*rconn_open(const struct conf *, struct event_base *,
			    const char *user, const struct rconn_handlers *,
			    void *arg, char *err, size_t err_len) MUST_CHECK;
/* Closes without calling down; outstanding replies come as NULL.  Not from
 * within down. */
void			 rconn_close(redisAsyncContext *);
/* The same, blocking, for start-up and tools; waits up to 10 s for answers. */
redisContext		*rconn_open_sync(const struct conf *, const char *user,
			    char *err, size_t err_len) MUST_CHECK;

#endif
