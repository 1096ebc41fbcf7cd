/*
 * Sessions: what may be said when, by whom, and what becomes of it.
 */
#include <check.h>
#include <string.h>

#include "gateway/session.h"

static const struct session_limits limits = { 4096, 3 };
static struct session session;
static struct session_verdict verdict;
static struct msg_arena arena;
static struct buf wire;		/* the message last sent */

static void
setup(void)
{
	session_init(&session, &limits, false);
	msg_arena_init(&arena);
	buf_init(&wire);
}

static void
teardown(void)
{
	session_clear(&session);
	msg_arena_clear(&arena);
	buf_clear(&wire);
}

static enum session_do
peer_says(const struct msg *m)
{
	buf_reset(&wire);
	msg_encode(&wire, m);
	session_from_peer(&session, wire.data, wire.len, &arena, &verdict);
	return verdict.what;
}

static enum session_do
scheduler_says(const struct msg *m)
{
	buf_reset(&wire);
	msg_encode(&wire, m);
	session_from_scheduler(&session, wire.data, wire.len, &arena, &verdict);
	return verdict.what;
}

static enum session_do
peer_says_id(enum msg_id id)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.id = id;
	return peer_says(&m);
}

static enum session_do
scheduler_says_id(enum msg_id id)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.id = id;
	return scheduler_says(&m);
}

static enum session_do
says_hello(enum msg_role role)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.id = M_HELLO;
	m.hello.version = RAVEN_PROTOCOL;
	m.hello.role = role;
	m.hello.capabilities = 0xff;
	m.hello.token.p = (const uint8_t *)"token";
	m.hello.token.n = 5;
	return peer_says(&m);
}

static void
open_as(enum msg_role role)
{
	ck_assert_int_eq(says_hello(role), SESSION_SAY);
	ck_assert_int_eq(scheduler_says_id(M_WELCOME), SESSION_PASS);
	ck_assert_int_eq(session.state, SESSION_OPEN);
}

START_TEST(hello_hides_secrets)
{
	uint8_t digest[DIGEST_LEN];

	ck_assert_int_eq(says_hello(ROLE_DEVELOPER), SESSION_SAY);
	digest_of("token", 5, digest);
	ck_assert_uint_eq(verdict.msg.hello.token.n, DIGEST_LEN);
	ck_assert_mem_eq(verdict.msg.hello.token.p, digest, DIGEST_LEN);
	ck_assert_uint_eq(verdict.msg.hello.secret.n, 0);
	ck_assert_uint_eq(verdict.msg.hello.capabilities, 0xfe);
	ck_assert_int_eq(session.state, SESSION_HELLO);
}
END_TEST

START_TEST(own_workers_are_trusted)
{
	session_init(&session, &limits, true);
	ck_assert_int_eq(says_hello(ROLE_PARTICIPANT), SESSION_SAY);
	ck_assert_uint_eq(verdict.msg.hello.capabilities, 0xff);
}
END_TEST

START_TEST(first_is_hello)
{
	ck_assert_int_eq(peer_says_id(M_PING), SESSION_END);
	ck_assert_uint_eq(verdict.code, 4400);
	/* Nothing is read after. */
	ck_assert_int_eq(says_hello(ROLE_DEVELOPER), SESSION_DROP);
}
END_TEST

START_TEST(roles_are_checked)
{
	static const enum msg_role bad[] = { 0, ROLE_CONTROL, 9 };
	size_t i;

	for (i = 0; i < 3; i++) {
		session_init(&session, &limits, false);
		ck_assert_int_eq(says_hello(bad[i]), SESSION_END);
		ck_assert_uint_eq(verdict.code, 4403);
	}
}
END_TEST

START_TEST(nothing_before_welcome)
{
	ck_assert_int_eq(says_hello(ROLE_DEVELOPER), SESSION_SAY);
	ck_assert_int_eq(scheduler_says_id(M_ACK), SESSION_DROP);
	ck_assert_int_eq(peer_says_id(M_WANT), SESSION_END);
	ck_assert_uint_eq(verdict.code, 4400);
}
END_TEST

START_TEST(hello_is_short)
{
	static uint8_t long_one[5000] = { 0x92, M_HELLO, 0xc6, 0, 0, 0x13, 0 };

	session_from_peer(&session, long_one, sizeof(long_one), &arena,
	    &verdict);
	ck_assert_int_eq(verdict.what, SESSION_END);
	ck_assert_uint_eq(verdict.code, 1009);
}
END_TEST

