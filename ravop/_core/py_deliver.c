/*
 * Values on their way to Python: from the client's events into the dict of
 * their graph, and from there, many small ones of a kind at once, into blocks
 * that NumPy cuts into rows.  Ten thousand small values are no event each.
 */
#include <string.h>

#include "core.h"

#define BLOCK_BYTES	65536	/* one row kept alive keeps so many */

void
deliver_to(struct py_client *self, uint32_t handle, struct py_recorder *g)
{
	uint32_t n = self->n_sinks;

	if (handle >= n) {
		self->n_sinks = handle + 1;
		self->sinks = xrealloc(self->sinks,
		    self->n_sinks * sizeof(struct py_recorder *));
		memset(self->sinks + n, 0,
		    (self->n_sinks - n) * sizeof(struct py_recorder *));
	}
	self->sinks[handle] = g;
}

int
deliver(struct py_client *self, struct client_event *ev)
{
	struct py_recorder *g = ev->graph < self->n_sinks ?
	    self->sinks[ev->graph] : NULL;
	PyObject *value, *key;
	int rc = -1;

	if (g == NULL || ev->op == 0 || ev->op > g->r.n)
		return 0;	/* nobody is left to have it */
	value = value_new(self->core, &ev->shape, ev->bytes);
	ev->bytes = NULL;
	key = PyLong_FromUnsignedLongLong(ev->op);
	if (value != NULL && key != NULL)
		rc = PyDict_SetItem(g->values, key, value);
	Py_XDECREF(value);
	Py_XDECREF(key);
	recorder_done(&g->r, (uint32_t)ev->op);
	recorder_learn(&g->r, (uint32_t)ev->op, &ev->shape);
	return rc;
}

/* _settled_from(ids, at): place of the first neither computed nor failed. */
PyObject *
settled_from(PyObject *self, PyObject *args)
{
	struct py_recorder *g = (struct py_recorder *)self;
	PyObject *ids;
	Py_ssize_t at;
	int got = 1;

	if (!PyArg_ParseTuple(args, "O!n", &PyList_Type, &ids, &at))
		return NULL;
	for (; at < PyList_GET_SIZE(ids) && got > 0; at += got > 0) {
		got = PyDict_Contains(g->values, PyList_GET_ITEM(ids, at));
		if (got == 0)
			got = PyDict_Contains(g->failures,
			    PyList_GET_ITEM(ids, at));
	}
	return got < 0 ? NULL : PyLong_FromSsize_t(at);
}

/* The value of an id, if it is small and of the shape of the others. */
static const struct py_value *
alike(struct py_recorder *g, PyObject *id, const struct shape *shape)
{
	PyObject *obj = PyDict_GetItemWithError(g->values, id);
	const struct py_value *v = (const struct py_value *)obj;

	if (obj == NULL || Py_TYPE(obj) != g->core->value_type ||
	    (shape != NULL && !shape_equal(&v->shape, shape)))
		return NULL;
	return v;
}

static PyObject *
block_new(struct py_recorder *g, PyObject *ids, Py_ssize_t at, Py_ssize_t n,
    const struct shape *shape)
{
	size_t size = (size_t)shape_bytes(shape);
	uint8_t *bytes = xmalloc((size_t)n * size);
	const struct py_value *v;
	struct shape all;
	Py_ssize_t i;

	for (i = 0; i < n; i++) {
		v = alike(g, PyList_GET_ITEM(ids, at + i), shape);
		if (v == NULL) {
			xfree(bytes);
			return NULL;
		}
		memcpy(bytes + (size_t)i * size, v->bytes, size);
	}
	all = *shape;
	memmove(all.dims + 1, all.dims, shape->ndim * sizeof all.dims[0]);
	all.dims[0] = n;
	all.ndim++;
	return value_new(g->core, &all, bytes);
}

/* _blocks(ids): their values as rows of blocks; None if they are not alike. */
PyObject *
blocks(PyObject *self, PyObject *ids)
{
	struct py_recorder *g = (struct py_recorder *)self;
	Py_ssize_t at, n = PyList_Check(ids) ? PyList_GET_SIZE(ids) : 0, most;
	const struct py_value *first = n < 2 ? NULL :
	    alike(g, PyList_GET_ITEM(ids, 0), NULL);
	PyObject *list, *block;
	int64_t size;

	if (first == NULL || first->shape.ndim == TENSOR_RANK ||
	    (size = shape_bytes(&first->shape)) == 0 || size > MSG_SMALL)
		return PyErr_Occurred() != NULL ? NULL : Py_NewRef(Py_None);
	most = (Py_ssize_t)(BLOCK_BYTES / size);
	list = PyList_New(0);
	for (at = 0; list != NULL && at < n; at += most) {
		block = block_new(g, ids, at, n - at < most ? n - at : most,
		    &first->shape);
		if (block == NULL || PyList_Append(list, block) < 0)
			Py_CLEAR(list);
		Py_XDECREF(block);
	}
	if (list == NULL && PyErr_Occurred() == NULL)
		Py_RETURN_NONE;
	return list;
}

/* one_graph(ops): (graph, ids), or None if they are not ops of one. */
PyObject *
one_graph(PyObject *module, PyObject *ops)
{
	struct py_recorder *g = NULL;
	struct py_op *op;
	PyObject *ids;
	Py_ssize_t i, n = PyTuple_Check(ops) ? PyTuple_GET_SIZE(ops) : 0;

	(void)module;
	if ((ids = PyList_New(n)) == NULL)
		return NULL;
	for (i = 0; i < n; i++) {
		op = (struct py_op *)PyTuple_GET_ITEM(ops, i);
		if (!is_op((PyObject *)op) || (g != NULL && op->graph != g)) {
			Py_DECREF(ids);
			Py_RETURN_NONE;
		}
		g = op->graph;
		PyList_SET_ITEM(ids, i, PyLong_FromUnsignedLong(op->value));
	}
	if (g == NULL) {
		Py_DECREF(ids);
		Py_RETURN_NONE;
	}
	return Py_BuildValue("ON", g, ids);
}
