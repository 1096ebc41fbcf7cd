/*
 * The participant against a scripted scheduler, with time by hand: joining,
 * groups with every kind of input, losing the connection, uploads, its
 * owner's wishes, and peers that break the protocol.
 */
#include "participant_sim.h"

#define MEMORY	(1u << 20)

/* ---- joining ---- */

START_TEST(joins)
{
	const struct msg *m;
	struct sim s;

	sim_start(&s, 2, MEMORY);
	ck_assert_uint_eq(s.n_connect, 1);
	ck_assert_uint_eq(s.connect_ms, 0);
	sim_open(&s);
	m = sim_sent(&s, M_HELLO, 0);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->hello.role, ROLE_PARTICIPANT);
	ck_assert_uint_eq(m->hello.slots, 2);
	ck_assert_uint_eq(m->hello.secret.n, 32);
	ck_assert(str_eq(m->hello.cid, "me"));
	sim_welcome(&s);
	ck_assert_uint_eq(s.n_bench, 1);
	ck_assert_uint_eq(s.n_sent, 0);
	sim_benched(&s);
	ck_assert_uint_eq(s.n_sent, 4);
	ck_assert_int_eq(s.sent[0].id, M_BENCH);
	ck_assert_uint_eq(s.sent[0].bench.speeds.n, 1);
	ck_assert_int_eq(s.sent[1].id, M_STATE);
	ck_assert_int_eq(s.sent[2].id, M_ANNOUNCE);
	ck_assert_uint_eq(s.sent[2].announce.held.n, 0);
	ck_assert_int_eq(s.sent[3].id, M_PING);
	ck_assert_uint_eq(sim_status(&s).state, PS_READY);
	sim_end(&s);
}
END_TEST

START_TEST(measures_the_round_trip)
{
	struct msg m = { .id = M_PONG };
	struct sim s;

	sim_start(&s, 1, MEMORY);
	sim_open(&s);
	sim_welcome(&s);
	sim_benched(&s);
	m.pong.id = sim_sent(&s, M_PING, 0)->ping.id;
	s.now += 1500;
	sim_tell(&s, &m);
	ck_assert_double_eq(sim_status(&s).rtt_us, 1500);
	s.now += 1000;
	sim_tell(&s, &m);		/* a later answer is no better */
	m.pong.id = s.now + 1;		/* nobody asked that */
	sim_tell(&s, &m);
	ck_assert_double_eq(sim_status(&s).rtt_us, 1500);
	sim_end(&s);
}
END_TEST

START_TEST(keeps_the_cid_it_is_given)
{
	struct msg m = { .id = M_WELCOME };
	struct sim s;

	sim_start(&s, 1, MEMORY);
	sim_open(&s);
	m.welcome.version = RAVEN_PROTOCOL;
	m.welcome.cid = str_of("drawn");
	sim_tell(&s, &m);
	ck_assert_uint_eq(s.n_identity, 1);
	ck_assert_str_eq(sim_status(&s).cid, "drawn");
	sim_end(&s);
}
END_TEST

static void
refuse(struct sim *s, enum error code, uint64_t retry_ms)
{
	struct msg m = { .id = M_REFUSE };

	m.refuse.what = SUBJECT_SESSION;
	m.refuse.code = code;
	m.refuse.text = str_of("because");
	m.refuse.retry_ms = retry_ms;
	sim_tell(s, &m);
}

START_TEST(stays_away_when_refused_for_good)
{
	struct sim s;

	sim_start(&s, 1, MEMORY);
	sim_open(&s);
	refuse(&s, E_CID_TAKEN, 0);
	ck_assert_uint_eq(s.n_close, 1);
	sim_lose(&s);
	ck_assert_uint_eq(s.n_connect, 0);
	ck_assert_uint_eq(sim_status(&s).state, PS_REFUSED);
	ck_assert_uint_eq(sim_status(&s).code, E_CID_TAKEN);
	ck_assert_str_eq(sim_status(&s).text, "because");
	sim_end(&s);
}
END_TEST

START_TEST(comes_back_when_told)
{
	struct sim s;

	sim_start(&s, 1, MEMORY);
	sim_open(&s);
	refuse(&s, E_DRAINING, 7000);
	sim_lose(&s);
	ck_assert_uint_eq(s.n_connect, 1);
	ck_assert_uint_ge(s.connect_ms, 7000);
	ck_assert_uint_eq(sim_status(&s).state, PS_WAITING);
	ck_assert_uint_eq(sim_status(&s).code, E_DRAINING);
	sim_end(&s);
}
END_TEST

START_TEST(backs_off)
{
	uint32_t most = 500, highest = 0, i;
	struct sim s;

	sim_start(&s, 1, MEMORY);
	for (i = 0; i < 30; i++) {
		sim_lose(&s);
		ck_assert_uint_eq(s.n_connect, 1);
		ck_assert_uint_le(s.connect_ms, most);
		most = most * 2 < 60000 ? most * 2 : 60000;
		if (s.connect_ms > highest)
			highest = s.connect_ms;
	}
	ck_assert_uint_gt(highest, 20000);	/* jitter, but over it all */
	/* A connection that held for a minute starts it afresh. */
	sim_open(&s);
	sim_welcome(&s);
	sim_benched(&s);
	s.now += 61000000;
	sim_lose(&s);
	ck_assert_uint_le(s.connect_ms, 500);
	sim_end(&s);
}
END_TEST

