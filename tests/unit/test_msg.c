/*
 * The message codec, for every row of messages.def: there and back, against
 * msgpack-c's own reader, truncated, mutated, and with more or fewer fields.
 */
#include <check.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "unit/random_msg.h"

#define ROUNDS		50
#define MUTATIONS	400

static const enum msg_id ids[] = {
#define MSG(id, NAME, name, from, to, max_bytes, fields) M_##NAME,
#include "common/messages.def"
};
static const int n_ids = sizeof(ids) / sizeof(ids[0]);

/* ---- equality ---- */

static bool
same_bytes(const void *a, size_t na, const void *b, size_t nb)
{
	return na == nb && (na == 0 || memcmp(a, b, na) == 0);
}

#define F_U(n)		same = same && a->n == b->n;
#define F_I(n)		same = same && a->n == b->n;
#define F_F(n)		same = same && a->n == b->n;
#define F_B(n)		same = same && a->n == b->n;
#define F_S(name, max)	same = same && \
	same_bytes(a->name.p, a->name.n, b->name.p, b->name.n);
#define F_X(name, max)	F_S(name, max)
#define F_US(name, max)	same = same && \
	same_bytes(a->name.v, a->name.n * 8, b->name.v, b->name.n * 8);
#define F_IS(name, max)	F_US(name, max)
#define F_L(name, rec, max) {						\
	size_t i_;							\
	same = same && a->name.n == b->name.n;				\
	for (i_ = 0; same && i_ < a->name.n; i_++)			\
		same = same_rec_##rec(&a->name.v[i_], &b->name.v[i_]);	\
}
#define RECORD(name, fields)						\
static bool								\
same_rec_##name(const struct rec_##name *a, const struct rec_##name *b)	\
{									\
	bool same = true;						\
	fields								\
	return same;							\
}
#define MSG(id, NAME, name, from, to, max_bytes, fields)		\
static bool								\
same_##name(const struct msg_##name *a, const struct msg_##name *b)	\
{									\
	bool same = true;						\
	fields								\
	return same;							\
}
#include "common/messages.def"
#undef F_U
#undef F_I
#undef F_F
#undef F_B
#undef F_S
#undef F_X
#undef F_US
#undef F_IS
#undef F_L

static bool
same_msg(const struct msg *a, const struct msg *b)
{
	if (a->id != b->id)
		return false;
	switch (a->id) {
#define MSG(id, NAME, name, from, to, max_bytes, fields)		\
	case M_##NAME:							\
		return same_##name(&a->name, &b->name);
#include "common/messages.def"
	}
	return false;
}

/* ---- the oracle: msgpack-c's objects hold the same ---- */

static bool
is_u64(const msgpack_object *o, uint64_t v)
{
	return o->type == MSGPACK_OBJECT_POSITIVE_INTEGER && o->via.u64 == v;
}

static bool
is_i64(const msgpack_object *o, int64_t v)
{
	return v >= 0 ? is_u64(o, (uint64_t)v) :
	    o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER && o->via.i64 == v;
}

static bool
is_bytes(const msgpack_object *o, msgpack_object_type type, const void *p,
    size_t n)
{
	return o->type == type && same_bytes(o->via.bin.ptr, o->via.bin.size,
	    p, n);
}

static bool
is_array(const msgpack_object *o, size_t n)
{
	return o->type == MSGPACK_OBJECT_ARRAY && o->via.array.size == n;
}

#define F_U(n)		same = same && is_u64(o++, m->n);
#define F_I(n)		same = same && is_i64(o++, m->n);
#define F_F(n)		same = same && o->type == MSGPACK_OBJECT_FLOAT64 && \
	(o++)->via.f64 == m->n;
#define F_B(n)		same = same && o->type == MSGPACK_OBJECT_BOOLEAN && \
	(o++)->via.boolean == m->n;
#define F_S(name, max)	same = same && \
	is_bytes(o++, MSGPACK_OBJECT_STR, m->name.p, m->name.n);
#define F_X(name, max)	same = same && \
	is_bytes(o++, MSGPACK_OBJECT_BIN, m->name.p, m->name.n);
