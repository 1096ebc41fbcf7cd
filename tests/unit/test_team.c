/*
 * Teams: the shape of a graph, and how many participants it gets.  Programs
 * are small enough to check by hand; links and speeds are far apart.
 */
#include <check.h>
#include <stdlib.h>

#include "common/op.h"
#include "scheduler/core/sched_priv.h"

#define VALUES	32000

struct fixture {
	struct sched	*s;
	struct graph	*g;
	struct program_writer w;
	struct shape	 shapes[VALUES];
	struct sched_out out;
};

static struct fixture *
fixture_new(void)
{
	static const uint8_t key[16] = { 1 };
	struct sched_setup set = { .seed = 1, .epoch = 1,
		.limits = { .batch_ops = 1000000, .batch_bytes = 1u << 30,
		.tensor_bytes = 1u << 30, .graph_ops = 1000000,
		.graph_bytes = 1ull << 40, .owner_bytes = 1ull << 40,
		.total_ops = 4000000 } };
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->s = sched_new(&set);
	f->s->now = 1000000;
	out_init(&f->out);
	f->s->out = &f->out;
	f->g = graph_new(f->s, 1, key);
	program_writer_init(&f->w, 1);
	return f;
}

static void
fixture_free(struct fixture *f)
{
	program_writer_clear(&f->w);
	sched_free(f->s);
	out_clear(&f->out);
	xfree(f);
}

/* speed: against the reference; rtt in ms; links in MB a second. */
static uint32_t
peer_add(struct fixture *f, double speed, uint32_t slots, double rtt,
    double down, double up)
{
	struct sched *s = f->s;
	struct peer *p = xcalloc(1, sizeof(*p));
	uint32_t i = s->n_peers == 0 ? 1 : s->n_peers;
	int c, d;

	s->n_peers = i + 1;
	s->peers = sched_room(s->peers, &s->peers_cap, s->n_peers,
	    sizeof(*s->peers));
	s->peers[0] = NULL;
	s->peers[i] = p;
	p->serial = ++s->serial;
	p->session = i;
	p->bench = p->announced = true;
	p->trust = 1;
	p->slots = slots;
	p->speed = (float)speed;
	p->rtt_us = rtt * 1000;
	p->down = down * 1e6;
	p->up = up * 1e6;
	for (c = 0; c < COST_CLASSES; c++)
		for (d = 0; d < DT_COUNT; d++)
			p->us[c][d] = (float)(1 / speed);
	crowd_note(s, i);
	return i;
}

static void
peer_leaves(struct fixture *f, uint32_t peer)
{
	f->s->peers[peer]->paused = true;
	crowd_note(f->s, peer);
}

/* A source of rows x columns float64. */
static uint32_t
source(struct fixture *f, int64_t rows, int64_t columns)
{
	struct shape shape = { .dtype = DT_F64, .ndim = 2,
		.dims = { rows, columns } };
	uint8_t digest[DIGEST_LEN] = { 0 };
	uint32_t v;

	memcpy(digest, &f->w.n_ops, sizeof(f->w.n_ops));
	v = program_write_digest(&f->w, &shape, digest, 0);
	ck_assert_uint_lt(v, VALUES);
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
	v = program_write_op(&f->w, row, &params, refs, n, &out, 0);
	ck_assert_uint_lt(v, VALUES);
	f->shapes[v] = out;
	return v;
}

/* What was written becomes a batch of the graph; the last op is wanted. */
static void
record(struct fixture *f)
{
	uint64_t want = f->w.base + f->w.n_ops - 1;
	struct msg_batch m = { .n = 1 };
	struct batch_error e;
	struct batch b;
	struct buf bytes;

	buf_init(&bytes);
	program_finish(&f->w, &bytes);
	m.program = (struct bytes){ bytes.data, bytes.len };
	m.want.v = &want;
	m.want.n = 1;
	ck_assert_int_eq(batch_check(f->s, f->g, &m, &b, &e), E_OK);
	batch_take(f->s, f->g, &b, &m, false);
	buf_clear(&bytes);
	program_writer_reset(&f->w, f->g->n_ops + 1);
}

/* A chain of about ms milliseconds that takes and gives little. */
static uint32_t
chain(struct fixture *f, uint32_t from, int ms)
{
	uint32_t v = op(f, "add", from, source(f, 1, 200));
	int i;

	for (i = 0; i < ms * 5; i++)	/* of 200 x 200: 0.2 ms each */
		v = op(f, "exp", v, 0);
	return op(f, "sum", v, 0);
}

static void
choose(struct fixture *f)
{
	uint32_t i;

	team_update(f->s, f->g);
	for (i = 0; i < f->g->n_team; i++)
		ck_assert(team_has(f->g, f->g->team[i]));
}

