/*
 * One run: people, a program, who decides; how long it took.
 */
#ifndef RAVEN_PERF_RUN_H
#define RAVEN_PERF_RUN_H

#include "base.h"
#include "people.h"
#include "server.h"
#include "work.h"

#define RUN_LIMIT_S	200.0

struct run_setup {
	const struct people	*people;
	const struct work	*work;
	const struct work	*second;	/* another owner's, or NULL */
	double			 second_after;	/* seconds after the first */
	enum policy		 policy;
	uint64_t		 seed;
	double			 noise;		/* < 0: as people have it */
	const struct watch	*watch;
};

struct run_figures {
	double		 seconds;	/* makespan; the limit if not done */
	double		 second;	/* of the other owner's program */
	bool		 done;
	uint32_t	 failed;	/* values that were refused */
	uint32_t	 got;
	double		 down, up;	/* bytes */
	double		 wasted;	/* work beyond what was needed, a share */
	struct server_figures server;
	uint64_t	 events;
	uint64_t	 start;		/* when the program came */
	struct trait	*traits;	/* of all who were there; owned */
	uint32_t	 n_traits;
};

void	 run_once(const struct run_setup *, struct run_figures *);
void	 run_clear(struct run_figures *);

#endif