#define EACH(name, test) {						\
	size_t i_;							\
	same = same && is_array(o, m->name.n);				\
	for (i_ = 0; same && i_ < m->name.n; i_++)			\
		same = test;						\
	o++;								\
}
#define F_US(name, max)	\
	EACH(name, is_u64(&o->via.array.ptr[i_], m->name.v[i_]))
#define F_IS(name, max)	\
	EACH(name, is_i64(&o->via.array.ptr[i_], m->name.v[i_]))
#define F_L(name, rec, max) \
	EACH(name, oracle_rec_##rec(&o->via.array.ptr[i_], &m->name.v[i_]))
#define RECORD(name, fields)						\
static bool								\
oracle_rec_##name(const msgpack_object *list, const struct rec_##name *m) \
{									\
	const msgpack_object *o = list->via.array.ptr;			\
	bool same = list->type == MSGPACK_OBJECT_ARRAY;			\
	fields								\
	return same && o == list->via.array.ptr + list->via.array.size;	\
}
#define MSG(number, NAME, name, from, to, max_bytes, fields)		\
static bool								\
oracle_##name(const msgpack_object *list, const struct msg_##name *m)	\
{									\
	const msgpack_object *o = list->via.array.ptr;			\
	bool same = list->type == MSGPACK_OBJECT_ARRAY &&		\
	    is_u64(o++, number);					\
	fields								\
	return same && o == list->via.array.ptr + list->via.array.size;	\
}
#include "common/messages.def"

static bool
oracle_msg(const msgpack_object *list, const struct msg *m)
{
	switch (m->id) {
#define MSG(id, NAME, name, from, to, max_bytes, fields)		\
	case M_##NAME:							\
		return oracle_##name(list, &m->name);
#include "common/messages.def"
	}
	return false;
}

/* ---- tests ---- */

static struct pool *pool;
static struct msg_arena arena;
static struct msg_fault fault;
static struct buf out;

static void
setup(void)
{
	pool = malloc(sizeof(*pool));
	pool->r.state = 20260101;
	pool->used = 0;
	msg_arena_init(&arena);
	buf_init(&out);
}

static void
teardown(void)
{
	free(pool);
	msg_arena_clear(&arena);
	buf_clear(&out);
}

static void
encode_random(struct msg *m, enum msg_id id)
{
	pool->used = 0;
	fill_msg(pool, m, id);
	buf_reset(&out);
	msg_encode(&out, m);
}

static enum error
decode(struct msg *m, const void *p, size_t n)
{
	const struct msg_row *row = msg_row(msg_peek(p, n));

	msg_arena_reset(&arena);
	return msg_decode(m, p, n, row == NULL ? 0xff : row->from,
	    row == NULL ? 0xff : row->to, &arena, &fault);
}

START_TEST(there_and_back)
{
	struct msg m, got;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		encode_random(&m, ids[_i]);
		ck_assert_uint_eq(msg_peek(out.data, out.len), ids[_i]);
		ck_assert_msg(decode(&got, out.data, out.len) == E_OK,
		    "%s.%s: %s", fault.message, fault.field, fault.why);
		ck_assert_msg(same_msg(&m, &got), "%s", msg_row(m.id)->name);
	}
}
END_TEST

START_TEST(head_and_bytes)
{
	static const size_t sizes[] = { 0, 1, 255, 256, 65535, 65536, 70000 };
	uint8_t *bytes = calloc(1, 70000);
	struct msg m = { .id = M_PART };
	struct buf whole, head;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_init(&whole);
		buf_init(&head);
		m.part.offset = i * 1000;
		m.part.data = (struct bytes){ bytes, sizes[i] };
		msg_encode(&whole, &m);
		msg_encode_head(&head, &m);
		buf_add(&head, bytes, sizes[i]);
		ck_assert_uint_eq(whole.len, head.len);
		ck_assert_mem_eq(whole.data, head.data, head.len);
		buf_clear(&whole);
		buf_clear(&head);
	}
	free(bytes);
}
END_TEST

START_TEST(oracle_agrees)
{
	msgpack_unpacked u;
	struct msg m;
	size_t at;
	int i;

	msgpack_unpacked_init(&u);
	for (i = 0; i < ROUNDS; i++) {
		encode_random(&m, ids[_i]);
		at = 0;
		ck_assert_int_eq(msgpack_unpack_next(&u,
		    (const char *)out.data, out.len, &at),
		    MSGPACK_UNPACK_SUCCESS);
		ck_assert_uint_eq(at, out.len);
		ck_assert_msg(oracle_msg(&u.data, &m), "%s",
		    msg_row(m.id)->name);
	}
	msgpack_unpacked_destroy(&u);
}
END_TEST

