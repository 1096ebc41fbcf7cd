/*
 * PLAN: what would become of a graph.  The program is checked like a batch,
 * copied with what is left of the graph, and forgotten; the copy runs a piece
 * each turn, so that others wait for a piece at most.  What really came of
 * planned batches corrects later plans of their scale, and says how far off
 * they may be.
 */
#include "plan.h"

#define SLICE_OPS	2000	/* handled in a turn */
#define PLANS_MOST	8	/* at a time, of all developers */
#define MEMBERS_SAID	64
#define MODEL_V		(0.5 * 0.5)

/* ---- what came of it ---- */

void
plan_batch(struct sched *s, struct graph *g, size_t wanted)
{
	g->plan_since = g->plan_part[0] > 0 && g->n_ops == g->plan_ops &&
	    wanted > 0 ? s->now : 0;
	if (g->plan_since == 0)
		g->plan_part[0] = 0;
}

void
plan_settled(struct sched *s, struct graph *g)
{
	if (g->plan_since != 0 && g->plan_part[0] > 0)
		skill_learn(&s->skills, g->plan_part,
		    (double)(s->now - g->plan_since));
	g->plan_since = 0;
	g->plan_part[0] = 0;
	forecast_end(s, g);
}

/* ---- the answer ---- */

/* What its ops take, by class; returns the spread of the sum. */
static double
plan_classes(const struct plan *pl, struct rec_planned_class *v)
{
	const struct graph *g = pl->graph;
	const struct sched *w = pl->world;
	double us, all = 0, off = 0;
	const struct peer *p;
	const struct op *o;
	uint32_t i, peer;

	for (i = 0; i < COST_CLASSES; i++)
		v[i] = (struct rec_planned_class){
			str_of(estimate_class_name((enum cost_class)i)), 0,
			0 };
	for (i = 1; i <= g->n_ops; i++) {
		o = &g->ops[i];
		peer = o->group != 0 ? w->groups[o->group].peer : 0;
		p = peer != 0 ? w->peers[peer] : NULL;
		if ((o->flags & OPF_SOURCE) || p == NULL)
			continue;
		us = estimate_op_us(p, o);
		v[o->cost].ops++;
		v[o->cost].us += us;
		all += us;
		off += us * estimate_root(
		    (double)p->est[o->cost][o->cost_dtype].v);
	}
	return all > 0 ? off / all : 0;
}

static uint32_t
answer_members(const struct plan *pl, struct rec_planned_member *v,
    uint64_t *team)
{
	const struct sched *w = pl->world;
	double all = 0;
	uint32_t i, n = 0;

	*team = 0;
	for (i = 1; i < w->n_peers; i++)
		all += pl->peers[i].us;
	for (i = 1; i < w->n_peers; i++) {
		if (w->peers[i] == NULL || pl->peers[i].us <= 0)
			continue;
		++*team;
		if (n < MEMBERS_SAID)
			v[n++] = (struct rec_planned_member){
				str_of(w->peers[i]->kind), w->peers[i]->slots,
				pl->peers[i].us / all };
	}
	return n;
}

void
plan_parts(const struct plan *pl, double part[PLAN_PARTS])
{
	part[0] = pl->basis == PLAN_MODEL ? pl->us :
	    (double)(pl->end_us - pl->start_us);
	part[1] = 1;
	part[2] = pl->ops;
	part[3] = (double)pl->sent + (double)pl->returned;
}

double
plan_v(struct sched *s, const struct plan *pl, double us)
{
	struct rec_planned_class classes[COST_CLASSES];
	double spread;

	if (pl->basis == PLAN_MODEL)
		return MODEL_V;
	spread = plan_classes(pl, classes);
	return spread * spread + skill_v(&s->skills, us);
}

static void
answer_time(struct sched *s, const struct plan *pl, struct msg_planned *m)
{
	double part[PLAN_PARTS];

	plan_parts(pl, part);
	m->us = skill_us(&s->skills, part);
	m->spread = estimate_root(plan_v(s, pl, m->us));
	m->believed = pl->basis == PLAN_RUN && m->spread <= PLAN_BELIEVED;
}

static void
answer(struct sched *s, struct plan *pl)
{
	struct rec_planned_class classes[COST_CLASSES];
	struct rec_planned_member *members = xcalloc(MEMBERS_SAID,
	    sizeof(*members));
	struct msg m = { .id = M_PLANNED };
	struct graph *g = sched_graph(s, pl->g);

	m.planned.g = pl->g;
	m.planned.basis = pl->basis;
	m.planned.ops = pl->ops;
	if (pl->basis == PLAN_RUN) {
		m.planned.groups = pl->graph->groups;
		(void)plan_classes(pl, classes);
		m.planned.classes.v = classes;
		m.planned.classes.n = COST_CLASSES;
		m.planned.members.v = members;
		m.planned.members.n = answer_members(pl, members,
		    &m.planned.team);
		m.planned.sent = pl->sent;
		m.planned.returned = pl->returned;
		m.planned.fetched = pl->fetched;
	}
	if (pl->basis != PLAN_NOBODY)
		answer_time(s, pl, &m.planned);
	if (g != NULL && pl->basis == PLAN_RUN) {
		plan_parts(pl, g->plan_part);
		g->plan_ops = pl->total;
		g->plan_since = 0;
	}
	out_send(s->out, pl->session, &m, false);
	xfree(members);
}

