/*
 * The scheduler core through its turn: the way of one value, and what can go
 * wrong on it.  Time stands still unless told to move.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world.h"

#define DEV	1000
#define P1	1
#define P2	2

static struct world w;
static struct fake f1, f2;
static struct program_writer pw;

static void
setup(void)
{
	world_init(&w);
	fake_init(&f1, &w, P1, "c1");
	fake_init(&f2, &w, P2, "c2");
	program_writer_init(&pw, 1);
	world_developer(&w, DEV, "me");
}

static void
teardown(void)
{
	program_writer_clear(&pw);
	fake_clear(&f1);
	fake_clear(&f2);
	world_clear(&w);
}

/* a + b of three numbers, wanted: ops 1, 2, 3. */
static void
write_sum(void)
{
	int64_t a[3] = { 1, 2, 3 }, b[3] = { 5, 22, 7 };

	program_writer_reset(&pw, 1);
	prog_const(&pw, a, 3, 0);
	prog_const(&pw, b, 3, 0);
	prog_op(&pw, OP_ADD, 1, 2, 3, PROGRAM_EXPORT);
}

static void
check_sum(const struct msg *m)
{
	int64_t v[3];

	ck_assert_uint_eq(m->value.code, 0);
	ck_assert_uint_eq(m->value.size, 24);
	memcpy(v, m->value.data.p, 24);
	ck_assert_int_eq(v[0], 6);
	ck_assert_int_eq(v[1], 24);
	ck_assert_int_eq(v[2], 10);
}

START_TEST(thin_path)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	ck_assert_uint_eq(g, 1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, DEV, M_ACK, &m));
	ck_assert_uint_eq(m.ack.n, 1);
	fake_hello(&f1);
	ck_assert(world_find(&w, P1, M_WELCOME, &m));
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	check_sum(&m);
	ck_assert(str_eq(m.value.by, "c1"));
	world_end(&w, DEV, g, false);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.total, 3);
	ck_assert_uint_eq(m.ended.computed, 3);
	ck_assert_uint_eq(m.ended.failed, 0);
	ck_assert(world_find(&w, P1, M_ACK, &m));
}
END_TEST

START_TEST(ack_waits_for_the_record)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	fake_hello(&f1);
	world_forget(&w, P1);
	store_mem_hold(w.st, true);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(!world_next(&w, DEV, &m));
	/* Work and values do not wait. */
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	ck_assert(world_next(&w, DEV, &m));
	ck_assert_int_eq(m.id, M_VALUE);
	ck_assert(!world_find(&w, P1, M_ACK, &m));
	store_mem_hold(w.st, false);
	ck_assert(world_find(&w, DEV, M_ACK, &m));
	ck_assert(world_find(&w, P1, M_ACK, &m));
}
END_TEST

START_TEST(batch_again_conflict_gap)
{
	uint64_t g = world_graph(&w, DEV, 1);
	int64_t one[1] = { 1 };
	struct msg m;

	write_sum();
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	world_forget(&w, DEV);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_ACK, &m));
	ck_assert_uint_eq(m.ack.n, 1);
	world_batch(&w, DEV, g, 3, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_GAP);
	program_writer_reset(&pw, 1);
	prog_const(&pw, one, 1, 0);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_CONFLICT);
	ck_assert_uint_eq(m.refuse.what, SUBJECT_BATCH);
}
END_TEST

START_TEST(refusal_names_the_op)
{
	int64_t a[3] = { 1, 2, 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	prog_const(&pw, a, 3, 0);
	prog_const(&pw, a, 2, 0);
	prog_op(&pw, OP_ADD, 1, 2, 3, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_SHAPE);
	ck_assert_uint_eq(m.refuse.op, 3);
	ck_assert_uint_eq(m.refuse.number, 1);
	ck_assert(m.refuse.text.n > 10);
	/* It had no effect: the next is batch 1 again. */
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_ACK, &m));
}
END_TEST

static uint64_t
refused_with(uint8_t key)
{
	uint64_t g = world_graph(&w, DEV, key);
	struct msg m;

	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	if (!world_next(&w, DEV, &m) || m.id != M_REFUSE)
		return 0;
	return m.refuse.code;
}