/* A copy exactly as long as the prefix, so that ASan sees a read past it. */
START_TEST(truncated)
{
	struct msg m, got;
	uint8_t *part;
	size_t n;

	encode_random(&m, ids[_i]);
	for (n = 0; n < out.len; n++) {
		part = malloc(n > 0 ? n : 1);
		memcpy(part, out.data, n);
		ck_assert_int_eq(decode(&got, part, n), E_BAD_MESSAGE);
		ck_assert_uint_le(fault.offset, n);
		ck_assert_ptr_nonnull(fault.why);
		free(part);
	}
}
END_TEST

START_TEST(mutated)
{
	struct msg m, got, again;
	struct msg_arena other;
	struct buf second;
	int i, k;

	msg_arena_init(&other);
	buf_init(&second);
	for (i = 0; i < MUTATIONS; i++) {
		encode_random(&m, ids[_i]);
		for (k = 0; k <= i % 3; k++)
			out.data[random_below(&pool->r, out.len)] =
			    (uint8_t)random_next(&pool->r);
		if (decode(&got, out.data, out.len) != E_OK)
			continue;
		buf_reset(&second);
		msg_encode(&second, &got);
		msg_arena_reset(&other);
		if (msg_decode(&again, second.data, second.len, 0xff, 0xff,
		    &other, &fault) == E_OK && got.id != M_BENCH &&
		    got.id != M_STATE)		/* NaN differs from itself */
			ck_assert(same_msg(&got, &again));
	}
	buf_clear(&second);
	msg_arena_clear(&other);
}
END_TEST

START_TEST(more_fields_are_ignored)
{
	static const uint8_t extra[] = { 0x92, 0x01, 0x81, 0xa1, 'k', 0xc0 };
	struct msg m, got;

	encode_random(&m, ids[_i]);
	ck_assert_uint_eq(out.data[0] & 0xf0, 0x90);
	if ((out.data[0] & 15) == 15)
		return;		/* the head would be longer */
	out.data[0]++;
	buf_add(&out, extra, sizeof(extra));
	if (out.len > msg_row(ids[_i])->max_bytes)
		return;
	ck_assert_int_eq(decode(&got, out.data, out.len), E_OK);
	ck_assert(same_msg(&m, &got));
}
END_TEST

START_TEST(missing_fields_are_zero)
{
	struct msg zero, got;
	uint8_t only_id[2] = { 0x91, (uint8_t)ids[_i] };

	memset(&zero, 0, sizeof(zero));
	zero.id = ids[_i];
	memset(&got, 0xaa, sizeof(got));
	ck_assert_int_eq(decode(&got, only_id, 2), E_OK);
	ck_assert(same_msg(&zero, &got));
}
END_TEST

START_TEST(wrong_way)
{
	const struct msg_row *row = msg_row(ids[_i]);
	struct msg m, got;

	encode_random(&m, ids[_i]);
	ck_assert_int_eq(msg_decode(&got, out.data, out.len,
	    (uint8_t)~row->from, row->to, &arena, &fault), E_NOT_ALLOWED);
	ck_assert_int_eq(msg_decode(&got, out.data, out.len, row->from,
	    (uint8_t)~row->to, &arena, &fault), E_NOT_ALLOWED);
	ck_assert_str_eq(fault.message, row->name);
}
END_TEST

START_TEST(over_its_size)
{
	const struct msg_row *row = msg_row(ids[_i]);
	struct msg got;
	uint8_t *big = calloc(1, row->max_bytes + 1);

	big[0] = 0x91;
	big[1] = (uint8_t)row->id;
	ck_assert_int_eq(decode(&got, big, row->max_bytes + 1), E_TOO_BIG);
	free(big);
}
END_TEST

START_TEST(bytes_after_the_message)
{
	struct msg m, got;

	encode_random(&m, M_PING);
	buf_add(&out, "\0", 1);
	ck_assert_int_eq(decode(&got, out.data, out.len), E_BAD_MESSAGE);
	ck_assert_str_eq(fault.message, "PING");
	ck_assert_ptr_null(fault.field);
}
END_TEST

