/*
 * Lower bounds.
 */
#include "bound.h"

#include <math.h>
#include <string.h>

#define EXACT	2000		/* participants up to which each path counts */
#define BISECT	60

/* What must be done before T, as a function of T. */
struct need {
	const struct work	*w;
	const struct trait	*t;
	uint32_t		 n;
	double			 amount[COST_CLASSES][DT_COUNT]; /* ref us */
	double			 ops;
	int			 class, dtype;	/* -1: all in sum */
};

static double
least(const struct need *q, double (*done)(const struct need *, double),
    double goal)
{
	double low = 0, high = 1e6, mid;
	int i;

	for (i = 0; i < BISECT; i++) {
		mid = low + high < 1e-3 ? (low + high) / 2 :
		    sqrt((low + 1e-9) * high);
		if (done(q, mid) >= goal)
			high = mid;
		else
			low = mid;
	}
	return high;
}

/* ---- work ---- */

/* The speed that counts: of the class, or of the mix. */
static double
speed_of(const struct need *q, const struct trait *t)
{
	double us = 0, ref = 0;
	int c, d;

	if (q->class >= 0)
		return t->speed[q->class][q->dtype];
	for (c = 0; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			if (q->amount[c][d] > 0 && t->speed[c][d] > us)
				us = t->speed[c][d];
			ref += q->amount[c][d];
		}
	}
	return 1 / t->overhead > us && q->ops > 0.01 * ref ? 1 / t->overhead :
	    us;
}

static double
work_done(const struct need *q, double T)
{
	double sum = 0;
	uint32_t i;

	for (i = 0; i < q->n; i++)
		if (T > q->t[i].rtt)
			sum += q->t[i].slots * (T - q->t[i].rtt) *
			    speed_of(q, &q->t[i]);
	return sum * 1e6;
}

static double
bound_work(struct need *q)
{
	double T = 0, x, all = q->ops;
	int c, d;

	for (c = 0; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			if (q->amount[c][d] <= 0)
				continue;
			all += q->amount[c][d];
			q->class = c;
			q->dtype = d;
			x = least(q, work_done, q->amount[c][d]);
			T = x > T ? x : T;
		}
	}
	q->class = -1;
	x = least(q, work_done, all);
	return x > T ? x : T;
}

/* ---- path ---- */

static double
path_on(const struct work *w, const struct trait *t, double *scratch)
{
	const struct work_op *o;
	double most = 0, x;
	uint32_t i, k;

	for (i = 1; i <= w->n_ops; i++) {
		o = &w->ops[i];
		scratch[i] = 0;
		if (o->source)
			continue;
		for (k = 0, x = 0; k < o->n_in; k++)
			x = fmax(x, scratch[w->in[o->first_in + k]]);
		scratch[i] = x + trait_op_us(t, &o->cost);
		most = fmax(most, scratch[i]);
	}
	return most * 1e-6;
}

/* Nobody is faster than this one in anything. */
static struct trait
best_trait(const struct need *q)
{
	struct trait best = q->t[0];
	uint32_t i;
	int c, d;

	for (i = 1; i < q->n; i++) {
		for (c = 0; c < COST_CLASSES; c++)
			for (d = 0; d < DT_COUNT; d++)
				best.speed[c][d] = fmax(best.speed[c][d],
				    q->t[i].speed[c][d]);
		best.overhead = fmin(best.overhead, q->t[i].overhead);
	}
	return best;
}

static double
bound_path(const struct need *q)
{
	double *scratch = xcalloc(q->w->n_ops + 1, sizeof(*scratch));
	double one = INFINITY, first = INFINITY, second = INFINITY, many;
	struct trait best = best_trait(q);
	uint32_t i;

	for (i = 0; i < q->n; i++) {
		if (q->t[i].rtt < first) {
			second = first;
			first = q->t[i].rtt;
		} else {
			second = fmin(second, q->t[i].rtt);
		}
	}
	many = path_on(q->w, &best, scratch);
	one = q->n > EXACT ? first + many : one;
	for (i = 0; i < q->n && q->n <= EXACT; i++)
		one = fmin(one, q->t[i].rtt + path_on(q->w, &q->t[i],
		    scratch));
	xfree(scratch);
	return GROUP_US * 1e-6 + fmin(one, first + second + many);
}

/* ---- data ---- */

static double
bound_data(const struct need *q)
{
	double down = 0, up = 0, D = 0, U = 0, rtt = INFINITY, x;
	uint32_t i;

	for (i = 1; i <= q->w->n_ops; i++) {
		if (q->w->ops[i].source)
			down += q->w->ops[i].users > 0 ?
			    (double)q->w->ops[i].bytes : 0;
		else
			down += PROGRAM_OP;
		if (q->w->ops[i].wanted)
			up += (double)q->w->ops[i].bytes;
	}
	for (i = 0; i < q->n; i++) {
		D += q->t[i].down;
		U += q->t[i].up;
		rtt = fmin(rtt, q->t[i].rtt);
	}
	x = fmax(down / D, up / U);
	return rtt + x;
}

