/*
 * Baselines: what goes where.
 */
#include <math.h>

#include "base.h"

#define FIFTY	50
#define CHUNK_US 50000		/* POLICY_ONE: a group */
#define CHUNK	4096

/* ---- single ops to random idle slots, fifties to the first ---- */

static uint32_t
idle_random(struct base *b)
{
	uint32_t i, n = 0, k;
	const struct base_host *h;

	for (i = 1; i < b->n_hosts; i++) {
		h = &b->hosts[i];
		n += h->here && h->ready && h->n_out < h->trait.slots;
	}
	if (n == 0)
		return 0;
	k = rng_below(&b->rng, n);
	for (i = 1; i < b->n_hosts; i++) {
		h = &b->hosts[i];
		if (h->here && h->ready && h->n_out < h->trait.slots &&
		    k-- == 0)
			return i;
	}
	return 0;
}

static uint32_t
idle_first(const struct base *b)
{
	const struct base_host *h;
	uint32_t i;

	for (i = 1; i < b->n_hosts; i++) {
		h = &b->hosts[i];
		if (h->here && h->ready && h->n_out < h->trait.slots)
			return i;
	}
	return 0;
}

/* The first that still waits, for whom all is there; 0: none. */
static uint32_t
next_ready(struct base *b)
{
	uint32_t op;

	while (b->first_ready < b->n_ready) {
		op = b->ready[b->first_ready++];
		if (b->ops[op].state == BASE_WAITS && b->ops[op].missing == 0)
			return op;
	}
	return 0;
}

static void
pick_ready(struct base *b)
{
	uint32_t ops[FIFTY], n, host, most;

	most = b->policy == POLICY_FIFTY ? FIFTY : 1;
	while (b->first_ready < b->n_ready) {
		host = b->policy == POLICY_FIFTY ? idle_first(b) :
		    idle_random(b);
		if (host == 0)
			return;
		for (n = 0; n < most && (ops[n] = next_ready(b)) != 0; n++)
			continue;
		if (n > 0)
			base_send(b, host, ops, n);
	}
}

/* ---- HEFT ---- */

bool
base_there(const struct base *b, uint32_t host, uint32_t op)
{
	const struct base_op *o = &b->ops[op];

	return o->data != NULL || o->stored || base_held(b, host, op) ||
	    (o->state == BASE_OUT_THERE && o->host == host);
}

/* Its holder was not told to upload it, and somebody else needs it now. */
static void
ask_for(struct base *b, uint32_t op)
{
	struct rec_value_ref ref = { 1, op };
	struct msg m = { .id = M_FETCH };

	if (b->ops[op].state != BASE_DONE || b->ops[op].asked ||
	    !b->hosts[b->ops[op].host].here)
		return;
	b->ops[op].asked = true;
	m.fetch.values.v = &ref;
	m.fetch.values.n = 1;
	out_send(b->to, b->hosts[b->ops[op].host].session, &m, false);
}

static bool
all_there(struct base *b, uint32_t host, uint32_t op)
{
	const struct work_op *wo = &b->w->ops[op];
	bool there = true;
	uint32_t k, in;

	for (k = 0; k < wo->n_in; k++) {
		in = b->w->in[wo->first_in + k];
		if (base_there(b, host, in))
			continue;
		ask_for(b, in);
		there = false;
	}
	return there;
}

static void
pick_slot(struct base *b, uint32_t host, uint32_t slot)
{
	struct base_host *h = &b->hosts[host];
	uint32_t op;

	while (h->n_out < BASE_OUT && h->at[slot] < h->n_plan[slot]) {
		op = h->plan[slot][h->at[slot]];
		if (b->ops[op].state == BASE_WAITS) {
			if (!all_there(b, host, op))
				return;
			base_send(b, host, &op, 1);
		}
		h->at[slot]++;
	}
}

static void
pick_planned(struct base *b)
{
	uint32_t i, slot;

	for (i = 1; i < b->n_hosts; i++)
		for (slot = 0; b->hosts[i].here && b->hosts[i].ready &&
		    slot < b->hosts[i].trait.slots; slot++)
			pick_slot(b, i, slot);
}

/* ---- all on one slot ---- */

/* Seconds until all is back from this one. */
static double
alone(const struct base *b, uint32_t host)
{
	const struct trait *t = &b->hosts[host].trait;
	double us = 0, down = 0, up = 0;
	uint32_t i;

	for (i = 1; i <= b->w->n_ops; i++) {
		if (b->w->ops[i].source)
			down += (double)b->w->ops[i].bytes;
		else
			us += base_op_us(b, host, i);
		if (b->w->ops[i].wanted)
			up += (double)b->w->ops[i].bytes;
	}
	return us * 1e-6 + down / t->down + up / t->up + t->rtt;
}

static void
choose_best(struct base *b)
{
	double least = INFINITY, s;
	uint32_t i;

	for (i = 1; i < b->n_hosts; i++) {
		if (!b->hosts[i].here || !b->hosts[i].ready)
			continue;
		s = alone(b, i);
		if (s < least) {
			least = s;
			b->best = i;
		}
	}
}

/* In the program's order: whatever one needs was sent before, or is there. */
static void
pick_alone(struct base *b)
{
	uint32_t *ops, n;
	double us;

	if (b->best == 0)
		choose_best(b);
	if (b->best == 0)
		return;
	ops = xmalloc(CHUNK * sizeof(*ops));
	while (b->unsent <= b->w->n_ops && b->hosts[b->best].n_out <
	    BASE_OUT) {
		for (n = 0, us = 0; b->unsent <= b->w->n_ops && n < CHUNK &&
		    us < CHUNK_US; b->unsent++) {
			if (b->ops[b->unsent].state != BASE_WAITS)
				continue;
			us += base_op_us(b, b->best, b->unsent);
			ops[n++] = b->unsent;
		}
		if (n > 0)
			base_send(b, b->best, ops, n);
	}
	xfree(ops);
}

void
base_pick(struct base *b)
{
	if (b->policy == POLICY_HEFT)
		pick_planned(b);
	else if (b->policy == POLICY_ONE)
		pick_alone(b);
	else
		pick_ready(b);
}
