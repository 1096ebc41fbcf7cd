/*
 * Python values as inputs and parameters of ops: ops, numbers (weak, NEP 50:
 * they take the other input's dtype), and by the Graph's hook arrays and lists.
 */
#include "core.h"

static int64_t
unfit(struct py_recorder *g, PyObject *number, enum dtype dtype)
{
	PyErr_Format(g->core->refused,
	    "%R does not fit %s. Use an array of a wider dtype, or a float.",
	    number, dtype_name(dtype));
	return -1;
}

static int64_t
value_of_op(struct py_recorder *g, struct py_op *op)
{
	if (op->graph == g)
		return op->value;
	PyErr_Format(g->core->refused,
	    "op %u belongs to %R, not to %R: ops of two graphs cannot meet. "
	    "Fetch the value with c() and record it here with R.t().",
	    (unsigned)op->value, op->graph, g);
	return -1;
}

/* The dtype a Python number takes beside a tensor of dtype other. */
static enum dtype
weak_dtype(PyObject *number, enum dtype other)
{
	if (PyBool_Check(number))
		return other == DT_NONE ? DT_BOOL : other;
	if (PyLong_Check(number))
		return other == DT_NONE || other == DT_BOOL ? DT_I64 : other;
	return other == DT_F32 ? DT_F32 : DT_F64;
}

static int64_t
integer(struct py_recorder *g, PyObject *number, enum dtype dtype)
{
	int overflow;
	int64_t n = PyLong_AsLongLongAndOverflow(number, &overflow);
	int32_t small = (int32_t)n;

	if (overflow != 0 || (dtype == DT_I32 && small != n))
		return unfit(g, number, dtype);
	if (dtype == DT_I32)
		return recorder_const(&g->r, dtype, &small);
	return recorder_const(&g->r, dtype, &n);
}

static int64_t
number_value(struct py_recorder *g, PyObject *number, enum dtype other)
{
	enum dtype dtype = weak_dtype(number, other);
	uint8_t truth;
	double d;
	float f;

	if (dtype == DT_BOOL) {
		truth = number == Py_True;
		return recorder_const(&g->r, dtype, &truth);
	}
	if (dtype == DT_I32 || dtype == DT_I64)
		return integer(g, number, dtype);
	d = PyFloat_AsDouble(number);
	if (d == -1 && PyErr_Occurred()) {
		PyErr_Clear();
		return unfit(g, number, dtype);
	}
	if (dtype == DT_F64) {
		tensor_canonical(dtype, &d, sizeof d);
		return recorder_const(&g->r, dtype, &d);
	}
	f = (float)d;
	tensor_canonical(dtype, &f, sizeof f);
	return recorder_const(&g->r, dtype, &f);
}

bool
is_number(PyObject *obj)
{
	return PyFloat_CheckExact(obj) || PyLong_CheckExact(obj) ||
	    PyBool_Check(obj);
}

int64_t
input_value(struct py_recorder *g, PyObject *obj, enum dtype other)
{
	PyObject *op;
	int64_t value;

	if (is_op(obj))
		return value_of_op(g, (struct py_op *)obj);
	if (is_number(obj))
		return number_value(g, obj, other);
	op = PyObject_CallMethodObjArgs((PyObject *)g, g->core->lift, obj,
	    NULL);
	if (op == NULL)
		return -1;
	if (op == Py_NotImplemented) {
		Py_DECREF(op);
		return 0;
	}
	/*
	 * The handle goes, the op stays: it is in this batch, and what uses it
	 * is recorded before the batch can be cut.
	 */
	value = value_of_op(g, (struct py_op *)op);
	Py_DECREF(op);
	return value;
}

/* Two inputs, of which a number takes the other's dtype; 0: not an input. */
int
input_pair(struct py_recorder *g, PyObject *a, PyObject *b, uint32_t in[2])
{
	enum dtype other = DT_NONE;
	int64_t v[2];
	int first = is_number(a);	/* the strong one first */
	PyObject *obj[2] = { a, b };

	v[first] = input_value(g, obj[first], DT_NONE);
	if (v[first] <= 0)
		return (int)v[first];
	if (!is_number(obj[first]))
		other = recorder_shape(&g->r, (uint32_t)v[first])->dtype;
	v[!first] = input_value(g, obj[!first], other);
	if (v[!first] <= 0)
		return (int)v[!first];
	in[0] = (uint32_t)v[0];
	in[1] = (uint32_t)v[1];
	return 1;
}

