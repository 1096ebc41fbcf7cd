/*
 * How much of a graph's ready work each of its team shall have: work is poured
 * over the team like water over a floor of uneven height.
 *
 * A participant's height f is the time until it could start: its backlog, the
 * round trip, the bytes that an op needs first; its width r the work a second
 * that it gets through, by computing or by its link, whichever is narrower.
 * The level T* at which the sum of r max(0, T* - f) is the ready work is when
 * all would end together, and nobody could end earlier.  Who would end beyond
 * it even with a single op gets nothing; who gets some gets a share of what is
 * left for it, large first and small last, so that all end together though no
 * estimate is exact: factoring (Hummel, Schonberg, Flynn 1992).  Not below
 * what the group's overhead is worth, nor above what may be lost with its
 * participant without regret (Young 1974).
 *
 * The level is found by dropping who stands above it until nobody does.  It is
 * kept between changes: work that goes from the heap to a participant raises
 * that one's floor by what it takes out, so the level stays.
 */
#include "policy.h"

#define SAMPLE		64	/* ready ops looked at for the mix */
#define ALPHA		3.0	/* share of what is left a group takes */
#define LEVEL_SLACK	1.02
#define REFRESH_US	20	/* a member: that often at most */
#define REFRESH_MOST	20000
#define DRY_MAX		8	/* found nothing: no more of the like */
#define TRANSFER_MOST	2e6	/* us of transfers for one group */

/* Skips what is stale. */
uint32_t
ready_top(struct graph *g)
{
	struct heap_item item;

	while (heap_top(&g->ready, &item)) {
		if (g->ops[item.id].flags & OPF_READY)
			return item.id;
		(void)heap_pop(&g->ready, &item);
	}
	return 0;
}

static void
mix_part(struct mix *m, const struct op *o)
{
	uint32_t i;

	for (i = 0; i < m->n_parts; i++) {
		if (m->part[i].cost == o->cost &&
		    m->part[i].dtype == o->cost_dtype)
			break;
	}
	if (i == m->n_parts && i < MIX_PARTS) {
		m->part[i].cost = o->cost;
		m->part[i].dtype = o->cost_dtype;
		m->part[i].ref_us = 0;
		m->n_parts++;
	}
	m->part[i < MIX_PARTS ? i : MIX_PARTS - 1].ref_us +=
	    (double)o->ref_us - OP_US;
}

/* Bytes that whoever takes op must be sent: nobody of the team has them. */
static void
mix_inputs(struct graph *g, struct mix *m, uint32_t op, uint32_t stamp)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	const struct value *v;
	struct op *in;

	for (k = 0; k < n && k < SAMPLE; k++) {
		in = &g->ops[refs[k]];
		if (in->state != OP_COMPUTED || in->value == 0)
			continue;
		v = &g->values[in->value];
		if (v->data != NULL)
			continue;
		if (in->stamp == stamp) {
			if (++in->got == SAMPLE / 4)
				m->common += (double)v->size;
			continue;
		}
		in->stamp = stamp;
		in->got = 0;
		if (v->holds == 0)
			m->in += (double)v->size;
	}
}

static void
mix_take(struct graph *g, struct mix *m)
{
	uint32_t stamp = ++g->stamp, i;
	const struct op *o;

	*m = (struct mix){ 0 };
	for (i = 0; i < g->ready.n && i < SAMPLE; i++) {
		o = &g->ops[g->ready.v[i].id];
		if ((o->flags & OPF_READY) == 0)
			continue;
		m->n++;
		m->ref_us += (double)o->ref_us;
		mix_part(m, o);
		mix_inputs(g, m, g->ready.v[i].id, stamp);
		if (o->flags & OPF_OWED)
			m->out += (double)shape_bytes(graph_shape(g,
			    g->ready.v[i].id));
	}
	if (m->n == 0)
		return;
	m->op_in = m->in / m->n;
	m->op_out = m->out / m->n;
	m->in /= m->ref_us;
	m->out /= m->ref_us;
}

static double
cand_rate(const struct mix *m, const struct peer *p)
{
	double us = m->n * (double)p->us[COST_NONE][DT_NONE], rate;
	uint32_t i;

	for (i = 0; i < m->n_parts; i++)
		us += m->part[i].ref_us *
		    (double)p->us[m->part[i].cost][m->part[i].dtype];
	rate = us > 0 ? estimate_slots(p) * m->ref_us / us : 1;
	if (p->down > 0 && rate * m->in * 1e6 > p->down)
		rate = p->down / (m->in * 1e6);
	if (p->up > 0 && rate * m->out * 1e6 > p->up)
		rate = p->up / (m->out * 1e6);
	return rate;
}

/* What must go over its link before and after an op, and the round trip. */
static double
cand_reach(const struct mix *m, const struct peer *p)
{
	double us = p->rtt_us + (double)p->group_us;

	if (p->down > 0)
		us += m->op_in * 1e6 / p->down;
	if (p->down > 0 && p->n_out == 0 && p->holds == 0)
		us += m->common * 1e6 / p->down;
	if (p->up > 0)
		us += m->op_out * 1e6 / p->up;
	return us;
}

/* f, from now. */
static double
cand_wait(const struct sched *s, const struct mix *m, const struct peer *p)
{
	double mean = predict_mean(s, p), link = predict_link(s, p);

	return (mean > link ? mean : link) + cand_reach(m, p);
}

