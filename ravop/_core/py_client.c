/*
 * Client: client.c for Python, which keeps the socket.
 */
#include "core.h"

#define OUTPUT_PIECE	262144	/* bytes of one output() */

static struct client *
client_of(PyObject *self)
{
	return ((struct py_client *)self)->c;
}

static PyObject *
client_make(PyTypeObject *type, PyObject *args, PyObject *kw)
{
	static char *names[] = { "host", "path", "token", "build", NULL };
	const char *host, *path, *token, *build;
	struct py_client *self;
	PyObject *module;

	if (!PyArg_ParseTupleAndKeywords(args, kw, "ssss", names, &host, &path,
	    &token, &build))
		return NULL;
	module = PyType_GetModuleByDef(type, &core_module);
	if (module == NULL)
		return NULL;
	self = (struct py_client *)type->tp_alloc(type, 0);
	if (self == NULL)
		return NULL;
	self->core = PyModule_GetState(module);
	self->c = client_new(host, path, token, build);
	return (PyObject *)self;
}

static void
client_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	client_free(client_of(self));
	xfree(((struct py_client *)self)->sinks);
	type->tp_free(self);
	Py_DECREF(type);
}

static PyObject *
py_connect(PyObject *self, PyObject *seed)
{
	char *bytes;
	Py_ssize_t n;

	if (PyBytes_AsStringAndSize(seed, &bytes, &n) < 0)
		return NULL;
	if (n != DIGEST_LEN) {
		PyErr_SetString(PyExc_ValueError, "the seed has 32 bytes");
		return NULL;
	}
	client_connect(client_of(self), (const uint8_t *)bytes);
	Py_RETURN_NONE;
}

static PyObject *
py_lost(PyObject *self, PyObject *arg)
{
	(void)arg;
	client_lost(client_of(self));
	Py_RETURN_NONE;
}

/* recv(buffer, n): the first n bytes of a writable buffer came. */
static PyObject *
py_recv(PyObject *self, PyObject *args)
{
	Py_buffer view;
	Py_ssize_t n;

	if (!PyArg_ParseTuple(args, "w*n", &view, &n))
		return NULL;
	if (n >= 0 && n <= view.len)
		client_recv(client_of(self), view.buf, (size_t)n);
	PyBuffer_Release(&view);
	Py_RETURN_NONE;
}

static PyObject *
py_output(PyObject *self, PyObject *arg)
{
	const uint8_t *bytes;
	size_t n;

	(void)arg;
	bytes = client_output(client_of(self), &n);
	if (n > OUTPUT_PIECE)
		n = OUTPUT_PIECE;
	return PyBytes_FromStringAndSize((const char *)bytes, (Py_ssize_t)n);
}

static PyObject *
py_sent(PyObject *self, PyObject *n)
{
	size_t sent = PyLong_AsSize_t(n);

	if (PyErr_Occurred() != NULL)
		return NULL;
	client_sent(client_of(self), sent);
	Py_RETURN_NONE;
}

/* graph(key, g, name, approach, verify, options, low): its handle. */
static PyObject *
py_graph(PyObject *self, PyObject *args)
{
	const char *key, *name, *approach, *options;
	unsigned long long g, verify;
	Py_ssize_t n;
	int low;

	if (!PyArg_ParseTuple(args, "y#KssKsp", &key, &n, &g, &name,
	    &approach, &verify, &options, &low))
		return NULL;
	if (n != CLIENT_KEY) {
		PyErr_SetString(PyExc_ValueError, "the key has 16 bytes");
		return NULL;
	}
	return PyLong_FromUnsignedLong(client_graph(client_of(self),
	    (const uint8_t *)key, g, name, approach, verify, options,
	    low != 0));
}

static PyObject *
py_want(PyObject *self, PyObject *args)
{
	unsigned graph;
	unsigned long long op;
	uint64_t number;

	if (!PyArg_ParseTuple(args, "IK", &graph, &op))
		return NULL;
	number = op;
	client_want(client_of(self), graph, &number, 1);
	Py_RETURN_NONE;
}

static PyObject *
py_unwant(PyObject *self, PyObject *args)
{
	unsigned graph;
	unsigned long long op;

	if (!PyArg_ParseTuple(args, "IK", &graph, &op))
		return NULL;
	client_unwant(client_of(self), graph, op);
	Py_RETURN_NONE;
}

