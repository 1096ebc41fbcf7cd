/*
 * Groups that are late.  The oldest that a participant has is late when it is
 * far beyond its time; once it is late for longer than the best other would
 * take, that other gets the same ops as a group of its own, a twin.  The
 * first answer counts and the other is cancelled.  If both are silent their
 * ops go back, and so do those of a late group that cannot have a twin.
 *
 * A twin's ops name it as their group; the older one is reached through it.
 * Values that only the late one has are computed again inside the twin.
 */
#include "policy.h"

#define LEAST_US	50000.0
#define SILENT_US	5e6
#define AGAIN_US	50000u	/* until one without a better is looked at */
#define LINEAGE_MOST	1024	/* ops computed again in a twin */
#define INPUTS_MOST	32	/* looked at when others are compared */
#define OTHERS_MOST	64	/* of the team, and as many of all */

/* A late group and who could have it. */
struct late {
	struct sched	*s;
	struct graph	*g;
	struct group	*k;
	uint32_t	 index, other;
	double		 since;		/* us that it is late */
	double		 need;		/* us that other takes */
	double		 again;		/* of those to compute lineage */
	double		 transfer;
	bool		 waits;		/* for an upload */
	bool		 ship;		/* what can be; else what is sooner */
	bool		 gone;		/* an input is not there any more */
};

/* When k was to end: not sooner than what was in its way allows. */
static double
late_finish(const struct peer *p, const struct group *k)
{
	uint64_t from = k->running ? k->start_us : k->arrive_us;

	if (!k->running && p->watch_us > from)
		from = p->watch_us;
	return (double)from + k->busy_us + k->answer_us;
}

static double
late_due(const struct peer *p, const struct group *k, double finish)
{
	uint64_t from = k->running || k->sent_us > p->watch_us ? k->sent_us :
	    p->watch_us;
	double d = finish - (double)from, margin = LEAST_US;

	margin = margin > 0.5 * d ? margin : 0.5 * d;
	if (margin < 3 * estimate_sigma(p) * d)
		margin = 3 * estimate_sigma(p) * d;
	if (margin < 2 * p->rtt_us)
		margin = 2 * p->rtt_us;
	return finish + margin;
}

static void
late_at(struct sched *s, uint32_t peer, double us)
{
	uint64_t when = us < 1e18 ? (uint64_t)us : NEVER;

	timer_set(s, TIMER_LATE, peer, when > s->now ? when : s->now + 1);
}

/* The oldest that were not given to another, too, one a slot. */
void
late_note(struct sched *s, uint32_t peer)
{
	const struct peer *p = s->peers[peer];
	const struct group *k;
	double due, first = 1e18;
	uint32_t i, n = 0;

	for (i = p->out_first; i != 0 && n < p->slots; i = k->out_next) {
		k = &s->groups[i];
		if (k->late)
			continue;
		due = late_due(p, k, late_finish(p, k));
		first = due < first ? due : first;
		n++;
	}
	if (n > 0)
		late_at(s, peer, first);
}

static bool
late_has(const struct sched *s, const struct graph *g, uint32_t op,
    uint32_t peer)
{
	const struct op *o = &g->ops[op];
	const struct value *v = value_get(g, op);

	if (o->state != OP_COMPUTED)
		return false;
	if (v == NULL)
		return (o->flags & OPF_SOURCE) != 0;
	return v->data != NULL || v->stored || value_held(s, g, op, peer);
}

static double
late_transfer(const struct late *x, uint32_t op, uint32_t peer)
{
	const struct value *v = value_get(x->g, op);

	if (v == NULL || v->data != NULL ||
	    value_held(x->s, x->g, op, peer))
		return 0;
	return (double)v->size * 1e6 / crowd_down(x->s->peers[peer]);
}

/* Us until peer would be through with it, without lineage. */
static double
late_need(const struct late *x, uint32_t peer)
{
	const struct sched *s = x->s;
	const struct peer *q = s->peers[peer], *p = s->peers[x->k->peer];
	double us = q->rtt_us + predict_first(s, q) + predict_link(s, q);
	uint32_t i, n = x->k->n_inputs;

	us += x->k->compute_us * (double)p->speed / (double)q->speed;
	n = n < INPUTS_MOST ? n : INPUTS_MOST;
	for (i = 0; i < n; i++)
		us += late_transfer(x, x->k->inputs[i].op, peer);
	return us + estimate_group_us(q, 0);
}

static void
late_offer(struct late *x, uint32_t peer)
{
	const struct peer *q = x->s->peers[peer];
	double need;

	if (peer == x->k->peer || !assign_takes(x->s, q))
		return;
	need = late_need(x, peer);
	if (x->other != 0 && (need > x->need ||
	    (need >= x->need && peer >= x->other)))
		return;
	x->other = peer;
	x->need = need;
}

