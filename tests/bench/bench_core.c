/*
 * What the scheduler's core costs by itself: memory of an op and of a
 * participant, time to take ops, time of a decision when 10^5 ops are ready
 * and 10^4 participants serve.  No store, no sockets: what is written and sent
 * is packed and thrown away.  Times are of the CPU.  Prints CSV: what,value,
 * unit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/program.h"
#include "scheduler/core/sched.h"

#define OPS_TAKEN	1000000u
#define OPS_READY	100000u
#define PEERS		10000u
#define BATCH		10000u
#define DEVELOPER	1u
#define FIRST_PEER	2u
#define ANSWERS		100000u

/* A RESULT, packed, that comes at us. */
struct job {
	uint64_t	us, from;
	struct buf	result;
};

struct bench {
	struct sched		*s;
	struct sched_out	 out;
	struct msg_arena	 arena;
	uint64_t		 now;
	struct job		*jobs;		/* a heap by time */
	size_t			 n_jobs, jobs_cap;
};

static double
cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
resident_bytes(void)
{
	long pages = 0, ignored;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fscanf(f, "%ld %ld", &ignored, &pages) != 2)
		abort();
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void
say(const char *what, double value, const char *unit)
{
	printf("%s,%.4g,%s\n", what, value, unit);
	fflush(stdout);
}

static void
start(struct bench *b)
{
	struct sched_setup set = { .seed = 1, .epoch = 1,
		.unix_us = 1700000000000000, .limits = {
		.max_message = 16 << 20, .batch_ops = BATCH,
		.batch_bytes = 8 << 20, .credit_batches = 8,
		.credit_bytes = 16 << 20, .part_bytes = 65536,
		.tensor_bytes = 256 << 20, .graph_ops = OPS_TAKEN,
		.graph_bytes = 1ull << 40, .owner_graphs = 64,
		.owner_bytes = 1ull << 40, .total_ops = 4 * OPS_TAKEN,
		.group_ops = 4096, .group_min_us = 4000,
		.group_max_us = 100000, .group_tries = 3, .op_tries = 5,
		.keep_ended_us = UINT64_MAX,
		.keep_abandoned_us = UINT64_MAX } };

	memset(b, 0, sizeof(*b));
	b->s = sched_new(&set);
	b->now = 1000000;
	out_init(&b->out);
	msg_arena_init(&b->arena);
}

static void
finish(struct bench *b)
{
	size_t i;

	for (i = 0; i < b->n_jobs; i++)
		buf_clear(&b->jobs[i].result);
	free(b->jobs);
	msg_arena_clear(&b->arena);
	out_clear(&b->out);
	sched_free(b->s);
}

static void
hello(struct bench *b, uint64_t session, struct msg *m)
{
	struct sched_event e = { .kind = SCHED_HELLO, .session = session,
		.msg = m };

	m->id = M_HELLO;
	m->hello.version = RAVEN_PROTOCOL;
	e.owner = str_of("bench");
	sched_apply(b->s, b->now, &e, &b->out);
}

static void
tell(struct bench *b, uint64_t session, const struct msg *m)
{
	struct sched_event e = { .kind = SCHED_MESSAGE, .session = session,
		.msg = m };

	sched_apply(b->s, b->now, &e, &b->out);
}

static void
job_put(struct bench *b, const struct job *x)
{
	size_t i, up;

	if (b->n_jobs == b->jobs_cap) {
		b->jobs_cap = b->jobs_cap == 0 ? 1024 : 2 * b->jobs_cap;
		b->jobs = realloc(b->jobs, b->jobs_cap * sizeof(*b->jobs));
		if (b->jobs == NULL)
			abort();
	}
	for (i = b->n_jobs++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (b->jobs[up].us <= x->us)
			break;
		b->jobs[i] = b->jobs[up];
	}
	b->jobs[i] = *x;
}

static struct job
job_take(struct bench *b)
{
	struct job first = b->jobs[0], x = b->jobs[--b->n_jobs];
	size_t i, c;

	for (i = 0; (c = 2 * i + 1) < b->n_jobs; i = c) {
		if (c + 1 < b->n_jobs && b->jobs[c + 1].us < b->jobs[c].us)
			c++;
		if (x.us <= b->jobs[c].us)
			break;
		b->jobs[i] = b->jobs[c];
	}
	if (b->n_jobs > 0)
		b->jobs[i] = x;
	return first;
}

