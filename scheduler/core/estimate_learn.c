/*
 * What is learnt of a participant: its benchmark, joined with what is known
 * of its CID; every timed result; what being hidden costs.
 */
#include "sched_priv.h"

#define MEASURED_VAR	(0.15 * 0.15)
#define UNKNOWN_VAR	(0.4 * 0.4)
#define STEP_VAR	(0.3 * 0.3)
#define LEAST_VAR	(0.05 * 0.05)
#define NOISE_VAR	0.01		/* of one result */
#define CLOCK_US	30		/* what a time may be off by */
#define LEAST_US	100		/* shorter groups tell too little */
#define PART_LEAST	0.02		/* of a group, to tell of a class */
#define PART_STEP	0.25
#define FIRST_GAIN	0.7	/* of the first result */
#define FIRST_CLIP	1.5
#define STEP_CLIPS	3
#define M_MOST		8.0
#define SAMPLES_MOST	60000
#define POPULATION	128		/* participants asked, at most */
#define POPULATION_FEW	16
#define POPULATION_US	10000000
#define GROUP_MOST_US	1e6
#define LATE_LN		(-0.2231)	/* of 0.8 */

/* What one result says. */
struct lesson {
	double	part[COST_CLASSES][DT_COUNT];	/* shares of the time */
	double	x;				/* ln(predicted / actual) */
	double	v;		/* of x, as far as estimates make it */
	double	noise;		/* of x, as far as they do not */
	double	veiled;			/* what of it is due to being hidden */
};

static double
clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

static double
clip_of(const struct estimate *e)
{
	double bound = 3 * estimate_root((double)e->v);

	return bound > 0.5 ? bound : 0.5;
}

static void
set(struct estimate *e, double m, double v)
{
	e->m = (float)clamp(m, -M_MOST, M_MOST);
	e->v = (float)v;
}

/* ---- population ---- */

static void
sort_floats(float *v, uint32_t n)
{
	uint32_t gap, i, j;
	float x;

	for (gap = n / 2; gap > 0; gap /= 2) {
		for (i = gap; i < n; i++) {
			x = v[i];
			for (j = i; j >= gap && x < v[j - gap]; j -= gap)
				v[j] = v[j - gap];
			v[j] = x;
		}
	}
}

/* False: nobody has it. */
static bool
median_of(const struct sched *s, int class, int dtype, uint32_t step,
    float *m)
{
	float v[POPULATION + 1];
	const struct peer *p;
	uint32_t i, n = 0;

	for (i = 1; i < s->n_peers && n < POPULATION; i += step) {
		p = s->peers[i];
		if (p != NULL && p->bench && p->est[class][dtype].known)
			v[n++] = p->est[class][dtype].m;
	}
	sort_floats(v, n);
	if (n > 0)
		*m = (v[n / 2] + v[(n - 1) / 2]) / 2;
	return n > 0;
}

/* Mean of what somebody has, of one class or of all (-1). */
static bool
population_mean(const struct sched *s, bool has[COST_CLASSES][DT_COUNT],
    int class, float *mean)
{
	float sum = 0;
	int c, d, n = 0;

	for (c = 1; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT && (class < 0 || c == class); d++) {
			sum += has[c][d] ? s->population[c][d] : 0;
			n += has[c][d];
		}
	}
	if (n > 0)
		*mean = sum / (float)n;
	return n > 0;
}

/* Medians of some; what nobody has is like the rest of its class, or all. */
static void
population_look(struct sched *s)
{
	uint32_t step = s->n_peers / POPULATION + 1;
	bool has[COST_CLASSES][DT_COUNT];
	float all = 0, of = 0;
	int c, d;

	if (s->n_peers > POPULATION_FEW && s->now < s->population_us)
		return;
	s->population_us = s->now + POPULATION_US;
	for (c = 0; c < COST_CLASSES; c++)
		for (d = 0; d < DT_COUNT; d++)
			has[c][d] = median_of(s, c, d, step,
			    &s->population[c][d]);
	(void)population_mean(s, has, -1, &all);
	for (c = 1; c < COST_CLASSES; c++) {
		if (!population_mean(s, has, c, &of))
			of = all;
		for (d = 0; d < DT_COUNT; d++) {
			if (!has[c][d])
				s->population[c][d] = of;
		}
	}
}

/* ---- benchmark ---- */

/* Mean deviation from the population of one class, or of all (-1). */
static bool
deviation(const struct sched *s, const struct peer *p, int class, double *mean)
{
	double sum = 0;
	int c, d, n = 0;

	for (c = 1; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT && (class < 0 || c == class); d++) {
			if (!p->est[c][d].known)
				continue;
			sum += (double)p->est[c][d].m -
			    (double)s->population[c][d];
			n++;
		}
	}
	*mean = n > 0 ? sum / n : 0;
	return n > 0;
}

