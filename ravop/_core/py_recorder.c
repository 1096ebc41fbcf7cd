/*
 * Recorder: the base class of Graph.  Holds the ops and hands batches to the
 * client, or to the executor in the process.
 */
#include "core.h"

static struct py_recorder *
self_of(PyObject *self)
{
	return (struct py_recorder *)self;
}

static PyObject *
recorder_make(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	struct py_recorder *g;
	PyObject *module;

	(void)args;
	(void)kw;
	g = (struct py_recorder *)type->tp_alloc(type, 0);
	if (g == NULL)
		return NULL;
	module = PyType_GetModuleByDef(type, &core_module);
	g->core = module == NULL ? NULL : PyModule_GetState(module);
	recorder_init(&g->r, 0);
	buf_init(&g->todo);
	g->given = PyList_New(0);
	g->codes = PyList_New(0);
	g->code_index = PyDict_New();
	if (g->core == NULL || g->given == NULL || g->codes == NULL ||
	    g->code_index == NULL) {
		Py_DECREF(g);
		return NULL;
	}
	return (PyObject *)g;
}

static int
recorder_traverse(PyObject *self, visitproc visit, void *arg)
{
	struct py_recorder *g = self_of(self);

	Py_VISIT(Py_TYPE(self));
	Py_VISIT(g->client);
	Py_VISIT(g->values);
	Py_VISIT(g->failures);
	Py_VISIT(g->given);
	Py_VISIT(g->todo_given);
	Py_VISIT(g->codes);
	Py_VISIT(g->code_index);
	return 0;
}

static int
recorder_tp_clear(PyObject *self)
{
	struct py_recorder *g = self_of(self);

	if (g->client != NULL)
		deliver_to((struct py_client *)g->client, g->handle, NULL);
	Py_CLEAR(g->client);
	Py_CLEAR(g->values);
	Py_CLEAR(g->failures);
	Py_CLEAR(g->given);
	Py_CLEAR(g->todo_given);
	g->last_code = NULL;
	Py_CLEAR(g->codes);
	Py_CLEAR(g->code_index);
	return 0;
}

static void
recorder_dealloc(PyObject *self)
{
	struct py_recorder *g = self_of(self);
	PyTypeObject *type = Py_TYPE(self);

	PyObject_GC_UnTrack(self);
	recorder_tp_clear(self);
	recorder_clear(&g->r);
	buf_clear(&g->todo);
	xfree(g->todo_gone);
	type->tp_free(self);
	Py_DECREF(type);
}

/*
 * _start(max_bytes, client, handle, values, failures): client None computes
 * in the process; the dicts are the graph's, by op.
 */
static PyObject *
start(PyObject *self, PyObject *args)
{
	struct py_recorder *g = self_of(self);
	PyObject *client, *values, *failures;
	long long max_bytes;
	unsigned handle;

	if (!PyArg_ParseTuple(args, "LOIO!O!", &max_bytes, &client, &handle,
	    &PyDict_Type, &values, &PyDict_Type, &failures))
		return NULL;
	if (client != Py_None && !PyObject_TypeCheck(client,
	    g->core->client_type)) {
		PyErr_SetString(PyExc_TypeError, "client is no Client");
		return NULL;
	}
	g->r.max_bytes = max_bytes;
	Py_XSETREF(g->client, client == Py_None ? NULL : Py_NewRef(client));
	Py_XSETREF(g->values, Py_NewRef(values));
	Py_XSETREF(g->failures, Py_NewRef(failures));
	g->handle = handle;
	if (g->client != NULL)
		deliver_to((struct py_client *)client, handle, g);
	Py_RETURN_NONE;
}

#define INPUTS	64	/* that need no memory of their own */

static int
inputs(struct py_recorder *g, const struct op_row *row, PyObject *tuple,
    uint32_t *in)
{
	Py_ssize_t i, n = PyTuple_GET_SIZE(tuple);
	enum dtype all = DT_NONE;
	PyObject *obj, *bad = NULL;
	int64_t value;
	bool weak;

	/* Numbers last: they take the dtype that the others promote to. */
	for (i = 0; i < 2 * n && bad == NULL; i++) {
		obj = PyTuple_GET_ITEM(tuple, i % n);
		weak = op_promotes(row, (size_t)(i % n)) && is_number(obj);
		if (weak != (i >= n))
			continue;
		value = input_value(g, obj, weak ? all : DT_NONE);
		if (value < 0)
			return -1;
		if (value == 0)
			bad = obj;
		in[i % n] = (uint32_t)value;
		if (value > 0 && !weak && op_promotes(row, (size_t)(i % n)))
			all = dtype_promote(all, (enum dtype)recorder_shape(
			    &g->r, (uint32_t)value)->dtype);
	}
	if (bad == NULL)
		return row->code == OP_POW && n == 2 && !power_fits(g,
		    PyTuple_GET_ITEM(tuple, 1), in) ? -1 : 1;
	PyErr_Format(g->core->refused, "%s cannot take %R as input. Give it "
	    "ops, numbers, lists or arrays.", row->name, bad);
	return -1;
}