/* The answer to an ASSIGN, when the scheduler thinks that it comes. */
static void
job_keep(struct bench *b, uint64_t session, const struct msg_assign *a)
{
	struct msg m = { .id = M_RESULT, .result = { .g = a->g,
		.epoch = a->epoch, .group = a->group, .token = a->token,
		.compute_us = a->predicted_us, .wall_us = a->predicted_us } };
	struct job x = { .us = b->now + a->predicted_us, .from = session };

	buf_init(&x.result);
	msg_encode(&x.result, &m);
	job_put(b, &x);
}

/* Ends the turn; keeps an answer for each group that left, untimed. */
static double
turn(struct bench *b)
{
	double t = cpu_us();
	struct msg_fault fault;
	struct bytes raw;
	struct msg m;
	size_t i;

	(void)sched_tick(b->s, b->now, &b->out);
	t = cpu_us() - t;
	for (i = 0; i < b->out.n_sends; i++) {
		raw = out_message(&b->out, i);
		if (msg_peek(raw.p, raw.n) != M_ASSIGN)
			continue;
		msg_arena_reset(&b->arena);
		if (msg_decode(&m, raw.p, raw.n, MSG_S, MSG_P, &b->arena,
		    &fault) != E_OK)
			abort();
		job_keep(b, b->out.sends[i].session, &m.assign);
	}
	out_reset(&b->out);
	return t;
}

static void
open_graph(struct bench *b, uint8_t key)
{
	uint8_t bytes[16] = { key };
	struct msg m = { .id = M_GRAPH };

	m.graph.key = (struct bytes){ bytes, sizeof(bytes) };
	tell(b, DEVELOPER, &m);
}

/* Takes a batch of ops; returns the time it took. */
static double
send_batch(struct bench *b, uint64_t g, uint64_t n,
    const struct program_writer *w)
{
	struct msg m = { .id = M_BATCH, .batch = { .g = g, .n = n } };
	struct buf program;
	double t;

	buf_init(&program);
	program_finish(w, &program);
	m.batch.program = (struct bytes){ program.data, program.len };
	t = cpu_us();
	tell(b, DEVELOPER, &m);
	t = cpu_us() - t;
	buf_clear(&program);
	return t + turn(b);
}

/* Adds of two values of 4, each of the op before and the first. */
static void
write_adds(struct program_writer *w, uint32_t n)
{
	const struct op_row *add = op_by_code(OP_ADD);
	struct shape shape = { .dtype = DT_F64, .ndim = 1, .dims = { 4 } };
	double four[4] = { 1, 2, 3, 4 };
	struct op_params none;
	uint32_t in[2], i, op;

	op_params_default(add, &none);
	in[0] = in[1] = w->base == 1 ? program_write_inline(w, &shape, four,
	    0) : 1;
	for (i = w->base == 1; i < n; i++) {
		op = program_write_op(w, add, &none, in, 2, &shape,
		    PROGRAM_EXPORT);
		in[0] = op;
	}
}

/* Independent ops of about 20 ms each that bring no data. */
static void
write_draws(struct program_writer *w, uint32_t n)
{
	const struct op_row *row = op_by_code(OP_RANDOM_UNIFORM);
	struct shape shape = { .dtype = DT_F64, .ndim = 1,
		.dims = { 4000000 } };
	struct op_params p;
	uint32_t i;

	op_params_default(row, &p);
	p.p[0].n = p.p[1].n = 1;
	p.p[0].v[0] = shape.dims[0];
	for (i = 0; i < n; i++) {
		p.p[1].v[0] = w->base + i;
		program_write_op(w, row, &p, NULL, 0, &shape, 0);
	}
}

