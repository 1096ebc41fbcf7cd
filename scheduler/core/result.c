/*
 * RESULT: the first valid one of a group counts, later ones are acknowledged
 * and compared.  Nothing a participant says is believed that can be checked.
 */
#include "sched_priv.h"

#define LIED	0.25	/* of its share of work left, after a wrong result */

struct result {
	struct sched		*s;
	struct graph		*g;
	struct group		*k;
	uint32_t		 index;		/* of the group */
	struct peer		*p;
	uint32_t		 peer;
	const struct msg_result	*r;
};

static void
result_ack(struct result *x)
{
	struct msg m = { .id = M_ACK, .ack = { .g = x->r->g,
		.epoch = x->r->epoch, .group = x->r->group } };

	out_send(x->s->out, x->p->session, &m, true);
}

static void
result_refuse(struct result *x, enum error code, const char *text)
{
	struct msg_refuse m = { .what = SUBJECT_GROUP, .g = x->r->g,
		.epoch = x->r->epoch, .number = x->r->group, .code = code };

	m.text = str_of(text);
	sched_refuse(x->s, x->p->session, &m);
}

/* It keeps what it computed until told; of no use is what we do not count. */
static void
result_drop(struct result *x)
{
	uint64_t op;
	size_t i;

	if (x->g == NULL || !graph_open(x->g)) {
		value_drop_at(x->s, x->peer, x->r->g, 0);
		return;
	}
	for (i = 0; i < x->r->exports.n; i++) {
		op = x->r->exports.v[i].op;
		if (op == 0 || op > x->g->n_ops ||
		    !value_held(x->s, x->g, (uint32_t)op, x->peer))
			value_drop_at(x->s, x->peer, x->r->g, op);
	}
}

static bool
export_small_sound(const struct shape *shape, const struct rec_export *e)
{
	uint8_t digest[DIGEST_LEN];

	if (e->data.n != e->size ||
	    !tensor_valid(shape->dtype, e->data.p, e->data.n))
		return false;
	tensor_digest(shape, e->data.p, digest);
	return memcmp(digest, e->digest.p, DIGEST_LEN) == 0;
}

/* Its shape, if that fits what is known: any length up to the most else. */
static bool
export_shape(const struct graph *g, const struct rec_export *e,
    struct shape *shape)
{
	const struct shape *most = shape_most(g, (uint32_t)e->op);
	size_t i;

	*shape = *graph_shape(g, (uint32_t)e->op);
	for (i = 0; i < e->dims.n; i++) {
		if (shape->dims[i] == LENGTH_UNKNOWN && e->dims.v[i] >= 0 &&
		    e->dims.v[i] <= most->dims[i])
			shape->dims[i] = e->dims.v[i];
		if (e->dims.v[i] != shape->dims[i])
			return false;
	}
	return true;
}

static const char *
export_fault(const struct graph *g, const struct rec_export *e)
{
	const struct op *o = &g->ops[e->op];
	struct shape shape = *graph_shape(g, (uint32_t)e->op);

	if (e->dtype != shape.dtype || e->dims.n != shape.ndim)
		return "An export has another dtype or rank than its op.";
	if (!export_shape(g, e, &shape))
		return "An export has another shape than its op.";
	if (e->digest.n != DIGEST_LEN || shape_bytes(&shape) < 0 ||
	    e->size != (uint64_t)shape_bytes(&shape))
		return "An export has a wrong size or no digest.";
	if (e->size <= MSG_SMALL && !export_small_sound(&shape, e))
		return "The digest of an export is not that of its bytes.";
	if (o->state != OP_FAILED && o->value != 0 &&
	    g->values[o->value].known &&
	    memcmp(g->values[o->value].digest, e->digest.p, DIGEST_LEN) != 0)
		return "An op was computed before, with another value.";
	return NULL;
}

/* Why it cannot be true, or NULL.  got: 0 in the group, 1 reported. */
static const char *
result_fault(struct result *x)
{
	struct graph *g = x->g;
	uint32_t stamp = ++g->stamp, i, op;
	const char *why = NULL;

	for (i = 0; i < x->k->n_ops; i++) {
		g->ops[x->k->ops[i]].stamp = stamp;
		g->ops[x->k->ops[i]].got = 0;
	}
	for (i = 0; i < x->r->exports.n && why == NULL; i++) {
		if (x->r->exports.v[i].op == 0 ||
		    x->r->exports.v[i].op > g->n_ops ||
		    g->ops[x->r->exports.v[i].op].stamp != stamp)
			return "An export is not an op of the group.";
		if (g->ops[x->r->exports.v[i].op].got++ != 0)
			return "An op is exported twice.";
		why = export_fault(g, &x->r->exports.v[i]);
	}
	for (i = 0; i < x->r->errors.n && why == NULL; i++) {
		if (x->r->errors.v[i].op == 0 ||
		    x->r->errors.v[i].op > g->n_ops ||
		    g->ops[x->r->errors.v[i].op].stamp != stamp ||
		    x->r->errors.v[i].code == 0)
			return "An error is not of an op of the group.";
		g->ops[x->r->errors.v[i].op].got = 1;
	}
	for (i = 0; i < x->k->n_exports && why == NULL; i++) {
		op = x->k->exports[i] & ~EXPORT_UPLOAD;
		if (g->ops[op].got == 0)
			why = "An exported op is missing in the result.";
	}
	return why;
}

