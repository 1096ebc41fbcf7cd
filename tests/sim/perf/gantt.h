/*
 * A chart of a run: slots as rows, groups as bars, lines as thin ones.
 */
#ifndef RAVEN_PERF_GANTT_H
#define RAVEN_PERF_GANTT_H

#include "run.h"
#include "watch.h"

struct gantt;

struct gantt	*gantt_new(const struct work *);
void		 gantt_free(struct gantt *);
const struct watch *gantt_watch(const struct gantt *);
/* After the run; -1: the file could not be written. */
int		 gantt_write(const struct gantt *, const struct run_setup *,
		    const struct run_figures *, double bound,
		    const char *path);

#endif
