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
#define CHAIN		16	/* ops of a chain looked at */
#define HOMES		4	/* holders of a value looked at */
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

/* Is it computed, and does not travel in messages? */
static bool
mix_large(const struct graph *g, uint32_t in)
{
	const struct op *o = &g->ops[in];

	return o->state == OP_COMPUTED && o->value != 0 &&
	    g->values[o->value].data == NULL;
}

/* Has somebody all of op's large inputs, who will do it then? */
static bool
mix_at_home(const struct sched *s, const struct graph *g, uint32_t op)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k, h, seen, first = 0;
	const struct value *v;

	for (k = 0; k < n && first == 0; k++)
		first = mix_large(g, refs[k]) ? refs[k] : 0;
	if (first == 0)
		return false;
	v = &g->values[g->ops[first].value];
	for (h = v->holds, seen = 0; h != 0 && seen < HOMES;
	    h = s->holds[h].value_next, seen++) {
		for (k = 0; k < n && (!mix_large(g, refs[k]) ||
		    value_held(s, g, refs[k], s->holds[h].peer)); k++)
			continue;
		if (k == n)
			return true;
	}
	return false;
}

/* Bytes that whoever takes op must be sent. */
static void
mix_inputs(const struct sched *s, struct graph *g, struct mix *m, uint32_t op,
    uint32_t stamp)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k;
	const struct value *v;
	struct op *in;
	bool home = mix_at_home(s, g, op);

	for (k = 0; k < n && k < SAMPLE; k++) {
		in = &g->ops[refs[k]];
		if (!mix_large(g, refs[k]))
			continue;
		v = &g->values[in->value];
		if (in->stamp == stamp) {
			if (++in->got == SAMPLE / 4)
				m->common += (double)v->size;
			continue;
		}
		in->stamp = stamp;
		in->got = 0;
		if (!home)
			m->in += (double)v->size;
	}
}

/* What follows op alone, to be done by whoever does op; 0: nothing. */
static uint32_t
mix_next(const struct graph *g, uint32_t op)
{
	uint32_t e = g->ops[op].first_edge, c;

	if (e == 0 || g->ops[op].users != 1)
		return 0;
	for (; e != 0; e = g->edges[e].next) {
		c = g->edges[e].to;
		if (g->ops[c].state == OP_PENDING)
			return g->ops[c].missing == 1 ? c : 0;
	}
	return 0;
}

static void
mix_take(const struct sched *s, struct graph *g, struct mix *m)
{
	uint32_t stamp = ++g->stamp, i, op, n;

	*m = (struct mix){ 0 };
	for (i = 0; i < g->ready.n && i < SAMPLE; i++) {
		op = g->ready.v[i].id;
		if ((g->ops[op].flags & OPF_READY) == 0)
			continue;
		m->n++;
		m->ready_us += (double)g->ops[op].ref_us;
		for (n = 0; op != 0 && n < CHAIN; n++, op = mix_next(g, op)) {
			m->n_ops++;
			m->ref_us += (double)g->ops[op].ref_us;
			m->in += grow_code(g, op);
			m->out += grow_answer(g, op);
			mix_part(m, &g->ops[op]);
			mix_inputs(s, g, m, op, stamp);
		}
	}
}

/* Us of one of its slots for all of the mix. */
static double
cand_us(const struct mix *m, const struct peer *p)
{
	double us = m->n_ops * (double)p->us[COST_NONE][DT_NONE];
	uint32_t i;

	for (i = 0; i < m->n_parts; i++)
		us += m->part[i].ref_us *
		    (double)p->us[m->part[i].cost][m->part[i].dtype];
	return us > 1e-3 ? us : 1e-3;
}

/* Reference us a us: of its slots, or of its link. */
static double
cand_rate(const struct mix *m, const struct peer *p)
{
	double us = cand_us(m, p) / estimate_slots(p) / p->trust;

	if (p->down > 0 && us < m->in * 1e6 / p->down)
		us = m->in * 1e6 / p->down;
	if (p->up > 0 && us < m->out * 1e6 / p->up)
		us = m->out * 1e6 / p->up;
	return m->ref_us / us;
}

/* What must go over its link before and after an op, and the round trip. */
static double
cand_reach(const struct mix *m, const struct peer *p)
{
	double us = p->rtt_us + (double)p->group_us;

	if (p->down > 0)
		us += m->in / m->n * 1e6 / p->down;
	if (p->down > 0 && p->n_out == 0 && p->holds == 0)
		us += m->common * 1e6 / p->down;
	if (p->up > 0)
		us += m->out / m->n * 1e6 / p->up;
	return us;
}

