/*
 * Dtypes of outputs, as NumPy 1.24 has them for arrays of ours.
 */
#include "common/op.h"
#include "common/op_priv.h"

/* A parameter of kind DTYPE that was given decides; DT_NONE: there is none. */
static enum dtype
wanted_dtype(const struct infer *f)
{
	uint32_t i;

	for (i = 0; i < f->row->n_params; i++) {
		if (f->row->params[i].kind == PARAM_DTYPE && f->p[i].n > 0)
			return (enum dtype)f->p[i].v[0];
	}
	return DT_NONE;
}

/* The first input of a float dtype, or else the first. */
static int32_t
float_input(const struct infer *f)
{
	int32_t i;

	for (i = 0; i < (int32_t)f->n_in; i++) {
		if (dtype_is_float(f->in[i]->dtype))
			return i;
	}
	return 0;
}

enum error
infer_dtype(const struct infer *f)
{
	enum dtype first = f->n_in > 0 ? f->in[0]->dtype : DT_F64, all = first;
	enum dtype wanted = wanted_dtype(f);
	uint8_t *out = &f->out->dtype;
	size_t i;

	for (i = 1; i < f->n_in; i++)
		all = dtype_promote(all, f->in[i]->dtype);
	if (wanted != DT_NONE) {
		*out = wanted;
		return E_OK;
	}
	switch (f->row->dtype) {
	case DTYPE_KEEP:
		*out = first;
		return E_OK;
	case DTYPE_NUM:
	case DTYPE_ADD:
		*out = all;
		return E_OK;
	case DTYPE_NUMBER:
	case DTYPE_SUB:
	case DTYPE_POW:
		*out = all;
		return all != DT_BOOL ? E_OK :
		    op_fail(f->e, E_DTYPE, 0, DT_BOOL, 0, 0, 0);
	case DTYPE_FLOAT:
		*out = dtype_is_float(all) ? all : DT_F64;
		return E_OK;
	case DTYPE_SUM:
		*out = dtype_is_float(first) ? first : DT_I64;
		return E_OK;
	case DTYPE_BOOL:
		*out = DT_BOOL;
		return E_OK;
	case DTYPE_COUNT:
		*out = f->n_in > 1 ? DT_F64 : DT_I64;
		return !dtype_is_float(first) ? E_OK :
		    op_fail(f->e, E_DTYPE, 0, first, 0, 0, 0);
	case DTYPE_FLOAT64:
		*out = DT_F64;
		return first != DT_BOOL ? E_OK :
		    op_fail(f->e, E_DTYPE, 0, DT_BOOL, 0, 0, 0);
	case DTYPE_INT64:
		*out = DT_I64;
		return E_OK;
	case DTYPE_ROUND:
		*out = first == DT_BOOL ? DT_F64 : first;
		return E_OK;
	case DTYPE_BITS:
	case DTYPE_SHIFT:
		*out = all;
		return !dtype_is_float(all) && (all != DT_BOOL ||
		    f->row->dtype == DTYPE_BITS) ? E_OK :
		    op_fail(f->e, E_DTYPE, float_input(f), all, 0, 0, 0);
	case DTYPE_LOGIC:
		*out = DT_BOOL;
		return E_OK;
	case DTYPE_SELECT:
		*out = dtype_promote(first, f->in[1]->dtype);
		return E_OK;
	}
	return op_fail(f->e, E_INTERNAL, -1, 0, 0, 0, 0);
}