START_TEST(every_validation_error)
{
	int64_t a[2] = { 1, 2 };
	uint32_t in[1] = { 9 };

	prog_const(&pw, a, 2, 0);
	prog_op(&pw, OP_ADD, 1, 2, 2, 0);
	ck_assert_uint_eq(refused_with(1), E_SELF);
	program_writer_reset(&pw, 1);
	prog_const(&pw, a, 2, 0);
	prog_op(&pw, OP_ADD, 1, 3, 2, 0);
	prog_const(&pw, a, 2, 0);
	ck_assert_uint_eq(refused_with(2), E_LATER);
	program_writer_reset(&pw, 1);
	prog_const(&pw, a, 2, 0);
	prog_op(&pw, OP_NEG, in[0], 0, 2, 0);
	ck_assert_uint_eq(refused_with(3), E_LATER);
	program_writer_reset(&pw, 5);
	prog_const(&pw, a, 2, 0);
	ck_assert_uint_eq(refused_with(4), E_BAD_PROGRAM);
	program_writer_reset(&pw, 1);
	program_write_given(&pw, &(struct shape){ DT_I64, 1, { 2 } }, 0, 0);
	ck_assert_uint_eq(refused_with(5), E_BAD_PROGRAM);
	w.limits.graph_ops = 1;
	sched_set_limits(w.s, &w.limits);
	write_sum();
	ck_assert_uint_eq(refused_with(6), E_QUOTA_OPS);
	w.limits.graph_ops = 100;
	w.limits.graph_bytes = 10;
	sched_set_limits(w.s, &w.limits);
	ck_assert_uint_eq(refused_with(7), E_QUOTA_BYTES);
	w.limits.graph_bytes = 1 << 20;
	w.limits.owner_bytes = 10;
	sched_set_limits(w.s, &w.limits);
	ck_assert_uint_eq(refused_with(8), E_QUOTA_BYTES);
	w.limits.owner_bytes = 1 << 20;
	w.limits.owner_graphs = 8;
	sched_set_limits(w.s, &w.limits);
	ck_assert_uint_eq(world_graph(&w, DEV, 9), 0);
}
END_TEST

START_TEST(graph_of_another)
{
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	world_developer(&w, DEV + 1, "you");
	write_sum();
	world_batch(&w, DEV + 1, g, 1, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV + 1, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_NO_GRAPH);
}
END_TEST

START_TEST(chain_is_one_group)
{
	int64_t one[1] = { 1 };
	const uint64_t want[1] = { 1001 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;
	uint32_t i;

	prog_const(&pw, one, 1, 0);
	for (i = 1; i <= 1000; i++)
		prog_op(&pw, OP_ADD, i, 1, 1, i == 1000 ? PROGRAM_EXPORT : 0);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert_uint_eq(fake_work(&f1, 100), 1);
	ck_assert_uint_eq(f1.computed, 1000);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_int_eq(m.value.data.p[0] + 256 * m.value.data.p[1], 1001);
}
END_TEST

START_TEST(many_adds_are_few_groups)
{
	int64_t one[1] = { 1 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;
	uint32_t i;

	prog_const(&pw, one, 1, 0);
	for (i = 1; i < 10000; i++)
		prog_op(&pw, OP_ADD, 1, 1, 1, PROGRAM_EXPORT);
	fake_hello(&f1);
	fake_hello(&f2);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	while (fake_work(&f1, 1) + fake_work(&f2, 1) > 0)
		continue;
	ck_assert_uint_le(f1.groups + f2.groups, 8);
	ck_assert_uint_gt(f1.groups, 0);
	ck_assert_uint_gt(f2.groups, 0);
	ck_assert_uint_eq(f1.computed + f2.computed, 9999);
	world_end(&w, DEV, g, false);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.computed, 10000);
}
END_TEST

START_TEST(failed_op_fails_dependants)
{
	int64_t a[1] = { 2 }, b[1] = { -1 };
	const uint64_t want[2] = { 4, 5 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	prog_const(&pw, a, 1, 0);
	prog_const(&pw, b, 1, 0);
	prog_op(&pw, OP_POW, 1, 2, 1, PROGRAM_EXPORT);
	prog_op(&pw, OP_ADD, 3, 1, 1, PROGRAM_EXPORT);
	prog_op(&pw, OP_ADD, 1, 2, 1, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, want, 2);
	fake_work(&f1, 10);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.op, 4);
	ck_assert_uint_eq(m.value.code, E_NEGATIVE_POWER);
	ck_assert_uint_eq(m.value.cause, 3);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.op, 5);
	ck_assert_uint_eq(m.value.code, 0);
	world_end(&w, DEV, g, false);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.failed, 2);
	ck_assert_uint_eq(m.ended.failures.n, 2);
	ck_assert_uint_eq(m.ended.failures.v[0].op, 3);
}
END_TEST

