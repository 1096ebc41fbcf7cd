/*
 * Which ops are compounds.
 */
#include "compute/lower.h"

static const lower_fn functions[] = {
	[OP_SOFTMAX] = lower_softmax,
};

lower_fn
lower_function(uint32_t code)
{
	return code < sizeof functions / sizeof functions[0] ?
	    functions[code] : NULL;
}