static void
result_errors(struct result *x)
{
	const struct rec_op_error *e;
	int64_t a[4];
	uint32_t op, cause;
	size_t i, k;

	for (i = 0; i < x->r->errors.n; i++) {
		e = &x->r->errors.v[i];
		memset(a, 0, sizeof(a));
		for (k = 0; k < e->args.n && k < 4; k++)
			a[k] = e->args.v[k];
		op = (uint32_t)e->op;
		cause = op;
		if (e->code == E_DEPENDS && a[0] > 0 && a[0] < (int64_t)op &&
		    x->g->ops[a[0]].state == OP_FAILED)
			cause = state_failure(x->g, (uint32_t)a[0])->cause;
		state_fail(x->s, x->g, op,
		    error_known(e->code) ? (enum error)e->code : E_INTERNAL,
		    cause, a);
	}
}

static void
result_learn(struct result *x, const struct rec_export *e)
{
	uint32_t op = (uint32_t)e->op;
	struct shape shape;

	if ((x->g->ops[op].flags & OPF_OPEN) == 0)
		return;
	(void)export_shape(x->g, e, &shape);
	shape_learn(x->s, x->g, op, &shape);
}

static void
result_value(struct result *x, const struct rec_export *e)
{
	struct value *v;

	result_learn(x, e);
	if (x->g->ops[e->op].state == OP_FAILED) {
		value_drop_at(x->s, x->peer, x->g->g, e->op);
		return;
	}
	v = value_slot(x->g, (uint32_t)e->op);
	memcpy(v->digest, e->digest.p, DIGEST_LEN);
	v->size = e->size;
	v->known = true;
	v->lineage_us = (float)x->k->lineage_us;
	if (e->size <= MSG_SMALL && v->data == NULL) {
		v->data = xmalloc(e->size + 1);
		if (e->size > 0)
			memcpy(v->data, e->data.p, e->size);
	}
	value_hold(x->s, x->g, (uint32_t)e->op, x->peer);
}

/* The uploads that the assignment asked for follow the result. */
static void
result_uploads(struct result *x)
{
	uint32_t i, op;

	/* Sent again after a reconnect: what was uploaded is not known. */
	if (x->k->claimed)
		return;
	for (i = 0; i < x->k->n_exports; i++) {
		op = x->k->exports[i] & ~EXPORT_UPLOAD;
		if (x->k->exports[i] != op &&
		    shape_bytes(graph_shape(x->g, op)) > MSG_SMALL &&
		    value_held(x->s, x->g, op, x->peer))
			value_expect(x->s, x->g, op, x->peer);
	}
}

static void
result_settle(struct result *x, uint32_t op)
{
	struct op *o = &x->g->ops[op];

	if (o->state != OP_COMPUTED)
		return;
	if (o->flags & OPF_PERSIST)
		value_persist(x->s, x->g, op);
	value_send(x->s, x->g, op);
	if (o->state == OP_COMPUTED && o->users == 0)
		value_unneeded(x->s, x->g, op);
	state_revive(x->s, x->g, op);
}

static void
result_accept(struct result *x)
{
	struct sched *s = x->s;
	uint32_t i;

	if (x->k->state != GROUP_OUT || x->k->peer != x->peer)
		x->k->claimed = true;
	late_answer(s, x->index);
	if (!x->k->claimed)
		estimate_result(s, x->p, x->g, x->k, x->r);
	group_unlink(s, x->index);
	x->k->state = GROUP_DONE;
	x->k->peer = x->peer;
	x->k->peer_serial = x->p->serial;
	x->p->refusals = 0;
	x->p->client.groups++;
	x->p->client.ops += x->k->n_ops;
	x->p->client.compute_us += x->r->compute_us;
	peer_changed(x->s, x->peer);
	x->g->compute_us += x->r->compute_us;
	result_errors(x);
	for (i = 0; i < x->r->exports.n; i++)
		result_value(x, &x->r->exports.v[i]);
	for (i = 0; i < x->k->n_ops; i++) {
		state_computed(s, x->g, x->k->ops[i]);
		x->g->ops[x->k->ops[i]].group = x->index;
	}
	result_uploads(x);
	group_record(s, x->index, x->r);
	for (i = 0; i < x->k->n_ops; i++)
		result_settle(x, x->k->ops[i]);
	group_done(s, x->index);
	result_ack(x);
}

