/*
 * Random lives of the scheduler: developers send graphs, participants compute,
 * leave, come back, say things twice; the store stalls; the scheduler dies and
 * starts from what was recorded.  Then the faults stop, and within a bound all
 * graphs must end, every value be that of an in-order computation, and no
 * participant hold anything any more.  A failure prints its seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scheduler/core/map.h"
#include "world.h"

#define DEVS		3
#define PEERS		5
#define OPS		200
#define BATCHES		6
#define BOUND		6000	/* steps after the faults */
#define LARGE		600	/* elements: does not ride inside */

struct plan {
	uint64_t	 session, g;
	uint8_t		 key;
	bool		 end_sent, ended;
	uint32_t	 n_ops, n_batches, sent, acked;
	struct buf	 programs[BATCHES];
	uint64_t	 want[BATCHES][OPS];
	size_t		 n_want[BATCHES];
	uint32_t	 first[BATCHES];
	int64_t		*v[OPS + 1];
	size_t		 n[OPS + 1];
	int64_t		 declared[OPS + 1];	/* its length, or unknown */
	uint32_t	 bad[OPS + 1];		/* the op that failed, or 0 */
	bool		 wanted[OPS + 1], got[OPS + 1];
	uint32_t	 n_bad;
};

struct sim {
	struct world	 w;
	struct fake	 f[PEERS];
	bool		 here[PEERS];
	struct plan	 p[DEVS];
	uint64_t	 seed, random;
	unsigned	 restarts, leaves;
	bool		 held;
};

static uint64_t
rnd(struct sim *s, uint64_t n)
{
	s->random = map_mix(s->random, 0x9e3779b97f4a7c15u) + 1;
	return s->random % n;
}

static void
fail(struct sim *s, const char *why, uint64_t a, uint64_t b)
{
	struct buf json;

	fprintf(stderr, "sim: seed %llu: %s %llu %llu\n",
	    (unsigned long long)s->seed, why, (unsigned long long)a,
	    (unsigned long long)b);
	buf_init(&json);
	if (sched_query(s->w.s, s->w.now, str_of("graphs"), str_of(""), &json)
	    == 0 && sched_query(s->w.s, s->w.now, str_of("participants"),
	    str_of(""), &json) == 0)
		fprintf(stderr, "%.*s\n", (int)json.len, (char *)json.data);
	exit(1);
}

static void
plan_value(struct plan *p, uint32_t op, uint32_t code, uint32_t a, uint32_t b)
{
	size_t i, n = p->n[a];

	p->n[op] = n;
	p->v[op] = xcalloc(n, 8);
	p->bad[op] = p->bad[a] ? p->bad[a] : p->bad[b];
	if (p->n[a] != p->n[b]) {
		p->n[op] = p->declared[op] < 0 ? n : (size_t)p->declared[op];
		p->bad[op] = op;
	}
	for (i = 0; i < n && p->bad[op] == 0; i++) {
		switch (code) {
		case OP_ADD:
			p->v[op][i] = (int64_t)((uint64_t)p->v[a][i] +
			    (uint64_t)p->v[b][i]);
			break;
		case OP_SUB:
			p->v[op][i] = (int64_t)((uint64_t)p->v[a][i] -
			    (uint64_t)p->v[b][i]);
			break;
		case OP_MUL:
			p->v[op][i] = (int64_t)((uint64_t)p->v[a][i] *
			    (uint64_t)p->v[b][i]);
			break;
		case OP_NEG:
			p->v[op][i] = (int64_t)(0 - (uint64_t)p->v[a][i]);
			break;
		case OP_UNIQUE:
			p->v[op][i] = p->v[a][i];
			break;
		default:
			p->v[op][i] = p->v[a][i];
			if (p->v[b][i] < 0)
				p->bad[op] = op;
		}
	}
	if (code == OP_UNIQUE && p->bad[op] == 0)
		p->n[op] = fake_unique(p->v[op], n);
	p->n_bad += p->bad[op] != 0;
}

/* Are they equal, or may they be for all that is known, and never broadcast? */
static bool
plan_fits(const struct plan *p, uint32_t a, uint32_t b, bool may)
{
	if (p->n[a] == p->n[b])
		return true;
	return may && p->bad[a] == 0 && p->bad[b] == 0 && p->n[a] > 1 &&
	    p->n[b] > 1 && (p->declared[a] < 0 || p->declared[b] < 0);
}

