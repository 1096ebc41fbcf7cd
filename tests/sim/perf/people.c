/*
 * Distributions of participants: speeds lognormal and correlated, dwell times
 * Weibull with falling hazard.
 */
#include "people.h"

#include <string.h>

#define STAY_S		300.0
#define STAY_SHAPE	0.6
#define STAY_MEAN	451.4	/* 300 gamma(1 + 1 / 0.6) */

static const struct people sets[] = {
	{ "home", 100, 0, false, false },
	{ "churn", 100, 0, true, false },
	{ "native", 0, 2, false, false },
	{ "both", 100, 2, false, false },
	/* not in the tables */
	{ "slowed", 0, 2, false, true },
	{ "thousand", 1000, 0, false, false },
	{ "crowd", 100000, 0, false, false },
};
#define UNLISTED	3

const struct people *
people_at(size_t i)
{
	return i + UNLISTED < sizeof(sets) / sizeof(*sets) ? &sets[i] : NULL;
}

const struct people *
people_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		if (strcmp(sets[i].name, name) == 0)
			return &sets[i];
	return NULL;
}

static double
clamp(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

/* Five classes are independent; others go with one of them. */
static void
set_speeds(struct trait *t, const double v[5])
{
	int d;

	for (d = 0; d < DT_COUNT; d++) {
		t->speed[COST_NONE][d] = v[2];
		t->speed[COST_MATMUL][d] = d == DT_F32 ? v[0] : v[1];
		t->speed[COST_ELEMENTWISE][d] = v[2];
		t->speed[COST_TRANSCENDENTAL][d] = v[3];
		t->speed[COST_REDUCTION][d] = v[4];
		t->speed[COST_COPY][d] = v[4];
		t->speed[COST_SORT][d] = v[4];
	}
}

static uint32_t
draw_slots(struct rng *r)
{
	double u = rng_unit(r);

	return u <= 0.2 ? 1 : u <= 0.5 ? 2 : u <= 0.85 ? 4 : 8;
}

void
trait_tab(struct trait *t, struct rng *r)
{
	double common = rng_lognormal(r, 1, 0.6), v[5];
	int i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < 5; i++)
		v[i] = common * rng_lognormal(r, 1, 0.25);
	set_speeds(t, v);
	t->overhead = 1 / common;
	t->slots = draw_slots(r);
	t->down = clamp(rng_lognormal(r, 25, 0.9), 1, 100) * 125000;
	t->up = t->down * rng_lognormal(r, 1.0 / 3, 0.5);
	t->rtt = clamp(rng_lognormal(r, 0.040, 0.8), 0.005, 0.3);
	t->memory = 256u << 20;
	t->noise = 0.1;
	t->boast = 1;
}

void
trait_native(struct trait *t)
{
	const double v[5] = { 2.5, 2.5, 2.5, 2.5, 2.5 };

	memset(t, 0, sizeof(*t));
	set_speeds(t, v);
	t->overhead = 1 / 2.5;
	t->slots = 1;
	t->down = t->up = 1e9;
	t->rtt = 30e-6;
	t->memory = 1024u << 20;
	t->native = true;
	t->noise = 0.1;
	t->boast = 1;
}

/* A fifth as fast as when it was measured: throttled since. */
void
trait_slow(struct trait *t)
{
	int c, d;

	for (c = 0; c < COST_CLASSES; c++)
		for (d = 0; d < DT_COUNT; d++)
			t->speed[c][d] /= 5;
	t->overhead *= 5;
	t->boast = 5;
}

/* Length-biased: who is found there stays longer than who comes. */
double
people_stays_on(struct rng *r)
{
	double stay;

	do
		stay = rng_weibull(r, STAY_S, STAY_SHAPE);
	while (rng_unit(r) * 20 * STAY_MEAN > stay);
	return stay * rng_unit(r);
}

double
people_stays(struct rng *r)
{
	return rng_weibull(r, STAY_S, STAY_SHAPE);
}

double
people_next_join(struct rng *r, uint32_t tabs)
{
	return rng_exp(r, STAY_MEAN / tabs);
}