static double
fill_graph(struct bench *b, uint64_t g, uint32_t ops,
    void (*write)(struct program_writer *, uint32_t))
{
	struct program_writer w;
	double us = 0;
	uint32_t at;

	for (at = 0; at < ops; at += BATCH) {
		program_writer_init(&w, at + 1);
		write(&w, BATCH);
		us += send_batch(b, g, at / BATCH + 1, &w);
		program_writer_clear(&w);
	}
	return us;
}

static void
take_ops(void)
{
	struct bench b;
	struct msg m = { .hello = { .role = ROLE_DEVELOPER } };
	double before, us;

	start(&b);
	hello(&b, DEVELOPER, &m);
	open_graph(&b, 1);
	(void)turn(&b);
	before = resident_bytes();
	us = fill_graph(&b, 1, OPS_TAKEN, write_adds);
	say("taking an op", us / OPS_TAKEN, "us");
	say("memory of an op", (resident_bytes() - before) / OPS_TAKEN,
	    "bytes");
	finish(&b);
}

static void
join(struct bench *b, uint32_t i)
{
	static const double speed[] = { 0.5, 0.8, 1, 1.3, 2 };
	uint8_t secret[DIGEST_LEN] = { 1 };
	struct rec_speed v = { COST_TRANSCENDENTAL, DT_F64,
		2e8 * speed[i % 5] };
	uint64_t session = FIRST_PEER + i;
	char cid[24];
	struct msg m = { .hello = { .role = ROLE_PARTICIPANT,
		.slots = 1 + i % 4, .memory = 256u << 20 } };

	snprintf(cid, sizeof(cid), "peer-%u", i);
	m.hello.cid = str_of(cid);
	m.hello.secret = (struct bytes){ secret, sizeof(secret) };
	hello(b, session, &m);
	m = (struct msg){ .id = M_BENCH, .bench = { .overhead_us = 1,
		.all_slots = 1 + i % 4 } };
	m.bench.speeds.v = &v;
	m.bench.speeds.n = 1;
	tell(b, session, &m);
	m = (struct msg){ .id = M_SESSION, .session = {
		.what = PRESENCE_LINK, .rtt_us = 20000 + 1000 * (i % 50),
		.down = 3000000, .up = 1000000 } };
	tell(b, session, &m);
	m = (struct msg){ .id = M_ANNOUNCE };
	tell(b, session, &m);
}

static void
join_all(struct bench *b)
{
	double t, before = resident_bytes();
	size_t n;
	uint32_t i;

	t = cpu_us();
	for (i = 0; i < PEERS; i++)
		join(b, i);
	t = cpu_us() - t;
	say("joining", t / PEERS, "us");
	out_reset(&b->out);
	say("memory of a participant", (resident_bytes() - before) / PEERS,
	    "bytes");
	/* A turn hands out so much; then others would be heard. */
	do {
		n = b->n_jobs;
		(void)turn(b);
	} while (b->n_jobs > n);
}

/* The next answer, and what follows from it, in a turn of its own. */
static double
answer(struct bench *b)
{
	struct job x = job_take(b);
	struct msg_fault fault;
	struct msg m;
	double t;

	msg_arena_reset(&b->arena);
	if (msg_decode(&m, x.result.data, x.result.len, MSG_P, MSG_S,
	    &b->arena, &fault) != E_OK)
		abort();
	b->now = x.us > b->now ? x.us : b->now;
	t = cpu_us();
	tell(b, x.from, &m);
	t = cpu_us() - t;
	buf_clear(&x.result);
	return t + turn(b);
}

static void
decide(void)
{
	struct bench b;
	struct msg m = { .hello = { .role = ROLE_DEVELOPER } };
	double us = 0;
	size_t n = 0;

	start(&b);
	hello(&b, DEVELOPER, &m);
	open_graph(&b, 1);
	(void)fill_graph(&b, 1, OPS_READY, write_draws);
	join_all(&b);
	say("groups out at once", (double)b.n_jobs, "groups");
	for (; n < ANSWERS && b.n_jobs > 0; n++)
		us += answer(&b);
	say("answers", (double)n, "groups");
	say("a decision", n > 0 ? us / (double)n : 0, "us");
	finish(&b);
}

int
main(void)
{
	printf("what,value,unit\n");
	take_ops();
	decide();
	return 0;
}
