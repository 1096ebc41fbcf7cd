/*
 * Lowering: an op that is a formula over other ops (a compound) has a row in
 * ops.def and a shape rule, but no kernel.  Before planning, a program with
 * compounds is rewritten into one of primitives, so that fusion, views, memory
 * planning and the same bits on every target come for free.  Exports and
 * errors keep the numbering of the program as it came.
 *
 * To add a compound: a row, a shape rule, a function in lower_FAMILY.c that
 * writes the formula, declared below, and a line in lower_table.c.
 *
 *	uint32_t
 *	lower_square_loss(struct lower *l, const struct compound *c)
 *	{
 *		uint32_t d = lower_binary(l, OP_SUB, c->in[0], c->in[1]);
 *
 *		return lower_reduce(l, OP_MEAN, lower_unary(l, OP_SQUARE, d),
 *		    NULL, false);
 *	}
 *
 * Values are numbers; LOWER_NONE is the value of what failed, and whatever is
 * given it returns it too, so a formula needs no checks.  A shape read from
 * LOWER_NONE has no axes: do not index by it unseen.  What fails, while
 * lowering or computing, is the compound's failure, with that code.
 * The result must have the shape and dtype that the row's rules gave.
 */
#ifndef RAVEN_LOWER_H
#define RAVEN_LOWER_H

#include "common/program.h"

#define LOWER_NONE	PROGRAM_NONE
#define LOWER_INPUTS	16	/* of an op in a formula, at most */

struct lower;
struct plan;

/* A compound as its function sees it. */
struct compound {
	const struct op_row	*row;
	const struct op_params	*params;
	const uint32_t		*in;
	size_t			 n_in;
	struct shape		 shape;		/* of the result */
};

typedef uint32_t (*lower_fn)(struct lower *, const struct compound *);

/* NULL: not a compound. */
lower_fn lower_function(uint32_t code);

/* ---- for the formulas ---- */

/* Any op, also a compound; params NULL: the defaults. */
uint32_t lower_op(struct lower *, enum op_code, const struct op_params *,
	    const uint32_t *in, size_t n_in);
uint32_t lower_unary(struct lower *, enum op_code, uint32_t a);
uint32_t lower_binary(struct lower *, enum op_code, uint32_t a, uint32_t b);
/* An op whose parameters are axis (or axes; NULL: none) and keepdims. */
uint32_t lower_reduce(struct lower *, enum op_code, uint32_t a,
	    const struct param *axis, bool keepdims);
uint32_t lower_reshape(struct lower *, uint32_t a, uint32_t ndim,
	    const int64_t *dims);
uint32_t lower_transpose(struct lower *, uint32_t a, uint32_t ndim,
	    const int64_t *axes);
/* 0-d constants; give them the dtype of what they meet. */
uint32_t lower_scalar(struct lower *, enum dtype, double);
uint32_t lower_integer(struct lower *, enum dtype, int64_t);
/* Ints and bools as float64, floats as they are. */
uint32_t lower_float(struct lower *, uint32_t a);
/* As that dtype. */
uint32_t lower_as(struct lower *, uint32_t a, enum dtype);
/* Without axes for LOWER_NONE. */
struct shape lower_shape(const struct lower *, uint32_t value);
/* The compound fails so; returns LOWER_NONE. */
uint32_t lower_fail(struct lower *, enum error, int32_t input, int64_t,
	    int64_t, int64_t, int64_t);

/* ---- for the planner ---- */

/*
 * Replaces plan->prog by what it lowers to, and plan->given likewise, if it
 * has compounds; else costs nothing.  E_OK, or why the program is refused.
 * What it takes counts into the plan's room: look at plan->failed.
 */
enum error lower_program(struct plan *, struct op_error *) MUST_CHECK;
void	 lower_clear(struct plan *);
/* The op of plan->prog that computes op i of the program as it came. */
uint32_t lower_value(const struct plan *, uint32_t i);
/* The op of the program as it came that op i of plan->prog belongs to. */
uint32_t lower_origin(const struct plan *, uint32_t i);
/* Once all is computed: failures by ops of the program as it came. */
const struct op_error *lower_errors(struct plan *);

/* ---- the compounds ---- */

/* lower_statistics.c */
uint32_t lower_variance(struct lower *, const struct compound *);
uint32_t lower_std(struct lower *, const struct compound *);
uint32_t lower_percentile(struct lower *, const struct compound *);
uint32_t lower_average(struct lower *, const struct compound *);
uint32_t lower_norm(struct lower *, const struct compound *);
uint32_t lower_count_nonzero(struct lower *, const struct compound *);
uint32_t lower_ptp(struct lower *, const struct compound *);

/* lower_elem.c */
uint32_t lower_clip(struct lower *, const struct compound *);
uint32_t lower_relu(struct lower *, const struct compound *);
uint32_t lower_round(struct lower *, const struct compound *);
/* lower_einsum.c */
uint32_t lower_einsum(struct lower *, const struct compound *);

/* lower_learn.c */
uint32_t lower_softmax(struct lower *, const struct compound *);
uint32_t lower_logsumexp(struct lower *, const struct compound *);
uint32_t lower_log_softmax(struct lower *, const struct compound *);
uint32_t lower_layer_norm(struct lower *, const struct compound *);
uint32_t lower_batch_norm(struct lower *, const struct compound *);

/* lower_loss.c */
uint32_t lower_square_loss(struct lower *, const struct compound *);
uint32_t lower_square_loss_grad(struct lower *, const struct compound *);
uint32_t lower_cross_entropy(struct lower *, const struct compound *);
uint32_t lower_cross_entropy_grad(struct lower *, const struct compound *);
uint32_t lower_attention(struct lower *, const struct compound *);

/* lower_random.c */
uint32_t lower_random_uniform(struct lower *, const struct compound *);
uint32_t lower_random_normal(struct lower *, const struct compound *);
uint32_t lower_random_integers(struct lower *, const struct compound *);
uint32_t lower_permutation(struct lower *, const struct compound *);
uint32_t lower_random(struct lower *, const struct compound *);
uint32_t lower_dropout(struct lower *, const struct compound *);

/* lower_conv.c */
uint32_t lower_conv2d(struct lower *, const struct compound *);
uint32_t lower_conv2d_input_grad(struct lower *, const struct compound *);
uint32_t lower_conv2d_weight_grad(struct lower *, const struct compound *);
uint32_t lower_avg_pool2d_grad(struct lower *, const struct compound *);
uint32_t lower_max_pool2d_grad(struct lower *, const struct compound *);
uint32_t lower_max_pool2d(struct lower *, const struct compound *);
uint32_t lower_avg_pool2d(struct lower *, const struct compound *);

/* lower_move.c */
uint32_t lower_trace(struct lower *, const struct compound *);
uint32_t lower_outer(struct lower *, const struct compound *);
uint32_t lower_one_hot(struct lower *, const struct compound *);

#endif
