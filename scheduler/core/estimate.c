/*
 * How long an op takes on a participant: measured at join, learnt from
 * results.  Speeds are kept as ratios to a reference core, learnt in log
 * space, per operator class.
 */
#include "sched_priv.h"

#define MEASURED_VAR	(0.15 * 0.15)
#define UNKNOWN_VAR	(0.4 * 0.4)

/* Of the reference core: units of enum cost_class a second. */
static const double reference_rate[COST_CLASSES] = {
	[COST_NONE] = 1e12,
	[COST_MATMUL] = 2e10,
	[COST_ELEMENTWISE] = 8e9,
	[COST_TRANSCENDENTAL] = 2e8,
	[COST_REDUCTION] = 1e10,
	[COST_COPY] = 8e9,
	[COST_SORT] = 1e8,
};

/* ln for positive x: the exponent, and atanh of the rest. */
static double
est_ln(double x)
{
	double e = 0, z, z2, sum = 0, term;
	int k;

	if (!(x > 1e-30))
		x = 1e-30;
	if (x > 1e30)
		x = 1e30;
	for (; x > 1.5; e++)
		x *= 0.5;
	for (; x < 0.75; e--)
		x *= 2;
	z = (x - 1) / (x + 1);
	z2 = z * z;
	for (k = 1, term = z; k < 20; k += 2, term *= z2)
		sum += term / k;
	return 2 * sum + e * 0.69314718055994531;
}

static double
est_exp(double x)
{
	double sum = 1, term = 1;
	int k, halvings = 8;

	if (x > 60)
		x = 60;
	if (x < -60)
		x = -60;
	x /= 256;
	for (k = 1; k < 12; k++) {
		term *= x / k;
		sum += term;
	}
	while (halvings-- > 0)
		sum *= sum;
	return sum;
}

static double
est_clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

double
estimate_reference_us(enum cost_class class, enum dtype dtype, double amount)
{
	double rate = reference_rate[class];

	if (class == COST_MATMUL && dtype == DT_F32)
		rate *= 2;
	else if (class == COST_MATMUL && !dtype_is_float(dtype))
		rate /= 8;
	return amount > 0 ? amount * 1e6 / rate : 0;
}

double
estimate_op_us(const struct peer *p, const struct op *o)
{
	return p->overhead_us +
	    ((double)o->ref_us - 1) * p->us[o->cost][o->cost_dtype];
}

/* Mean of the ratios measured for a class; 0: none. */
static double
bench_class(const struct peer *p, int class)
{
	double sum = 0;
	int d, n = 0;

	for (d = 0; d < DT_COUNT; d++) {
		if (p->measured[class][d] > 0) {
			sum += p->measured[class][d];
			n++;
		}
	}
	return n > 0 ? sum / n : 0;
}

static void
estimate_apply(struct peer *p)
{
	double all = 0, class[COST_CLASSES], us;
	int c, d, n = 0;

	for (c = 0; c < COST_CLASSES; c++) {
		class[c] = bench_class(p, c);
		all += class[c];
		n += class[c] > 0;
	}
	all = n > 0 ? all / n : 1;
	for (c = 0; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			us = p->measured[c][d];
			us = us > 0 ? us : class[c] > 0 ? class[c] : all;
			p->us[c][d] = us * est_exp(-p->est[c].m);
		}
	}
}

void
estimate_bench(struct peer *p, const struct msg_bench *b)
{
	const struct rec_speed *v;
	double ref;
	size_t i;
	int c;

	memset(p->measured, 0, sizeof(p->measured));
	for (i = 0; i < b->speeds.n; i++) {
		v = &b->speeds.v[i];
		if (v->cost_class >= COST_CLASSES || v->dtype >= DT_COUNT ||
		    !(v->rate > 1) || !(v->rate < 1e18))
			continue;
		ref = 1e6 / estimate_reference_us(
		    (enum cost_class)v->cost_class,
		    (enum dtype)v->dtype, 1);
		p->measured[v->cost_class][v->dtype] =
		    est_clamp(ref / v->rate, 1e-3, 1e4);
	}
	for (c = 0; c < COST_CLASSES; c++)
		p->est[c] = (struct estimate){ 0,
			bench_class(p, c) > 0 ? MEASURED_VAR : UNKNOWN_VAR };
	p->overhead_us = b->overhead_us > 0 ?
	    est_clamp(b->overhead_us, 0.05, 1e4) : 1;
	p->all_slots = b->all_slots >= 1 ?
	    est_clamp(b->all_slots, 1, SLOTS_MAX) : 1;
	p->digest_rate = b->digest_rate > 0 ? b->digest_rate : 0;
	estimate_apply(p);
}

void
estimate_result(struct peer *p, const struct group *k, double compute_us)
{
	double x, part, total = 0, gain, bound, step;
	struct estimate *e;
	int c;

	for (c = 0; c < COST_CLASSES; c++)
		total += (double)k->work[c];
	if (total < 1000 || !(compute_us > 0))
		return;
	x = est_ln(total / compute_us);
	for (c = 0; c < COST_CLASSES; c++) {
		part = (double)k->work[c] / total;
		if (part <= 0.01)
			continue;
		e = &p->est[c];
		bound = 3 * est_exp(0.5 * est_ln(e->v));
		bound = bound > 0.5 ? bound : 0.5;
		step = est_clamp(x, -bound, bound) * part;
		gain = est_clamp(e->v / (e->v + 0.01), 0.1, 0.5);
		e->m = est_clamp(e->m + gain * step, -8, 8);
		e->v = (1 - gain) * e->v;
		e->v = e->v > 0.0025 ? e->v : 0.0025;
		if (step * step > e->v)
			e->v += 0.1 * (step * step - e->v);
	}
	estimate_apply(p);
}

double
estimate_rate(const struct peer *p)
{
	double slots = p->slots, us = p->us[COST_ELEMENTWISE][DT_F64];

	/* All slots together are worth less than as many single ones. */
	if (p->all_slots >= 1 && p->all_slots < slots)
		slots = p->all_slots;
	return slots / (us > 0 ? us : 1);
}
