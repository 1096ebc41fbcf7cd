/*
 * The workloads of the comparison.
 */
#include <string.h>

#include "host.h"
#include "rng.h"
#include "work.h"

#define TINY	4	/* elements */

/* ---- tiny ops ---- */

static void
adds(struct work *w, uint64_t seed)
{
	uint32_t a[100], i;

	(void)seed;
	for (i = 0; i < 100; i++)
		a[i] = work_source(w, DT_F64, TINY, 0);
	for (i = 0; i < 10000; i++)
		work_want(w, work_op(w, OP_ADD, a[i / 100], a[i % 100]));
}

/* Ten times as many, of another owner. */
static void
many_adds(struct work *w, uint64_t seed)
{
	uint32_t a[100], i;

	(void)seed;
	for (i = 0; i < 100; i++)
		a[i] = work_source(w, DT_F64, TINY, 0);
	for (i = 0; i < 100000; i++)
		work_want(w, work_op(w, OP_ADD, a[i / 1000], a[i % 100]));
}

static void
one_add(struct work *w, uint64_t seed)
{
	uint32_t a = work_source(w, DT_F64, TINY, 0);

	(void)seed;
	work_want(w, work_op(w, OP_ADD, a, a));
}

static void
chain(struct work *w, uint64_t seed)
{
	uint32_t step = work_source(w, DT_F64, TINY, 0);
	uint32_t x = work_source(w, DT_F64, TINY, 0), i;

	(void)seed;
	for (i = 0; i < 1000; i++)
		x = work_op(w, OP_ADD, x, step);
	work_want(w, x);
}

/* 4,096 leaves, each made by an op, summed in pairs. */
static void
tree(struct work *w, uint64_t seed)
{
	uint32_t at[4096], a[64], n, i;

	(void)seed;
	for (i = 0; i < 64; i++)
		a[i] = work_source(w, DT_F64, TINY, 0);
	for (i = 0; i < 4096; i++)
		at[i] = work_op(w, OP_MUL, a[i / 64], a[i % 64]);
	for (n = 4096; n > 1; n /= 2)
		for (i = 0; i < n / 2; i++)
			at[i] = work_op(w, OP_ADD, at[2 * i], at[2 * i + 1]);
	work_want(w, at[0]);
}

/* ---- matrix products of blocks ---- */

static void
blocked(struct work *w, uint32_t size, uint32_t block)
{
	uint32_t n = size / block, a[256], b[256], i, j, k, sum, x;

	w->product = size;
	for (i = 0; i < n * n; i++)
		a[i] = work_source(w, DT_F32, block, block);
	for (i = 0; i < n * n; i++)
		b[i] = work_source(w, DT_F32, block, block);
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			sum = work_op(w, OP_MATMUL, a[i * n], b[j]);
			for (k = 1; k < n; k++) {
				x = work_op(w, OP_MATMUL, a[i * n + k],
				    b[k * n + j]);
				sum = work_op(w, OP_ADD, sum, x);
			}
			work_want(w, sum);
		}
	}
}

static void
matmul_128(struct work *w, uint64_t seed)
{
	(void)seed;
	blocked(w, 2048, 128);
}

static void
matmul_256(struct work *w, uint64_t seed)
{
	(void)seed;
	blocked(w, 2048, 256);
}

/* ---- learning ---- */

static uint32_t
along(struct work *w, enum op_code code, uint32_t x, int64_t axis)
{
	struct op_params params;

	op_params_default(op_by_code(code), &params);
	params.p[0].n = 1;
	params.p[0].v[0] = axis;
	return work_op_with(w, code, &params, &x, 1);
}

/* Sum of values in pairs. */
static uint32_t
sum_of(struct work *w, uint32_t *v, uint32_t n)
{
	uint32_t i;

	for (; n > 1; n = (n + 1) / 2)
		for (i = 0; i < n / 2; i++) {
			v[i] = work_op(w, OP_ADD, v[2 * i], v[2 * i + 1]);
			if (n % 2 == 1)
				v[n / 2] = v[n - 1];
		}
	return v[0];
}

/*
 * 31 iterations over 16 parts of 1,000 points of 8 numbers, 8 centres: of
 * each part the distances, the nearest, sums and counts; then the means.
 */
