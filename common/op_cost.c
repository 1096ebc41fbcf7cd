/*
 * What an op costs: an operator class and an amount, by shapes alone.  The
 * amount is in the units that the benchmark of the class measures; what is
 * slower than the op measured there has a weight in ops.def.
 * tests/bench/bench_cost.c compares it with what ops take.
 */
#include "op.h"

#define PANEL		16
#define LANE_SHORT	256	/* sorted by merging; longer ones by digits */

/* In tenths; 0: as the class. */
static const uint16_t weights[] = {
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc)
#define WEIGHT(NAME, tenths) [OP_##NAME] = (tenths),
#include "common/ops.def"
};

static double
weight_of(const struct op_row *row)
{
	size_t code = row->code;
	unsigned w = code < sizeof(weights) / sizeof(weights[0]) ?
	    weights[code] : 0;

	return w == 0 ? 1 : w / 10.0;
}

static double
elements_of(const struct shape *s)
{
	return (double)shape_elements(s);
}

static double
bytes_of(const struct shape *s)
{
	return (double)shape_bytes(s);
}

static double
inputs_bytes(const struct shape *const *in, size_t n_in)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n_in; i++)
		sum += bytes_of(in[i]);
	return sum;
}

static double
last_of(const struct shape *s)
{
	return s->ndim == 0 ? 1 : (double)s->dims[s->ndim - 1];
}

/* log2, rounded up, at least 1. */
static double
levels_of(double n)
{
	double levels = 1;

	while (n > 2) {
		n /= 2;
		levels++;
	}
	return levels;
}

/* ---- sorting ---- */

/*
 * Comparisons, or as many as it takes as long.  Which axis is sorted is not
 * known: the last, or what is reduced to one element of the output.
 */
static double
sort_amount(const struct op_row *row, const struct shape *a,
    const struct shape *out)
{
	double n = elements_of(a), all = levels_of(n);
	double lane = last_of(a), levels;

	switch (row->code) {
	case OP_RANDOM:
		return 25 * elements_of(out) + bytes_of(out) / 8;
	case OP_PERMUTATION:
		lane = a->ndim == 0 ? 1 : (double)a->dims[0];
		return 25 * lane * levels_of(lane) + n;
	case OP_SORT:
		levels = levels_of(lane);
		return n * (lane <= LANE_SHORT ? 9 * levels : 15);
	case OP_UNIQUE:
	case OP_MEDIAN:
	case OP_MODE:
	case OP_QUANTILE:
	case OP_PERCENTILE:
		return n * 15;
	case OP_ARGSORT:
	case OP_TOPK:
	case OP_TOPK_INDICES:
		return n * levels_of(lane);
	default:
		return n * all;
	}
}

/* ---- products ---- */

/* Elements of one of the filters that w holds. */
static double
filter_size(const struct shape *w)
{
	return (double)w->dims[1] * (double)w->dims[2] * (double)w->dims[3];
}

static double
root(double x)
{
	double y = x;

	for (int i = 0; i < 100 && y * y > x; i++)
		y = (y + x / y) / 2;
	return y;
}

/* A guess, since costs know no parameters: right for one matrix product. */
static double
einsum_amount(const struct shape *const *in, size_t n_in,
    const struct shape *out)
{
	double sum = elements_of(in[0]);

	for (size_t i = 1; i < n_in; i++)
		sum += 2 * root(elements_of(in[i - 1]) * elements_of(in[i]) *
		    (elements_of(out) + 1));
	return sum;
}

/*
 * Columns are computed PANEL at a time; and what takes as long as so many more
 * when there is little reuse.
 */
static double
matmul_amount(const struct shape *const *in, const struct shape *out)
{
	double inner = in[1]->ndim == 0 ? 1 : last_of(in[0]);
	double made = elements_of(out);
	int64_t n = in[1]->ndim < 2 ? 1 : in[1]->dims[in[1]->ndim - 1];
	int64_t panels = (n + PANEL - 1) / PANEL;

	if (n > 1)
		made *= (double)(panels * PANEL) / (double)n;
	return 2 * made * inner + 6 * (elements_of(in[0]) +
	    elements_of(in[1]) + elements_of(out));
}

