/*
 * approach='local': the batch goes to the executor in this process, in steps,
 * without the GIL, and with Ctrl-C heard between two steps.  Where data decides
 * a length, what uses the value waits for the next program, which knows it.
 */
#include "core.h"

#include <unistd.h>

#include "compute/exec.h"

#define STEP	100000000u	/* cost units between two looks at signals */

struct outside {
	uint32_t	value, group;	/* numbers in the graph, in the program */
};

/* What became of an op of the batch. */
enum { WAITING, HERE, DONE };

/* A batch, renumbered as a group, or as several one after the other. */
struct local {
	struct py_recorder	*g;
	struct program		 batch;
	PyObject		*values, *failures;
	PyObject		*carried;	/* values for the groups to come */
	uint8_t			*state;		/* by ops of the batch */
	uint32_t		 left;		/* ops that wait */
	struct program_writer	 w;
	uint32_t		*map;		/* batch op -> group op, or NONE */
	uint32_t		*back;		/* group op -> graph op; 0: input */
	struct shape		*shapes;	/* by group op */
	uint32_t		*in;		/* of one op */
	const struct shape	**in_shapes;
	struct outside		*outer;		/* values of earlier batches */
	size_t			 n_outer, mask;
	struct bytes		*given;
	size_t			 n_given;
	struct buf		 group;
};

static int
fail(struct local *l, uint32_t value, uint32_t code, uint32_t cause,
    const char *text)
{
	PyObject *key = PyLong_FromUnsignedLong(value), *what;
	int rc = -1;

	what = Py_BuildValue("IIs", code, cause, text);
	if (key != NULL && what != NULL)
		rc = PyDict_SetItem(l->failures, key, what);
	Py_XDECREF(key);
	Py_XDECREF(what);
	return rc;
}

static const struct shape *
earlier(void *arg, uint32_t value)
{
	struct py_recorder *g = arg;

	return value == 0 || value > g->r.n ? NULL :
	    recorder_shape(&g->r, value);
}

/* The op at fault of a failed one; 0: it did not fail. */
static uint32_t
cause_of(struct local *l, uint32_t value)
{
	PyObject *key = PyLong_FromUnsignedLong(value), *what = NULL;
	uint32_t cause = 0;

	if (key != NULL)
		what = PyDict_GetItemWithError(l->failures, key);
	if (what != NULL)
		cause = (uint32_t)PyLong_AsUnsignedLong(
		    PyTuple_GET_ITEM(what, 1));
	Py_XDECREF(key);
	return cause;
}

static uint32_t
give(struct local *l, PyObject *value)
{
	struct py_value *v = (struct py_value *)value;

	l->given[l->n_given] = (struct bytes){ v->bytes,
	    (size_t)shape_bytes(&v->shape) };
	l->back[l->w.n_ops] = 0;
	l->shapes[l->w.n_ops] = v->shape;
	return program_write_given(&l->w, &v->shape, (uint32_t)l->n_given++,
	    0);
}

/* Borrowed; NULL: there is none. */
static PyObject *
find_value(struct local *l, uint32_t value)
{
	const struct program_op *op = value < l->batch.base ? NULL :
	    &l->batch.ops[value - l->batch.base];
	PyObject *key, *found = NULL;

	if (op != NULL && op->place == PLACE_GIVEN)
		return PyList_GET_ITEM(l->g->todo_given, op->ref);
	if ((key = PyLong_FromUnsignedLong(value)) == NULL)
		return NULL;
	if (op != NULL)
		found = PyDict_GetItemWithError(l->carried, key);
	if (found == NULL)
		found = PyDict_GetItemWithError(l->values, key);
	Py_DECREF(key);
	return found;
}