static void
late_best(struct late *x)
{
	const struct crowd *c = &x->s->crowd;
	uint32_t i;

	crowd_renew(x->s);
	for (i = 0; i < x->g->n_team && i < OTHERS_MOST; i++) {
		if (x->s->peers[x->g->team[i]] != NULL)
			late_offer(x, x->g->team[i]);
	}
	for (i = 0; i < c->n && i < OTHERS_MOST; i++)
		late_offer(x, c->order[CROWD_NEAR][i]);
}

/* Us that op's value takes from whoever has it to the other; 0: nobody. */
static double
late_ship(const struct late *x, uint32_t op)
{
	const struct value *v = value_get(x->g, op);
	const struct peer *h;

	if (v == NULL || v->holds == 0)
		return 0;
	h = x->s->peers[x->s->holds[v->holds].peer];
	return (double)v->size * 1e6 * (1 / crowd_up(h) +
	    1 / crowd_down(x->s->peers[x->other]));
}

/*
 * An input of what the twin computes, that it cannot have: computed in it
 * again, or shipped if that is sooner, or must be.  False: it cannot be had
 * so.  A group that decides a length has no use for it.
 */
static bool
late_again(struct late *x, uint32_t op)
{
	struct sched *s = x->s;
	const struct op *o = &x->g->ops[op];
	double us = estimate_op_us(s->peers[x->other], o);
	double ship = late_ship(x, op);

	if (o->state != OP_COMPUTED) {
		x->gone = true;
		return false;
	}
	if (ship > 0 && (x->ship || ship < us)) {
		value_fetch(s, x->g, op);
		x->waits = true;
		return true;
	}
	if ((o->flags & OPF_SOURCE) != 0 || s->n_form >= LINEAGE_MOST ||
	    shape_by_data(x->g, op))
		return false;
	x->again += us;
	s->form = sched_room(s->form, &s->form_cap, s->n_form + 1,
	    sizeof(*s->form));
	s->form[s->n_form++] = op;
	s->stack = sched_room(s->stack, &s->stack_cap, s->n_stack + 1,
	    sizeof(*s->stack));
	s->stack[s->n_stack++] = op;
	return true;
}

static bool
late_inputs(struct late *x, uint32_t op, uint32_t stamp)
{
	const uint32_t *refs;
	uint32_t n = graph_inputs(x->g, op, &refs), k;
	struct op *in;

	for (k = 0; k < n; k++) {
		in = &x->g->ops[refs[k]];
		if (in->stamp == stamp)
			continue;
		in->stamp = stamp;
		if (late_has(x->s, x->g, refs[k], x->other))
			x->transfer += late_transfer(x, refs[k], x->other);
		else if (!late_again(x, refs[k]))
			return false;
	}
	return true;
}

/* Into s->form: what the twin must compute again; false: it cannot be. */
static bool
late_lineage(struct late *x, bool ship)
{
	struct sched *s = x->s;
	uint32_t stamp = ++x->g->stamp, i;
	struct op *o;

	s->n_form = s->n_stack = 0;
	x->again = x->transfer = 0;
	x->waits = false;
	x->ship = ship;
	for (i = 0; i < x->k->n_ops; i++) {
		o = &x->g->ops[x->k->ops[i]];
		if (o->state == OP_COMPUTING && o->group == x->index)
			o->stamp = stamp;
	}
	for (i = 0; i < x->k->n_ops; i++) {
		o = &x->g->ops[x->k->ops[i]];
		if (o->state == OP_COMPUTING && o->group == x->index &&
		    !late_inputs(x, x->k->ops[i], stamp))
			return false;
	}
	while (s->n_stack > 0) {
		if (!late_inputs(x, s->stack[--s->n_stack], stamp))
			return false;
	}
	return true;
}

/* Inputs have lower numbers. */
static void
late_sort(uint32_t *v, uint32_t n)
{
	uint32_t gap, i, j, x;

	for (gap = n / 2; gap > 0; gap /= 2) {
		for (i = gap; i < n; i++) {
			x = v[i];
			for (j = i; j >= gap && v[j - gap] > x; j -= gap)
				v[j] = v[j - gap];
			v[j] = x;
		}
	}
}

/* What waits behind it and can be computed anywhere need not wait. */
static void
late_free_queue(struct sched *s, const struct peer *p)
{
	const struct group *k;
	const struct graph *g;
	uint32_t i = p->out_first, next, n;

	for (; i != 0; i = next) {
		k = &s->groups[i];
		g = s->graphs[k->graph];
		next = k->out_next;
		if (k->running || k->late || k->twin != 0)
			continue;
		for (n = 0; n < k->n_inputs; n++) {
			if (!late_has(s, g, k->inputs[n].op, 0))
				break;
		}
		if (n < k->n_inputs)
			continue;
		group_recall(s, i);
		next = p->out_first;
	}
}

