/*
 * The time of a plan: the copy's scheduler hands out groups, copies of the
 * participants compute them as long as estimates say, their links carry one
 * value after the other.
 */
#include "plan.h"

#define IDLE_MOST	100	/* turns in which nothing happens: it is stuck */

static bool
event_before(const struct plan_event *a, const struct plan_event *b)
{
	return a->us < b->us || (a->us == b->us && a->nth < b->nth);
}

static void
event_add(struct plan *pl, uint64_t us, uint32_t group, uint32_t op)
{
	struct plan_event e = { us, pl->nth++, group, op };
	uint32_t i, up;

	pl->events = sched_room(pl->events, &pl->events_cap,
	    pl->n_events + 1, sizeof(*pl->events));
	for (i = pl->n_events++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!event_before(&e, &pl->events[up]))
			break;
		pl->events[i] = pl->events[up];
	}
	pl->events[i] = e;
}

static struct plan_event
event_take(struct plan *pl)
{
	struct plan_event first = pl->events[0];
	struct plan_event e = pl->events[--pl->n_events];
	uint32_t i, c;

	for (i = 0; (c = 2 * i + 1) < pl->n_events; i = c) {
		if (c + 1 < pl->n_events &&
		    event_before(&pl->events[c + 1], &pl->events[c]))
			c++;
		if (!event_before(&pl->events[c], &e))
			break;
		pl->events[i] = pl->events[c];
	}
	if (pl->n_events > 0)
		pl->events[i] = e;
	return first;
}

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* So many bytes, from the time on that the link is free. */
static uint64_t
link_carries(uint64_t *link, uint64_t from, uint64_t bytes, double rate)
{
	*link = later(*link, from) + (uint64_t)((double)bytes * 1e6 / rate);
	return *link;
}

static uint64_t
op_bytes(const struct plan *pl, uint32_t op)
{
	return shape_bytes_most(pl->world, shape_most(pl->graph, op));
}

/* An upload, asked for by ASSIGN or FETCH. */
static void
run_upload(struct plan *pl, uint32_t peer, uint32_t op, uint64_t from)
{
	const struct peer *p = pl->world->peers[peer];
	uint64_t bytes = op_bytes(pl, op);

	pl->returned += bytes;
	event_add(pl, link_carries(&pl->peers[peer].up_us, from, bytes,
	    crowd_up(p)) + (uint64_t)(p->rtt_us / 2), 0, op);
}

/* When all its inputs are there. */
static uint64_t
run_inputs(struct plan *pl, const struct group *k, uint64_t from)
{
	struct plan_peer *c = &pl->peers[k->peer];
	const struct peer *p = pl->world->peers[k->peer];
	uint64_t ready = from, bytes;
	uint32_t i, op;

	for (i = 0; i < k->n_inputs; i++) {
		op = k->inputs[i].op;
		if (k->inputs[i].from == FROM_SENT) {
			bytes = op_bytes(pl, op);
			pl->sent += bytes;
			ready = later(ready, link_carries(&c->down_us, from,
			    bytes, crowd_down(p)));
			pl->ends[op] = ready;
		} else {
			ready = later(ready, pl->ends[op]);
		}
	}
	return ready;
}

/* The group arrives, waits for inputs and a slot, and is computed. */
static void
run_group(struct plan *pl, uint32_t index)
{
	const struct group *k = &pl->world->groups[index];
	const struct peer *p = pl->world->peers[k->peer];
	struct plan_peer *c = &pl->peers[k->peer];
	uint64_t half = (uint64_t)((p->rtt_us + (double)p->group_us) / 2), end;
	uint32_t i, op, slot = 0;
	double bytes = 0, us;

	end = run_inputs(pl, k, pl->world->now + half);
	for (i = 1; i < p->slots; i++) {
		if (c->free_us[i] < c->free_us[slot])
			slot = i;
	}
	for (i = 0; i < k->n_exports; i++)
		bytes += (double)op_bytes(pl, k->exports[i] & ~EXPORT_UPLOAD);
	us = k->compute_us + estimate_group_us(p, bytes) - (double)p->group_us;
	end = later(end, c->free_us[slot]) + (uint64_t)us;
	c->free_us[slot] = end;
	c->us += us;
	for (i = 0; i < k->n_exports; i++) {
		op = k->exports[i] & ~EXPORT_UPLOAD;
		pl->ends[op] = end;
		if (op_bytes(pl, op) <= MSG_SMALL)
			pl->returned += op_bytes(pl, op);
	}
	event_add(pl, end + half, index, 0);
}

static void
run_fetch(struct plan *pl, uint64_t session, const struct msg *m)
{
	const struct peer *p = pl->world->peers[session];
	size_t i;

	for (i = 0; i < m->fetch.values.n; i++)
		run_upload(pl, (uint32_t)session,
		    (uint32_t)m->fetch.values.v[i].op,
		    pl->world->now + (uint64_t)(p->rtt_us / 2));
}