/* A value computed before, as a source of the group; NONE: it failed. */
static uint32_t
from_outside(struct local *l, uint32_t value, uint32_t *cause)
{
	size_t at = value * 0x9e3779b9u & l->mask;
	PyObject *found;

	while (l->outer[at].value != 0 && l->outer[at].value != value)
		at = (at + 1) & l->mask;
	if (l->outer[at].value == value)
		return l->outer[at].group;
	if ((*cause = cause_of(l, value)) != 0)
		return PROGRAM_NONE;
	found = find_value(l, value);
	if (found == NULL) {
		*cause = value;
		return PROGRAM_NONE;
	}
	l->outer[at].value = value;
	l->outer[at].group = give(l, found);
	return l->outer[at].group;
}

static int
depends(struct local *l, uint32_t value, uint32_t cause)
{
	char text[96];

	PyOS_snprintf(text, sizeof text, "op %u, which it depends on, failed.",
	    (unsigned)cause);
	return fail(l, value, E_DEPENDS, cause, text);
}

static void
add_source(struct local *l, uint32_t i)
{
	const struct program_op *op = &l->batch.ops[i];
	struct shape shape;

	if (op->place == PLACE_GIVEN) {
		l->map[i] = give(l, PyList_GET_ITEM(l->g->todo_given, op->ref));
		return;
	}
	program_shape(&l->batch, i, &shape);
	l->back[l->w.n_ops] = l->batch.base + i;
	l->shapes[l->w.n_ops] = shape;
	l->map[i] = program_write_inline(&l->w, &shape,
	    program_inline(&l->batch, i).p, op->flags);
}

/*
 * Op i's shape by those of its inputs here, which may be known better than
 * when it was recorded.  0; 1: it does not fit and has failed; -1: exception.
 */
static int
infer(struct local *l, uint32_t i, struct shape *shape)
{
	const struct program *p = &l->batch;
	const struct program_op *op = &p->ops[i];
	const struct op_row *row = op_by_code(op->code);
	struct op_params params;
	struct op_error err;
	char text[1024];
	uint16_t k;

	memset(&err, 0, sizeof err);
	for (k = 0; k < op->n_in; k++)
		l->in_shapes[k] = &l->shapes[l->in[k]];
	if (op_params_unpack(row, p->params + op->first_param,
	    p->n_params - op->first_param, &params, &err) == E_OK &&
	    op_infer(row, l->in_shapes, op->n_in, &params, l->g->r.max_bytes,
	    shape, &err) == E_OK)
		return 0;
	op_error_text(text, sizeof text, row, l->in_shapes, op->n_in, &params,
	    &err);
	return fail(l, p->base + i, err.code, p->base + i, text) < 0 ? -1 : 1;
}

/* Op i of the batch goes into the group; -1 with an exception. */
static int
add_op(struct local *l, uint32_t i)
{
	const struct program_op *op = &l->batch.ops[i];
	uint32_t value = l->batch.base + i, cause = 0, ref, *in = l->in;
	struct shape shape;
	uint16_t k;
	int rc = 0;

	if (op->place != PLACE_NONE) {
		add_source(l, i);
		return 0;
	}
	l->map[i] = PROGRAM_NONE;
	for (k = 0; k < op->n_in; k++) {
		ref = l->batch.refs[op->first_in + k];
		if (ref < l->batch.base ||
		    l->state[ref - l->batch.base] == DONE)
			in[k] = from_outside(l, ref, &cause);
		else if ((in[k] = l->map[ref - l->batch.base]) == PROGRAM_NONE)
			cause = cause_of(l, ref);
		if (in[k] == PROGRAM_NONE)
			return depends(l, value, cause);
	}
	if (l->g->r.open && (rc = infer(l, i, &shape)) != 0)
		return rc < 0 ? -1 : 0;
	if (!l->g->r.open)
		program_shape(&l->batch, i, &shape);
	l->back[l->w.n_ops] = value;
	l->shapes[l->w.n_ops] = shape;
	l->map[i] = program_copy_op(&l->w, &l->batch, i, in, &shape,
	    op->flags);
	return 0;
}