static PyObject *
py_end(PyObject *self, PyObject *args)
{
	unsigned graph;
	int cancel;

	if (!PyArg_ParseTuple(args, "Ip", &graph, &cancel))
		return NULL;
	client_end(client_of(self), graph, cancel != 0);
	Py_RETURN_NONE;
}

static PyObject *
on_handle(PyObject *self, PyObject *arg,
    void (*f)(struct client *, uint32_t))
{
	unsigned long graph = PyLong_AsUnsignedLong(arg);

	if (PyErr_Occurred() != NULL)
		return NULL;
	f(client_of(self), (uint32_t)graph);
	Py_RETURN_NONE;
}

static PyObject *
py_retry(PyObject *self, PyObject *graph)
{
	return on_handle(self, graph, client_retry);
}

static PyObject *
py_abandon(PyObject *self, PyObject *graph)
{
	return on_handle(self, graph, client_abandon);
}

static PyObject *
py_forget(PyObject *self, PyObject *graph)
{
	return on_handle(self, graph, client_forget);
}

static PyObject *
py_unacked(PyObject *self, PyObject *graph)
{
	unsigned long handle = PyLong_AsUnsignedLong(graph);

	if (PyErr_Occurred() != NULL)
		return NULL;
	return PyLong_FromSize_t(client_unacked(client_of(self),
	    (uint32_t)handle));
}

static const char *
type_name(enum client_event_type type)
{
	static const char *const names[] = {
		[CLIENT_EV_READY] = "ready", [CLIENT_EV_OPENED] = "opened",
		[CLIENT_EV_ACKED] = "acked",
		[CLIENT_EV_FAILED] = "failed",
		[CLIENT_EV_PROGRESS] = "progress",
		[CLIENT_EV_ENDED] = "ended", [CLIENT_EV_REFUSED] = "refused",
		[CLIENT_EV_RETRY] = "retry", [CLIENT_EV_CLOSED] = "closed",
		[CLIENT_EV_ANSWER] = "answer",
		[CLIENT_EV_PLANNED] = "planned",
	};

	return names[type];
}

static const char *
subject_name(uint32_t what)
{
	static const char *const names[] = {
		"", "session", "message", "graph", "batch", "group", "tensor",
		"value",
	};

	return what < sizeof names / sizeof names[0] ? names[what] : "";
}