void
result_apply(struct sched *s, uint32_t group, const struct msg_result *r)
{
	struct result x = { .s = s, .k = &s->groups[group], .index = group,
		.r = r };

	x.g = s->graphs[x.k->graph];
	x.peer = x.k->peer;
	x.p = s->peers[x.peer];
	result_accept(&x);
}

/* Its input is not where it was thought to be; false: it was still to come. */
static bool
refused_input(struct result *x, int64_t ordinal)
{
	struct group *k = x->k;
	struct value *v;
	uint32_t i, op;
	bool there = false;

	for (i = 0; i < k->n_inputs; i++) {
		if (ordinal >= 0 && ordinal < k->n_inputs && i != ordinal)
			continue;
		op = k->inputs[i].op;
		if (x->g->ops[op].state != OP_COMPUTED ||
		    x->g->ops[op].value == 0)
			continue;
		there = true;
		v = &x->g->values[x->g->ops[op].value];
		if (k->inputs[i].from == FROM_SENT && ordinal >= 0 &&
		    (x->g->ops[op].flags & OPF_SOURCE) == 0)
			v->stored = false;
		value_drop_at(x->s, x->peer, x->g->g, op);
		value_unhold(x->s, x->g, op, x->peer);
		state_revive(x->s, x->g, op);
	}
	return there;
}

static void
refused_memory(struct result *x, uint64_t need)
{
	struct group *k = x->k;
	uint32_t i;

	memory_cramped(x->s, x->peer, 0);
	if (k->n_ops == 1 && !memory_full(x->p)) {
		if (need <= x->p->memory)
			need = x->p->memory + 1;
		need = (need + 1023) / 1024;
		map_put(&x->g->need, k->ops[0],
		    need < MAP_NONE ? (uint32_t)need : MAP_NONE - 1);
		return;
	}
	for (i = 0; i < k->n_ops; i++)
		x->g->ops[k->ops[i]].flags |= OPF_SINGLE;
}

/* The group was not computed at all: it goes elsewhere. */
static void
result_refused(struct result *x, const struct rec_op_error *e)
{
	bool lost = false;

	if (x->k->state != GROUP_OUT) {
		result_ack(x);
		return;
	}
	x->p->client.refused++;
	peer_changed(x->s, x->peer);
	switch (e->code) {
	case E_MEMORY:
		refused_memory(x, e->args.n > 0 && e->args.v[0] > 0 ?
		    (uint64_t)e->args.v[0] : 0);
		break;
	case E_NO_INPUT:
		lost = refused_input(x, e->args.n > 0 ? e->args.v[0] : -1);
		break;
	default:
		assign_distrust(x->s, x->peer, 0.5);
		lost = true;
	}
	assign_refused(x->s, x->peer);
	group_return(x->s, x->index, lost);
	result_ack(x);
}

static void
result_take(struct result *x)
{
	const struct msg_result *r = x->r;
	const char *why;

	if (r->exports.n == 0 && r->errors.n == 1 && r->errors.v[0].op == 0) {
		result_refused(x, &r->errors.v[0]);
		return;
	}
	why = result_fault(x);
	if (why == NULL) {
		result_accept(x);
		return;
	}
	if (x->k->state != GROUP_OUT) {
		result_refuse(x, E_BAD_DIGEST, why);	/* said already */
		result_drop(x);
		return;
	}
	assign_distrust(x->s, x->peer, LIED);
	x->p->client.refused++;
	peer_changed(x->s, x->peer);
	write_event(x->s, "refused", r->g, x->p->cid, why);
	result_refuse(x, E_BAD_DIGEST, why);
	group_return(x->s, x->index, true);
	result_drop(x);
}

static void
result_check(struct result *x)
{
	const struct group *k = x->k;

	if (k == NULL)
		result_refuse(x, E_NOT_YOURS, "There is no such group.");
	else if (x->r->token.n != sizeof(k->token) ||
	    memcmp(x->r->token.p, k->token, sizeof(k->token)) != 0)
		result_refuse(x, E_BAD_TOKEN, "The token is not the group's.");
	else if (!graph_open(x->g))
		result_refuse(x, E_GRAPH_ENDED, "The graph has ended.");
	else if (k->state == GROUP_DONE)
		result_ack(x);
	else {
		result_take(x);
		return;
	}
	result_drop(x);
}

void
on_result(struct sched *s, struct peer *p, uint32_t peer, const struct msg *m)
{
	struct result x = { .s = s, .p = p, .peer = peer, .r = &m->result };

	if (p->stuck || p->late_us > s->now) {
		p->stuck = false;
		late_over(s, peer, 0);
	}
	x.g = sched_graph(s, x.r->g);
	if (x.g == NULL) {
		result_refuse(&x, E_NO_GRAPH, "There is no such graph.");
		result_drop(&x);
		return;
	}
	x.k = group_find(s, x.r->g, x.r->epoch, x.r->group, &x.index);
	result_check(&x);
}
