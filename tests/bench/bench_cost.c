/*
 * bench-cost: what ops cost beside what the cost rules say.  For each op of
 * the table that some generic inputs fit: its time through the executor,
 * loading included, over that predicted from the benchmark's figures.
 * usage: bench-cost [off|all|small]    (off: those off by more than 2x; small:
 * a hundred of each, on tensors of few elements)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/program.h"
#include "compute/exec.h"
#include "worker/bench.h"

#define INPUTS	5
#define ROUNDS	7
#define MEMORY	((size_t)1 << 30)

/* Shapes of inputs that some op may want; ndim 0 ends the list early. */
struct wish {
	const char	*name;
	unsigned	 ndim[INPUTS];
	int64_t		 dims[INPUTS][4];
};

static const struct wish wishes[] = {
	{ "1M", { 1, 1, 1, 1, 1 }, { { 1 << 20 }, { 1 << 20 }, { 1 << 20 },
	    { 1 << 20 }, { 1 << 20 } } },
	{ "400x400", { 2, 2, 2, 2, 2 }, { { 400, 400 }, { 400, 400 },
	    { 400, 400 }, { 400, 400 }, { 400, 400 } } },
	{ "8192x128", { 2, 2, 2, 2, 2 }, { { 8192, 128 }, { 8192, 128 },
	    { 8192, 128 }, { 8192, 128 }, { 8192, 128 } } },
	{ "8192x128,128", { 2, 1, 1, 1, 1 }, { { 8192, 128 }, { 128 },
	    { 128 }, { 128 }, { 128 } } },
	{ "images", { 4, 4, 1 }, { { 8, 16, 48, 48 }, { 24, 16, 3, 3 },
	    { 24 } } },
	{ "images, gradient", { 4, 4, 1 }, { { 8, 16, 48, 48 },
	    { 8, 24, 46, 46 } } },
	{ "pooled", { 4, 4, 1 }, { { 8, 16, 48, 48 }, { 8, 16, 24, 24 } } },
	{ "heads", { 3, 3, 3, 3 }, { { 8, 128, 64 }, { 8, 128, 64 },
	    { 8, 128, 64 }, { 8, 128, 128 } } },
	{ "rows, labels", { 2, 1 }, { { 8192, 128 }, { 8192 } } },
};
#define WISHES (sizeof(wishes) / sizeof(wishes[0]))

static const struct wish small[] = {
	{ "4", { 1, 1, 1, 1, 1 }, { { 4 }, { 4 }, { 4 }, { 4 }, { 4 } } },
	{ "4x4", { 2, 2, 2, 2, 2 }, { { 4, 4 }, { 4, 4 }, { 4, 4 }, { 4, 4 },
	    { 4, 4 } } },
	{ "tiny images", { 4, 4, 1 }, { { 1, 1, 4, 4 }, { 1, 1, 3, 3 },
	    { 1 } } },
	{ "4x4x4", { 3, 3, 3 }, { { 4, 4, 4 }, { 4, 4, 4 }, { 4, 4, 4 } } },
	{ "4x4,4", { 2, 1, 1, 1, 1 }, { { 4, 4 }, { 4 }, { 4 }, { 4 },
	    { 4 } } },
};
#define SMALLS (sizeof(small) / sizeof(small[0]))
#define SMALL_OPS 100

struct bench_run {
	struct exec		*exec;
	struct bench_result	 speeds;
	struct bytes		 given[INPUTS];
	uint8_t			*memory[INPUTS];
	unsigned		 times;		/* an op stands in its program */
	bool			 off;		/* show only what is */
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + 1e-3 * (double)t.tv_nsec;
}

/* In [0.5, 1.5); integers below 4; matrices that can be inverted. */
static void
fill(const struct shape *s, uint8_t *p)
{
	size_t n = (size_t)shape_elements(s);
	uint32_t x = 1;
	double v;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		v = 0.5 + (double)(x >> 8) / 16777216.0;
		if (s->ndim == 2 && s->dims[0] == s->dims[1] &&
		    i % (size_t)(s->dims[0] + 1) == 0)
			v += (double)s->dims[0];
		if (s->dtype == DT_F32)
			((float *)(void *)p)[i] = (float)v;
		else if (s->dtype == DT_F64)
			((double *)(void *)p)[i] = v;
		else if (s->dtype == DT_I64)
			((int64_t *)(void *)p)[i] = x >> 30;
		else if (s->dtype == DT_I32)
			((int32_t *)(void *)p)[i] = (int32_t)(x >> 30);
		else
			p[i] = (uint8_t)(x >> 31);
	}
}

