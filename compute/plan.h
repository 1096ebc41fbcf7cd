/*
 * Plans: a program turned into steps and memory.  All that is foreign about a
 * program ends here: after plan_load, shapes, offsets and sizes are trusted.
 */
#ifndef RAVEN_PLAN_H
#define RAVEN_PLAN_H

#include "common/program.h"
#include "compute/lower.h"
#include "compute/step.h"

#define PLAN_MAX_OPS	65536
#define PLAN_NO_OP	0xffffffffu

struct value {
	struct view	view;
	uint32_t	uses;		/* ops that use it, some twice */
	uint32_t	user;		/* the last of them */
	uint32_t	export;		/* slot of the exported bytes */
	int64_t		*found;		/* length that data decides, or NULL */
	bool		deferred;	/* computed inside its only user */
	uint8_t		instrs;		/* of its chain, at most */
};

struct plan_chunk;

struct plan {
	struct program		 prog;		/* of primitives */
	struct program		 source;	/* as it came */
	struct lower		*lowered;	/* NULL: they are the same */
	const struct bytes	*given;
	size_t			 n_given;
	struct value		*values;	/* by op */
	struct op_error		*errors;	/* by op; code E_OK: none */
	uint32_t		 settled;	/* ops whose inputs are known */
	struct slot		*slots;
	size_t			 n_slots, cap_slots;
	struct step		*steps;
	size_t			 n_steps, cap_steps;
	int64_t			 arena;		/* bytes needed */
	uint64_t		 cost;
	struct plan_chunk	*chunks;
	size_t			 room;		/* bytes the plan may take */
	bool			 failed;	/* no memory for the plan */
	bool			 wide;		/* see kernels.h */
};

/* What the op being planned looks like. */
struct plan_op {
	uint32_t		 i;		/* from 0 */
	const struct op_row	*row;
	struct op_params	 params;
	const uint32_t		*in;		/* ops, from 0 */
	size_t			 n_in;
	struct shape		 shape;
	struct view		 out;		/* slot not yet chosen */
	int64_t			 elements;	/* of out */
};

enum error plan_load(struct plan *, const uint8_t *program, size_t len,
	    const struct bytes *given, size_t n_given, size_t limit,
	    bool wide, struct op_error *) MUST_CHECK;
void	 plan_clear(struct plan *);

/* Op i failed while computing. */
void	 plan_fail(struct plan *, uint32_t i, const struct op_error *);
/*
 * The first n ops have been computed, but for the last: those that use a
 * failed one fail, as E_DEPENDS of its root.
 */
void	 plan_settle(struct plan *, uint32_t n);

/* Parts of planning; NULL or no slot only once plan->failed is set. */
void	*plan_alloc(struct plan *, size_t);
/* Room for one more element in an array of n; false: there is none. */
bool	 plan_grow(struct plan *, void **array, size_t n, size_t *cap,
	    size_t size);
uint32_t plan_slot(struct plan *, int64_t size);
uint32_t plan_outside(struct plan *, const void *);
/* The next step reads (or writes) this slot. */
void	 plan_use(struct plan *, uint32_t slot);
/* Ends the next step: detail was filled in, slots were used. */
void	 plan_step(struct plan *, enum step_kind, uint32_t op, int64_t units,
	    uint64_t unit_cost, int64_t scratch, void *detail);

/* plan_tile.c */
bool	 plan_is_tile(const struct plan *, uint32_t i);
void	 plan_defer(struct plan *, const struct plan_op *);
void	 plan_tile(struct plan *, const struct plan_op *);
/* The last step fills the op's value and makes it canonical; false: not so. */
bool	 plan_canonical_tile(struct plan *, uint32_t op, const struct view *);
void	 plan_copy(struct plan *, uint32_t op, const struct view *from,
	    const struct view *to);
void	 plan_fill(struct plan *, uint32_t op, const struct view *to,
	    const void *scalar);
/* to += from, of one shape and dtype */
void	 plan_accumulate(struct plan *, uint32_t op, const struct view *from,
	    const struct view *to);
/* to = (from != 0) */
void	 plan_truth(struct plan *, uint32_t op, const struct view *from,
	    const struct view *to);
/* The view itself, or a contiguous copy of the dtype. */
struct view plan_cast(struct plan *, uint32_t op, const struct view *,
	    enum dtype);