START_TEST(lost_participant)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &m));
	fake_hello(&f2);
	world_session(&w, P1, PRESENCE_GONE);
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	check_sum(&m);
}
END_TEST

START_TEST(op_lost_too_often)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;
	int i;

	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	for (i = 0; i < 5; i++) {
		fake_hello(&f1);
		ck_assert(world_find(&w, P1, M_ASSIGN, &m));
		world_session(&w, P1, PRESENCE_GONE);
	}
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, E_LOST);
}
END_TEST

START_TEST(silent_participant_may_still_answer)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	world_session(&w, P1, PRESENCE_SILENT);
	fake_hello(&f2);
	/* f2 has it too, but f1 answers first; f2's group is cancelled. */
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	check_sum(&m);
	ck_assert(world_find(&w, P2, M_CANCEL, &m));
	ck_assert(world_find(&w, P1, M_ACK, &m));
}
END_TEST

START_TEST(stuck_participant)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &m));
	world_wait(&w, 20000000);
	fake_hello(&f2);	/* until now there was nobody better */
	world_wait(&w, 3000000);
	ck_assert_uint_eq(fake_work(&f2, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	check_sum(&m);
}
END_TEST

START_TEST(paused_participant_hands_back)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m, state = { .id = M_STATE };

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &m));
	state.state.slots = 1;
	state.state.paused = 1;
	world_say(&w, P1, &state);
	ck_assert(!world_find(&w, P1, M_ASSIGN, &m));
	/* Alone as it is, it gets the group again when it goes on. */
	state.state.paused = 0;
	world_say(&w, P1, &state);
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	check_sum(&m);
}
END_TEST

START_TEST(result_twice_and_wrong_token)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m, a;

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_compute(&f1, &a.assign, &m);
	m.result.token = (struct bytes){ (const uint8_t *)"0123456789abcdef",
	    16 };
	world_say(&w, P1, &m);
	ck_assert(world_find(&w, P1, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_BAD_TOKEN);
	ck_assert_uint_eq(m.refuse.what, SUBJECT_GROUP);
}
END_TEST

START_TEST(result_twice)
{
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg_fault fault;
	struct msg_arena arena;
	struct msg m;

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	world_forget(&w, P1);
	msg_arena_init(&arena);
	ck_assert_int_eq(msg_decode(&m, f1.last.data, f1.last.len, MSG_P, MSG_S,
	    &arena, &fault), E_OK);
	world_say(&w, P1, &m);
	ck_assert(world_find(&w, P1, M_ACK, &m));
	ck_assert(!world_find(&w, P1, M_ASSIGN, &m));
	msg_arena_clear(&arena);
}
END_TEST

START_TEST(lie_is_refused)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	uint8_t other[24] = { 1 };
	struct msg m, a;

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_compute(&f1, &a.assign, &m);
	((struct rec_export *)(uintptr_t)m.result.exports.v)[0].data =
	    (struct bytes){ other, 24 };
	world_say(&w, P1, &m);
	ck_assert(world_next(&w, P1, &m));
	ck_assert_int_eq(m.id, M_REFUSE);
	ck_assert(!world_find(&w, DEV, M_VALUE, &m));
	/* It goes out again, and comes back right. */
	ck_assert_uint_eq(fake_work(&f1, 1), 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	check_sum(&m);
}
END_TEST

START_TEST(large_value_stays_until_wanted)
{
	static int64_t big[1024];
	struct msg m = { .id = M_WANT };
	uint64_t op = 2, g = world_graph(&w, DEV, 1);

	prog_const(&pw, big, 1024, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1024, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	ck_assert(!world_find(&w, DEV, M_VALUE, &m));
	m = (struct msg){ .id = M_WANT, .want = { .g = g } };
	m.want.ops = (struct u64s){ &op, 1 };
	world_say(&w, DEV, &m);
	ck_assert(!world_find(&w, DEV, M_VALUE, &m));
	ck_assert(world_find(&w, P1, M_FETCH, &m));
	fake_fetch(&f1, &m.fetch);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.size, 8192);
	ck_assert_uint_eq(m.value.data.n, 0);
}
END_TEST

