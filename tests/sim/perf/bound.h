/*
 * What no schedule can beat: work, service, path, data, and for a matrix
 * product the volume that so many bytes can feed.
 */
#ifndef RAVEN_PERF_BOUND_H
#define RAVEN_PERF_BOUND_H

#include "host.h"
#include "work.h"

struct bound {
	double	work, service, path, data, product, rounds;	/* seconds */
	double	best;		/* the greatest */
};

void	 bound_of(const struct work *, const struct trait *, uint32_t n,
	    struct bound *);

#endif