static void
bench_unknown(const struct sched *s, struct peer *p)
{
	double all, of;
	int c, d;

	(void)deviation(s, p, -1, &all);
	for (c = 1; c < COST_CLASSES; c++) {
		if (!deviation(s, p, c, &of))
			of = all;
		for (d = 0; d < DT_COUNT; d++) {
			if (!p->est[c][d].known)
				set(&p->est[c][d],
				    (double)s->population[c][d] + of,
				    UNKNOWN_VAR);
		}
	}
}

/*
 * A measured speed, joined with what was known by their variances; where they
 * contradict each other, the device is not what it was.  Returns how much what
 * was known has moved.
 */
static double
bench_join(struct estimate *e, double m)
{
	double known = (double)e->m, v = (double)e->v, off = m - known;

	if (!e->known) {
		set(e, m, MEASURED_VAR);
		e->known = true;
		return 0;
	}
	e->clips = 0;
	if (off * off > 9 * (v + MEASURED_VAR))
		set(e, m, STEP_VAR);
	else
		set(e, known + off * v / (v + MEASURED_VAR),
		    v * MEASURED_VAR / (v + MEASURED_VAR));
	return (double)e->m - known;
}

static void
bench_speeds(struct peer *p, const struct msg_bench *b)
{
	bool seen[COST_CLASSES][DT_COUNT] = { { false } };
	const struct rec_speed *v;
	double ref, moved = 0;
	int c, d, n = 0;
	size_t i;

	for (i = 0; i < b->speeds.n; i++) {
		v = &b->speeds.v[i];
		if (v->cost_class == COST_NONE ||
		    v->cost_class >= COST_CLASSES || v->dtype >= DT_COUNT ||
		    !(v->rate > 1) || !(v->rate < 1e18) ||
		    seen[v->cost_class][v->dtype])
			continue;
		seen[v->cost_class][v->dtype] = true;
		ref = 1e6 / estimate_reference_us(
		    (enum cost_class)v->cost_class, (enum dtype)v->dtype, 1);
		n += p->est[v->cost_class][v->dtype].known;
		moved += bench_join(&p->est[v->cost_class][v->dtype],
		    estimate_ln(v->rate / ref));
	}
	/* What else was known of it moves alike. */
	for (c = 1; c < COST_CLASSES && n > 0; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			if (p->est[c][d].known && !seen[c][d])
				set(&p->est[c][d], (double)p->est[c][d].m +
				    moved / n, (double)p->est[c][d].v);
		}
	}
}

void
estimate_bench(struct sched *s, struct peer *p, const struct msg_bench *b)
{
	struct estimate *e = &p->est[COST_NONE][DT_NONE];

	population_look(s);
	bench_speeds(p, b);
	bench_unknown(s, p);
	if (b->overhead_us > 0 && b->overhead_us < 1e9)
		(void)bench_join(e, -estimate_ln(clamp(b->overhead_us, 0.05,
		    1e4) / OP_US));
	else if (!e->known)
		set(e, 0, UNKNOWN_VAR);
	p->all_slots = b->all_slots >= 1 ?
	    clamp(b->all_slots, 1, SLOTS_MAX) : 1;
	p->digest_rate = b->digest_rate > 0 && b->digest_rate < 1e18 ?
	    b->digest_rate : 0;
	estimate_apply_all(p);
}

/* ---- results ---- */

static void
weigh(const struct peer *p, struct lesson *l, int c, int d, double total)
{
	double *part = &l->part[c][d];

	*part /= total;
	if (*part > PART_LEAST)
		l->v += *part * *part * (double)p->est[c][d].v;
	else
		*part = 0;
}

/* By the estimates of now: the group may have waited for others to teach. */
static double
lesson_of(const struct peer *p, const struct graph *g, const struct group *k,
    struct lesson *l)
{
	const struct op *o;
	double total = 0, us;
	uint32_t i;
	int c, d;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < k->n_ops; i++) {
		o = &g->ops[k->ops[i]];
		us = ((double)o->ref_us - OP_US) *
		    (double)p->us[o->cost][o->cost_dtype];
		l->part[o->cost][o->cost_dtype] += us;
		total += us;
	}
	us = k->n_ops * (double)p->us[COST_NONE][DT_NONE];
	l->part[COST_NONE][DT_NONE] = us;
	total += us;
	for (c = 0; c < COST_CLASSES; c++)
		for (d = 0; d < DT_COUNT; d++)
			weigh(p, l, c, d, total);
	return total;
}

/* Three in a row of one sign: it is not what it was. */
static bool
clipped(struct estimate *e, double x, double part)
{
	int sign = x > 0 ? 1 : -1;

	if (part < PART_STEP)
		return false;
	if (x * x < clip_of(e) * clip_of(e)) {
		e->clips = 0;
		return false;
	}
	e->clips = (int8_t)(e->clips * sign > 0 ? e->clips + sign : sign);
	return e->clips * sign >= STEP_CLIPS;
}