START_TEST(gives_up_a_silent_server)
{
	struct sim s;

	sim_start(&s, 1, MEMORY);
	sim_open(&s);
	s.now += 16000000;
	sim_drain(&s);
	ck_assert_uint_eq(s.n_close, 1);
	sim_lose(&s);
	sim_open(&s);
	sim_welcome(&s);
	sim_benched(&s);
	s.now += 91000000;
	sim_drain(&s);
	ck_assert_uint_eq(s.n_close, 1);
	sim_end(&s);
}
END_TEST

START_TEST(says_hello_again)
{
	struct msg m = { .id = M_AGAIN };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	sim_tell(&s, &m);
	ck_assert_ptr_nonnull(sim_sent(&s, M_HELLO, 0));
	sim_welcome(&s);
	ck_assert_uint_eq(s.n_bench, 0);
	ck_assert_ptr_nonnull(sim_sent(&s, M_BENCH, 0));
	ck_assert_ptr_nonnull(sim_sent(&s, M_ANNOUNCE, 0));
	sim_end(&s);
}
END_TEST

START_TEST(answers_the_gateway)
{
	struct msg m = { .id = M_PING };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	m.ping.id = 77;
	sim_tell(&s, &m);
	ck_assert_uint_eq(sim_sent(&s, M_PONG, 0)->pong.id, 77);
	m.id = M_PROBE;
	m.probe.id = 78;
	m.probe.data.p = (const uint8_t *)"abc";
	m.probe.data.n = 3;
	sim_tell(&s, &m);
	ck_assert_uint_eq(sim_sent(&s, M_PROBE, 0)->probe.data.n, 3);
	sim_end(&s);
}
END_TEST

/* ---- groups ---- */

START_TEST(computes_a_group)
{
	uint8_t digest[DIGEST_LEN];
	double *v = sim_vector(4, 2, digest);
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	struct msg ack = { .id = M_ACK };
	const struct msg *m;
	struct sim s;

	sim_join(&s, 1, MEMORY);
	sim_assign(&s, 5, in, 1, 4, 2, false);
	ck_assert_uint_eq(s.n_run, 0);		/* its input is on the way */
	sim_bring(&s, 4, 2);
	ck_assert_uint_eq(s.n_run, 1);
	ck_assert_uint_eq(s.run[0].n_given, 1);
	ck_assert_uint_eq(s.run[0].given[0].n, 32);
	ck_assert_mem_eq(s.run[0].given[0].p, v, 32);
	sim_done(&s, 0, 1, 4, 4);
	m = sim_sent(&s, M_RESULT, 0);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->result.group, 5);
	ck_assert_uint_eq(m->result.token.n, 16);
	ck_assert_uint_eq(m->result.exports.n, 1);
	ck_assert_uint_eq(m->result.exports.v[0].op, 2);
	ck_assert_uint_eq(m->result.exports.v[0].data.n, 32);
	ck_assert_uint_eq(m->result.errors.n, 0);
	ck_assert_uint_eq(m->result.compute_us, 50);
	ck_assert_uint_eq(sim_status(&s).unacked, 1);
	ack.ack.g = 9;
	ack.ack.epoch = 1;
	ack.ack.group = 5;
	sim_tell(&s, &ack);
	ck_assert_uint_eq(sim_status(&s).unacked, 0);
	ck_assert_double_eq(sim_status(&s).groups_done, 1);
	ck_assert_double_eq(sim_status(&s).ops_done, 1);
	ck_assert_double_eq(sim_status(&s).units_done, 100);
	ck_assert_double_eq(sim_status(&s).held_bytes, 64);
	free(v);
	sim_end(&s);
}
END_TEST

/* Makes op 2 of graph 9 a held value of len times 4. */
static void
hold(struct sim *s, int64_t len)
{
	uint8_t digest[DIGEST_LEN];
	double *v = sim_vector(len, 2, digest);
	struct sim_input in[] = { { 1, FROM_SENT, digest } };

	sim_assign(s, 5, in, 1, len, 2, false);
	sim_bring(s, len, 2);
	sim_done(s, 0, 1, len, 4);
	free(v);
}

START_TEST(uses_what_it_holds)
{
	struct sim_input in[] = { { 1, FROM_HELD, NULL }, { 2, FROM_HELD, NULL } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, in, 2, 4, 3, false);
	ck_assert_uint_eq(s.n_run, 1);
	ck_assert_double_eq(*(const double *)s.run[0].given[0].p, 2);
	ck_assert_double_eq(*(const double *)s.run[0].given[1].p, 4);
	sim_end(&s);
}
END_TEST

static void
drop(struct sim *s, uint64_t g, uint64_t op)
{
	struct rec_value_ref r = { g, op };
	struct msg m = { .id = M_DROP };

	m.drop.values.v = &r;
	m.drop.values.n = 1;
	sim_tell(s, &m);
}

/* The one error of the last RESULT, which has nothing else. */
static void
expect_refused(const struct sim *s, uint64_t number, enum error code)
{
	const struct msg *m = sim_sent(s, M_RESULT, 0);

	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->result.group, number);
	ck_assert_uint_eq(m->result.exports.n, 0);
	ck_assert_uint_eq(m->result.errors.n, 1);
	ck_assert_uint_eq(m->result.errors.v[0].op, 0);
	ck_assert_uint_eq(m->result.errors.v[0].code, code);
}

