/*
 * Numbers held as the unevaluated sum of two doubles, the second below an ulp
 * of the first: what one rounding more would cost.
 */
#ifndef RAVEN_PAIR_H
#define RAVEN_PAIR_H

#include "lanes.h"

struct pair {
	f64v	hi, lo;
};

/* a + b, |a| >= |b| or a = 0. */
static inline struct pair
pair_fast(f64v a, f64v b)
{
	struct pair s;

	s.hi = a + b;
	s.lo = (a - s.hi) + b;
	return s;
}

/* a + b. */
static inline struct pair
pair_sum(f64v a, f64v b)
{
	struct pair s;
	f64v v;

	s.hi = a + b;
	v = s.hi - a;
	s.lo = (a - (s.hi - v)) + (b - v);
	return s;
}

/* a * b, but for the last bits of lo. */
static inline struct pair
pair_product(f64v a, f64v b)
{
	f64v ah = f64_top(a), al = a - ah, bh = f64_top(b), bl = b - bh;
	struct pair p;

	p.hi = a * b;
	p.lo = (((ah * bh - p.hi) + ah * bl) + al * bh) + al * bl;
	return p;
}

/* (a + b)(a - b) of two doubles. */
static inline struct pair
pair_squares(f64v a, f64v b)
{
	struct pair u = pair_sum(a, b), v = pair_sum(a, -b);
	struct pair p = pair_product(u.hi, v.hi);

	p.lo += u.hi * v.lo + u.lo * v.hi;
	return p;
}

/* The root; of 0 zero. */
static inline struct pair
pair_root(struct pair a)
{
	f64v h = f64_sqrt(a.hi), twice = h + h;
	struct pair p = pair_product(h, h);

	twice = f64_select((i64v)(h == 0.0), f64_all(1.0), twice);
	return pair_fast(h, (((a.hi - p.hi) - p.lo) + a.lo) / twice);
}

/* a / b; hi is the quotient rounded, but for one case in a thousand. */
static inline struct pair
pair_quotient(struct pair a, struct pair b)
{
	f64v q = a.hi / b.hi;
	struct pair p = pair_product(q, b.hi);

	return pair_fast(q, ((((a.hi - p.hi) - p.lo) + a.lo) - q * b.lo) /
	    b.hi);
}

#endif
