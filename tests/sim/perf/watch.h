/*
 * Who looks on while a run goes: for charts.  NULL: nobody.
 */
#ifndef RAVEN_PERF_WATCH_H
#define RAVEN_PERF_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct watch {
	/* A group leaves the server; op: the first that it exports. */
	void	(*assigned)(void *, uint64_t group, uint64_t op);
	/* It was computed, or stopped. */
	void	(*ran)(void *, uint32_t host, uint32_t slot, uint64_t group,
		    uint64_t from, uint64_t to, bool stopped);
	/* Bytes have left on a line. */
	void	(*moved)(void *, uint32_t host, bool up, uint64_t from,
		    uint64_t to, uint64_t bytes);
	void	*arg;
};

#endif
