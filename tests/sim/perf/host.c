/*
 * Hosts: commands of participant.c carried out in virtual time.
 */
#include "host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fake.h"
#include "scheduler/core/sched_priv.h"

#define BENCH_NS	(800 * MS)
#define STALL_EACH	120.0	/* seconds, in the mean */
#define STALL_STOPS	0.85	/* share of stalls that stop it */

static void pump(struct host *);

static uint64_t
now_us(const struct host *h)
{
	return h->clock->now / US;
}

/* ---- speed ---- */

double
reference_us(enum cost_class class, enum dtype dtype, double amount)
{
	return estimate_reference_us(class, dtype, amount);
}

double
reference_op_us(const struct op_cost *c)
{
	return 1 + reference_us(c->cost_class, c->dtype, c->amount);
}

double
trait_op_us(const struct trait *t, const struct op_cost *c)
{
	return t->overhead + estimate_reference_us(c->cost_class, c->dtype,
	    c->amount) / t->speed[c->cost_class][c->dtype];
}

struct summing {
	const struct trait	*trait;
	double			 us, reference;
};

static void
add_op(void *arg, uint32_t op, const struct op_cost *c)
{
	struct summing *s = arg;

	(void)op;
	s->us += trait_op_us(s->trait, c);
	s->reference += reference_op_us(c);
}

/* ---- computing ---- */

static void on_computed(void *, uint64_t);

static void
settle(struct host *h, struct host_run *r)
{
	r->left -= (double)(h->clock->now - r->since) / 1e3 * h->pace;
	if (r->left < 0)
		r->left = 0;
	r->since = h->clock->now;
}

static void
plan_end(struct host *h, struct host_run *r)
{
	r->stamp = ++h->stamp;
	if (h->pace > 0)
		clock_at(h->clock, h->clock->now +
		    clock_ns(r->left / h->pace * 1e-6), on_computed, h,
		    r->stamp);
}

static void
run_start(struct host *h, const struct participant_command *c)
{
	struct summing sum = { &h->trait, 0, 0 };
	struct host_run *r = &h->run[c->slot];
	struct participant_slot slot;

	participant_slot(h->p, c->slot, &slot);
	r->group = (uint64_t)slot.group;
	fake_costs(c->program, add_op, &sum);
	r->busy = true;
	r->run = c->run;
	r->program = c->program;
	r->given = c->given;
	r->n_given = c->n_given;
	r->compute = sum.us * rng_lognormal(&h->rng, 1, h->trait.noise);
	r->reference = sum.reference;
	r->total = r->left = r->compute + GROUP_US;
	r->since = r->started = h->clock->now;
	plan_end(h, r);
}

static void
run_over(struct host *h, struct host_run *r, bool stopped)
{
	settle(h, r);
	r->busy = false;
	h->reference_us += r->reference * (1 - r->left / r->total);
	if (h->watch != NULL)
		h->watch->ran(h->watch->arg, h->index, (uint32_t)(r - h->run),
		    r->group, r->started, h->clock->now, stopped);
}

static void
run_done(struct host *h, struct host_run *r)
{
	double wall = (double)(h->clock->now - r->started) / 1e3;
	struct participant_outcome o = { .wall_us = (uint64_t)wall };

	/* Without the way to the thread; a stall is seen in both. */
	wall -= GROUP_US;
	o.compute_us = wall > 1 ? (uint64_t)wall : 1;
	o.units = (uint64_t)(r->compute * 1e3);
	o.n_exports = fake_run(r->program, r->given, r->n_given, &o.exports);
	run_over(h, r, false);
	participant_done(h->p, (uint32_t)(r - h->run), r->run, &o, now_us(h));
	xfree(o.exports);
}

static void
on_computed(void *arg, uint64_t stamp)
{
	struct host *h = arg;
	int i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++) {
		if (!h->run[i].busy || h->run[i].stamp != stamp)
			continue;
		run_done(h, &h->run[i]);
		pump(h);
		return;
	}
}

static void
set_pace(struct host *h, double pace)
{
	int i;

	for (i = 0; i < PARTICIPANT_SLOTS; i++)
		if (h->run[i].busy)
			settle(h, &h->run[i]);
	h->pace = pace;
	for (i = 0; i < PARTICIPANT_SLOTS; i++)
		if (h->run[i].busy)
			plan_end(h, &h->run[i]);
}

static void on_stall(void *, uint64_t);

static void
on_stall_over(void *arg, uint64_t n)
{
	struct host *h = arg;

	(void)n;
	if (!h->here)
		return;
	set_pace(h, 1);
	clock_at(h->clock, h->clock->now +
	    clock_ns(rng_exp(&h->rng, STALL_EACH)), on_stall, h, 0);
}

static void
on_stall(void *arg, uint64_t n)
{
	struct host *h = arg;
	double s;

	(void)n;
	if (!h->here)
		return;
	if (rng_unit(&h->rng) <= STALL_STOPS) {
		set_pace(h, 0);
		s = rng_lognormal(&h->rng, 0.7, 1);
	} else {
		set_pace(h, 0.15);
		s = rng_exp(&h->rng, 60);
	}
	clock_at(h->clock, h->clock->now + clock_ns(s), on_stall_over, h, 0);
}

/* ---- the benchmark ---- */

static const struct {
	enum cost_class	class;
	enum dtype	dtype;
} stages[] = {
	{ COST_MATMUL, DT_F32 }, { COST_MATMUL, DT_F64 },
	{ COST_ELEMENTWISE, DT_F32 }, { COST_ELEMENTWISE, DT_F64 },
	{ COST_TRANSCENDENTAL, DT_F32 }, { COST_TRANSCENDENTAL, DT_F64 },
	{ COST_REDUCTION, DT_F32 }, { COST_REDUCTION, DT_F64 },
	{ COST_COPY, DT_F64 }, { COST_SORT, DT_F64 },
};