/*
 * As a Kalman filter does: a class moves by its share of the uncertainty, all
 * of which is v.
 */
static void
learn_class(struct estimate *e, double x, double part, double all,
    double noise)
{
	double gain = clamp(all / (all + noise), 0.1, 0.5);
	double v = (double)e->v, step, bound = clip_of(e);
	bool first = e->n == 0 && part >= PART_STEP;

	/* A benchmark is not the ops that came: they know better. */
	if (first) {
		gain = FIRST_GAIN;
		bound = FIRST_CLIP;
	}
	gain *= clamp(part * v / all, 0, 1);
	e->n = e->n < SAMPLES_MOST ? e->n + 1 : e->n;
	e->known = true;
	if (!first && clipped(e, x, part)) {
		set(e, (double)e->m + x, STEP_VAR);
		e->clips = 0;
		return;
	}
	step = clamp(x, -bound, bound);
	v = (1 - gain * part) * v;
	v = v > LEAST_VAR ? v : LEAST_VAR;
	if (step * step > v)
		v += 0.1 * (step * step - v);
	set(e, (double)e->m + gain * step, v);
}

/*
 * Of a hidden tab: how slow it is and how slow being hidden makes it are told
 * apart by which of the two is less certain.
 */
static void
learn_veil(struct peer *p, struct lesson *l)
{
	double v = (double)p->veil.v;

	l->veiled = v / (v + l->v);
	learn_class(&p->veil, l->x * l->veiled, 1, v, l->noise);
	if (p->veil.m > 0)
		p->veil.m = 0;
}

static void
learn_error(struct peer *p, double x)
{
	double error = clamp(x < 0 ? -x : x, 0, 2);

	p->error += (float)(0.2 * (error - (double)p->error));
}

/* Nothing else was in its way: what is not computing is the group's own. */
static void
learn_group(struct sched *s, struct peer *p, const struct group *k,
    const struct msg_result *r)
{
	double us = (double)(s->now - k->sent_us) - (double)r->compute_us -
	    p->rtt_us, bytes = 0;
	size_t i;

	if (!k->alone)
		return;
	for (i = 0; i < r->exports.n; i++)
		bytes += (double)r->exports.v[i].size;
	us -= k->transfer_us + estimate_group_us(p, bytes) -
	    (double)p->group_us;
	/* Nearly the median: some wait long for a busy machine. */
	us = clamp(estimate_ln(clamp(us, 20, GROUP_MOST_US) /
	    (double)p->group_us), -0.5, 0.5);
	p->group_us *= (float)estimate_exp(0.2 * us);
}

void
estimate_result(struct sched *s, struct peer *p, const struct graph *g,
    const struct group *k, const struct msg_result *r)
{
	double us = (double)r->compute_us, total;
	struct lesson l;
	int c, d;

	learn_group(s, p, k, r);
	total = lesson_of(p, g, k, &l) * estimate_contention(p, p->n_out);
	if (total < LEAST_US || us < LEAST_US || k->sent_us < p->hidden_us)
		return;
	l.x = estimate_ln(total / us);
	l.noise = NOISE_VAR + CLOCK_US * CLOCK_US / (us * us);
	learn_error(p, l.x);
	if (p->hidden)
		learn_veil(p, &l);
	for (c = 0; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			if (l.part[c][d] <= 0)
				continue;
			learn_class(&p->est[c][d], l.x * (1 - l.veiled),
			    l.part[c][d], l.v, l.noise);
			estimate_apply(p, c, d);
		}
	}
	if (p->hidden)
		estimate_apply_all(p);
	else
		estimate_apply_speed(p);
}

void
estimate_slower(struct peer *p, const struct graph *g, const struct group *k)
{
	struct lesson l;
	int c, d;

	if (lesson_of(p, g, k, &l) < LEAST_US)
		return;
	for (c = 0; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			if (l.part[c][d] <= 0)
				continue;
			p->est[c][d].m += (float)(LATE_LN * l.part[c][d]);
			estimate_apply(p, c, d);
		}
	}
	estimate_apply_speed(p);
}

void
estimate_hide(struct sched *s, struct peer *p, bool hidden)
{
	if (p->hidden == hidden)
		return;
	p->hidden = hidden;
	p->hidden_us = s->now;
	estimate_apply_all(p);
}

void
estimate_new(struct peer *p)
{
	int c, d;

	for (c = 0; c < COST_CLASSES; c++)
		for (d = 0; d < DT_COUNT; d++)
			p->est[c][d].v = (float)UNKNOWN_VAR;
	p->veil.m = (float)HIDDEN_LN;
	p->veil.v = (float)STEP_VAR;
	p->group_us = 200;
	p->trust = 1;
	p->error = 0.2f;
	estimate_apply_all(p);
}
