/*
 * Error codes, from errors.def, and what an op's error carries: a code and
 * four numbers, so that the pure core needs no text.  The sentence for people
 * is made where names and shapes are known (op_text.c, native only).
 */
#ifndef RAVEN_ERROR_H
#define RAVEN_ERROR_H

#include <stdbool.h>
#include <stdint.h>

enum error {
	E_OK = 0,
#define ERR(num, NAME, wire, todo) E_##NAME = num,
#include "errors.def"
};

/*
 * op: the op at fault, as an index in its program's numbering (base + i).
 * input: which of its inputs, or -1.
 * a: what the code says:
 *   E_ARITY given, least, most      E_AXIS axis, ndim     E_RANK ndim, limit
 *   E_BAD_PARAM which parameter, value     E_UNKNOWN_OP code
 *   E_SHAPE axis or -1              E_DTYPE dtype
 *   E_SELF E_LATER E_MISSING the reference
 *   E_MEMORY need, limit            E_OVERFLOW elements or -1, limit
 *   E_DEPENDS the op that failed    E_NO_INPUT ordinal of the GIVEN source
 */
struct op_error {
	uint32_t	op;
	int32_t		input;
	enum error	code;
	int64_t		a[4];
};

bool		 error_known(uint64_t code);
const char	*error_name(enum error);	/* wire name, or "unknown" */
const char	*error_todo(enum error);	/* what to do, a sentence */

#endif
