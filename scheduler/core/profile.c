/*
 * The shape of what is left of a graph: chains of ops in levels, with the
 * work of each level and the bytes that spreading it would move.  Kept as
 * batches come and ops end, in constant time an op; the team model reads it.
 *
 * An op joins its input's chain if it alone uses that, else it starts a chain
 * one level above the highest of its inputs.  Sources are below all levels;
 * of them op.level is the first level with a user, op.missing the last and
 * op.tries the users in the first, as far as it matters.
 */
#include "sched_priv.h"

#define USERS_MANY	4	/* from so many a value is said to be shared */
#define WINDOW		16	/* levels looked at in a row, of many */
#define EXPORT_BYTES	80	/* that a RESULT says of a value */

static struct level *
level_get(struct graph *g, uint32_t level)
{
	if (level > g->n_levels) {
		g->levels = sched_room(g->levels, &g->levels_cap, level + 1,
		    sizeof(*g->levels));
		memset(g->levels + g->n_levels + 1, 0,
		    (level - g->n_levels) * sizeof(*g->levels));
		g->n_levels = level;
	}
	return &g->levels[level];
}

static void
profile_mix(struct graph *g, const struct op *o, double sign)
{
	double *mix = &g->mix[o->cost][o->cost_dtype];

	if (o->ref_us > 1)
		*mix += sign * ((double)o->ref_us - 1);
	if (*mix < 0)
		*mix = 0;
}

void
profile_done(struct graph *g, uint32_t op)
{
	const struct op *o = &g->ops[op];
	struct level *l = &g->levels[o->level];

	g->left_us -= (double)o->ref_us;
	l->left -= (double)o->ref_us;
	profile_mix(g, o, -1);
	/* What is rounded must not add up to work that nobody has. */
	if (l->left < 0.5)
		l->left = 0;
}

void
profile_back(struct graph *g, uint32_t op)
{
	const struct op *o = &g->ops[op];

	g->left_us += (double)o->ref_us;
	g->levels[o->level].left += (double)o->ref_us;
	profile_mix(g, o, 1);
	if (o->level < g->first_level)
		g->first_level = o->level;
}

static float
profile_bytes(const struct sched *s, const struct graph *g, uint32_t op)
{
	uint64_t n = shape_bytes_most(s, shape_most(g, op));

	return n > MSG_SMALL ? (float)n : 0;
}

void
profile_want(const struct sched *s, struct graph *g, uint32_t op)
{
	const struct op *o = &g->ops[op];

	if (o->state == OP_PENDING || o->state == OP_COMPUTING)
		g->levels[o->level].wanted += profile_bytes(s, g, op);
}

/* A large source is used in this level. */
static void
profile_source(const struct sched *s, struct graph *g, uint32_t in,
    uint32_t level)
{
	struct op *o = &g->ops[in];
	struct level *l = &g->levels[level];
	float bytes;

	/* Bytes inside a batch travel in each ASSIGN. */
	if (o->value == 0 || (bytes = profile_bytes(s, g, in)) <= 0)
		return;
	if (o->level == 0) {
		o->level = level;
		o->missing = level;
		o->tries = 1;
		l->fresh += bytes;
	} else if (o->level == level && o->tries < USERS_MANY) {
		if (++o->tries == USERS_MANY) {
			l->fresh -= bytes;
			l->shared += bytes;
		}
	} else if (level > o->missing) {
		o->missing = level;
		l->known += bytes;
	}
}

/*
 * A large value from another chain: counted with the last of its users, when
 * all are known, and where the first may need it.
 */
static void
profile_input(const struct sched *s, struct graph *g, uint32_t op, uint32_t in,
    uint32_t base)
{
	const struct op *o = &g->ops[in];
	struct level *l = &g->levels[g->ops[op].level];
	float bytes;

	if (g->edges[o->first_edge].to != op ||
	    (bytes = profile_bytes(s, g, in)) <= 0)
		return;
	if (o->state == OP_COMPUTED) {
		if (o->users >= USERS_MANY)
			l->shared += bytes;
		else
			l->fresh += bytes;
		return;
	}
	if (in >= base)
		l = &g->levels[o->level + 1];
	if (o->users >= USERS_MANY)
		l->many += bytes;
	else if (o->users > 1)
		l->some += bytes;
	else
		l->single += bytes;
}

/* The input whose chain op joins, or 0; the level it has else. */
static uint32_t
profile_joins(const struct graph *g, const uint32_t *refs, uint32_t n,
    uint32_t *level)
{
	uint32_t k, in = 0, uses = 0;
	bool several = false;

	*level = 1;
	for (k = 0; k < n; k++) {
		if (g->ops[refs[k]].flags & OPF_SOURCE)
			continue;
		several = several || (in != 0 && in != refs[k]);
		in = refs[k];
		uses++;
		if (g->ops[in].level >= *level)
			*level = g->ops[in].level + 1;
	}
	return in != 0 && !several && g->ops[in].users == uses ? in : 0;
}

/* What a RESULT says of a value: a small one is in it. */
static float
profile_answer(const struct sched *s, const struct graph *g, uint32_t op)
{
	uint64_t n = shape_bytes_most(s, shape_most(g, op));

	return (float)(EXPORT_BYTES + (n > MSG_SMALL ? 0 : n));
}

