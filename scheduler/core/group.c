/*
 * Groups from forming to their end.  A group's name is never used twice; its
 * token is known to whom it was given alone.
 */
#include "policy.h"

#define ALONE_US	1000	/* transfers that do not matter */
#define HANDLE_US	0.25	/* of an op, in programs on their way */

static uint64_t
group_key(const struct sched *s, uint64_t g, uint64_t epoch, uint64_t counter)
{
	return map_mix(map_mix(map_mix(s->set.seed, g), epoch), counter);
}

struct group *
group_find(struct sched *s, uint64_t g, uint64_t epoch, uint64_t counter,
    uint32_t *index)
{
	uint32_t i = map_get(&s->by_group, group_key(s, g, epoch, counter));
	struct group *k;

	if (i == MAP_NONE)
		return NULL;
	k = &s->groups[i];
	if (k->epoch != epoch || k->counter != counter ||
	    s->graphs[k->graph]->g != g)
		return NULL;
	*index = i;
	return k;
}

uint32_t
group_add(struct sched *s, struct graph *g, uint64_t epoch, uint64_t counter)
{
	uint32_t i = s->free_group;
	struct group *k;

	if (i != 0) {
		s->free_group = s->groups[i].next;
	} else {
		if (s->n_groups == 0)
			s->n_groups = 1;
		i = s->n_groups++;
		s->groups = sched_room(s->groups, &s->groups_cap, s->n_groups,
		    sizeof(*s->groups));
	}
	k = &s->groups[i];
	*k = (struct group){ .graph = g->index, .next = g->first_group,
		.epoch = epoch, .counter = counter, .attempt = 1,
		.state = GROUP_RETURNED };
	g->first_group = i;
	map_put(&s->by_group, group_key(s, g->g, epoch, counter), i);
	return i;
}

static void
group_shed(struct group *k)
{
	xfree(k->ops);
	xfree(k->exports);
	xfree(k->inputs);
	k->ops = k->exports = NULL;
	k->inputs = NULL;
	k->n_ops = k->n_exports = k->n_inputs = 0;
}

void
group_free(struct sched *s, uint32_t i)
{
	struct group *k = &s->groups[i];

	group_unlink(s, i);
	group_shed(k);
	map_del(&s->by_group, group_key(s, s->graphs[k->graph]->g, k->epoch,
	    k->counter));
	k->next = s->free_group;
	s->free_group = i;
}

void
group_token(const struct sched *s, const struct group *k, struct str cid,
    uint8_t token[16])
{
	uint64_t name[4] = { s->graphs[k->graph]->g, k->epoch, k->counter,
		k->attempt };
	uint8_t all[DIGEST_LEN];
	struct digest d;

	digest_init_keyed(&d, s->set.token_key);
	digest_update(&d, name, sizeof(name));
	digest_update(&d, cid.p, cid.n);
	digest_final(&d, all);
	memcpy(token, all, 16);
}

static void
group_link(struct sched *s, uint32_t i, uint32_t peer)
{
	struct group *k = &s->groups[i];
	struct peer *p = s->peers[peer];

	k->peer = peer;
	k->peer_serial = p->serial;
	k->state = GROUP_OUT;
	k->out_next = 0;
	k->out_prev = p->out_last;
	if (p->out_last != 0)
		s->groups[p->out_last].out_next = i;
	else
		p->out_first = i;
	p->out_last = i;
	p->n_out++;
	fair_out(s, s->graphs[k->graph], 1);
}

/* Takes it off its participant's list; peer stays, to say who it was. */
void
group_unlink(struct sched *s, uint32_t i)
{
	struct group *k = &s->groups[i];
	struct peer *p;

	if (k->state != GROUP_OUT)
		return;
	p = s->peers[k->peer];
	if (k->out_prev != 0)
		s->groups[k->out_prev].out_next = k->out_next;
	else
		p->out_first = k->out_next;
	if (k->out_next != 0)
		s->groups[k->out_next].out_prev = k->out_prev;
	else
		p->out_last = k->out_prev;
	p->n_out--;
	p->makes -= k->makes;
	k->makes = 0;
	if (p->n_out == 0 && p->late_us == NEVER)
		p->late_us = 0;
	k->state = GROUP_RETURNED;
	fair_out(s, s->graphs[k->graph], -1);
	assign_predict(s, k->peer);
}

/* k grew: what it takes, beside its turn. */
static void
group_figures(const struct grow *gr, struct group *k)
{
	k->alone = gr->p->n_out == 0 && gr->transfer_us < ALONE_US;
	k->compute_us = gr->us * estimate_contention(gr->p, gr->p->n_out + 1);
	k->busy_us = k->compute_us + estimate_group_us(gr->p, 0);
	k->transfer_us = grow_down_us(gr) + HANDLE_US * k->n_ops;
	k->answer_us = grow_up_us(gr);
}

