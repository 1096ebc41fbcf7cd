/*
 * Sentences about ops for people: what was wrong, what was given, what is
 * needed.  Native only: it formats, which the pure rules must not.  Codes and
 * numbers may come from a stranger; none may make it fail.
 */
#include "common/op_einsum.h"
#include "common/op_text_priv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
say(struct text *t, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(t->p + t->used, t->len - t->used, format, ap);
	va_end(ap);
	if (n > 0)
		t->used += (size_t)n;
	if (t->used >= t->len)
		t->used = t->len - 1;
}

void
say_shape(struct text *t, const struct shape *s)
{
	unsigned i;

	if (s == NULL) {
		say(t, "(missing)");
		return;
	}
	say(t, "(");
	for (i = 0; i < s->ndim; i++) {
		say(t, i == 0 ? "" : ", ");
		if (s->dims[i] == LENGTH_UNKNOWN)
			say(t, "None");
		else
			say(t, "%" PRId64, s->dims[i]);
	}
	say(t, s->ndim == 1 ? ",) %s" : ") %s", dtype_name(s->dtype));
}

void
say_input(struct text *t, const struct subject *s, int32_t i)
{
	if (i >= 0 && (size_t)i < s->n_in)
		say_shape(t, s->in[i]);
	else
		say(t, "its input");
}

const char *
input_name(int32_t i)
{
	return i == 0 ? "the first input" : i == 1 ? "the second input" :
	    "an input";
}

static void
text_arity(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	if (a[1] == a[2])
		say(t, "takes %" PRId64 " input%s", a[1], a[1] == 1 ? "" : "s");
	else if (a[2] == OP_MANY)
		say(t, "takes at least %" PRId64 " input%s", a[1],
		    a[1] == 1 ? "" : "s");
	else
		say(t, "takes %" PRId64 " to %" PRId64 " inputs", a[1], a[2]);
	say(t, ", got %" PRId64, a[0]);
}

/* The values of the parameter at fault, as they were given. */
void
say_given(struct text *t, const struct param *p)
{
	int32_t i;

	say(t, "(");
	for (i = 0; i < p->n && i < OP_PARAM_LEN; i++)
		say(t, i == 0 ? "%" PRId64 : ", %" PRId64, p->v[i]);
	say(t, p->n == 1 ? ",)" : ")");
}

static const char *
kind_wants(enum param_kind kind)
{
	switch (kind) {
	case PARAM_AXIS:
		return "one axis or None";
	case PARAM_AXES:
		return "axes or None, at most 16";
	case PARAM_BOOL:
		return "True or False";
	case PARAM_INT:
		return "one int";
	case PARAM_INTS:
		return "ints, at most 16";
	case PARAM_FLOAT:
		return "a number";
	case PARAM_DTYPE:
		return "bool, int32, int64, float32 or float64";
	case PARAM_CHOICE:
		return "one of its names";
	case PARAM_TEXT:
		return "at most 128 characters of ASCII";
	}
	return "another value";
}

static void
text_param(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;
	const struct param_row *p;
	char part[512];

	if (s->row == NULL || a[0] < 0 || a[0] >= (int64_t)s->row->n_params) {
		say(t, "a parameter cannot be %" PRId64, a[1]);
		return;
	}
	p = &s->row->params[a[0]];
	switch ((enum param_fault)a[2]) {
	case FAULT_VALUE:
		say(t, "%s cannot have %" PRId64 "; it takes %s", p->name, a[1],
		    s->row->shape == SHAPE_RESHAPE ?
		    "lengths of 0 or more, and -1 at most once" :
		    kind_wants(p->kind));
		break;
	case FAULT_REPEATED:
		say(t, "%s has %" PRId64 " more than once; give each at most "
		    "once", p->name, a[1]);
		if (s->params != NULL && s->params->p[a[0]].n > 0) {
			say(t, " (given ");
			say_given(t, &s->params->p[a[0]]);
			say(t, ")");
		}
		break;
	case FAULT_NUMBER:
		say(t, "%s has %" PRId64 " values", p->name, a[1]);
		if (s->row->shape == SHAPE_TRANSPOSE && s->n_in > 0) {
			say(t, " for ");
			say_shape(t, s->in[0]);
			say(t, "; give each of its axes once, or two to swap");
		} else
			say(t, "; it takes %s", kind_wants(p->kind));
		break;
	case FAULT_NORM:
		say(t, "there is no such norm over %" PRId64 " axes here; a "
		    "vector's order is None or a number, a matrix's None, "
		    "'fro', 1, -1, inf or -inf", a[1]);
		break;
	case FAULT_FEW:
		say(t, "%s is %" PRId64 "; it may be 0 to %" PRId64 ", the "
		    "length of the axis", p->name, a[1], a[3]);
		break;
	case FAULT_BINS:
		say(t, "%s is %" PRId64 "; there must be at least 1", p->name,
		    a[1]);
		break;
	case FAULT_RANGE:
		say(t, "the range needs two finite ends, the lower first");
		break;
	case FAULT_SUBSCRIPTS:
		say(t, "%s", einsum_text(part, sizeof(part), s->params,
		    s->n_in, s->e));
		break;
	case FAULT_NEEDED:
		say(t, "%s is needed; give it %s", p->name,
		    p->kind == PARAM_INTS || p->kind == PARAM_AXES ?
		    "one int or several" : "a value");
		break;
	}
}

