/*
 * Programs of examples/, as files.
 */
#ifndef RAVEN_PERF_RECORDED_H
#define RAVEN_PERF_RECORDED_H

#include "work.h"

/* NULL: it cannot be read, or nothing of it is wanted. */
struct work	*recorded(const char *path);

#endif