bool
power_fits(struct py_recorder *g, PyObject *b, const uint32_t in[2])
{
	enum dtype dtype = (enum dtype)recorder_shape(&g->r, in[0])->dtype;
	int overflow;

	if (!PyLong_CheckExact(b) || (dtype != DT_I32 && dtype != DT_I64) ||
	    PyLong_AsLongLongAndOverflow(b, &overflow) >= 0)
		return true;
	PyErr_Format(g->core->refused, "pow: integers to the power %R are no "
	    "integers. Write the power as a float: %R.0.", b, b);
	return false;
}

/* Parameters. */

static int
bad_param(PyObject *refused, const struct op_row *row,
    const struct param_row *p, PyObject *obj)
{
	static const char *const wants[] = {
		"an int or None", "an int, a sequence of ints or None",
		"True or False", "an int", "an int or a sequence of ints",
		"a number", "bool, int32, int64, float32 or float64", NULL,
		"at most 128 characters of ASCII",
	};
	const char *want = p->kind == PARAM_CHOICE ? p->choices :
	    wants[p->kind];

	PyErr_Clear();
	PyErr_Format(refused, "%s: %s is %R; it must be %s.", row->name,
	    p->name, obj, want);
	return -1;
}

static int
one_int(PyObject *obj, int64_t *v)
{
	PyObject *n;

	if (PyBool_Check(obj) || (n = PyNumber_Index(obj)) == NULL)
		return -1;
	*v = PyLong_AsLongLong(n);
	Py_DECREF(n);
	return *v == -1 && PyErr_Occurred() ? -1 : 0;
}

/* True, False, or their names: programs of 2022 wrote keepdims="True". */
static int
one_bool(PyObject *obj, int64_t *v)
{
	if (PyUnicode_Check(obj)) {
		*v = PyUnicode_CompareWithASCIIString(obj, "True") == 0;
		return *v != 0 ||
		    PyUnicode_CompareWithASCIIString(obj, "False") == 0 ?
		    0 : -1;
	}
	if (PyBool_Check(obj)) {
		*v = obj == Py_True;
		return 0;
	}
	if (one_int(obj, v) < 0 || (*v != 0 && *v != 1))
		return -1;
	return 0;
}

static int
many_ints(PyObject *obj, struct param *p)
{
	PyObject *seq = PySequence_Fast(obj, "a sequence");
	Py_ssize_t i, n;

	if (seq == NULL)
		return -1;
	n = PySequence_Fast_GET_SIZE(seq);
	for (i = 0; i < n && n <= OP_PARAM_LEN; i++)
		if (one_int(PySequence_Fast_GET_ITEM(seq, i), &p->v[i]) < 0)
			break;
	Py_DECREF(seq);
	p->n = (int32_t)n;
	return i == n ? 0 : -1;
}

static int
one_float(PyObject *obj, struct param *p)
{
	double number;

	if (PyUnicode_Check(obj) || PyBytes_Check(obj))
		return -1;
	number = PyFloat_AsDouble(obj);
	if (number == -1 && PyErr_Occurred())
		return -1;
	param_set_float(p, number);
	return 0;
}