START_TEST(levels_of_chains)
{
	struct fixture *f = fixture_new();
	uint32_t x = source(f, 200, 1), a, b, sum;

	a = chain(f, x, 1);
	b = chain(f, x, 1);
	sum = op(f, "add", a, b);
	op(f, "exp", sum, 0);
	record(f);
	/* Two chains below, one with the sum and what follows it above. */
	ck_assert_uint_eq(f->g->n_levels, 2);
	ck_assert_uint_eq(f->g->levels[1].chains, 2);
	ck_assert_uint_eq(f->g->levels[2].chains, 1);
	ck_assert_uint_eq(f->g->ops[a].level, 1);
	ck_assert_uint_eq(f->g->ops[sum].level, 2);
	ck_assert_double_eq_tol(f->g->levels[1].left + f->g->levels[2].left,
	    f->g->left_us, 0.01);
	fixture_free(f);
}
END_TEST

START_TEST(bytes_between_levels)
{
	struct fixture *f = fixture_new();
	uint32_t x = source(f, 1000, 1), big, i, v[6];
	struct level *l;

	/* A value of 8 MB with six users, and what each makes of it. */
	big = op(f, "add", x, source(f, 1, 1000));
	for (i = 0; i < 6; i++)
		v[i] = op(f, "exp", big, 0);
	op(f, "add", v[0], v[1]);
	op(f, "add", x, v[2]);
	record(f);
	l = f->g->levels;
	ck_assert_uint_eq(f->g->n_levels, 3);
	ck_assert_float_eq_tol(l[1].fresh, 16000, 1);
	ck_assert_float_eq_tol(l[2].many, 8e6f, 1);
	ck_assert_float_eq(l[2].single, 0);
	ck_assert_float_eq_tol(l[2].wanted, 8e6f, 1);
	/* x again, but v[2]'s chain goes on in its own level. */
	ck_assert_float_eq_tol(l[2].known, 8000, 1);
	ck_assert_float_eq_tol(l[3].single, 16e6f, 1);
	fixture_free(f);
}
END_TEST

START_TEST(left_is_what_is_not_done)
{
	struct fixture *f = fixture_new();
	uint32_t x = source(f, 200, 1), i, last;
	double all;

	last = op(f, "add", chain(f, x, 1), chain(f, x, 1));
	record(f);
	all = f->g->left_us;
	for (i = 1; i < last; i++)
		state_computed(f->s, f->g, i);
	ck_assert_double_eq(f->g->levels[1].left, 0);
	ck_assert_double_gt(f->g->levels[2].left, 0);
	ck_assert_double_lt(f->g->left_us, all / 100);
	profile_back(f->g, last - 1);
	ck_assert_double_gt(f->g->levels[1].left, 0);
	fixture_free(f);
}
END_TEST

/* 3,000 levels that alternate between one chain and three. */
START_TEST(deep_graphs_are_sampled)
{
	static struct stage v[STAGES_MAX];
	struct fixture *f = fixture_new();
	uint32_t x = op(f, "exp", source(f, 20, 20), 0), a, b, c, i, n;
	uint32_t wide = 0;
	double work = 0, times = 0;

	for (i = 0; i < 1000; i++) {
		a = op(f, "exp", x, 0);
		b = op(f, "exp", x, 0);
		c = op(f, "exp", x, 0);
		x = op(f, "add", op(f, "add", a, b), c);
	}
	record(f);
	ck_assert_uint_eq(f->g->n_levels, 3001);
	n = profile_stages(f->g, v);
	ck_assert_uint_le(n, STAGES_MAX);
	for (i = 0; i < n; i++) {
		work += v[i].level.work * v[i].times;
		times += v[i].times;
		wide += v[i].level.chains == 3;
	}
	ck_assert_double_eq_tol(work / f->g->left_us, 1, 1e-6);
	ck_assert_double_eq_tol(times / 3001, 1, 1e-6);
	ck_assert_uint_gt(wide, n / 4);
	fixture_free(f);
}
END_TEST

START_TEST(independent_work_uses_everybody)
{
	struct fixture *f = fixture_new();
	uint32_t x = source(f, 200, 1), i;

	for (i = 0; i < 100; i++)
		peer_add(f, 1, 1, 50, 3, 1);
	for (i = 0; i < 200; i++)
		chain(f, x, 20);
	record(f);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 100);
	/* 40 ms each, and the way there and back. */
	ck_assert_double_gt(team_predict_us(f->s, f->g), 40000);
	ck_assert_double_lt(team_predict_us(f->s, f->g), 250000);
	fixture_free(f);
}
END_TEST