START_TEST(gives_back_what_lacks_an_input)
{
	struct sim_input in[] = { { 1, FROM_HELD, NULL } };
	struct msg m = { .id = M_REFUSE };
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX];
	struct sim s;

	sim_join(&s, 1, MEMORY);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	expect_refused(&s, 6, E_NO_INPUT);
	in[0].from = FROM_COMING;
	sim_assign(&s, 7, in, 1, 4, 3, false);
	expect_refused(&s, 7, E_NO_INPUT);
	/* The gateway does not have it either. */
	free(sim_vector(4, 2, digest));
	in[0].from = FROM_SENT;
	in[0].digest = digest;
	sim_assign(&s, 8, in, 1, 4, 3, false);
	digest_hex(digest, hex);
	m.refuse.what = SUBJECT_TENSOR;
	m.refuse.code = E_NO_TENSOR;
	m.refuse.text = str_of(hex);
	sim_tell(&s, &m);
	expect_refused(&s, 8, E_NO_INPUT);
	ck_assert_uint_eq(sim_status(&s).waiting, 0);
	sim_end(&s);
}
END_TEST

START_TEST(names_the_input_that_lacks)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 2, FROM_HELD, NULL }, { 1, FROM_SENT, digest } };
	struct msg m = { .id = M_REFUSE };
	char hex[DIGEST_HEX];
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	drop(&s, 9, 1);
	free(sim_vector(4, 2, digest));
	sim_assign(&s, 6, in, 2, 4, 3, false);
	digest_hex(digest, hex);
	m.refuse.what = SUBJECT_TENSOR;
	m.refuse.code = E_NO_TENSOR;
	m.refuse.text = str_of(hex);
	sim_tell(&s, &m);
	expect_refused(&s, 6, E_NO_INPUT);
	ck_assert_int_eq(sim_sent(&s, M_RESULT, 0)->
	    result.errors.v[0].args.v[0], 1);
	in[1].from = FROM_HELD;
	sim_assign(&s, 7, in, 2, 4, 3, false);
	ck_assert_int_eq(sim_sent(&s, M_RESULT, 0)->
	    result.errors.v[0].args.v[0], 1);
	sim_end(&s);
}
END_TEST

START_TEST(gives_back_what_needs_too_much)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	struct sim s;

	sim_join(&s, 1, 1000);
	free(sim_vector(200, 2, digest));
	sim_assign(&s, 6, in, 1, 200, 3, false);
	sim_put(&s, digest, 200);
	expect_refused(&s, 6, E_MEMORY);
	ck_assert_int_eq(sim_sent(&s, M_RESULT, 0)->
	    result.errors.v[0].args.v[0], 1600);
	/* An export that does not fit either. */
	free(sim_vector(100, 2, digest));
	sim_assign(&s, 7, in, 1, 100, 3, false);
	sim_bring(&s, 100, 2);
	sim_done(&s, 0, 1, 100, 4);
	expect_refused(&s, 7, E_MEMORY);
	ck_assert_double_eq(sim_status(&s).held_bytes, 800);
	sim_end(&s);
}
END_TEST

START_TEST(refuses_bytes_of_another_digest)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	double wrong[4] = { 2, 2, 2, 3 };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	free(sim_vector(4, 2, digest));
	sim_assign(&s, 6, in, 1, 4, 3, false);
	sim_put(&s, digest, 4);
	sim_part(&s, digest, 0, wrong, 16);
	sim_part(&s, digest, 16, wrong + 2, 16);
	expect_refused(&s, 6, E_NO_INPUT);
	ck_assert_double_eq(sim_status(&s).held_bytes, 0);
	sim_end(&s);
}
END_TEST

START_TEST(shares_one_transfer)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input a[] = { { 1, FROM_SENT, digest } };
	struct sim_input b[] = { { 7, FROM_SENT, digest } };
	struct sim s;

	sim_join(&s, 2, MEMORY);
	free(sim_vector(4, 2, digest));
	sim_assign(&s, 6, a, 1, 4, 3, false);
	sim_assign(&s, 7, b, 1, 4, 8, false);
	sim_bring(&s, 4, 2);
	ck_assert_uint_eq(s.n_run, 2);
	ck_assert_double_eq(sim_status(&s).held_bytes, 32);
	sim_bring(&s, 4, 2);		/* the second push is ignored */
	ck_assert_uint_eq(s.n_close, 0);
	sim_end(&s);
}
END_TEST

START_TEST(takes_one_of_two_transfers)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	struct msg m = { .id = M_REFUSE };
	double *v = sim_vector(4, 2, digest);
	char hex[DIGEST_HEX];
	struct sim s;

	sim_join(&s, 1, MEMORY);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	sim_put(&s, digest, 4);
	sim_part(&s, digest, 0, v, 16);
	sim_put(&s, digest, 4);
	sim_part(&s, digest, 0, v, 16);
	ck_assert_uint_eq(s.n_close + s.n_run, 0);
	sim_part(&s, digest, 16, v + 2, 16);
	ck_assert_uint_eq(s.n_run, 1);
	sim_part(&s, digest, 16, v + 2, 16);
	ck_assert_uint_eq(s.n_close, 0);
	drop(&s, 9, 0);
	sim_done(&s, 0, 1, 4, 4);
	/* One that breaks off is begun anew. */
	sim_assign(&s, 7, in, 1, 4, 3, false);
	sim_put(&s, digest, 4);
	sim_part(&s, digest, 0, v, 16);
	digest_hex(digest, hex);
	m.refuse.what = SUBJECT_TENSOR;
	m.refuse.code = E_NO_TENSOR;
	m.refuse.text = str_of(hex);
	sim_tell(&s, &m);
	expect_refused(&s, 7, E_NO_INPUT);
	sim_assign(&s, 8, in, 1, 4, 3, false);
	sim_bring(&s, 4, 2);
	ck_assert_uint_eq(s.n_run, 1);
	free(v);
	sim_end(&s);
}
END_TEST

