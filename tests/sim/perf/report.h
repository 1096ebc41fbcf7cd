/*
 * What runs came to, as text and as a page of documentation.
 */
#ifndef RAVEN_PERF_REPORT_H
#define RAVEN_PERF_REPORT_H

#include <stdio.h>

#include "run.h"

#define REPORT_WORKS	32
#define REPORT_PEOPLE	8

/* Means over seeds: ratios geometric, the rest arithmetic. */
struct cell {
	uint32_t	runs, undone;
	double		ln;		/* sum of ln(makespan / bound) */
	double		seconds, bound, down, up, wasted;
	double		groups, ops, repeated, cpu;
};

struct report {
	const char	*works[REPORT_WORKS];
	size_t		 n_works;
	const struct people *people[REPORT_PEOPLE];
	size_t		 n_people;
	bool		 policies[POLICIES];
	struct cell	 cells[REPORT_PEOPLE][REPORT_WORKS][POLICIES];
};

void	 cell_add(struct cell *, const struct work *,
	    const struct run_figures *, double bound);
double	 cell_ratio(const struct cell *);
/* Of these people, for the terminal. */
void	 report_text(const struct report *, size_t people, FILE *);
void	 report_page(const struct report *, FILE *);

#endif