static void
kmeans(struct work *w, uint64_t seed)
{
	uint32_t x[16], sums[16], counts[16], ids, centres, i, p;
	uint32_t across, d, near, hits;

	(void)seed;
	w->rounds = 31;
	for (p = 0; p < 16; p++)
		x[p] = work_source(w, DT_F64, 1000, 8);
	ids = work_source(w, DT_I64, 8, 0);
	centres = work_source(w, DT_F64, 8, 8);
	for (i = 0; i < 31; i++) {
		across = work_op(w, OP_TRANSPOSE, centres, 0);
		d = along(w, OP_SUM, work_op(w, OP_SQUARE, centres, 0), 1);
		for (p = 0; p < 16; p++) {
			near = work_op(w, OP_MATMUL, x[p], across);
			near = work_op(w, OP_SUB, d, work_op(w, OP_ADD, near,
			    near));
			near = along(w, OP_ARGMIN, near, 1);
			near = along(w, OP_EXPAND_DIMS, near, 1);
			hits = work_op(w, OP_EQUAL, near, ids);
			counts[p] = along(w, OP_SUM, hits, 0);
			sums[p] = work_op(w, OP_MATMUL,
			    work_op(w, OP_TRANSPOSE, hits, 0), x[p]);
		}
		d = along(w, OP_EXPAND_DIMS, sum_of(w, counts, 16), 1);
		centres = work_op(w, OP_DIV, sum_of(w, sums, 16), d);
	}
	work_want(w, centres);
}

/*
 * 500 queries among 500 points of 4 numbers: distances, the order of them,
 * the nearest five, their mean value.
 */
static void
knn(struct work *w, uint64_t seed)
{
	uint32_t x = work_source(w, DT_F64, 500, 4), y, q, i, in[2];
	struct op_params slice;

	(void)seed;
	y = work_source(w, DT_F64, 500, 0);
	op_params_default(op_by_code(OP_SLICE), &slice);
	for (i = 0; i < 3; i++)
		slice.p[i].n = 1;
	slice.p[0].v[0] = 0;
	slice.p[1].v[0] = 5;
	slice.p[2].v[0] = 1;
	for (i = 0; i < 500; i++) {
		q = work_op(w, OP_SUB, x, work_source(w, DT_F64, 4, 0));
		q = along(w, OP_SUM, work_op(w, OP_SQUARE, q, 0), 1);
		q = work_op(w, OP_ARGSORT, q, 0);
		in[0] = y;
		in[1] = work_op_with(w, OP_SLICE, &slice, &q, 1);
		q = work_op(w, OP_GATHER, in[0], in[1]);
		work_want(w, work_op(w, OP_MEAN, q, 0));
	}
}

struct layers {
	uint32_t	w1, b1, w2, b2;
};

/* Gradients of one part's loss by hand: 256 inputs, 128 hidden, 10 classes. */
static void
gradients(struct work *w, const struct layers *l, uint32_t x, uint32_t y,
    uint32_t g[4])
{
	uint32_t h, z, d, s;

	h = work_op(w, OP_ADD, work_op(w, OP_MATMUL, x, l->w1), l->b1);
	h = work_op(w, OP_TANH, h, 0);
	z = work_op(w, OP_ADD, work_op(w, OP_MATMUL, h, l->w2), l->b2);
	z = work_op(w, OP_EXP, z, 0);
	s = along(w, OP_EXPAND_DIMS, along(w, OP_SUM, z, 1), 1);
	z = work_op(w, OP_SUB, work_op(w, OP_DIV, z, s), y);
	d = work_op(w, OP_MATMUL, z, work_op(w, OP_TRANSPOSE, l->w2, 0));
	s = work_op(w, OP_SUB, work_op(w, OP_SQUARE, h, 0), h);
	d = work_op(w, OP_MUL, d, s);
	g[0] = work_op(w, OP_MATMUL, work_op(w, OP_TRANSPOSE, x, 0), d);
	g[1] = along(w, OP_SUM, d, 0);
	g[2] = work_op(w, OP_MATMUL, work_op(w, OP_TRANSPOSE, h, 0), z);
	g[3] = along(w, OP_SUM, z, 0);
}

/* 20 steps of descent over 8 parts of 128 images. */
static void
mlp(struct work *w, uint64_t seed)
{
	struct layers l = { work_source(w, DT_F32, 256, 128),
		work_source(w, DT_F32, 128, 0), work_source(w, DT_F32, 128,
		10), work_source(w, DT_F32, 10, 0) };
	uint32_t x[8], y[8], g[8][4], sum[8], i, p, k, rate;
	uint32_t *weight[4] = { &l.w1, &l.b1, &l.w2, &l.b2 };

	(void)seed;
	w->rounds = 20;
	w->moved = 4 * (256 * 128 + 128 + 128 * 10 + 10);
	rate = work_source(w, DT_F32, 1, 0);
	for (p = 0; p < 8; p++) {
		x[p] = work_source(w, DT_F32, 128, 256);
		y[p] = work_source(w, DT_F32, 128, 10);
	}
	for (i = 0; i < 20; i++) {
		for (p = 0; p < 8; p++)
			gradients(w, &l, x[p], y[p], g[p]);
		for (k = 0; k < 4; k++) {
			for (p = 0; p < 8; p++)
				sum[p] = g[p][k];
			*weight[k] = work_op(w, OP_SUB, *weight[k],
			    work_op(w, OP_MUL, rate, sum_of(w, sum, 8)));
		}
	}
	for (k = 0; k < 4; k++)
		work_want(w, *weight[k]);
}

