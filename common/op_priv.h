/*
 * Shared by the files of the op rules.
 */
#ifndef RAVEN_OP_PRIV_H
#define RAVEN_OP_PRIV_H

#include "error.h"

/* Fills in all but op and returns code. */
enum error	 op_fail(struct op_error *, enum error code, int32_t input,
		    int64_t, int64_t, int64_t, int64_t);

#endif
