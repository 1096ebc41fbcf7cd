/*
 * Steps: what a checked program becomes.  A step is one run over one output,
 * cut into units that are computed in order, so that computing can pause
 * between any two of them.  Planning fills these in; running trusts them.
 */
#ifndef RAVEN_STEP_H
#define RAVEN_STEP_H

#include "common/error.h"
#include "compute/arena.h"
#include "compute/kernels/kernels.h"
#include "compute/kernels/random.h"
#include "compute/kernels/linalg.h"
#include "compute/view.h"

#define STEP_NO_SLOT	0xffffffffu
#define TILE_REGS	56	/* instructions of a chain, at most */
/* Of a register's buffer; a little more, so that no two lie 4 KiB apart,
 * which makes loads wait for stores that have nothing to do with them. */
#define TILE_BYTES	(VIEW_TILE * 8 + 1344)
#define REDUCE_CHUNK	8192	/* elements summed pairwise at a time */
#define CANON_UNIT	32768	/* elements */

enum step_kind {
	STEP_TILE, STEP_REDUCE, STEP_ARG, STEP_SORT, STEP_GEMM, STEP_MATVEC,
	STEP_ROWS, STEP_MARK, STEP_UNIQUE, STEP_SQUEEZE, STEP_PICK, STEP_FIND,
	STEP_TURN, STEP_CANON, STEP_RANDOM, STEP_SCAN, STEP_ARGSORT, STEP_SEARCH,
	STEP_LU, STEP_CHOLESKY,
	STEP_RANK, STEP_HISTOGRAM, STEP_BINCOUNT,
	STEP_BAND, STEP_GATHER, STEP_TAKE, STEP_SCATTER, STEP_STEPS,
};

struct step {
	enum step_kind	 kind;
	uint32_t	 op;		/* of the program, from 0 */
	uint32_t	 scratch;	/* slot or STEP_NO_SLOT */
	uint64_t	 unit_cost;
	int64_t		 units;
	void		*detail;	/* by kind */
};

/*
 * Elementwise: a straight line of instructions, run tile by tile.  Instruction
 * i fills register i: a load, or a kernel on two registers.
 */
enum tile_mode {
	TILE_OP, TILE_SELECT, TILE_DIRECT, TILE_SCALAR, TILE_GATHER,
};

struct tile_instr {
	enum tile_mode	 mode;
	uint8_t		 a, b, c;	/* registers that a kernel reads */
	uint8_t		 buffer;	/* that register i lives in */
	tile_fn		 fn;		/* kernel, or a load's cast (or NULL) */
	select_fn	 select;	/* of TILE_SELECT */
	const struct view *src;		/* of a load; collapsed */
};

struct tile_step {
	struct view	 out;		/* collapsed */
	int64_t		 elements;
	bool		 whole;		/* out is one contiguous run */
	bool		 canonical;	/* NaN get their one pattern */
	bool		 check_power;	/* the exponents must be >= 0 */
	uint8_t		 exponents;	/* register */
	uint8_t		 n;
	uint8_t		 n_buffers;
	struct tile_instr instr[];
};

/*
 * Sum, product, min and their like.  Axes are kept or reduced; the trailing run of reduced
 * axes is one sequence per (kept, outer) position, cut into chunks.  Without
 * such a run, tiles of the trailing kept axes are folded elementwise.
 */
struct reduce_step {
	struct view	 run;		/* trailing axes, collapsed */
	int64_t		 length;	/* of the run */
	bool		 fold;		/* the run is kept, not reduced */
	bool		 straight;	/* the run is contiguous */
	int64_t		 offset;	/* of the first element */
	int64_t		 chunk, chunks;	/* of a run; tiles if fold */
	int64_t		 n_outer;	/* reduced positions outside the run */
	struct walk	 kept, outer;
	uint32_t	 out;		/* slot */
	uint8_t		 out_dtype;
	tile_fn		 cast;		/* of a chunk, first; or NULL */
	struct reduce_kernel kernel;
	double		 divisor;	/* of a mean, else 0 */
};

struct arg_step {
	struct view	 run;		/* the axis, or all of them */
	int64_t		 length, chunks;
	struct walk	 lanes;
	uint32_t	 out;
	arg_fn		 fn;
};