/* Every message in every direction: passes only if the table says so. */
START_TEST(directions)
{
	static const enum msg_role roles[] = { ROLE_DEVELOPER, ROLE_PARTICIPANT,
		ROLE_OBSERVER };
	static const uint8_t bits[] = { MSG_D, MSG_P, MSG_O };
	const struct msg_row *row;
	enum session_do what;
	uint32_t id;
	size_t i;

	for (i = 0; i < 3; i++)
		for (id = 1; id < 64; id++) {
			if ((row = msg_row(id)) == NULL || id == M_HELLO)
				continue;
			session_init(&session, &limits, false);
			open_as(roles[i]);
			what = peer_says_id((enum msg_id)id);
			if (!(row->from & bits[i]) ||
			    !(row->to & (MSG_S | MSG_G)))
				ck_assert_msg(what == SESSION_END &&
				    verdict.code == 4403, "%s from %zu: %d %d",
				    row->name, i, what, verdict.code);
			else
				ck_assert_msg(what != SESSION_END &&
				    what != SESSION_DROP, "%s", row->name);
			session_clear(&session);
			session_init(&session, &limits, false);
			open_as(roles[i]);
			what = scheduler_says_id((enum msg_id)id);
			ck_assert_msg((what == SESSION_PASS) == ((row->from &
			    MSG_S) && (row->to & bits[i])), "%s to %zu",
			    row->name, i);
			session_clear(&session);
		}
}
END_TEST

START_TEST(faults_name_the_field)
{
	static const uint8_t bad[] = { 0x92, M_GRAPH, 0xa1, 'x' };

	open_as(ROLE_DEVELOPER);
	session_from_peer(&session, bad, sizeof(bad), &arena, &verdict);
	ck_assert_int_eq(verdict.what, SESSION_END);
	ck_assert_uint_eq(verdict.code, 4400);
	ck_assert_ptr_nonnull(strstr(verdict.why, "GRAPH.key: "));
}
END_TEST

START_TEST(refusal_closes)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.id = M_REFUSE;
	m.refuse.what = SUBJECT_SESSION;
	m.refuse.code = E_CID_TAKEN;
	ck_assert_int_eq(says_hello(ROLE_PARTICIPANT), SESSION_SAY);
	ck_assert_int_eq(scheduler_says(&m), SESSION_PASS);
	ck_assert_uint_eq(verdict.code, 4409);
	ck_assert_str_eq(verdict.why, "cid_taken");
	ck_assert_int_eq(session.state, SESSION_CLOSED);
}
END_TEST

START_TEST(refusal_of_a_batch_does_not)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.id = M_REFUSE;
	m.refuse.what = SUBJECT_BATCH;
	m.refuse.code = E_SHAPE;
	open_as(ROLE_DEVELOPER);
	ck_assert_int_eq(scheduler_says(&m), SESSION_PASS);
	ck_assert_uint_eq(verdict.code, 0);
	ck_assert_int_eq(session.state, SESSION_OPEN);
}
END_TEST

START_TEST(hello_again)
{
	open_as(ROLE_PARTICIPANT);
	ck_assert_int_eq(says_hello(ROLE_PARTICIPANT), SESSION_END);

	session_init(&session, &limits, false);
	ck_assert(!session_lost(&session));	/* it said nothing yet */
	open_as(ROLE_PARTICIPANT);
	ck_assert(session_lost(&session));
	/* What it had sent before it read AGAIN has no effect. */
	ck_assert_int_eq(peer_says_id(M_RESULT), SESSION_DROP);
	ck_assert_int_eq(peer_says_id(M_PUT), SESSION_DATA);
	ck_assert_int_eq(peer_says_id(M_PONG), SESSION_LINK);
	ck_assert_int_eq(scheduler_says_id(M_DROP), SESSION_DROP);
	ck_assert_int_eq(says_hello(ROLE_PARTICIPANT), SESSION_SAY);
	ck_assert_int_eq(peer_says_id(M_RESULT), SESSION_DROP);
	ck_assert_int_eq(scheduler_says_id(M_WELCOME), SESSION_PASS);
	ck_assert_int_eq(peer_says_id(M_RESULT), SESSION_PASS);
	/* Never as another. */
	ck_assert(session_lost(&session));
	ck_assert_int_eq(says_hello(ROLE_DEVELOPER), SESSION_END);
}
END_TEST

