/*
 * Plans: what is said of a graph before it runs is what a run by the same
 * estimates takes, and nothing is left of it.
 */
#include <check.h>
#include <stdlib.h>

#include "common/op.h"
#include "scheduler/core/plan.h"

#define DEV	77u

struct fixture {
	struct sched	*s;
	struct graph	*g;
	struct program_writer w;
	struct shape	 shapes[4096];
	struct sched_out out;
	struct msg_arena arena;
};

static void
say(struct fixture *f, uint64_t session, const struct msg *m)
{
	struct sched_event e = { .kind = m->id == M_HELLO ? SCHED_HELLO :
		SCHED_MESSAGE, .session = session, .msg = m };

	e.owner = str_of("owner");
	sched_apply(f->s, f->s->now, &e, &f->out);
}

static struct fixture *
fixture_new(uint64_t plan_ops)
{
	static const uint8_t key[16] = { 1 };
	struct sched_setup set = { .seed = 1, .epoch = 1,
		.limits = { .batch_ops = 1000000, .batch_bytes = 1u << 30,
		.tensor_bytes = 1u << 30, .graph_ops = 1000000,
		.graph_bytes = 1ull << 40, .owner_bytes = 1ull << 40,
		.owner_graphs = 8, .total_ops = 4000000, .group_ops = 4096,
		.group_min_us = 4000, .group_max_us = 100000,
		.plan_ops = plan_ops } };
	struct msg m = { .id = M_HELLO, .hello = { .version = RAVEN_PROTOCOL,
		.role = ROLE_DEVELOPER } };
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->s = sched_new(&set);
	f->s->now = 1000000;
	f->s->next_collect = NEVER;
	out_init(&f->out);
	msg_arena_init(&f->arena);
	say(f, DEV, &m);
	m = (struct msg){ .id = M_GRAPH, .graph = { .key = { key, 16 } } };
	say(f, DEV, &m);
	f->g = sched_graph(f->s, 1);
	ck_assert_ptr_nonnull(f->g);
	program_writer_init(&f->w, 1);
	return f;
}

static void
fixture_free(struct fixture *f)
{
	program_writer_clear(&f->w);
	msg_arena_clear(&f->arena);
	sched_free(f->s);
	out_clear(&f->out);
	xfree(f);
}

/* As fast as the reference; rtt in us, links in MB a second. */
static struct peer *
join(struct fixture *f, const char *cid, double rtt, double link)
{
	struct msg m = { .id = M_HELLO, .hello = { .version = RAVEN_PROTOCOL,
		.role = ROLE_PARTICIPANT, .slots = 1 } };
	uint64_t session = f->s->n_peers + 1;
	struct peer *p;
	int c, d;

	m.hello.cid = str_of(cid);
	m.hello.kind = str_of("test");
	say(f, session, &m);
	p = sched_peer(f->s, session);
	ck_assert_ptr_nonnull(p);
	p->bench = p->announced = true;
	p->rtt_us = rtt;
	p->down = p->up = link * 1e6;
	p->speed = 1;
	for (c = 0; c < COST_CLASSES; c++) {
		for (d = 0; d < DT_COUNT; d++) {
			p->us[c][d] = 1;
			p->est[c][d].v = 0.01f;
			p->est[c][d].known = true;
		}
	}
	crowd_note(f->s, (uint32_t)session);
	return p;
}

static uint32_t
source(struct fixture *f, int64_t rows, int64_t columns)
{
	struct shape shape = { .dtype = DT_F64, .ndim = 2,
		.dims = { rows, columns } };
	uint8_t digest[DIGEST_LEN] = { 0 };
	uint32_t v;

	memcpy(digest, &f->w.n_ops, sizeof(f->w.n_ops));
	v = program_write_digest(&f->w, &shape, digest, 0);
	f->shapes[v] = shape;
	return v;
}

static uint32_t
op(struct fixture *f, const char *name, uint32_t a, uint32_t b)
{
	const struct op_row *row = op_by_name(name);
	const struct shape *in[2] = { &f->shapes[a], &f->shapes[b] };
	uint32_t refs[2] = { a, b }, v;
	size_t n = b != 0 ? 2 : 1;
	struct op_params params;
	struct op_error e;
	struct shape out;

	op_params_default(row, &params);
	ck_assert_int_eq(op_infer(row, in, n, &params, 1 << 30, &out, &e),
	    E_OK);
	v = program_write_op(&f->w, row, &params, refs, n, &out,
	    PROGRAM_EXPORT);
	f->shapes[v] = out;
	return v;
}