START_TEST(chain_uses_one)
{
	struct fixture *f = fixture_new();
	uint32_t i, best;

	for (i = 0; i < 50; i++)
		peer_add(f, 1, 2, 50, 3, 1);
	best = peer_add(f, 2, 1, 50, 3, 1);
	for (i = 0; i < 50; i++)
		peer_add(f, 1, 4, 50, 3, 1);
	chain(f, source(f, 200, 1), 100);
	record(f);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 1);
	ck_assert_uint_eq(f->g->team[0], best);
	fixture_free(f);
}
END_TEST

/* Rounds of four short branches that meet: waiting for far ones is dear. */
START_TEST(near_and_fast_beats_far)
{
	struct fixture *f = fixture_new();
	uint32_t i, x, near, v[4];

	for (i = 0; i < 60; i++)
		peer_add(f, 0.5, 4, 200, 1, 0.3);
	near = peer_add(f, 1, 4, 5, 12, 4);
	for (i = 0; i < 40; i++)
		peer_add(f, 0.5, 4, 200, 1, 0.3);
	x = op(f, "exp", source(f, 200, 1), 0);
	for (i = 0; i < 20; i++) {
		v[0] = chain(f, x, 5);
		v[1] = chain(f, x, 5);
		v[2] = chain(f, x, 5);
		v[3] = chain(f, x, 5);
		v[0] = op(f, "add", v[0], v[1]);
		v[2] = op(f, "add", v[2], v[3]);
		x = op(f, "add", x, op(f, "add", v[0], v[2]));
	}
	record(f);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 1);
	ck_assert_uint_eq(f->g->team[0], near);
	/* 20 rounds of 5 ms on 4 slots. */
	ck_assert_double_lt(team_predict_us(f->s, f->g), 140000);
	fixture_free(f);
}
END_TEST

/* Blocks of 4 MB stay with who has them; only sums go around. */
static void
kmeans(struct fixture *f)
{
	uint32_t block[16], x, v, i, k;

	for (i = 0; i < 16; i++)
		block[i] = source(f, 1000, 500);
	x = op(f, "sum", source(f, 10, 10), 0);
	for (k = 0; k < 10; k++) {
		v = 0;
		for (i = 0; i < 16; i++) {
			uint32_t y = op(f, "sub", block[i], x), z = y, j;

			for (j = 0; j < 20; j++)	/* 2.5 ms each */
				z = op(f, "exp", z, 0);
			y = op(f, "sum", z, 0);
			v = v != 0 ? op(f, "add", v, y) : y;
		}
		x = v;
	}
	record(f);
}

START_TEST(kmeans_native_uses_both)
{
	struct fixture *f = fixture_new();

	peer_add(f, 2, 1, 0.03, 1000, 1000);
	peer_add(f, 2, 1, 0.03, 1000, 1000);
	kmeans(f);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 2);
	/* 16 x 10 chains of 25 ms on two. */
	ck_assert_double_gt(team_predict_us(f->s, f->g), 2e6);
	ck_assert_double_lt(team_predict_us(f->s, f->g), 2.6e6);
	fixture_free(f);
}
END_TEST

START_TEST(kmeans_at_home_spreads_its_data)
{
	struct fixture *f = fixture_new();
	int i;

	for (i = 0; i < 100; i++)
		peer_add(f, 1, 2, 40, 3, 1);
	kmeans(f);
	choose(f);
	/* All that have a block, and hardly more. */
	ck_assert_uint_ge(f->g->n_team, 8);
	ck_assert_uint_le(f->g->n_team, 40);
	fixture_free(f);
}
END_TEST

/* n x n blocks of 256: values that everybody needs. */
static void
matmul(struct fixture *f, uint32_t n)
{
	uint32_t a[8][8], b[8][8], i, j, k, sum, v, all = 0;

	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			a[i][j] = source(f, 256, 256);
			b[i][j] = source(f, 256, 256);
		}
	}
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			sum = 0;
			for (k = 0; k < n; k++) {
				v = op(f, "matmul", a[i][k], b[k][j]);
				sum = sum != 0 ? op(f, "add", sum, v) : v;
			}
			v = op(f, "sum", sum, 0);
			all = all != 0 ? op(f, "add", all, v) : v;
		}
	}
	record(f);
}

START_TEST(matmul_native_uses_both)
{
	struct fixture *f = fixture_new();
	int i;

	peer_add(f, 2, 1, 0.03, 1000, 1000);
	peer_add(f, 2, 1, 0.03, 1000, 1000);
	for (i = 0; i < 20; i++)
		peer_add(f, 1, 1, 40, 1, 0.3);
	matmul(f, 8);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 2);
	ck_assert(team_has(f->g, 1) && team_has(f->g, 2));
	fixture_free(f);
}
END_TEST