static void
profile_op(const struct sched *s, struct graph *g, uint32_t op, uint32_t base)
{
	struct op *o = &g->ops[op];
	const uint32_t *refs;
	uint32_t n = graph_inputs(g, op, &refs), k, level, joins;
	struct level *l;

	joins = profile_joins(g, refs, n, &level);
	if (joins != 0)
		level = g->ops[joins].level;
	l = level_get(g, level);
	o->level = level & 0xffffff;
	l->work += (double)o->ref_us;
	l->chains += joins == 0;
	l->code += (float)(PROGRAM_OP + 4 * n);
	if (o->flags & OPF_HELD)
		l->answer += profile_answer(s, g, op);
	profile_back(g, op);
	for (k = 0; k < n; k++) {
		if (g->ops[refs[k]].flags & OPF_SOURCE)
			profile_source(s, g, refs[k], level);
		else if (joins == 0 || g->ops[joins].state == OP_COMPUTED)
			profile_input(s, g, op, refs[k], base);
	}
}

void
profile_batch(const struct sched *s, struct graph *g, const struct program *p)
{
	uint32_t i, op;

	if (g->levels == NULL) {
		g->levels = sched_room(NULL, &g->levels_cap, 2,
		    sizeof(*g->levels));
		memset(g->levels, 0, 2 * sizeof(*g->levels));
		g->n_levels = g->first_level = 1;
	}
	for (i = 0; i < p->n_ops; i++) {
		op = p->base + i;
		if ((g->ops[op].flags & OPF_SOURCE) == 0)
			profile_op(s, g, op, p->base);
	}
}

/* What is left of a level, times the factor; false: nothing. */
static bool
stage_of(const struct level *l, double factor, struct stage *out)
{
	double f = l->work > 0 ? factor * l->left / l->work : 0;
	float t = (float)f;

	if (!(l->left > 0) || !(f > 0))
		return false;
	out->times = 1;
	out->level = *l;
	out->level.work = out->level.left = l->left * factor;
	out->level.fresh *= t;
	out->level.shared *= t;
	out->level.known *= t;
	out->level.single *= t;
	out->level.some *= t;
	out->level.many *= t;
	out->level.wanted *= t;
	out->level.code *= t;
	out->level.answer *= t;
	out->level.chains = (uint32_t)((double)l->chains * f + 0.5);
	if (out->level.chains == 0)
		out->level.chains = 1;
	return true;
}

/* Sums over levels, in the fields of one. */
static struct level
levels_sum(const struct graph *g, uint32_t from, uint32_t to)
{
	struct level sum = { 0 };
	const struct level *l;

	for (; from < to; from++) {
		l = &g->levels[from];
		sum.left += l->left;
		sum.fresh += l->fresh;
		sum.shared += l->shared;
		sum.wanted += l->wanted;
	}
	return sum;
}

/*
 * Some levels in the middle stand for all from..to: with their work, and with
 * the bytes that come or go but once.
 */
static uint32_t
stages_part(const struct graph *g, uint32_t from, uint32_t to,
    struct stage *out)
{
	struct level all = levels_sum(g, from, to), seen;
	uint32_t middle = from + (to - from - WINDOW) / 2, k, n = 0;
	double times = (double)(to - from) / WINDOW;
	float part;

	seen = levels_sum(g, middle, middle + WINDOW);
	for (k = 0; k < WINDOW && seen.left > 0; k++) {
		if (!stage_of(&g->levels[middle + k],
		    all.left / seen.left / times, &out[n]))
			continue;
		part = (float)(out[n].level.left / all.left);
		out[n].level.fresh = all.fresh * part;
		out[n].level.shared = all.shared * part;
		out[n].level.wanted = all.wanted * part;
		out[n++].times = times;
	}
	return n;
}

/* Deep graphs repeat themselves, after a beginning: parts are sampled. */
static uint32_t
stages_sampled(const struct graph *g, struct stage out[STAGES_MAX])
{
	uint32_t from = g->first_level, all, parts, i, n = 0;

	for (i = 0; i < WINDOW; i++)
		n += stage_of(&g->levels[from++], 1, &out[n]);
	all = g->n_levels + 1 - from;
	parts = STAGES_MAX / WINDOW - 1;
	for (i = 0; i < parts; i++)
		n += stages_part(g,
		    from + (uint32_t)((uint64_t)all * i / parts),
		    from + (uint32_t)((uint64_t)all * (i + 1) / parts),
		    &out[n]);
	return n;
}

uint32_t
profile_stages(struct graph *g, struct stage out[STAGES_MAX])
{
	uint32_t i, n = 0;

	if (g->levels == NULL)
		return 0;
	while (g->first_level < g->n_levels &&
	    !(g->levels[g->first_level].left > 0))
		g->first_level++;
	if (g->n_levels - g->first_level >= STAGES_MAX)
		return stages_sampled(g, out);
	for (i = g->first_level; i <= g->n_levels; i++)
		n += stage_of(&g->levels[i], 1, &out[n]);
	return n;
}
