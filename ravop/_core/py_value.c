/*
 * Value: the bytes of a tensor, lent to NumPy through the buffer protocol, so
 * that an array leaves without a copy; and buffers read the other way.
 */
#include <string.h>

#include "core.h"

#define DIGEST_UNLOCKED	16384	/* bytes from which the GIL is let go */

const char *
value_format(enum dtype dtype)
{
	switch (dtype) {
	case DT_BOOL:
		return "?";
	case DT_I32:
		return "i";
	case DT_I64:
		return "l";
	case DT_F32:
		return "f";
	case DT_F64:
		return "d";
	default:
		return "B";
	}
}

bool
value_shape(const Py_buffer *view, struct shape *shape)
{
	static const char letters[] = "?ilfdq";
	static const enum dtype dtypes[] = { DT_BOOL, DT_I32, DT_I64, DT_F32,
	    DT_F64, DT_I64 };
	const char *at;
	int i;

	if (view->format == NULL || view->format[0] == '\0' ||
	    view->format[1] != '\0' || view->ndim > TENSOR_RANK ||
	    (at = strchr(letters, view->format[0])) == NULL)
		return false;
	memset(shape, 0, sizeof *shape);
	shape->dtype = (uint8_t)dtypes[at - letters];
	shape->ndim = (uint8_t)view->ndim;
	for (i = 0; i < view->ndim; i++)
		shape->dims[i] = view->shape[i];
	return (size_t)view->itemsize == dtype_size(dtypes[at - letters]) &&
	    shape_bytes(shape) >= 0;
}

PyObject *
shape_tuple(const struct shape *shape)
{
	PyObject *tuple = PyTuple_New(shape->ndim), *item;
	uint32_t i;

	for (i = 0; tuple != NULL && i < shape->ndim; i++) {
		item = shape->dims[i] == LENGTH_UNKNOWN ? Py_NewRef(Py_None) :
		    PyLong_FromLongLong(shape->dims[i]);
		if (item == NULL)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}

int
shape_from(PyObject *dims, int dtype, struct shape *shape)
{
	Py_ssize_t i, n;

	memset(shape, 0, sizeof *shape);
	if (!PyTuple_Check(dims) || (n = PyTuple_GET_SIZE(dims)) > TENSOR_RANK)
		goto bad;
	shape->dtype = (uint8_t)dtype;
	shape->ndim = (uint8_t)n;
	for (i = 0; i < n; i++) {
		shape->dims[i] = PyLong_AsLongLong(PyTuple_GET_ITEM(dims, i));
		if (shape->dims[i] == -1 && PyErr_Occurred())
			return -1;
	}
	if (shape_sound(shape))
		return 0;
bad:
	PyErr_SetString(PyExc_ValueError,
	    "a tensor has at most 8 dimensions and a known dtype");
	return -1;
}

PyObject *
value_new(struct core *core, const struct shape *shape, uint8_t *bytes)
{
	struct py_value *v;
	Py_ssize_t stride = (Py_ssize_t)dtype_size((enum dtype)shape->dtype);
	int i;

	v = (struct py_value *)core->value_type->tp_alloc(core->value_type, 0);
	if (v == NULL) {
		xfree(bytes);
		return NULL;
	}
	v->shape = *shape;
	v->bytes = bytes;
	for (i = shape->ndim - 1; i >= 0; i--) {
		v->dims[i] = (Py_ssize_t)shape->dims[i];
		v->strides[i] = stride;
		stride *= v->dims[i];
	}
	return (PyObject *)v;
}

static void
value_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	xfree(((struct py_value *)self)->bytes);
	type->tp_free(self);
	Py_DECREF(type);
}

static int
value_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
	struct py_value *v = (struct py_value *)self;

	view->obj = Py_NewRef(self);
	view->buf = v->bytes;
	view->len = (Py_ssize_t)shape_bytes(&v->shape);
	view->readonly = 0;
	view->itemsize = (Py_ssize_t)dtype_size((enum dtype)v->shape.dtype);
	view->format = (flags & PyBUF_FORMAT) == 0 ? NULL :
	    (char *)value_format((enum dtype)v->shape.dtype);
	view->ndim = v->shape.ndim;
	view->shape = (flags & PyBUF_ND) == 0 ? NULL : v->dims;
	view->strides = (flags & PyBUF_STRIDES) != PyBUF_STRIDES ? NULL :
	    v->strides;
	view->suboffsets = NULL;
	view->internal = NULL;
	return 0;
}

static PyType_Slot value_slots[] = {
	{ Py_tp_doc, "The bytes of a tensor; numpy.asarray views them." },
	{ Py_tp_dealloc, value_dealloc },
	{ Py_bf_getbuffer, value_getbuffer },
	{ 0, NULL },
};

PyType_Spec value_spec = {
	.name = "ravop._core.Value",
	.basicsize = sizeof(struct py_value),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = value_slots,
};

/* Without the GIL when it takes long. */
static void
copy(uint8_t *to, const void *from, size_t n, const struct shape *shape,
    uint8_t *digest)
{
	if (n > 0)
		memcpy(to, from, n);
	tensor_canonical((enum dtype)shape->dtype, to, n);
	if (digest != NULL)
		tensor_digest(shape, to, digest);
}

uint8_t *
value_copy(PyObject *buffer, const struct shape *shape, uint8_t *digest)
{
	size_t n = (size_t)shape_bytes(shape);
	Py_buffer view;
	uint8_t *bytes;

	if (PyObject_GetBuffer(buffer, &view, PyBUF_C_CONTIGUOUS) < 0)
		return NULL;
	if ((size_t)view.len != n) {
		PyErr_SetString(PyExc_ValueError,
		    "the buffer's size is not that of its shape");
		PyBuffer_Release(&view);
		return NULL;
	}
	bytes = xtry_malloc(n > 0 ? n : 1);
	if (bytes == NULL)
		PyErr_NoMemory();
	else if (n < DIGEST_UNLOCKED)
		copy(bytes, view.buf, n, shape, digest);
	else {
		Py_BEGIN_ALLOW_THREADS
		copy(bytes, view.buf, n, shape, digest);
		Py_END_ALLOW_THREADS
	}
	PyBuffer_Release(&view);
	return bytes;
}

/* Forgets values that no variable holds any more. */
int
value_forget(PyObject *values, const uint64_t *released, uint32_t n)
{
	PyObject *key;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if ((key = PyLong_FromUnsignedLongLong(released[i])) == NULL)
			return -1;
		if (PyDict_DelItem(values, key) < 0)
			PyErr_Clear();	/* it failed, or was not exported */
		Py_DECREF(key);
	}
	return 0;
}