START_TEST(waits_for_a_coming_value)
{
	struct sim_input coming[] = { { 3, FROM_COMING, NULL } };
	struct sim_input held[] = { { 2, FROM_HELD, NULL } };
	struct sim s;

	sim_join(&s, 2, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, held, 1, 4, 3, false);
	sim_assign(&s, 7, coming, 1, 4, 4, false);
	ck_assert_uint_eq(sim_status(&s).waiting, 1);
	sim_done(&s, 0, 1, 4, 8);
	ck_assert_uint_eq(s.n_run, 1);
	ck_assert_double_eq(*(const double *)s.run[0].given[0].p, 8);
	sim_end(&s);
}
END_TEST

START_TEST(gives_back_what_waits_for_a_failure)
{
	struct sim_input third[] = { { 4, FROM_COMING, NULL } };
	struct sim_input second[] = { { 3, FROM_COMING, NULL } };
	struct sim_input first[] = { { 2, FROM_HELD, NULL } };
	struct participant_outcome o = { .refused = E_MEMORY, .a = { 5 } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, first, 1, 4, 3, false);
	ck_assert_uint_eq(s.n_run, 1);
	sim_assign(&s, 7, second, 1, 4, 4, false);
	sim_assign(&s, 8, third, 1, 4, 5, false);
	participant_done(s.p, 0, s.run[0].run, &o, s.now);
	sim_drain(&s);
	ck_assert_uint_eq(s.n_sent, 3);
	expect_refused(&s, 6, E_MEMORY);
	ck_assert_int_eq(s.sent[0].result.errors.v[0].args.v[0], 5);
	ck_assert_uint_eq(s.sent[1].result.errors.v[0].code, E_NO_INPUT);
	ck_assert_uint_eq(s.sent[2].result.errors.v[0].code, E_NO_INPUT);
	ck_assert_uint_eq(sim_status(&s).waiting, 0);
	sim_end(&s);
}
END_TEST

/* Program: 0 given, 1 = 0+0 (hidden), 2 = 1+1, 3 = 2+2; 2 and 3 exported. */
static void
assign_chain(struct sim *s, struct msg *m, struct buf *program)
{
	static const struct rec_want_export exports[] = { { 20, false }, { 30, false } };
	static const struct rec_input input = { .op = 2, .from = FROM_HELD };
	struct shape shape = { .dtype = DT_F64, .ndim = 1, .dims = { 4 } };
	struct op_params params = { 0 };
	struct program_writer w;
	uint32_t in[2], i;

	program_writer_init(&w, 0);
	in[0] = in[1] = program_write_given(&w, &shape, 0, 0);
	for (i = 0; i < 3; i++)
		in[0] = in[1] = program_write_op(&w, op_by_code(OP_ADD),
		    &params, in, 2, &shape, i == 0 ? 0 : PROGRAM_EXPORT);
	program_finish(&w, program);
	program_writer_clear(&w);
	m->id = M_ASSIGN;
	m->assign.g = 9;
	m->assign.epoch = 1;
	m->assign.group = 6;
	m->assign.program.p = program->data;
	m->assign.program.n = program->len;
	m->assign.inputs.v = &input;
	m->assign.inputs.n = 1;
	m->assign.exports.v = exports;
	m->assign.exports.n = 2;
	sim_tell(s, m);
	ck_assert_uint_eq(s->n_run, 1);
}

START_TEST(tells_the_cause_of_a_failure)
{
	struct op_error errors[] = {
		{ 1, -1, E_EMPTY, { 11, 12, 13, 14 } },
		{ 2, 0, E_DEPENDS, { 1 } },
		{ 3, 0, E_DEPENDS, { 2 } },
	};
	struct participant_outcome o = { .errors = errors, .n_errors = 3 };
	const struct rec_op_error *e;
	struct msg m = { 0 };
	struct buf program;
	struct sim s;

	buf_init(&program);
	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	assign_chain(&s, &m, &program);
	participant_done(s.p, 0, s.run[0].run, &o, s.now);
	sim_drain(&s);
	/* The hidden op's own error, under the names of what it broke. */
	ck_assert_uint_eq(sim_sent(&s, M_RESULT, 0)->result.errors.n, 2);
	e = sim_sent(&s, M_RESULT, 0)->result.errors.v;
	ck_assert_uint_eq(e[0].op, 20);
	ck_assert_uint_eq(e[0].code, E_EMPTY);
	ck_assert_int_eq(e[0].args.v[3], 14);
	ck_assert_uint_eq(e[1].op, 30);
	ck_assert_uint_eq(e[1].code, E_EMPTY);
	/* An exported cause is named. */
	m.assign.group = 7;
	sim_tell(&s, &m);
	errors[1].code = E_SHAPE;
	o.errors = &errors[1];
	o.n_errors = 2;
	participant_done(s.p, 0, s.run[0].run, &o, s.now);
	sim_drain(&s);
	e = sim_sent(&s, M_RESULT, 0)->result.errors.v;
	ck_assert_uint_eq(e[0].code, E_SHAPE);
	ck_assert_uint_eq(e[1].code, E_DEPENDS);
	ck_assert_int_eq(e[1].args.v[0], 20);
	buf_clear(&program);
	sim_end(&s);
}
END_TEST

START_TEST(refuses_a_program_that_does_not_fit)
{
	struct rec_want_export exports[] = { { 20, false }, { 30, false } };
	struct msg m = { .id = M_ASSIGN };
	struct buf program;
	struct sim s;

	buf_init(&program);
	sim_program(&program, 0, 4, PROGRAM_EXPORT);
	sim_join(&s, 1, MEMORY);
	m.assign.g = 9;
	m.assign.group = 1;
	m.assign.program.p = (const uint8_t *)"rubbish";
	m.assign.program.n = 7;
	sim_tell(&s, &m);
	expect_refused(&s, 1, E_BAD_PROGRAM);
	m.assign.group = 2;		/* one export in it, two named */
	m.assign.program.p = program.data;
	m.assign.program.n = program.len;
	m.assign.exports.v = exports;
	m.assign.exports.n = 2;
	sim_tell(&s, &m);
	expect_refused(&s, 2, E_BAD_PROGRAM);
	buf_clear(&program);
	sim_end(&s);
}
END_TEST

