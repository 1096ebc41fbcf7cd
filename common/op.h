/*
 * What an op takes and gives: rows of ops.def and the rules of arity,
 * parameters, shapes, dtypes and cost.  Used alike by the Python library
 * (to refuse at the user's line), the scheduler (to validate a batch) and the
 * executor (to trust nothing).
 */
#ifndef RAVEN_OP_H
#define RAVEN_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "tensor.h"

#define OP_MANY		65535
#define OP_PARAMS	6	/* parameters of an op, at most */
#define OP_PARAM_LEN	16	/* words of a parameter, at most */

enum op_code {
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc) \
	OP_##NAME = code,
#include "ops.def"
};

enum param_kind {
	PARAM_AXIS,	/* an int, or none */
	PARAM_AXES,	/* ints, or none */
	PARAM_BOOL,
	PARAM_INT,
	PARAM_INTS,
	PARAM_FLOAT,	/* the bits of a float64 */
	PARAM_DTYPE,	/* an enum dtype */
	PARAM_CHOICE,	/* which of the names in the row */
	PARAM_TEXT,	/* printable ASCII, 8 bytes a word, zero-padded */
};
#define OP_TEXT_LEN	(8 * OP_PARAM_LEN)

/*
 * A length of an input may be LENGTH_UNKNOWN (-1): an op before it decides the
 * length by its data.  A rule is asked with such inputs only if takes_unknown
 * in op_infer.c has it; else the op is refused with E_LENGTH.  It then gives
 * LENGTH_UNKNOWN for what cannot be known yet, never a length or an error
 * that the true length could prove wrong: it is asked again when that is
 * known.  See infer_meet and infer_broadcast.
 */
