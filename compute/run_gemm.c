/*
 * Runs the matrix product: blocks of n, k and m, both operands packed so that
 * the kernel reads straight on whatever the strides were.  Knows no vectors.
 */
#include "compute/step.h"

struct block {
	int64_t	batch, n, k, m;		/* counted in blocks */
};

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
seek(const struct gemm_step *d, int64_t unit, struct block *at)
{
	at->m = unit % d->m_blocks;
	unit /= d->m_blocks;
	at->k = unit % d->k_blocks;
	unit /= d->k_blocks;
	at->n = unit % d->n_blocks;
	at->batch = unit / d->n_blocks;
}

static const uint8_t *
operand(const struct run *r, const struct view *v, int64_t offset)
{
	return run_read(r, v->slot) +
	    (v->offset + offset) * (int64_t)dtype_size(v->dtype);
}

void
run_gemm(const struct run *r, int64_t from, int64_t to)
{
	const struct gemm_step *d = r->step->detail;
	const struct gemm_kernel *g = d->kernel;
	struct walk wa = d->batch_a, wb = d->batch_b, wc = d->batch_c;
	uint8_t *packed_b = run_slot(r, r->step->scratch);
	uint8_t *packed_a = packed_b + d->packed_b;

	for (int64_t u = from; u < to; u++) {
		struct block at;
		int64_t m, n, k;
		uint8_t *c;

		seek(d, u, &at);
		m = least(d->m - at.m * GEMM_M, GEMM_M);
		n = least(d->n - at.n * GEMM_N, GEMM_N);
		k = least(d->k - at.k * GEMM_K, GEMM_K);
		walk_seek(&wa, at.batch);
		walk_seek(&wb, at.batch);
		walk_seek(&wc, at.batch);
		if (at.m == 0)
			g->pack_b(operand(r, &d->b, wb.offset +
			    at.k * GEMM_K * d->b_row +
			    at.n * GEMM_N * d->b_col),
			    d->b_row, d->b_col, (size_t)k, (size_t)n, packed_b);
		g->pack_a(operand(r, &d->a, wa.offset +
		    at.m * GEMM_M * d->a_row + at.k * GEMM_K * d->a_col),
		    d->a_row, d->a_col, (size_t)m, (size_t)k, packed_a);
		c = run_slot(r, d->out) + (wc.offset +
		    at.m * GEMM_M * d->c_row + at.n * GEMM_N) * g->size;
		g->block(packed_a, packed_b, c, d->c_row, (size_t)m, (size_t)n,
		    (size_t)k, at.k == 0);
	}
}

/* The part of the vector that starts at k, contiguous. */
static const uint8_t *
vector(const struct run *r, const struct gemm_step *d, int64_t offset,
    size_t n)
{
	struct view v = d->b;

	if (d->b_row == 1)
		return operand(r, &d->b, offset);
	v.ndim = 1;
	v.dims[0] = (int64_t)n;
	v.strides[0] = d->b_row;
	v.offset += offset;
	view_gather(&v, run_read(r, v.slot), 0, n,
	    run_slot(r, r->step->scratch));
	return run_slot(r, r->step->scratch);
}

void
run_matvec(const struct run *r, int64_t from, int64_t to)
{
	const struct gemm_step *d = r->step->detail;
	struct walk wa = d->batch_a, wb = d->batch_b, wc = d->batch_c;

	for (int64_t u = from; u < to; u++) {
		int64_t i = u / d->k_blocks % d->m_blocks * MATVEC_M;
		int64_t k = u % d->k_blocks * MATVEC_K;
		size_t m = (size_t)least(d->m - i, MATVEC_M);
		size_t n = (size_t)least(d->k - k, MATVEC_K);

		walk_seek(&wa, u / d->k_blocks / d->m_blocks);
		walk_seek(&wb, u / d->k_blocks / d->m_blocks);
		walk_seek(&wc, u / d->k_blocks / d->m_blocks);
		d->kernel->vector(
		    operand(r, &d->a, wa.offset + i * d->a_row + k * d->a_col),
		    d->a_row, d->a_col,
		    vector(r, d, wb.offset + k * d->b_row, n), m, n,
		    run_slot(r, d->out) + (wc.offset + i * d->c_row) *
		    d->kernel->size, d->c_row, k == 0);
	}
}
