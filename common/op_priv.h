/*
 * Shared by the files of the op rules.
 */
#ifndef RAVEN_OP_PRIV_H
#define RAVEN_OP_PRIV_H

#include "op.h"

/* Fills in all but op and returns code. */
enum error	 op_fail(struct op_error *, enum error code, int32_t input,
		    int64_t, int64_t, int64_t, int64_t);

/* What a shape rule works with; it fills in out's ndim and dims. */
struct infer {
	const struct op_row		*row;
	const struct shape *const	*in;
	size_t				 n_in;
	const struct param		*p;	/* the op's parameters */
	struct shape			*out;
	struct op_error			*e;
};

/* An axis between -ndim and ndim - 1, counted from 0; false: out of range. */
bool		 infer_axis(int64_t axis, uint32_t ndim, uint32_t *out);
/* All of p's axes as bits; each at most once. */
enum error	 infer_axis_bits(const struct param *p, uint32_t ndim,
		    uint32_t *bits, struct op_error *e);
/* Parameters 0 and 1 are the axes reduced and whether they stay as 1. */
enum error	 infer_reduce(const struct infer *);
/*
 * A reduction that has no value for nothing: refused, as by NumPy, even where
 * the result would have no elements.
 */
enum error	 infer_reduce_some(const struct infer *);
/* Fills in the dtype of out by the row's rule; op_infer_dtype.c. */
enum error	 infer_dtype(const struct infer *);
/* The shape of the first input. */
enum error	 infer_same(const struct infer *);
/* One axis of so many elements. */
enum error	 infer_flat(const struct infer *, int64_t elements);
/* One more axis, behind the others. */
enum error	 infer_append(const struct infer *, int64_t length);
/*
 * Two lengths that must be equal, as far as they are known; *a is the known
 * one then.  False: they differ.
 */
bool		 infer_meet(int64_t *a, int64_t b);
/*
 * Broadcasts the first na axes of a with the first nb of b into the first of
 * out, aligned at their ends.
 */
enum error	 infer_broadcast(const struct infer *, const struct shape *a,
		    uint32_t na, const struct shape *b, uint32_t nb);

/* op_infer_learn.c */
enum error	 infer_same_axis(const struct infer *);
enum error	 infer_layer_norm(const struct infer *);
enum error	 infer_batch_norm(const struct infer *);

/* op_infer_loss.c */
enum error	 infer_square_loss(const struct infer *);
enum error	 infer_square_loss_grad(const struct infer *);
enum error	 infer_cross_entropy(const struct infer *);
enum error	 infer_cross_entropy_grad(const struct infer *);
enum error	 infer_attention(const struct infer *);

/* op_infer_random.c */
enum error	 infer_random_numbers(const struct infer *);
enum error	 infer_random_between(const struct infer *);
enum error	 infer_random_integers(const struct infer *);
enum error	 infer_permutation(const struct infer *);
enum error	 infer_random(const struct infer *);
enum error	 infer_dropout(const struct infer *);

/* op_infer_window.c */
enum error	 infer_windows(const struct infer *);
enum error	 infer_windows_sum(const struct infer *);
enum error	 infer_conv2d(const struct infer *);
enum error	 infer_conv2d_input(const struct infer *);
enum error	 infer_conv2d_weight(const struct infer *);
enum error	 infer_pool2d(const struct infer *);
enum error	 infer_max_pool2d_grad(const struct infer *);
enum error	 infer_avg_pool2d_grad(const struct infer *);
/* op_infer_reduce.c */
enum error	 infer_sort(const struct infer *);
enum error	 infer_like(const struct infer *);
enum error	 infer_scan(const struct infer *);
enum error	 infer_search(const struct infer *);
enum error	 infer_quantile(const struct infer *);
enum error	 infer_percentile(const struct infer *);
enum error	 infer_average(const struct infer *);
enum error	 infer_norm(const struct infer *);
enum error	 infer_topk(const struct infer *);
enum error	 infer_histogram(const struct infer *);
enum error	 infer_bincount(const struct infer *);
/* op_infer_data.c */
enum error	 infer_unique(const struct infer *);
enum error	 infer_unique_flat(const struct infer *);
enum error	 infer_unique_inverse(const struct infer *);
enum error	 infer_argwhere(const struct infer *);
enum error	 infer_found(const struct infer *);
enum error	 infer_values(const struct infer *);
enum error	 infer_select(const struct infer *);
/* op_infer_move.c */
enum error	 infer_slice(const struct infer *);
enum error	 infer_reverse(const struct infer *);
enum error	 infer_squeeze(const struct infer *);
enum error	 infer_flatten(const struct infer *);
enum error	 infer_swapaxes(const struct infer *);
enum error	 infer_moveaxis(const struct infer *);
enum error	 infer_broadcast_to(const struct infer *);
enum error	 infer_diag(const struct infer *);
enum error	 infer_diagonal(const struct infer *);
enum error	 infer_trace(const struct infer *);
enum error	 infer_triangle(const struct infer *);
enum error	 infer_outer(const struct infer *);
enum error	 infer_stack(const struct infer *);
enum error	 infer_tile(const struct infer *);
enum error	 infer_repeat(const struct infer *);
enum error	 infer_pad(const struct infer *);
enum error	 infer_roll(const struct infer *);
/* op_infer_index.c */
enum error	 infer_gather(const struct infer *);
enum error	 infer_along(const struct infer *);
enum error	 infer_scatter(const struct infer *);
enum error	 infer_one_hot(const struct infer *);
enum error	 infer_lengths(const struct infer *);
enum error	 infer_scalar(const struct infer *);
enum error	 infer_filled(const struct infer *);
enum error	 infer_arange(const struct infer *);
enum error	 infer_linspace(const struct infer *);
enum error	 infer_eye(const struct infer *);

/* op_infer_linalg.c */
enum error	 infer_square(const struct infer *);
enum error	 infer_det(const struct infer *);
enum error	 infer_solve(const struct infer *);

/* op_einsum.c */
enum error	 infer_einsum(const struct infer *);

#endif
