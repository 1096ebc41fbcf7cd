/*
 * Runs LU and Cholesky, LINALG_BLOCK columns at a time: a panel is factored,
 * then each block of columns right of it is updated by one product, a unit
 * each.  What does not belong to a panel's rows is the matrix product's work.
 */
#include "compute/step.h"

#include <string.h>

/* A matrix being factored. */
struct factor {
	const struct factor_step *d;
	uint8_t			*a;
	struct factor_state	*state;
	uint8_t			*packed_a, *packed_b;
	struct linalg_panel	 panel;
};

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static struct factor
factor(const struct run *r, int64_t matrix)
{
	const struct factor_step *d = r->step->detail;
	uint8_t *scratch = run_slot(r, r->step->scratch);
	struct factor f = { .d = d };

	f.a = run_slot(r, d->work) + matrix * d->matrix * d->gemm->size;
	f.state = (void *)scratch;
	f.packed_b = scratch + d->packed_b;
	f.packed_a = scratch + d->packed_a;
	f.panel.n = d->n;
	f.panel.columns = d->columns;
	f.panel.ld = d->ld;
	return f;
}

static void
set_panel(struct factor *f, int64_t block)
{
	f->panel.at = block * LINALG_BLOCK;
	f->panel.width = least(f->d->n - f->panel.at, LINALG_BLOCK);
}

static uint8_t *
at(const struct factor *f, int64_t row, int64_t column)
{
	return f->a + (row * f->d->ld + column) * f->d->gemm->size;
}

/* The panel's columns in rows from .. to, as the product wants them. */
static void
pack_panel(const struct factor *f, int64_t from, int64_t to)
{
	const struct gemm_kernel *g = f->d->gemm;
	uint8_t *packed = f->packed_a;
	int64_t rows;

	for (; from < to; from += rows) {
		rows = least(to - from, GEMM_M);
		g->pack_a(at(f, from, f->panel.at), f->d->ld, 1, (size_t)rows,
		    (size_t)f->panel.width, packed);
		packed += rows * f->panel.width * g->size;
	}
}

/*
 * Rows from .. to of n columns from column on, minus the panel times b (row
 * and column strides) of as many columns.  packed: the panel's rows.
 */
static void
subtract(const struct factor *f, const uint8_t *packed, int64_t from,
    int64_t to, int64_t column, int64_t n, const uint8_t *b, int64_t b_row,
    int64_t b_column)
{
	const struct gemm_kernel *g = f->d->gemm;
	int64_t width = f->panel.width, rows;

	if (from >= to)
		return;
	g->pack_b(b, b_row, b_column, (size_t)width, (size_t)n, f->packed_b);
	f->d->kernel->negate(f->packed_b, (size_t)(width *
	    ((n + g->nr - 1) / g->nr * g->nr)));
	for (; from < to; from += rows) {
		rows = least(to - from, GEMM_M);
		g->block(packed, f->packed_b, at(f, from, column), f->d->ld,
		    (size_t)rows, (size_t)n, (size_t)width, false);
		packed += rows * width * g->size;
	}
}

/* ---- LU ---- */

/* The i-th block of columns, of the matrix and then of the sides. */
static int64_t
block_columns(const struct factor_step *d, int64_t i, int64_t *n)
{
	int64_t from = i * LINALG_BLOCK, end = d->n;

	if (i >= d->blocks) {
		from = d->n + (i - d->blocks) * LINALG_BLOCK;
		end = d->columns;
	}
	*n = least(end - from, LINALG_BLOCK);
	return from;
}

static void
lu_panel(struct factor *f)
{
	const struct factor_step *d = f->d;

	if (f->panel.at == 0) {
		f->state->pivot = -1;
		f->state->odd = false;
		if (d->unit)
			d->kernel->unit(at(f, 0, d->n), d->ld, d->n);
	}
	f->state->pivot = d->kernel->lu(f->a, &f->panel, &f->state->odd);
	pack_panel(f, f->panel.at + f->panel.width, d->n);
}

static void
lu_columns(const struct factor *f, int64_t block)
{
	int64_t n, from = block_columns(f->d, block, &n);

	f->d->kernel->forward(f->a, &f->panel, from, (size_t)n);
	subtract(f, f->packed_a, f->panel.at + f->panel.width, f->d->n, from,
	    n, at(f, f->panel.at, from), f->d->ld, 1);
}