/* The value of one parameter that has no default. */
static void
param_of(const struct op_row *row, uint32_t i, const struct shape *in,
    struct param *v)
{
	const char *name = row->params[i].name;

	v->n = 1;
	v->v[0] = 2;
	switch (row->code) {
	case OP_RESHAPE:
		v->v[0] = shape_elements(in);
		return;
	case OP_SWAPAXES:
	case OP_MOVEAXIS:
		v->v[0] = i;
		return;
	case OP_SLICE:
		v->v[0] = 1;
		return;
	case OP_EYE:
		v->v[0] = 1000;
		return;
	default:
		break;
	}
	if (row->params[i].kind == PARAM_FLOAT)
		param_set_float(v, 1e6);
	else if (row->shape == SHAPE_FILLED || strcmp(name, "shape") == 0) {
		v->n = 2;
		v->v[0] = v->v[1] = 1000;
	} else if (strcmp(name, "size") == 0) {
		v->n = 2;
		v->v[0] = v->v[1] = 3;
	}
}

static void
params_of(const struct op_row *row, const struct shape *in,
    struct op_params *params)
{
	uint32_t i;

	op_params_default(row, params);
	for (i = 0; i < row->n_params; i++)
		if (row->params[i].required)
			param_of(row, i, in, &params->p[i]);
}

static double
rate_of(const struct bench_result *r, const struct op_cost *c)
{
	double of_class = 0;
	uint32_t i;

	for (i = 0; i < r->n; i++) {
		if (r->speeds[i].cost_class != (uint32_t)c->cost_class)
			continue;
		of_class = r->speeds[i].rate;
		if (r->speeds[i].dtype == (uint32_t)c->dtype)
			return r->speeds[i].rate;
	}
	return of_class;
}

/* us of the best of ROUNDS, loading included; < 0: it failed. */
static double
time_program(struct bench_run *b, const struct buf *program, size_t n)
{
	double best = 1e18, start, total = now();
	struct op_error why;

	for (int i = 0; i < ROUNDS; i++) {
		start = now();
		if (exec_load(b->exec, program->data, program->len, b->given,
		    n, MEMORY, &why) != E_OK)
			return -1;
		while (exec_step(b->exec, UINT64_MAX) == EXEC_MORE)
			continue;
		start = now() - start;
		best = start < best ? start : best;
		if (exec_errors(b->exec) > 0)
			return -1;
		if (now() - total > 300e3)
			break;
	}
	return best;
}

static bool
shapes_of(const struct wish *w, enum dtype dtype, size_t n,
    struct shape *shapes)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i >= INPUTS || w->ndim[i] == 0)
			return false;
		memset(&shapes[i], 0, sizeof(shapes[i]));
		shapes[i].dtype = (uint8_t)dtype;
		shapes[i].ndim = (uint8_t)w->ndim[i];
		memcpy(shapes[i].dims, w->dims[i], sizeof(w->dims[i]));
	}
	return true;
}

static bool
is_index(const struct op_row *row, size_t input)
{
	return (input == 1 && (row->code == OP_GATHER ||
	    row->code == OP_TAKE_ALONG_AXIS || row->code == OP_SCATTER ||
	    row->code == OP_SCATTER_ADD || row->code == OP_CROSS_ENTROPY ||
	    row->code == OP_CROSS_ENTROPY_GRAD)) ||
	    row->code == OP_BINCOUNT || row->code == OP_ONE_HOT_ENCODING;
}

/* Given sources of such shapes; false: there are not so many. */
static bool
give(struct bench_run *b, const struct op_row *row, struct program_writer *w,
    struct shape *shapes, const struct shape **in, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_index(row, i))
			shapes[i].dtype = DT_I64;
		if (row->code == OP_BOOLEAN_INDEX && i == 1)
			shapes[i].dtype = DT_BOOL;
		in[i] = &shapes[i];
		fill(&shapes[i], b->memory[i]);
		b->given[i] = (struct bytes){ b->memory[i],
			(size_t)shape_bytes(&shapes[i]) };
		program_write_given(w, &shapes[i], (uint32_t)i, 0);
	}
	return n > 0 || row->min == 0;
}

