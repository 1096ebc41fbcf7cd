/*
 * Shapes of random numbers, and of what is drawn from a tensor.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

/* The shape that a parameter asks for; none: no axes. */
static enum error
read_size(const struct infer *f, uint32_t index)
{
	const struct param *p = &f->p[index];
	int32_t i;

	if (p->n > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, p->n, TENSOR_RANK, 0, 0);
	f->out->ndim = p->n < 0 ? 0 : (uint8_t)p->n;
	for (i = 0; i < p->n; i++) {
		if (p->v[i] < 0)
			return op_fail(f->e, E_BAD_PARAM, -1, index, p->v[i],
			    FAULT_VALUE, 0);
		f->out->dims[i] = p->v[i];
	}
	return E_OK;
}

static enum error
read_dtype(const struct infer *f, uint32_t index)
{
	enum dtype dtype = (enum dtype)f->p[index].v[0];

	if (!dtype_is_float(dtype))
		return op_fail(f->e, E_BAD_PARAM, -1, index, dtype, FAULT_VALUE,
		    0);
	f->out->dtype = (uint8_t)dtype;
	return E_OK;
}

enum error
infer_random_numbers(const struct infer *f)
{
	if (read_dtype(f, 5) != E_OK)
		return f->e->code;
	if (f->p[1].v[0] == 2)
		f->out->dtype = DT_I64;
	return read_size(f, 0);
}

/* Two bounds, or none, which broadcast to the size, or are it. */
enum error
infer_random_between(const struct infer *f)
{
	struct shape size;
	int64_t want, got;
	uint32_t i;

	if (f->n_in == 1)
		return op_fail(f->e, E_ARITY, -1, 1, 2, 2, 0);
	if (read_dtype(f, 3) != E_OK || read_size(f, 0) != E_OK)
		return f->e->code;
	if (f->n_in == 0)
		return E_OK;
	size = *f->out;
	if (infer_broadcast(f, f->in[0], f->in[0]->ndim, f->in[1],
	    f->in[1]->ndim) != E_OK)
		return f->e->code;
	if (f->p[0].n < 0)
		return E_OK;
	if (f->out->ndim > size.ndim)
		return op_fail(f->e, E_RANK, -1, f->out->ndim, size.ndim, 0, 0);
	for (i = 0; i < f->out->ndim; i++) {
		want = size.dims[size.ndim - 1 - i];
		got = f->out->dims[f->out->ndim - 1 - i];
		if (got != 1 && got != want)
			return op_fail(f->e, E_SHAPE, 0, -1, i, i,
			    FAULT_LARGER);
	}
	memcpy(f->out->dims, size.dims, sizeof(size.dims));
	f->out->ndim = size.ndim;
	return E_OK;
}

enum error
infer_random_integers(const struct infer *f)
{
	int64_t low = f->p[1].n < 0 ? 0 : f->p[0].v[0];
	int64_t high = f->p[1].n < 0 ? f->p[0].v[0] : f->p[1].v[0];

	if (low >= high)
		return op_fail(f->e, E_BAD_PARAM, -1, f->p[1].n < 0 ? 0 : 1,
		    high, FAULT_VALUE, 0);
	f->out->dtype = DT_I64;
	return read_size(f, 2);
}

/* The input's, which has something to change the order of. */
enum error
infer_permutation(const struct infer *f)
{
	if (f->in[0]->ndim == 0)
		return op_fail(f->e, E_SHAPE, 0, -1, 0, 1, FAULT_AXES);
	return infer_same(f);
}

/* So many along the first axis; none: one, without the axis. */
enum error
infer_random(const struct infer *f)
{
	const struct shape *x = f->in[0];
	uint32_t i;

	if (infer_permutation(f) != E_OK)
		return f->e->code;
	if (f->p[0].n >= 0) {
		if (f->p[0].v[0] < 0 || f->p[0].v[0] > x->dims[0])
			return op_fail(f->e, E_BAD_PARAM, -1, 0, f->p[0].v[0],
			    FAULT_VALUE, 0);
		f->out->dims[0] = f->p[0].v[0];
		return E_OK;
	}
	if (x->dims[0] == 0)
		return op_fail(f->e, E_EMPTY, 0, 0, 0, 0, 0);
	f->out->ndim = (uint8_t)(x->ndim - 1);
	for (i = 0; i < f->out->ndim; i++)
		f->out->dims[i] = x->dims[i + 1];
	return E_OK;
}

/* The input's; a part of it goes. */
enum error
infer_dropout(const struct infer *f)
{
	double p = param_float(&f->p[0]);

	if (!(p >= 0 && p < 1))
		return op_fail(f->e, E_BAD_PARAM, -1, 0, f->p[0].v[0],
		    FAULT_VALUE, 0);
	return infer_same(f);
}
