/*
 * parity-table: the op table as JSON, for the parity tests' generator.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/op.h"

static const char *const kinds[] = {
	[PARAM_AXIS] = "AXIS", [PARAM_AXES] = "AXES", [PARAM_BOOL] = "BOOL",
	[PARAM_INT] = "INT", [PARAM_INTS] = "INTS", [PARAM_FLOAT] = "FLOAT",
	[PARAM_DTYPE] = "DTYPE", [PARAM_CHOICE] = "CHOICE",
	[PARAM_TEXT] = "TEXT",
};

static const char *const shapes[] = {
	[SHAPE_SOURCE] = "source", [SHAPE_SAME] = "same",
	[SHAPE_BROADCAST] = "broadcast", [SHAPE_MATMUL] = "matmul",
	[SHAPE_DOT] = "dot", [SHAPE_TRANSPOSE] = "transpose",
	[SHAPE_REDUCE] = "reduce", [SHAPE_REDUCE_SOME] = "reduce",
	[SHAPE_SORT] = "sort", [SHAPE_RESHAPE] = "reshape",
	[SHAPE_CONCAT] = "concat", [SHAPE_EXPAND_DIMS] = "expand_dims",
	[SHAPE_LIKE] = "like",
	[SHAPE_SAME_AXIS] = "same_axis",
	[SHAPE_UNIQUE] = "unique", [SHAPE_UNIQUE_FLAT] = "unique_flat",
	[SHAPE_UNIQUE_INVERSE] = "unique_inverse",
	[SHAPE_ARGWHERE] = "argwhere", [SHAPE_FOUND] = "found",
	[SHAPE_VALUES] = "values", [SHAPE_SELECT] = "select",
	[SHAPE_LAYER_NORM] = "layer_norm",
	[SHAPE_BATCH_NORM] = "batch_norm",
	[SHAPE_RANDOM_NUMBERS] = "random_numbers",
	[SHAPE_RANDOM_BETWEEN] = "random_between",
	[SHAPE_RANDOM_INTEGERS] = "random_integers",
	[SHAPE_PERMUTATION] = "permutation",
	[SHAPE_RANDOM] = "random",
	[SHAPE_DROPOUT] = "dropout",
	[SHAPE_SQUARE_LOSS] = "square_loss",
	[SHAPE_SQUARE_LOSS_GRAD] = "square_loss_grad",
	[SHAPE_CROSS_ENTROPY] = "cross_entropy",
	[SHAPE_CROSS_ENTROPY_GRAD] = "cross_entropy_grad",
	[SHAPE_ATTENTION] = "attention",
	[SHAPE_WINDOWS] = "windows",
	[SHAPE_WINDOWS_SUM] = "windows_sum",
	[SHAPE_CONV2D] = "conv2d",
	[SHAPE_CONV2D_INPUT] = "conv2d_input",
	[SHAPE_CONV2D_WEIGHT] = "conv2d_weight",
	[SHAPE_POOL2D] = "pool2d",
	[SHAPE_MAX_POOL2D_GRAD] = "max_pool2d_grad",
	[SHAPE_AVG_POOL2D_GRAD] = "avg_pool2d_grad",
	[SHAPE_SCAN] = "scan", [SHAPE_SEARCH] = "search",
	[SHAPE_SQUARE] = "square", [SHAPE_DET] = "square",
	[SHAPE_SOLVE] = "solve",
	[SHAPE_QUANTILE] = "quantile", [SHAPE_PERCENTILE] = "percentile",
	[SHAPE_AVERAGE] = "average", [SHAPE_NORM] = "norm",
	[SHAPE_TOPK] = "topk", [SHAPE_HISTOGRAM] = "histogram",
	[SHAPE_BINCOUNT] = "bincount",
	[SHAPE_SLICE] = "slice",
	[SHAPE_REVERSE] = "reverse",
	[SHAPE_SQUEEZE] = "squeeze",
	[SHAPE_FLATTEN] = "flatten",
	[SHAPE_SWAPAXES] = "swapaxes",
	[SHAPE_MOVEAXIS] = "moveaxis",
	[SHAPE_BROADCAST_TO] = "broadcast_to",
	[SHAPE_DIAG] = "diag",
	[SHAPE_DIAGONAL] = "diagonal",
	[SHAPE_TRACE] = "trace",
	[SHAPE_TRIANGLE] = "triangle",
	[SHAPE_OUTER] = "outer",
	[SHAPE_STACK] = "stack",
	[SHAPE_TILE] = "tile",
	[SHAPE_REPEAT] = "repeat",
	[SHAPE_PAD] = "pad",
	[SHAPE_ROLL] = "roll",
	[SHAPE_GATHER] = "gather",
	[SHAPE_ALONG] = "along",
	[SHAPE_SCATTER] = "scatter",
	[SHAPE_ONE_HOT] = "one_hot",
	[SHAPE_LENGTHS] = "lengths",
	[SHAPE_SCALAR] = "scalar",
	[SHAPE_FILLED] = "filled",
	[SHAPE_ARANGE] = "arange",
	[SHAPE_LINSPACE] = "linspace",
	[SHAPE_EYE] = "eye",
	[SHAPE_EINSUM] = "einsum",
};

int
main(void)
{
	const struct op_row *row;
	size_t i, n;
	uint32_t k;

	row = op_rows(&n);
	printf("[");
	for (i = 0; i < n; i++, row++) {
		printf("%s\n{\"code\": %d, \"name\": \"%s\", \"shape\": \"%s\", "
		    "\"min\": %u, \"max\": %u, \"params\": [",
		    i > 0 ? "," : "", (int)row->code, row->name,
		    shapes[row->shape], (unsigned)row->min,
		    (unsigned)row->max);
		for (k = 0; k < row->n_params; k++)
			printf("%s[\"%s\", \"%s\"]", k > 0 ? ", " : "",
			    row->params[k].name, kinds[row->params[k].kind]);
		printf("]}");
	}
	printf("\n]\n");
	return EXIT_SUCCESS;
}
