/*
 * One turn of the event loop: all its events through the core, then what may
 * go at once goes, what acknowledges something waits until it is recorded.
 */
#ifndef RAVEN_TURN_H
#define RAVEN_TURN_H

#include "core/sched.h"

struct turn;

typedef void (*turn_send)(void *arg, uint64_t session, struct bytes message);

struct turn	*turn_new(struct sched *, struct store *, turn_send, void *arg);
/* not the core, not the store */
void		 turn_free(struct turn *);
void		 turn_limits(struct turn *, uint64_t pending_bytes,
	    uint64_t pending);
void		 turn_event(struct turn *, uint64_t now_us,
	    const struct sched_event *);
/* Ends the turn; returns when to end the next, though nothing happens (us). */
uint64_t	 turn_end(struct turn *, uint64_t now_us);
/* The commands of the load, written with the first turn. */
struct sched_out *turn_out(struct turn *);
bool		 turn_idle(const struct turn *);	/* all is recorded */

#endif