/* Lineage is in s->form; the open ops of k follow. */
static void
late_twin(struct late *x)
{
	struct sched *s = x->s;
	struct peer *p = s->peers[x->k->peer];
	const struct peer *q = s->peers[x->other];
	uint32_t t = group_add(s, x->g, s->set.epoch, ++x->g->groups), i, op;
	struct group *k = x->k = &s->groups[x->index], *twin = &s->groups[t];

	late_sort(s->form, s->n_form);
	twin->ops = xmalloc((s->n_form + k->n_ops) * sizeof(*twin->ops));
	for (i = 0; i < s->n_form; i++)
		twin->ops[twin->n_ops++] = s->form[i];
	k->left = 0;
	for (i = 0; i < k->n_ops; i++) {
		op = k->ops[i];
		if (x->g->ops[op].state != OP_COMPUTING ||
		    x->g->ops[op].group != x->index)
			continue;
		twin->ops[twin->n_ops++] = op;
		k->left++;
		x->g->ops[op].group = t;
		x->g->ops[op].flags &= (uint8_t)~OPF_COMING;
	}
	twin->left = k->left;
	twin->twin = x->index;
	k->twin = t;
	k->late = true;
	s->n_twins++;
	p->watch_us = s->now;
	twin->compute_us = x->again + k->compute_us * (double)p->speed /
	    (double)q->speed;
	twin->busy_us = twin->compute_us + estimate_group_us(q, 0);
	twin->transfer_us = x->transfer;
	write_event(s, "group-late", x->g->g, p->cid, "");
	group_leave(s, t, x->other, 0);
	late_free_queue(s, p);
}

/* Nobody of those who have it answers: its ops go to whoever is next. */
static void
late_give_up(struct sched *s, uint32_t i)
{
	uint32_t twin = s->groups[i].twin, who[2], n;

	who[0] = s->groups[i].peer;
	who[1] = twin != 0 ? s->groups[twin].peer : 0;
	for (n = 0; n < 2; n++) {
		if (who[n] == 0)
			continue;
		s->peers[who[n]]->stuck = true;	/* until it answers */
		assign_distrust(s, who[n], 0.5);
		peer_hands_back(s, s->peers[who[n]]);
	}
}

/* Can x->other have it now?  What it needs is asked for, if that helps. */
static bool
late_ready(struct late *x)
{
	if (!late_lineage(x, false)) {
		x->gone = false;
		if (!late_lineage(x, true))
			return false;
	}
	return !x->waits;
}

/* k is late; when to look at it again. */
static double
late_group(struct sched *s, uint32_t i, double finish)
{
	struct group *k = &s->groups[i];
	struct late x = { .s = s, .g = s->graphs[k->graph], .k = k, .index = i,
		.since = (double)s->now - finish };
	double most = SILENT_US + 2 * (finish - (double)k->sent_us);
	double due = (double)(s->now + AGAIN_US);
	bool ready = false;

	if (k->twin == 0 && !k->claimed && s->n_twins < 1 + s->live / 10)
		late_best(&x);
	if (x.other != 0 && x.since < x.need)
		return finish + x.need + 1;
	if (x.other != 0)
		ready = late_ready(&x);
	if (ready && x.since >= x.need + x.again) {
		late_twin(&x);
		return 0;
	}
	if (x.since > most && s->live > 1 && (k->twin != 0 || x.gone ||
	    k->claimed || x.other == 0)) {
		write_event(s, "group-late", x.g->g, s->peers[k->peer]->cid,
		    "silent");
		late_give_up(s, i);
		return 0;
	}
	return ready ? finish + x.need + x.again + 1 : due;
}

/* False: something has changed, look again. */
static bool
late_look(struct sched *s, uint32_t peer)
{
	struct peer *p = s->peers[peer];
	const struct group *k;
	double finish, due;
	uint32_t i, n = 0;

	for (i = p->out_first; i != 0 && n < p->slots; i = k->out_next) {
		k = &s->groups[i];
		if (k->late)
			continue;
		n++;
		finish = late_finish(p, k);
		due = late_due(p, k, finish);
		if (due <= (double)s->now) {
			p->late_us = NEVER;
			due = late_group(s, i, finish);
			if (due <= (double)s->now)
				return false;
		}
		late_at(s, peer, due);
	}
	return true;
}

void
late_over(struct sched *s, uint32_t peer, uint64_t until)
{
	struct peer *p = s->peers[peer];

	p->late_us = until;
	if (until > s->now)
		timer_set(s, TIMER_WORK, peer, until);
	assign_touch(s, peer);
	s->assign = true;
}

void
late_answer(struct sched *s, uint32_t i)
{
	struct group *k = &s->groups[i], *other = &s->groups[k->twin];
	struct peer *p;
	uint64_t finish;

	if (k->twin == 0 || !other->late || other->state != GROUP_OUT)
		return;
	p = s->peers[other->peer];
	finish = other->start_us + (uint64_t)other->busy_us;
	estimate_slower(p, s->graphs[other->graph], other);
	if (other->out_prev == 0 && other->out_next == 0 && finish < s->now)
		late_over(s, other->peer, 2 * s->now - finish);
}

uint64_t
late_run(struct sched *s)
{
	uint32_t peer;

	while (timer_due(s, TIMER_LATE, &peer)) {
		while (!late_look(s, peer))
			continue;
	}
	return timer_next(s, TIMER_LATE);
}
