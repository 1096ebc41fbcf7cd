/*
 * Why an op has no value, for people.
 */
#include "sched_priv.h"

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

void
failure_text(const struct graph *g, const struct failure *f, struct text *t)
{
	const struct program *p;
	const struct op_row *row;

	text_init(t);
	text_add(t, "Op ");
	text_add_u64(t, f->op);
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
