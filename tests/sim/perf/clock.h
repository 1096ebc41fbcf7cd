/*
 * Virtual time: events by (time, sequence).  Times are nanoseconds.
 */
#ifndef RAVEN_PERF_CLOCK_H
#define RAVEN_PERF_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US	((uint64_t)1000)
#define MS	((uint64_t)1000000)
#define SECOND	((uint64_t)1000000000)
#define NEVER_NS UINT64_MAX

typedef void (*clock_fn)(void *arg, uint64_t n);

struct clock_event {
	uint64_t	at, seq, n;
	clock_fn	fn;
	void		*arg;
};

struct clock {
	uint64_t		 now, seq, events;
	struct clock_event	*heap;
	size_t			 n, cap;
};

void	 clock_clear(struct clock *);
/* fn(arg, n) at a time; there is no taking back: fn looks whether n counts. */
void	 clock_at(struct clock *, uint64_t at, clock_fn, void *arg, uint64_t n);
/* Runs the next event, unless it lies behind end; false: there is none. */
bool	 clock_step(struct clock *, uint64_t end);
uint64_t clock_ns(double seconds);

#endif
