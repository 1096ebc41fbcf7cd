/*
 * Why an op has no value, for people.
 */
#include "sched_priv.h"

#define TEXT_INPUTS	16	/* whose shapes a sentence may name */

static void
failure_figures(const struct failure *f, struct text *t)
{
	switch (f->code) {
	case E_MEMORY:
		text_add(t, "needs ");
		text_add_i64(t, f->a[0]);
		text_add(t, " bytes, the participant with the most memory "
		    "lends ");
		text_add_i64(t, f->a[1]);
		break;
	case E_DEPENDS:
		text_add(t, "op ");
		text_add_u64(t, f->cause);
		text_add(t, " failed");
		break;
	case E_LOST:
		text_add(t, "every participant that had it was lost");
		break;
	default:
		text_add(t, error_name((enum error)f->code));
	}
}

/*
 * What the op did wrong: the rule that it broke when lengths were learnt, or
 * what its participant found in the data.  False: neither.
 */
static bool
failure_error(const struct sched *s, const struct graph *g,
    const struct failure *f, struct op_error *e)
{
	struct shape shape;

	if (f->code == E_OK || f->code == E_DEPENDS || f->code == E_LOST)
		return false;
	if ((g->ops[f->op].flags & OPF_OPEN) != 0 &&
	    shape_infer(s, g, f->op, &shape, e) == (enum error)f->code)
		return true;
	*e = (struct op_error){ .op = f->op, .input = -1,
		.code = (enum error)f->code };
	memcpy(e->a, f->a, sizeof(e->a));
	return f->code > E_INTERNAL;
}

/* The sentence about it, with the shapes it was given. */
static bool
failure_rule(const struct sched *s, const struct graph *g,
    const struct failure *f, struct text *t)
{
	const struct shape *in[TEXT_INPUTS];
	const struct program *p;
	const uint32_t *refs;
	struct op_params params;
	struct op_error e, ignored;
	char buf[512];
	uint32_t n, k, at;

	if (s->set.op_text == NULL || g->ops == NULL || f->op > g->n_ops ||
	    !failure_error(s, g, f, &e))
		return false;
	p = &g->batches[g->ops[f->op].batch].program;
	at = p->ops[f->op - p->base].first_param;
	if (op_params_unpack(op_by_code(p->ops[f->op - p->base].code),
	    p->params + at, p->n_params - at, &params, &ignored) != E_OK)
		return false;
	n = graph_inputs(g, f->op, &refs);
	n = n < TEXT_INPUTS ? n : TEXT_INPUTS;
	for (k = 0; k < n; k++)
		in[k] = graph_shape(g, refs[k]);
	s->set.op_text(buf, sizeof(buf), op_by_code(
	    p->ops[f->op - p->base].code), in, n, &params, &e);
	text_add(t, ": ");
	text_add(t, buf);
	text_add(t, ".");
	return true;
}

void
failure_text(const struct sched *s, const struct graph *g,
    const struct failure *f, struct text *t)
{
	const struct program *p;
	const struct op_row *row;

	text_init(t);
	text_add(t, "Op ");
	text_add_u64(t, f->op);
	if (failure_rule(s, g, f, t))
		return;
	if (g->ops != NULL && f->op <= g->n_ops) {
		p = &g->batches[g->ops[f->op].batch].program;
		row = op_by_code(p->ops[f->op - p->base].code);
		text_add(t, " (");
		text_add(t, row != NULL ? row->name : "?");
		text_add(t, ")");
	}
	text_add(t, ": ");
	failure_figures(f, t);
	text_add(t, ". ");
	text_add(t, error_todo((enum error)f->code));
}
