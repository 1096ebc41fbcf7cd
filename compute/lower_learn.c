/*
 * Formulas of learning.
 */
#include "compute/lower.h"

uint32_t
lower_softmax(struct lower *l, const struct compound *c)
{
	const struct param *axis = &c->params->p[0];
	uint32_t a = lower_float(l, c->in[0]), e;

	/* Of nothing there is no greatest. */
	if (shape_elements(&c->shape) == 0)
		return lower_unary(l, OP_EXP, a);
	e = lower_unary(l, OP_EXP, lower_binary(l, OP_SUB, a,
	    lower_reduce(l, OP_MAX, a, axis, true)));
	return lower_binary(l, OP_DIV, e, lower_reduce(l, OP_SUM, e, axis,
	    true));
}
