/*
 * A run.  Everybody joins and is measured before the program comes.
 */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_NS	(10 * SECOND)	/* when the program comes */
#define SEEN_SOON_S	0.1
#define SEEN_LATE_S	10.0
#define SEEN_SOON	0.7		/* share of leaves seen soon */

struct run;

struct developer {
	struct run		*run;
	const struct work	*work;
	uint64_t		 g;		/* the graph's number */
	uint64_t		 start, end;	/* ns */
	uint32_t		 got;
};

struct run {
	const struct run_setup	*setup;
	struct run_figures	*figures;
	struct clock		 clock;
	struct server		 server;
	struct sched		*sched;	/* or */
	struct base		*base;
	struct host		**hosts;
	struct trait		*traits;	/* theirs, as they were drawn */
	uint32_t		 n_hosts, hosts_cap;
	struct rng		 rng;
	bool			 over;
	struct developer	 devs[2];	/* by session, from DEV_SESSION */
	struct msg_arena	 arena;
};

/* ---- the core ---- */

static void
core_apply(void *arg, uint64_t now_us, const struct sched_event *e,
    struct sched_out *out)
{
	sched_apply(arg, now_us, e, out);
}

static uint64_t
core_tick(void *arg, uint64_t now_us, struct sched_out *out)
{
	return sched_tick(arg, now_us, out);
}

static struct sched *
core_new(void)
{
	struct sched_setup set = { .token_key = { 7 }, .seed = 1, .epoch = 1,
		.next_graph = 1, .unix_us = 1700000000000000,
		.build = "simulated" };

	set.limits = (struct sched_limits){
		.max_message = 16 << 20, .batch_ops = 10000,
		.batch_bytes = 8 << 20, .credit_batches = 8,
		.credit_bytes = 16 << 20, .part_bytes = 65536,
		.tensor_bytes = 256 << 20, .graph_ops = 1000000,
		.graph_bytes = 8ull << 30, .owner_graphs = 64,
		.owner_bytes = 16ull << 30, .total_ops = 4000000,
		.group_ops = 4096, .group_min_us = 4000,
		.group_max_us = 100000, .group_tries = 3, .op_tries = 5,
		.announce_us = 2000000, .keep_ended_us = 86400000000u,
		.keep_abandoned_us = 259200000000u };
	return sched_new(&set);
}

/* ---- people ---- */

static void on_leave(void *, uint64_t);

static struct host *
host_join(struct run *r, const struct trait *t, double stays)
{
	struct host *h = xcalloc(1, sizeof(*h));

	if (r->n_hosts == r->hosts_cap) {
		r->hosts_cap = r->hosts_cap == 0 ? 128 : r->hosts_cap * 2;
		r->hosts = xrealloc(r->hosts,
		    r->hosts_cap * sizeof(struct host *));
		r->traits = xrealloc(r->traits,
		    r->hosts_cap * sizeof(*r->traits));
	}
	r->traits[r->n_hosts] = *t;
	h->clock = &r->clock;
	h->trait = *t;
	h->trait.stalls = r->setup->people->churn;
	if (r->setup->noise >= 0)
		h->trait.noise = r->setup->noise;
	if (r->setup->policy == POLICY_ONE)
		h->trait.slots = 1;
	if (r->setup->policy != POLICY_CORE)
		h->trait.memory = 8ull << 30;	/* they do not look at it */
	h->rng = rng_fork(&r->rng);
	h->watch = r->setup->watch;
	link_init(&h->up, &r->clock, t->up, clock_ns(t->rtt / 2));
	link_init(&h->down, &r->clock, t->down, clock_ns(t->rtt / 2));
	server_connect(&r->server, h);
	host_start(h, r->n_hosts);
	r->hosts[r->n_hosts++] = h;
	if (stays > 0)
		clock_at(&r->clock, (r->clock.now < START_NS ? START_NS :
		    r->clock.now) + clock_ns(stays), on_leave, r,
		    r->n_hosts - 1);
	return h;
}