/* What an op takes on the reference core. */
static double
reference_us(const struct fixture *f, const char *name, uint32_t a, uint32_t b,
    uint32_t to)
{
	const struct op_row *row = op_by_name(name);
	const struct shape *in[2] = { &f->shapes[a], &f->shapes[b] };
	struct op_cost cost = { 0 };

	op_cost(row, in, 2, &f->shapes[to], &cost);
	return OP_US + estimate_reference_us(cost.cost_class, cost.dtype,
	    cost.amount);
}

/* The scheduler's turns until it says something of this kind to the dev. */
static bool
hear(struct fixture *f, enum msg_id id, struct msg *m)
{
	struct msg_fault fault;
	struct bytes b;
	uint32_t turn;
	size_t i;

	for (turn = 0; turn < 1000; turn++) {
		for (i = 0; i < f->out.n_sends; i++) {
			b = out_message(&f->out, i);
			if (f->out.sends[i].session == DEV &&
			    msg_peek(b.p, b.n) == id) {
				ck_assert_int_eq(msg_decode(m, b.p, b.n,
				    MSG_S, MSG_D, &f->arena, &fault), E_OK);
				return true;
			}
		}
		out_reset(&f->out);
		(void)sched_tick(f->s, f->s->now, &f->out);
	}
	return false;
}

static struct msg_planned
plan(struct fixture *f, uint32_t want)
{
	struct msg m = { .id = M_PLAN, .plan = { .g = 1 } };
	uint64_t op = want;
	struct buf bytes;

	buf_init(&bytes);
	if (f->w.n_ops > 0)
		program_finish(&f->w, &bytes);
	m.plan.program = (struct bytes){ bytes.data, bytes.len };
	m.plan.sinks = want == 0;
	m.plan.want = (struct u64s){ &op, want != 0 };
	(void)sched_tick(f->s, f->s->now, &f->out);
	out_reset(&f->out);
	say(f, DEV, &m);
	buf_clear(&bytes);
	ck_assert(hear(f, M_PLANNED, &m));
	return m.planned;
}

/* What the plan itself said, without what was learnt beside it. */
static double
raw_us(const struct fixture *f)
{
	return f->g->plan_part[0];
}

static void
close_to(double us, double expected)
{
	ck_assert_double_ge(us, expected * 0.999 - 1);
	ck_assert_double_le(us, expected * 1.001 + 1);
}

static void
untouched(const struct fixture *f)
{
	uint32_t i;

	ck_assert_uint_eq(f->g->n_ops, 0);
	ck_assert_uint_eq(f->g->n_batches, 0);
	ck_assert_uint_eq(f->g->groups, 0);
	ck_assert_uint_eq(f->g->owed, 0);
	ck_assert_uint_eq(f->s->total_ops, 0);
	ck_assert_uint_eq(f->s->n_uploads, 0);
	ck_assert_uint_eq(f->out.n_writes, 0);
	for (i = 1; i < f->s->n_peers; i++)
		ck_assert_uint_eq(f->s->peers[i]->n_out, 0);
}

/* One product: there, computed, back. */
START_TEST(test_one)
{
	struct fixture *f = fixture_new(1000);
	struct peer *p = join(f, "a", 1000, 100);
	struct msg_planned m;
	double product, moves;
	uint32_t a, b, c;

	a = source(f, 300, 300);
	b = source(f, 300, 300);
	c = op(f, "matmul", a, b);
	product = reference_us(f, "matmul", a, b, c);
	moves = 720000 / 100.0;		/* us, of one of the three */
	m = plan(f, c);
	ck_assert_uint_eq(m.basis, PLAN_RUN);
	ck_assert_uint_eq(m.ops, 1);
	ck_assert_uint_eq(m.groups, 1);
	ck_assert_uint_eq(m.team, 1);
	ck_assert_uint_eq(m.members.n, 1);
	ck_assert(str_eq(m.members.v[0].kind, "test"));
	ck_assert_double_eq(m.members.v[0].share, 1);
	ck_assert_uint_eq(m.sent, 2 * 720000);
	ck_assert_uint_eq(m.returned, 720000);
	ck_assert_uint_eq(m.fetched, 720000);
	/* There, both inputs, the product, and back with it. */
	close_to(raw_us(f), 1000 + (double)p->group_us / 2 + 3 * moves +
	    product);
	ck_assert_double_gt(m.us, raw_us(f));
	untouched(f);
	fixture_free(f);
}
END_TEST