static double
expected_us(const struct bench_run *b, const struct op_cost *c)
{
	return b->speeds.overhead_us + (c->cost_class == COST_NONE ? 0 :
	    c->amount * 1e6 / rate_of(&b->speeds, c));
}

/* One op over such inputs, so many times in a program. */
static bool
try_op(struct bench_run *b, const struct op_row *row, const struct wish *wish,
    enum dtype dtype, size_t n)
{
	static const uint32_t refs[INPUTS] = { 0, 1, 2, 3, 4 };
	struct shape shapes[INPUTS] = { { 0 } }, out;
	const struct shape *in[INPUTS];
	struct program_writer w;
	struct op_params params;
	struct op_error why;
	struct op_cost cost = { 0 };
	struct buf program;
	double us = -1, expect, ratio;
	unsigned i;

	if (!shapes_of(wish, dtype, n, shapes))
		return false;
	buf_init(&program);
	program_writer_init(&w, 0);
	params_of(row, &shapes[0], &params);
	if (give(b, row, &w, shapes, in, n) && op_infer(row, in, n, &params,
	    (int64_t)MEMORY, &out, &why) == E_OK) {
		op_cost(row, in, n, &out, &cost);
		for (i = 0; i < b->times; i++)
			program_write_op(&w, row, &params, refs, n, &out,
			    PROGRAM_EXPORT);
		program_finish(&w, &program);
		us = time_program(b, &program, n) / b->times;
	}
	buf_clear(&program);
	program_writer_clear(&w);
	if (us < 0)
		return false;
	expect = expected_us(b, &cost);
	ratio = us / expect;
	if (!b->off || ratio > 2 || ratio < 0.5)
		printf("%-20s %-8s %-18s class %d.%-8s %10.1f us  expected "
		    "%10.1f  %7.2f\n", row->name, dtype_name(dtype),
		    wish->name, (int)cost.cost_class, dtype_name(cost.dtype),
		    us, expect, ratio);
	return true;
}

static void
measure(struct bench_run *b)
{
	struct bench *bench = bench_new(BENCH_ALL);
	double start;
	bool more = true;
	uint32_t i;

	while (more) {
		start = now();
		more = bench_step(bench);
		bench_timed(bench, now() - start);
	}
	bench_result(bench, &b->speeds);
	bench_free(bench);
	printf("an op: %.3f us\n", b->speeds.overhead_us);
	for (i = 0; i < b->speeds.n; i++)
		printf("class %u.%s: %.4g a second\n",
		    b->speeds.speeds[i].cost_class,
		    dtype_name((enum dtype)b->speeds.speeds[i].dtype),
		    b->speeds.speeds[i].rate);
}

static void
try_all(struct bench_run *b, const struct op_row *row,
    const struct wish *list, size_t n_list)
{
	static const enum dtype dtypes[] = { DT_F64, DT_F32, DT_I64 };
	size_t d, k, n, most = row->min + 1;
	unsigned found = 0;

	/* Every value is looked for: of a million in a million it takes days. */
	if (row->code == OP_FOUND_INDICES || row->code == OP_FOUND_COUNTS)
		return;
	most = row->max < most ? row->max : most;
	for (d = 0; d < 3; d++)
		for (k = 0; k < n_list; k++)
			for (n = row->min; n <= most && n <= INPUTS; n++)
				found += try_op(b, row, &list[k], dtypes[d],
				    n);
	if (found == 0)
		printf("%s: no inputs fit\n", row->name);
}

int
main(int argc, char **argv)
{
	const char *show = argc > 1 ? argv[1] : "off";
	bool tiny = strcmp(show, "small") == 0;
	struct bench_run b = { .exec = exec_new(), .times = 1 };
	unsigned code, k;

	b.off = strcmp(show, "off") == 0;
	if (tiny)
		b.times = SMALL_OPS;
	for (k = 0; k < INPUTS; k++)
		b.memory[k] = xcalloc(1, 1 << 24);
	measure(&b);
	for (code = OP_ADD; code < 400; code++)
		if (op_by_code(code) != NULL)
			try_all(&b, op_by_code(code), tiny ? small : wishes,
			    tiny ? SMALLS : WISHES);
	exec_free(b.exec);
	for (k = 0; k < INPUTS; k++)
		xfree(b.memory[k]);
	return 0;
}