START_TEST(matmul_far_stays_together)
{
	struct fixture *f = fixture_new();
	uint32_t best, i;

	for (i = 0; i < 20; i++)
		peer_add(f, 1, 1, 40, 0.5, 0.1);
	best = peer_add(f, 1, 4, 20, 12, 4);
	matmul(f, 4);
	choose(f);
	ck_assert_uint_le(f->g->n_team, 3);
	ck_assert(team_has(f->g, best));
	fixture_free(f);
}
END_TEST

START_TEST(members_that_leave_are_replaced)
{
	struct fixture *f = fixture_new();
	uint32_t first;

	peer_add(f, 1, 1, 50, 3, 1);
	peer_add(f, 1, 1, 50, 3, 1);
	chain(f, source(f, 200, 1), 50);
	record(f);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 1);
	first = f->g->team[0];
	peer_leaves(f, first);
	ck_assert_uint_eq(f->s->peers[first]->teams, 1);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 1);
	ck_assert_uint_ne(f->g->team[0], first);
	ck_assert_uint_eq(f->s->peers[first]->teams, 0);
	peer_leaves(f, f->g->team[0]);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 0);
	ck_assert_double_eq(team_predict_us(f->s, f->g), 0);
	fixture_free(f);
}
END_TEST

START_TEST(joins_wait_and_must_be_worth_it)
{
	struct fixture *f = fixture_new();
	uint32_t i, x = source(f, 200, 1), better;

	peer_add(f, 1, 1, 50, 3, 1);
	for (i = 0; i < 50; i++)
		chain(f, x, 20);
	record(f);
	choose(f);
	ck_assert_uint_eq(f->g->n_team, 1);
	peer_add(f, 0.1, 1, 50, 3, 1);
	f->s->now += 600000;
	choose(f);
	/* A tenth more is not worth moving. */
	ck_assert_uint_eq(f->g->n_team, 1);
	better = peer_add(f, 2, 1, 50, 3, 1);
	f->s->now += 100000;
	choose(f);
	ck_assert(!team_has(f->g, better));
	f->s->now += 500000;
	choose(f);
	ck_assert(team_has(f->g, better));
	fixture_free(f);
}
END_TEST

/* Graphs of one op each do not all go to the same participant. */
START_TEST(small_graphs_share_the_crowd)
{
	struct fixture *f = fixture_new();
	struct graph *first = f->g;
	uint8_t key[16] = { 2 };
	uint32_t i;

	for (i = 0; i < 4; i++)
		peer_add(f, 1, 1, 50, 3, 1);
	for (i = 0; i < 8; i++) {
		key[1] = (uint8_t)i;
		f->g = i == 0 ? first : graph_new(f->s, i + 1, key);
		program_writer_reset(&f->w, 1);
		chain(f, source(f, 200, 1), 5);
		record(f);
		choose(f);
		ck_assert_uint_eq(f->g->n_team, 1);
	}
	for (i = 1; i <= 4; i++)
		ck_assert_uint_eq(f->s->peers[i]->teams, 2);
	team_idle(f->s, f->g);
	ck_assert_uint_eq(f->s->peers[f->g->team[0]]->teams, 1);
	fixture_free(f);
}
END_TEST

START_TEST(crowds_beyond_a_team)
{
	struct fixture *f = fixture_new();
	uint32_t x = source(f, 200, 1), i, best = 0;

	for (i = 0; i < 3000; i++)
		best = peer_add(f, 1 + 0.0001 * i, 1, 50, 3, 1);
	crowd_renew(f->s);
	ck_assert_uint_eq(f->s->crowd.n, CROWD_MOST);
	ck_assert_uint_eq(f->s->crowd.order[0][0], best);
	for (i = 1; i < CROWD_MOST; i++)
		ck_assert_uint_eq(f->s->crowd.order[0][i], best - i);
	for (i = 0; i < 150; i++)
		chain(f, x, 10);
	record(f);
	choose(f);
	ck_assert_uint_ge(f->g->n_team, 100);
	fixture_free(f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("team");
	TCase *tc = tcase_create("team");
	SRunner *sr = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_add_test(tc, levels_of_chains);
	tcase_add_test(tc, bytes_between_levels);
	tcase_add_test(tc, left_is_what_is_not_done);
	tcase_add_test(tc, deep_graphs_are_sampled);
	tcase_add_test(tc, independent_work_uses_everybody);
	tcase_add_test(tc, chain_uses_one);
	tcase_add_test(tc, near_and_fast_beats_far);
	tcase_add_test(tc, kmeans_native_uses_both);
	tcase_add_test(tc, kmeans_at_home_spreads_its_data);
	tcase_add_test(tc, matmul_native_uses_both);
	tcase_add_test(tc, matmul_far_stays_together);
	tcase_add_test(tc, members_that_leave_are_replaced);
	tcase_add_test(tc, joins_wait_and_must_be_worth_it);
	tcase_add_test(tc, small_graphs_share_the_crowd);
	tcase_add_test(tc, crowds_beyond_a_team);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
