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
	[OP_EINSUM] = lower_einsum,
	[OP_SOFTMAX] = lower_softmax,
	[OP_LOG_SOFTMAX] = lower_log_softmax,
	[OP_LAYER_NORM] = lower_layer_norm,
	[OP_BATCH_NORM] = lower_batch_norm,
	[OP_CONV2D] = lower_conv2d,
	[OP_CONV2D_INPUT_GRAD] = lower_conv2d_input_grad,
	[OP_CONV2D_WEIGHT_GRAD] = lower_conv2d_weight_grad,
	[OP_RANDOM_UNIFORM] = lower_random_uniform,
	[OP_RANDOM_NORMAL] = lower_random_normal,
	[OP_RANDOM_INTEGERS] = lower_random_integers,
	[OP_PERMUTATION] = lower_permutation,
	[OP_RANDOM] = lower_random,
	[OP_DROPOUT] = lower_dropout,
	[OP_LOGSUMEXP] = lower_logsumexp,
	[OP_SQUARE_LOSS] = lower_square_loss,
	[OP_SQUARE_LOSS_GRAD] = lower_square_loss_grad,
	[OP_CROSS_ENTROPY] = lower_cross_entropy,
	[OP_CROSS_ENTROPY_GRAD] = lower_cross_entropy_grad,
	[OP_ATTENTION] = lower_attention,
	[OP_AVG_POOL2D_GRAD] = lower_avg_pool2d_grad,
	[OP_MAX_POOL2D_GRAD] = lower_max_pool2d_grad,
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