static void
assign(uint64_t group)
{
	struct msg m;

	memset(&m, 0, sizeof(m));
	m.id = M_ASSIGN;
	m.assign.g = 1;
	m.assign.group = group;
	ck_assert_int_eq(scheduler_says(&m), SESSION_PASS);
}

START_TEST(groups_are_counted)
{
	struct rec_group_ref ref = { 1, 0, 7 };
	struct rec_work_ref work[2];
	struct msg m;
	uint64_t i;

	open_as(ROLE_PARTICIPANT);
	for (i = 0; i < 20; i++)
		assign(i);
	assign(19);
	ck_assert_uint_eq(session.n_out, 20);
	memset(&m, 0, sizeof(m));
	m.id = M_RESULT;
	m.result.g = 1;
	m.result.group = 3;
	ck_assert_int_eq(peer_says(&m), SESSION_PASS);
	ck_assert_int_eq(peer_says(&m), SESSION_PASS);	/* sent again */
	ck_assert_uint_eq(session.n_out, 19);
	memset(&m, 0, sizeof(m));
	m.id = M_CANCEL;
	m.cancel.groups.v = &ref;
	m.cancel.groups.n = 1;
	ck_assert_int_eq(scheduler_says(&m), SESSION_PASS);
	ck_assert_uint_eq(session.n_out, 18);
	memset(work, 0, sizeof(work));
	work[1].done = true;
	memset(&m, 0, sizeof(m));
	m.id = M_ANNOUNCE;
	m.announce.groups.v = work;
	m.announce.groups.n = 2;
	ck_assert_int_eq(peer_says(&m), SESSION_PASS);
	ck_assert_uint_eq(session.n_out, 1);
}
END_TEST

START_TEST(control_frames_are_counted)
{
	int i;

	for (i = 0; i < 3; i++)
		ck_assert(session_control(&session, 5000000));
	ck_assert(!session_control(&session, 5999999));
	ck_assert(session_control(&session, 6000000));
}
END_TEST

START_TEST(text_is_refused)
{
	session_text(&session, &verdict);
	ck_assert_int_eq(verdict.what, SESSION_END);
	ck_assert_uint_eq(verdict.code, 1003);
}
END_TEST

/* Random bytes in every state end a session or do nothing. */
START_TEST(hostile)
{
	uint64_t seed = 88172645463325252ull;
	uint8_t data[64];
	int round, state;
	size_t i, n;

	for (round = 0; round < 3000; round++) {
		session_init(&session, &limits, false);
		state = round % 3;
		if (state > 0)
			open_as(round & 1 ? ROLE_DEVELOPER : ROLE_PARTICIPANT);
		if (state > 1)
			(void)session_lost(&session);
		for (i = 0; i < sizeof(data); i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			data[i] = (uint8_t)(seed >> 24);
		}
		n = seed % sizeof(data);
		if (n > 2) {
			data[0] = 0x90 | (seed >> 8 & 15);
			data[1] = seed >> 12 & 31;
		}
		session_from_peer(&session, data, n, &arena, &verdict);
		session_from_scheduler(&session, data, n, &arena, &verdict);
		ck_assert_uint_lt(strlen(verdict.why), sizeof(verdict.why));
		msg_arena_reset(&arena);
		session_clear(&session);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("session");
	TCase *t = tcase_create("session");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, hello_hides_secrets);
	tcase_add_test(t, own_workers_are_trusted);
	tcase_add_test(t, first_is_hello);
	tcase_add_test(t, roles_are_checked);
	tcase_add_test(t, nothing_before_welcome);
	tcase_add_test(t, hello_is_short);
	tcase_add_test(t, directions);
	tcase_add_test(t, faults_name_the_field);
	tcase_add_test(t, refusal_closes);
	tcase_add_test(t, refusal_of_a_batch_does_not);
	tcase_add_test(t, hello_again);
	tcase_add_test(t, groups_are_counted);
	tcase_add_test(t, control_frames_are_counted);
	tcase_add_test(t, text_is_refused);
	tcase_add_test(t, hostile);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