START_TEST(gives_back_what_no_message_holds)
{
	enum { N = 4096 };
	static struct rec_want_export wanted[N];
	static struct participant_export exports[N];
	struct participant_outcome o = { .exports = exports, .n_exports = N };
	struct shape shape = { .dtype = DT_F64, .ndim = 1, .dims = { 512 } };
	struct op_params params = { 0 };
	struct msg m = { .id = M_ASSIGN };
	struct program_writer w;
	uint32_t in[2] = { 0, 0 }, i;
	struct buf program;
	double zeros[512] = { 0 };
	struct sim s;

	buf_init(&program);
	program_writer_init(&w, 0);
	program_write_inline(&w, &shape, zeros, 0);
	for (i = 0; i < N; i++) {
		program_write_op(&w, op_by_code(OP_ADD), &params, in, 2,
		    &shape, PROGRAM_EXPORT);
		wanted[i].op = 10 + i;
		exports[i].op = 1 + i;
		exports[i].shape = shape;
		exports[i].size = sizeof(zeros);
		exports[i].bytes = calloc(1, sizeof(zeros));
	}
	program_finish(&w, &program);
	m.assign.g = 9;
	m.assign.group = 6;
	m.assign.program.p = program.data;
	m.assign.program.n = program.len;
	m.assign.exports.v = wanted;
	m.assign.exports.n = N;
	sim_join(&s, 1, 1u << 26);
	sim_tell(&s, &m);
	ck_assert_uint_eq(s.n_run, 1);
	participant_done(s.p, 0, s.run[0].run, &o, s.now);
	sim_drain(&s);
	expect_refused(&s, 6, E_MEMORY);
	ck_assert_double_eq(sim_status(&s).held_bytes, 0);
	program_writer_clear(&w);
	buf_clear(&program);
	sim_end(&s);
}
END_TEST

START_TEST(tells_progress_each_second)
{
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	const struct msg *m;
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	participant_progress(s.p, 0, s.run[0].run, 30, 100);
	s.now += 900000;
	sim_drain(&s);
	ck_assert_uint_eq(s.n_sent, 0);
	ck_assert_uint_eq(participant_tick(s.p, s.now), s.now + 100000);
	s.now += 200000;
	sim_drain(&s);
	m = sim_sent(&s, M_PROGRESS, 0);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->progress.done, 30);
	ck_assert_uint_eq(m->progress.total, 100);
	ck_assert_double_eq(sim_status(&s).units_done, 130);
	sim_end(&s);
}
END_TEST

/* ---- losing the connection ---- */

START_TEST(resends_until_acknowledged)
{
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	const struct msg *m;
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	sim_lose(&s);
	ck_assert_uint_eq(sim_status(&s).running, 1);	/* it goes on */
	sim_done(&s, 0, 1, 4, 8);
	ck_assert_uint_eq(s.n_sent, 0);
	sim_rejoin(&s);
	m = sim_sent(&s, M_ANNOUNCE, 0);
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->announce.groups.n, 2);
	ck_assert(m->announce.groups.v[0].done);
	ck_assert_uint_eq(m->announce.groups.v[1].group, 6);
	ck_assert_uint_eq(m->announce.groups.v[1].token.n, 16);
	ck_assert_uint_eq(m->announce.held.n, 3);
	ck_assert_uint_eq(sim_sent(&s, M_RESULT, 0)->result.group, 5);
	ck_assert_uint_eq(sim_sent(&s, M_RESULT, 1)->result.group, 6);
	/* Assigned once more, it is answered from memory. */
	sim_assign(&s, 6, in, 1, 4, 3, false);
	ck_assert_uint_eq(s.n_run, 0);
	ck_assert_uint_eq(sim_sent(&s, M_RESULT, 0)->result.group, 6);
	sim_end(&s);
}
END_TEST

START_TEST(lets_go_of_what_was_on_the_way)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input sent[] = { { 1, FROM_SENT, digest } };
	struct sim_input coming[] = { { 3, FROM_COMING, NULL } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	free(sim_vector(4, 2, digest));
	sim_assign(&s, 6, sent, 1, 4, 3, false);
	sim_assign(&s, 7, coming, 1, 4, 4, false);
	sim_put(&s, digest, 4);
	sim_lose(&s);
	sim_rejoin(&s);
	ck_assert_uint_eq(sim_sent(&s, M_ANNOUNCE, 0)->announce.groups.n, 0);
	ck_assert_ptr_null(sim_sent(&s, M_RESULT, 0));
	/* A new assignment starts from the beginning. */
	sim_assign(&s, 8, sent, 1, 4, 3, false);
	sim_bring(&s, 4, 2);
	ck_assert_uint_eq(s.n_run, 1);
	sim_end(&s);
}
END_TEST

/* ---- CANCEL, DROP ---- */

static void
cancel(struct sim *s, uint64_t number)
{
	struct rec_group_ref r = { 9, 1, number };
	struct msg m = { .id = M_CANCEL };

	m.cancel.groups.v = &r;
	m.cancel.groups.n = 1;
	sim_tell(s, &m);
}