struct sort_step {
	struct view	 in, out;	/* one lane */
	int64_t		 length, passes;
	struct walk	 in_lanes, out_lanes;
	sort_fn		 runs;
	merge_fn	 merge;
	const struct radix_kernel *radix;	/* NULL: by merging */
};

/* Running sums; the last element written is what the next chunk adds to. */
struct scan_step {
	struct view	 in, out;	/* one lane */
	int64_t		 length, chunks;
	struct walk	 in_lanes, out_lanes;
	scan_fn		 fn;
};

/* Scratch: a lane's elements, then two rows of indices. */
struct argsort_step {
	struct view	 in, out;	/* one lane */
	int64_t		 length, passes;
	int64_t		 taken;		/* from the first */
	bool		 values;	/* write elements, not indices */
	struct walk	 in_lanes, out_lanes;
	order_fn	 runs;
	order_merge_fn	 merge;
};

/* Both contiguous and of the dtype they are compared in. */
struct search_step {
	struct view	 in, wanted;	/* slot, dtype, offset only */
	int64_t		 length, elements;
	uint32_t	 out;
	bool		 right;
	search_fn	 fn;
};

/* What sorted lanes, one after the other, say. */
struct rank_step {
	uint32_t	 in, out;	/* slots */
	uint8_t		 in_dtype, out_dtype;
	bool		 exact;		/* no interpolation */
	int64_t		 length, lanes;
	struct view	 quantiles;	/* float64; contiguous */
	int64_t		 n_quantiles;
	rank_fn		 fn;		/* NULL: quantile */
	quantile_fn	 quantile;
};

/* Scratch: the state, then the edges. */
#define HISTOGRAM_CHUNK	4096

struct histogram_state {
	struct histogram h;
	uint64_t	 least, greatest;	/* elements */
};

struct histogram_step {
	struct view	 in;		/* contiguous, of the edges' dtype */
	int64_t		 elements;
	int64_t		 looks;		/* chunks to look for the range in */
	uint32_t	 out;
	bool		 want_edges;
	struct histogram h;
	struct reduce_kernel least, greatest;
	const struct histogram_kernel *kernel;
};

/* Both inputs contiguous: int64, and float64 weights. */
struct bincount_step {
	struct view	 in, weights;
	bool		 weighted;
	int64_t		 elements;
	int64_t		 least, most;	/* length of the output */
	uint32_t	 out;
	int64_t		*found;		/* the length that data decided */
};

/* A matrix times a vector (n = 1) has units of its own, else the same. */
struct gemm_step {
	int64_t		 m, n, k;
	struct view	 a, b;		/* slot, dtype, offset only */
	int64_t		 a_row, a_col, b_row, b_col, c_row;
	struct walk	 batch_a, batch_b, batch_c;
	int64_t		 m_blocks, n_blocks, k_blocks;
	int64_t		 packed_b;	/* bytes; packed A lies behind */
	uint32_t	 out;
	const struct gemm_kernel *kernel;
};

/*
 * Unique rows: n of outer x inner elements.  What was found is a result; for
 * the inverse, whose length is known, it is kept in runs.
 */
struct rows_step {
	enum op_code	 code;
	struct view	 rows;		/* slot, offset only */
	uint8_t		 dtype;
	bool		 apart;		/* no NaN equals another */
	int64_t		 n, outer, inner, passes;
	uint32_t	 order, starts, out;	/* slots */
	int64_t		*found, runs;
	const struct rows_kernel *kernel;
};

/* Where flags are true: indices of inner axes, or rows of inner elements. */
struct pick_step {
	enum op_code	 code;
	struct view	 flags, values;	/* slot, dtype, offset only */
	int64_t		 n, chunk, inner;
	int64_t		 dims[TENSOR_RANK];	/* of the flags */
	uint32_t	 out;
	int64_t		*found;
};

/* Both contiguous and of the dtype they are compared in. */
struct find_step {
	struct view	 in, wanted;	/* slot, dtype, offset only */
	int64_t		 n, values, chunks;
	uint32_t	 out;
	int64_t		*found;		/* NULL: they are only counted */
	tile_fn		 equal;
};

/*
 * A contiguous copy of a view whose rows lie across memory: line elements of
 * the axis that lies along it are read together, for TURN_LONG positions of
 * the last axis at a time.
 */