static void
on_benched(void *arg, uint64_t n)
{
	struct host *h = arg;
	struct bench_result b = { 0 };
	double ref;
	size_t i;

	(void)n;
	if (!h->here)
		return;
	for (i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
		ref = estimate_reference_us(stages[i].class, stages[i].dtype,
		    1);
		b.speeds[b.n].cost_class = stages[i].class;
		b.speeds[b.n].dtype = stages[i].dtype;
		b.speeds[b.n++].rate = 1e6 / ref *
		    h->trait.speed[stages[i].class][stages[i].dtype] *
		    h->trait.boast * rng_lognormal(&h->rng, 1, 0.15);
	}
	b.overhead_us = h->trait.overhead / h->trait.boast *
	    rng_lognormal(&h->rng, 1, 0.15);
	participant_benched(h->p, &b, h->trait.slots, now_us(h));
	pump(h);
}

/* ---- life ---- */

static void
on_opened(void *arg, uint64_t n)
{
	struct host *h = arg;

	(void)n;
	if (!h->here)
		return;
	participant_opened(h->p, now_us(h));
	pump(h);
}

static void
command(struct host *h, const struct participant_command *c)
{
	switch (c->kind) {
	case PC_CONNECT:
		clock_at(h->clock, h->clock->now + c->after_ms * MS +
		    h->down.delay * 2, on_opened, h, 0);
		break;
	case PC_SEND:
		link_send(&h->up, c->bytes);
		break;
	case PC_CLOSE:
		fprintf(stderr, "host %u closes: %.*s\n", h->index,
		    (int)c->bytes.n, (const char *)c->bytes.p);
		break;
	case PC_RUN:
		run_start(h, c);
		break;
	case PC_STOP:
		run_over(h, &h->run[c->slot], true);
		break;
	case PC_BENCH:
		clock_at(h->clock, h->clock->now + BENCH_NS, on_benched, h,
		    0);
		break;
	case PC_IDENTITY:
	case PC_CHANGED:
		break;
	}
}

static void
on_wake(void *arg, uint64_t at)
{
	struct host *h = arg;

	if (!h->here || at != h->wake)
		return;
	h->wake = NEVER_NS;
	pump(h);
}

static void
tell_progress(struct host *h)
{
	struct host_run *r;
	uint32_t i;

	for (i = 0; i < h->trait.slots; i++) {
		r = &h->run[i];
		if (!r->busy || h->clock->now - r->started < SECOND / 2)
			continue;
		participant_progress(h->p, i, r->run, (uint64_t)((r->total -
		    r->left + (double)(h->clock->now - r->since) / 1e3 *
		    h->pace) * 1e3), (uint64_t)(r->total * 1e3));
	}
}

static void
pump(struct host *h)
{
	struct participant_command c;
	uint64_t at;

	tell_progress(h);
	at = participant_tick(h->p, now_us(h));
	while (participant_next(h->p, h->up.queued, &c))
		command(h, &c);
	if (at >= NEVER_NS / US || at * US >= h->wake)
		return;
	h->wake = at * US;
	clock_at(h->clock, h->wake, on_wake, h, h->wake);
}

static void
on_sent(void *arg, bool up, uint64_t from, uint64_t bytes)
{
	struct host *h = arg;

	h->watch->moved(h->watch->arg, h->index, up, from, h->clock->now,
	    bytes);
}

static void
on_down_sent(void *arg, uint64_t from, uint64_t bytes)
{
	on_sent(arg, false, from, bytes);
}

static void
on_up_sent(void *arg, uint64_t from, uint64_t bytes)
{
	on_sent(arg, true, from, bytes);
}

static void
on_down(void *arg, const uint8_t *p, size_t n)
{
	struct host *h = arg;

	participant_received(h->p, p, n, now_us(h));
	pump(h);
}

void
host_start(struct host *h, uint32_t index)
{
	uint8_t secret[32] = { 1 };
	struct participant_config c = { 0 };
	char cid[24];

	snprintf(cid, sizeof(cid), "h%u", index);
	memcpy(secret + 1, &index, sizeof(index));
	c.build = str_of("simulated");
	c.kind = str_of(h->trait.native ? "native" : "page");
	c.cid = str_of(cid);
	c.secret = (struct bytes){ secret, sizeof(secret) };
	c.tab = str_of("tab");
	c.slots = h->trait.slots;
	c.memory = h->trait.memory;
	c.seed = rng_next(&h->rng);
	h->index = index;
	h->here = true;
	h->pace = 1;
	h->wake = NEVER_NS;
	h->p = participant_new(&c, now_us(h));
	h->down.arrive = on_down;
	h->down.arg = h;
	h->down.sent_arg = h->up.sent_arg = h;
	if (h->watch != NULL) {
		h->down.sent = on_down_sent;
		h->up.sent = on_up_sent;
	}
	if (h->trait.stalls)
		clock_at(h->clock, h->clock->now +
		    clock_ns(rng_exp(&h->rng, STALL_EACH)), on_stall, h, 0);
	pump(h);
}

void
host_leave(struct host *h)
{
	int i;

	h->here = false;
	for (i = 0; i < PARTICIPANT_SLOTS; i++)
		if (h->run[i].busy)
			run_over(h, &h->run[i], true);
	link_cut(&h->up);
	link_cut(&h->down);
	participant_free(h->p);
	h->p = NULL;
}

void
host_free(struct host *h)
{
	if (h->here)
		host_leave(h);
}