START_TEST(stops_what_is_cancelled)
{
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	struct participant_command old;
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	old = s.run[0];
	sim_assign(&s, 7, in, 1, 4, 4, false);
	sim_assign(&s, 8, in, 1, 4, 5, false);
	cancel(&s, 7);			/* it waits */
	ck_assert_uint_eq(s.n_stop, 0);
	cancel(&s, 6);			/* it runs; the next takes its slot */
	ck_assert_uint_eq(s.n_stop, 1);
	ck_assert_uint_eq(s.stop.run, old.run);
	ck_assert_uint_eq(s.n_run, 1);
	ck_assert_uint_ne(s.run[0].run, old.run);
	ck_assert(!participant_runs(s.p, 0, old.run));
	s.run[0].run = old.run;		/* its outcome crossed the stop */
	sim_done(&s, 0, 1, 4, 8);
	ck_assert_uint_eq(s.n_sent, 0);
	ck_assert_uint_eq(sim_status(&s).running, 1);
	ck_assert_double_eq(sim_status(&s).groups_cancelled, 2);
	sim_end(&s);
}
END_TEST

START_TEST(forgets_when_told)
{
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	drop(&s, 9, 2);			/* in use: the run keeps its bytes */
	ck_assert_double_eq(*(const double *)s.run[0].given[0].p, 4);
	sim_done(&s, 0, 1, 4, 8);
	sim_assign(&s, 7, in, 1, 4, 3, false);
	expect_refused(&s, 7, E_NO_INPUT);
	ck_assert_double_eq(sim_status(&s).held_values, 2);
	drop(&s, 9, 0);
	ck_assert_double_eq(sim_status(&s).held_values, 0);
	ck_assert_double_eq(sim_status(&s).held_bytes, 0);
	sim_end(&s);
}
END_TEST

START_TEST(forgets_what_somebody_waits_for_afterwards)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	free(sim_vector(4, 2, digest));
	sim_assign(&s, 6, in, 1, 4, 3, false);
	drop(&s, 9, 1);
	sim_bring(&s, 4, 2);
	ck_assert_uint_eq(s.n_run, 1);
	ck_assert_double_eq(sim_status(&s).held_values, 0);
	sim_end(&s);
}
END_TEST

/* ---- uploads ---- */

static void
fetch(struct sim *s, uint64_t op)
{
	struct rec_value_ref r = { 9, op };
	struct msg m = { .id = M_FETCH };

	m.fetch.values.v = &r;
	m.fetch.values.n = 1;
	sim_tell(s, &m);
}

START_TEST(uploads_in_parts)
{
	uint64_t offset = 0;
	struct msg m = { .id = M_STORED };
	uint8_t digest[DIGEST_LEN];
	const struct msg *put, *part;
	size_t i;
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 600);
	ck_assert_uint_eq(sim_sent(&s, M_RESULT, 0)->result.exports.v[0].data.n,
	    0);
	ck_assert_ptr_null(sim_sent(&s, M_PUT, 0));
	fetch(&s, 2);
	put = sim_sent(&s, M_PUT, 0);
	ck_assert_ptr_nonnull(put);
	ck_assert_uint_eq(put->put.size, 4800);
	for (i = 0; (part = sim_sent(&s, M_PART, i)) != NULL; i++) {
		ck_assert_uint_eq(part->part.offset, offset);
		offset += part->part.data.n;
	}
	ck_assert_uint_eq(i, 5);	/* parts of 1000, as WELCOME said */
	ck_assert_uint_eq(offset, 4800);
	fetch(&s, 2);			/* it is under way already */
	ck_assert_uint_eq(s.n_sent, 0);
	free(sim_vector(600, 4, digest));
	m.stored.digest.p = digest;
	m.stored.digest.n = DIGEST_LEN;
	sim_tell(&s, &m);
	fetch(&s, 2);
	ck_assert_uint_eq(s.n_sent, 6);
	sim_end(&s);
}
END_TEST

START_TEST(uploads_what_is_wanted_after_the_result)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	free(sim_vector(600, 2, digest));
	sim_assign(&s, 5, in, 1, 600, 2, true);
	sim_bring(&s, 600, 2);
	sim_done(&s, 0, 1, 600, 4);
	ck_assert_int_eq(s.sent[0].id, M_RESULT);
	ck_assert_int_eq(s.sent[1].id, M_PUT);
	sim_end(&s);
}
END_TEST

START_TEST(uploads_only_while_the_socket_keeps_up)
{
	struct msg ping = { .id = M_PING };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 600);
	s.unsent = PARTICIPANT_BUFFERED;
	fetch(&s, 2);
	ck_assert_uint_eq(s.n_sent, 0);
	ck_assert_uint_le(participant_tick(s.p, s.now), s.now + 5000);
	sim_tell(&s, &ping);		/* messages go all the same */
	ck_assert_uint_eq(s.n_sent, 1);
	ck_assert_int_eq(s.sent[0].id, M_PONG);
	s.unsent = 0;
	sim_drain(&s);
	ck_assert_uint_eq(s.n_sent, 6);
	sim_end(&s);
}
END_TEST

START_TEST(uploads_again_after_a_loss)
{
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 600);
	fetch(&s, 2);
	ck_assert_uint_eq(s.n_sent, 6);
	sim_lose(&s);
	sim_rejoin(&s);
	ck_assert_ptr_nonnull(sim_sent(&s, M_PUT, 0));
	ck_assert_ptr_nonnull(sim_sent(&s, M_PART, 4));
	sim_end(&s);
}
END_TEST

START_TEST(waits_when_storage_is_busy)
{
	struct msg m = { .id = M_REFUSE };
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX];
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 600);
	free(sim_vector(600, 4, digest));
	digest_hex(digest, hex);
	fetch(&s, 2);
	m.refuse.what = SUBJECT_TENSOR;
	m.refuse.code = E_STORAGE_BUSY;
	m.refuse.text = str_of(hex);
	m.refuse.retry_ms = 500;
	sim_tell(&s, &m);
	ck_assert_uint_eq(s.n_sent, 0);
	s.now += 600000;
	sim_drain(&s);
	ck_assert_uint_eq(s.n_sent, 6);
	sim_end(&s);
}
END_TEST

