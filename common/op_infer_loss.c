/*
 * Shapes of losses, their gradients, and attention.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

#define REDUCTION_NONE	2	/* mean, sum, none */

enum error
infer_square_loss(const struct infer *f)
{
	if (infer_broadcast(f, f->in[0], f->in[0]->ndim, f->in[1],
	    f->in[1]->ndim) != E_OK)
		return f->e->code;
	if (f->p[0].v[0] != REDUCTION_NONE)
		f->out->ndim = 0;
	return E_OK;
}

/* Does input i broadcast to shape s, and no further? */
static enum error
fits(const struct infer *f, size_t i, const struct shape *s)
{
	if (infer_broadcast(f, s, s->ndim, f->in[i], f->in[i]->ndim) != E_OK)
		return f->e->code;
	if (f->out->ndim != s->ndim || memcmp(f->out->dims, s->dims,
	    s->ndim * sizeof(s->dims[0])) != 0)
		return op_fail(f->e, E_SHAPE, (int32_t)i, -1, f->in[i]->ndim,
		    s->ndim, FAULT_LARGER);
	return E_OK;
}

enum error
infer_square_loss_grad(const struct infer *f)
{
	if (fits(f, 1, f->in[0]) != E_OK)
		return f->e->code;
	return infer_same(f);
}

/*
 * Labels are whole numbers, of x's shape without the axis, or shares, floats
 * of x's shape.  The dtype is that of floats alone.
 */
static enum error
check_labels(const struct infer *f, uint32_t *axis)
{
	const struct shape *x = f->in[0], *labels = f->in[1];
	bool shares = dtype_is_float(labels->dtype);
	uint32_t i, k = 0;

	if (f->p[0].n < 0)
		return op_fail(f->e, E_BAD_PARAM, -1, 0, 0, FAULT_NEEDED, 0);
	if (!infer_axis(f->p[0].v[0], x->ndim, axis))
		return op_fail(f->e, E_AXIS, 0, f->p[0].v[0], x->ndim, 0, 0);
	if (labels->dtype == DT_BOOL)
		return op_fail(f->e, E_DTYPE, 1, DT_BOOL, 0, 0, 0);
	if (labels->ndim + !shares != x->ndim)
		return op_fail(f->e, E_SHAPE, 1, -1, labels->ndim,
		    x->ndim - !shares, FAULT_AXES);
	for (i = 0; i < x->ndim; i++) {
		if (i == *axis && !shares)
			continue;
		if (labels->dims[k] != x->dims[i])
			return op_fail(f->e, E_SHAPE, 1, k, labels->dims[k],
			    x->dims[i], FAULT_LENGTH);
		k++;
	}
	if (!shares)
		f->out->dtype = dtype_is_float(x->dtype) ? x->dtype : DT_F64;
	return E_OK;
}

enum error
infer_cross_entropy(const struct infer *f)
{
	uint32_t axis, i;

	if (check_labels(f, &axis) != E_OK)
		return f->e->code;
	f->out->ndim = 0;
	for (i = 0; i < f->in[0]->ndim && f->p[3].v[0] == REDUCTION_NONE; i++) {
		if (i != axis)
			f->out->dims[f->out->ndim++] = f->in[0]->dims[i];
	}
	return E_OK;
}

enum error
infer_cross_entropy_grad(const struct infer *f)
{
	uint32_t axis;

	if (check_labels(f, &axis) != E_OK)
		return f->e->code;
	return infer_same(f);
}

static enum error
same_length(const struct infer *f, size_t a, uint32_t from_end_a, size_t b,
    uint32_t from_end_b)
{
	int64_t x = f->in[a]->dims[f->in[a]->ndim - from_end_a];
	int64_t y = f->in[b]->dims[f->in[b]->ndim - from_end_b];

	return x == y ? E_OK : op_fail(f->e, E_SHAPE, (int32_t)b,
	    f->in[b]->ndim - from_end_b, y, x, FAULT_LENGTH);
}

/* q (..., L, E), k (..., S, E), v (..., S, V), a mask that fits (..., L, S). */
enum error
infer_attention(const struct infer *f)
{
	const struct shape *q = f->in[0], *k = f->in[1], *v = f->in[2];
	struct shape batch;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (f->in[i]->ndim < 2)
			return op_fail(f->e, E_SHAPE, (int32_t)i, -1,
			    f->in[i]->ndim, 2, FAULT_AXES);
	}
	if (same_length(f, 0, 1, 1, 1) != E_OK ||
	    same_length(f, 1, 2, 2, 2) != E_OK)
		return f->e->code;
	if (infer_broadcast(f, q, q->ndim - 2u, k, k->ndim - 2u) != E_OK)
		return f->e->code;
	batch = *f->out;
	if (f->n_in == 4) {
		batch.dims[batch.ndim++] = q->dims[q->ndim - 2];
		batch.dims[batch.ndim++] = k->dims[k->ndim - 2];
		if (fits(f, 3, &batch) != E_OK)
			return f->e->code;
		batch.ndim -= 2;
	}
	if (infer_broadcast(f, &batch, batch.ndim, v, v->ndim - 2u) != E_OK ||
	    infer_append(f, q->dims[q->ndim - 2]) != E_OK)
		return f->e->code;
	return infer_append(f, v->dims[v->ndim - 1]);
}
