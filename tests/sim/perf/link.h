/*
 * One direction of a participant's line: messages one after the other at the
 * line's speed, messages before bulk, then half a round trip on the way.
 */
#ifndef RAVEN_PERF_LINK_H
#define RAVEN_PERF_LINK_H

#include "clock.h"
#include "common/buf.h"

/* What arrives, owned by the receiver's call. */
typedef void (*link_arrive)(void *arg, const uint8_t *, size_t);
/* The line is free: more may be given to it. */
typedef void (*link_drained)(void *arg);

/* So many bytes have left since then: for charts. */
typedef void (*link_sent)(void *arg, uint64_t from, uint64_t bytes);

struct parcel;

struct link {
	struct clock	*clock;
	double		 rate;		/* bytes a second */
	uint64_t	 delay;		/* ns on the way */
	link_arrive	 arrive;
	link_drained	 drained;
	void		*drained_arg;
	link_sent	 sent;
	void		*sent_arg;
	uint64_t	 since;		/* the first parcel leaves since then */
	void		*arg;
	struct parcel	*first, **last;	/* waiting to go out */
	struct parcel	*flying, **flying_last;
	size_t		 queued;	/* bytes waiting, and the one going out */
	bool		 busy, cut;
	uint64_t	 bytes;		/* in all */
};

void	 link_init(struct link *, struct clock *, double rate, uint64_t delay);
void	 link_send(struct link *, struct bytes);
/* Nothing arrives any more.  The link itself must stay. */
void	 link_cut(struct link *);

#endif