/* An input that must be of another's kind. */
static void
text_converted(struct text *t, const struct subject *s)
{
	if (s->e->input == 1) {
		say(t, "indices must be int32 or int64, got ");
		say_input(t, s, 1);
		return;
	}
	say_input(t, s, s->e->input);
	say(t, " does not go into ");
	say_input(t, s, 0);
	say(t, " without loss; convert one of them with astype");
}

static void
text_dtype(struct text *t, const struct subject *s)
{
	enum dtype d = (enum dtype)s->e->a[0];

	if (s->row != NULL && s->row->dtype == DTYPE_SUB)
		say(t, "two bools cannot be subtracted; use not_equal, or "
		    "convert one to int64");
	else if (s->row != NULL && s->row->shape == SHAPE_SELECT) {
		say(t, "the mask is ");
		say_input(t, s, s->e->input);
		say(t, "; it must be bool, as a comparison gives");
	} else if (s->row != NULL && s->e->input > 0 &&
	    s->row->dtype == DTYPE_KEEP)
		text_converted(t, s);
	else if (s->row != NULL && s->row->dtype == DTYPE_POW)
		say(t, "bools alone have no %s here; convert one to int64",
		    s->row->code == OP_POW ? "power" : s->row->name);
	else if (s->row != NULL && (s->row->dtype == DTYPE_BITS ||
	    s->row->dtype == DTYPE_SHIFT)) {
		say(t, "takes %s, got ", s->row->dtype == DTYPE_BITS ?
		    "bools and integers" : "integers");
		say_input(t, s, s->e->input);
		say(t, "; convert it with astype");
	}
	else {
		say(t, "does not take %s, got ", dtype_name(d));
		say_input(t, s, s->e->input);
		say(t, "; convert it to int64 or float64");
	}
}

static void
text_axis(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "axis %" PRId64 " is out of range for ", a[0]);
	if (s->row != NULL && s->row->shape == SHAPE_EXPAND_DIMS)
		say(t, "a result of %" PRId64 " axes", a[1]);
	else
		say_input(t, s, s->e->input);
	if (a[1] == 0)
		say(t, ", which has no axes");
	else if (a[1] > 0)
		say(t, "; use %" PRId64 " to %" PRId64, -a[1], a[1] - 1);
}

static void
text_overflow(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	if (a[0] < 0)
		say(t, "the result would have more elements than can be "
		    "counted");
	else
		say(t, "the result would have %" PRId64 " elements", a[0]);
	say(t, "; a tensor may have at most %" PRId64 " bytes", a[1]);
}

static void
text_refs(struct text *t, const struct subject *s)
{
	const struct op_error *e = s->e;

	say(t, "%s is op %" PRId64 ", ", input_name(e->input), e->a[0]);
	if (e->code == E_SELF)
		say(t, "the op itself; an op cannot be its own input");
	else if (e->code == E_LATER)
		say(t, "which comes later; use ops recorded before it");
	else
		say(t, "which does not exist in this graph");
}

static void
text_empty(struct text *t, const struct subject *s)
{
	say_input(t, s, s->e->input < 0 ? 0 : s->e->input);
	say(t, " has no elements along the axes reduced, and nothing has no "
	    "%s; give it at least one element",
	    s->row == NULL ? "value" : s->row->name);
}

static void
text_length(struct text *t, const struct subject *s)
{
	say(t, "needs the lengths of ");
	say_input(t, s, s->e->input);
	say(t, ", and only its data can tell them; call compute_shape() of it "
	    "first");
}

