/*
 * exp of a reduced argument, shared by exp and pow.
 */
#ifndef RAVEN_EXP_CORE_H
#define RAVEN_EXP_CORE_H

#include "lanes.h"

/* (exp(r) - 1 - r) / r^2 for |r| <= ln(2)/2. */
static inline f64v
exp_tail(f64v r)
{
	f64v r2 = r * r, r4 = r2 * r2;
	f64v a = (EXP_0 + EXP_1 * r) + (EXP_2 + EXP_3 * r) * r2;
	f64v b = (EXP_4 + EXP_5 * r) + (EXP_6 + EXP_7 * r) * r2;
	f64v c = EXP_8 + EXP_9 * r;

	return a + (b + c * r4) * r4;
}

/*
 * exp(r + low), low below an ulp of r.  The sum starts from 1 + r and what
 * that rounding lost, so that only its last addition rounds visibly.
 */
static inline f64v
exp_reduced(f64v r, f64v low)
{
	f64v head = 1 + r;
	f64v rest = ((1 - head) + r) + low * head;

	return head + (rest + r * r * exp_tail(r));
}

#endif