/* _apply(code, inputs, params): records an op. */
static PyObject *
apply(PyObject *self, PyObject *args)
{
	struct py_recorder *g = self_of(self);
	const struct op_row *row;
	PyObject *tuple, *given, *op = NULL;
	struct op_params params;
	uint32_t near[INPUTS], *in = near;
	unsigned code;
	size_t n;

	if (!PyArg_ParseTuple(args, "IO!O!", &code, &PyTuple_Type, &tuple,
	    &PyTuple_Type, &given))
		return NULL;
	if ((row = op_by_code(code)) == NULL) {
		PyErr_SetString(PyExc_ValueError, "no such op");
		return NULL;
	}
	n = (size_t)PyTuple_GET_SIZE(tuple);
	if (op_room(g, n + 1) < 0)
		return NULL;
	if (n > INPUTS)
		in = xcalloc(n, sizeof *in);
	if (params_from(row, given, &params, g->core->refused) == 0 &&
	    inputs(g, row, tuple, in) == 1)
		op = op_record(g, (PyTypeObject *)g->core->result_type, row,
		    in, n, &params);
	if (in != near)
		xfree(in);
	if (op != NULL && PyTuple_GET_SIZE(given) > 0)
		((struct py_op *)op)->params = Py_NewRef(given);
	return op_made(g->core, op);
}

static int
numbers(PyObject *seq, uint64_t **out, size_t *n)
{
	PyObject *fast = PySequence_Fast(seq, "a sequence of op numbers");
	size_t i;

	*out = NULL;
	if (fast == NULL)
		return -1;
	*n = (size_t)PySequence_Fast_GET_SIZE(fast);
	*out = xcalloc(*n + 1, sizeof **out);
	for (i = 0; i < *n; i++)
		(*out)[i] = PyLong_AsUnsignedLongLong(
		    PySequence_Fast_GET_ITEM(fast, (Py_ssize_t)i));
	Py_DECREF(fast);
	return PyErr_Occurred() != NULL ? -1 : 0;
}

/* _flush(want, values): the batch goes to the client; its number, or 0. */
static PyObject *
flush(PyObject *self, PyObject *args)
{
	struct py_recorder *g = self_of(self);
	PyObject *want_seq, *values, *persist_seq = NULL;
	const uint64_t *released;
	uint64_t *want, *persist = NULL, n = 0;
	uint32_t base, n_released;
	struct buf program;
	size_t i, now = 0, n_want, n_persist = 0;

	if (!PyArg_ParseTuple(args, "OO!|O", &want_seq, &PyDict_Type, &values,
	    &persist_seq))
		return NULL;
	if (g->client == NULL) {
		PyErr_SetString(PyExc_RuntimeError, "a local graph");
		return NULL;
	}
	if (numbers(want_seq, &want, &n_want) < 0 || (persist_seq != NULL &&
	    numbers(persist_seq, &persist, &n_persist) < 0)) {
		xfree(want);
		xfree(persist);
		return NULL;
	}
	buf_init(&program);
	/* Of this batch first, so that it carries them. */
	for (i = 0; i < n_want; i++)
		if (want[i] >= g->r.w.base) {
			uint64_t op = want[i];

			want[i] = want[now];
			want[now++] = op;
		}
	if (recorder_cut(&g->r, &program, &base, &released, &n_released))
		n = client_batch(((struct py_client *)g->client)->c, g->handle,
		    &program, want, now, persist, n_persist, released,
		    n_released);
	else
		now = 0;
	client_want(((struct py_client *)g->client)->c, g->handle, want + now,
	    n_want - now);
	xfree(want);
	xfree(persist);
	if (n > 0 && value_forget(values, released, n_released) < 0)
		return NULL;
	return PyLong_FromUnsignedLongLong(n);
}