/* a: the pivot, the matrix of the batch. */
static void
text_pivot(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;
	bool batch = s->n_in > 0 && s->in[0] != NULL && s->in[0]->ndim > 2;

	if (batch)
		say(t, "matrix %" PRId64 " of ", a[1]);
	say_input(t, s, 0);
	if (s->e->code == E_SINGULAR)
		say(t, " is singular: pivot %" PRId64 " is 0; ", a[0]);
	else
		say(t, " is not positive definite: pivot %" PRId64 " is not "
		    "greater than 0; ", a[0]);
	say(t, "%s", error_todo(s->e->code));
}

/* The sentences that need no more than numbers. */
static void
text_plain(struct text *t, const struct subject *s)
{
	const struct op_error *e = s->e;
	const int64_t *a = e->a;

	switch (e->code) {
	case E_UNKNOWN_OP:
		say(t, "code %" PRId64 " is not a known op; update the server "
		    "or use another op", a[0]);
		break;
	case E_RANK:
		say(t, "the result would have %" PRId64 " dimensions; tensors "
		    "have at most %" PRId64, a[0], a[1]);
		break;
	case E_BAD_PROGRAM:
		say(t, "what the program says of this op does not fit "
		    "together; update the library");
		break;
	case E_TOO_BIG:
		say(t, "the program has %" PRId64 " ops; at most %" PRId64
		    " are taken at once", a[0], a[1]);
		break;
	case E_DEPENDS:
		say(t, "not computed, because op %" PRId64 " failed", a[0]);
		break;
	case E_MEMORY:
		say(t, "needs %" PRId64 " bytes of memory; the limit is %"
		    PRId64, a[0], a[1]);
		break;
	case E_INDEX:
		say(t, "index %" PRId64 " is out of range for axis %" PRId64
		    ", which has %" PRId64 " elements", a[0], a[2], a[1]);
		break;
	case E_NO_INPUT:
		say(t, "source %" PRId64 " was not handed in", a[0]);
		break;
	default:
		say(t, "%s: %s", error_name(e->code), error_todo(e->code));
		break;
	}
}

/* An element that the op cannot count or look up. */
static void
text_element(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	switch (s->e->code) {
	case E_NEGATIVE:
		say(t, "element %" PRId64 " of the first input is %" PRId64
		    "; counted are ints from 0 on", a[1], a[0]);
		break;
	case E_BINS:
		say(t, "element %" PRId64 " of the first input is %" PRId64
		    "; give a minlength of at least %" PRId64 " for it", a[1],
		    a[0], a[0] < INT64_MAX ? a[0] + 1 : a[0]);
		break;
	default:
		say(t, "element %" PRId64 " of the second input is no "
		    "quantile; they lie between 0 and 1, percentiles between "
		    "0 and 100", a[0]);
		break;
	}
}

static void
text_error(struct text *t, const struct subject *s)
{
	switch (s->e->code) {
	case E_ARITY:
		text_arity(t, s);
		break;
	case E_BAD_PARAM:
		text_param(t, s);
		break;
	case E_SHAPE:
		text_shape(t, s);
		break;
	case E_DTYPE:
		text_dtype(t, s);
		break;
	case E_AXIS:
		text_axis(t, s);
		break;
	case E_OVERFLOW:
		text_overflow(t, s);
		break;
	case E_SELF:
	case E_LATER:
	case E_MISSING:
		text_refs(t, s);
		break;
	case E_EMPTY:
		text_empty(t, s);
		break;
	case E_LENGTH:
		text_length(t, s);
		break;
	case E_NEGATIVE:
	case E_BINS:
	case E_QUANTILE:
		text_element(t, s);
		break;
	case E_SINGULAR:
	case E_NOT_POSITIVE:
		text_pivot(t, s);
		break;
	default:
		text_plain(t, s);
		break;
	}
}

char *
op_error_text(char *buf, size_t len, const struct op_row *row,
    const struct shape *const *in, size_t n_in, const struct op_params *params,
    const struct op_error *e)
{
	struct text t = { buf, len, 0 };
	struct subject s = { row, in, in == NULL ? 0 : n_in, params, e };

	buf[0] = '\0';
	say(&t, "%s: ", row == NULL ? "op" : row->name);
	text_error(&t, &s);
	return buf;
}

char *
shape_text(char *buf, size_t len, const struct shape *s)
{
	struct text t = { buf, len, 0 };

	buf[0] = '\0';
	say_shape(&t, s);
	return buf;
}
