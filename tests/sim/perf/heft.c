/*
 * HEFT (Topcuoglu, Hariri, Wu 2002): ops by upward rank, each to the slot
 * where it would end first, lines taken as free.  Slots are filled in order,
 * without looking for gaps.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"

struct plan {
	struct base	*b;
	double		*rank, *end;	/* by op */
	uint32_t	*order;
	double		 up, down, rtt;	/* means: s a byte, s */
};

double
base_op_us(const struct base *b, uint32_t host, uint32_t op)
{
	return trait_op_us(&b->hosts[host].trait, &b->w->ops[op].cost);
}

static bool
usable(const struct base_host *h)
{
	return h->here && h->ready;
}

static void
means(struct plan *p)
{
	const struct base_host *h;
	uint32_t i, n = 0;

	for (i = 1; i < p->b->n_hosts; i++) {
		h = &p->b->hosts[i];
		if (!usable(h))
			continue;
		p->up += 1 / h->trait.up;
		p->down += 1 / h->trait.down;
		p->rtt += h->trait.rtt;
		n++;
	}
	n = n == 0 ? 1 : n;
	p->up /= n;
	p->down /= n;
	p->rtt /= n;
}

static double
mean_us(const struct base *b, uint32_t op)
{
	double sum = 0;
	uint32_t i, n = 0;

	for (i = 1; i < b->n_hosts; i++) {
		if (!usable(&b->hosts[i]))
			continue;
		sum += base_op_us(b, i, op);
		n++;
	}
	return GROUP_US + (n == 0 ? 0 : sum / n);
}

static void
ranks(struct plan *p)
{
	const struct work *w = p->b->w;
	double most, way;
	uint32_t op, i;

	for (op = w->n_ops; op > 0; op--) {
		if (w->ops[op].source)
			continue;
		way = (double)w->ops[op].bytes * (p->up + p->down) + p->rtt;
		for (i = p->b->first_out[op], most = 0;
		    i < p->b->first_out[op + 1]; i++)
			most = fmax(most, way + p->rank[p->b->out[i]]);
		p->rank[op] = mean_us(p->b, op) * 1e-6 + most;
	}
}

static const double *sort_rank;

static int
by_rank(const void *va, const void *vb)
{
	uint32_t a = *(const uint32_t *)va, b = *(const uint32_t *)vb;

	if (sort_rank[a] != sort_rank[b])
		return sort_rank[a] > sort_rank[b] ? -1 : 1;
	return a < b ? -1 : 1;
}

/* When op's inputs are there. */
static double
arrival(const struct plan *p, uint32_t host, uint32_t op)
{
	const struct work *w = p->b->w;
	const struct trait *t = &p->b->hosts[host].trait, *from;
	double at = t->rtt / 2, x;
	uint32_t k, in, h;

	for (k = 0; k < w->ops[op].n_in; k++) {
		in = w->in[w->ops[op].first_in + k];
		h = p->b->ops[in].host;
		if (base_held(p->b, host, in))
			continue;
		x = p->end[in];
		if (w->ops[in].source || h == 0) {
			x += (double)w->ops[in].bytes / t->down + t->rtt / 2;
		} else if (h != host) {
			from = &p->b->hosts[h].trait;
			x += (double)w->ops[in].bytes * (1 / from->up + 1 /
			    t->down) + (from->rtt + t->rtt) / 2;
		}
		at = fmax(at, x);
	}
	return at;
}

static void
place(struct plan *p, uint32_t op)
{
	double best = INFINITY, ready, end, us;
	uint32_t host = 0, slot = 0, i, k;
	struct base_host *h;

	for (i = 1; i < p->b->n_hosts; i++) {
		h = &p->b->hosts[i];
		if (!usable(h))
			continue;
		ready = arrival(p, i, op);
		us = base_op_us(p->b, i, op) + GROUP_US;
		for (k = 0; k < h->trait.slots; k++) {
			end = fmax(ready, h->free[k]) + us * 1e-6;
			if (end < best) {
				best = end;
				host = i;
				slot = k;
			}
		}
	}
	if (host == 0)
		return;
	h = &p->b->hosts[host];
	p->end[op] = h->free[slot] = best;
	p->b->ops[op].host = host;
	h->plan[slot] = xrealloc(h->plan[slot], (h->n_plan[slot] + 1) *
	    sizeof(uint32_t));
	h->plan[slot][h->n_plan[slot]++] = op;
}

void
heft_plan(struct base *b)
{
	struct plan p = { .b = b };
	uint32_t i, n = 0;

	p.rank = xcalloc(b->w->n_ops + 1, sizeof(double));
	p.end = xcalloc(b->w->n_ops + 1, sizeof(double));
	p.order = xcalloc(b->w->n_ops + 1, sizeof(uint32_t));
	for (i = 0; i < b->n_hosts; i++) {
		memset(b->hosts[i].free, 0, sizeof(b->hosts[i].free));
		memset(b->hosts[i].n_plan, 0, sizeof(b->hosts[i].n_plan));
		memset(b->hosts[i].at, 0, sizeof(b->hosts[i].at));
	}
	means(&p);
	ranks(&p);
	for (i = 1; i <= b->w->n_ops; i++)
		if (b->ops[i].state == BASE_WAITS)
			p.order[n++] = i;
	sort_rank = p.rank;
	qsort(p.order, n, sizeof(*p.order), by_rank);
	for (i = 0; i < n; i++)
		place(&p, p.order[i]);
	xfree(p.rank);
	xfree(p.end);
	xfree(p.order);
}