/* ---- what is planned ---- */

static struct plan *
plan_new(struct sched *s, uint64_t session, uint64_t g)
{
	struct plan *pl = xcalloc(1, sizeof(*pl)), **last = &s->plans;

	pl->session = session;
	pl->g = g;
	pl->asked_us = s->now;
	out_init(&pl->out);
	while (*last != NULL)
		last = &(*last)->next;
	*last = pl;
	return pl;
}

static void
plan_model(struct sched *s, struct plan *pl, struct graph *g)
{
	team_update(s, g);		/* a member may have left */
	pl->us = s->live > 0 ? team_predict_us(s, g) : 0;
	pl->ops = g->count[OP_PENDING] + g->count[OP_COMPUTING];
	pl->basis = pl->us > 0 ? PLAN_MODEL : PLAN_NOBODY;
	pl->done = true;
}

static void
plan_refuse(struct sched *s, uint64_t session, uint64_t g, enum error code,
    const struct batch_error *e)
{
	struct msg_refuse r = { .what = SUBJECT_PLAN, .g = g, .code = code,
		.op = e->op };

	r.text = str_of(e->text);
	sched_refuse(s, session, &r);
}

/* The program as the batch that it may become. */
static bool
plan_check(struct sched *s, struct dev *d, struct graph *g,
    const struct msg_plan *m, struct batch *b)
{
	struct msg_batch as = { .g = m->g, .n = g->n_batches + 1u,
		.program = m->program, .want = m->want };
	struct batch_error e;

	*b = (struct batch){ 0 };
	if (m->program.n == 0 ||
	    batch_check(s, g, &as, b, &e) == E_OK)
		return true;
	plan_refuse(s, d->session, m->g, e.code, &e);
	return false;
}

/* One at a time of a session: the newest. */
static bool
plan_room(struct sched *s, struct dev *d, uint64_t g)
{
	struct batch_error e = { .text = "Too much is planned at a time." };
	const struct plan *pl;
	uint32_t n = 0;

	plan_session_gone(s, d->session);
	for (pl = s->plans; pl != NULL; pl = pl->next)
		n += pl->session != 0;
	if (n < PLANS_MOST)
		return true;
	plan_refuse(s, d->session, g, E_OVERLOADED, &e);
	return false;
}

void
on_plan(struct sched *s, struct dev *d, const struct msg *m)
{
	struct batch_error gone = { .text = "The graph was ended." };
	const struct msg_plan *v = &m->plan;
	struct graph *g = dev_graph(s, d, v->g, SUBJECT_PLAN, 0);
	struct plan_ask ask = { .g = g, .want = v->want, .sinks = v->sinks,
		.limit = (uint32_t)s->set.limits.plan_ops };
	struct plan *pl;
	struct batch b;

	if (g == NULL)
		return;
	if (g->status != GRAPH_RUNNING) {
		plan_refuse(s, d->session, v->g, E_GRAPH_ENDED, &gone);
		return;
	}
	if (!plan_room(s, d, v->g) || !plan_check(s, d, g, v, &b))
		return;
	pl = plan_new(s, d->session, g->g);
	ask.more = v->program.n > 0 ? &b.program : NULL;
	if (!plan_copy(s, pl, &ask))
		plan_model(s, pl, g);
	xfree(b.bytes);
}

static void
plan_finish(struct sched *s, struct plan *pl)
{
	struct plan **at = &s->plans;
	struct graph *g = sched_graph(s, pl->g);

	while (*at != pl)
		at = &(*at)->next;
	*at = pl->next;
	if (pl->session != 0)
		answer(s, pl);
	else if (g != NULL)
		forecast_take(s, g, pl);
	plan_free(pl);
}

void
plan_wait(struct sched *s, struct graph *g, uint32_t ops)
{
	struct plan_ask ask = { .g = g,
		.limit = (uint32_t)s->set.limits.plan_ops };
	struct plan *pl = plan_new(s, 0, g->g);

	if (!plan_copy(s, pl, &ask))
		plan_model(s, pl, g);
	plan_run(pl, ops);
	if (pl->done)
		plan_finish(s, pl);
}

bool
plan_turn(struct sched *s)
{
	struct plan *pl = s->plans;

	if (pl == NULL)
		return false;
	plan_run(pl, SLICE_OPS);
	if (pl->done)
		plan_finish(s, pl);
	return s->plans != NULL;
}

void
plan_session_gone(struct sched *s, uint64_t session)
{
	struct plan **at = &s->plans, *pl;

	while ((pl = *at) != NULL) {
		if (pl->session != session) {
			at = &pl->next;
			continue;
		}
		*at = pl->next;
		plan_free(pl);
	}
}

void
plan_clear(struct sched *s)
{
	struct plan *pl;

	while ((pl = s->plans) != NULL) {
		s->plans = pl->next;
		plan_free(pl);
	}
}