START_TEST(says_what_it_holds_when_asked_for_more)
{
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	fetch(&s, 44);
	ck_assert_uint_eq(sim_sent(&s, M_ANNOUNCE, 0)->announce.held.n, 2);
	sim_end(&s);
}
END_TEST

/* ---- wishes ---- */

START_TEST(pauses_now)
{
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	sim_assign(&s, 7, in, 1, 4, 4, false);
	participant_pause(s.p, PAUSE_NOW, s.now);
	sim_drain(&s);
	ck_assert_uint_eq(s.n_stop, 1);
	ck_assert_uint_eq(sim_sent(&s, M_STATE, 0)->state.paused, 1);
	ck_assert_uint_eq(sim_status(&s).running, 0);
	ck_assert_uint_eq(sim_status(&s).waiting, 0);
	sim_assign(&s, 8, in, 1, 4, 4, false);	/* it crossed the STATE */
	ck_assert_uint_eq(s.n_run, 0);
	participant_pause(s.p, PAUSE_NO, s.now);
	sim_drain(&s);
	ck_assert_uint_eq(sim_sent(&s, M_STATE, 0)->state.paused, 0);
	sim_assign(&s, 9, in, 1, 4, 4, false);
	ck_assert_uint_eq(s.n_run, 1);
	sim_end(&s);
}
END_TEST

START_TEST(pauses_after_what_it_has)
{
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	participant_pause(s.p, PAUSE_AFTER, s.now);
	sim_drain(&s);
	ck_assert_uint_eq(s.n_stop, 0);
	ck_assert_uint_eq(sim_sent(&s, M_STATE, 0)->state.paused, 2);
	sim_done(&s, 0, 1, 4, 8);
	ck_assert_ptr_nonnull(sim_sent(&s, M_RESULT, 0));
	sim_end(&s);
}
END_TEST

START_TEST(tells_its_state)
{
	struct sim s;

	sim_join(&s, 1, MEMORY);
	participant_set_slots(s.p, 3, s.now);
	sim_drain(&s);
	ck_assert_uint_eq(sim_sent(&s, M_STATE, 0)->state.slots, 3);
	participant_set_hidden(s.p, true, s.now);
	sim_drain(&s);
	ck_assert(sim_sent(&s, M_STATE, 0)->state.hidden);
	participant_set_duty(s.p, 0.5, s.now);
	sim_drain(&s);
	ck_assert_double_eq(sim_sent(&s, M_STATE, 0)->state.duty, 0.5);
	participant_set_duty(s.p, 0.5, s.now);
	sim_drain(&s);
	ck_assert_uint_eq(s.n_sent, 0);
	sim_end(&s);
}
END_TEST

START_TEST(lends_less_from_now_on)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 100);
	participant_set_memory(s.p, 1000, s.now);
	sim_drain(&s);
	ck_assert_uint_eq(sim_sent(&s, M_BENCH, 0)->bench.memory, 1000);
	drop(&s, 9, 1);
	ck_assert_double_eq(sim_status(&s).held_bytes, 800);
	free(sim_vector(100, 2, digest));
	sim_assign(&s, 6, in, 1, 100, 3, false);
	sim_put(&s, digest, 100);
	expect_refused(&s, 6, E_MEMORY);
	sim_end(&s);
}
END_TEST

START_TEST(rests_between_groups)
{
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	participant_set_duty(s.p, 0.25, s.now);
	hold(&s, 4);			/* took 60 us */
	sim_assign(&s, 6, in, 1, 4, 3, false);
	ck_assert_uint_eq(s.n_run, 0);
	ck_assert_uint_eq(participant_tick(s.p, s.now), s.now + 180);
	s.now += 180;
	sim_drain(&s);
	ck_assert_uint_eq(s.n_run, 1);
	sim_end(&s);
}
END_TEST

START_TEST(leaves_when_all_is_handed_in)
{
	struct msg ack = { .id = M_ACK };
	struct sim_input in[] = { { 2, FROM_HELD, NULL } };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	hold(&s, 4);
	ack.ack.g = 9;
	ack.ack.epoch = 1;
	ack.ack.group = 5;
	sim_tell(&s, &ack);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	participant_leave(s.p, s.now);
	sim_drain(&s);
	ck_assert(sim_sent(&s, M_STATE, 0)->state.leaving);
	ck_assert_uint_eq(s.n_close, 0);
	sim_done(&s, 0, 1, 4, 8);
	ck_assert_uint_eq(s.n_close, 0);
	ack.ack.group = 6;
	sim_tell(&s, &ack);
	ck_assert_uint_eq(s.n_close, 1);
	ck_assert_uint_eq(s.close_code, 1000);
	sim_lose(&s);
	ck_assert_uint_eq(s.n_connect, 0);
	ck_assert_uint_eq(sim_status(&s).state, PS_LEFT);
	sim_end(&s);
}
END_TEST

/* ---- peers that break the protocol ---- */

static void
expect_fault(struct sim *s)
{
	ck_assert_uint_eq(s->n_close, 1);
	ck_assert_uint_ge(s->close_code, 4000);
	sim_lose(s);
	ck_assert_uint_eq(s->n_connect, 1);
	sim_end(s);
}

START_TEST(closes_on_rubbish)
{
	struct sim s;

	sim_join(&s, 1, MEMORY);
	participant_received(s.p, "\x93\xff", 2, s.now);
	sim_drain(&s);
	expect_fault(&s);
}
END_TEST