static void
plan_const(struct sim *s, struct plan *p, struct program_writer *w)
{
	static int64_t v[LARGE];
	size_t n = rnd(s, 4) == 0 ? LARGE : 3, i;
	uint32_t op;

	for (i = 0; i < n; i++)
		v[i] = (int64_t)rnd(s, n == LARGE ? 100000 : 5) - 1;
	op = prog_const(w, v, n, 0);
	p->n[op] = n;
	p->declared[op] = (int64_t)n;
	p->v[op] = xcalloc(n, 8);
	memcpy(p->v[op], v, n * 8);
}

/* As the library declares it. */
static int64_t
plan_declared(const struct plan *p, uint32_t code, uint32_t a, uint32_t b)
{
	if (code == OP_UNIQUE)
		return LENGTH_UNKNOWN;
	if (p->declared[a] < 0 && p->declared[b] > 1)
		return p->declared[b];
	return p->declared[b] == LENGTH_UNKNOWN && p->declared[a] <= 1 ?
	    LENGTH_UNKNOWN : p->declared[a];
}

/*
 * An op on earlier ones of equal length, near ones more often.  Now and then
 * lengths differ that only data can tell.
 */
static void
plan_op(struct sim *s, struct plan *p, struct program_writer *w, uint32_t op)
{
	static const uint32_t codes[] = { OP_ADD, OP_SUB, OP_MUL, OP_NEG };
	uint32_t code = rnd(s, 60) == 0 ? OP_POW : rnd(s, 12) == 0 ?
	    OP_UNIQUE : codes[rnd(s, 4)];
	bool may = rnd(s, 10) == 0;
	uint32_t span = op - 1 < 12 || rnd(s, 3) == 0 ? op - 1 : 12, a, b, i;

	a = op - 1 - (uint32_t)rnd(s, span);
	b = a;
	for (i = 0; i < 20; i++) {
		b = op - 1 - (uint32_t)rnd(s, span);
		if (plan_fits(p, a, b, may))
			break;
		b = a;
	}
	b = code == OP_NEG || code == OP_UNIQUE ? a : b;
	p->declared[op] = plan_declared(p, code, a, b);
	prog_op(w, code, a, b, p->declared[op], PROGRAM_EXPORT);
	plan_value(p, op, code, a, b);
}

static void
plan_batch(struct sim *s, struct plan *p, uint32_t i)
{
	struct program_writer w;
	uint32_t n = 1 + (uint32_t)rnd(s, OPS / BATCHES - 1), k, op;

	program_writer_init(&w, p->n_ops + 1);
	p->first[i] = p->n_ops + 1;
	for (k = 0; k < n; k++) {
		op = ++p->n_ops;
		if (op < 4 || rnd(s, 10) == 0) {
			plan_const(s, p, &w);
			continue;
		}
		plan_op(s, p, &w, op);
		if (rnd(s, 3) != 0)
			program_set_flags(&w, op, 0);
		if (rnd(s, 8) == 0) {
			program_set_flags(&w, op, PROGRAM_EXPORT);
			p->want[i][p->n_want[i]++] = op;
			p->wanted[op] = true;
		}
	}
	buf_init(&p->programs[i]);
	program_finish(&w, &p->programs[i]);
	program_writer_clear(&w);
}

static void
plan_make(struct sim *s, struct plan *p, uint32_t i)
{
	uint32_t k;

	memset(p, 0, sizeof(*p));
	p->session = 1000 + i;
	p->key = (uint8_t)(i + 1);
	p->n_batches = 1 + (uint32_t)rnd(s, BATCHES);
	for (k = 0; k < p->n_batches; k++)
		plan_batch(s, p, k);
}

static void
plan_clear(struct plan *p)
{
	uint32_t i;

	for (i = 0; i < p->n_batches; i++)
		buf_clear(&p->programs[i]);
	for (i = 0; i <= OPS; i++)
		xfree(p->v[i]);
}

static void
dev_send_batch(struct sim *s, struct plan *p, uint32_t i)
{
	struct msg m = { .id = M_BATCH, .batch = { .g = p->g, .n = i + 1 } };

	m.batch.program = (struct bytes){ p->programs[i].data,
		p->programs[i].len };
	m.batch.want = (struct u64s){ p->want[i], p->n_want[i] };
	world_say(&s->w, p->session, &m);
}

/* HELLO with its key, then what is missing, as the library does. */
static void
dev_join(struct sim *s, struct plan *p)
{
	uint8_t key[16] = { p->key };
	struct rec_graph_ref ref = { .key = { key, 16 } };
	struct msg m = { .hello = { .role = ROLE_DEVELOPER } };

	m.hello.graphs.v = &ref;
	m.hello.graphs.n = 1;
	world_forget(&s->w, p->session);
	world_hello(&s->w, p->session, &m, "owner", NULL);
	m = (struct msg){ .id = M_GRAPH };
	m.graph.key = (struct bytes){ key, 16 };
	world_say(&s->w, p->session, &m);
	/* Its WELCOME says how far the record is: sends again after that. */
	p->g = 0;
	p->end_sent = false;
}