static void
lu_back(const struct factor *f, int64_t side)
{
	int64_t n, from = block_columns(f->d, f->d->blocks + side, &n);

	if (side == 0)
		pack_panel(f, 0, f->panel.at);
	f->d->kernel->backward(f->a, &f->panel, from, (size_t)n);
	subtract(f, f->packed_a, 0, f->panel.at, from, n,
	    at(f, f->panel.at, from), f->d->ld, 1);
}

/* Panel k and the blocks right of it, for k ascending; then back. */
static void
lu_unit(struct factor *f, int64_t unit)
{
	const struct factor_step *d = f->d;
	int64_t forward = d->blocks * (d->blocks + 1) / 2 +
	    d->blocks * d->side_blocks, k = 0;

	if (unit >= forward) {
		unit -= forward;
		set_panel(f, d->blocks - 1 - unit / d->side_blocks);
		lu_back(f, unit % d->side_blocks);
		return;
	}
	while (unit >= d->blocks - k + d->side_blocks) {
		unit -= d->blocks - k + d->side_blocks;
		k++;
	}
	set_panel(f, k);
	if (unit == 0)
		lu_panel(f);
	else
		lu_columns(f, k + unit);
}

static void
lu_det(const struct run *r, const struct factor *f, int64_t matrix)
{
	const struct factor_step *d = f->d;
	uint8_t *to = run_slot(r, d->det) + matrix * d->gemm->size;

	if (f->state->pivot >= 0)
		memset(to, 0, d->gemm->size);
	else
		d->kernel->det(f->a, d->ld, d->n, f->state->odd, to);
}

enum error
run_lu(const struct run *r, int64_t from, int64_t to)
{
	const struct factor_step *d = r->step->detail;

	for (int64_t u = from; u < to; u++) {
		struct factor f = factor(r, u / d->units);

		if (u % d->units != 0 && f.state->pivot >= 0)
			continue;
		lu_unit(&f, u % d->units);
		if (f.state->pivot >= 0 && d->det == STEP_NO_SLOT) {
			r->error->input = 0;
			r->error->a[0] = f.state->pivot;
			r->error->a[1] = u / d->units;
			return E_SINGULAR;
		}
		if (d->det != STEP_NO_SLOT && (f.state->pivot >= 0 ||
		    u % d->units == d->units - 1))
			lu_det(r, &f, u / d->units);
	}
	return E_OK;
}

/* ---- Cholesky ---- */

/* The block's rows of the panel, transposed, times the panel. */
static void
cholesky_columns(const struct factor *f, int64_t block)
{
	const struct factor_step *d = f->d;
	int64_t n, from = block_columns(d, block, &n);
	int64_t behind = from - f->panel.at - f->panel.width;

	/* GEMM_M rows are packed together; blocks start anywhere in them. */
	if (behind > 0)
		pack_panel(f, from, d->n);
	subtract(f, f->packed_a, from, d->n, from, n,
	    at(f, from, f->panel.at), 1, d->ld);
}

static int64_t
cholesky_unit(struct factor *f, int64_t unit)
{
	const struct factor_step *d = f->d;
	int64_t k = 0, pivot;

	while (unit >= d->blocks - k) {
		unit -= d->blocks - k;
		k++;
	}
	set_panel(f, k);
	if (unit > 0) {
		cholesky_columns(f, k + unit);
		return -1;
	}
	pivot = d->kernel->cholesky(f->a, &f->panel);
	pack_panel(f, f->panel.at + f->panel.width, d->n);
	return pivot;
}

enum error
run_cholesky(const struct run *r, int64_t from, int64_t to)
{
	const struct factor_step *d = r->step->detail;

	for (int64_t u = from; u < to; u++) {
		struct factor f = factor(r, u / d->units);
		int64_t pivot = cholesky_unit(&f, u % d->units);

		if (pivot < 0)
			continue;
		r->error->input = 0;
		r->error->a[0] = pivot;
		r->error->a[1] = u / d->units;
		return E_NOT_POSITIVE;
	}
	return E_OK;
}