static void
on_leave(void *arg, uint64_t i)
{
	struct run *r = arg;
	struct host *h = r->hosts[i];

	host_leave(h);
	server_lost(&r->server, h, rng_unit(&r->rng) <= SEEN_SOON ?
	    SEEN_SOON_S : SEEN_LATE_S);
}

static void
on_newcomer(void *arg, uint64_t n)
{
	struct run *r = arg;
	struct trait t;

	(void)n;
	trait_tab(&t, &r->rng);
	host_join(r, &t, people_stays(&r->rng));
	clock_at(&r->clock, r->clock.now + clock_ns(people_next_join(&r->rng,
	    r->setup->people->tabs)), on_newcomer, r, 0);
}

static void
people_come(struct run *r)
{
	const struct people *people = r->setup->people;
	struct trait t;
	uint32_t i;

	for (i = 0; i < people->tabs; i++) {
		trait_tab(&t, &r->rng);
		host_join(r, &t, people->churn ? people_stays_on(&r->rng) :
		    0);
	}
	for (i = 0; i < people->natives; i++) {
		trait_native(&t);
		if (people->slowed && i == people->natives - 1)
			trait_slow(&t);
		host_join(r, &t, 0);
	}
	if (people->churn)
		clock_at(&r->clock, START_NS + clock_ns(people_next_join(
		    &r->rng, people->tabs)), on_newcomer, r, 0);
}

/* ---- the developer ---- */

static void
dev_value(struct developer *d, const struct msg_value *m)
{
	struct run *r = d->run;
	struct run_figures *f = r->figures;

	d->got++;
	f->got++;
	f->failed += m->code != 0;
	if (m->code != 0 && !r->over) {
		fprintf(stderr, "failed: %.*s\n", (int)m->text.n, m->text.p);
		r->over = true;
	}
	if (d->got < d->work->n_wanted)
		return;
	d->end = r->clock.now;
	if (r->devs[0].end > 0 && (r->setup->second == NULL ||
	    r->devs[1].end > 0))
		f->done = r->over = true;
}

static void
dev_message(void *arg, uint64_t session, struct bytes b)
{
	struct run *r = arg;
	struct developer *d = &r->devs[session - DEV_SESSION];
	struct msg_fault fault;
	struct msg m;

	msg_arena_reset(&r->arena);
	if (msg_decode(&m, b.p, b.n, MSG_S, MSG_D, &r->arena, &fault) != E_OK)
		abort();
	if (m.id == M_ACK && m.ack.n == 0) {
		d->g = m.ack.g;
	} else if (m.id == M_REFUSE) {
		fprintf(stderr, "refused: %.*s\n", (int)m.refuse.text.n,
		    m.refuse.text.p);
		r->over = true;
	} else if (m.id == M_VALUE) {
		dev_value(d, &m.value);
	}
}

static void
on_developer(void *arg, uint64_t n)
{
	struct developer *d = arg;
	struct msg m = { .id = M_HELLO };
	uint8_t key[16] = { (uint8_t)(n + 1) };

	m.hello.version = RAVEN_PROTOCOL;
	m.hello.role = ROLE_DEVELOPER;
	server_say(&d->run->server, DEV_SESSION + n, &m);
	m = (struct msg){ .id = M_GRAPH };
	m.graph.key = (struct bytes){ key, 16 };
	m.graph.name = str_of(d->work->name);
	server_say(&d->run->server, DEV_SESSION + n, &m);
}

static void
on_program(void *arg, uint64_t n)
{
	struct developer *d = arg;
	struct server *s = &d->run->server;
	struct msg m = { .id = M_BATCH };
	bool busy = s->busy;
	uint32_t i;

	s->busy = true;			/* one turn for all of it */
	for (i = 0; i < d->work->n_batches; i++) {
		m.batch.g = d->g;
		m.batch.n = i + 1;
		m.batch.program.p = d->work->batches[i].program.data;
		m.batch.program.n = d->work->batches[i].program.len;
		m.batch.want.v = d->work->batches[i].want;
		m.batch.want.n = d->work->batches[i].n_want;
		server_say(s, DEV_SESSION + n, &m);
	}
	s->busy = busy;
	if (!busy)
		server_turn(s);
}