static void
dev_value(struct sim *s, struct plan *p, const struct msg_value *v)
{
	char key[16 + DIGEST_HEX] = "raven:data:";
	struct bytes data = v->data;
	uint32_t op = (uint32_t)v->op;

	if (op == 0 || op > p->n_ops || !p->wanted[op])
		fail(s, "a value nobody wanted", p->key, op);
	p->got[op] = true;
	if (p->bad[op] != 0) {
		if (v->code == 0)
			fail(s, "a value of a failed op", p->key, op);
		return;
	}
	if (v->code != 0)
		fail(s, "no value", op, v->code);
	if (v->size > MSG_SMALL) {
		digest_hex(v->digest.p, key + strlen(key));
		data = store_mem_get(s->w.st, key, "");
	}
	if (data.n != p->n[op] * 8 || memcmp(data.p, p->v[op], data.n) != 0)
		fail(s, "a wrong value", p->key, op);
}

static void
dev_resend(struct sim *s, struct plan *p, uint64_t last)
{
	struct msg m = { .id = M_WANT };
	uint64_t ops[OPS];
	uint32_t i, upto;
	size_t n = 0;

	p->acked = (uint32_t)last;
	if (last < p->sent)
		p->sent = (uint32_t)last;
	upto = last < p->n_batches ? p->first[last] - 1 : p->n_ops;
	for (i = 1; i <= upto; i++) {
		if (p->wanted[i] && !p->got[i])
			ops[n++] = i;
	}
	m.want.g = p->g;
	m.want.ops = (struct u64s){ ops, n };
	if (n > 0 && !p->ended)
		world_say(&s->w, p->session, &m);
}

static void
dev_ended(struct sim *s, struct plan *p, const struct msg_ended *e)
{
	uint32_t i;

	p->ended = true;
	if (e->total != p->n_ops)
		fail(s, "ENDED total", e->total, p->n_ops);
	if (e->computed + e->failed != e->total)
		fail(s, "ENDED counts", e->computed, e->failed);
	for (i = 1; i <= p->n_ops; i++) {
		if (p->wanted[i] && !p->got[i])
			fail(s, "ENDED before a value", p->key, i);
	}
}

/* Reads its mail; false: there was none. */
static bool
dev_read(struct sim *s, struct plan *p)
{
	struct msg m;

	if (!world_next(&s->w, p->session, &m))
		return false;
	switch (m.id) {
	case M_WELCOME:
		p->g = m.welcome.graphs.n > 0 ? m.welcome.graphs.v[0].g : 0;
		if (p->g != 0)
			dev_resend(s, p, m.welcome.graphs.v[0].last);
		else
			p->sent = p->acked = 0;
		break;
	case M_ACK:
		p->g = m.ack.g;
		if (m.ack.n > p->acked)
			p->acked = (uint32_t)m.ack.n;
		break;
	case M_VALUE:
		dev_value(s, p, &m.value);
		break;
	case M_ENDED:
		dev_ended(s, p, &m.ended);
		break;
	case M_REFUSE:
		if (m.refuse.code != E_GAP && m.refuse.code != E_GRAPH_ENDED)
			fail(s, "refused", m.refuse.code, m.refuse.number);
		break;
	default:
		break;
	}
	return true;
}

/* As c() does, it waits for what it asked before it ends. */
static bool
dev_has_all(const struct plan *p)
{
	uint32_t i;

	for (i = 1; i <= p->n_ops; i++) {
		if (p->wanted[i] && !p->got[i])
			return false;
	}
	return true;
}

static void
dev_step(struct sim *s, struct plan *p)
{
	if (dev_read(s, p) || p->g == 0 || p->ended)
		return;
	if (p->sent < p->n_batches) {
		dev_send_batch(s, p, p->sent++);
		if (rnd(s, 8) == 0)
			dev_send_batch(s, p, p->sent - 1);	/* twice */
	} else if (!p->end_sent && dev_has_all(p) && rnd(s, 3) == 0) {
		p->end_sent = true;
		world_end(&s->w, p->session, p->g, false);
	}
}