void
group_leave(struct sched *s, uint32_t i, uint32_t peer, uint64_t after_us)
{
	struct group *k = &s->groups[i];
	struct graph *g = s->graphs[k->graph];

	group_token(s, k, str_of(s->peers[peer]->cid), k->token);
	group_link(s, i, peer);
	predict_place(s, k, after_us);
	group_send(s, i);
	memory_makes(s, i);
	group_record(s, i, NULL);
	write_computing(s, g, k, true);
	fair_charge(s, g, k->busy_us);
	s->handed += k->n_ops;
}

uint32_t
group_form(struct grow *gr)
{
	struct sched *s = gr->s;
	struct graph *g = gr->g;
	struct group *k;
	uint32_t i;

	i = group_add(s, g, s->set.epoch, g->groups + 1);
	gr->group = i;
	if (!grow_run(gr)) {
		g->first_group = s->groups[i].next;
		group_free(s, i);
		return 0;
	}
	g->groups++;
	k = &s->groups[i];
	k->n_ops = k->left = s->n_form;
	k->ops = xmalloc(s->n_form * sizeof(*k->ops));
	memcpy(k->ops, s->form, s->n_form * sizeof(*k->ops));
	group_figures(gr, k);
	group_leave(s, i, gr->peer, gr->after_us);
	return i;
}

/* After a reconnect or a restart: peer has the group still. */
void
group_claim(struct sched *s, uint32_t i, uint32_t peer)
{
	struct group *k = &s->groups[i];
	struct graph *g = s->graphs[k->graph];
	uint32_t n;

	group_unlink(s, i);
	group_link(s, i, peer);
	k->claimed = true;
	k->late = k->twin != 0 && k->late;
	s->unclaimed -= k->waited;
	k->waited = false;
	if (k->busy_us <= 0)
		k->busy_us = (double)s->set.limits.group_min_us;
	k->transfer_us = 0;
	predict_place(s, k, 0);
	memory_makes(s, i);
	k->left = 0;
	for (n = 0; n < k->n_ops; n++) {
		if (g->ops[k->ops[n]].state == OP_PENDING)
			state_start(s, g, k->ops[n], i);
		k->left += g->ops[k->ops[n]].state == OP_COMPUTING &&
		    g->ops[k->ops[n]].group == i;
	}
	if (k->left == 0) {
		group_cancel(s, i);
		return;
	}
	group_record(s, i, NULL);
	write_computing(s, g, k, true);
}

static void
group_lost_op(struct sched *s, struct graph *g, uint32_t op)
{
	struct op *o = &g->ops[op];

	if (o->tries < 255)
		o->tries++;
	if (o->tries >= s->set.limits.group_tries)
		o->flags |= OPF_SINGLE;
	if (o->tries >= s->set.limits.op_tries)
		state_fail(s, g, op, E_LOST, op, NULL);
}

static void
group_say_cancel(struct sched *s, const struct group *k)
{
	struct rec_group_ref ref = { s->graphs[k->graph]->g, k->epoch,
		k->counter };
	struct msg m = { .id = M_CANCEL };
	struct peer *p = k->peer != 0 ? s->peers[k->peer] : NULL;

	m.cancel.groups.v = &ref;
	m.cancel.groups.n = 1;
	if (p != NULL && p->serial == k->peer_serial && p->session != 0)
		out_send(s->out, p->session, &m, false);
}

static bool
group_at(const struct sched *s, uint32_t i, uint32_t peer)
{
	return i != 0 && s->groups[i].state == GROUP_OUT &&
	    s->groups[i].peer == peer;
}

bool
group_comes(const struct sched *s, const struct graph *g, uint32_t op,
    uint32_t peer)
{
	const struct op *o = &g->ops[op];

	return o->state == OP_COMPUTING && o->group != 0 &&
	    (group_at(s, o->group, peer) ||
	    group_at(s, s->groups[o->group].twin, peer));
}

/* Does it wait for a value that will not come any more? */
static bool
group_starves(const struct sched *s, const struct group *k, uint32_t graph)
{
	const struct graph *g = s->graphs[graph];
	uint32_t n, op;

	for (n = 0; k->graph == graph && n < k->n_inputs; n++) {
		op = k->inputs[n].op;
		if (k->inputs[n].from == FROM_COMING &&
		    !group_comes(s, g, op, k->peer) &&
		    !value_held(s, g, op, k->peer))
			return true;
	}
	return false;
}

/* Groups sent ahead after one that was returned go back too. */
static void
group_return_ahead(struct sched *s, struct peer *p, uint32_t graph)
{
	uint32_t i = p->out_first;

	while (i != 0) {
		if (!group_starves(s, &s->groups[i], graph)) {
			i = s->groups[i].out_next;
			continue;
		}
		group_recall(s, i);
		i = p->out_first;	/* the list has changed */
	}
}

void
group_recall(struct sched *s, uint32_t i)
{
	group_say_cancel(s, &s->groups[i]);
	group_return(s, i, false);
}

static void
group_part(struct sched *s, uint32_t i)
{
	if (s->groups[i].twin == 0)
		return;
	s->groups[s->groups[i].twin].twin = 0;
	s->groups[i].twin = 0;
	s->n_twins--;
}

