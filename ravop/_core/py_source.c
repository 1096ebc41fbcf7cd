/*
 * Sources: values that a program gives to its graph, recorded as ops.  Small
 * ones travel with the batch, large ones by their digest.
 */
#include <string.h>

#include "core.h"

/* A large source: by digest at a client, else lent to the executor. */
static int64_t
large(struct py_recorder *g, PyObject *buffer, const struct shape *shape)
{
	uint8_t digest[DIGEST_LEN], *bytes;
	PyObject *value;
	uint32_t op;
	int rc;

	bytes = value_copy(buffer, shape, g->client == NULL ? NULL : digest);
	if (bytes == NULL)
		return -1;
	if (g->client != NULL) {
		op = recorder_digest(&g->r, shape, digest);
		client_tensor(((struct py_client *)g->client)->c, shape,
		    digest, bytes);
		return op;
	}
	if ((value = value_new(g->core, shape, bytes)) == NULL)
		return -1;
	op = recorder_given(&g->r, shape,
	    (uint32_t)PyList_GET_SIZE(g->given));
	rc = PyList_Append(g->given, value);
	Py_DECREF(value);
	return rc < 0 ? -1 : (int64_t)op;
}

/* An op of bytes that travel with the batch. */
static PyObject *
small(struct py_recorder *g, PyTypeObject *cls, const void *bytes,
    const struct shape *shape)
{
	uint8_t near[MSG_SMALL];
	size_t n = (size_t)shape_bytes(shape);
	uint32_t op;

	if (n > 0)
		memcpy(near, bytes, n);
	tensor_canonical((enum dtype)shape->dtype, near, n);
	op = recorder_inline(&g->r, shape, near);
	line_note(g, recorder_get(&g->r, op));
	return op_new(g, cls, op);
}

/* _source(cls, buffer, dtype, dims): an op with a value of its own. */
PyObject *
source_value(PyObject *self, PyObject *args)
{
	struct py_recorder *g = (struct py_recorder *)self;
	PyObject *cls, *buffer, *dims;
	struct shape shape;
	int64_t op;
	uint8_t *bytes;
	int dtype;

	if (!PyArg_ParseTuple(args, "O!OiO", &PyType_Type, &cls, &buffer,
	    &dtype, &dims) || shape_from(dims, dtype, &shape) < 0)
		return NULL;
	if (shape_bytes(&shape) > MSG_SMALL) {
		op = large(g, buffer, &shape);
		if (op < 0)
			return NULL;
	} else {
		bytes = value_copy(buffer, &shape, NULL);
		if (bytes == NULL)
			return NULL;
		op = recorder_inline(&g->r, &shape, bytes);
		xfree(bytes);
	}
	line_note(g, recorder_get(&g->r, (uint32_t)op));
	return op_new(g, (PyTypeObject *)cls, (uint32_t)op);
}

/*
 * _array(array, tensor, scalar): the op of a small array that can be taken as
 * it is; None where NumPy has to look at it.
 */
PyObject *
source_array(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
	struct py_recorder *g = (struct py_recorder *)self;
	struct shape shape;
	Py_buffer view;
	PyObject *op = NULL;

	if (n != 3 || !PyType_Check(args[1]) || !PyType_Check(args[2])) {
		PyErr_SetString(PyExc_TypeError, "an array and two classes");
		return NULL;
	}
	if (op_room(g, 1) < 0)
		return NULL;
	if (PyObject_GetBuffer(args[0], &view,
	    PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) < 0) {
		PyErr_Clear();
		Py_RETURN_NONE;
	}
	if (value_shape(&view, &shape) && shape_bytes(&shape) <= MSG_SMALL) {
		op = small(g, (PyTypeObject *)args[view.ndim > 0 ? 1 :
		    2], view.buf, &shape);
		PyBuffer_Release(&view);
		return op;
	}
	PyBuffer_Release(&view);
	Py_RETURN_NONE;
}
