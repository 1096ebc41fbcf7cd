/*
 * Op: the handle Python holds of one recorded op.  Its operators record; it
 * never computes here (c() and conversions are the Python class's).
 */
#include "core.h"

static PyObject *op_matmul(PyObject *, PyObject *);

/*
 * By a slot that subclasses inherit: operators see foreign types too, and have
 * nothing else to find the module by.
 */
bool
is_op(PyObject *obj)
{
	PyNumberMethods *nb = Py_TYPE(obj)->tp_as_number;

	return nb != NULL && nb->nb_matrix_multiply == op_matmul;
}

PyObject *
op_new(struct py_recorder *g, PyTypeObject *type, uint32_t value)
{
	struct py_op *op = (struct py_op *)type->tp_alloc(type, 0);

	if (op == NULL)
		return NULL;
	op->graph = (struct py_recorder *)Py_NewRef((PyObject *)g);
	op->value = value;
	recorder_hold(&g->r, value);
	return (PyObject *)op;
}

static void
op_dealloc(PyObject *self)
{
	struct py_op *op = (struct py_op *)self;
	PyTypeObject *type = Py_TYPE(self);

	if (op->weak != NULL)
		PyObject_ClearWeakRefs(self);
	if (op->graph != NULL) {
		recorder_drop(&op->graph->r, op->value);
		Py_DECREF(op->graph);
	}
	Py_XDECREF(op->params);
	type->tp_free(self);
	Py_DECREF(type);
}

/*
 * Below the server's limits: it checks a batch while the next is recorded.
 * Not less: what is held between two batches is exported.
 */
#define BATCH_OPS	4096
#define BATCH_BYTES	(8u << 20)
#define OP_BYTES	(MSG_SMALL + 256)	/* that an op takes, at most */

int
op_room(struct py_recorder *g, size_t n)
{
	PyObject *done;

	if (g->sealed) {
		done = PyObject_CallMethodNoArgs((PyObject *)g,
		    g->core->refuse);
		Py_XDECREF(done);
		return -1;
	}
	if (recorder_pending(&g->r) == 0 ||
	    (recorder_pending(&g->r) + n <= BATCH_OPS &&
	    recorder_bytes(&g->r) + n * OP_BYTES <= BATCH_BYTES))
		return 0;
	done = PyObject_CallMethodNoArgs((PyObject *)g, g->core->full);
	Py_XDECREF(done);
	return done == NULL ? -1 : 0;
}

PyObject *
op_record(struct py_recorder *g, PyTypeObject *type, const struct op_row *row,
    const uint32_t *in, size_t n, const struct op_params *params)
{
	struct op_error err;
	uint32_t value;
	char text[1024];

	if (recorder_op(&g->r, row, in, n, params, &value, &err) != E_OK) {
		recorder_text(&g->r, text, sizeof text, row, in, n, params,
		    &err);
		PyErr_SetString(g->core->refused, text);
		return NULL;
	}
	line_note(g, recorder_get(&g->r, value));
	return op_new(g, type, value);
}

/* In eager mode, what an operator or a function made is waited for. */
PyObject *
op_made(struct core *core, PyObject *op)
{
	PyObject *got;

	if (op == NULL || !core->eager)
		return op;
	got = PyObject_CallMethodNoArgs(op, core->settle);
	if (got == NULL)
		Py_CLEAR(op);
	Py_XDECREF(got);
	return op;
}

static PyObject *
unary(PyObject *self, enum op_code code)
{
	struct py_op *op = (struct py_op *)self;
	struct op_params none;

	if (op_room(op->graph, 1) < 0)
		return NULL;
	memset(&none, 0, sizeof none);
	return op_made(op->graph->core, op_record(op->graph,
	    (PyTypeObject *)op->graph->core->result_type, op_by_code(code),
	    &op->value, 1, &none));
}

static PyObject *
binary(PyObject *a, PyObject *b, enum op_code code)
{
	struct py_recorder *g = ((struct py_op *)(is_op(a) ? a : b))->graph;
	struct op_params none;
	uint32_t in[2];
	int got;

	if (op_room(g, 3) < 0)
		return NULL;
	got = input_pair(g, a, b, in);
	if (got < 0 || (code == OP_POW && got > 0 && !power_fits(g, b, in)))
		return NULL;
	if (got == 0)
		Py_RETURN_NOTIMPLEMENTED;
	memset(&none, 0, sizeof none);
	return op_made(g->core, op_record(g,
	    (PyTypeObject *)g->core->result_type, op_by_code(code), in, 2,
	    &none));
}

static PyObject *
op_add(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_ADD);
}

static PyObject *
op_sub(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_SUB);
}

static PyObject *
op_mul(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_MUL);
}

static PyObject *
op_div(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_DIV);
}

static PyObject *
op_matmul(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_MATMUL);
}

static PyObject *
op_pow(PyObject *a, PyObject *b, PyObject *modulus)
{
	if (modulus != Py_None)
		Py_RETURN_NOTIMPLEMENTED;
	return binary(a, b, OP_POW);
}

static PyObject *
op_floor_divide(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_FLOOR_DIVIDE);
}

static PyObject *
op_mod(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_MOD);
}