/* When it would have the top op done, from now. */
static double
cand_finish(const struct sched *s, const struct mix *m, const struct peer *p,
    const struct op *top)
{
	double first = predict_first(s, p), link = predict_link(s, p);

	/* The link matters to who needs it. */
	if (m->op_in > 0 && link > first)
		first = link;
	return first + cand_reach(m, p) + estimate_op_us(p, top);
}

static void
pool_level(struct pool *pool)
{
	double level = 1e18, filled, rates;
	uint32_t i, in, was = pool->n + 1;

	for (;;) {
		filled = pool->work;
		rates = 0;
		for (i = in = 0; i < pool->n; i++) {
			if (pool->v[i].wait >= level)
				continue;
			in++;
			rates += pool->v[i].rate;
			filled += pool->v[i].rate * pool->v[i].wait;
		}
		if (in == 0 || in == was)
			break;
		was = in;
		level = filled / rates;
		pool->rates = rates;
	}
	pool->level = level < 1e18 ? level : 0;
}

static void
pool_refresh(struct sched *s, struct graph *g, struct pool *pool)
{
	const struct op *top = &g->ops[ready_top(g)];
	struct peer *p;
	double finish;
	uint32_t i;

	mix_take(g, &pool->mix);
	pool->v = sched_room(pool->v, &pool->cap, g->n_team + 1,
	    sizeof(*pool->v));
	pool->n = 0;
	pool->takers.n = 0;
	pool->at_us = s->now;
	pool->work = g->ready_us;
	pool->given = 0;
	pool->best = 1e18;
	pool->dry = 0;
	for (i = 0; i < g->n_team; i++) {
		p = s->peers[g->team[i]];
		if (!assign_serves(p))
			continue;
		pool->v[pool->n++] = (struct cand){ g->team[i],
			cand_wait(s, &pool->mix, p),
			cand_rate(&pool->mix, p) };
		finish = cand_finish(s, &pool->mix, p, top);
		if (predict_room(s, p))
			heap_push(&pool->takers, (float)-finish, g->team[i]);
		else if (finish < pool->best)
			pool->best = finish;
	}
	pool_level(pool);
}

/* As of now, or of so short a time ago that it does not matter. */
struct pool *
pool_of(struct sched *s, struct graph *g)
{
	uint64_t every = (uint64_t)g->n_team * REFRESH_US;

	every = every < REFRESH_MOST ? every : REFRESH_MOST;
	if (g->pool == NULL)
		g->pool = xcalloc(1, sizeof(*g->pool));
	else if (g->pool->n > 0 && s->now - g->pool->at_us < every)
		return g->pool;
	pool_refresh(s, g, g->pool);
	return g->pool;
}

void
pool_free(struct graph *g)
{
	if (g->pool == NULL)
		return;
	xfree(g->pool->v);
	heap_clear(&g->pool->takers);
	xfree(g->pool);
	g->pool = NULL;
}

/* Something changed with it: it may take work again. */
void
pool_add(struct sched *s, struct graph *g, uint32_t peer)
{
	struct pool *pool = g->pool;
	uint32_t top = ready_top(g);

	if (pool == NULL || top == 0 ||
	    !team_has(g, peer) || !assign_serves(s->peers[peer]) ||
	    !predict_room(s, s->peers[peer]))
		return;
	heap_push(&pool->takers, (float)-(cand_finish(s, &pool->mix,
	    s->peers[peer], &g->ops[top]) + (double)(s->now - pool->at_us)),
	    peer);
}

/* share: the time it may be busy with what it gets. */
struct target
pool_target(const struct sched *s, double share, uint32_t slots)
{
	double least = (double)s->set.limits.group_min_us;
	double most = (double)s->set.limits.group_max_us;
	struct target t;

	share = share > 0 ? share / ALPHA : 0;
	t.compute = share < least ? least : share > most ? most : share;
	t.transfer = (share < TRANSFER_MOST ? share : TRANSFER_MOST) /
	    slots;
	t.transfer = t.transfer > t.compute ? t.transfer : t.compute;
	return t;
}

uint32_t
pool_next(struct sched *s, struct graph *g, struct target *t)
{
	struct pool *pool = pool_of(s, g);
	uint32_t top = ready_top(g);
	double ago = (double)(s->now - pool->at_us), finish, wait, level,
	    best;
	struct heap_item item;
	struct peer *p;

	if (top == 0)
		return 0;
	level = pool->level;
	if (pool->rates > 0)
		level += (g->ready_us + pool->given - pool->work) /
		    pool->rates;
	level -= ago;
	while (heap_pop(&pool->takers, &item)) {
		p = s->peers[item.id];
		if (!assign_serves(p) || !team_has(g, item.id) ||
		    !predict_room(s, p) || (pool->dry >= DRY_MAX &&
		    local_of(s, p, g, false) == NULL))
			continue;
		finish = cand_finish(s, &pool->mix, p, &g->ops[top]);
		if (finish > 1.001 * (-(double)item.rank - ago) + 1) {
			heap_push(&pool->takers, (float)-(finish + ago),
			    item.id);
			continue;	/* it was given something since */
		}
		best = finish < pool->best - ago ? finish : pool->best - ago;
		if (level < LEVEL_SLACK * best)
			level = LEVEL_SLACK * best;
		if (finish > level) {
			heap_push(&pool->takers, item.rank, item.id);
			return 0;
		}
		wait = cand_wait(s, &pool->mix, p);
		if (wait >= level)
			continue;
		*t = pool_target(s, level - wait, p->slots);
		return item.id;
	}
	return 0;
}