enum shape_rule {
	SHAPE_SOURCE,		/* the shape of the value itself */
	SHAPE_SAME,		/* the input's */
	SHAPE_BROADCAST,	/* all inputs broadcast, as in NumPy */
	SHAPE_MATMUL,		/* of a matrix product, batches broadcast */
	SHAPE_DOT,		/* a[:-1] + b[:-2] + b[-1:]; 0-d: broadcast */
	SHAPE_TRANSPOSE,	/* the input's, axes in another order */
	SHAPE_REDUCE,		/* the axes reduced go, or become 1 */
	SHAPE_REDUCE_SOME,	/* the same; nothing to reduce is refused */
	SHAPE_SORT,		/* the input's; axis None: flattened */
	SHAPE_RESHAPE,		/* as asked for, with as many elements */
	SHAPE_CONCAT,		/* the first's, lengths added along the axis */
	SHAPE_LIKE,		/* the first's; the second broadcast to it */
	SHAPE_EXPAND_DIMS,	/* the input's, axes of length 1 inserted */
	SHAPE_SAME_AXIS,	/* the input's; works along an axis, or all */
	SHAPE_LAYER_NORM,	/* the first input's, to which others fit */
	SHAPE_BATCH_NORM,	/* the first's; others: one for each index */
	SHAPE_RANDOM_NUMBERS,	/* as asked for */
	SHAPE_RANDOM_BETWEEN,	/* the same, or what the inputs broadcast to */
	SHAPE_RANDOM_INTEGERS,	/* as asked for */
	SHAPE_PERMUTATION,	/* the input's, of one axis or more */
	SHAPE_RANDOM,		/* the input's with another first length, or none */
	SHAPE_DROPOUT,		/* the input's */
	SHAPE_SQUARE_LOSS,	/* both inputs' broadcast, or no axes */
	SHAPE_SQUARE_LOSS_GRAD,	/* the first input's, to which the second fits */
	SHAPE_CROSS_ENTROPY,	/* the first's without the axis, or no axes */
	SHAPE_CROSS_ENTROPY_GRAD,	/* the first input's */
	SHAPE_ATTENTION,	/* batches broadcast, rows of q, columns of v */
	SHAPE_WINDOWS,		/* the last two axes: positions, size */
	SHAPE_WINDOWS_SUM,	/* positions, size: the lengths asked for */
	SHAPE_CONV2D,		/* N, filters, positions of the windows */
	SHAPE_CONV2D_INPUT,	/* of the x whose gradient it is */
	SHAPE_CONV2D_WEIGHT,	/* of the w whose gradient it is */
	SHAPE_POOL2D,		/* N, C, positions of the windows */
	SHAPE_MAX_POOL2D_GRAD,	/* the first input's */
	SHAPE_AVG_POOL2D_GRAD,	/* N, C, the lengths asked for */
	SHAPE_SCAN,		/* the input's; axis None: flattened; 0-d: (1,) */
	SHAPE_SEARCH,		/* the second's; the first has one axis */
	SHAPE_SQUARE,		/* the input's, whose last two axes are equal */
	SHAPE_DET,		/* the same without those two */
	SHAPE_EINSUM,		/* of the labels that einsum keeps */
	SHAPE_SOLVE,		/* of x in a x = b, batches broadcast */
	SHAPE_QUANTILE,		/* the second's, then the first's reduced */
	SHAPE_PERCENTILE,	/* the same; without a second: reduced */
	SHAPE_AVERAGE,		/* the first's reduced; weights as long */
	SHAPE_NORM,		/* reduced; a matrix norm over two axes */
	SHAPE_TOPK,		/* the input's, k long along the axis */
	SHAPE_HISTOGRAM,	/* as many as bins; one more edges */
	SHAPE_BINCOUNT,		/* one axis that data decides; weights as many */
	SHAPE_UNIQUE,		/* the input's; data decides that of the axis */
	SHAPE_UNIQUE_FLAT,	/* one axis, as long */
	SHAPE_UNIQUE_INVERSE,	/* one axis: the input's, or of all elements */
	SHAPE_ARGWHERE,		/* as many as data decides, of one index an axis */
	SHAPE_FOUND,		/* one axis that data decides */
	SHAPE_VALUES,		/* one axis: of the second's elements */
	SHAPE_SELECT,		/* data decides, then the axes not in the mask */
	SHAPE_SLICE,		/* a window of the input's */
	SHAPE_REVERSE,		/* the input's */
	SHAPE_SQUEEZE,		/* the input's, axes of length 1 dropped */
	SHAPE_FLATTEN,		/* one axis */
	SHAPE_SWAPAXES,		/* the input's, two axes swapped */
	SHAPE_MOVEAXIS,		/* the input's, axes in another order */
	SHAPE_BROADCAST_TO,	/* as asked for */
	SHAPE_DIAG,		/* one axis of a matrix; a square of a sequence */
	SHAPE_DIAGONAL,		/* without the two axes, one at the end */
	SHAPE_TRACE,		/* without the two axes */
	SHAPE_TRIANGLE,		/* the input's; of a sequence a square */
	SHAPE_OUTER,		/* elements of the first, of the second */
	SHAPE_STACK,		/* the inputs', with one more axis */
	SHAPE_TILE,		/* each length times its reps */
	SHAPE_REPEAT,		/* an axis longer; axis None: flattened */
	SHAPE_PAD,		/* the input's, each axis longer */
	SHAPE_ROLL,		/* the input's */
	SHAPE_GATHER,		/* the indices' in the place of the axis */
	SHAPE_ALONG,		/* the input's, along the axis the indices' */
	SHAPE_SCATTER,		/* the first input's */
	SHAPE_ONE_HOT,		/* the input's, with one more axis */
	SHAPE_LENGTHS,		/* one axis, an element for each of the input's */
	SHAPE_SCALAR,		/* no axes */
	SHAPE_FILLED,		/* as asked for */
	SHAPE_ARANGE,		/* one axis, as many steps as fit */
	SHAPE_LINSPACE,		/* one axis of num */
	SHAPE_EYE,		/* (n, m) */
};

enum dtype_rule {
	DTYPE_KEEP,	/* the first input's */
	DTYPE_NUM,	/* promoted */
	DTYPE_NUMBER,	/* the first input's; bool refused */
	DTYPE_ADD,	/* promoted; bool stays bool (or, and) */
	DTYPE_SUB,	/* promoted; bool refused */
	DTYPE_FLOAT,	/* promoted; ints and bools become float64 */
	DTYPE_POW,	/* promoted; bool refused (NumPy would give int8) */
	DTYPE_SUM,	/* bool and int32 become int64 */
	DTYPE_BOOL,	/* bool, whatever the inputs are */
	DTYPE_INT64,	/* int64, whatever the input is */
	DTYPE_COUNT,	/* int64; float64 with weights; floats refused */
	DTYPE_FLOAT64,	/* float64, whatever the inputs are; bool refused */
	DTYPE_ROUND,	/* the first input's; bool becomes float64 */
	DTYPE_BITS,	/* promoted; floats refused */
	DTYPE_SHIFT,	/* promoted; floats refused, and bools only */
	DTYPE_LOGIC,	/* bool; the inputs count by their truth */
	DTYPE_SELECT,	/* the first two promoted; the third counts by truth */
};

