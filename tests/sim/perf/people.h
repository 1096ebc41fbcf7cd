/*
 * Who takes part: sets of participants, who joins and who leaves.
 */
#ifndef RAVEN_PERF_PEOPLE_H
#define RAVEN_PERF_PEOPLE_H

#include "host.h"

struct people {
	const char	*name;
	uint32_t	 tabs, natives;
	bool		 churn;
	bool		 slowed;	/* the last native one, since it was measured */
};

const struct people *people_find(const char *name);
const struct people *people_at(size_t i);	/* NULL: past the last */
void	 trait_tab(struct trait *, struct rng *);
void	 trait_native(struct trait *);
void	 trait_slow(struct trait *);
/* Seconds until one who is there leaves; a newcomer; until the next joins. */
double	 people_stays_on(struct rng *);
double	 people_stays(struct rng *);
double	 people_next_join(struct rng *, uint32_t tabs);

#endif