/* A text, the name of a NumPy dtype, or of a type such as float. */
static int
one_dtype(PyObject *obj, int64_t *v)
{
	static const struct {
		const char	*name;
		enum dtype	 dtype;
	} names[] = {
		{ "bool", DT_BOOL }, { "bool_", DT_BOOL }, { "?", DT_BOOL },
		{ "int32", DT_I32 }, { "i4", DT_I32 },
		{ "int64", DT_I64 }, { "i8", DT_I64 }, { "int", DT_I64 },
		{ "float32", DT_F32 }, { "f4", DT_F32 },
		{ "float64", DT_F64 }, { "f8", DT_F64 }, { "float", DT_F64 },
	};
	PyObject *text;
	size_t i, n = sizeof names / sizeof *names;

	if (PyUnicode_Check(obj))
		text = Py_NewRef(obj);
	else if (PyType_Check(obj))
		text = PyObject_GetAttrString(obj, "__name__");
	else
		text = PyObject_GetAttrString(obj, "name");
	if (text == NULL)
		return -1;
	for (i = 0; i < n && PyUnicode_Check(text); i++) {
		if (PyUnicode_CompareWithASCIIString(text, names[i].name) == 0)
			break;
	}
	if (i < n && PyUnicode_Check(text))
		*v = names[i].dtype;
	else
		i = n;
	Py_DECREF(text);
	return i < n ? 0 : -1;
}

static int
one_choice(const struct param_row *row, PyObject *obj, int64_t *v)
{
	const char *text, *name;
	Py_ssize_t n;
	size_t len;

	if (!PyUnicode_Check(obj))
		return -1;
	text = PyUnicode_AsUTF8AndSize(obj, &n);
	if (text == NULL)
		return -1;
	for (*v = 0; (name = param_choice(row, *v, &len)) != NULL; ++*v) {
		if (len == (size_t)n && memcmp(name, text, len) == 0)
			return 0;
	}
	return -1;
}

static int
one_text(PyObject *obj, struct param *p)
{
	const char *text;
	Py_ssize_t n;

	if (!PyUnicode_Check(obj))
		return -1;
	text = PyUnicode_AsUTF8AndSize(obj, &n);
	return text != NULL && param_set_text(p, text, (size_t)n) ? 0 : -1;
}

/* Kinds whose values are no ints. */
static int
one_other(const struct param_row *row, PyObject *obj, struct param *p)
{
	switch (row->kind) {
	case PARAM_BOOL:
		return one_bool(obj, &p->v[0]);
	case PARAM_FLOAT:
		return one_float(obj, p);
	case PARAM_DTYPE:
		return one_dtype(obj, &p->v[0]);
	case PARAM_CHOICE:
		return one_choice(row, obj, &p->v[0]);
	default:
		return one_text(obj, p);
	}
}

static int
one_param(const struct op_row *row, const struct param_row *kind,
    PyObject *obj, struct param *p, PyObject *refused)
{
	int rc = -1;

	if (obj == Py_None && (kind->none || kind->kind == PARAM_AXIS ||
	    kind->kind == PARAM_AXES)) {
		p->n = -1;
		return 0;
	}
	p->n = 1;
	if (kind->kind == PARAM_BOOL || kind->kind >= PARAM_FLOAT)
		rc = one_other(kind, obj, p);
	else if (PyIndex_Check(obj) && !PySequence_Check(obj))
		rc = one_int(obj, &p->v[0]);
	else if (kind->kind == PARAM_AXES || kind->kind == PARAM_INTS)
		rc = PyUnicode_Check(obj) ? -1 : many_ints(obj, p);
	else
		rc = one_int(obj, &p->v[0]);
	/* A length that is not known says so itself. */
	if (rc != 0 && PyErr_ExceptionMatches(refused))
		return -1;
	return rc == 0 ? 0 : bad_param(refused, row, kind, obj);
}

/* A tuple in the row's order; Ellipsis stands for the default. */
int
params_from(const struct op_row *row, PyObject *tuple, struct op_params *out,
    PyObject *refused)
{
	Py_ssize_t n = PyTuple_GET_SIZE(tuple);
	PyObject *obj;
	uint32_t i;

	op_params_default(row, out);
	for (i = 0; i < row->n_params; i++) {
		obj = (Py_ssize_t)i < n ? PyTuple_GET_ITEM(tuple, i) :
		    Py_Ellipsis;
		if (obj != Py_Ellipsis) {
			if (one_param(row, &row->params[i], obj, &out->p[i],
			    refused) < 0)
				return -1;
		} else if (row->params[i].required) {
			PyErr_Format(refused, "%s needs %s=.", row->name,
			    row->params[i].name);
			return -1;
		}
	}
	return 0;
}