/* Is every length that op i needs known when this group is computed? */
static bool
ready(const struct local *l, uint32_t i)
{
	const struct program *p = &l->batch;
	uint32_t k, ref;

	for (k = 0; k < p->ops[i].n_in; k++) {
		ref = p->refs[p->ops[i].first_in + k];
		if (ref < p->base || l->state[ref - p->base] == DONE)
			continue;
		if (l->state[ref - p->base] == WAITING ||
		    op_length_by_data(op_by_code(p->ops[ref - p->base].code)))
			return false;
	}
	return true;
}

/* What waits will need what is computed here. */
static void
carry(struct local *l)
{
	const struct program *p = &l->batch;
	uint32_t i, k, ref;

	for (i = 0; i < p->n_ops; i++) {
		for (k = 0; l->state[i] == WAITING && k < p->ops[i].n_in;
		    k++) {
			ref = p->refs[p->ops[i].first_in + k];
			if (ref >= p->base && l->state[ref - p->base] == HERE &&
			    l->map[ref - p->base] != PROGRAM_NONE &&
			    p->ops[ref - p->base].place != PLACE_GIVEN)
				program_set_flags(&l->w, l->map[ref - p->base],
				    PROGRAM_EXPORT);
		}
	}
}

static void
begin(struct local *l)
{
	size_t n = (size_t)l->batch.n_ops + l->batch.n_refs, cap = 16;

	while (cap < n * 2)
		cap *= 2;
	l->mask = cap - 1;
	l->left = l->batch.n_ops;
	l->outer = xcalloc(cap, sizeof *l->outer);
	l->state = xcalloc(n + 1, sizeof *l->state);
	l->map = xcalloc(n + 1, sizeof *l->map);
	l->back = xcalloc(n + 1, sizeof *l->back);
	l->shapes = xcalloc(n + 1, sizeof *l->shapes);
	l->given = xcalloc(n + 1, sizeof *l->given);
	l->in = xcalloc(l->batch.n_refs + 1u, sizeof *l->in);
	l->in_shapes = xcalloc(l->batch.n_refs + 1u, sizeof *l->in_shapes);
	program_writer_init(&l->w, 0);
	buf_init(&l->group);
}

static void
end(struct local *l)
{
	program_writer_clear(&l->w);
	buf_clear(&l->group);
	Py_XDECREF(l->carried);
	xfree(l->outer);
	xfree(l->state);
	xfree(l->map);
	xfree(l->back);
	xfree(l->shapes);
	xfree(l->given);
	xfree(l->in);
	xfree(l->in_shapes);
}

/* The group of all that can be computed now. */
static int
build(struct local *l)
{
	uint32_t i;
	int rc = 0;

	program_writer_reset(&l->w, 0);
	memset(l->outer, 0, (l->mask + 1) * sizeof *l->outer);
	l->n_given = 0;
	for (i = 0; i < l->batch.n_ops && rc == 0; i++) {
		if (l->state[i] == DONE || !ready(l, i))
			continue;
		rc = add_op(l, i);
		l->state[i] = HERE;
		l->left--;
	}
	if (l->left > 0)
		carry(l);
	buf_reset(&l->group);
	program_finish(&l->w, &l->group);
	return rc;
}

static size_t
memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages <= 0 || size <= 0 ? SIZE_MAX / 2 :
	    (size_t)pages * (size_t)size;
}

static int
put_value(struct local *l, uint32_t value, const struct shape *shape,
    const uint8_t *from, size_t size)
{
	uint8_t *bytes = xtry_malloc(size > 0 ? size : 1);
	PyObject *key, *made;
	int rc = -1;

	if (bytes == NULL) {
		PyErr_NoMemory();
		return -1;
	}
	if (size > 0)
		memcpy(bytes, from, size);
	recorder_learn(&l->g->r, value, shape);
	key = PyLong_FromUnsignedLong(value);
	made = value_new(l->g->core, shape, bytes);
	if (key != NULL && made != NULL)
		rc = l->left == 0 ? 0 : PyDict_SetItem(l->carried, key, made);
	if (rc == 0 && (l->batch.ops[value - l->batch.base].flags &
	    PROGRAM_EXPORT) != 0)
		rc = PyDict_SetItem(l->values, key, made);
	Py_XDECREF(key);
	Py_XDECREF(made);
	return rc;
}

