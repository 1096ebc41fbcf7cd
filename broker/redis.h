/* The embedded Redis: folder, users, configuration, process, first answer. */
#ifndef RAVEN_REDIS_H
#define RAVEN_REDIS_H

#include "common/buf.h"
#include "common/conf.h"

#define REDIS_PASSWORD	64	/* hex digits */
#define REDIS_USERS	3	/* scheduler, gateway, ops */

struct event_base;
struct redis_probe;

struct redis {
	char	passwords[REDIS_USERS][REDIS_PASSWORD + 1];
};

/* Makes state_dir/redis and draws new passwords into run/redis.auth. */
int		 redis_prepare(struct redis *, const struct conf *, char *err,
		    size_t len) MUST_CHECK;
/* Starts the server; it inherits lock_fd.  The pid, or -1 with errno. */
int		 redis_start(const struct redis *, const struct conf *,
		    int lock_fd) MUST_CHECK;
/* Calls up once, when the server has loaded its data and answers. */
struct redis_probe *redis_probe_new(const struct conf *, struct event_base *,
		    void (*up)(void *arg), void *arg);
void		 redis_probe_free(struct redis_probe *);
/* The configuration that the server gets on its standard input. */
void		 redis_write_config(const struct redis *, const struct conf *,
		    struct buf *);

#endif
