/*
 * The workloads of the comparison.
 */
#include <string.h>

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
	w->block = block;
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
 * 31 iterations over 16 parts of 4,000 points of 16 numbers, 8 centres: of
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
		x[p] = work_source(w, DT_F64, 4000, 16);
	ids = work_source(w, DT_I64, 8, 0);
	centres = work_source(w, DT_F64, 8, 16);
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

/* ---- synthetic ---- */

/* 4,096 tasks of about 50 ms: random numbers, sorted, and their mean. */
static void
independent(struct work *w, uint64_t seed)
{
	struct op_params params;
	uint32_t i, x;

	(void)seed;
	for (i = 0; i < 4096; i++) {
		op_params_default(op_by_code(OP_RANDOM_NUMBERS), &params);
		params.p[0].n = 1;
		params.p[0].v[0] = 270000;
		params.p[3].n = params.p[4].n = params.p[5].n = 1;
		params.p[3].v[0] = 1;
		params.p[4].v[0] = i;
		params.p[5].v[0] = DT_F32;
		x = work_op_with(w, OP_RANDOM_NUMBERS, &params, NULL, 0);
		x = work_op(w, OP_SORT, x, 0);
		work_want(w, work_op(w, OP_MEAN, x, 0));
	}
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
	{ "4k x 50 ms", independent },
};

const char *
workload_name(size_t i)
{
	return i < sizeof(table) / sizeof(*table) ? table[i].name : NULL;
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