/* The batch does not fit: what Python holds of it fails; the graph goes on. */
static int
too_large(struct local *l, const struct op_error *err)
{
	const struct program_op *op;
	struct bytes data;
	struct shape shape;
	char text[160];
	uint32_t i;
	int rc = 0;

	PyOS_snprintf(text, sizeof text, "its batch needs %lld bytes and this "
	    "machine has %lld. Fetch values earlier, or make the tensors "
	    "smaller.", (long long)err->a[0], (long long)err->a[1]);
	for (i = 0; i < l->batch.n_ops && rc == 0; i++) {
		op = &l->batch.ops[i];
		if ((op->flags & PROGRAM_EXPORT) == 0 ||
		    op->place == PLACE_GIVEN || l->state[i] == DONE ||
		    l->map[i] == PROGRAM_NONE)
			continue;
		if (op->place == PLACE_INLINE) {
			program_shape(&l->batch, i, &shape);
			data = program_inline(&l->batch, i);
			rc = put_value(l, l->batch.base + i, &shape, data.p,
			    (size_t)shape_bytes(&shape));
		} else
			rc = fail(l, l->batch.base + i, E_MEMORY,
			    l->batch.base + i, text);
	}
	return rc;
}

/* 0: computed; 1: it does not fit; -1: exception. */
static int
compute(struct local *l, struct exec *e)
{
	enum exec_state state;
	struct op_error err;
	enum error code;

	memset(&err, 0, sizeof err);
	code = exec_load(e, l->group.data, l->group.len, l->given, l->n_given,
	    memory(), &err);
	if (code == E_MEMORY)
		return too_large(l, &err) < 0 ? -1 : 1;
	if (code != E_OK) {
		PyErr_Format(l->g->core->refused,
		    "the executor refused the batch at op %u: %s. %s",
		    err.op < l->w.n_ops ? (unsigned)l->back[err.op] : 0,
		    error_name(code), error_todo(code));
		return -1;
	}
	do {
		Py_BEGIN_ALLOW_THREADS
		state = exec_step(e, STEP);
		Py_END_ALLOW_THREADS
		if (PyErr_CheckSignals() < 0)
			return -1;
	} while (state == EXEC_MORE);
	return 0;
}

static int
take_value(struct local *l, const struct exec_value *v)
{
	return put_value(l, l->back[v->op], &v->shape, v->bytes, v->size);
}

static int
take_error(struct local *l, const struct op_error *e)
{
	const struct shape *in[64];
	struct shape scratch[64];
	struct op_error mine = *e, err;
	const struct op_row *row;
	struct op_params params;
	uint32_t value = l->back[e->op], i = value - l->batch.base, cause;
	char text[1024];
	size_t n;

	if (e->code == E_DEPENDS) {
		cause = cause_of(l, l->back[e->a[0]]);
		return depends(l, value,
		    cause != 0 ? cause : l->back[e->a[0]]);
	}
	if (program_check_op(&l->batch, i, earlier, l->g, INT64_MAX, &row,
	    &params, &err) != E_OK)
		return fail(l, value, e->code, value, error_todo(e->code));
	n = program_inputs(&l->batch, i, earlier, l->g, in, scratch, 64);
	mine.op = value;
	op_error_text(text, sizeof text, row, in, n, &params, &mine);
	return fail(l, value, e->code, value, text);
}