/* _plan(want, sinks): asks what the batch would take; bytes to upload, or -1. */
static PyObject *
plan(PyObject *self, PyObject *args)
{
	struct py_recorder *g = self_of(self);
	PyObject *want_seq;
	struct buf program;
	uint64_t *want, upload = 0;
	size_t n;
	bool asked;
	int sinks;

	if (!PyArg_ParseTuple(args, "Op", &want_seq, &sinks) ||
	    numbers(want_seq, &want, &n) < 0)
		return NULL;
	buf_init(&program);
	recorder_look(&g->r, &program);
	asked = g->client != NULL &&
	    client_plan(((struct py_client *)g->client)->c, g->handle,
	    &program, want, n, sinks != 0, &upload);
	buf_clear(&program);
	xfree(want);
	return PyLong_FromLongLong(asked ? (long long)upload : -1);
}

/* One op of _adopt; false with an exception. */
static bool
adopt_one(struct py_recorder *g, PyObject *item)
{
	PyObject *dims, *in_seq, *tuple;
	uint32_t in[INPUTS];
	uint64_t *refs = NULL;
	struct shape shape;
	unsigned code;
	int dtype;
	size_t i, n;
	bool ok;

	if ((tuple = PySequence_Tuple(item)) == NULL)
		return false;
	ok = PyArg_ParseTuple(tuple, "IiOO", &code, &dtype, &dims, &in_seq) &&
	    numbers(in_seq, &refs, &n) == 0 &&
	    shape_from(dims, dtype, &shape) == 0;
	if (ok) {
		for (i = 0; i < n && i < INPUTS; i++)
			in[i] = (uint32_t)refs[i];
		ok = recorder_adopt(&g->r, (uint16_t)code, &shape, in, i);
		if (!ok)
			PyErr_SetString(PyExc_ValueError,
			    "an op takes one that comes later");
	}
	xfree(refs);
	Py_DECREF(tuple);
	return ok;
}

/* _adopt([(code, dtype, dims, inputs)...]): ops that are at the server. */
static PyObject *
adopt(PyObject *self, PyObject *list)
{
	Py_ssize_t i;

	if (!PyList_Check(list)) {
		PyErr_SetString(PyExc_TypeError, "not a list");
		return NULL;
	}
	for (i = 0; i < PyList_GET_SIZE(list); i++)
		if (!adopt_one(self_of(self), PyList_GET_ITEM(list, i)))
			return NULL;
	Py_RETURN_NONE;
}

/* _run(values, failures): computes the batch in the process. */
static PyObject *
run(PyObject *self, PyObject *args)
{
	PyObject *values, *failures;

	if (!PyArg_ParseTuple(args, "O!O!", &PyDict_Type, &values,
	    &PyDict_Type, &failures))
		return NULL;
	return local_run(self_of(self), values, failures);
}

static const struct record_op *
known(struct py_recorder *g, PyObject *number)
{
	unsigned long value = PyLong_AsUnsignedLong(number);

	if (PyErr_Occurred() != NULL)
		return NULL;
	if (value == 0 || value > g->r.n) {
		PyErr_Format(PyExc_LookupError, "the graph has no op %lu",
		    value);
		return NULL;
	}
	return recorder_get(&g->r, (uint32_t)value);
}

/* _room(): a source that Python will hold may start a batch. */
static PyObject *
room(PyObject *self, PyObject *arg)
{
	(void)arg;
	if (op_room(self_of(self), 1) < 0)
		return NULL;
	Py_RETURN_NONE;
}

/* _done(op): its value was seen. */
static PyObject *
done(PyObject *self, PyObject *number)
{
	if (known(self_of(self), number) == NULL)
		return NULL;
	recorder_done(&self_of(self)->r,
	    (uint32_t)PyLong_AsUnsignedLong(number));
	Py_RETURN_NONE;
}

/* _learn(op, shape): the true one; it may have been known before. */
static PyObject *
learn(PyObject *self, PyObject *args)
{
	struct py_recorder *g = self_of(self);
	PyObject *number, *dims;
	struct shape shape;

	if (!PyArg_ParseTuple(args, "O!O", &PyLong_Type, &number, &dims) ||
	    known(g, number) == NULL)
		return NULL;
	if (shape_from(dims, recorder_shape(&g->r,
	    (uint32_t)PyLong_AsUnsignedLong(number))->dtype, &shape) < 0)
		return NULL;
	recorder_learn(&g->r, (uint32_t)PyLong_AsUnsignedLong(number), &shape);
	Py_RETURN_NONE;
}

