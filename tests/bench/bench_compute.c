/*
 * bench-compute: what the executor achieves on this machine, as rates and as
 * ratios to plain loops, all in one run.  Takes a few seconds.
 * usage: bench-compute [libopenblas.so.0]    (compares products with its)
 */
#include "compute/exec.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS	5

/* cblas_sgemm and cblas_dgemm. */
typedef void (*sgemm_fn)(int order, int turn_a, int turn_b, int m, int n, int k,
    float alpha, const float *a, int lda, const float *b, int ldb, float beta,
    float *c, int ldc);
typedef void (*dgemm_fn)(int order, int turn_a, int turn_b, int m, int n, int k,
    double alpha, const double *a, int lda, const double *b, int ldb,
    double beta, double *c, int ldc);
#define ROW_MAJOR	101
#define NOT_TURNED	111

struct bench {
	sgemm_fn	 sgemm;		/* NULL: no OpenBLAS */
	dgemm_fn	 dgemm;
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
		else if (s->dtype == DT_I64)
			((uint64_t *)p)[i] = (uint64_t)x << 20;
		else
			((uint32_t *)p)[i] = x;
	}
	return p;
}

/*
 * Seconds of the best of ROUNDS runs of a program: op, then a chain of + and *
 * with the first input, each kept as a value of its own if flags say so.
 */
static double
run_chain(struct bench *b, const char *op, const struct shape *a,
    const struct shape *c, size_t n_in, const char *then, uint8_t flags)
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
	id = program_write_op(&w, row, &params, ids, n_in, &out, flags);
	for (; *then != '\0'; then++) {
		row = op_by_name(*then == '+' ? "add" : "mul");
		op_params_default(row, &params);
		ids[0] = id;
		id = program_write_op(&w, row, &params, ids, 2, &out, flags);
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
run(struct bench *b, const char *op, const struct shape *a,
    const struct shape *c, size_t n_in, const char *then)
{
	return run_chain(b, op, a, c, n_in, then, 0);
}

/* The best of ROUNDS of OpenBLAS; 0: there is none for the dtype. */
static double
run_blas(const struct bench *b, enum dtype dtype, int n, const void *x,
    const void *y)
{
	void *z = xmalloc((size_t)n * (size_t)n * dtype_size(dtype));
	double best = 0;

	for (int i = 0; i < ROUNDS && b->sgemm != NULL; i++) {
		double start = now();

		if (dtype == DT_F32)
			b->sgemm(ROW_MAJOR, NOT_TURNED, NOT_TURNED, n, n, n, 1,
			    x, n, y, n, 0, z, n);
		else if (dtype == DT_F64)
			b->dgemm(ROW_MAJOR, NOT_TURNED, NOT_TURNED, n, n, n, 1,
			    x, n, y, n, 0, z, n);
		else
			break;
		start = now() - start;
		best = best == 0 || start < best ? start : best;
	}
	xfree(z);
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
	double flops = 2.0 * (double)n * (double)n * (double)n, t, blas, again;

	b->given[0] = (struct bytes) { p, bytes };
	b->given[1] = (struct bytes) { q, bytes };
	t = run(b, "matmul", &s, &s, 2, "");
	blas = run_blas(b, dtype, (int)n, p, q);
	again = run(b, "matmul", &s, &s, 2, "");
	t = again < t ? again : t;
	printf("matmul %-8s %4d  %7.1f GFLOP/s", dtype_name(dtype), (int)n,
	    flops / t * 1e-9);
	if (blas > 0)
		printf("  %5.2f x OpenBLAS", blas / t);
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

/* Six ops on 16 MB, in one line or each with its value in memory. */
static void
bench_fusion(struct bench *b)
{
	struct shape s = matrix(DT_F64, 2048, 1024);
	size_t bytes;
	void *p = numbers(&s, &bytes), *q = numbers(&s, &bytes);
	double apart, t;

	b->given[0] = (struct bytes) { p, bytes };
	b->given[1] = (struct bytes) { q, bytes };
	apart = run_chain(b, "add", &s, &s, 2, "*+*+*", PROGRAM_EXPORT);
	t = run_chain(b, "add", &s, &s, 2, "*+*+*", 0);
	printf("six ops on 16 MB      %7.2f ms  %5.2f x not fused\n", 1e3 * t,
	    apart / t);
	xfree(p);
	xfree(q);
}

/* An n x n system: op of a matrix, or of that and as many sides. */
static void
bench_factor(struct bench *b, const char *op, int64_t n, double cubes)
{
	struct shape s = matrix(DT_F64, n, n);
	size_t bytes, n_in = op_by_name(op)->max;
	double *p = numbers(&s, &bytes), t;

	for (int64_t i = 0; i < n; i++)
		p[i * n + i] += 2 * (double)n;
	b->given[0] = (struct bytes) { (uint8_t *)p, bytes };
	b->given[1] = b->given[0];
	t = run(b, op, &s, &s, n_in, "");
	printf("%-12s float64 %5d %7.1f GFLOP/s\n", op, (int)n, cubes *
	    (double)n * (double)n * (double)n / t * 1e-9);
	xfree(p);
}

/* OpenBLAS's products; a library without them is none. */
static void
open_blas(struct bench *b, const char *path)
{
	void *library = dlopen(path, RTLD_NOW);
	void *s = library == NULL ? NULL : dlsym(library, "cblas_sgemm");
	void *d = library == NULL ? NULL : dlsym(library, "cblas_dgemm");

	if (s == NULL || d == NULL) {
		fprintf(stderr, "bench-compute: %s: %s\n", path, dlerror());
		return;
	}
	memcpy(&b->sgemm, &s, sizeof s);
	memcpy(&b->dgemm, &d, sizeof d);
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
main(int argc, char **argv)
{
	struct bench b = { .exec = exec_new() };

	if (argc > 1)
		open_blas(&b, argv[1]);
	bench_matmul(&b, DT_F32, 256);
	bench_matmul(&b, DT_F32, 512);
	bench_matmul(&b, DT_F32, 1024);
	bench_matmul(&b, DT_F64, 512);
	bench_matmul(&b, DT_F64, 1024);
	bench_matmul(&b, DT_I32, 512);
	bench_matmul(&b, DT_I64, 512);
	bench_factor(&b, "inv", 512, 8.0 / 3);
	bench_factor(&b, "solve", 512, 8.0 / 3);
	bench_factor(&b, "cholesky", 512, 1.0 / 3);
	bench_fusion(&b);
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
