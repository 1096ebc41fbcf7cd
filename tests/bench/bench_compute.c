/*
 * bench-compute: what the executor achieves on this machine, as rates and as
 * ratios to plain loops, all in one run.  Takes a few seconds.  No arguments.
 */
#include "compute/exec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS	5

struct bench {
	struct exec	*exec;
	struct bytes	 given[2];
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct shape
matrix(enum dtype dtype, int64_t rows, int64_t cols)
{
	struct shape s = { (uint8_t)dtype, 2, { rows, cols } };

	return s;
}

/* Numbers in [0.5, 1.5), so that nothing overflows or is subnormal. */
static void *
numbers(const struct shape *s, size_t *bytes)
{
	size_t n = (size_t)shape_elements(s);
	uint32_t x = 1;
	void *p;

	*bytes = (size_t)shape_bytes(s);
	p = xmalloc(*bytes);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		double v = 0.5 + (double)(x >> 8) / 16777216.0;

		if (s->dtype == DT_F32)
			((float *)p)[i] = (float)v;
		else if (s->dtype == DT_F64)
			((double *)p)[i] = v;
		else
			((uint32_t *)p)[i] = x;
	}
	return p;
}

/* Seconds of the best of ROUNDS runs of a program of n_chain equal ops. */
static double
run(struct bench *b, const char *op, const struct shape *a,
    const struct shape *c, size_t n_in, const char *then)
{
	struct program_writer w;
	struct op_params params;
	const struct op_row *row = op_by_name(op);
	const struct shape *in[2] = { a, c };
	struct shape out;
	struct op_error e;
	struct buf program;
	uint32_t ids[2], id;
	double best = 1e9;

	program_writer_init(&w, 0);
	ids[0] = program_write_given(&w, a, 0, 0);
	ids[1] = n_in > 1 ? program_write_given(&w, c, 1, 0) : 0;
	op_params_default(row, &params);
	if (op_infer(row, in, n_in, &params, INT64_MAX, &out, &e) != E_OK)
		exit(1);
	id = program_write_op(&w, row, &params, ids, n_in, &out, 0);
	for (; *then != '\0'; then++) {
		row = op_by_name(*then == '+' ? "add" : "mul");
		op_params_default(row, &params);
		ids[0] = id;
		id = program_write_op(&w, row, &params, ids, 2, &out, 0);
	}
	buf_init(&program);
	program_finish(&w, &program);
	for (int i = 0; i < ROUNDS; i++) {
		double start;

		if (exec_load(b->exec, program.data, program.len, b->given, 2,
		    (size_t)1 << 32, &e) != E_OK)
			exit(1);
		start = now();
		while (exec_step(b->exec, UINT64_C(1) << 40) == EXEC_MORE)
			continue;
		start = now() - start;
		best = start < best ? start : best;
	}
	buf_clear(&program);
	program_writer_clear(&w);
	return best;
}

static double
plain_matmul(const float *a, const float *b, float *c, size_t n)
{
	double start = now();

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			float s = 0;

			for (size_t k = 0; k < n; k++)
				s += a[i * n + k] * b[k * n + j];
			c[i * n + j] = s;
		}
	return now() - start;
}

static void
bench_matmul(struct bench *b, enum dtype dtype, int64_t n)
{
	struct shape s = matrix(dtype, n, n);
	size_t bytes;
	void *p = numbers(&s, &bytes), *q = numbers(&s, &bytes);
	double flops = 2.0 * (double)n * (double)n * (double)n, t;

	b->given[0] = (struct bytes) { p, bytes };
	b->given[1] = (struct bytes) { q, bytes };
	t = run(b, "matmul", &s, &s, 2, "");
	printf("matmul %-8s %4d  %7.1f GFLOP/s", dtype_name(dtype), (int)n,
	    flops / t * 1e-9);
	if (dtype == DT_F32 && n <= 512) {
		float *c = xmalloc(bytes);

		printf("  %5.1f x plain loop",
		    plain_matmul(p, q, c, (size_t)n) / t);
		xfree(c);
	}
	printf("\n");
	xfree(p);
	xfree(q);
}

/* moved: bytes read and written for each element. */
static void
bench_op(struct bench *b, const char *op, enum dtype dtype, size_t n_in,
    const char *then, double moved)
{
	struct shape s = matrix(dtype, 2048, 2048);
	size_t bytes;
	void *p = numbers(&s, &bytes), *q = numbers(&s, &bytes);
	double n = (double)shape_elements(&s), t;

	b->given[0] = (struct bytes) { p, bytes };
	b->given[1] = (struct bytes) { q, bytes };
	t = run(b, op, &s, &s, n_in, then);
	printf("%-12s%-4s %-8s %8.1f Melem/s %7.1f GB/s\n", op, then,
	    dtype_name(dtype), n / t * 1e-6, moved * n / t * 1e-9);
	xfree(p);
	xfree(q);
}

static void
bench_vector(struct bench *b, int64_t rows, int64_t cols)
{
	struct shape s = matrix(DT_F32, rows, cols);
	struct shape v = matrix(DT_F32, cols, 1);
	size_t bytes, few;
	void *p = numbers(&s, &bytes), *q = numbers(&v, &few);
	double t;

	b->given[0] = (struct bytes) { p, bytes };
	b->given[1] = (struct bytes) { q, few };
	t = run(b, "matmul", &s, &v, 2, "");
	printf("matvec float32 %dx%d  %7.1f GB/s\n", (int)rows, (int)cols,
	    (double)bytes / t * 1e-9);
	xfree(p);
	xfree(q);
}

static void
bench_copy(void)
{
	size_t n = (size_t)64 << 20;
	char *p = xcalloc(1, n), *q = xcalloc(1, n);
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double start = now();

		memcpy(q, p, n);
		start = now() - start;
		best = start < best ? start : best;
	}
	printf("memcpy                              %7.1f GB/s\n",
	    2e-9 * (double)n / best);
	xfree(p);
	xfree(q);
}

int
main(void)
{
	struct bench b = { exec_new(), { { NULL, 0 }, { NULL, 0 } } };

	bench_matmul(&b, DT_F32, 256);
	bench_matmul(&b, DT_F32, 512);
	bench_matmul(&b, DT_F32, 1024);
	bench_matmul(&b, DT_F64, 512);
	bench_matmul(&b, DT_I32, 512);
	bench_vector(&b, 4096, 4096);
	bench_copy();
	bench_op(&b, "add", DT_F32, 2, "", 12);
	bench_op(&b, "add", DT_F64, 2, "", 24);
	bench_op(&b, "add", DT_F64, 2, "*+*+*", 24);
	bench_op(&b, "exp", DT_F32, 1, "", 8);
	bench_op(&b, "exp", DT_F64, 1, "", 16);
	bench_op(&b, "pow", DT_F64, 2, "", 24);
	bench_op(&b, "sum", DT_F32, 1, "", 4);
	bench_op(&b, "sum", DT_F64, 1, "", 8);
	bench_op(&b, "max", DT_F32, 1, "", 4);
	bench_op(&b, "argmax", DT_F32, 1, "", 4);
	bench_op(&b, "sort", DT_F32, 1, "", 8);
	exec_free(b.exec);
	return 0;
}