START_TEST(lost_value_is_computed_again)
{
	static int64_t big[1024] = { 3 };
	const uint64_t want[1] = { 4 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	prog_const(&pw, big, 1024, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1024, 0);
	prog_op(&pw, OP_MUL, 2, 2, 1024, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	world_session(&w, P1, PRESENCE_GONE);
	world_forget(&w, DEV);
	/* op 3 was only with c1, and its input was never kept. */
	program_writer_reset(&pw, 4);
	prog_op(&pw, OP_ADD, 3, 3, 1024, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 2, &pw, want, 1);
	fake_hello(&f2);
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	ck_assert_uint_eq(f2.computed, 3);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.op, 4);
	ck_assert_uint_eq(m.value.code, 0);
	world_end(&w, DEV, g, false);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.computed, 4);
}
END_TEST

START_TEST(released_values_are_dropped)
{
	static int64_t big[1024];
	uint64_t op = 2, g = world_graph(&w, DEV, 1);
	struct msg m;
	struct buf b;

	prog_const(&pw, big, 1024, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1024, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	fake_work(&f1, 10);
	program_writer_reset(&pw, 3);
	buf_init(&b);
	program_finish(&pw, &b);
	m = (struct msg){ .id = M_BATCH, .batch = { .g = g, .n = 2 } };
	m.batch.program = (struct bytes){ b.data, b.len };
	m.batch.released = (struct u64s){ &op, 1 };
	world_say(&w, DEV, &m);
	ck_assert(world_find(&w, P1, M_DROP, &m));
	ck_assert_uint_eq(m.drop.values.v[0].op, 2);
	buf_clear(&b);
}
END_TEST

START_TEST(cancelled_graph)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m, a;

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_compute(&f1, &a.assign, &m);
	world_end(&w, DEV, g, true);
	world_say(&w, P1, &m);
	ck_assert(world_next(&w, P1, &m));
	ck_assert_int_eq(m.id, M_CANCEL);
	ck_assert(world_find(&w, P1, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_GRAPH_ENDED);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.cancelled, 1);
	ck_assert_uint_eq(m.ended.computed, 2);
}
END_TEST

START_TEST(same_tab_again)
{
	struct msg m;
	struct fake again;

	fake_hello(&f1);
	fake_init(&again, &w, 7, "c1");
	fake_hello(&again);
	ck_assert(world_find(&w, P1, M_REFUSE, &m));
	ck_assert_uint_eq(m.refuse.code, E_REPLACED);
	ck_assert(world_find(&w, 7, M_WELCOME, &m));
	fake_clear(&again);
}
END_TEST

START_TEST(progress_while_waiting)
{
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	write_sum();
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	world_forget(&w, DEV);
	world_wait(&w, 1000000);
	ck_assert(world_find(&w, DEV, M_PROGRESS, &m));
	ck_assert_uint_eq(m.progress.participants, 0);
	ck_assert_uint_eq(m.progress.pending, 1);
	ck_assert_uint_eq(m.progress.computed, 2);
}
END_TEST

START_TEST(memory_of_nobody)
{
	static int64_t big[1024];
	const uint64_t want[1] = { 2 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	f1.memory = 10000;
	fake_hello(&f1);
	prog_const(&pw, big, 1024, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1024, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 1, &pw, want, 1);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, E_MEMORY);
	ck_assert(memmem(m.value.text.p, m.value.text.n, "16384", 5) != NULL);
}
END_TEST

