/*
 * Sentences about shapes that do not fit, one for each enum shape_fault.
 */
#include "common/op_einsum.h"
#include "common/op_text_priv.h"

#include <inttypes.h>

static void
add_shapes(struct text *t, const struct subject *s)
{
	size_t n = s->n_in < 2 ? 2 : s->n_in, i;

	say(t, "shapes ");
	for (i = 0; i < n; i++) {
		if (i > 0)
			say(t, i + 1 == n ? " and " : ", ");
		say_input(t, s, (int32_t)i);
	}
}

static void
text_inner(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;
	bool flat = s->n_in > 1 && s->in[1] != NULL && s->in[1]->ndim == 1;

	add_shapes(t, s);
	say(t, " do not fit: the last axis of the first is %" PRId64
	    " and the %s of the second %" PRId64 "; make them equal", a[1],
	    flat ? "only axis" : "last axis but one", a[2]);
}

static void
text_count(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say_input(t, s, 0);
	say(t, " has %" PRId64 " elements", a[1]);
	if (s->params != NULL && s->params->p[0].n >= 0) {
		say(t, " and cannot become ");
		say_given(t, &s->params->p[0]);
	}
	if (a[0] >= 0)
		say(t, ": -1 has no length that fits; the other lengths make "
		    "%" PRId64, a[2]);
	else if (a[2] >= 0)
		say(t, ", which has %" PRId64 "; the numbers must be equal",
		    a[2]);
	else
		say(t, ", which has more than can be counted");
}

static void
text_mask(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "the mask ");
	say_input(t, s, s->e->input);
	if (a[0] < 0)
		say(t, " has %" PRId64 " axes and the input ", a[2]);
	else
		say(t, " has length %" PRId64 " along axis %" PRId64
		    " and the input ", a[2], a[0]);
	say_input(t, s, 0);
	say(t, " %" PRId64 "; a mask covers the first axes whole", a[1]);
}

static void
text_broadcast(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	add_shapes(t, s);
	say(t, " do not broadcast: axis %" PRId64 " is %" PRId64
	    " and %" PRId64 "; make them equal or 1", a[0], a[1], a[2]);
}

static void
text_scalar(struct text *t, const struct subject *s)
{
	say(t, "%s is ", input_name(s->e->input));
	say_input(t, s, s->e->input);
	say(t, ", which has no axes; it takes at least one, or use mul "
	    "to multiply by a scalar");
}

static void
text_ranks(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "the first input ");
	say_input(t, s, 0);
	say(t, " has %" PRId64 " axes and input %d ", a[1],
	    s->e->input + 1);
	say_input(t, s, s->e->input);
	say(t, " %" PRId64 "; make them equal, for example by "
	    "expand_dims", a[2]);
}

static void
text_label(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;
	char part[EINSUM_LABEL_TEXT];

	say(t, "%s", einsum_label(part, a[0]));
	say(t, " is %" PRId64 " long before and %" PRId64 " in input "
	    "%d ", a[1], a[2], s->e->input + 1);
	say_input(t, s, s->e->input);
	say(t, "; make them equal or 1");
}

static void
text_matrix(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "%s is ", input_name(s->e->input));
	say_input(t, s, s->e->input);
	say(t, "; it takes at least %" PRId64 " axes", a[2]);
}

static void
text_square(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "the last two axes of ");
	say_input(t, s, 0);
	say(t, " are %" PRId64 " and %" PRId64 "; it takes square "
	    "matrices", a[1], a[2]);
}

static void
text_rows(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	add_shapes(t, s);
	say(t, " do not fit: matrices of %" PRId64 " rows and right-"
	    "hand sides of %" PRId64 "; make them equal", a[1], a[2]);
}

static void
text_lengths(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "axis %" PRId64 " of the first input ", a[0]);
	say_input(t, s, 0);
	say(t, " is %" PRId64 " and of input %d ", a[1],
	    s->e->input + 1);
	say_input(t, s, s->e->input);
	say(t, " %" PRId64 "; only the axis that is joined may differ",
	    a[2]);
}

static void
text_weights(struct text *t, const struct subject *s)
{
	say(t, "the weights ");
	say_input(t, s, 1);
	say(t, " do not fit ");
	say_input(t, s, 0);
	say(t, "; give them its shape, or one axis as long as the one "
	    "averaged over");
}

static void
text_length(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "axis %" PRId64 " of %s ", a[0],
	    input_name(s->e->input));
	say_input(t, s, s->e->input);
	say(t, " is %" PRId64 "; it must be %" PRId64, a[1], a[2]);
}

static void
text_larger(struct text *t, const struct subject *s)
{
	say(t, "%s ", input_name(s->e->input));
	say_input(t, s, s->e->input);
	say(t, " does not broadcast to the first ");
	say_input(t, s, 0);
}

static void
text_window(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "a window of %" PRId64 " does not fit into %" PRId64
	    " (%s, padding included)", a[1], a[2],
	    a[0] == 0 ? "height" : "width");
}

static void
text_outside(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "element %" PRId64 " does not lie within axis %" PRId64
	    " of ", a[1], a[0]);
	say_input(t, s, s->e->input);
	say(t, "; it has %" PRId64, a[2]);
}

static void
text_not_one(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "axis %" PRId64 " of ", a[0]);
	say_input(t, s, s->e->input);
	say(t, " has length %" PRId64 "; only axes of length 1 can "
	    "go", a[1]);
}

static void
text_stretch(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say_input(t, s, s->e->input);
	if (a[0] < 0)
		say(t, " has %" PRId64 " axes, more than the %" PRId64
		    " that it shall broadcast to", a[1], a[2]);
	else
		say(t, " does not broadcast: its axis %" PRId64
		    " is %" PRId64 " and shall be %" PRId64
		    "; make it that or 1", a[0], a[1], a[2]);
}

static void
text_axes(struct text *t, const struct subject *s)
{
	const int64_t *a = s->e->a;

	say(t, "%s is ", input_name(s->e->input));
	say_input(t, s, s->e->input);
	say(t, "; it takes one with %" PRId64 " ax%s", a[2],
	    a[2] == 1 ? "is" : "es");
}

static void (*const faults[])(struct text *, const struct subject *) = {
	[FAULT_BROADCAST] = text_broadcast,
	[FAULT_INNER] = text_inner,
	[FAULT_SCALAR] = text_scalar,
	[FAULT_COUNT] = text_count,
	[FAULT_RANKS] = text_ranks,
	[FAULT_LABEL] = text_label,
	[FAULT_MATRIX] = text_matrix,
	[FAULT_SQUARE] = text_square,
	[FAULT_ROWS] = text_rows,
	[FAULT_LENGTHS] = text_lengths,
	[FAULT_WEIGHTS] = text_weights,
	[FAULT_MASK] = text_mask,
	[FAULT_LENGTH] = text_length,
	[FAULT_LARGER] = text_larger,
	[FAULT_WINDOW] = text_window,
	[FAULT_OUTSIDE] = text_outside,
	[FAULT_NOT_ONE] = text_not_one,
	[FAULT_STRETCH] = text_stretch,
	[FAULT_AXES] = text_axes,
};

void
text_shape(struct text *t, const struct subject *s)
{
	uint64_t fault = (uint64_t)s->e->a[3];

	if (fault < sizeof(faults) / sizeof(faults[0]) && faults[fault] != NULL)
		faults[fault](t, s);
}