static void
peer_fault(struct sim *s, uint32_t i)
{
	struct fake *f = &s->f[i];

	switch (rnd(s, 5)) {
	case 0:
		world_session(&s->w, f->session, PRESENCE_GONE);
		s->here[i] = false;
		s->leaves++;
		fake_forget(f);
		break;
	case 1:
		world_session(&s->w, f->session, PRESENCE_GONE);
		fake_rejoin(f);
		break;
	case 2:
		world_session(&s->w, f->session, PRESENCE_SILENT);
		break;
	case 3:
		world_session(&s->w, f->session, PRESENCE_BACK);
		break;
	case 4:
		fake_again(f);
	}
}

static void
crash(struct sim *s)
{
	uint32_t i;

	s->restarts++;
	s->held = false;
	world_restart(&s->w);
	store_mem_hold(s->w.st, false);
	world_turn(&s->w);
	for (i = 0; i < PEERS; i++) {
		if (s->here[i])
			fake_rejoin(&s->f[i]);
	}
	for (i = 0; i < DEVS; i++)
		dev_join(s, &s->p[i]);
}

static void
step(struct sim *s, bool faults)
{
	uint32_t i = (uint32_t)rnd(s, PEERS), d = (uint32_t)rnd(s, DEVS);
	uint64_t what = rnd(s, 100);

	if (what < 40) {
		dev_step(s, &s->p[d]);
	} else if (what < 80) {
		if (s->here[i])
			fake_work(&s->f[i], 1);
	} else if (what < 90) {
		world_wait(&s->w, rnd(s, 60000));
	} else if (!faults) {
		world_wait(&s->w, 100000);
	} else if (what < 95) {
		if (s->here[i])
			peer_fault(s, i);
	} else if (what < 97) {
		if (!s->here[i])
			fake_hello(&s->f[i]);
		s->here[i] = true;
	} else if (what < 98) {
		s->held = !s->held;
		store_mem_hold(s->w.st, s->held);
	} else if (rnd(s, 10) == 0) {
		crash(s);
	}
}

static bool
finished(const struct sim *s)
{
	uint32_t i;

	for (i = 0; i < DEVS; i++) {
		if (!s->p[i].ended)
			return false;
	}
	return true;
}

static void
settle(struct sim *s)
{
	uint32_t i, n;

	store_mem_hold(s->w.st, false);
	for (i = 0; i < PEERS; i++) {
		if (!s->here[i])
			fake_hello(&s->f[i]);
		else
			world_session(&s->w, s->f[i].session, PRESENCE_BACK);
		s->here[i] = true;
	}
	for (n = 0; n < BOUND && !finished(s); n++)
		step(s, false);
	for (i = 0; i < DEVS; i++) {
		if (!s->p[i].ended)
			fail(s, "not ended: graph, wanted", s->p[i].g,
			    s->p[i].sent);
	}
	for (i = 0; i < PEERS; i++) {
		fake_work(&s->f[i], 1000);
		if (s->f[i].n_cache > 0)
			fail(s, "kept after the end: participant, op", i,
			    s->f[i].cache[0].op);
	}
}

static void
run(uint64_t seed, bool verbose)
{
	static struct sim s;
	uint32_t i, n;

	memset(&s, 0, sizeof(s));
	s.seed = s.random = seed;
	world_init(&s.w);
	/* Losses are many here: none shall be the last. */
	s.w.limits.op_tries = 100;
	s.w.limits.group_min_us = 1 + rnd(&s, 100);
	sched_set_limits(s.w.s, &s.w.limits);
	for (i = 0; i < PEERS; i++) {
		char cid[16];

		snprintf(cid, sizeof(cid), "c%u", i);
		fake_init(&s.f[i], &s.w, i + 1, cid);
		s.f[i].slots = 1 + rnd(&s, 2);
		s.f[i].rate = 0.2 + 0.1 * (double)rnd(&s, 20);
	}
	for (i = 0; i < DEVS; i++) {
		plan_make(&s, &s.p[i], i);
		dev_join(&s, &s.p[i]);
	}
	n = 100 + (uint32_t)rnd(&s, 300);
	for (i = 0; i < n; i++)
		step(&s, true);
	settle(&s);
	if (verbose)
		printf("seed %llu: restarts %u leaves %u\n",
		    (unsigned long long)seed, s.restarts, s.leaves);
	for (i = 0; i < DEVS; i++)
		plan_clear(&s.p[i]);
	for (i = 0; i < PEERS; i++)
		fake_clear(&s.f[i]);
	world_clear(&s.w);
}

int
main(int argc, char **argv)
{
	uint64_t from = 1, n = 300, i;

	if (argc > 1)
		from = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		n = strtoull(argv[2], NULL, 10);
	else if (argc > 1)
		n = 1;
	for (i = 0; i < n; i++)
		run(from + i, argc == 2);
	printf("sim: %llu seeds\n", (unsigned long long)n);
	return 0;
}
