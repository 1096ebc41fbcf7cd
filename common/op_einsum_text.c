/*
 * Sentences about einsum's subscripts, a part of op_text.c's.  The error's
 * numbers may come from a stranger; none may make it fail.
 */
#include "common/op_einsum.h"

#include <inttypes.h>
#include <stdio.h>

char *
einsum_label(char buf[EINSUM_LABEL_TEXT], int64_t label)
{
	if (label < 0 || label >= 52)
		snprintf(buf, EINSUM_LABEL_TEXT, "an axis of the ellipsis");
	else
		snprintf(buf, EINSUM_LABEL_TEXT, "'%c'",
		    (int)(label < 26 ? 'A' + label : 'a' + label - 26));
	return buf;
}

/* What is wrong; what: the error's number. */
static void
complain(char *buf, size_t len, enum einsum_fault why, int64_t what,
    size_t n_in)
{
	char label[EINSUM_LABEL_TEXT];

	switch (why) {
	case EINSUM_CHARACTER:
		snprintf(buf, len, "'%c' does not belong there; they take "
		    "letters, commas, one arrow and one ... a term",
		    what >= ' ' && what <= '~' ? (int)what : '?');
		break;
	case EINSUM_TERMS:
		snprintf(buf, len, "%" PRId64 " terms for %zu inputs; give one "
		    "for each", what, n_in);
		break;
	case EINSUM_MANY:
		snprintf(buf, len, "%" PRId64 " inputs; at most %d are taken "
		    "at once", what, EINSUM_OPERANDS);
		break;
	case EINSUM_AXES:
		snprintf(buf, len, "term %" PRId64 " has not one letter for "
		    "each axis of its input", what + 1);
		break;
	case EINSUM_RANK:
		snprintf(buf, len, "a term has more labels than the %d axes "
		    "that a tensor may have", TENSOR_RANK);
		break;
	case EINSUM_ELLIPSIS:
		snprintf(buf, len, "the output needs the ... of the inputs");
		break;
	case EINSUM_UNKNOWN:
		snprintf(buf, len, "the output's %s is in no input",
		    einsum_label(label, what));
		break;
	case EINSUM_REPEATED:
		snprintf(buf, len, "the output has %s more than once",
		    einsum_label(label, what));
		break;
	}
}

char *
einsum_text(char *buf, size_t len, const struct op_params *params,
    size_t n_in, const struct op_error *e)
{
	char given[OP_TEXT_LEN + 1] = "", why[160] = "they cannot be";

	if (params != NULL && params->p[0].n <= OP_PARAM_LEN)
		param_text(&params->p[0], given);
	complain(why, sizeof(why), (enum einsum_fault)e->a[3],
	    e->a[1] < INT64_MAX ? e->a[1] : 0, n_in);
	snprintf(buf, len, "subscripts '%s': %s", given, why);
	return buf;
}
