/*
 * What every child of brokerd does the same: options, the control socket on
 * fd 3, readiness, signals, leaving.  Native only.
 *
 * A child is started as: program -f file -o name=value... -i slot -g generation
 * with fd 3 the control socket (may be absent: started alone for tests) and,
 * for gateways, listening sockets from fd 4 on (LISTEN count in -l).
 */
#ifndef RAVEN_PROC_H
#define RAVEN_PROC_H

#include "conf.h"
#include "ipc.h"

#define PROC_CONTROL_FD	3
#define PROC_LISTEN_FD	4
#define EXIT_WRONG_USE	64	/* EX_USAGE */
#define EXIT_CONFIG	78	/* EX_CONFIG: do not restart */

struct proc {
	struct conf		*conf;
	struct event_base	*base;
	struct ipc		*control;	/* NULL: started alone */
	const char		*role;
	unsigned		 slot;
	uint64_t		 generation;
	unsigned		 n_listen;
	const char		*conf_path;
	char			**overrides;	/* owned; texts are argv's */
	size_t			 n_overrides;
	struct proc_loop	*loop;		/* of proc.c */
};

struct proc_handlers {
	/* Once: stop intake, finish, proc_stop.  NULL: stop at once.  At the
	 * deadline the loop ends anyway. */
	void	(*drain)(struct proc *, uint64_t deadline_ms, void *arg);
	/* conf has the new values. */
	void	(*reload)(struct proc *, void *arg);
};

/* Parses argv, loads the configuration, makes the base, connects control;
 * exits with a message on wrong use. */
void	 proc_init(struct proc *, const char *role, int argc, char **argv);
/* Runs the loop until proc_stop; SIGTERM, SIGINT, DRAIN and the end of the
 * broker call drain.  Sends STATUS once a second: the broker takes silence for
 * a loop that hangs. */
int	 proc_run(struct proc *, const struct proc_handlers *, void *arg);
void	 proc_ready(struct proc *);			/* sends READY */
void	 proc_status(struct proc *, const char *text);	/* for STATUS */
void	 proc_stop(struct proc *);
void	 proc_clear(struct proc *);
/* Microseconds of the monotonic clock. */
uint64_t proc_now_us(void);
void	 proc_random(void *, size_t);		/* getrandom(2) */
unsigned proc_port(int fd);		/* that a TCP socket is bound to; 0: none */
void	 proc_raise_files(void);	/* RLIMIT_NOFILE, to its hard limit */

#endif
