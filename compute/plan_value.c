/*
 * Plans one op: which family it belongs to, and those that only look at their
 * input in another way.
 */
#include "compute/plan.h"

#include <string.h>

static void
plan_transpose(struct plan *p, const struct plan_op *op)
{
	const struct view *in = &p->values[op->in[0]].view;
	struct view *v = &p->values[op->i].view;
	uint32_t perm[TENSOR_RANK];
	struct op_error ignored;

	*v = *in;
	if (op_permutation(&op->params.p[0], in->ndim, perm, &ignored) != E_OK)
		return;
	for (uint32_t i = 0; i < in->ndim; i++) {
		v->dims[i] = in->dims[perm[i]];
		v->strides[i] = in->strides[perm[i]];
	}
}

static void
plan_expand_dims(struct plan *p, const struct plan_op *op)
{
	const struct view *in = &p->values[op->in[0]].view;
	struct view *v = &p->values[op->i].view;
	uint32_t bits, from = 0;
	struct op_error ignored;

	*v = op->out;
	v->slot = in->slot;
	v->offset = in->offset;
	if (op_axes(&op->params.p[0], op->out.ndim, &bits, &ignored) != E_OK)
		return;
	for (uint32_t i = 0; i < v->ndim; i++) {
		v->strides[i] = 0;
		if ((bits >> i & 1) == 0)
			v->strides[i] = in->strides[from++];
	}
}

/* The same number everywhere, without memory. */
static void
plan_constant(struct plan *p, const struct plan_op *op, int number)
{
	static const uint8_t truths[] = { 0, 1 };
	static const int32_t ints[] = { 0, 1 };
	static const int64_t longs[] = { 0, 1 };
	static const float floats[] = { 0, 1 };
	static const double doubles[] = { 0, 1 };
	const void *const bytes[DT_COUNT] = {
		[DT_BOOL] = &truths[number], [DT_I32] = &ints[number],
		[DT_I64] = &longs[number], [DT_F32] = &floats[number],
		[DT_F64] = &doubles[number],
	};
	struct view *v = &p->values[op->i].view;

	*v = op->out;
	memset(v->strides, 0, sizeof v->strides);
	v->slot = plan_outside(p, bytes[op->out.dtype]);
}

static void
plan_reshape(struct plan *p, const struct plan_op *op)
{
	struct view in = plan_contiguous(p, op->i,
	    &p->values[op->in[0]].view);
	struct view *v = &p->values[op->i].view;

	*v = op->out;
	v->slot = in.slot;
	v->offset = in.offset;
}

static void
plan_same(struct plan *p, const struct plan_op *op)
{
	p->values[op->i].view = p->values[op->in[0]].view;
}

static void
plan_astype(struct plan *p, const struct plan_op *op)
{
	if (p->values[op->in[0]].view.dtype == op->out.dtype)
		plan_same(p, op);
	else
		plan_tile(p, op);
}

static void
plan_zeros_like(struct plan *p, const struct plan_op *op)
{
	plan_constant(p, op, 0);
}

static void
plan_ones_like(struct plan *p, const struct plan_op *op)
{
	plan_constant(p, op, 1);
}

/* With a scalar a product is elementwise. */
static void
plan_product(struct plan *p, const struct plan_op *op)
{
	if (p->values[op->in[0]].view.ndim > 0 &&
	    p->values[op->in[1]].view.ndim > 0)
		plan_matmul(p, op);
	else
		plan_tile(p, op);
}

/* Ops of a family of their own; views, moves, sources and tiles follow. */
static void (*const planners[])(struct plan *, const struct plan_op *) = {
	[OP_LIN] = plan_same,
	[OP_ASTYPE] = plan_astype,
	[OP_ZEROS_LIKE] = plan_zeros_like,
	[OP_ONES_LIKE] = plan_ones_like,
	[OP_TRANSPOSE] = plan_transpose,
	[OP_EXPAND_DIMS] = plan_expand_dims,
	[OP_RESHAPE] = plan_reshape,
	[OP_SUM] = plan_reduce,
	[OP_MEAN] = plan_reduce,
	[OP_MIN] = plan_reduce,
	[OP_MAX] = plan_reduce,
	[OP_PROD] = plan_reduce,
	[OP_ANY] = plan_reduce,
	[OP_ALL] = plan_reduce,
	[OP_ARGMAX] = plan_arg,
	[OP_ARGMIN] = plan_arg,
	[OP_SORT] = plan_sort,
	[OP_CUMSUM] = plan_scan,
	[OP_CUMPROD] = plan_scan,
	[OP_ARGSORT] = plan_argsort,
	[OP_TOPK] = plan_argsort,
	[OP_TOPK_INDICES] = plan_argsort,
	[OP_MEDIAN] = plan_rank,
	[OP_MODE] = plan_rank,
	[OP_BINCOUNT] = plan_bincount,
	[OP_HISTOGRAM] = plan_histogram,
	[OP_HISTOGRAM_EDGES] = plan_histogram,
	[OP_QUANTILE] = plan_quantile,
	[OP_SEARCHSORTED] = plan_search,
	[OP_GATHER] = plan_gather,
	[OP_TAKE_ALONG_AXIS] = plan_take_along,
	[OP_SCATTER] = plan_scatter,
	[OP_SCATTER_ADD] = plan_scatter,
	[OP_CONCAT] = plan_concat,
	[OP_INV] = plan_linalg,
	[OP_SOLVE] = plan_linalg,
	[OP_CHOLESKY] = plan_linalg,
	[OP_DET] = plan_linalg,
	[OP_UNIQUE] = plan_unique,
	[OP_UNIQUE_INDEX] = plan_unique,
	[OP_UNIQUE_INVERSE] = plan_unique,
	[OP_UNIQUE_COUNTS] = plan_unique,
	[OP_ARGWHERE] = plan_pick,
	[OP_FLATNONZERO] = plan_pick,
	[OP_BOOLEAN_INDEX] = plan_pick,
	[OP_FOUND_INDICES] = plan_find,
	[OP_FOUND_COUNTS] = plan_find,
	[OP_RANDOM_NUMBERS] = plan_random,
	[OP_WINDOWS] = plan_windows,
	[OP_WINDOWS_SUM] = plan_windows_sum,
	[OP_DOT] = plan_product,
	[OP_MATMUL] = plan_product,
};

void
plan_value(struct plan *p, const struct plan_op *op)
{
	uint32_t code = (uint32_t)op->row->code;

	if (code < sizeof planners / sizeof *planners &&
	    planners[code] != NULL)
		planners[code](p, op);
	else if (!plan_view(p, op) && !plan_move(p, op) && !plan_make(p, op))
		plan_tile(p, op);
}