/* ---- matrix product ---- */

/* Multiplications that can be done, by time and by what the lines bring. */
static double
product_done(const struct need *q, double T)
{
	const struct trait *t;
	double sum = 0, left, volume, rate;
	uint32_t i;

	rate = 1e6 / reference_us(COST_MATMUL, DT_F32, 2);
	for (i = 0; i < q->n; i++) {
		t = &q->t[i];
		left = T - t->rtt;
		if (left <= 0)
			continue;
		volume = sqrt(pow(t->down * left / 8, 2) * t->up * left / 4);
		sum += fmin(volume, left * rate * t->slots *
		    t->speed[COST_MATMUL][DT_F32]);
	}
	return sum;
}

/* ---- rounds ---- */

/* One home in each round; others help once what they need has come. */
struct rounds {
	const struct need	*q;
	double			*slow;	/* seconds of a round's work there */
	double			*late;	/* until a helper's part is back */
	uint32_t		 home;
};

static double
round_done(const struct rounds *r, double t)
{
	double sum = 0, left;
	uint32_t i;

	for (i = 0; i < r->q->n; i++) {
		left = i == r->home ? t : t - r->late[i] - r->late[r->home];
		if (left > 0)
			sum += left * r->q->t[i].slots / r->slow[i];
	}
	return sum;
}

static double
round_least(const struct rounds *r)
{
	double low = 0, high = r->slow[r->home] / r->q->t[r->home].slots, mid;
	int i;

	for (i = 0; i < BISECT; i++) {
		mid = (low + high) / 2;
		if (round_done(r, mid) >= 1)
			high = mid;
		else
			low = mid;
	}
	return high;
}

/* Either all the data comes to the home, or each round waits for a helper. */
static double
rounds_with(const struct rounds *r, double data)
{
	double helped = INFINITY, n = r->q->w->rounds;
	uint32_t i;

	for (i = 0; i < r->q->n; i++)
		if (i != r->home)
			helped = fmin(helped, r->late[i] + r->late[r->home]);
	return r->q->t[r->home].rtt + fmax(n * round_least(r),
	    fmin(data / r->q->t[r->home].down, n * helped));
}

static double
bound_rounds(const struct need *q)
{
	struct rounds r = { .q = q };
	double T = INFINITY, data = 0;
	uint32_t i, k;

	if (q->w->rounds == 0 || q->n > EXACT)
		return 0;
	r.slow = xcalloc(q->n, sizeof(double));
	r.late = xcalloc(q->n, sizeof(double));
	for (i = 1; i <= q->w->n_ops; i++) {
		if (q->w->ops[i].source)
			data += (double)q->w->ops[i].bytes;
		for (k = 0; k < q->n && !q->w->ops[i].source; k++)
			r.slow[k] += 1e-6 * trait_op_us(&q->t[k],
			    &q->w->ops[i].cost) / q->w->rounds;
	}
	for (i = 0; i < q->n; i++)
		r.late[i] = q->t[i].rtt + q->w->moved / q->t[i].down +
		    q->w->moved / q->t[i].up;
	for (; r.home < q->n; r.home++)
		T = fmin(T, rounds_with(&r, data));
	xfree(r.slow);
	xfree(r.late);
	return T;
}

void
bound_of(const struct work *w, const struct trait *t, uint32_t n,
    struct bound *b)
{
	struct need q = { .w = w, .t = t, .n = n };
	double rtt = INFINITY;
	const struct work_op *o;
	uint32_t i;

	memset(b, 0, sizeof(*b));
	for (i = 1; i <= w->n_ops; i++) {
		o = &w->ops[i];
		if (o->source)
			continue;
		q.ops++;
		q.amount[o->cost.cost_class][o->cost.dtype] +=
		    reference_us(o->cost.cost_class, o->cost.dtype,
		    o->cost.amount);
	}
	for (i = 0; i < n; i++)
		rtt = fmin(rtt, t[i].rtt);
	b->work = bound_work(&q);
	b->service = 20e-6 + 2e-6 * q.ops + rtt;
	b->path = bound_path(&q);
	b->data = bound_data(&q);
	if (w->product > 0)
		b->product = least(&q, product_done, pow((double)w->product,
		    3));
	b->rounds = bound_rounds(&q);
	b->best = fmax(fmax(fmax(b->work, b->service), fmax(b->path, b->data)),
	    fmax(b->product, b->rounds));
}