/* Operator classes of the benchmark and the cost model. */
enum cost_class {
	COST_NONE,		/* moves no data */
	COST_MATMUL,		/* amount: multiply-adds x 2 */
	COST_ELEMENTWISE,	/* amount: bytes read and written */
	COST_TRANSCENDENTAL,	/* amount: elements */
	COST_REDUCTION,		/* amount: bytes read */
	COST_COPY,		/* amount: bytes read and written */
	COST_SORT,		/* amount: n log2 n of elements */
	COST_CLASSES
};

struct op_cost {
	enum cost_class	cost_class;
	enum dtype	dtype;	/* the speed of which dtype counts */
	double		amount;
};

struct param_row {
	const char	*name;
	enum param_kind	 kind;
	bool		 required;
	bool		 none;		/* default is none, and none allowed */
	int64_t		 value;		/* default, if not none */
	double		 number;	/* default of a FLOAT */
	const char	*choices;	/* of a CHOICE: "one|two" */
};

struct op_row {
	enum op_code		 code;
	const char		*name;		/* Python's */
	const char		*wire;		/* 2022's */
	uint32_t		 min, max;	/* inputs */
	const struct param_row	*params;
	uint32_t		 n_params;
	enum shape_rule		 shape;
	enum dtype_rule		 dtype;
	enum cost_class		 cost;
	const char		*doc;
};

/*
 * What else an op_error says: a[1], a[2] and a[3] of E_SHAPE are two lengths
 * and an enum shape_fault; a[2] of E_BAD_PARAM is an enum param_fault.
 */
enum shape_fault {
	FAULT_BROADCAST,	/* axis of the output, its two lengths */
	FAULT_INNER,		/* the lengths that a product sums over */
	FAULT_SCALAR,		/* an input without axes */
	FAULT_COUNT,		/* elements given, elements wanted */
	FAULT_RANKS,		/* of the first input and of the one named */
	FAULT_LABEL,		/* einsum's label (a[0]), its two lengths */
	FAULT_MATRIX,		/* axes that the input has, needs */
	FAULT_SQUARE,		/* rows and columns of the first input */
	FAULT_ROWS,		/* of the first input and of the second */
	FAULT_LENGTHS,		/* of the first input and of the one named */
	FAULT_MASK,		/* the same of a mask; axis -1: it has more axes */
	FAULT_AXES,		/* axes that the input has and that it needs */
	FAULT_WEIGHTS,		/* elements of the first input and of weights */
	FAULT_LENGTH,		/* axis of the input named; got, wanted */
	FAULT_LARGER,		/* the input named does not fit into the first */
	FAULT_WINDOW,		/* axis, size of a window, room for it */
	FAULT_OUTSIDE,		/* axis, index that is not in it, length */
	FAULT_NOT_ONE,		/* axis, its length */
	FAULT_STRETCH,		/* axis, its length, the length wanted */
};
enum param_fault {
	FAULT_VALUE,		/* the value cannot be */
	FAULT_REPEATED,		/* the value stands twice */
	FAULT_NUMBER,		/* a wrong number of values: that many */
	FAULT_NEEDED,		/* it has no default and none was given */
	FAULT_NORM,		/* no such norm over so many axes */
	FAULT_FEW,		/* more than there are, a[3] */
	FAULT_BINS,		/* no number of bins */
	FAULT_RANGE,		/* not two finite ends in order */
	FAULT_SUBSCRIPTS,	/* see enum einsum_fault */
};

/* What is wrong with einsum's subscripts: a[3], about what a[1] says. */
enum einsum_fault {
	EINSUM_CHARACTER,	/* this character does not belong there */
	EINSUM_TERMS,		/* that many terms, other than inputs */
	EINSUM_MANY,		/* that many inputs are too many */
	EINSUM_AXES,		/* the input has more or less axes than labels */
	EINSUM_RANK,		/* more labels than a tensor may have axes */
	EINSUM_ELLIPSIS,	/* the output lacks it */
	EINSUM_UNKNOWN,		/* label of the output, of no input */
	EINSUM_REPEATED,	/* label of the output, more than once */
};

/* Value of one parameter.  none: n = -1.  n counts words: 1 but for lists and
 * text. */
struct param {
	int32_t	n;
	int64_t	v[OP_PARAM_LEN];
};