/* The view itself, or a contiguous copy. */
struct view plan_contiguous(struct plan *, uint32_t op, const struct view *);
/* A new contiguous value of the view's shape. */
struct view plan_temporary(struct plan *, const struct view *, enum dtype);

/* plan_turn.c */
/* Copies from to the contiguous to in a better order; false: as good as is. */
bool	 plan_turn(struct plan *, uint32_t op, const struct view *from,
	    const struct view *to);
/* The view itself, or a contiguous copy if that is quicker to read. */
struct view plan_straight(struct plan *, uint32_t op, const struct view *);

/* plan_axes.c */
/* The op's output, contiguous, as a new slot. */
struct view plan_output(struct plan *, const struct plan_op *);
/* An axis as 0 .. ndim - 1, or -1 for all in one; it was checked. */
int32_t	 plan_axis(const struct param *, uint32_t ndim);
/* One lane of v along axis, its length, and the walk over all lanes. */
int64_t	 plan_lanes(const struct view *v, int32_t axis, struct view *lane,
	    struct walk *all);
/*
 * The first input with its axis last, so that lanes can be read straight;
 * *axis is where it is then.
 */
struct view plan_lane_input(struct plan *, const struct plan_op *,
	    const struct param *which, int32_t *axis);
void	 plan_reduce(struct plan *, const struct plan_op *);
void	 plan_arg(struct plan *, const struct plan_op *);
void	 plan_sort(struct plan *, const struct plan_op *);
/* Sorts so many lanes; in, out, their walks and the length were filled in. */
void	 plan_sort_step(struct plan *, uint32_t op, struct sort_step *,
	    int64_t lanes);
void	 plan_concat(struct plan *, const struct plan_op *);

/* plan_value.c */
/* Any op but a source; its inputs did not fail. */
void	 plan_value(struct plan *, const struct plan_op *);

/* plan_view.c */
/* Sets the op's value to a view of its input; false: not such an op. */
bool	 plan_view(struct plan *, const struct plan_op *);

/* plan_move.c */
/* False: not an op that moves elements. */
bool	 plan_move(struct plan *, const struct plan_op *);

/* plan_index.c */
void	 plan_gather(struct plan *, const struct plan_op *);
void	 plan_take_along(struct plan *, const struct plan_op *);
void	 plan_scatter(struct plan *, const struct plan_op *);

/* plan_source.c */
/* Values out of nothing, or of a shape; false: not such an op. */
bool	 plan_make(struct plan *, const struct plan_op *);

/* plan_order.c */
/* An input of the op, contiguous and of the dtype. */
struct view plan_whole(struct plan *, const struct plan_op *, size_t input,
	    enum dtype);
void	 plan_scan(struct plan *, const struct plan_op *);
void	 plan_argsort(struct plan *, const struct plan_op *);
void	 plan_search(struct plan *, const struct plan_op *);

/* plan_linalg.c */
void	 plan_linalg(struct plan *, const struct plan_op *);
/* plan_statistics.c */
void	 plan_rank(struct plan *, const struct plan_op *);
void	 plan_quantile(struct plan *, const struct plan_op *);
void	 plan_histogram(struct plan *, const struct plan_op *);
void	 plan_bincount(struct plan *, const struct plan_op *);
/* plan_data.c */
#define PLAN_DATA_INPUTS 2	/* of an op that decides a length, at most */
/* Lengths are unknown where data decides, nowhere else, and nobody uses such
 * a value: it must leave the program first. */
bool	 plan_lengths(const struct program *);
/* The op's shape becomes the largest it can be; E_OK or E_MEMORY. */
enum error plan_bound(struct plan *, struct plan_op *, struct op_error *);
void	 plan_unique(struct plan *, const struct plan_op *);
void	 plan_pick(struct plan *, const struct plan_op *);
void	 plan_find(struct plan *, const struct plan_op *);

/* plan_random.c */
void	 plan_random(struct plan *, const struct plan_op *);

/* plan_window.c */
void	 plan_windows(struct plan *, const struct plan_op *);
void	 plan_windows_sum(struct plan *, const struct plan_op *);

/* plan_gemm.c */
void	 plan_matmul(struct plan *, const struct plan_op *);

#endif
