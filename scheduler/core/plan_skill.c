/*
 * How well plans fit.  What a plan does not see, turns of processes and the
 * work of the scheduler itself, is learnt from what came of planned batches:
 * the real time is taken for a sum of weighted parts, and a Kalman filter
 * follows the weights by relative errors.  How far off plans of a scale are
 * says how much the next one is believed.
 */
#include "plan.h"

#define NOISE_V		0.04	/* of one time, relative: machines are busy */
#define PRIOR_V		0.25	/* of a weight, relative to the first guess */
#define DRIFT_V		0.0005	/* the same, more with each time */
#define WEIGHT_MOST	10.0	/* of the first guess, and its inverse */
#define SKILL_V		(0.25 * 0.25)	/* nothing is known of the scale */
#define SKILL_LEAST	(0.05 * 0.05)
#define SKILL_GAIN	0.2
#define RATIO_MOST	1.5	/* of ln(real / planned) that is learnt */

/* Us of the plan, of any plan, an op, a byte that moves. */
static const double first_guess[PLAN_PARTS] = { 1, 100, 0.8, 0.001 };

/* Scales go by factors of 4, from 0.1 ms. */
static struct skill *
skill_of(struct skills *k, double us)
{
	int i = 0;

	for (us /= 100; us > 4 && i < SKILLS - 1; us /= 4)
		i++;
	return &k->scale[i];
}

static void
skills_init(struct skills *k)
{
	int i;

	if (k->weight[0] > 0)
		return;
	for (i = 0; i < PLAN_PARTS; i++) {
		k->weight[i] = first_guess[i];
		k->cov[i][i] = PRIOR_V * first_guess[i] * first_guess[i];
	}
}

double
skill_us(struct skills *k, const double part[PLAN_PARTS])
{
	double us = 0;
	int i;

	skills_init(k);
	for (i = 0; i < PLAN_PARTS; i++)
		us += k->weight[i] * part[i];
	return us;
}

double
skill_v(struct skills *k, double us)
{
	const struct skill *s = skill_of(k, us);

	return s->n > 0 ? s->v : SKILL_V;
}

static void
skill_weigh(struct skills *k, const double x[PLAN_PARTS], double error)
{
	double px[PLAN_PARTS] = { 0 }, all = NOISE_V, least, most;
	int i, j;

	for (i = 0; i < PLAN_PARTS; i++) {
		k->cov[i][i] += DRIFT_V * first_guess[i] * first_guess[i];
		for (j = 0; j < PLAN_PARTS; j++)
			px[i] += k->cov[i][j] * x[j];
	}
	for (i = 0; i < PLAN_PARTS; i++)
		all += px[i] * x[i];
	for (i = 0; i < PLAN_PARTS; i++) {
		least = first_guess[i] / WEIGHT_MOST;
		most = first_guess[i] * WEIGHT_MOST;
		k->weight[i] += px[i] / all * error;
		k->weight[i] = k->weight[i] < least ? least :
		    k->weight[i] > most ? most : k->weight[i];
		for (j = 0; j < PLAN_PARTS; j++)
			k->cov[i][j] -= px[i] * px[j] / all;
	}
}

void
skill_learn(struct skills *k, const double part[PLAN_PARTS], double real)
{
	double us = skill_us(k, part), x[PLAN_PARTS], off, error;
	struct skill *s = skill_of(k, us);
	int i;

	if (!(real > 0) || !(us > 0))
		return;
	off = estimate_ln(real / us);
	off = off < -RATIO_MOST ? -RATIO_MOST :
	    off > RATIO_MOST ? RATIO_MOST : off;
	s->v = s->n == 0 ? SKILL_V : s->v;
	s->v += SKILL_GAIN * (off * off - s->v);
	s->v = s->v > SKILL_LEAST ? s->v : SKILL_LEAST;
	s->n++;
	/* Relative to the real time; a stall is no reason to double all. */
	for (i = 0; i < PLAN_PARTS; i++)
		x[i] = part[i] / real;
	error = 1 - us / real;
	error = error < -1 ? -1 : error > 0.5 ? 0.5 : error;
	skill_weigh(k, x, error);
}
