/*
 * When what a developer waits for will be there.  A wait that lasts is planned
 * like a graph before it runs, again now and then, and when participants come
 * or leave; between, its end stays where it is.  What is not believed is not
 * said: then it is being estimated.
 */
#include "plan.h"

#define PATIENCE_US	100000	/* shorter waits are not worth a plan */
#define AGAIN_US	500000	/* at least between two plans of a wait */
#define AGAIN_MOST_US	20000000
#define AGAIN_SHARE	0.25	/* of what is left, until the next */
#define PLAN_OP_US	40	/* an op planned is worth so much waiting */
#define SHARE_US	20	/* the same, of all waits */
#define AT_ONCE_OPS	2000
#define MODEL_GAIN	0.5
#define OVER		1.02	/* of the time: it should have been there */

void
forecast_start(const struct sched *s, struct graph *g)
{
	g->forecast = (struct forecast){ .since_us = s->now };
}

/* Mean time that its groups have been computed for: plans begin anew. */
static double
forecast_credit(const struct sched *s, const struct graph *g)
{
	const struct peer *p;
	const struct group *k;
	double sum = 0, us;
	uint32_t i, j, n, all = 0;

	for (i = 1; i < s->n_peers; i++) {
		p = s->peers[i];
		n = 0;
		for (j = p != NULL ? p->out_first : 0; j != 0 && n < p->slots;
		    j = k->out_next, n++) {
			k = &s->groups[j];
			us = (double)(s->now - k->sent_us);
			if (k->graph != g->index)
				continue;
			sum += us < k->busy_us ? us : k->busy_us;
			all++;
		}
	}
	return all > 0 ? sum / all : 0;
}

void
forecast_take(struct sched *s, struct graph *g, const struct plan *pl)
{
	struct forecast *f = &g->forecast;
	double part[PLAN_PARTS], us, left, off;
	uint64_t old = f->end_us;
	bool model = pl->basis == PLAN_MODEL;

	if (!f->planning || pl->asked_us != f->made_us)
		return;			/* of a wait that is over */
	f->planning = false;
	f->end_us = 0;
	if (pl->basis == PLAN_NOBODY || f->since_us == 0)
		return;
	plan_parts(pl, part);
	us = skill_us(&s->skills, part);
	f->v = plan_v(s, pl, us);
	left = us - f->credit_us;
	left = left > 0 ? left - (double)(s->now - f->made_us) : 0;
	left = left > 0 ? left : 0;
	/* What a model says is believed once it says the same again. */
	if (model && old > f->since_us) {
		off = estimate_ln(((double)(s->now - f->since_us) + left) /
		    (double)(old - f->since_us));
		f->model_v += MODEL_GAIN * (4 * off * off - f->model_v);
	} else if (model) {
		f->model_v = f->v;
	}
	f->v = model ? f->model_v : f->v;
	f->end_us = s->now + (uint64_t)left;
	f->next_us = (uint64_t)(AGAIN_SHARE * left);
	if (f->next_us < AGAIN_US + (uint64_t)pl->ops * PLAN_OP_US)
		f->next_us = AGAIN_US + (uint64_t)pl->ops * PLAN_OP_US;
	f->next_us = f->next_us > AGAIN_MOST_US ? AGAIN_MOST_US : f->next_us;
	f->next_us += s->now;
	if (f->plans++ > 0 || model || f->credit_us > us / 10)
		return;
	memcpy(f->part, part, sizeof(part));
	f->learn_us = f->made_us;
}

static bool
forecast_stale(const struct sched *s, const struct forecast *f)
{
	return f->joins != s->crowd.joins || f->leaves != s->crowd.leaves;
}

static void
forecast_make(struct sched *s, struct graph *g)
{
	struct forecast *f = &g->forecast;

	if (forecast_stale(s, f))
		f->part[0] = 0;		/* nothing to learn from it */
	f->made_us = s->now;
	f->credit_us = forecast_credit(s, g);
	f->joins = s->crowd.joins;
	f->leaves = s->crowd.leaves;
	f->planning = true;
	/* Many graphs wait: their plans take a share of the time, not all. */
	s->forecast_us = s->now + 1 + ((uint64_t)g->count[OP_PENDING] +
	    g->count[OP_COMPUTING]) * SHARE_US;
	plan_wait(s, g, AT_ONCE_OPS);
}

void
forecast_look(struct sched *s, struct graph *g)
{
	struct forecast *f = &g->forecast;

	if (f->planning || f->since_us == 0 ||
	    s->now < f->since_us + PATIENCE_US || s->now < s->forecast_us)
		return;
	if (f->next_us <= s->now || (forecast_stale(s, f) &&
	    s->now > f->made_us + AGAIN_US))
		forecast_make(s, g);
}

bool
forecast_say(const struct sched *s, const struct graph *g, double *all_us,
    double *left_us)
{
	const struct forecast *f = &g->forecast;

	if (f->since_us == 0 || f->end_us == 0)
		return false;
	*all_us = (double)(f->end_us - f->since_us);
	*left_us = f->end_us > s->now ? (double)(f->end_us - s->now) : 0;
	return f->v <= PLAN_BELIEVED * PLAN_BELIEVED &&
	    f->leaves == s->crowd.leaves &&
	    (double)(s->now - f->since_us) < OVER * *all_us;
}

void
forecast_end(struct sched *s, struct graph *g)
{
	struct forecast *f = &g->forecast;

	if (f->part[0] > 0 && !forecast_stale(s, f))
		skill_learn(&s->skills, f->part,
		    (double)(s->now - f->learn_us));
	f->since_us = 0;
}