/* f, from now. */
static double
cand_wait(const struct sched *s, const struct mix *m, const struct peer *p)
{
	double wait = predict_mean(s, p), link = predict_link(s, p);

	wait = wait > link ? wait : link;
	link = predict_line(s, p);
	return (wait > link ? wait : link) + cand_reach(m, p);
}

/*
 * When it would have the top op done, and what goes with it, from now; bytes:
 * that it must be sent for that.
 */
static double
cand_finish(const struct sched *s, const struct pool *pool,
    const struct peer *p, double bytes)
{
	const struct mix *m = &pool->mix;
	double first = predict_first(s, p), link = predict_link(s, p);
	double line = predict_line(s, p);

	/* The link matters to who needs it. */
	if (bytes > 0 && link > first)
		first = link;
	bytes += pool->tree.code;
	if (p->down > 0)
		first += bytes * 1e6 / p->down;
	first += (double)p->group_us + cand_us(m, p) * pool->tree.us /
	    m->ref_us;
	first = first > line ? first : line;
	if (p->up > 0)
		first += m->out / m->n * 1e6 / p->up;
	return first + p->rtt_us;
}

/* Who has been here has half of what it will need: a row, or a column. */
static double
cand_guess(const struct pool *pool, const struct peer *p)
{
	return p->n_locals == 0 ? pool->tree.bytes : pool->tree.bytes / 2;
}

/* The bytes that it must be sent. */
static double
cand_bytes(const struct sched *s, const struct graph *g,
    const struct pool *pool, uint32_t peer)
{
	const struct tree *t = &pool->tree;
	double guess = cand_guess(pool, s->peers[peer]), bytes = t->bytes;
	uint32_t i;

	for (i = 0; i < t->n_sources && bytes > 0; i++) {
		if (value_held(s, g, t->sources[i], peer))
			bytes -= (double)g->values[
			    g->ops[t->sources[i]].value].size;
	}
	return bytes < guess ? bytes : guess;
}

static void
pool_top(struct graph *g, struct pool *pool)
{
	uint32_t top = ready_top(g);

	if (top == pool->top)
		return;
	pool->top = top;
	mates_tree(g, top, &pool->tree);
}

static void
pool_level(struct pool *pool)
{
	double level = 1e18, filled, rates;
	uint32_t i, in, was = pool->n + 1;

	for (;;) {
		filled = pool->work * pool->scale;
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
	struct peer *p;
	double finish;
	uint32_t i;

	mix_take(s, g, &pool->mix);
	pool->top = 0;
	pool_top(g, pool);
	pool->scale = pool->mix.ref_us / pool->mix.ready_us;
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
		finish = cand_finish(s, pool, p, cand_guess(pool, p));
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

/* Something changed with it: it may take work again, or is busy now. */
void
pool_add(struct sched *s, struct graph *g, uint32_t peer)
{
	struct pool *pool = g->pool;
	double finish;

	if (pool == NULL || ready_top(g) == 0 || !team_has(g, peer) ||
	    !assign_serves(s->peers[peer]))
		return;
	pool_top(g, pool);
	finish = cand_finish(s, pool, s->peers[peer],
	    cand_guess(pool, s->peers[peer])) + (double)(s->now - pool->at_us);
	if (predict_room(s, s->peers[peer]))
		heap_push(&pool->takers, (float)-finish, peer);
	else if (finish < pool->best)
		pool->best = finish;
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
	t.fetch = (share < TRANSFER_MOST ? share : TRANSFER_MOST) / slots;
	t.fetch = t.answer = t.fetch > t.compute ? t.fetch : t.compute;
	return t;
}

/* A slot that waits for a transfer computes nothing: not a long one then. */
static void
pool_fetch(const struct sched *s, const struct peer *p, struct target *t)
{
	double most = predict_first(s, p) - predict_link(s, p);

	if (most < (double)s->set.limits.group_min_us)
		most = (double)s->set.limits.group_min_us;
	t->fetch = t->fetch < most ? t->fetch : most;
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
	pool_top(g, pool);
	level = pool->level;
	if (pool->rates > 0)
		level += (g->ready_us + pool->given - pool->work) *
		    pool->scale / pool->rates;
	level -= ago;
	while (heap_pop(&pool->takers, &item)) {
		p = s->peers[item.id];
		if (!assign_serves(p) || !team_has(g, item.id) ||
		    !predict_room(s, p) || (pool->dry >= DRY_MAX &&
		    local_of(s, p, g, false) == NULL))
			continue;
		finish = cand_finish(s, pool, p, cand_bytes(s, g, pool,
		    item.id));
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
		pool_fetch(s, p, t);
		return item.id;
	}
	return 0;
}
