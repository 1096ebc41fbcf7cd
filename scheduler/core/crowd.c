/*
 * All participants that may get work, best first by several measures.  The
 * orders are kept, as they serve every graph, and renewed at most each half
 * second: who came since then waits so long, who left is passed over.
 */
#include "sched_priv.h"

#define RENEW_US	500000		/* at least between two renewals */
#define DRIFT_US	5000000		/* speeds and links change, too */
#define FEW		64		/* so many are sorted at any time */
#define RATE_UNKNOWN	1e8		/* of a link; bytes a second */

struct ranked {
	double		key;
	uint32_t	peer;
};

void
crowd_note(struct sched *s, uint32_t peer)
{
	struct peer *p = peer < s->n_peers ? s->peers[peer] : NULL;
	bool serves = assign_serves(p);

	if (p == NULL || serves == p->serving)
		return;
	p->serving = serves;
	assign_touch(s, peer);
	s->live += serves ? 1 : (uint32_t)-1;
	if (serves)
		s->crowd.joins++;
	else
		s->crowd.leaves++;
}

double
crowd_down(const struct peer *p)
{
	return p->down > 0 ? p->down : RATE_UNKNOWN;
}

double
crowd_up(const struct peer *p)
{
	return p->up > 0 ? p->up : RATE_UNKNOWN;
}

/* x to the 256th: stands for e to the 256 (x - 1). */
static double
power_256(double x)
{
	int i;

	for (i = 0; i < 8; i++)
		x *= x;
	return x;
}

/* The larger, the earlier. */
static double
crowd_key(const struct peer *p, int order)
{
	double rate = estimate_rate(p), down = crowd_down(p);
	double rtt = p->rtt_us < 1e7 ? p->rtt_us * 1e-6 : 10;

	switch (order) {
	case 0:
		return rate;
	case 1:
		return -rtt;
	case 2:
		return down;
	case 3:
		return rate * down / (rtt + 0.02);
	default:
		return rate * rate * down / power_256(1 + rtt * 100 / 256);
	}
}

static bool
ranked_before(const struct ranked *a, const struct ranked *b)
{
	return a->key > b->key || (a->key == b->key && a->peer < b->peer);
}

/* Moves x down from the hole; the last of all is at the root. */
static void
ranked_sift(struct ranked *v, uint32_t n, uint32_t hole, struct ranked x)
{
	uint32_t child;

	while ((child = 2 * hole + 1) < n) {
		if (child + 1 < n && ranked_before(&v[child], &v[child + 1]))
			child++;
		if (!ranked_before(&x, &v[child]))
			break;
		v[hole] = v[child];
		hole = child;
	}
	v[hole] = x;
}

/* The best of those who serve, in order; the rest is only passed over. */
static uint32_t
crowd_sort(const struct sched *s, int order, struct ranked *v)
{
	struct ranked x;
	uint32_t i, k, n = 0;

	for (i = 1; i < s->n_peers; i++) {
		if (s->peers[i] == NULL || !s->peers[i]->serving)
			continue;
		x = (struct ranked){ crowd_key(s->peers[i], order), i };
		if (n < CROWD_MOST) {
			v[n++] = x;
			for (k = n / 2; n == CROWD_MOST && k-- > 0;)
				ranked_sift(v, n, k, v[k]);
		} else if (ranked_before(&x, &v[0])) {
			ranked_sift(v, n, 0, x);
		}
	}
	for (k = n / 2; n < CROWD_MOST && k-- > 0;)
		ranked_sift(v, n, k, v[k]);
	for (i = n; i > 1;) {
		x = v[--i];
		v[i] = v[0];
		ranked_sift(v, i, 0, x);
	}
	return n;
}

static bool
crowd_stale(const struct sched *s)
{
	const struct crowd *c = &s->crowd;
	uint64_t age = s->now - c->renewed_us;
	bool same = c->joins == c->seen_joins && c->leaves == c->seen_leaves;

	if (c->n == 0)
		return !same;
	return same ? age >= DRIFT_US : age >= RENEW_US || s->live <= FEW;
}

void
crowd_renew(struct sched *s)
{
	struct crowd *c = &s->crowd;
	struct ranked v[CROWD_MOST];
	uint32_t i, n = 0;
	int order;

	if (!crowd_stale(s))
		return;
	for (order = 0; order < CROWD_ORDERS; order++) {
		n = crowd_sort(s, order, v);
		c->order[order] = xrealloc(c->order[order],
		    (n + 1) * sizeof(**c->order));
		for (i = 0; i < n; i++)
			c->order[order][i] = v[i].peer;
	}
	c->n = n;
	c->seen_joins = c->joins;
	c->seen_leaves = c->leaves;
	c->renewed_us = s->now;
}

void
crowd_clear(struct sched *s)
{
	int order;

	for (order = 0; order < CROWD_ORDERS; order++)
		xfree(s->crowd.order[order]);
}
