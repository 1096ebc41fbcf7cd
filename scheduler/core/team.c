/*
 * Who may work for a graph: spreading work costs transfers and waiting, so
 * how many participants a graph uses is chosen before it is spread.
 *
 * The model goes through the levels of what is left.  Each is computed by one
 * member, the home, or spread over all of the team, whatever is sooner with
 * what moving in between takes.  Teams tried are the first of several orders
 * of the crowd; the least time wins, and one alone if it is nearly as fast.
 */
#include "sched_priv.h"

#define WORD_BITS	32u
#define JOIN_US		500000	/* at least between choices after joins */
#define BETWEEN_US	10000	/* the same, of all graphs */
#define SWITCH		0.7	/* of the old time: worth a change */
#define SWITCH_IDLE	0.95	/* the same when nothing is out */
#define ALONE		1.05	/* of the least time is good enough */
#define GROWN		1.2	/* so much more is left than when chosen */
#define GOES_AWAY	0.7	/* share of inputs whose maker is not the user */
#define GOES_SINGLE	0.1	/* the same, if nobody else uses them */
#define FIRST		8	/* teams of up to so many are all tried */

/* A member as the model sees it: rates a us. */
struct member {
	uint32_t	peer;
	double		rate, slots;	/* of one slot; what all are worth */
	double		rtt, wait;
	double		down, up;	/* us a byte */
	double		alone;		/* all by itself, about */
};

/* A team: sums over its members. */
struct team {
	struct member	home;
	uint32_t	n;
	double		rate, down, up;		/* in all */
	double		rtt_rate, dear, hop;	/* see team_add */
	double		root;			/* of n */
};

/* What the model is asked about. */
struct question {
	const struct sched *s;
	const struct graph *g;
	struct stage	stages[STAGES_MAX];
	uint32_t	n;
	double		work, bytes, code, wanted, chains, ops;
	/* what of the graph's mix is not 0 */
	struct share {
		double	us;
		int	cost, dtype;
	}		mix[COST_CLASSES * DT_COUNT];
	uint32_t	n_mix;
	bool		held;		/* the team has the data */
};

static void
question_mix(struct question *q)
{
	double us;
	int c, d;

	q->n_mix = 0;
	for (c = COST_NONE; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			us = q->g->mix[c][d];
			if (us > 0)
				q->mix[q->n_mix++] =
				    (struct share){ us, c, d };
		}
	}
}

static void
question_init(struct question *q, const struct sched *s, struct graph *g)
{
	const struct level *l;
	double w;
	uint32_t i;

	q->s = s;
	q->g = g;
	q->n = profile_stages(g, q->stages);
	question_mix(q);
	q->work = q->bytes = q->code = q->wanted = q->chains = 0;
	q->held = false;
	q->ops = (double)g->count[OP_PENDING] + g->count[OP_COMPUTING];
	for (i = 0; i < q->n; i++) {
		l = &q->stages[i].level;
		w = q->stages[i].times;
		q->stages[i].root = estimate_root(l->chains);
		q->work += l->work * w;
		q->bytes += ((double)l->fresh + (double)l->shared) * w;
		q->code += (double)l->code * w;
		q->wanted += ((double)l->wanted + (double)l->answer) * w;
		q->chains += l->work * w * l->chains;
	}
	q->chains = q->work > 0 ? q->chains / q->work : 1;
}

/* Us that the graph's work takes in one slot of p. */
static double
member_us(const struct question *q, const struct peer *p)
{
	double us = q->ops * (double)p->us[COST_NONE][DT_NONE];
	const struct share *m;
	uint32_t i;

	for (i = 0; i < q->n_mix; i++) {
		m = &q->mix[i];
		us += m->us * (double)p->us[m->cost][m->dtype];
	}
	return us > 1e-3 ? us : 1e-3;
}

static double
member_wait(const struct sched *s, const struct peer *p)
{
	uint64_t least = NEVER;
	uint32_t i;

	for (i = 0; i < p->slots; i++)
		least = p->free_us[i] < least ? p->free_us[i] : least;
	return least > s->now && least != NEVER ? (double)(least - s->now) : 0;
}

