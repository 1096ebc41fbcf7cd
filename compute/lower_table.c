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
	[OP_CLIP] = lower_clip,
	[OP_RELU] = lower_relu,
	[OP_ROUND] = lower_round,
	[OP_SOFTMAX] = lower_softmax,
	[OP_LOG_SOFTMAX] = lower_log_softmax,
	[OP_LAYER_NORM] = lower_layer_norm,
	[OP_BATCH_NORM] = lower_batch_norm,
	[OP_CONV2D] = lower_conv2d,
	[OP_CONV2D_INPUT_GRAD] = lower_conv2d_input_grad,
	[OP_CONV2D_WEIGHT_GRAD] = lower_conv2d_weight_grad,
	[OP_MAX_POOL2D] = lower_max_pool2d,
	[OP_AVG_POOL2D] = lower_avg_pool2d,
	[OP_TRACE] = lower_trace,
	[OP_OUTER] = lower_outer,
	[OP_ONE_HOT_ENCODING] = lower_one_hot,
};

lower_fn
lower_function(uint32_t code)
{
	return code < sizeof functions / sizeof functions[0] ?
	    functions[code] : NULL;
}