/* _about(op): operator, shape, dtype, its inputs, the user's line. */
static PyObject *
about(PyObject *self, PyObject *number)
{
	struct py_recorder *g = self_of(self);
	const struct record_op *op = known(g, number);
	const struct shape *shape;
	const struct op_row *row;
	PyObject *list, *item;
	uint32_t i, n, ref;

	if (op == NULL || (list = PyList_New(0)) == NULL)
		return NULL;
	n = op->n_in < INPUTS ? op->n_in : INPUTS;
	for (i = 0; i < n; i++) {
		ref = g->r.refs[op->first_in + i];
		shape = recorder_shape(&g->r, ref);
		item = Py_BuildValue("INi", (unsigned)ref,
		    shape_tuple(shape), (int)shape->dtype);
		if (item == NULL || PyList_Append(list, item) < 0) {
			Py_XDECREF(item);
			Py_DECREF(list);
			return NULL;
		}
		Py_DECREF(item);
	}
	row = op_by_code(op->code);
	shape = &g->r.shapes[op->shape];
	return Py_BuildValue("sNiNN", row == NULL ? "?" : row->name,
	    shape_tuple(shape), (int)shape->dtype, list,
	    line_of(g, op));
}

/* _seal(bool): whether recording is over; then _refuse is called. */
static PyObject *
seal(PyObject *self, PyObject *on)
{
	int sealed = PyObject_IsTrue(on);

	if (sealed < 0)
		return NULL;
	self_of(self)->sealed = sealed == 1;
	Py_RETURN_NONE;
}

/* _hand(cls, op): another handle of a recorded op. */
static PyObject *
hand(PyObject *self, PyObject *args)
{
	PyObject *cls, *number;

	if (!PyArg_ParseTuple(args, "O!O", &PyType_Type, &cls, &number) ||
	    known(self_of(self), number) == NULL)
		return NULL;
	recorder_again(&self_of(self)->r,
	    (uint32_t)PyLong_AsUnsignedLong(number));
	return op_new(self_of(self), (PyTypeObject *)cls,
	    (uint32_t)PyLong_AsUnsignedLong(number));
}

static PyObject *
get_total(PyObject *self, void *arg)
{
	(void)arg;
	return PyLong_FromUnsignedLong(self_of(self)->r.n);
}

static PyObject *
get_pending(PyObject *self, void *arg)
{
	(void)arg;
	return PyLong_FromUnsignedLong(recorder_pending(&self_of(self)->r));
}

static PyObject *
get_computed(PyObject *self, void *arg)
{
	(void)arg;
	return PyLong_FromUnsignedLong(self_of(self)->r.n_done);
}

static PyMethodDef recorder_methods[] = {
	{ "_start", start, METH_VARARGS, "Says where batches go." },
	{ "_source", source_value, METH_VARARGS, "Records a value." },
	{ "_array", (PyCFunction)(void (*)(void))source_array, METH_FASTCALL,
	    "Records a small array." },
	{ "_room", room, METH_NOARGS, "Lets a full batch go." },
	{ "_apply", apply, METH_VARARGS, "Records an op." },
	{ "_flush", flush, METH_VARARGS, "Hands the batch to the client." },
	{ "_plan", plan, METH_VARARGS, "Asks what the batch would take." },
	{ "_adopt", adopt, METH_O, "Ops that are at the server." },
	{ "_run", run, METH_VARARGS, "Computes the batch in the process." },
	{ "_settled_from", settled_from, METH_VARARGS,
	    "The first that is not." },
	{ "_blocks", blocks, METH_O, "Values alike, many in one." },
	{ "_done", done, METH_O, "The op is computed." },
	{ "_learn", learn, METH_VARARGS, "The op's shape is known." },
	{ "_seal", seal, METH_O, "Refuses what would be recorded." },
	{ "_hand", hand, METH_VARARGS, "A handle of a recorded op." },
	{ "_about", about, METH_O, "What is known of an op." },
	{ NULL, NULL, 0, NULL },
};

static PyGetSetDef recorder_getset[] = {
	{ "_total", get_total, NULL, "Ops recorded.", NULL },
	{ "_computed", get_computed, NULL, "Ops known to be computed.", NULL },
	{ "_pending", get_pending, NULL, "Ops not handed on yet.", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyType_Slot recorder_slots[] = {
	{ Py_tp_doc, "Records ops; the base of Graph." },
	{ Py_tp_new, recorder_make },
	{ Py_tp_dealloc, recorder_dealloc },
	{ Py_tp_traverse, recorder_traverse },
	{ Py_tp_clear, recorder_tp_clear },
	{ Py_tp_methods, recorder_methods },
	{ Py_tp_getset, recorder_getset },
	{ 0, NULL },
};

PyType_Spec recorder_spec = {
	.name = "ravop._core.Recorder",
	.basicsize = sizeof(struct py_recorder),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
	.slots = recorder_slots,
};
