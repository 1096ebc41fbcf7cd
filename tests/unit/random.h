/*
 * A small generator for tests (xorshift64*): the same numbers everywhere.
 */
#ifndef RAVEN_TEST_RANDOM_H
#define RAVEN_TEST_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t	state;		/* not 0 */
};

static inline uint64_t
random_next(struct random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dULL;
}

/* Below n. */
static inline uint64_t
random_below(struct random *r, uint64_t n)
{
	return (random_next(r) >> 11) % n;
}

/* Any magnitude is equally likely. */
static inline uint64_t
random_u64(struct random *r)
{
	uint64_t v = random_next(r);	/* in this order, for every compiler */

	return v >> random_below(r, 64);
}

#endif
