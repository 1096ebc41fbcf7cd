/*
 * Plans matrix products: matmul's and dot's shapes come down to batches of
 * one product with row and column strides.
 */
#include "compute/plan.h"

#include <string.h>

static const uint64_t zero;

static int64_t
blocks(int64_t n, int64_t size)
{
	return (n + size - 1) / size;
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The matrix in the last axes; a vector is a row on the left, else a column. */
static void
gemm_matrices(struct gemm_step *d, const struct view *a, const struct view *b,
    const struct view *c, bool dot)
{
	uint32_t an = a->ndim, bn = b->ndim;

	d->k = a->dims[an - 1];
	d->a_col = a->strides[an - 1];
	d->m = an > 1 ? a->dims[an - 2] : 1;
	d->a_row = an > 1 ? a->strides[an - 2] : 0;
	d->n = bn > 1 ? b->dims[bn - 1] : 1;
	d->b_col = bn > 1 ? b->strides[bn - 1] : 0;
	d->b_row = b->strides[bn > 1 ? bn - 2 : 0];
	d->c_row = 0;
	if (an > 1)
		d->c_row = dot ? c->strides[an - 2] :
		    c->strides[c->ndim - (bn > 1 ? 2u : 1u)];
}

/* matmul: leading axes broadcast against each other. */
static void
matmul_batches(struct gemm_step *d, struct view a, struct view b,
    const struct view *c)
{
	uint32_t n = (a.ndim > b.ndim ? a.ndim : b.ndim);

	n = n > 2 ? n - 2 : 0;
	a.ndim = a.ndim > 2 ? (uint8_t)(a.ndim - 2) : 0;
	b.ndim = b.ndim > 2 ? (uint8_t)(b.ndim - 2) : 0;
	view_broadcast(&a, n, c->dims);
	view_broadcast(&b, n, c->dims);
	for (uint32_t i = 0; i < n; i++) {
		walk_axis(&d->batch_a, c->dims[i], a.strides[i]);
		walk_axis(&d->batch_b, c->dims[i], b.strides[i]);
		walk_axis(&d->batch_c, c->dims[i], c->strides[i]);
	}
}

/* dot: every leading position of a meets every one of b. */
static void
dot_batches(struct gemm_step *d, const struct view *a, const struct view *b,
    const struct view *c)
{
	uint32_t from = a->ndim - 1u;

	for (uint32_t i = 0; i + 2 < a->ndim; i++) {
		walk_axis(&d->batch_a, a->dims[i], a->strides[i]);
		walk_axis(&d->batch_b, a->dims[i], 0);
		walk_axis(&d->batch_c, a->dims[i], c->strides[i]);
	}
	for (uint32_t i = 0; i + 2 < b->ndim; i++) {
		walk_axis(&d->batch_a, b->dims[i], 0);
		walk_axis(&d->batch_b, b->dims[i], b->strides[i]);
		walk_axis(&d->batch_c, b->dims[i], c->strides[from + i]);
	}
}

static void
gemm_step(struct plan *p, uint32_t op, struct gemm_step *d)
{
	const struct gemm_kernel *g = gemm_kernel(d->a.dtype, p->wide);
	int64_t m = least(d->m, GEMM_M), n = least(d->n, GEMM_N);
	int64_t k = least(d->k, GEMM_K), batches = walk_positions(&d->batch_c);

	d->kernel = g;
	d->m_blocks = blocks(d->m, GEMM_M);
	d->n_blocks = blocks(d->n, GEMM_N);
	d->k_blocks = blocks(d->k, GEMM_K);
	d->packed_b = blocks(blocks(n, g->nr) * g->nr * k * g->size,
	    ARENA_ALIGN) * ARENA_ALIGN;
	plan_use(p, d->a.slot);
	plan_use(p, d->b.slot);
	plan_use(p, d->out);
	plan_step(p, STEP_GEMM, op, batches * d->n_blocks * d->k_blocks *
	    d->m_blocks, (uint64_t)(2 * m * n * k + 64), d->packed_b +
	    blocks(m, g->mr) * g->mr * k * g->size, d);
}

/* A row times a matrix is the matrix, transposed, times a column. */
static void
transpose_product(struct gemm_step *d)
{
	struct gemm_step was = *d;

	d->a = was.b;
	d->b = was.a;
	d->m = was.n;
	d->n = was.m;
	d->a_row = was.b_col;
	d->a_col = was.b_row;
	d->b_row = was.a_col;
	d->b_col = was.a_row;
	d->c_row = 1;
	d->batch_a = was.batch_b;
	d->batch_b = was.batch_a;
}

static void
matvec_step(struct plan *p, uint32_t op, struct gemm_step *d)
{
	int64_t m = least(d->m, MATVEC_M), k = least(d->k, MATVEC_K);

	d->kernel = gemm_kernel(d->a.dtype, p->wide);
	d->m_blocks = blocks(d->m, MATVEC_M);
	d->k_blocks = blocks(d->k, MATVEC_K);
	plan_use(p, d->a.slot);
	plan_use(p, d->b.slot);
	plan_use(p, d->out);
	/* Memory's speed, not the multiplier's. */
	plan_step(p, STEP_MATVEC, op, walk_positions(&d->batch_c) *
	    d->m_blocks * d->k_blocks, (uint64_t)(8 * m * k + 64),
	    k * d->kernel->size, d);
}

static void
plan_product(struct plan *p, const struct plan_op *op, const struct view *a,
    const struct view *b, const struct view *c)
{
	bool dot = op->row->code == OP_DOT;
	struct gemm_step *d = plan_alloc(p, sizeof *d);

	if (d == NULL)
		return;
	memset(d, 0, sizeof *d);
	d->a = *a;
	d->b = *b;
	d->out = c->slot;
	gemm_matrices(d, a, b, c, dot);
	if (d->k == 0) {
		plan_fill(p, op->i, c, &zero);
		return;
	}
	if (dot)
		dot_batches(d, a, b, c);
	else
		matmul_batches(d, *a, *b, c);
	if (d->m == 1)
		transpose_product(d);
	if (d->n == 1)
		matvec_step(p, op->i, d);
	else
		gemm_step(p, op->i, d);
}

/* Products of bools are counted in int32, then compared with 0. */
void
plan_matmul(struct plan *p, const struct plan_op *op)
{
	enum dtype dtype = op->shape.dtype == DT_BOOL ? DT_I32 :
	    op->shape.dtype;
	struct view a, b, c = op->out, out;

	if (op->elements == 0) {
		c.slot = plan_slot(p, 0);
		p->values[op->i].view = c;
		return;
	}
	a = plan_cast(p, op->i, &p->values[op->in[0]].view, dtype);
	b = plan_cast(p, op->i, &p->values[op->in[1]].view, dtype);
	c = plan_temporary(p, &op->out, dtype);
	if (p->failed)
		return;
	plan_product(p, op, &a, &b, &c);
	if (op->shape.dtype == DT_BOOL) {
		out = plan_temporary(p, &op->out, DT_BOOL);
		if (!p->failed)
			plan_truth(p, op->i, &c, &out);
		c = out;
	}
	p->values[op->i].view = c;
}