START_TEST(closes_on_a_foreign_message)
{
	struct msg m = { .id = M_ENDED };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	sim_tell(&s, &m);
	expect_fault(&s);
}
END_TEST

START_TEST(closes_on_parts_out_of_order)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	double *v = sim_vector(4, 2, digest);
	struct sim s;

	sim_join(&s, 1, MEMORY);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	sim_put(&s, digest, 4);
	sim_part(&s, digest, 8, v, 8);
	free(v);
	expect_fault(&s);
}
END_TEST

START_TEST(closes_on_too_many_bytes)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	double *v = sim_vector(40, 2, digest);
	struct sim s;

	sim_join(&s, 1, MEMORY);
	sim_assign(&s, 6, in, 1, 4, 3, false);
	sim_put(&s, digest, 4);
	sim_part(&s, digest, 0, v, 40);
	free(v);
	expect_fault(&s);
}
END_TEST

START_TEST(closes_on_a_size_that_is_not_the_shape)
{
	struct msg m = { .id = M_PUT };
	uint8_t digest[DIGEST_LEN] = { 0 };
	int64_t dims[] = { INT64_MAX, 4 };
	struct sim s;

	sim_join(&s, 1, MEMORY);
	m.put.digest.p = digest;
	m.put.digest.n = sizeof(digest);
	m.put.dtype = DT_F64;
	m.put.dims.v = dims;
	m.put.dims.n = 2;
	m.put.size = 8;
	sim_tell(&s, &m);
	expect_fault(&s);
}
END_TEST

START_TEST(closes_on_too_many_groups)
{
	uint8_t digest[DIGEST_LEN];
	struct sim_input in[] = { { 1, FROM_SENT, digest } };
	struct sim s;
	uint64_t i;

	sim_join(&s, 1, MEMORY);
	free(sim_vector(4, 2, digest));
	for (i = 1; i <= 256; i++) {
		sim_assign(&s, i, in, 1, 4, 100 + i, false);
		ck_assert_uint_eq(s.n_close, 0);
	}
	sim_assign(&s, i, in, 1, 4, 100 + i, false);
	expect_fault(&s);
}
END_TEST

static Suite *
participant_suite(void)
{
	Suite *s = suite_create("participant");
	TCase *join = tcase_create("join"), *groups = tcase_create("groups");
	TCase *bytes = tcase_create("bytes"), *rest = tcase_create("rest");

	tcase_add_test(join, joins);
	tcase_add_test(join, measures_the_round_trip);
	tcase_add_test(join, keeps_the_cid_it_is_given);
	tcase_add_test(join, stays_away_when_refused_for_good);
	tcase_add_test(join, comes_back_when_told);
	tcase_add_test(join, backs_off);
	tcase_add_test(join, gives_up_a_silent_server);
	tcase_add_test(join, says_hello_again);
	tcase_add_test(join, answers_the_gateway);
	tcase_add_test(groups, computes_a_group);
	tcase_add_test(groups, uses_what_it_holds);
	tcase_add_test(groups, gives_back_what_lacks_an_input);
	tcase_add_test(groups, names_the_input_that_lacks);
	tcase_add_test(groups, gives_back_what_needs_too_much);
	tcase_add_test(groups, refuses_bytes_of_another_digest);
	tcase_add_test(groups, shares_one_transfer);
	tcase_add_test(groups, takes_one_of_two_transfers);
	tcase_add_test(groups, waits_for_a_coming_value);
	tcase_add_test(groups, gives_back_what_waits_for_a_failure);
	tcase_add_test(groups, tells_the_cause_of_a_failure);
	tcase_add_test(groups, refuses_a_program_that_does_not_fit);
	tcase_add_test(groups, gives_back_what_no_message_holds);
	tcase_add_test(groups, tells_progress_each_second);
	tcase_add_test(groups, resends_until_acknowledged);
	tcase_add_test(groups, lets_go_of_what_was_on_the_way);
	tcase_add_test(groups, stops_what_is_cancelled);
	tcase_add_test(groups, forgets_when_told);
	tcase_add_test(groups, forgets_what_somebody_waits_for_afterwards);
	tcase_add_test(bytes, uploads_in_parts);
	tcase_add_test(bytes, uploads_what_is_wanted_after_the_result);
	tcase_add_test(bytes, uploads_only_while_the_socket_keeps_up);
	tcase_add_test(bytes, uploads_again_after_a_loss);
	tcase_add_test(bytes, waits_when_storage_is_busy);
	tcase_add_test(bytes, says_what_it_holds_when_asked_for_more);
	tcase_add_test(rest, pauses_now);
	tcase_add_test(rest, pauses_after_what_it_has);
	tcase_add_test(rest, tells_its_state);
	tcase_add_test(rest, lends_less_from_now_on);
	tcase_add_test(rest, rests_between_groups);
	tcase_add_test(rest, leaves_when_all_is_handed_in);
	tcase_add_test(rest, closes_on_rubbish);
	tcase_add_test(rest, closes_on_a_foreign_message);
	tcase_add_test(rest, closes_on_parts_out_of_order);
	tcase_add_test(rest, closes_on_too_many_bytes);
	tcase_add_test(rest, closes_on_a_size_that_is_not_the_shape);
	tcase_add_test(rest, closes_on_too_many_groups);
	suite_add_tcase(s, join);
	suite_add_tcase(s, groups);
	suite_add_tcase(s, bytes);
	suite_add_tcase(s, rest);
	return s;
}

int
main(void)
{
	SRunner *r = srunner_create(participant_suite());
	int failed;

	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