/* Nobody asked for it: it stays where it was made. */
START_TEST(test_stays)
{
	struct fixture *f = fixture_new(1000);
	struct msg_planned m;
	uint32_t a, b;

	(void)join(f, "a", 1000, 100);
	a = source(f, 300, 300);
	b = op(f, "matmul", a, a);
	(void)op(f, "sum", b, 0);
	m = plan(f, 0);		/* the sum alone is a sink */
	ck_assert_uint_eq(m.ops, 2);
	ck_assert_uint_eq(m.sent, 720000);
	ck_assert_uint_eq(m.returned, 8);
	ck_assert_uint_eq(m.fetched, 8);
	ck_assert_uint_eq(m.classes.n, COST_CLASSES);
	ck_assert_uint_eq(m.classes.v[COST_MATMUL].ops, 1);
	ck_assert_double_gt(m.classes.v[COST_MATMUL].us, 2000);
	untouched(f);
	fixture_free(f);
}
END_TEST

/* Two take half as long, about, and a slow one is left out. */
START_TEST(test_teams)
{
	struct fixture *f = fixture_new(1000);
	struct msg_planned one, two, three;
	uint32_t a, i;

	(void)join(f, "a", 100, 1000);
	a = source(f, 200, 200);
	for (i = 0; i < 200; i++)
		(void)op(f, "matmul", a, a);
	one = plan(f, 0);
	(void)join(f, "b", 100, 1000);
	f->s->now += 1000000;
	two = plan(f, 0);
	ck_assert_uint_eq(two.team, 2);
	ck_assert_double_lt(two.us, 0.65 * one.us);
	(void)join(f, "c", 5e6, 0.01);
	f->s->now += 1000000;
	three = plan(f, 0);
	ck_assert_uint_eq(three.team, 2);
	untouched(f);
	fixture_free(f);
}
END_TEST

START_TEST(test_nobody)
{
	struct fixture *f = fixture_new(1000);
	struct msg_planned m;
	uint32_t a;

	m = plan(f, 0);
	ck_assert_uint_eq(m.ops, 0);
	ck_assert_uint_eq(m.basis, PLAN_RUN);
	a = source(f, 10, 10);
	(void)op(f, "add", a, a);
	m = plan(f, 0);
	ck_assert_uint_eq(m.basis, PLAN_NOBODY);
	ck_assert_double_eq(m.us, 0);
	ck_assert(!m.believed);
	fixture_free(f);
}
END_TEST

