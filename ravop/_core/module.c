/*
 * The extension module ravop._core: the tables, the types, and where Python
 * says what they need of it.  No work when imported, no global state.
 */
#include "core.h"

/* The name of the default. */
static PyObject *
choice_text(const struct param_row *p)
{
	size_t len;
	const char *name = param_choice(p, p->value, &len);

	return PyUnicode_FromStringAndSize(name, (Py_ssize_t)len);
}

static PyObject *
param_tuple(const struct param_row *p)
{
	static const char *const kinds[] = {
		"axis", "axes", "bool", "int", "ints", "float", "dtype",
		"choice", "text",
	};
	PyObject *value;

	if (p->required)
		value = Py_NewRef(Py_Ellipsis);
	else if (p->none)
		value = Py_NewRef(Py_None);
	else if (p->kind == PARAM_BOOL)
		value = PyBool_FromLong((long)p->value);
	else if (p->kind == PARAM_FLOAT)
		value = PyFloat_FromDouble(p->number);
	else if (p->kind == PARAM_DTYPE)
		value = PyUnicode_FromString(dtype_name((enum dtype)p->value));
	else if (p->kind == PARAM_CHOICE)
		value = choice_text(p);
	else
		value = PyLong_FromLongLong(p->value);
	return Py_BuildValue("ssNz", p->name, kinds[p->kind], value,
	    p->choices);
}

static PyObject *
row_tuple(const struct op_row *row)
{
	PyObject *params = PyTuple_New(row->n_params), *item;
	uint32_t i;

	for (i = 0; params != NULL && i < row->n_params; i++) {
		item = param_tuple(&row->params[i]);
		if (item == NULL)
			Py_CLEAR(params);
		else
			PyTuple_SET_ITEM(params, i, item);
	}
	if (params == NULL)
		return NULL;
	return Py_BuildValue("IssIINsz", (unsigned)row->code, row->name,
	    row->wire, (unsigned)row->min, (unsigned)row->max, params,
	    row->doc, op_inputs(row));
}

/* ops(): (code, name, wire, min, max, ((param, kind, default,
 * choices)...), doc, names of inputs)... */
static PyObject *
ops(PyObject *module, PyObject *arg)
{
	const struct op_row *rows;
	PyObject *list, *item;
	size_t i, n;

	(void)module;
	(void)arg;
	rows = op_rows(&n);
	list = PyList_New((Py_ssize_t)n);
	for (i = 0; list != NULL && i < n; i++) {
		item = row_tuple(&rows[i]);
		if (item == NULL)
			Py_CLEAR(list);
		else
			PyList_SET_ITEM(list, (Py_ssize_t)i, item);
	}
	return list;
}

/* aliases(): {other name: name}. */
static PyObject *
aliases(PyObject *module, PyObject *arg)
{
	PyObject *dict = PyDict_New(), *name;
	const struct op_row *row;
	const char *alias;
	size_t i;

	(void)module;
	(void)arg;
	for (i = 0; dict != NULL && (alias = op_alias(i, &row)) != NULL; i++) {
		name = PyUnicode_FromString(row->name);
		if (name == NULL || PyDict_SetItemString(dict, alias, name) < 0)
			Py_CLEAR(dict);
		Py_XDECREF(name);
	}
	return dict;
}

/* errors(): {code: (name, what to do)}. */
static PyObject *
errors(PyObject *module, PyObject *arg)
{
	static const uint8_t codes[] = {
#define ERR(num, NAME, wire, todo) num,
#include "common/errors.def"
	};
	PyObject *dict = PyDict_New(), *key, *item;
	size_t i;

	(void)module;
	(void)arg;
	for (i = 0; dict != NULL && i < sizeof codes; i++) {
		key = PyLong_FromLong(codes[i]);
		item = Py_BuildValue("ss", error_name((enum error)codes[i]),
		    error_todo((enum error)codes[i]));
		if (key == NULL || item == NULL ||
		    PyDict_SetItem(dict, key, item) < 0)
			Py_CLEAR(dict);
		Py_XDECREF(key);
		Py_XDECREF(item);
	}
	return dict;
}

/* setup(op class, exception, folder): what recording needs of Python. */
static PyObject *
setup(PyObject *module, PyObject *args)
{
	struct core *core = PyModule_GetState(module);
	PyObject *op, *refused, *inside;

	if (!PyArg_ParseTuple(args, "O!OU", &PyType_Type, &op, &refused,
	    &inside))
		return NULL;
	if (!PyType_IsSubtype((PyTypeObject *)op, core->op_type)) {
		PyErr_SetString(PyExc_TypeError, "not a subclass of Op");
		return NULL;
	}
	Py_XSETREF(core->result_type, Py_NewRef(op));
	Py_XSETREF(core->refused, Py_NewRef(refused));
	Py_XSETREF(core->inside, Py_NewRef(inside));
	Py_RETURN_NONE;
}

