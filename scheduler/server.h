/*
 * The scheduler's door: gateways and ravenctl on scheduler.sock.
 */
#ifndef RAVEN_SERVER_H
#define RAVEN_SERVER_H

#include "common/proc.h"
#include "core/sched.h"

struct server;

void		 server_limits(const struct conf *, struct sched_limits *);
/* NULL after a log line: the socket cannot be had. */
struct server	*server_new(struct proc *, struct store *, struct sched *);
void		 server_free(struct server *);
struct sched_out *server_out(struct server *);	/* for sched_load_end */
void		 server_start(struct server *);		/* the first turn */
void		 server_drain(struct proc *, uint64_t deadline_ms,
	    void *server);
void		 server_reload(struct proc *, void *server);

#endif