/* What the copy's scheduler said in this turn. */
static uint32_t
run_said(struct plan *pl)
{
	struct msg_arena arena;
	struct msg_fault fault;
	struct bytes b;
	struct msg m;
	uint32_t i, ops = 0;
	size_t n;

	for (; pl->groups < pl->graph->groups; pl->groups++) {
		if (group_find(pl->world, pl->graph->g, pl->world->set.epoch,
		    pl->groups + 1, &i) == NULL ||
		    pl->world->groups[i].state != GROUP_OUT)
			continue;
		ops += pl->world->groups[i].n_ops;
		run_group(pl, i);
	}
	msg_arena_init(&arena);
	for (n = 0; n < pl->out.n_sends; n++) {
		b = out_message(&pl->out, n);
		if (msg_peek(b.p, b.n) == M_FETCH && msg_decode(&m, b.p, b.n,
		    MSG_S, MSG_P, &arena, &fault) == E_OK)
			run_fetch(pl, pl->out.sends[n].session, &m);
		msg_arena_reset(&arena);
	}
	msg_arena_clear(&arena);
	out_reset(&pl->out);
	return ops;
}

/* All that is known of a result before it is there. */
static void
run_result(struct plan *pl, uint32_t index)
{
	static const uint8_t nothing[MSG_SMALL];
	const struct group *k = &pl->world->groups[index];
	uint32_t n = k->n_exports, i, op, peer = k->peer;
	struct rec_export *ex;
	uint8_t (*digests)[DIGEST_LEN];
	struct msg_result r = { .g = pl->graph->g };
	const struct shape *shape;
	uint64_t end = 0;

	if (k->state != GROUP_OUT)
		return;
	ex = xcalloc(n + 1, sizeof(*ex));
	digests = xcalloc(n + 1, sizeof(*digests));
	for (i = 0; i < n; i++) {
		op = k->exports[i] & ~EXPORT_UPLOAD;
		shape = shape_most(pl->graph, op);
		memcpy(digests[i], &op, sizeof(op));
		ex[i] = (struct rec_export){ .op = op, .dtype = shape->dtype,
			.dims = { shape->dims, shape->ndim },
			.size = op_bytes(pl, op),
			.digest = { digests[i], DIGEST_LEN } };
		if (ex[i].size <= MSG_SMALL)
			ex[i].data = (struct bytes){ nothing, ex[i].size };
		end = later(end, pl->ends[op]);
	}
	for (i = 0; i < n; i++) {
		if ((k->exports[i] & EXPORT_UPLOAD) && ex[i].size > MSG_SMALL)
			run_upload(pl, peer, (uint32_t)ex[i].op, end);
	}
	r.exports.v = ex;
	r.exports.n = n;
	result_apply(pl->world, index, &r);
	xfree(ex);
	xfree(digests);
}

static void
run_event(struct plan *pl, const struct plan_event *e)
{
	struct value *v;

	if (e->group != 0) {
		run_result(pl, e->group);
		return;
	}
	v = value_slot(pl->graph, e->op);
	value_stored(pl->world, v->digest);
}

static bool
run_over(const struct plan *pl)
{
	const struct graph *g = pl->graph;

	return g->count[OP_PENDING] + g->count[OP_COMPUTING] == 0 &&
	    g->owed == 0;
}

/* One turn of the copy's scheduler, with all that happens at that time. */
static uint32_t
run_turn(struct plan *pl)
{
	struct sched *w = pl->world;
	struct plan_event e;
	uint32_t said;

	if (pl->n_events > 0 && pl->events[0].us <= pl->next_us)
		pl->next_us = pl->events[0].us;
	w->now = later(w->now, pl->next_us);
	w->out = &pl->out;
	pl->idle++;
	while (pl->n_events > 0 && pl->events[0].us <= w->now) {
		e = event_take(pl);
		run_event(pl, &e);
		pl->idle = 0;
	}
	pl->next_us = sched_tick(w, w->now, &pl->out);
	said = run_said(pl);
	if (said > 0)
		pl->idle = 0;
	if (pl->n_events == 0 && pl->next_us == NEVER)
		pl->idle = IDLE_MOST;
	return 1 + said;
}

void
plan_run(struct plan *pl, uint32_t ops)
{
	uint32_t done = 0;

	while (!pl->done && done < ops) {
		if (run_over(pl)) {
			pl->basis = PLAN_RUN;
			pl->end_us = pl->world->now;
			pl->done = true;
		} else if (pl->idle >= IDLE_MOST) {
			pl->basis = PLAN_NOBODY;
			pl->done = true;
		} else {
			done += run_turn(pl);
		}
	}
}
