/*
 * How long an op takes on a participant: measured at join, learnt from
 * results.  Speeds are kept as ratios to a reference core, in log space, for
 * each operator class and dtype; estimate_learn.c changes them.
 */
#include "sched_priv.h"

/* Of the reference core: units of enum cost_class a second. */
static const double reference_rate[COST_CLASSES] = {
	[COST_NONE] = 1e12,
	[COST_MATMUL] = 2e10,
	[COST_ELEMENTWISE] = 8e9,
	[COST_TRANSCENDENTAL] = 2e8,
	[COST_REDUCTION] = 1e10,
	[COST_COPY] = 8e9,
	[COST_SORT] = 3e8,
};

/* ln for positive x: the exponent, and atanh of the rest. */
double
estimate_ln(double x)
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
	for (k = 1, term = z; k < 24; k += 2, term *= z2)
		sum += term / k;
	return 2 * sum + e * 0.69314718055994531;
}

double
estimate_exp(double x)
{
	double sum = 1, term = 1;
	int k, halvings = 8;

	if (x > 60)
		x = 60;
	if (x < -60)
		x = -60;
	x /= 256;
	for (k = 1; k < 10; k++) {
		term *= x / k;
		sum += term;
	}
	while (halvings-- > 0)
		sum *= sum;
	return sum;
}

double
estimate_root(double x)
{
	return x > 0 ? estimate_exp(0.5 * estimate_ln(x)) : 0;
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
	return p->us[COST_NONE][DT_NONE] +
	    ((double)o->ref_us - OP_US) * p->us[o->cost][o->cost_dtype];
}

/* What is slower the more slots compute: they share memory and caches. */
double
estimate_contention(const struct peer *p, uint32_t busy)
{
	double worth;

	busy = busy < p->slots ? busy : p->slots;
	if (busy < 2)
		return 1;
	worth = 1 + (estimate_slots(p) - 1) * (busy - 1) / (p->slots - 1);
	return busy / worth;
}

double
estimate_slots(const struct peer *p)
{
	double slots = p->slots;

	return p->all_slots >= 1 && p->all_slots < slots ? p->all_slots :
	    slots;
}

double
estimate_rate(const struct peer *p)
{
	return estimate_slots(p) * (double)p->speed * p->trust;
}

double
estimate_sigma(const struct peer *p)
{
	return p->error > (float)SIGMA_LEAST ? p->error : SIGMA_LEAST;
}

double
estimate_hidden(const struct peer *p)
{
	return estimate_exp(p->veil.m);
}

double
estimate_group_us(const struct peer *p, double bytes)
{
	return p->group_us + (p->digest_rate > 0 ? bytes * 1e6 /
	    p->digest_rate : 0);
}

void
estimate_apply(struct peer *p, int class, int dtype)
{
	double m = (double)p->est[class][dtype].m;

	p->us[class][dtype] = (float)estimate_exp(-m -
	    (p->hidden ? (double)p->veil.m : 0));
}

/* Its speed in the mean of what is known. */
void
estimate_apply_speed(struct peer *p)
{
	double sum = 0;
	int c, d, n = 0;

	for (c = COST_NONE + 1; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			if (!p->est[c][d].known)
				continue;
			sum += (double)p->est[c][d].m;
			n++;
		}
	}
	p->speed = (float)estimate_exp((n > 0 ? sum / n : 0) +
	    (p->hidden ? (double)p->veil.m : 0));
}

void
estimate_apply_all(struct peer *p)
{
	int c, d;

	for (c = 0; c < COST_CLASSES; c++)
		for (d = 0; d < DT_COUNT; d++)
			estimate_apply(p, c, d);
	estimate_apply_speed(p);
}