static PyObject *
op_divmod(PyObject *a, PyObject *b)
{
	PyObject *quotient = binary(a, b, OP_FLOOR_DIVIDE), *rest;

	if (quotient == NULL || quotient == Py_NotImplemented)
		return quotient;
	rest = binary(a, b, OP_MOD);
	if (rest != NULL)
		return Py_BuildValue("NN", quotient, rest);
	Py_DECREF(quotient);
	return NULL;
}

static PyObject *
op_and(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_BITWISE_AND);
}

static PyObject *
op_or(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_BITWISE_OR);
}

static PyObject *
op_xor(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_BITWISE_XOR);
}

static PyObject *
op_lshift(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_LEFT_SHIFT);
}

static PyObject *
op_rshift(PyObject *a, PyObject *b)
{
	return binary(a, b, OP_RIGHT_SHIFT);
}

/* Of floats, as in 2022, the inverse of the matrix. */
static PyObject *
op_invert(PyObject *a)
{
	struct py_op *op = (struct py_op *)a;

	return unary(a, dtype_is_float(recorder_shape(&op->graph->r,
	    op->value)->dtype) ? OP_INV : OP_INVERT);
}

static PyObject *
op_neg(PyObject *a)
{
	return unary(a, OP_NEG);
}

static PyObject *
op_pos(PyObject *a)
{
	return unary(a, OP_POS);
}

static PyObject *
op_abs(PyObject *a)
{
	return unary(a, OP_ABS);
}

static PyObject *
op_compare(PyObject *a, PyObject *b, int how)
{
	static const enum op_code codes[] = {
		[Py_LT] = OP_LESS, [Py_LE] = OP_LESS_EQUAL, [Py_EQ] = OP_EQUAL,
		[Py_NE] = OP_NOT_EQUAL, [Py_GT] = OP_GREATER,
		[Py_GE] = OP_GREATER_EQUAL,
	};

	return binary(a, b, codes[how]);
}

/* By identity: == is an op, not an answer. */
static Py_hash_t
op_hash(PyObject *self)
{
	return _Py_HashPointer(self);
}

static PyObject *
get_shape(PyObject *self, void *arg)
{
	struct py_op *op = (struct py_op *)self;

	(void)arg;
	return shape_tuple(recorder_shape(&op->graph->r, op->value));
}

static PyObject *
get_code(PyObject *self, void *arg)
{
	struct py_op *op = (struct py_op *)self;

	(void)arg;
	return PyLong_FromLong(
	    recorder_shape(&op->graph->r, op->value)->dtype);
}

static PyObject *
get_id(PyObject *self, void *arg)
{
	(void)arg;
	return PyLong_FromUnsignedLong(((struct py_op *)self)->value);
}

static PyObject *
get_graph(PyObject *self, void *arg)
{
	(void)arg;
	return Py_NewRef((PyObject *)((struct py_op *)self)->graph);
}

static PyObject *
get_params(PyObject *self, void *arg)
{
	PyObject *params = ((struct py_op *)self)->params;

	(void)arg;
	return params == NULL ? PyTuple_New(0) : Py_NewRef(params);
}

static PyGetSetDef op_getset[] = {
	{ "_params", get_params, NULL, "Parameters as they were given.", NULL },
	{ "_shape", get_shape, NULL, "Lengths of the axes.", NULL },
	{ "_dtype", get_code, NULL, "Code of the dtype.", NULL },
	{ "id", get_id, NULL, "Number of the op in its graph, from 1.", NULL },
	{ "graph", get_graph, NULL, "The graph the op belongs to.", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyMemberDef op_members[] = {
	{ "__weaklistoffset__", T_PYSSIZET, offsetof(struct py_op, weak),
	    READONLY, NULL },
	{ NULL, 0, 0, 0, NULL },
};

static PyType_Slot op_slots[] = {
	{ Py_tp_doc, "One recorded op." },
	{ Py_tp_dealloc, op_dealloc },
	{ Py_tp_hash, op_hash },
	{ Py_tp_richcompare, op_compare },
	{ Py_tp_getset, op_getset },
	{ Py_tp_members, op_members },
	{ Py_nb_add, op_add },
	{ Py_nb_subtract, op_sub },
	{ Py_nb_multiply, op_mul },
	{ Py_nb_true_divide, op_div },
	{ Py_nb_matrix_multiply, op_matmul },
	{ Py_nb_power, op_pow },
	{ Py_nb_floor_divide, op_floor_divide },
	{ Py_nb_remainder, op_mod },
	{ Py_nb_divmod, op_divmod },
	{ Py_nb_and, op_and },
	{ Py_nb_or, op_or },
	{ Py_nb_xor, op_xor },
	{ Py_nb_lshift, op_lshift },
	{ Py_nb_rshift, op_rshift },
	{ Py_nb_invert, op_invert },
	{ Py_nb_negative, op_neg },
	{ Py_nb_positive, op_pos },
	{ Py_nb_absolute, op_abs },
	{ 0, NULL },
};

PyType_Spec op_spec = {
	.name = "ravop._core.Op",
	.basicsize = sizeof(struct py_op),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE |
	    Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = op_slots,
};