START_TEST(recovery)
{
	static int64_t big[1024] = { 3 };
	const uint64_t want[1] = { 4 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m, a;
	uint8_t key[16] = { 1 };
	struct rec_graph_ref ref = { .key = { key, 16 } };

	prog_const(&pw, big, 1024, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1024, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	program_writer_reset(&pw, 3);
	prog_op(&pw, OP_NEG, 2, 0, 1024, 0);
	prog_op(&pw, OP_ADD, 3, 2, 1024, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 2, &pw, want, 1);
	ck_assert(world_find(&w, P1, M_ASSIGN, &a));
	fake_compute(&f1, &a.assign, &m);
	world_restart(&w);
	ck_assert_uint_eq(w.loaded.graphs, 1);
	ck_assert_uint_eq(w.loaded.batches, 2);
	ck_assert_uint_eq(w.loaded.damaged, 0);
	{	/* The participant comes back with the group in work. */
		struct msg an = { .id = M_ANNOUNCE };
		struct rec_work_ref work = { g, m.result.epoch, m.result.group,
			m.result.token, true };
		struct msg res = m;

		fake_hello(&f1);
		an.announce.groups.v = &work;
		an.announce.groups.n = 1;
		world_say(&w, P1, &an);
		world_say(&w, P1, &res);
		ck_assert(world_find(&w, P1, M_ACK, &m));
		ck_assert_uint_eq(m.ack.group, 2);
	}
	{
		struct msg h = { .id = M_HELLO, .hello = {
			.version = RAVEN_PROTOCOL, .role = ROLE_DEVELOPER } };
		struct sched_event e = { .kind = SCHED_HELLO, .session = DEV,
			.msg = &h };

		h.hello.graphs.v = &ref;
		h.hello.graphs.n = 1;
		e.owner = str_of("me");
		turn_event(w.t, w.now, &e);
		world_turn(&w);
	}
	ck_assert(world_find(&w, DEV, M_WELCOME, &m));
	ck_assert_uint_eq(m.welcome.graphs.n, 1);
	ck_assert_uint_eq(m.welcome.graphs.v[0].g, g);
	ck_assert_uint_eq(m.welcome.graphs.v[0].last, 2);
	m = (struct msg){ .id = M_WANT, .want = { .g = g } };
	m.want.ops = (struct u64s){ want, 1 };
	world_say(&w, DEV, &m);
	world_wait(&w, 3000000);
	fake_work(&f1, 10);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.op, 4);
	ck_assert_uint_eq(m.value.code, 0);
	world_end(&w, DEV, g, false);
	ck_assert(world_find(&w, DEV, M_ENDED, &m));
	ck_assert_uint_eq(m.ended.computed, 4);
	ck_assert_uint_eq(f1.computed, 3);	/* nothing twice */
}
END_TEST

static bool
client_is(const char *status)
{
	struct bytes b = store_mem_get(w.st, "raven:client:c1", "status");

	return str_eq((struct str){ (const char *)b.p, b.n }, status);
}

START_TEST(recovery_without_participant)
{
	static int64_t big[1024] = { 3 };
	const uint64_t want[1] = { 3 };
	uint64_t g = world_graph(&w, DEV, 1);
	struct msg m;

	prog_const(&pw, big, 1024, 0);
	prog_op(&pw, OP_NEG, 1, 0, 1024, PROGRAM_EXPORT);
	fake_hello(&f1);
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(fake_work(&f1, 10), 1);
	ck_assert(client_is("online"));
	world_restart(&w);
	ck_assert(client_is("offline"));
	world_forget(&w, DEV);
	world_developer(&w, DEV, "me");
	program_writer_reset(&pw, 3);
	prog_op(&pw, OP_ADD, 2, 2, 1024, PROGRAM_EXPORT);
	world_batch(&w, DEV, g, 2, &pw, want, 1);
	fake_hello(&f2);
	ck_assert(!world_find(&w, P2, M_ASSIGN, &m));
	world_wait(&w, 3000000);
	ck_assert_uint_eq(fake_work(&f2, 10), 1);
	ck_assert_uint_eq(f2.computed, 2);
	ck_assert(world_find(&w, DEV, M_VALUE, &m));
	ck_assert_uint_eq(m.value.code, 0);
}
END_TEST

START_TEST(damaged_record_is_left_alone)
{
	uint64_t g = world_graph(&w, DEV, 1);
	uint8_t bytes[4096];
	struct store_write wr = { .op = STORE_HSET };
	struct bytes was;
	char err[64];
	struct msg m;

	write_sum();
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	was = store_mem_get(w.st, "raven:graph:{1}:ops", "1");
	memcpy(bytes, was.p, was.n);
	bytes[was.n / 2] ^= 1;
	wr.key = (struct bytes){ (const uint8_t *)"raven:graph:{1}:ops", 19 };
	wr.field = (struct bytes){ (const uint8_t *)"1", 1 };
	wr.value = (struct bytes){ bytes, was.n };
	ck_assert_int_eq(w.st->ops->write(w.st, &wr, 1, err, sizeof(err)), 0);
	world_restart(&w);
	ck_assert_uint_eq(w.loaded.damaged, 1);
	world_developer(&w, DEV, "me");
	world_batch(&w, DEV, g, 2, &pw, NULL, 0);
	ck_assert(world_find(&w, DEV, M_REFUSE, &m));
	was = store_mem_get(w.st, "raven:graph:{1}", "ops");
	ck_assert_uint_eq(was.n, 1);
	ck_assert_int_eq(was.p[0], '3');
	/* Others are not concerned. */
	ck_assert_uint_eq(world_graph(&w, DEV, 2), 2);
}
END_TEST

START_TEST(queues_are_made_anew)
{
	uint64_t g = world_graph(&w, DEV, 1);

	fake_hello(&f1);
	write_sum();
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ck_assert_uint_eq(store_mem_fields(w.st, "raven:queue:computing"), 1);
	ck_assert_uint_eq(store_mem_fields(w.st, "raven:queue:high"), 0);
	world_restart(&w);
	world_turn(&w);
	ck_assert_uint_eq(store_mem_fields(w.st, "raven:queue:computing"), 0);
	ck_assert_uint_eq(store_mem_fields(w.st, "raven:queue:high"), 1);
}
END_TEST

START_TEST(queries)
{
	struct buf b;

	buf_init(&b);
	world_graph(&w, DEV, 1);
	fake_hello(&f1);
	ck_assert_int_eq(sched_query(w.s, w.now, str_of("status"), str_of(""),
	    &b), 0);
	ck_assert_int_eq(sched_query(w.s, w.now, str_of("participants"),
	    str_of(""), &b), 0);
	ck_assert_int_eq(sched_query(w.s, w.now, str_of("why"), str_of("1"),
	    &b), 0);
	ck_assert_int_eq(sched_query(w.s, w.now, str_of("why"), str_of("9"),
	    &b), -1);
	ck_assert_int_eq(sched_query(w.s, w.now, str_of("x"), str_of(""), &b),
	    -1);
	buf_add(&b, "", 1);
	ck_assert(strstr((char *)b.data, "waits for its developer") != NULL);
	buf_clear(&b);
}
END_TEST

static void
ask(uint64_t session, const char *what, const char *arg, const char *want)
{
	struct msg m = { .id = M_QUERY };

	m.query.what = str_of(what);
	m.query.arg = str_of(arg);
	world_say(&w, session, &m);
	ck_assert(world_find(&w, session, M_ANSWER, &m));
	ck_assert_msg(memmem(m.answer.text.p, m.answer.text.n, want,
	    strlen(want)) != NULL, "%.*s has no %s", (int)m.answer.text.n,
	    m.answer.text.p, want);
}

START_TEST(a_developer_asks_about_its_graphs)
{
	uint64_t g = world_graph(&w, DEV, 1);

	write_sum();
	world_batch(&w, DEV, g, 1, &pw, NULL, 0);
	ask(DEV, "graphs", "", "[{\"id\":1,");
	ask(DEV, "graph", "1 1", "\"batches\":1,\"items\":[[1,");
	ask(DEV, "graph", "1 99", "\"items\":[]");
	ask(DEV, "graph", "1 0", "\"items\":[]");
	ask(DEV, "graph", "2 1", "no such graph of yours");
	ask(DEV, "graph", "1", "no such graph of yours");
	ask(DEV, "graph", " ", "no such graph of yours");
	ask(DEV, "status", "", "no such graph of yours");
	world_developer(&w, DEV + 1, "you");
	ask(DEV + 1, "graphs", "", "[]");
	ask(DEV + 1, "graph", "1 1", "no such graph of yours");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sched");
	TCase *t = tcase_create("core");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, thin_path);
	tcase_add_test(t, ack_waits_for_the_record);
	tcase_add_test(t, batch_again_conflict_gap);
	tcase_add_test(t, refusal_names_the_op);
	tcase_add_test(t, every_validation_error);
	tcase_add_test(t, graph_of_another);
	tcase_add_test(t, chain_is_one_group);
	tcase_add_test(t, many_adds_are_few_groups);
	tcase_add_test(t, failed_op_fails_dependants);
	tcase_add_test(t, lost_participant);
	tcase_add_test(t, op_lost_too_often);
	tcase_add_test(t, silent_participant_may_still_answer);
	tcase_add_test(t, stuck_participant);
	tcase_add_test(t, paused_participant_hands_back);
	tcase_add_test(t, result_twice_and_wrong_token);
	tcase_add_test(t, result_twice);
	tcase_add_test(t, lie_is_refused);
	tcase_add_test(t, large_value_stays_until_wanted);
	tcase_add_test(t, lost_value_is_computed_again);
	tcase_add_test(t, released_values_are_dropped);
	tcase_add_test(t, cancelled_graph);
	tcase_add_test(t, same_tab_again);
	tcase_add_test(t, progress_while_waiting);
	tcase_add_test(t, memory_of_nobody);
	tcase_add_test(t, recovery);
	tcase_add_test(t, recovery_without_participant);
	tcase_add_test(t, damaged_record_is_left_alone);
	tcase_add_test(t, queues_are_made_anew);
	tcase_add_test(t, queries);
	tcase_add_test(t, a_developer_asks_about_its_graphs);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