/* Parameters in the order of the row. */
struct op_params {
	struct param	p[OP_PARAMS];
};

/* A FLOAT's number; a TEXT's bytes, 0-terminated, into buf. */
double	 param_float(const struct param *);
void	 param_set_float(struct param *, double);
void	 param_text(const struct param *, char buf[OP_TEXT_LEN + 1]);
/* False: longer than a parameter may be, or not printable. */
bool	 param_set_text(struct param *, const char *, size_t);
/* The i-th name of a CHOICE and its length; NULL: there are not so many. */
const char *param_choice(const struct param_row *, int64_t i, size_t *len);

const struct op_row	*op_by_code(uint32_t);		/* NULL: unknown */
const struct op_row	*op_by_name(const char *);	/* Python's, or alias */
const struct op_row	*op_rows(size_t *n);
/* The i-th alias, or NULL past the last; *row says of which op. */
const char		*op_alias(size_t i, const struct op_row **row);

/*
 * Names of an op's inputs, separated by spaces; one that Python may leave out
 * ends in =None.  NULL: x, or a and b.
 */
const char		*op_inputs(const struct op_row *);
/*
 * Is input k promoted with others?  Then a number of Python's is given their
 * dtype.
 */
bool			 op_promotes(const struct op_row *, size_t k);

void	 op_params_default(const struct op_row *, struct op_params *);
/*
 * Packed form: for each parameter of the row an i64 count (-1: none), then
 * that many i64.  pack returns the words written (at most OP_PARAMS *
 * (OP_PARAM_LEN + 1)); unpack returns E_OK or E_BAD_PARAM in err.
 */
#define OP_PARAM_WORDS (OP_PARAMS * (OP_PARAM_LEN + 1))
size_t	 op_params_pack(const struct op_row *, const struct op_params *,
	    int64_t [OP_PARAM_WORDS]);
enum error op_params_unpack(const struct op_row *, const int64_t *,
	    size_t words, struct op_params *, struct op_error *) MUST_CHECK;

/*
 * The output's shape and dtype, or the error (err->op is the caller's to
 * set).  max_bytes bounds the output, if all its lengths are known.  E_LENGTH:
 * the rule needs a length that is unknown; the dtype is set.  Not for OP_LIN
 * without inputs.
 */
enum error op_infer(const struct op_row *, const struct shape *const *in,
	    size_t n_in, const struct op_params *, int64_t max_bytes,
	    struct shape *out, struct op_error *) MUST_CHECK;
/* Does data decide a length of its output, whatever is known of inputs? */
bool	 op_length_by_data(const struct op_row *);
/*
 * out, which op_infer gave, with the most that can be for unknown lengths; in
 * are known shapes, or bounds of them.  INT64_MAX: more than can be counted.
 */
void	 op_bound(const struct op_row *, const struct shape *const *in,
	    size_t n_in, const struct op_params *, const struct shape *out,
	    struct shape *bound);
void	 op_cost(const struct op_row *, const struct shape *const *in,
	    size_t n_in, const struct shape *out, struct op_cost *);

/* Helpers that kernels share with the rules. */
/* Axes of a reduction as a bit set; none means all. */
enum error op_axes(const struct param *, uint32_t ndim, uint32_t *bits,
	    struct op_error *) MUST_CHECK;
/* The permutation of a transpose. */
enum error op_permutation(const struct param *, uint32_t ndim,
	    uint32_t perm[TENSOR_RANK], struct op_error *) MUST_CHECK;

/* Windows over the last two axes; the parameters were checked, or are now. */
struct op_window {
	int64_t	size[2], stride[2], padding[2], dilation[2];
	int64_t	in[2], out[2];	/* lengths; positions of the window */
};
enum error op_windows(const struct param *, const struct shape *,
	    struct op_window *, struct op_error *) MUST_CHECK;
enum error op_windows_sum(const struct param *, const struct shape *,
	    struct op_window *, struct op_error *) MUST_CHECK;

/*
 * The sentence for people, native only (op_text.c): what was wrong, what was
 * given, what is needed; inputs' shapes as (2, 3) float64.  Returns buf.
 */
char	*op_error_text(char *buf, size_t len, const struct op_row *,
	    const struct shape *const *in, size_t n_in,
	    const struct op_params *, const struct op_error *);
/* "(2, 3) float64" */
char	*shape_text(char *buf, size_t len, const struct shape *);

#endif
