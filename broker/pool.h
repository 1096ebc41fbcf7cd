/*
 * Policy of a pool of children: when each is started, and when again.  Pure:
 * time comes in, nothing is forked or killed here.
 */
#ifndef RAVEN_POOL_H
#define RAVEN_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_NEVER	UINT64_MAX

struct ipc;

enum child_state {
	CHILD_NONE,		/* not wanted and not there */
	CHILD_WAITING,		/* starts at due_us */
	CHILD_STARTING,		/* a process, not READY yet */
	CHILD_READY,
	CHILD_LEAVING,		/* told to go */
};

struct child {
	struct pool		*pool;		/* borrowed */
	enum child_state	 state;
	unsigned		 slot;
	uint64_t		 generation;	/* counts starts of this slot */
	int			 pid;		/* 0: no process */
	uint64_t		 started_us, ready_us, heard_us, due_us;
	bool			 silent;	/* READY, long not heard */
	char			 text[513];	/* of its last STATUS */
	struct ipc		*control;	/* to its fd 3, or NULL */
};

struct pool {
	const char	*name;		/* of the program, for people */
	void		*owner;		/* borrowed, for callbacks */
	struct child	**children;	/* never moves a child */
	size_t		 n;		/* slots ever used */
	unsigned	 want;
	uint64_t	 delay_us;	/* of a start after an early death */
	unsigned	 quick;		/* deaths soon after READY in a row */
};

void		 pool_init(struct pool *, const char *name, void *owner);
void		 pool_clear(struct pool *);
/* Slots at and above want are not started again; the owner ends who runs. */
void		 pool_resize(struct pool *, unsigned want, uint64_t now_us);
/* A child to start now, or NULL. */
struct child	*pool_due(const struct pool *, uint64_t now_us);
uint64_t	 pool_next(const struct pool *);	/* when; POOL_NEVER */
size_t		 pool_alive(const struct pool *);	/* processes */
bool		 pool_all_ready(const struct pool *);
struct child	*pool_find(const struct pool *, int pid);
const char	*child_state_name(const struct child *);

/* The generation rises before the start, so that READY can name it. */
void		 child_start(struct child *);
void		 child_started(struct child *, int pid, uint64_t now_us);
/* False: from a process that is gone, or not expected. */
bool		 child_ready(struct child *, uint64_t pid, uint64_t generation,
		    uint64_t now_us);
bool		 child_heard(struct child *, uint64_t pid, uint64_t generation,
		    uint64_t now_us);
void		 child_leaving(struct child *);
/* Its process is gone, or could not be made: waits for its next start. */
void		 child_exited(struct child *, uint64_t now_us);

#endif