static int
collect(struct local *l, const struct exec *e)
{
	struct exec_value v;
	size_t i;

	for (i = 0; i < exec_exports(e); i++) {
		exec_export(e, i, &v);
		if (take_value(l, &v) < 0)
			return -1;
	}
	for (i = 0; i < exec_errors(e); i++)
		if (take_error(l, exec_op_error(e, i)) < 0)
			return -1;
	return 0;
}

/* Large sources are values already. */
static int
settle_given(struct local *l)
{
	const struct program_op *op;
	PyObject *key, *value;
	uint32_t i;
	int rc = 0;

	for (i = 0; i < l->batch.n_ops && rc == 0; i++) {
		op = &l->batch.ops[i];
		if (op->place != PLACE_GIVEN)
			continue;
		value = PyList_GET_ITEM(l->g->todo_given, op->ref);
		key = PyLong_FromUnsignedLong(l->batch.base + i);
		rc = key == NULL ? -1 : (op->flags & PROGRAM_EXPORT) == 0 ? 0 :
		    PyDict_SetItem(l->values, key, value);
		Py_XDECREF(key);
	}
	if (rc == 0)
		Py_CLEAR(l->g->todo_given);
	return rc;
}

/* One group after the other; 1: one does not fit; -1: exception. */
static int
groups(struct local *l, struct exec *e)
{
	uint32_t i;
	int rc;

	do {
		rc = build(l);
		if (rc == 0)
			rc = compute(l, e);
		if (rc == 0)
			rc = collect(l, e);
		for (i = 0; i < l->batch.n_ops; i++)
			if (l->state[i] == HERE)
				l->state[i] = DONE;
	} while (rc == 0 && l->left > 0);
	return rc;
}

/* Computes what is in todo; an interrupted batch stays there. */
static int
run_todo(struct py_recorder *g, PyObject *values, PyObject *failures)
{
	struct local l = { .g = g, .values = values, .failures = failures };
	struct op_error err;
	struct exec *e;
	int rc;

	if (program_open(&l.batch, g->todo.data, g->todo.len, UINT32_MAX,
	    &err) != E_OK) {
		PyErr_SetString(PyExc_RuntimeError, "a batch is damaged");
		return -1;
	}
	if ((l.carried = PyDict_New()) == NULL)
		return -1;
	begin(&l);
	e = exec_new();
	rc = groups(&l, e);
	if (rc >= 0)
		rc = settle_given(&l);
	exec_free(e);
	end(&l);
	if (rc < 0)
		return -1;
	buf_reset(&g->todo);
	return value_forget(values, g->todo_gone, g->n_gone);
}

/* Computes what is left, then what was recorded since. */
static int
run_all(struct py_recorder *g, PyObject *values, PyObject *failures)
{
	const uint64_t *released;
	uint32_t base;
	PyObject *fresh;

	if (g->todo.len > 0 && run_todo(g, values, failures) < 0)
		return -1;
	if ((fresh = PyList_New(0)) == NULL)
		return -1;
	if (!recorder_cut(&g->r, &g->todo, &base, &released, &g->n_gone)) {
		Py_DECREF(fresh);
		return 0;
	}
	Py_XSETREF(g->todo_given, g->given);
	g->given = fresh;
	xfree(g->todo_gone);
	g->todo_gone = xcalloc(g->n_gone + 1u, sizeof *g->todo_gone);
	if (g->n_gone > 0)
		memcpy(g->todo_gone, released,
		    g->n_gone * sizeof *g->todo_gone);
	return run_todo(g, values, failures);
}

/*
 * Not from a signal handler or a thread in the middle of a run: it would free
 * what the executor reads.
 */
PyObject *
local_run(struct py_recorder *g, PyObject *values, PyObject *failures)
{
	int rc;

	if (g->running) {
		PyErr_Format(g->core->refused, "%R is computing already; ask "
		    "it again when that call has returned.", g);
		return NULL;
	}
	g->running = true;
	rc = run_all(g, values, failures);
	g->running = false;
	return rc < 0 ? NULL : Py_NewRef(Py_None);
}