/* Multiplications and additions of products and what is made of them. */
static double
product_amount(const struct op_row *row, const struct shape *const *in,
    size_t n_in, const struct shape *out)
{
	const struct shape *a = in[0];
	double n = last_of(a), size = elements_of(a);

	switch (row->code) {
	case OP_INV:
		return (3 * n + 800) * size;
	case OP_CHOLESKY:
		return (n / 3 + 200) * size;
	case OP_DET:
		return (2 * n / 3 + 280) * size;
	case OP_SOLVE:
		return (2 * n / 3 + 280) * size + 2 * n * elements_of(out);
	case OP_ATTENTION:
		return 2 * (double)in[1]->dims[in[1]->ndim - 2] *
		    (size + elements_of(out));
	case OP_CONV2D:
		return 2 * elements_of(out) * filter_size(in[1]);
	case OP_CONV2D_INPUT_GRAD:
		return 2 * size * filter_size(in[1]);
	case OP_CONV2D_WEIGHT_GRAD:
		return 2 * elements_of(in[1]) * filter_size(out);
	case OP_EINSUM:
		return einsum_amount(in, n_in, out);
	default:
		return matmul_amount(in, out);
	}
}

/* ---- others ---- */

static double
copy_amount(const struct op_row *row, const struct shape *const *in,
    size_t n_in, const struct shape *out)
{
	switch (row->code) {
	case OP_DIAG:
		return 2 * bytes_of(out);
	case OP_BOOLEAN_INDEX:
		/* Each element of the mask takes as long as so many bytes. */
		return inputs_bytes(in, n_in) + bytes_of(out) +
		    250 * elements_of(in[1]);
	case OP_GATHER:
	case OP_TAKE_ALONG_AXIS:
		return bytes_of(in[1]) + 2 * bytes_of(out);
	case OP_FOUND_INDICES:
	case OP_FOUND_COUNTS:
		return bytes_of(in[0]) * (elements_of(in[1]) + 1);
	default:
		return inputs_bytes(in, n_in) + bytes_of(out);
	}
}

/* Elements: of the output, or of the input that is reduced to it. */
static double
transcendental_amount(const struct op_row *row, const struct shape *const *in,
    size_t n_in, const struct shape *out)
{
	double n = elements_of(out);

	if (row->code == OP_SEARCHSORTED)
		return n * levels_of(elements_of(in[0]));
	if (n_in > 0 && elements_of(in[0]) > n)
		n = elements_of(in[0]);
	return n;
}

static double
reduction_amount(const struct op_row *row, const struct shape *const *in,
    size_t n_in)
{
	if (row->code == OP_TRACE)
		return 8 * bytes_of(in[0]) / last_of(in[0]);
	return inputs_bytes(in, n_in);
}

/* The dtype whose speed decides. */
static enum dtype
cost_dtype(const struct op_row *row, const struct shape *const *in,
    size_t n_in, const struct shape *out)
{
	if (n_in > 0 && (row->cost == COST_REDUCTION || row->cost == COST_SORT))
		return in[0]->dtype;
	if (row->dtype == DTYPE_BOOL && n_in == 2)
		return dtype_promote(in[0]->dtype, in[1]->dtype);
	if (row->dtype == DTYPE_BOOL && n_in == 1)
		return in[0]->dtype;
	return out->dtype;
}

void
op_cost(const struct op_row *row, const struct shape *const *in, size_t n_in,
    const struct shape *out, struct op_cost *cost)
{
	cost->cost_class = row->cost;
	cost->amount = 0;
	cost->dtype = out->dtype;
	if (n_in == 0 && row->shape == SHAPE_SOURCE)
		return;
	cost->dtype = cost_dtype(row, in, n_in, out);
	switch (row->cost) {
	case COST_MATMUL:
		cost->amount = product_amount(row, in, n_in, out);
		break;
	case COST_ELEMENTWISE:
		cost->amount = inputs_bytes(in, n_in) + bytes_of(out);
		break;
	case COST_COPY:
		cost->amount = copy_amount(row, in, n_in, out);
		break;
	case COST_TRANSCENDENTAL:
		cost->amount = transcendental_amount(row, in, n_in, out);
		break;
	case COST_REDUCTION:
		cost->amount = reduction_amount(row, in, n_in);
		break;
	case COST_SORT:
		cost->amount = sort_amount(row, in[0], out);
		break;
	case COST_NONE:
	case COST_CLASSES:
		break;
	}
	cost->amount *= weight_of(row);
}
