/*
 * Runs what is read from sorted lanes: median, mode, quantiles.
 */
#include "compute/step.h"

/* Fails with the first quantile that is none. */
static enum error
quantiles_valid(const struct run *r, const struct rank_step *d,
    const double *q)
{
	for (int64_t i = 0; i < d->n_quantiles; i++) {
		if (q[i] >= 0 && q[i] <= 1)
			continue;
		r->error->input = 1;
		r->error->a[0] = i;
		return E_QUANTILE;
	}
	return E_OK;
}

enum error
run_rank(const struct run *r, int64_t from, int64_t to)
{
	const struct rank_step *d = r->step->detail;
	int64_t lane = d->length * (int64_t)dtype_size(d->in_dtype);
	int64_t size = (int64_t)dtype_size(d->out_dtype);
	const uint8_t *x = run_read(r, d->in);
	uint8_t *out = run_slot(r, d->out);
	double *z = (void *)out;
	const double *q;

	if (d->fn != NULL) {
		for (int64_t u = from; u < to; u++)
			d->fn(x + u * lane, d->length, out + u * size);
		return E_OK;
	}
	q = (const void *)run_read(r, d->quantiles.slot);
	q += d->quantiles.offset;
	if (from == 0 && quantiles_valid(r, d, q) != E_OK)
		return E_QUANTILE;
	for (int64_t u = from; u < to && u < d->lanes; u++)
		for (int64_t i = 0; i < d->n_quantiles; i++)
			z[i * d->lanes + u] = d->quantile(x + u * lane,
			    d->length, q[i], d->exact);
	return E_OK;
}
