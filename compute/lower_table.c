/*
 * Which ops are compounds.
 */
#include "compute/lower.h"

static const lower_fn functions[] = {
	[OP_VARIANCE] = lower_variance,
	[OP_STD] = lower_std,
	[OP_PERCENTILE] = lower_percentile,
	[OP_AVERAGE] = lower_average,
	[OP_NORM] = lower_norm,
	[OP_COUNT_NONZERO] = lower_count_nonzero,
	[OP_PTP] = lower_ptp,
	[OP_SOFTMAX] = lower_softmax,
};

lower_fn
lower_function(uint32_t code)
{
	return code < sizeof functions / sizeof functions[0] ?
	    functions[code] : NULL;
}