/* ---- synthetic ---- */

static double
cost_us(enum op_code code, const struct shape *a, const struct shape *b,
    const struct shape *out)
{
	const struct shape *in[2] = { a, b };
	struct op_cost cost;

	op_cost(op_by_code(code), in, 2, out, &cost);
	return reference_op_us(&cost);
}

/* Side of the square matrices whose product takes that long. */
static int64_t
product_side(enum dtype dtype, double us)
{
	struct shape s = { .dtype = (uint8_t)dtype, .ndim = 2,
		.dims = { 8, 8 } };

	while (s.dims[0] < 4096 && cost_us(OP_MATMUL, &s, &s, &s) < us)
		s.dims[0] = ++s.dims[1];
	return s.dims[0];
}

/* Side of the pattern whose 64 x 64 positions take that long. */
static int64_t
pattern_side(double us)
{
	struct shape out = { .dtype = DT_BOOL, .ndim = 4, .dims = { 1, 1, 64,
		64 } }, image = out, pattern = out;

	pattern.dims[2] = pattern.dims[3] = 8;
	while (pattern.dims[2] < 1024 &&
	    cost_us(OP_CONV2D, &image, &pattern, &out) < us) {
		pattern.dims[2] = ++pattern.dims[3];
		image.dims[2] = image.dims[3] = pattern.dims[3] + 63;
	}
	return pattern.dims[2];
}

/*
 * 4,096 ops of 50 ms with little to carry: where a pattern covers an image of
 * truths, at 64 x 64 positions.
 */
static void
independent(struct work *w, uint64_t seed)
{
	int64_t side = pattern_side(50e3);
	uint32_t images[4], patterns[4], i;

	(void)seed;
	for (i = 0; i < 4; i++) {
		images[i] = work_image(w, DT_BOOL, side + 63);
		patterns[i] = work_image(w, DT_BOOL, side);
	}
	for (i = 0; i < 4096; i++)
		work_want(w, work_op(w, OP_CONV2D, images[i % 4],
		    patterns[i / 4 % 4]));
}

/*
 * 20 layers of 100 matrix products, each of two values of the layer before
 * (one in ten of any before); what nobody uses is summed and fetched.  Values
 * have about 150 KB: of whole numbers (5 ms) or of truths (50 ms).
 */
static void
layered(struct work *w, uint64_t seed, enum dtype dtype, double us)
{
	int64_t size = product_side(dtype, us);
	struct rng r = { seed ^ 0x1a7e5 };
	uint32_t v[2100], n = 0, i, a, b, layer, from;

	for (i = 0; i < 100; i++)
		v[n++] = i < 8 ? work_source(w, dtype, size, size) :
		    v[i % 8];
	for (layer = 0; layer < 20; layer++) {
		for (i = 0, from = n - 100; i < 100; i++) {
			a = from + rng_below(&r, 100);
			b = rng_below(&r, 10) == 0 ? rng_below(&r, from + 100) :
			    from + rng_below(&r, 100);
			v[n++] = work_op(w, OP_MATMUL, v[a], v[b]);
		}
	}
	for (i = 100; i < n; i++)
		if (w->ops[v[i]].users == 0)
			work_want(w, work_op(w, OP_SUM, v[i], 0));
}

static void
layered_5(struct work *w, uint64_t seed)
{
	layered(w, seed, DT_I32, 5e3);
}

static void
layered_50(struct work *w, uint64_t seed)
{
	layered(w, seed, DT_BOOL, 50e3);
}

static const struct {
	const char	*name;
	void		(*make)(struct work *, uint64_t seed);
} table[] = {
	{ "10k adds", adds },
	{ "chain 1k", chain },
	{ "tree 4k", tree },
	{ "matmul 128", matmul_128 },
	{ "matmul 256", matmul_256 },
	{ "k-means 31", kmeans },
	{ "KNN 500", knn },
	{ "MLP 20 steps", mlp },
	{ "DAG 5 ms", layered_5 },
	{ "DAG 50 ms", layered_50 },
	{ "4k x 50 ms", independent },
	/* not in the tables */
	{ "100k adds", many_adds },
	{ "one add", one_add },
};
#define UNLISTED	2

const char *
workload_name(size_t i)
{
	return i + UNLISTED < sizeof(table) / sizeof(*table) ? table[i].name :
	    NULL;
}

bool
workload_exists(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].name, name) == 0)
			return true;
	return false;
}

struct work *
workload(const char *name, uint64_t seed)
{
	struct work *w;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (strcmp(table[i].name, name) != 0)
			continue;
		w = work_new(name);
		table[i].make(w, seed);
		work_finish(w);
		return w;
	}
	return NULL;
}