/* The text, which a peer sent, as str. */
static PyObject *
text_of(const char *text)
{
	return text == NULL ? Py_NewRef(Py_None) :
	    PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

static PyObject *
failures_of(const struct client_event *ev)
{
	PyObject *list = PyList_New((Py_ssize_t)ev->n_failures), *item;
	size_t i;

	for (i = 0; list != NULL && i < ev->n_failures; i++) {
		item = Py_BuildValue("KKIN",
		    (unsigned long long)ev->failures[i].op,
		    (unsigned long long)ev->failures[i].cause,
		    (unsigned)ev->failures[i].code,
		    text_of(ev->failures[i].text));
		if (item == NULL)
			Py_CLEAR(list);
		else
			PyList_SET_ITEM(list, (Py_ssize_t)i, item);
	}
	return list;
}

#define K(x)	(unsigned long long)(x)

static PyObject *
event_dict(const struct client_event *ev)
{
	PyObject *graph;

	graph = ev->graph == CLIENT_NONE ? Py_NewRef(Py_None) :
	    PyLong_FromUnsignedLong(ev->graph);
	return Py_BuildValue("{ss sN sK sK sK sK sI ss sN sN sK "
	    "sK sK sK sK sK sK sK sK sK sN sN}",
	    "type", type_name(ev->type), "graph", graph, "g", K(ev->g),
	    "op", K(ev->op), "number", K(ev->number), "cause", K(ev->cause),
	    "code", (unsigned)ev->code, "what", subject_name(ev->what),
	    "text", text_of(ev->text), "by", text_of(ev->by),
	    "retry_ms", K(ev->retry_ms),
	    "total", K(ev->total), "pending", K(ev->pending),
	    "computing", K(ev->computing), "computed", K(ev->computed),
	    "failed", K(ev->failed), "cancelled", K(ev->cancelled),
	    "participants", K(ev->participants), "left_ms", K(ev->left_ms),
	    "predicted_ms", K(ev->predicted_ms),
	    "believed", PyBool_FromLong(ev->believed),
	    "failures", failures_of(ev));
}

/* next(): the oldest event as a dict, or None; values go to their graphs. */
static PyObject *
py_next(PyObject *self, PyObject *arg)
{
	struct client_event *ev;
	PyObject *dict = NULL;
	bool value;

	(void)arg;
	do {
		if ((ev = client_next(client_of(self))) == NULL)
			Py_RETURN_NONE;
		value = ev->type == CLIENT_EV_VALUE;
		if (value && deliver((struct py_client *)self, ev) < 0)
			value = false;
		else if (!value)
			dict = event_dict(ev);
		client_event_free(ev);
	} while (value);
	return dict;
}

/* ask(what, arg): False if there is no session. */
static PyObject *
py_ask(PyObject *self, PyObject *args)
{
	const char *what, *arg;

	if (!PyArg_ParseTuple(args, "ss", &what, &arg))
		return NULL;
	return PyBool_FromLong(client_ask(client_of(self), what, arg));
}

/* resume(graph, batches): where to go on with a graph of the server. */
static PyObject *
py_resume(PyObject *self, PyObject *args)
{
	unsigned long long batches;
	unsigned graph;

	if (!PyArg_ParseTuple(args, "IK", &graph, &batches))
		return NULL;
	client_resume(client_of(self), graph, batches);
	Py_RETURN_NONE;
}

static PyObject *
get_state(PyObject *self, void *arg)
{
	static const char *const names[] = {
		[CLIENT_OFF] = "off", [CLIENT_HANDSHAKE] = "handshake",
		[CLIENT_HELLO] = "hello", [CLIENT_READY] = "ready",
	};

	(void)arg;
	return PyUnicode_FromString(names[client_state(client_of(self))]);
}

static PyObject *
get_open(PyObject *self, void *arg)
{
	(void)arg;
	return PyLong_FromSize_t(client_open(client_of(self)));
}

static PyObject *
get_stats(PyObject *self, void *arg)
{
	const struct client_stats *s = client_stats(client_of(self));

	(void)arg;
	return Py_BuildValue("{sK sK sK sK sK}", "uploads", K(s->uploads),
	    "upload_bytes", K(s->upload_bytes), "batches", K(s->batches),
	    "resent", K(s->resent), "connects", K(s->connects));
}

static PyMethodDef client_methods[] = {
	{ "connect", py_connect, METH_O, "A new connection begins." },
	{ "lost", py_lost, METH_NOARGS, "The connection is gone." },
	{ "recv", py_recv, METH_VARARGS, "Bytes came." },
	{ "output", py_output, METH_NOARGS, "Bytes to send." },
	{ "sent", py_sent, METH_O, "So many were sent." },
	{ "next", py_next, METH_NOARGS, "The oldest event, or None." },
	{ "graph", py_graph, METH_VARARGS, "Opens or attaches to a graph." },
	{ "ask", py_ask, METH_VARARGS, "Asks about one's graphs." },
	{ "resume", py_resume, METH_VARARGS, "Goes on after batches." },
	{ "want", py_want, METH_VARARGS, "Asks for a value." },
	{ "unwant", py_unwant, METH_VARARGS, "Does not wait for it." },
	{ "end", py_end, METH_VARARGS, "Ends a graph." },
	{ "retry", py_retry, METH_O, "Sends again what was put off." },
	{ "abandon", py_abandon, METH_O, "Cancels a graph nobody uses." },
	{ "forget", py_forget, METH_O, "Sends nothing more of a graph." },
	{ "unacked", py_unacked, METH_O, "Batches not recorded." },
	{ NULL, NULL, 0, NULL },
};

static PyGetSetDef client_getset[] = {
	{ "state", get_state, NULL, "off, handshake, hello or ready.", NULL },
	{ "open", get_open, NULL, "Graphs that have not ended.", NULL },
	{ "stats", get_stats, NULL, "What was sent.", NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

static PyType_Slot client_slots[] = {
	{ Py_tp_doc, "The developer's end of the protocol, without a socket." },
	{ Py_tp_new, client_make },
	{ Py_tp_dealloc, client_dealloc },
	{ Py_tp_methods, client_methods },
	{ Py_tp_getset, client_getset },
	{ 0, NULL },
};

PyType_Spec client_spec = {
	.name = "ravop._core.Client",
	.basicsize = sizeof(struct py_client),
	.flags = Py_TPFLAGS_DEFAULT,
	.slots = client_slots,
};