/* The twin of i goes on without it. */
static void
group_bequeath(struct sched *s, uint32_t i)
{
	struct group *k = &s->groups[i], *twin = &s->groups[k->twin];
	struct graph *g = s->graphs[k->graph];
	uint32_t n, op;

	if (k->twin == 0)
		return;
	for (n = 0; n < k->n_ops; n++) {
		op = k->ops[n];
		if (g->ops[op].state != OP_COMPUTING || g->ops[op].group != i)
			continue;
		g->ops[op].group = k->twin;
		g->ops[op].flags &= (uint8_t)~OPF_COMING;
	}
	for (n = 0; n < twin->n_exports; n++) {
		op = twin->exports[n] & ~EXPORT_UPLOAD;
		if (g->ops[op].group == k->twin)
			g->ops[op].flags |= OPF_COMING;
	}
	twin->late = false;
	group_part(s, i);
}

void
group_return(struct sched *s, uint32_t i, bool lost)
{
	struct graph *g = s->graphs[s->groups[i].graph];
	uint32_t n, op;

	if (s->groups[i].state != GROUP_OUT)
		return;
	group_unlink(s, i);
	group_bequeath(s, i);
	for (n = 0; n < s->groups[i].n_ops; n++) {
		op = s->groups[i].ops[n];
		if (g->ops[op].state != OP_COMPUTING || g->ops[op].group != i)
			continue;
		state_return(s, g, op);
		if (lost)
			group_lost_op(s, g, op);
	}
	group_record(s, i, NULL);
	write_computing(s, g, &s->groups[i], false);
	group_return_ahead(s, s->peers[s->groups[i].peer], g->index);
}

void
group_done(struct sched *s, uint32_t i)
{
	struct group *k = &s->groups[i];
	struct graph *g = s->graphs[k->graph];

	group_unlink(s, i);
	group_part(s, i);
	write_computing(s, g, k, false);
	k->state = GROUP_DONE;
	group_shed(k);
}

/* Nothing in it is needed any more: its participant may stop. */
void
group_cancel(struct sched *s, uint32_t i)
{
	const struct group *k = &s->groups[i];
	struct peer *p = k->state == GROUP_OUT ? s->peers[k->peer] : NULL;

	group_say_cancel(s, k);
	group_unlink(s, i);
	group_record(s, i, NULL);
	group_done(s, i);
	if (p != NULL)
		group_return_ahead(s, p, k->graph);
}

static void
group_record_values(struct sched *s, const struct graph *g, struct buf *b,
    const struct msg_result *r)
{
	const struct rec_export *e;
	struct record_value v;
	struct record_error err;
	const struct failure *f;
	size_t i;

	for (i = 0; i < r->exports.n; i++) {
		e = &r->exports.v[i];
		v = (struct record_value){ .op = (uint32_t)e->op,
			.dtype = (uint8_t)e->dtype, .size = e->size,
			.flags = e->size <= MSG_SMALL ? RECORD_SMALL : 0,
			.data = e->data };
		memcpy(v.digest, e->digest.p, DIGEST_LEN);
		if (g->ops[e->op].flags & OPF_OPEN) {
			v.flags |= RECORD_SHAPED;
			v.ndim = (uint8_t)e->dims.n;
			v.dims = e->dims.v;
		}
		record_group_value(b, &v);
	}
	for (i = 0; i < r->errors.n; i++) {
		err = (struct record_error){ .op = (uint32_t)r->errors.v[i].op,
			.code = (uint32_t)r->errors.v[i].code };
		if (g->ops[err.op].state == OP_FAILED) {
			f = state_failure(g, err.op);
			err.code = f->code;
			err.cause = f->cause;
			memcpy(err.a, f->a, sizeof(err.a));
		}
		record_group_error(b, &err);
	}
	(void)s;
}

/* Its record: with r done, else out or returned. */
void
group_record(struct sched *s, uint32_t i, const struct msg_result *r)
{
	struct group *k = &s->groups[i];
	struct graph *g = s->graphs[k->graph];
	struct record_group rec = { .attempt = k->attempt, .n_ops = k->n_ops,
		.ops = k->ops, .time_ms = sched_unix_us(s) / 1000 };
	struct peer *p = k->peer != 0 ? s->peers[k->peer] : NULL;
	struct buf b;

	rec.state = r != NULL ? RECORD_DONE :
	    k->state == GROUP_OUT ? RECORD_OUT : RECORD_RETURNED;
	if (p != NULL && p->serial == k->peer_serial) {
		rec.cid = str_of(p->cid);
		rec.tab = str_of(p->tab);
	}
	if (r != NULL) {
		rec.n_values = (uint32_t)r->exports.n;
		rec.n_errors = (uint32_t)r->errors.n;
		rec.compute_us = r->compute_us;
	}
	buf_init(&b);
	record_group_begin(&b, &rec);
	if (r != NULL)
		group_record_values(s, g, &b, r);
	record_group_end(&b, 0);
	write_group(s, g, k, (struct bytes){ b.data, b.len });
	buf_clear(&b);
}