#define TURN_LINE	64		/* bytes of a cache line */
#define TURN_LONG	4096

struct turn_step {
	struct view	 in;		/* collapsed */
	uint32_t	 out;
	uint32_t	 along;		/* the axis of stride 1 */
	int64_t		 out_along;	/* its stride in the copy */
	struct walk	 in_rest, out_rest;	/* other axes */
	int64_t		 lines, longs;	/* blocks of along, of the last axis */
	turn_fn		 fn;
};

/*
 * Matrices factored in place in the slot work, a block of columns after the
 * other.  LU: right-hand sides stand beside the matrix, in the same rows, and
 * become the solution.  Scratch: struct factor_state, packed B, packed A.
 */
struct factor_state {
	int64_t	pivot;			/* that was 0, or -1 */
	bool	odd;			/* number of rows exchanged */
};

struct factor_step {
	int64_t		 n, columns, ld;	/* of a matrix and its sides */
	int64_t		 matrix;	/* elements from one to the next */
	int64_t		 blocks, side_blocks;
	int64_t		 units;		/* of one matrix */
	int64_t		 packed_b, packed_a;	/* offsets in the scratch */
	uint32_t	 work;
	uint32_t	 det;		/* slot, or STEP_NO_SLOT */
	bool		 unit;		/* the sides are to be made: ones */
	const struct linalg_kernel *kernel;
	const struct gemm_kernel *gemm;
};

struct random_step {
	struct random_source source;
	int64_t		 elements;
	uint32_t	 out;
};

struct canon_step {
	uint32_t	 slot;
	uint8_t		 dtype;
	int64_t		 elements;
};

/* Where a running step finds memory. */
struct run {
	uint8_t			*arena;		/* borrowed, as all here */
	const struct slot	*slots;
	const struct step	*step;
	struct op_error		*error;		/* a: what goes with a failure */
};

static inline uint8_t *
run_slot(const struct run *r, uint32_t slot)
{
	return r->arena + r->slots[slot].offset;
}

static inline const uint8_t *
run_read(const struct run *r, uint32_t slot)
{
	const struct slot *s = &r->slots[slot];

	return s->outside != NULL ? s->outside : r->arena + s->offset;
}

/* Units from (inclusive) to to; an error of the op, or E_OK. */
enum error	 run_tile(const struct run *, int64_t from, int64_t to);
void		 run_reduce(const struct run *, int64_t from, int64_t to);
void		 run_arg(const struct run *, int64_t from, int64_t to);
void		 run_sort(const struct run *, int64_t from, int64_t to);
void		 run_scan(const struct run *, int64_t from, int64_t to);
void		 run_argsort(const struct run *, int64_t from, int64_t to);
void		 run_search(const struct run *, int64_t from, int64_t to);
enum error	 run_rank(const struct run *, int64_t from, int64_t to);
enum error	 run_bincount(const struct run *, int64_t from, int64_t to);
enum error	 run_histogram(const struct run *, int64_t from, int64_t to);
void		 run_rows(const struct run *, int64_t from, int64_t to);
void		 run_mark(const struct run *, int64_t from, int64_t to);
void		 run_unique(const struct run *, int64_t from, int64_t to);
void		 run_squeeze(const struct run *, int64_t from, int64_t to);
void		 run_pick(const struct run *, int64_t from, int64_t to);
void		 run_find(const struct run *, int64_t from, int64_t to);
void		 run_gemm(const struct run *, int64_t from, int64_t to);
void		 run_matvec(const struct run *, int64_t from, int64_t to);
enum error	 run_lu(const struct run *, int64_t from, int64_t to);
enum error	 run_cholesky(const struct run *, int64_t from, int64_t to);
void		 run_turn(const struct run *, int64_t from, int64_t to);
void		 run_band(const struct run *, int64_t from, int64_t to);
enum error	 run_gather(const struct run *, int64_t from, int64_t to);
enum error	 run_scatter(const struct run *, int64_t from, int64_t to);
enum error	 run_take(const struct run *, int64_t from, int64_t to);
void		 run_steps(const struct run *, int64_t from, int64_t to);
void		 run_random(const struct run *, int64_t from, int64_t to);
void		 run_canon(const struct run *, int64_t from, int64_t to);

#endif