static struct member
member_of(const struct question *q, uint32_t peer)
{
	const struct peer *p = q->s->peers[peer];
	struct member m = { .peer = peer, .slots = estimate_slots(p),
		.rtt = p->rtt_us + (double)p->group_us, .down = 1e6 /
		crowd_down(p), .up = 1e6 / crowd_up(p) };
	uint32_t others = p->teams - (q->g->team_counted &&
	    team_has(q->g, peer));
	double wide = m.slots < q->chains ? m.slots : q->chains, data;

	/* Others' graphs take their share. */
	m.rate = q->work / member_us(q, p) / (1 + others) * p->trust;
	m.wait = member_wait(q->s, p);
	m.alone = q->work / (m.rate * (wide > 1 ? wide : 1));
	data = (q->held ? q->code : q->code + q->bytes) * m.down;
	m.alone = m.rtt + m.wait + (data > m.alone ? data : m.alone) +
	    q->wanted * m.up;
	return m;
}

static void
team_add(struct team *t, const struct member *m)
{
	double rate = m->rate * m->slots, dear = rate * (m->down + m->up);

	if (t->n++ == 0 || m->alone < t->home.alone)
		t->home = *m;
	t->rate += rate;
	t->down += 1 / m->down;
	t->up += 1 / m->up;
	t->rtt_rate += rate * m->rtt;
	t->hop += m->down + m->up;
	t->dear = dear > t->dear ? dear : t->dear;
}

static double
larger(double a, double b)
{
	return a > b ? a : b;
}

/* A level at home, and what more it takes if its inputs were spread. */
static double
level_alone(const struct question *q, const struct team *t,
    const struct level *l, double *more)
{
	const struct member *h = &t->home;
	double wide = h->slots < l->chains ? h->slots : l->chains, us, moved;

	moved = (double)l->code + (q->held ? 0 : (double)l->fresh +
	    (double)l->shared);
	us = larger(l->work / (h->rate * wide), moved * h->down);
	us += ((double)l->wanted + (double)l->answer) * h->up;
	if (t->n > 1 && !q->held)
		us += (double)l->known * h->down;
	/* What it made itself is there. */
	moved = ((double)l->single + (double)l->some + (double)l->many) *
	    (1 - h->rate * h->slots / t->rate);
	*more = t->rtt_rate / t->rate + moved * h->down + moved / t->up;
	return us;
}

/* No more members than chains can work on it. */
static double
level_spread(const struct question *q, const struct team *t,
    const struct stage *st, double *more)
{
	const struct level *l = &st->level;
	double n = l->chains, part = n < t->n ? n / t->n : 1, us, moved;

	us = larger(l->work / (t->rate * part), l->work / (n * t->home.rate));
	moved = (double)l->code;
	if (!q->held)
		moved += (double)l->fresh + (double)l->shared *
		    (st->root < t->root ? st->root : t->root);
	us = larger(us, moved / (t->down * part));
	moved = (double)l->some + (double)l->single * (n >= 2.0 * t->n ?
	    GOES_SINGLE : 1);
	us += GOES_AWAY * (1 - 1.0 / t->n) * t->dear / t->rate * moved;
	us += 2 * t->hop / t->n * ((double)l->some + (double)l->many) / n;
	us += (double)l->many * (t->home.up + t->n / t->down);
	us += ((double)l->wanted + (double)l->answer) / (t->up * part);
	*more = t->rtt_rate / t->rate * 0.5;
	return us + *more * 2;
}

/*
 * How long team t needs for what is left: the least time after each level,
 * with its values at home or with all of the team.
 */
static double
team_time(const struct question *q, struct team *t)
{
	double home = 0, away = t->n > 1 ? 0 : 1e300, us, more, next;
	const struct stage *st;
	uint32_t i;

	t->root = estimate_root(t->n);
	for (i = 0; i < q->n; i++) {
		st = &q->stages[i];
		us = level_alone(q, t, &st->level, &more);
		next = home < away + more * st->times ? home :
		    away + more * st->times;
		next += us * st->times;
		if (t->n > 1) {
			us = level_spread(q, t, st, &more);
			away = away < home + more * st->times ? away :
			    home + more * st->times;
			away += us * st->times;
		}
		home = next;
	}
	return t->home.rtt + t->home.wait + (home < away ? home : away);
}

