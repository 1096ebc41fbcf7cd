/*
 * Two owners at once.
 */
#ifndef RAVEN_PERF_FAIRNESS_H
#define RAVEN_PERF_FAIRNESS_H

#include <stdio.h>

#include "run.h"

/* A table of them, in Markdown. */
void	 fairness(uint64_t seed, FILE *);

#endif
