/*
 * The user's line of an op: the nearest frame outside the library, kept as a
 * code object and an instruction, so that recording computes no line number.
 */
#include "core.h"

/* Place of a code object in codes; -1: the library's own; -2: exception. */
static int64_t
place_of(struct py_recorder *g, PyCodeObject *code)
{
	PyObject *key, *found, *place;
	int64_t index = -2;

	if ((key = PyLong_FromVoidPtr(code)) == NULL)
		return -2;
	found = PyDict_GetItemWithError(g->code_index, key);
	if (found != NULL)
		index = PyLong_AsLongLong(found);
	else if (!PyErr_Occurred()) {
		index = g->core->inside != NULL &&
		    PyUnicode_Tailmatch(code->co_filename, g->core->inside, 0,
		    PY_SSIZE_T_MAX, -1) == 1 ? -1 : PyList_GET_SIZE(g->codes);
		/* Kept alive, so that its address stays its own. */
		place = PyLong_FromLongLong(index);
		if (place == NULL ||
		    PyDict_SetItem(g->code_index, key, place) < 0 ||
		    (index >= 0 &&
		    PyList_Append(g->codes, (PyObject *)code) < 0))
			index = -2;
		Py_XDECREF(place);
	}
	Py_DECREF(key);
	return index;
}

/* True if the frame is the user's, and noted. */
static bool
note(struct py_recorder *g, PyFrameObject *frame, struct record_op *op)
{
	PyCodeObject *code = PyFrame_GetCode(frame);
	int64_t index;

	if ((PyObject *)code == g->last_code)
		index = g->last_index;
	else
		index = place_of(g, code);
	Py_DECREF(code);
	if (index < 0) {
		PyErr_Clear();
		return false;
	}
	g->last_code = (PyObject *)code;
	g->last_index = (uint32_t)index;
	op->where = (uint32_t)index;
	op->instruction = PyFrame_GetLasti(frame);
	return true;
}

void
line_note(struct py_recorder *g, struct record_op *op)
{
	PyFrameObject *frame = PyEval_GetFrame(), *back;

	Py_XINCREF(frame);
	while (frame != NULL && !note(g, frame, op)) {
		back = PyFrame_GetBack(frame);
		Py_DECREF(frame);
		frame = back;
	}
	Py_XDECREF(frame);
}

/* (file, line), or None. */
PyObject *
line_of(struct py_recorder *g, const struct record_op *op)
{
	PyCodeObject *code;

	if (op->where == RECORD_NO_CODE)
		Py_RETURN_NONE;
	code = (PyCodeObject *)PyList_GET_ITEM(g->codes, op->where);
	return Py_BuildValue("Oi", code->co_filename,
	    PyCode_Addr2Line(code, op->instruction));
}
