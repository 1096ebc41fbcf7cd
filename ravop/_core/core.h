/*
 * What the files of the extension module share.  All of them run under the
 * GIL unless they say otherwise; a Graph, its ops and its Client are one
 * thread's at a time through it.
 */
#ifndef RAVOP_CORE_H
#define RAVOP_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include "client.h"
#include "record.h"

/* The module's state: types, and what the Python side set up. */
struct core {
	PyTypeObject	*op_type, *recorder_type, *client_type, *value_type;
	PyObject	*result_type;	/* class of recorded ops */
	PyObject	*refused;	/* exception of calls that cannot be */
	PyObject	*inside;	/* folder whose frames are not the user's */
	PyObject	*lift, *full;	/* names of Recorder's hooks */
	PyObject	*settle;	/* and of Op's */
	PyObject	*refuse;	/* of a sealed graph */
	bool		 eager;		/* each op is waited for */
};

/* Bytes of a tensor, with NumPy's view of them. */
struct py_value {
	PyObject_HEAD
	struct shape	 shape;
	uint8_t		*bytes;
	Py_ssize_t	 dims[TENSOR_RANK], strides[TENSOR_RANK];
};

struct py_recorder {
	PyObject_HEAD
	struct core	*core;		/* of the module, which outlives it */
	struct recorder	 r;
	PyObject	*client;	/* Client, or NULL: local */
	uint32_t	 handle;	/* of the graph at it */
	PyObject	*values, *failures;	/* dicts by op, the graph's */
	PyObject	*given;		/* list of Value: large local sources
					 * of the batch, by ordinal */
	PyObject	*codes;		/* code objects whose lines are noted */
	PyObject	*code_index;	/* address of one -> place in codes, -1 */
	PyObject	*last_code;	/* borrowed from codes */
	uint32_t	 last_index;
	struct buf	 todo;		/* local batch not finished */
	PyObject	*todo_given;	/* its sources */
	uint64_t	*todo_gone;	/* values nobody holds after it */
	uint32_t	 n_gone;
	bool		 sealed;	/* nothing more is recorded */
	bool		 running;	/* the executor reads both, and values */
};

/* One recorded op: a graph and a number in it. */
struct py_op {
	PyObject_HEAD
	struct py_recorder	*graph;
	uint32_t		 value;
	PyObject		*weak;
	PyObject		*params;	/* as they were given, or NULL */
};

struct py_client {
	PyObject_HEAD
	struct client	*c;
	struct core	*core;		/* of the module, which outlives it */
	struct py_recorder	**sinks;	/* by handle; borrowed, or NULL */
	uint32_t	 n_sinks;
};

extern struct PyModuleDef core_module;
extern PyType_Spec	op_spec, recorder_spec, client_spec, value_spec;

/* py_value.c; takes bytes from xmalloc. */
PyObject	*value_new(struct core *, const struct shape *, uint8_t *bytes);
const char	*value_format(enum dtype);
/* Of a buffer in the layout of a tensor; false if it is not. */
bool		 value_shape(const Py_buffer *, struct shape *);
PyObject	*shape_tuple(const struct shape *);
int		 shape_from(PyObject *dims, int dtype, struct shape *);
/* A canonical copy of a buffer's bytes; NULL with an exception. */
uint8_t		*value_copy(PyObject *buffer, const struct shape *, uint8_t *digest);

/* Forgets values that no variable holds any more. */
int		 value_forget(PyObject *values, const uint64_t *released, uint32_t n);

/* py_source.c */
PyObject	*source_value(PyObject *self, PyObject *args);
PyObject	*source_array(PyObject *self, PyObject *const *args, Py_ssize_t n);

/* py_deliver.c */
/* Where a graph's values go from now on; NULL: nowhere. */
void		 deliver_to(struct py_client *, uint32_t handle, struct py_recorder *);
/* A value came; -1 with an exception. */
int		 deliver(struct py_client *, struct client_event *);
PyObject	*settled_from(PyObject *self, PyObject *args);
PyObject	*blocks(PyObject *self, PyObject *ids);
PyObject	*one_graph(PyObject *module, PyObject *ops);

/* py_op.c */
bool		 is_op(PyObject *);
PyObject	*op_new(struct py_recorder *, PyTypeObject *, uint32_t value);
/*
 * Lets the batch go if n more ops do not fit.  Before inputs are recorded: one
 * that nobody holds must stay in the batch of what uses it.
 */
int		 op_room(struct py_recorder *, size_t n);
/* Records row over in; NULL with an exception. */
PyObject	*op_record(struct py_recorder *, PyTypeObject *, const struct op_row *,
		    const uint32_t *in, size_t n, const struct op_params *);
/* Passes a new op through, once it is computed if each is to be waited for. */
PyObject	*op_made(struct core *, PyObject *op);

/* py_input.c */
/* An int, float or bool of Python's. */
bool		 is_number(PyObject *);
/*
 * The value number of an input; -1 with an exception, 0: not an input.  A
 * number takes the dtype other if it can, DT_NONE: its own.
 */
int64_t		 input_value(struct py_recorder *, PyObject *,
		    enum dtype other);
int		 input_pair(struct py_recorder *, PyObject *a, PyObject *b,
		    uint32_t in[2]);
/* False with an exception: an integer to a negative power that is written. */
bool		 power_fits(struct py_recorder *, PyObject *b,
		    const uint32_t in[2]);
int		 params_from(const struct op_row *, PyObject *tuple, struct op_params *,
		    PyObject *refused);

/* py_line.c */
void		 line_note(struct py_recorder *, struct record_op *);
PyObject	*line_of(struct py_recorder *, const struct record_op *);

/* py_local.c */
PyObject	*local_run(struct py_recorder *, PyObject *values, PyObject *failures);

#endif