/* digest(buffer, dtype, dims): the tensor's digest, 32 bytes. */
static PyObject *
digest(PyObject *module, PyObject *args)
{
	uint8_t out[DIGEST_LEN], *bytes;
	PyObject *buffer, *dims;
	struct shape shape;
	int dtype;

	(void)module;
	if (!PyArg_ParseTuple(args, "OiO", &buffer, &dtype, &dims) ||
	    shape_from(dims, dtype, &shape) < 0 ||
	    (bytes = value_copy(buffer, &shape, out)) == NULL)
		return NULL;
	xfree(bytes);
	return PyBytes_FromStringAndSize((const char *)out, DIGEST_LEN);
}

/* eager(bool): whether each op is waited for when it is made. */
static PyObject *
eager(PyObject *module, PyObject *arg)
{
	int on = PyObject_IsTrue(arg);

	if (on < 0)
		return NULL;
	((struct core *)PyModule_GetState(module))->eager = on == 1;
	Py_RETURN_NONE;
}

static PyMethodDef core_methods[] = {
	{ "eager", eager, METH_O, "Waits for each op when it is made." },
	{ "one_graph", one_graph, METH_O, "The ops' graph and numbers." },
	{ "ops", ops, METH_NOARGS, "The op table." },
	{ "aliases", aliases, METH_NOARGS, "Other names of ops." },
	{ "errors", errors, METH_NOARGS, "The error table." },
	{ "setup", setup, METH_VARARGS, "What recording needs of Python." },
	{ "digest", digest, METH_VARARGS, "The digest of a tensor." },
	{ NULL, NULL, 0, NULL },
};

static PyTypeObject *
add_type(PyObject *module, PyType_Spec *spec)
{
	PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);

	if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) < 0)
		Py_CLEAR(type);
	return (PyTypeObject *)type;
}

static int
core_exec(PyObject *module)
{
	struct core *core = PyModule_GetState(module);

	core->op_type = add_type(module, &op_spec);
	core->recorder_type = add_type(module, &recorder_spec);
	core->client_type = add_type(module, &client_spec);
	core->value_type = add_type(module, &value_spec);
	core->lift = PyUnicode_InternFromString("_lift");
	core->full = PyUnicode_InternFromString("_full");
	core->settle = PyUnicode_InternFromString("_settle");
	core->refuse = PyUnicode_InternFromString("_refuse");
	core->result_type = Py_XNewRef((PyObject *)core->op_type);
	core->refused = Py_NewRef(PyExc_ValueError);
	return core->op_type == NULL || core->recorder_type == NULL ||
	    core->client_type == NULL || core->value_type == NULL ||
	    core->lift == NULL || core->full == NULL || core->settle == NULL ||
	    core->refuse == NULL ||
	    PyModule_AddIntConstant(module, "PROTOCOL", RAVEN_PROTOCOL) < 0 ||
	    PyModule_AddIntConstant(module, "SMALL", MSG_SMALL) < 0 ? -1 : 0;
}

static int
core_traverse(PyObject *module, visitproc visit, void *arg)
{
	struct core *core = PyModule_GetState(module);

	Py_VISIT(core->op_type);
	Py_VISIT(core->recorder_type);
	Py_VISIT(core->client_type);
	Py_VISIT(core->value_type);
	Py_VISIT(core->result_type);
	Py_VISIT(core->refused);
	return 0;
}

static int
core_clear(PyObject *module)
{
	struct core *core = PyModule_GetState(module);

	Py_CLEAR(core->op_type);
	Py_CLEAR(core->recorder_type);
	Py_CLEAR(core->client_type);
	Py_CLEAR(core->value_type);
	Py_CLEAR(core->result_type);
	Py_CLEAR(core->refused);
	Py_CLEAR(core->inside);
	Py_CLEAR(core->lift);
	Py_CLEAR(core->full);
	Py_CLEAR(core->settle);
	Py_CLEAR(core->refuse);
	return 0;
}

static void
core_free(void *module)
{
	core_clear((PyObject *)module);
}

static PyModuleDef_Slot core_slots[] = {
	{ Py_mod_exec, core_exec },
	{ 0, NULL },
};

struct PyModuleDef core_module = {
	PyModuleDef_HEAD_INIT,
	.m_name = "ravop._core",
	.m_doc = "Records, checks, digests and frames for ravop.",
	.m_size = sizeof(struct core),
	.m_methods = core_methods,
	.m_slots = core_slots,
	.m_traverse = core_traverse,
	.m_clear = core_clear,
	.m_free = core_free,
};

PyMODINIT_FUNC PyInit__core(void);

PyMODINIT_FUNC
PyInit__core(void)
{
	return PyModuleDef_Init(&core_module);
}