static void
developer_comes(struct run *r, uint32_t i, const struct work *w, uint64_t at)
{
	struct developer *d = &r->devs[i];
	uint32_t k;

	*d = (struct developer){ .run = r, .work = w, .start = at };
	for (k = 0; k < w->n_tensors; k++)
		server_store(&r->server, w->tensors[k].name,
		    &w->tensors[k].shape, w->tensors[k].digest);
	clock_at(&r->clock, START_NS - SECOND, on_developer, d, i);
	clock_at(&r->clock, at, on_program, d, i);
}

/* ---- the run ---- */

static double
reference_all_us(const struct work *w)
{
	double sum = 0;
	uint32_t i;

	for (i = 1; i <= w->n_ops; i++)
		if (!w->ops[i].source)
			sum += reference_op_us(&w->ops[i].cost);
	return sum;
}

/* The makespan of a program, or the limit. */
static double
took(const struct run *r, uint32_t i)
{
	const struct developer *d = &r->devs[i];

	return d->end == 0 ? RUN_LIMIT_S : (double)(d->end - d->start) * 1e-9;
}

static void
count(struct run *r)
{
	struct run_figures *f = r->figures;
	double once = 0, work = 0;
	uint32_t i;

	f->traits = r->traits;
	f->n_traits = r->n_hosts;
	for (i = 0; i < r->n_hosts; i++) {
		f->down += (double)r->hosts[i]->down.bytes;
		f->up += (double)r->hosts[i]->up.bytes;
		work += r->hosts[i]->reference_us;
	}
	for (i = 0; i < 2; i++)
		once += r->devs[i].work == NULL ? 0 :
		    reference_all_us(r->devs[i].work);
	f->wasted = work > once ? work / once - 1 : 0;
	f->server = r->server.figures;
	f->events = r->clock.events;
	f->start = START_NS;
}

static void
clear(struct run *r)
{
	uint32_t i;

	for (i = 0; i < r->n_hosts; i++)
		host_free(r->hosts[i]);
	server_clear(&r->server);
	for (i = 0; i < r->n_hosts; i++)
		xfree(r->hosts[i]);
	xfree(r->hosts);
	if (r->sched != NULL)
		sched_free(r->sched);
	base_free(r->base);
	clock_clear(&r->clock);
	msg_arena_clear(&r->arena);
}

void
run_once(const struct run_setup *setup, struct run_figures *f)
{
	struct run r = { .setup = setup, .figures = f };
	uint64_t end = START_NS + clock_ns(RUN_LIMIT_S);

	memset(f, 0, sizeof(*f));
	r.rng.state = setup->seed;
	msg_arena_init(&r.arena);
	server_init(&r.server, &r.clock);
	if (setup->policy == POLICY_CORE) {
		r.sched = core_new();
		r.server.brain = (struct brain){ core_apply, core_tick,
			r.sched };
		sched_load_end(r.sched, 0, &r.server.out);
	} else {
		r.base = base_new(setup->policy, setup->work, setup->seed);
		r.server.brain = base_brain(r.base);
	}
	r.server.gathers = START_NS - 2 * SECOND;
	r.server.watch = setup->watch;
	r.server.to_dev = dev_message;
	r.server.dev_arg = &r;
	people_come(&r);
	developer_comes(&r, 0, setup->work, START_NS);
	if (setup->second != NULL)
		developer_comes(&r, 1, setup->second, START_NS +
		    clock_ns(setup->second_after));
	while (!r.over && clock_step(&r.clock, end))
		continue;
	f->seconds = took(&r, 0);
	f->second = setup->second == NULL ? 0 : took(&r, 1);
	count(&r);
	clear(&r);
}

void
run_clear(struct run_figures *f)
{
	xfree(f->traits);
	f->traits = NULL;
}
