/*
 * bench-record: what recording one op costs in C, in microseconds.  No
 * arguments; tests/bench/record.py runs it.
 */
#include "ravop/_core/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OPS	10000		/* of a batch */
#define BATCHES	50

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds that a batch of additions takes, each of the last sum. */
static double
batch(const struct shape *shape, const double *zeros)
{
	const struct op_row *row = op_by_code(OP_ADD);
	struct op_params none = { .p = { { 0 } } };
	struct recorder r;
	struct op_error e;
	uint32_t in[2], op;
	double start;

	recorder_init(&r, INT64_MAX);
	in[0] = in[1] = recorder_inline(&r, shape, zeros);
	start = now();
	for (int i = 0; i < OPS; i++) {
		if (recorder_op(&r, row, in, 2, &none, &op, &e) != E_OK)
			exit(1);
		in[0] = op;
	}
	start = now() - start;
	recorder_clear(&r);
	return start;
}

int
main(void)
{
	static const double zeros[12];
	struct shape shape = { DT_F64, 2, { 3, 4 } };
	double best = 1e9;

	for (int i = 0; i < BATCHES; i++) {
		double t = batch(&shape, zeros);

		best = t < best ? t : best;
	}
	printf("%.3f\n", 1e6 * best / OPS);
	return 0;
}
