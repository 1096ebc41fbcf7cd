/*
 * Reads einsum's subscripts, a foreign text, as NumPy does: letters, commas,
 * one arrow, one ellipsis a term, blanks anywhere.
 */
#include "common/op_einsum.h"

#include <string.h>

#define ELLIPSIS	52	/* label of its first axis */

/* The text as it is being read. */
struct reader {
	const struct infer	*f;
	char			 text[OP_TEXT_LEN + 1];
	uint32_t		 at;
};

static enum error
fault(const struct reader *r, enum einsum_fault why, int64_t what)
{
	return op_fail(r->f->e, E_BAD_PARAM, -1, 0, what, FAULT_SUBSCRIPTS,
	    why);
}

static char
next(struct reader *r)
{
	while (r->text[r->at] == ' ')
		r->at++;
	return r->text[r->at];
}

/* The label of a letter, or -1; in the order of ASCII. */
static int32_t
letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return 26 + c - 'a';
	return -1;
}

/*
 * One term up to a comma, an arrow or the end.  An ellipsis becomes axes
 * labels, the last of all that there may be.
 */
static enum error
read_term(struct reader *r, uint32_t axes, struct einsum_term *t,
    bool *ellipsis)
{
	int32_t label;
	char c;

	t->n = 0;
	*ellipsis = false;
	for (;;) {
		c = next(r);
		if (c == '\0' || c == ',' || (c == '-' &&
		    r->text[r->at + 1] == '>'))
			return E_OK;
		label = letter(c);
		if (c == '.' && !*ellipsis &&
		    memcmp(r->text + r->at, "...", 3) == 0) {
			*ellipsis = true;
			r->at += 3;
			for (uint32_t i = 0; i < axes; i++) {
				if (t->n == TENSOR_RANK)
					return fault(r, EINSUM_RANK, 0);
				t->label[t->n++] = (uint8_t)(EINSUM_LABELS -
				    axes + i);
			}
			continue;
		}
		if (label < 0)
			return fault(r, EINSUM_CHARACTER, c);
		if (t->n == TENSOR_RANK)
			return fault(r, EINSUM_RANK, 0);
		t->label[t->n++] = (uint8_t)label;
		r->at++;
	}
}

/* How many letters the term has that starts here. */
static uint32_t
count_letters(const struct reader *r)
{
	uint32_t n = 0;

	for (const char *c = r->text + r->at; *c != '\0' && *c != ',' &&
	    *c != '-'; c++)
		n += letter(*c) >= 0;
	return n;
}

/* The lengths of an operand's axes meet those of the others. */
static enum error
add_lengths(const struct reader *r, struct einsum *s, uint32_t i,
    bool *seen)
{
	const struct einsum_term *t = &s->term[i];
	const struct shape *a = r->f->in[i];

	for (uint32_t k = 0; k < t->n; k++) {
		int64_t *length = &s->length[t->label[k]];

		for (uint32_t j = 0; j < k; j++)
			if (t->label[j] == t->label[k] &&
			    a->dims[j] != a->dims[k])
				return op_fail(r->f->e, E_SHAPE, (int32_t)i,
				    t->label[k], a->dims[j], a->dims[k],
				    FAULT_LABEL);
		if (seen[t->label[k]] && *length != a->dims[k] &&
		    *length != 1 && a->dims[k] != 1)
			return op_fail(r->f->e, E_SHAPE, (int32_t)i,
			    t->label[k], *length, a->dims[k], FAULT_LABEL);
		if (!seen[t->label[k]] || *length == 1)
			*length = a->dims[k];
		seen[t->label[k]] = true;
	}
	return E_OK;
}

static enum error
read_operand(struct reader *r, struct einsum *s, uint32_t i, bool *seen,
    uint32_t *most)
{
	uint32_t ndim = r->f->in[i]->ndim, letters = count_letters(r);
	uint32_t axes = ndim > letters ? ndim - letters : 0;
	bool ellipsis;

	if (read_term(r, axes, &s->term[i], &ellipsis) != E_OK)
		return r->f->e->code;
	if (s->term[i].n != ndim)
		return fault(r, EINSUM_AXES, (int64_t)i);
	if (ellipsis && axes > *most)
		*most = axes;
	return add_lengths(r, s, i, seen);
}

/* Without an arrow: the ellipsis, then the letters that stand only once. */
static enum error
implicit_output(const struct reader *r, struct einsum *s, uint32_t axes)
{
	uint8_t count[EINSUM_LABELS] = { 0 };
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		for (uint32_t k = 0; k < s->term[i].n; k++)
			count[s->term[i].label[k]]++;
	for (uint32_t i = 0; i < axes; i++)
		s->out.label[n++] = (uint8_t)(EINSUM_LABELS - axes + i);
	for (uint32_t i = 0; i < ELLIPSIS; i++) {
		if (count[i] != 1)
			continue;
		if (n == TENSOR_RANK)
			return fault(r, EINSUM_RANK, 0);
		s->out.label[n++] = (uint8_t)i;
	}
	s->out.n = (uint8_t)n;
	return E_OK;
}

static enum error
explicit_output(struct reader *r, struct einsum *s, uint32_t axes,
    const bool *seen)
{
	bool ellipsis;

	r->at += 2;
	if (read_term(r, axes, &s->out, &ellipsis) != E_OK)
		return r->f->e->code;
	if (next(r) != '\0')
		return fault(r, EINSUM_CHARACTER, next(r));
	if (!ellipsis && axes > 0)
		return fault(r, EINSUM_ELLIPSIS, 0);
	for (uint32_t i = 0; i < s->out.n; i++) {
		if (!seen[s->out.label[i]])
			return fault(r, EINSUM_UNKNOWN, s->out.label[i]);
		for (uint32_t k = 0; k < i; k++)
			if (s->out.label[k] == s->out.label[i])
				return fault(r, EINSUM_REPEATED,
				    s->out.label[i]);
	}
	return E_OK;
}

enum error
einsum_read(const struct infer *f, struct einsum *s)
{
	struct reader r = { .f = f };
	bool seen[EINSUM_LABELS] = { false };
	uint32_t axes = 0;

	memset(s, 0, sizeof *s);
	param_text(&f->p[0], r.text);
	if (f->n_in > EINSUM_OPERANDS)
		return fault(&r, EINSUM_MANY, (int64_t)f->n_in);
	for (; s->n < f->n_in; s->n++) {
		if (s->n > 0 && next(&r) != ',')
			return fault(&r, EINSUM_TERMS, (int64_t)s->n);
		r.at += s->n > 0;
		if (read_operand(&r, s, s->n, seen, &axes) != E_OK)
			return f->e->code;
	}
	if (next(&r) == ',')
		return fault(&r, EINSUM_TERMS, (int64_t)s->n + 1);
	if (next(&r) == '\0')
		return implicit_output(&r, s, axes);
	return explicit_output(&r, s, axes, seen);
}

enum error
infer_einsum(const struct infer *f)
{
	struct einsum s;

	if (einsum_read(f, &s) != E_OK)
		return f->e->code;
	f->out->ndim = s.out.n;
	for (uint32_t i = 0; i < s.out.n; i++)
		f->out->dims[i] = s.length[s.out.label[i]];
	return E_OK;
}