START_TEST(unknown_ids)
{
	static const uint8_t zero[] = { 0x91, 0x00 };
	static const uint8_t large[] = { 0x91, 0xcf, 1, 0, 0, 0, 0, 0, 0, 1 };
	static const uint8_t none[] = { 0x90 };
	struct msg got;

	ck_assert_ptr_null(msg_row(0));
	ck_assert_ptr_null(msg_row(UINT32_MAX));
	ck_assert_int_eq(decode(&got, zero, sizeof(zero)), E_BAD_MESSAGE);
	ck_assert_int_eq(decode(&got, large, sizeof(large)), E_BAD_MESSAGE);
	ck_assert_int_eq(decode(&got, none, sizeof(none)), E_BAD_MESSAGE);
	ck_assert_uint_eq(msg_peek(large, sizeof(large)), 0);
	ck_assert_uint_eq(msg_peek(NULL, 0), 0);
}
END_TEST

START_TEST(a_field_over_its_limit)
{
	char text[65];
	struct msg m, got;

	memset(text, 'x', sizeof(text));
	memset(&m, 0, sizeof(m));
	m.id = M_HELLO;
	m.hello.cid.p = text;
	m.hello.cid.n = 64;
	msg_encode(&out, &m);
	ck_assert_int_eq(decode(&got, out.data, out.len), E_OK);
	m.hello.cid.n = 65;
	buf_reset(&out);
	msg_encode(&out, &m);
	ck_assert_int_eq(decode(&got, out.data, out.len), E_BAD_MESSAGE);
	ck_assert_str_eq(fault.message, "HELLO");
	ck_assert_str_eq(fault.field, "cid");
}
END_TEST

/* A count that the bytes cannot hold must take no memory at all. */
START_TEST(hostile_counts)
{
	static const uint8_t groups[] = { 0x92, M_CANCEL, 0xdd, 0xff, 0xff,
		0xff, 0xff };
	static const uint8_t nested[] = { 0x93, M_ANNOUNCE, 0x91, 0xdd, 0xff,
		0xff, 0xff, 0xff, 0x90 };
	static const uint8_t ops[] = { 0x93, M_WANT, 0x01, 0xdc, 0xff, 0xff,
		0x00 };
	struct msg got;

	ck_assert_int_eq(decode(&got, groups, sizeof(groups)), E_BAD_MESSAGE);
	ck_assert_ptr_null(arena.chunks);
	ck_assert_int_eq(decode(&got, ops, sizeof(ops)), E_BAD_MESSAGE);
	ck_assert_ptr_null(arena.chunks);
	ck_assert_int_eq(decode(&got, nested, sizeof(nested)), E_BAD_MESSAGE);
	ck_assert_str_eq(fault.field, "groups");
}
END_TEST

START_TEST(depth_of_unknown_fields)
{
	uint8_t deep[16] = { 0x93, M_PING, 0x00 };
	struct msg got;
	size_t i;

	for (i = 3; i < 11; i++)
		deep[i] = 0x91;
	deep[11] = 0x91;
	deep[12] = 0xc0;
	ck_assert_int_eq(decode(&got, deep, 13), E_BAD_MESSAGE);
	deep[11] = 0xc0;
	ck_assert_int_eq(decode(&got, deep, 12), E_OK);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("msg");
	TCase *t = tcase_create("codec");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, there_and_back, 0, n_ids);
	tcase_add_test(t, head_and_bytes);
	tcase_add_loop_test(t, oracle_agrees, 0, n_ids);
	tcase_add_loop_test(t, truncated, 0, n_ids);
	tcase_add_loop_test(t, mutated, 0, n_ids);
	tcase_add_loop_test(t, more_fields_are_ignored, 0, n_ids);
	tcase_add_loop_test(t, missing_fields_are_zero, 0, n_ids);
	tcase_add_loop_test(t, wrong_way, 0, n_ids);
	tcase_add_loop_test(t, over_its_size, 0, n_ids);
	tcase_add_test(t, bytes_after_the_message);
	tcase_add_test(t, unknown_ids);
	tcase_add_test(t, a_field_over_its_limit);
	tcase_add_test(t, hostile_counts);
	tcase_add_test(t, depth_of_unknown_fields);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
