/*
 * Compounds: the formula of compute/lower.h, each of its ops by the reference.
 */
#include "compute/plan.h"
#include "compute/ref/ref.h"

#include <string.h>

#define ROOM ((size_t)1 << 26)

/* A program of nothing but the op, its inputs given. */
static void
write_program(const struct op_row *row, const struct op_params *params,
    const struct ref_value *in, size_t n_in, const struct shape *out,
    struct buf *program)
{
	struct program_writer w;
	uint32_t *refs = xcalloc(n_in + 1, sizeof *refs);

	program_writer_init(&w, 0);
	for (size_t k = 0; k < n_in; k++)
		refs[k] = program_write_given(&w, &in[k].shape, (uint32_t)k, 0);
	program_write_op(&w, row, params, refs, n_in, out, PROGRAM_EXPORT);
	program_finish(&w, program);
	program_writer_clear(&w);
	xfree(refs);
}

/* Computes op i; its inputs' bytes are NULL where they failed. */
static enum error
compute(const struct plan *p, uint32_t i, struct ref_value *values)
{
	const struct program_op *op = &p->prog.ops[i];
	struct ref_value in[LOWER_INPUTS];
	const struct op_row *row;
	struct op_params params;
	struct op_error e;

	program_shape(&p->prog, i, &values[i].shape);
	for (uint32_t k = 0; k < op->n_in; k++) {
		in[k] = values[p->prog.refs[op->first_in + k]];
		if (in[k].bytes == NULL)
			return E_DEPENDS;
	}
	if (program_check_op(&p->prog, i, NULL, NULL, ARENA_MAX, &row, &params,
	    &e) != E_OK)
		return e.code;
	values[i].bytes = xmalloc((size_t)shape_bytes(&values[i].shape) + 8);
	if (op->place == PLACE_NONE)
		return ref_op(row, &params, in, op->n_in, &values[i]);
	memcpy(values[i].bytes, p->given[op->ref].p, p->given[op->ref].n);
	return E_OK;
}

/* All ops in order; the value of op last goes to out. */
static enum error
compute_all(struct plan *p, uint32_t last, struct ref_value *out)
{
	uint32_t n = p->prog.n_ops;
	struct ref_value *values = xcalloc(n + 1, sizeof *values);
	enum error r;

	p->errors = plan_alloc(p, (n + 1) * sizeof *p->errors);
	memset(p->errors, 0, (n + 1) * sizeof *p->errors);
	for (uint32_t i = 0; i < n; i++) {
		p->errors[i].code = compute(p, i, values);
		if (p->errors[i].code == E_OK)
			continue;
		xfree(values[i].bytes);
		values[i].bytes = NULL;
	}
	r = lower_errors(p)[last].code;
	if (r == E_OK)
		memcpy(out->bytes, values[lower_value(p, last)].bytes,
		    (size_t)shape_bytes(&out->shape));
	for (uint32_t i = 0; i < n; i++)
		xfree(values[i].bytes);
	xfree(values);
	return r;
}

enum error
ref_compound(const struct op_row *row, const struct op_params *params,
    const struct ref_value *in, size_t n_in, struct ref_value *out)
{
	struct plan p = { .room = ROOM, .n_given = n_in };
	struct bytes *given = xcalloc(n_in + 1, sizeof *given);
	struct buf program;
	struct op_error e;
	enum error r;

	buf_init(&program);
	write_program(row, params, in, n_in, &out->shape, &program);
	for (size_t k = 0; k < n_in; k++)
		given[k] = (struct bytes) { in[k].bytes,
		    (size_t)shape_bytes(&in[k].shape) };
	p.given = given;
	r = program_open(&p.prog, program.data, program.len, PLAN_MAX_OPS, &e);
	p.source = p.prog;
	if (r == E_OK)
		r = lower_program(&p, &e);
	if (r == E_OK)
		r = compute_all(&p, (uint32_t)n_in, out);
	plan_clear(&p);
	buf_clear(&program);
	xfree(given);
	return r;
}