/* The best so far: the first n of an order, or one alone. */
struct choice {
	double		us;
	int		order;		/* CROWD_ORDERS: all who serve */
	uint32_t	n, home;
};

static void
choice_offer(const struct question *q, struct team *t, int order,
    struct choice *best, struct choice *alone)
{
	struct choice c = { team_time(q, t), order, t->n, t->home.peer };

	if (t->n == 1 && c.us < alone->us)
		*alone = c;
	if (c.us < best->us)
		*best = c;
}

static void
choice_prefixes(const struct question *q, int order, struct choice *best,
    struct choice *alone)
{
	const struct crowd *c = &q->s->crowd;
	struct team t = { .n = 0 };
	struct member m;
	uint32_t i, peer, next = 1;

	for (i = 0; i < c->n; i++) {
		peer = c->order[order][i];
		if (q->s->peers[peer] == NULL || !q->s->peers[peer]->serving)
			continue;
		m = member_of(q, peer);
		team_add(&t, &m);
		if (t.n < next && i + 1 < c->n)
			continue;
		choice_offer(q, &t, order, best, alone);
		next = t.n < FIRST ? t.n + 1 : t.n + t.n / 4;
	}
}

/* Whoever is best alone, and all together. */
static void
choice_rest(const struct question *q, struct choice *best,
    struct choice *alone)
{
	struct team t = { .n = 0 }, one = { .n = 0 };
	struct member m;
	uint32_t i;

	for (i = 1; i < q->s->n_peers; i++) {
		if (q->s->peers[i] == NULL || !q->s->peers[i]->serving)
			continue;
		m = member_of(q, i);
		team_add(&t, &m);
	}
	if (t.n == 0)
		return;
	team_add(&one, &t.home);
	choice_offer(q, &one, CROWD_ORDERS, best, alone);
	if (t.n > q->s->crowd.n)
		choice_offer(q, &t, CROWD_ORDERS, best, alone);
}

/* Members count the graphs that they may work for. */
static void
team_count(struct sched *s, struct graph *g, bool on)
{
	uint32_t i;
	struct peer *p;

	if (g->team_counted == on)
		return;
	g->team_counted = on;
	for (i = 0; i < g->n_team; i++) {
		p = s->peers[g->team[i]];
		if (p == NULL || p->serial != g->team_serials[i])
			continue;
		p->teams += on ? 1 : (uint32_t)-1;
	}
}

bool
team_has(const struct graph *g, uint32_t peer)
{
	return peer / WORD_BITS < g->team_words && (g->team_bits[peer /
	    WORD_BITS] >> (peer % WORD_BITS) & 1) != 0;
}

static void
team_clear(struct sched *s, struct graph *g)
{
	uint32_t words = s->n_peers / WORD_BITS + 1;

	team_count(s, g, false);
	if (words > g->team_words) {
		g->team_bits = xrealloc(g->team_bits,
		    words * sizeof(*g->team_bits));
		g->team_words = words;
	}
	memset(g->team_bits, 0, g->team_words * sizeof(*g->team_bits));
	g->n_team = 0;
}

static void
team_take(struct sched *s, struct graph *g, uint32_t peer)
{
	if (s->peers[peer] == NULL || !s->peers[peer]->serving ||
	    team_has(g, peer))
		return;
	if (g->n_team >= g->team_cap) {
		g->team_cap = g->team_cap ? 2 * g->team_cap : 4;
		g->team = xrealloc(g->team, g->team_cap * sizeof(*g->team));
		g->team_serials = xrealloc(g->team_serials, g->team_cap *
		    sizeof(*g->team_serials));
	}
	g->team_serials[g->n_team] = s->peers[peer]->serial;
	g->team[g->n_team++] = peer;
	g->team_bits[peer / WORD_BITS] |= 1u << (peer % WORD_BITS);
}

