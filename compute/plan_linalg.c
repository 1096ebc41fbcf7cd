/*
 * Plans inv, solve, det and cholesky: matrices, cast and copied, are factored
 * in place.  What solve gives is a view of what stands beside them.
 */
#include "compute/plan.h"

#include <string.h>

static const uint64_t zero;
static const float one_f32 = 1;
static const double one_f64 = 1;

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

/* Rows that lie a power of two apart meet in few lines of a cache. */
static int64_t
row_stride(int64_t columns, int64_t size)
{
	return columns * size % 1024 == 0 ? columns + 64 / size : columns;
}

/* What is left of the numbers in d, and the step. */
static void
factor_step(struct plan *p, const struct plan_op *op, struct factor_step *d,
    enum step_kind kind, int64_t matrices)
{
	const struct gemm_kernel *g = gemm_kernel(op->out.dtype, p->wide);
	int64_t width = least(d->n, LINALG_BLOCK), b;

	d->kernel = linalg_kernel(op->out.dtype);
	d->gemm = g;
	b = blocks(LINALG_BLOCK, g->nr) * g->nr * width * g->size;
	d->packed_b = ARENA_ALIGN;
	d->packed_a = d->packed_b + blocks(b, ARENA_ALIGN) * ARENA_ALIGN;
	plan_use(p, d->work);
	if (d->det != STEP_NO_SLOT)
		plan_use(p, d->det);
	plan_step(p, kind, op->i, matrices * d->units,
	    (uint64_t)(2 * width * LINALG_BLOCK * d->n + 64),
	    d->packed_a + (d->n + g->mr) * width * g->size, d);
}

/* The slots of matrices with their right-hand sides beside them. */
static bool
plan_sides(struct plan *p, const struct plan_op *op, const struct view *a,
    int64_t n_sides, struct factor_step *d, struct view *work)
{
	uint32_t axes = a->ndim;

	*work = *a;
	d->n = a->dims[axes - 1];
	d->columns = d->n + n_sides;
	d->ld = row_stride(d->columns, (int64_t)dtype_size(op->out.dtype));
	work->dims[axes - 1] = d->ld;
	*work = plan_temporary(p, work, op->out.dtype);
	d->work = work->slot;
	d->matrix = d->n * d->ld;
	d->blocks = blocks(d->n, LINALG_BLOCK);
	d->side_blocks = blocks(n_sides, LINALG_BLOCK);
	d->units = d->blocks * (d->blocks + 1) / 2 +
	    2 * d->blocks * d->side_blocks;
	return !p->failed;
}

/* Columns from .. from + n of the rows of work. */
static struct view
columns(const struct view *work, int64_t from, int64_t n)
{
	struct view v = *work;

	v.offset += from;
	v.dims[v.ndim - 1] = n;
	return v;
}

/* det's outputs, one for each matrix. */
static void
plan_det(struct plan *p, const struct plan_op *op, struct factor_step *d)
{
	struct view a = p->values[op->in[0]].view, out, work, part;

	out = plan_temporary(p, &op->out, op->out.dtype);
	p->values[op->i].view = out;
	if (p->failed || op->elements == 0)
		return;
	if (a.dims[a.ndim - 1] == 0) {
		plan_fill(p, op->i, &out, out.dtype == DT_F32 ?
		    (const void *)&one_f32 : &one_f64);
		return;
	}
	d->det = out.slot;
	if (!plan_sides(p, op, &a, 0, d, &work))
		return;
	part = columns(&work, 0, d->n);
	plan_copy(p, op->i, &a, &part);
	factor_step(p, op, d, STEP_LU, op->elements);
}

/* a and b as wide as the output's batch; a vector is a column. */
static void
solve_operands(const struct plan_op *op, struct view *a, struct view *b)
{
	bool vectors = b->ndim + 1u == a->ndim;
	struct view batch = op->out;

	if (vectors) {
		b->dims[b->ndim] = 1;
		b->strides[b->ndim++] = 0;
		batch.dims[batch.ndim++] = 1;
	}
	view_broadcast(b, batch.ndim, batch.dims);
	batch.dims[batch.ndim - 1] = a->dims[a->ndim - 1];
	view_broadcast(a, batch.ndim, batch.dims);
}

static void
plan_solve(struct plan *p, const struct plan_op *op, struct factor_step *d)
{
	struct view a = p->values[op->in[0]].view, b = a, work, part;
	struct view *out = &p->values[op->i].view;
	int64_t n_sides;

	if (op->row->code == OP_SOLVE) {
		b = p->values[op->in[1]].view;
		solve_operands(op, &a, &b);
	}
	*out = op->out;
	/* Without right-hand sides a must have an inverse all the same. */
	if (view_elements(&a) == 0) {
		out->slot = plan_slot(p, 0);
		return;
	}
	n_sides = b.dims[b.ndim - 1];
	if (!plan_sides(p, op, &a, n_sides, d, &work))
		return;
	part = columns(&work, 0, d->n);
	plan_copy(p, op->i, &a, &part);
	part = columns(&work, d->n, n_sides);
	d->unit = op->row->code == OP_INV;
	if (d->unit)
		plan_fill(p, op->i, &part, &zero);
	else
		plan_copy(p, op->i, &b, &part);
	factor_step(p, op, d, STEP_LU, view_elements(&work) / d->matrix);
	/* Vectors are columns without their axis. */
	part.ndim = out->ndim;
	*out = part;
}

static void
plan_cholesky(struct plan *p, const struct plan_op *op,
    struct factor_step *d)
{
	struct view out = plan_temporary(p, &op->out, op->out.dtype);

	p->values[op->i].view = out;
	if (p->failed || op->elements == 0)
		return;
	plan_copy(p, op->i, &p->values[op->in[0]].view, &out);
	d->n = out.dims[out.ndim - 1];
	d->columns = d->n;
	d->ld = d->n;
	d->work = out.slot;
	d->matrix = d->n * d->n;
	d->blocks = blocks(d->n, LINALG_BLOCK);
	d->units = d->blocks * (d->blocks + 1) / 2;
	factor_step(p, op, d, STEP_CHOLESKY, op->elements / d->matrix);
}

void
plan_linalg(struct plan *p, const struct plan_op *op)
{
	struct factor_step *d = plan_alloc(p, sizeof *d);

	if (d == NULL)
		return;
	memset(d, 0, sizeof *d);
	d->det = STEP_NO_SLOT;
	if (op->row->code == OP_DET)
		plan_det(p, op, d);
	else if (op->row->code == OP_CHOLESKY)
		plan_cholesky(p, op, d);
	else
		plan_solve(p, op, d);
}