/* Refused like a batch, with the same sentence. */
START_TEST(test_refused)
{
	struct fixture *f = fixture_new(1000);
	struct msg m = { .id = M_PLAN, .plan = { .g = 1 } };

	m.plan.program = (struct bytes){ (const uint8_t *)"nonsense", 8 };
	(void)sched_tick(f->s, f->s->now, &f->out);
	out_reset(&f->out);
	say(f, DEV, &m);
	ck_assert(hear(f, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.what, SUBJECT_PLAN);
	ck_assert_uint_eq(m.refuse.code, E_BAD_PROGRAM);
	untouched(f);
	fixture_free(f);
}
END_TEST

static void
record(struct fixture *f, uint64_t want)
{
	struct msg m = { .id = M_BATCH, .batch = { .g = 1, .n = 1 } };
	struct buf bytes;

	buf_init(&bytes);
	program_finish(&f->w, &bytes);
	m.batch.program = (struct bytes){ bytes.data, bytes.len };
	m.batch.want = (struct u64s){ &want, 1 };
	say(f, DEV, &m);
	buf_clear(&bytes);
	program_writer_reset(&f->w, f->w.base + f->w.n_ops);
}

/* More than may be planned one by one, and recorded: by the model. */
START_TEST(test_model)
{
	struct fixture *f = fixture_new(10);
	struct msg_planned m;
	uint32_t a, b = 0, i;

	(void)join(f, "a", 100, 1000);
	a = source(f, 200, 200);
	for (i = 0; i < 50; i++)
		b = op(f, "matmul", b != 0 ? b : a, a);
	record(f, b);
	m = plan(f, 0);
	ck_assert_uint_eq(m.basis, PLAN_MODEL);
	ck_assert_uint_eq(m.ops, 50);
	ck_assert_double_gt(m.us, 50 * 700);
	ck_assert(!m.believed);
	fixture_free(f);
}
END_TEST

/* A wait that lasts is said with its end, which comes nearer. */
START_TEST(test_forecast)
{
	struct fixture *f = fixture_new(1000);
	struct plan past = { .basis = PLAN_MODEL, .us = 1, .asked_us = 1 };
	double all, left, all2, left2;
	uint32_t a, b = 0, i;
	struct peer *p;

	p = join(f, "a", 100, 1000);
	a = source(f, 1000, 1000);
	for (i = 0; i < 50; i++)
		b = op(f, "matmul", b != 0 ? b : a, a);
	record(f, b);
	(void)sched_tick(f->s, f->s->now, &f->out);
	forecast_look(f->s, f->g);
	ck_assert(!forecast_say(f->s, f->g, &all, &left));
	f->s->now += 200000;
	forecast_look(f->s, f->g);
	ck_assert(forecast_say(f->s, f->g, &all, &left));
	ck_assert_double_gt(all, 4e6);
	ck_assert_double_lt(all, 7e6);
	f->s->now += 300000;
	ck_assert(forecast_say(f->s, f->g, &all2, &left2));
	close_to(all2, all);
	close_to(left2, left - 300000);
	/* What was planned for a wait before says nothing of this one. */
	forecast_start(f->s, f->g);
	f->s->now += 200000;
	f->g->forecast.planning = true;
	f->g->forecast.made_us = f->s->now;
	forecast_take(f->s, f->g, &past);
	ck_assert(!forecast_say(f->s, f->g, &all2, &left2));
	f->g->forecast.planning = false;
	forecast_look(f->s, f->g);
	ck_assert(forecast_say(f->s, f->g, &all, &left));
	/* It leaves: nothing is believed, and another plan finds nobody. */
	p->paused = true;
	crowd_note(f->s, 1);
	ck_assert(!forecast_say(f->s, f->g, &all2, &left2));
	f->s->now += 1000000;
	forecast_look(f->s, f->g);
	ck_assert(!forecast_say(f->s, f->g, &all2, &left2));
	/* It should have been there: no number is shown. */
	p->paused = false;
	crowd_note(f->s, 1);
	f->s->now += 1000000;
	forecast_look(f->s, f->g);
	ck_assert(forecast_say(f->s, f->g, &all2, &left2));
	f->s->now += 100000000;
	ck_assert(!forecast_say(f->s, f->g, &all2, &left2));
	fixture_free(f);
}
END_TEST

/* What plans do not see is learnt, and then they are believed more. */
START_TEST(test_skill)
{
	struct skills k = { 0 };
	double part[PLAN_PARTS] = { 0 }, us, v;
	uint32_t i;

	v = skill_v(&k, 1000);
	for (i = 0; i < 400; i++) {
		part[0] = 500 + i * 37 % 5000;
		part[1] = 1;
		part[2] = i * 71 % 3000;
		part[3] = (double)(i * 7919 % 1000000);
		us = 1.3 * part[0] + 250 + 1.5 * part[2] + 0.003 * part[3];
		skill_learn(&k, part, us);
	}
	us = 1.3 * part[0] + 250 + 1.5 * part[2] + 0.003 * part[3];
	ck_assert_double_lt(skill_us(&k, part) / us, 1.05);
	ck_assert_double_gt(skill_us(&k, part) / us, 0.95);
	ck_assert_double_lt(skill_v(&k, us), v);
	/* One stall moves it little. */
	skill_learn(&k, part, 100 * us);
	ck_assert_double_lt(skill_us(&k, part) / us, 1.5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("plan");
	TCase *t = tcase_create("plan");
	SRunner *runner;
	int failed;

	tcase_add_test(t, test_one);
	tcase_add_test(t, test_stays);
	tcase_add_test(t, test_teams);
	tcase_add_test(t, test_nobody);
	tcase_add_test(t, test_refused);
	tcase_add_test(t, test_model);
	tcase_add_test(t, test_forecast);
	tcase_add_test(t, test_skill);
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