static void
team_set(struct sched *s, struct graph *g, const struct choice *c)
{
	uint32_t i;

	team_clear(s, g);
	team_take(s, g, c->home);
	for (i = 0; c->order < CROWD_ORDERS && g->n_team < c->n &&
	    i < s->crowd.n; i++)
		team_take(s, g, s->crowd.order[c->order][i]);
	for (i = 1; c->order == CROWD_ORDERS && c->n > 1 && i < s->n_peers;
	    i++)
		team_take(s, g, i);
	team_count(s, g, true);
}

/* Those who left are no members; true: somebody has left. */
static bool
team_prune(struct sched *s, struct graph *g)
{
	uint32_t i, n = 0, peer, before = g->n_team;
	const struct peer *p;

	for (i = 0; i < before; i++) {
		peer = g->team[i];
		p = s->peers[peer];
		if (p != NULL && p->serving &&
		    p->serial == g->team_serials[i]) {
			g->team_serials[n] = g->team_serials[i];
			g->team[n++] = peer;
			continue;
		}
		if (p != NULL && p->serial == g->team_serials[i] &&
		    g->team_counted)
			s->peers[peer]->teams--;
		g->team_bits[peer / WORD_BITS] &= ~(1u << (peer % WORD_BITS));
	}
	g->n_team = n;
	return n < before;
}

/* The team that there is, if the data that it has need not move. */
static double
team_old_time(struct question *q)
{
	struct team t = { .n = 0 };
	struct member m;
	uint32_t i;

	q->held = true;
	for (i = 0; i < q->g->n_team; i++) {
		m = member_of(q, q->g->team[i]);
		team_add(&t, &m);
	}
	return t.n > 0 ? team_time(q, &t) : 1e300;
}

static void
team_choose(struct sched *s, struct graph *g)
{
	struct choice best = { .us = 1e300 }, alone = { .us = 1e300 };
	struct question q;
	double old;
	int order;

	crowd_renew(s);
	question_init(&q, s, g);
	for (order = 0; order < CROWD_ORDERS; order++)
		choice_prefixes(&q, order, &best, &alone);
	choice_rest(&q, &best, &alone);
	if (alone.us <= ALONE * best.us)
		best = alone;
	old = g->n_team > 0 ? team_old_time(&q) : 1e300;
	g->team_us = s->now;
	g->team_left = g->left_us;
	g->team_predicted = old;
	if (best.n == 0 || best.us >= old *
	    (g->count[OP_COMPUTING] > 0 ? SWITCH : SWITCH_IDLE))
		return;
	g->team_predicted = best.us;
	team_set(s, g, &best);
}

/* Others have come, and it is time to look whether that changes anything. */
static bool
team_may_grow(const struct sched *s, const struct graph *g)
{
	return g->team_joins != s->crowd.joins &&
	    s->now - g->team_us >= JOIN_US &&
	    s->now - s->crowd.grown_us >= BETWEEN_US;
}

void
team_update(struct sched *s, struct graph *g)
{
	bool left = g->team_leaves != s->crowd.leaves && team_prune(s, g);

	g->team_leaves = s->crowd.leaves;
	if (team_may_grow(s, g))
		s->crowd.grown_us = s->now;
	else if (!left && g->n_team > 0 &&
	    g->left_us <= GROWN * g->team_left) {
		team_count(s, g, true);
		return;
	}
	g->team_joins = s->crowd.joins;
	team_choose(s, g);
	team_count(s, g, true);
}

double
team_predict_us(struct sched *s, struct graph *g)
{
	struct question q;
	double us;

	if (g->n_team == 0 || g->ops == NULL)
		return 0;
	question_init(&q, s, g);
	us = q.n > 0 ? team_old_time(&q) : 0;
	return us < 1e300 ? us : 0;
}

void
team_idle(struct sched *s, struct graph *g)
{
	team_count(s, g, false);
}

void
team_free(struct sched *s, struct graph *g)
{
	team_count(s, g, false);
	xfree(g->team);
	xfree(g->team_serials);
	xfree(g->team_bits);
	g->team = g->team_serials = g->team_bits = NULL;
	g->n_team = g->team_cap = g->team_words = 0;
}
