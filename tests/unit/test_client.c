/*
 * The developer's client against a scripted server: what it says and when,
 * what it says again after a lost connection, values in parts, refusals.
 * Every script also runs with bytes that come one by one.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ravop/_core/client.h"
#include "ravop/_core/record.h"

#define MESSAGES	256

/* A server's end without a socket, that keeps what it was told. */
struct rig {
	struct client		*c;
	struct ws		 ws;
	struct msg_arena	 arena;
	struct buf		 got[MESSAGES];
	size_t			 n, seen;
	bool			 bytewise;
	struct msg		 m;
};

static void
deliver(struct rig *r, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = xmalloc(len + 1);
	size_t i;

	memcpy(copy, bytes, len);
	if (!r->bytewise)
		client_recv(r->c, copy, len);
	for (i = 0; r->bytewise && i < len; i++)
		client_recv(r->c, copy + i, 1);
	xfree(copy);
}

static void
say(struct rig *r, const struct msg *m)
{
	struct buf body, frame;

	buf_init(&body);
	buf_init(&frame);
	msg_encode(&body, m);
	ws_frame(&frame, WS_BINARY, body.data, body.len, NULL);
	deliver(r, frame.data, frame.len);
	buf_clear(&body);
	buf_clear(&frame);
}

static void
keep(struct rig *r, const uint8_t *data, size_t len)
{
	ck_assert_uint_lt(r->n, MESSAGES);
	buf_init(&r->got[r->n]);
	buf_add(&r->got[r->n++], data, len);
}

/* Takes all the client has to send. */
static void
listen(struct rig *r)
{
	struct ws_event ev;
	const uint8_t *out;
	uint8_t *copy;
	size_t n, used;

	while ((out = client_output(r->c, &n)), n > 0) {
		copy = xmalloc(n);
		memcpy(copy, out, n);
		client_sent(r->c, n);
		for (used = 0;;) {
			used += ws_recv(&r->ws, copy + used, n - used, &ev);
			ck_assert_int_ne(ev.type, WS_EV_ERROR);
			if (ev.type == WS_EV_MESSAGE)
				keep(r, ev.data, ev.len);
			if (ev.type == WS_EV_NONE)
				break;
		}
		xfree(copy);
	}
}

/* The next message the client sent must have this id. */
static const struct msg *
expect(struct rig *r, enum msg_id id)
{
	struct msg_fault fault;
	uint8_t to = id == M_PUT || id == M_PART ? MSG_G : MSG_S;
	struct buf *b;

	listen(r);
	ck_assert_uint_lt(r->seen, r->n);
	b = &r->got[r->seen++];
	ck_assert_uint_eq(msg_peek(b->data, b->len), id);
	ck_assert_int_eq(msg_decode(&r->m, b->data, b->len, MSG_D, to,
	    &r->arena, &fault), E_OK);
	return &r->m;
}

static void
silent(struct rig *r)
{
	listen(r);
	ck_assert_uint_eq(r->seen, r->n);
}

static struct client_event *
event(struct rig *r, enum client_event_type type)
{
	struct client_event *ev = client_next(r->c);

	ck_assert_ptr_nonnull(ev);
	ck_assert_int_eq(ev->type, type);
	return ev;
}

static void
drop_event(struct rig *r, enum client_event_type type)
{
	client_event_free(event(r, type));
}

static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Protocol: raven.v1\r\nSec-WebSocket-Accept: ";

/* Opens the WebSocket and takes the HELLO. */
static void
handshake(struct rig *r)
{
	struct ws_limits limits = { 1 << 20, 16 << 20, 1024, 16 };
	uint8_t seed[DIGEST_LEN];
	char accept[WS_ACCEPT_LEN], *request, *key;
	const uint8_t *out;
	struct buf b;
	size_t n;

	memset(seed, 7, sizeof seed);
	client_connect(r->c, seed);
	out = client_output(r->c, &n);
	request = xcalloc(n + 1, 1);
	memcpy(request, out, n);
	client_sent(r->c, n);
	ck_assert_ptr_nonnull(strstr(request, "GET /raven HTTP/1.1\r\n"));
	key = strstr(request, "Sec-WebSocket-Key: ");
	ck_assert_ptr_nonnull(key);
	ws_accept(key + 19, WS_KEY_LEN - 1, accept);
	ws_clear(&r->ws);
	ws_init(&r->ws, WS_SERVER, &limits);
	buf_init(&b);
	buf_add(&b, answer, sizeof answer - 1);
	buf_add(&b, accept, strlen(accept));
	buf_add(&b, "\r\n\r\n", 4);
	deliver(r, b.data, b.len);
	buf_clear(&b);
	xfree(request);
	ck_assert_int_eq(client_state(r->c), CLIENT_HELLO);
	expect(r, M_HELLO);
	ck_assert_uint_eq(r->m.hello.role, ROLE_DEVELOPER);
	ck_assert_uint_eq(r->m.hello.version, RAVEN_PROTOCOL);
}

static const uint8_t key[CLIENT_KEY] = "0123456789abcde";

static void
welcome(struct rig *r, uint64_t g, uint64_t last)
{
	struct rec_graph_ref ref = { { key, CLIENT_KEY }, g, last };
	struct msg m = { .id = M_WELCOME };

	m.welcome.version = RAVEN_PROTOCOL;
	m.welcome.credit_batches = 2;
	m.welcome.credit_bytes = 1 << 20;
	m.welcome.part_bytes = 4096;
	m.welcome.max_tensor = 1 << 20;
	m.welcome.graphs.v = &ref;
	m.welcome.graphs.n = g != 0;
	say(r, &m);
}

static void
ack(struct rig *r, uint64_t g, uint64_t n)
{
	struct msg m = { .id = M_ACK };

	m.ack.g = g;
	m.ack.n = n;
	if (n == 0)
		m.ack.key = (struct bytes){ key, CLIENT_KEY };
	say(r, &m);
}

static void
start(struct rig *r, bool bytewise)
{
	memset(r, 0, sizeof *r);
	msg_arena_init(&r->arena);
	r->bytewise = bytewise;
	r->c = client_new("localhost:9999", "/raven", "secret", "test");
}

/* A rig with graph 5 open, and handle 0. */
static void
open_graph(struct rig *r, bool bytewise)
{
	start(r, bytewise);
	ck_assert_uint_eq(client_graph(r->c, key, 0, "g", "distributed", 0,
	    "{}", false), 0);
	handshake(r);
	ck_assert_uint_eq(r->m.hello.graphs.n, 1);
	welcome(r, 0, 0);
	drop_event(r, CLIENT_EV_READY);
	expect(r, M_GRAPH);
	ck_assert(str_eq(r->m.graph.name, "g"));
	silent(r);
	ack(r, 5, 0);
	drop_event(r, CLIENT_EV_OPENED);
}

static void
stop(struct rig *r)
{
	size_t i;

	ck_assert_ptr_null(client_next(r->c));
	client_free(r->c);
	ws_clear(&r->ws);
	msg_arena_clear(&r->arena);
	for (i = 0; i < r->n; i++)
		buf_clear(&r->got[i]);
}

/* A batch that is one number, or one large tensor of a byte. */
static void
batch(struct rig *r, uint32_t base, int large, uint64_t want)
{
	struct shape shape = { .dtype = DT_BOOL, .ndim = large ? 1 : 0 };
	uint8_t digest[DIGEST_LEN], *bytes;
	struct program_writer w;
	struct buf program;

	program_writer_init(&w, base);
	if (large) {
		shape.dims[0] = 10000;
		bytes = xmalloc(10000);
		memset(bytes, large - 1, 10000);
		tensor_digest(&shape, bytes, digest);
		program_write_digest(&w, &shape, digest, PROGRAM_EXPORT);
		client_tensor(r->c, &shape, digest, bytes);
	} else
		program_write_inline(&w, &shape, "\1", PROGRAM_EXPORT);
	buf_init(&program);
	program_finish(&w, &program);
	program_writer_clear(&w);
	client_batch(r->c, 0, &program, &want, want != 0, NULL, 0, NULL, 0);
}

static void
expect_batch(struct rig *r, uint64_t n)
{
	expect(r, M_BATCH);
	ck_assert_uint_eq(r->m.batch.g, 5);
	ck_assert_uint_eq(r->m.batch.n, n);
}

static void
expect_upload(struct rig *r)
{
	size_t got = 0;

	expect(r, M_PUT);
	ck_assert_uint_eq(r->m.put.size, 10000);
	while (got < 10000) {
		expect(r, M_PART);
		ck_assert_uint_eq(r->m.part.offset, got);
		got += r->m.part.data.n;
	}
}

START_TEST(test_credit)
{
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 0, 0);
	batch(&r, 2, 0, 0);
	batch(&r, 3, 0, 0);
	expect_batch(&r, 1);
	expect_batch(&r, 2);
	silent(&r);			/* two are unacknowledged */
	ack(&r, 5, 2);			/* cumulative */
	drop_event(&r, CLIENT_EV_ACKED);
	expect_batch(&r, 3);
	ck_assert_uint_eq(client_unacked(r.c, 0), 1);
	ack(&r, 5, 3);
	drop_event(&r, CLIENT_EV_ACKED);
	ck_assert_uint_eq(client_unacked(r.c, 0), 0);
	stop(&r);
}
END_TEST

START_TEST(test_resend)
{
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 0, 1);
	batch(&r, 2, 0, 2);
	expect_batch(&r, 1);
	ck_assert_uint_eq(r.m.batch.want.n, 1);
	expect_batch(&r, 2);
	client_lost(r.c);
	handshake(&r);
	ck_assert_uint_eq(r.m.hello.graphs.v[0].g, 5);
	welcome(&r, 5, 1);		/* batch 1 was recorded */
	drop_event(&r, CLIENT_EV_READY);
	drop_event(&r, CLIENT_EV_ACKED);
	expect_batch(&r, 2);
	expect(&r, M_WANT);		/* batch 1's want, batch 2 carries its own */
	ck_assert_uint_eq(r.m.want.ops.n, 1);
	ck_assert_uint_eq(r.m.want.ops.v[0], 1);
	silent(&r);
	ck_assert_uint_eq(client_stats(r.c)->resent, 1);
	stop(&r);
}
END_TEST

/* The same tensor many times is uploaded once a connection. */
START_TEST(test_upload_once)
{
	struct rig r;
	uint32_t i;

	open_graph(&r, _i);
	for (i = 0; i < 20; i++)
		batch(&r, i + 1, 1, 0);
	expect_upload(&r);
	for (i = 1; i <= 20; i++) {
		expect_batch(&r, i);
		ack(&r, 5, i);
		drop_event(&r, CLIENT_EV_ACKED);
	}
	batch(&r, 21, 1, 0);
	batch(&r, 22, 2, 0);
	expect_batch(&r, 21);
	expect_upload(&r);		/* other bytes */
	expect_batch(&r, 22);
	ck_assert_uint_eq(client_stats(r.c)->uploads, 2);
	ack(&r, 5, 21);
	drop_event(&r, CLIENT_EV_ACKED);
	client_lost(r.c);
	handshake(&r);
	welcome(&r, 5, 21);
	drop_event(&r, CLIENT_EV_READY);
	expect_upload(&r);		/* what batch 22 needs, no more */
	expect_batch(&r, 22);
	silent(&r);
	stop(&r);
}
END_TEST

static void
value(struct rig *r, const struct shape *shape, const uint8_t *bytes)
{
	size_t size = (size_t)shape_bytes(shape);
	struct msg m = { .id = M_VALUE };
	uint8_t digest[DIGEST_LEN];
	size_t off;

	tensor_digest(shape, bytes, digest);
	m.value.g = 5;
	m.value.op = 1;
	m.value.dtype = shape->dtype;
	m.value.dims = (struct i64s){ shape->dims, shape->ndim };
	m.value.size = size;
	m.value.digest = (struct bytes){ digest, DIGEST_LEN };
	if (size <= MSG_SMALL)
		m.value.data = (struct bytes){ bytes, size };
	say(r, &m);
	if (size <= MSG_SMALL)
		return;
	m = (struct msg){ .id = M_PUT };
	m.put.digest = (struct bytes){ digest, DIGEST_LEN };
	m.put.dtype = shape->dtype;
	m.put.dims = (struct i64s){ shape->dims, shape->ndim };
	m.put.size = size;
	say(r, &m);
	for (off = 0; off < size; off += 4096) {
		m = (struct msg){ .id = M_PART };
		m.part.digest = (struct bytes){ digest, DIGEST_LEN };
		m.part.offset = off;
		m.part.data = (struct bytes){ bytes + off,
		    size - off < 4096 ? size - off : 4096 };
		say(r, &m);
	}
}

static void
expect_value(struct rig *r, const uint8_t *bytes, size_t size)
{
	struct client_event *ev = event(r, CLIENT_EV_VALUE);

	ck_assert_uint_eq(ev->op, 1);
	ck_assert_uint_eq(ev->size, size);
	ck_assert_mem_eq(ev->bytes, bytes, size);
	client_event_free(ev);
}

START_TEST(test_values)
{
	struct shape small = { DT_BOOL, 1, { 3 } }, large = { DT_BOOL, 1,
	    { 9000 } };
	uint8_t bytes[9000];
	struct rig r;
	size_t i;

	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i % 3 == 0);
	open_graph(&r, _i);
	batch(&r, 1, 0, 1);
	expect_batch(&r, 1);
	value(&r, &small, bytes);
	expect_value(&r, bytes, 3);
	value(&r, &large, bytes);
	expect_value(&r, bytes, 9000);
	stop(&r);
}
END_TEST

/* Bytes that are not those of the digest end the connection. */
START_TEST(test_bad_value)
{
	struct shape shape = { DT_BOOL, 1, { 5000 } };
	uint8_t bytes[5000] = { 1 }, digest[DIGEST_LEN];
	struct msg m = { .id = M_VALUE };
	struct client_event *ev;
	struct rig r;

	open_graph(&r, _i);
	tensor_digest(&shape, bytes, digest);
	m.value.g = 5;
	m.value.op = 1;
	m.value.dtype = DT_BOOL;
	m.value.dims = (struct i64s){ shape.dims, 1 };
	m.value.size = 5000;
	m.value.digest = (struct bytes){ digest, DIGEST_LEN };
	say(&r, &m);
	m = (struct msg){ .id = M_PUT };
	m.put.digest = (struct bytes){ digest, DIGEST_LEN };
	m.put.dtype = DT_BOOL;
	m.put.dims = (struct i64s){ shape.dims, 1 };
	m.put.size = 5000;
	say(&r, &m);
	bytes[0] = 0;
	m = (struct msg){ .id = M_PART };
	m.part.digest = (struct bytes){ digest, DIGEST_LEN };
	m.part.data = (struct bytes){ bytes, 5000 };
	say(&r, &m);
	ev = event(&r, CLIENT_EV_CLOSED);
	ck_assert_uint_eq(ev->code, E_BAD_DIGEST);
	client_event_free(ev);
	ck_assert_int_eq(client_state(r.c), CLIENT_OFF);
	stop(&r);
}
END_TEST

static void
refuse(struct rig *r, uint64_t n, enum error code, uint64_t retry_ms)
{
	struct msg m = { .id = M_REFUSE };

	m.refuse.what = SUBJECT_BATCH;
	m.refuse.g = 5;
	m.refuse.number = n;
	m.refuse.code = code;
	m.refuse.text = str_of("no");
	m.refuse.retry_ms = retry_ms;
	say(r, &m);
}

START_TEST(test_busy)
{
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 0, 0);
	batch(&r, 2, 0, 0);
	expect_batch(&r, 1);
	expect_batch(&r, 2);
	refuse(&r, 1, E_STORAGE_BUSY, 100);
	refuse(&r, 2, E_GAP, 0);	/* follows from the first */
	drop_event(&r, CLIENT_EV_RETRY);
	silent(&r);
	client_retry(r.c, 0);
	expect_batch(&r, 1);
	expect_batch(&r, 2);
	stop(&r);
}
END_TEST

START_TEST(test_lost_tensor)
{
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 1, 0);
	expect_upload(&r);
	expect_batch(&r, 1);
	refuse(&r, 1, E_NO_TENSOR, 0);
	drop_event(&r, CLIENT_EV_RETRY);
	client_retry(r.c, 0);
	expect_upload(&r);
	expect_batch(&r, 1);
	stop(&r);
}
END_TEST

static void
refuse_tensor(struct rig *r, enum error code, uint64_t retry_ms)
{
	struct msg m = { .id = M_REFUSE };
	struct shape shape = { DT_BOOL, 1, { 10000 } };
	uint8_t bytes[10000] = { 0 }, digest[DIGEST_LEN];
	char hex[DIGEST_HEX];

	tensor_digest(&shape, bytes, digest);
	digest_hex(digest, hex);
	m.refuse.what = SUBJECT_TENSOR;
	m.refuse.code = code;
	m.refuse.text = str_of(hex);
	m.refuse.retry_ms = retry_ms;
	say(r, &m);
}

/* No room for a tensor: it and its batch are sent again, however often. */
START_TEST(test_no_room)
{
	struct client_event *ev;
	struct rig r;
	int i;

	open_graph(&r, _i);
	batch(&r, 1, 1, 0);
	for (i = 0; i < 8; i++) {
		expect_upload(&r);
		expect_batch(&r, 1);
		refuse_tensor(&r, E_STORAGE_BUSY, 700);
		refuse(&r, 1, E_NO_TENSOR, 0);
		ev = event(&r, CLIENT_EV_RETRY);
		ck_assert_uint_eq(ev->retry_ms, 700);
		client_event_free(ev);
		client_retry(r.c, 0);
	}
	expect_upload(&r);
	expect_batch(&r, 1);
	refuse_tensor(&r, E_TOO_BIG, 0);
	ev = event(&r, CLIENT_EV_REFUSED);
	ck_assert_uint_eq(ev->code, E_TOO_BIG);
	client_event_free(ev);
	refuse(&r, 1, E_NO_TENSOR, 0);	/* says nothing new */
	stop(&r);
}
END_TEST

/* A want of a batch that was refused meanwhile is said again after it. */
START_TEST(test_want_too_early)
{
	struct msg m = { .id = M_REFUSE };
	uint64_t op = 1;
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 0, 0);
	client_want(r.c, 0, &op, 1);
	expect_batch(&r, 1);
	expect(&r, M_WANT);
	refuse(&r, 1, E_STORAGE_BUSY, 10);
	drop_event(&r, CLIENT_EV_RETRY);
	m.refuse.what = SUBJECT_VALUE;
	m.refuse.g = 5;
	m.refuse.number = 1;
	m.refuse.code = E_MISSING;
	say(&r, &m);
	client_retry(r.c, 0);
	expect_batch(&r, 1);
	silent(&r);
	ack(&r, 5, 1);
	drop_event(&r, CLIENT_EV_ACKED);
	expect(&r, M_WANT);
	stop(&r);
}
END_TEST

START_TEST(test_refused)
{
	struct client_event *ev;
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 0, 0);
	expect_batch(&r, 1);
	refuse(&r, 1, E_QUOTA_OPS, 0);
	ev = event(&r, CLIENT_EV_REFUSED);
	ck_assert_uint_eq(ev->code, E_QUOTA_OPS);
	ck_assert_str_eq(ev->text, "no");
	client_event_free(ev);
	silent(&r);
	stop(&r);
}
END_TEST

START_TEST(test_again)
{
	struct msg m = { .id = M_AGAIN };
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 1, 0);
	expect_upload(&r);
	expect_batch(&r, 1);
	client_end(r.c, 0, false);
	silent(&r);			/* an end waits for the batches */
	say(&r, &m);
	expect(&r, M_HELLO);
	welcome(&r, 5, 0);
	drop_event(&r, CLIENT_EV_READY);
	expect_batch(&r, 1);		/* the gateway has the tensor still */
	ack(&r, 5, 1);
	drop_event(&r, CLIENT_EV_ACKED);
	expect(&r, M_END);
	say(&r, &m);
	expect(&r, M_HELLO);
	welcome(&r, 5, 1);
	drop_event(&r, CLIENT_EV_READY);
	expect(&r, M_END);
	m = (struct msg){ .id = M_ENDED };
	m.ended.g = 5;
	m.ended.total = m.ended.computed = 1;
	say(&r, &m);
	drop_event(&r, CLIENT_EV_ENDED);
	silent(&r);
	stop(&r);
}
END_TEST

/* A graph nobody uses is cancelled, if the server knows it. */
START_TEST(test_abandon)
{
	static const uint8_t other[CLIENT_KEY] = "other";
	struct rig r;

	open_graph(&r, _i);
	batch(&r, 1, 0, 1);
	expect_batch(&r, 1);
	client_abandon(r.c, client_graph(r.c, other, 0, "", "", 0, "",
	    false));
	ck_assert_uint_eq(client_open(r.c), 1);
	client_abandon(r.c, 0);
	expect(&r, M_END);
	ck_assert(r.m.end.cancel);
	ck_assert_uint_eq(client_open(r.c), 1);
	silent(&r);
	ack(&r, 5, 1);
	drop_event(&r, CLIENT_EV_ACKED);
	r.m = (struct msg){ .id = M_ENDED };
	r.m.ended.g = 5;
	say(&r, &r.m);
	drop_event(&r, CLIENT_EV_ENDED);
	ck_assert_uint_eq(client_open(r.c), 0);
	stop(&r);
}
END_TEST

/* A server that has lost the graph cannot go on with it. */
START_TEST(test_forgotten)
{
	struct client_event *ev;
	struct rig r;

	open_graph(&r, _i % 2);
	batch(&r, 1, 0, 0);
	expect_batch(&r, 1);
	ack(&r, 5, 1);
	drop_event(&r, CLIENT_EV_ACKED);
	client_lost(r.c);
	handshake(&r);
	welcome(&r, _i < 2 ? 0 : 5, 0);		/* the graph, or its batch */
	drop_event(&r, CLIENT_EV_READY);
	ev = event(&r, CLIENT_EV_REFUSED);
	ck_assert_uint_eq(ev->code, E_NO_GRAPH);
	client_event_free(ev);
	stop(&r);
}
END_TEST

/* Recording: shapes at once, exports of what is held, releases after. */
START_TEST(test_record)
{
	struct shape shape = { DT_F64, 1, { 3 } };
	struct op_params params = { 0 };
	double bytes[3] = { 1, 2, 3 };
	const uint64_t *released;
	uint32_t a, sum, base, n, in[2];
	struct op_error err;
	struct recorder r;
	struct program p;
	struct buf out;

	recorder_init(&r, 1 << 20);
	buf_init(&out);
	a = recorder_inline(&r, &shape, bytes);
	in[0] = in[1] = a;
	ck_assert_int_eq(recorder_op(&r, op_by_code(OP_ADD), in, 2, &params,
	    &sum, &err), E_OK);
	ck_assert(shape_equal(recorder_shape(&r, sum), &shape));
	ck_assert_int_eq(recorder_op(&r, op_by_code(OP_MATMUL), in, 1,
	    &params, &sum, &err), E_ARITY);
	recorder_hold(&r, a);
	ck_assert(recorder_cut(&r, &out, &base, &released, &n));
	ck_assert_uint_eq(base, 1);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(program_open(&p, out.data, out.len, 10, &err), E_OK);
	ck_assert_uint_eq(p.n_ops, 2);
	ck_assert_uint_eq(p.ops[0].flags, PROGRAM_EXPORT);
	ck_assert_uint_eq(p.ops[1].flags, 0);
	ck_assert(!recorder_cut(&r, &out, &base, &released, &n));
	ck_assert_int_eq(recorder_op(&r, op_by_code(OP_ADD), in, 2, &params,
	    &sum, &err), E_OK);
	recorder_drop(&r, a);
	buf_reset(&out);
	ck_assert(recorder_cut(&r, &out, &base, &released, &n));
	ck_assert_uint_eq(base, 3);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(released[0], a);
	buf_clear(&out);
	recorder_clear(&r);
}
END_TEST

/* More is given back at once than one message can say. */
START_TEST(test_release_many)
{
	struct shape shape = { DT_F64, 1, { 3 } };
	struct op_params params = { 0 };
	double bytes[3] = { 1, 2, 3 };
	uint32_t base, n, in[2], i, op, all = RECORD_RELEASED + 100;
	const uint64_t *released;
	struct op_error err;
	struct recorder r;
	struct buf out;

	recorder_init(&r, 1 << 20);
	buf_init(&out);
	in[0] = in[1] = recorder_inline(&r, &shape, bytes);
	for (i = 0; i < all; i++) {
		ck_assert_int_eq(recorder_op(&r, op_by_code(OP_ADD), in, 2,
		    &params, &op, &err), E_OK);
		recorder_hold(&r, op);
	}
	ck_assert(recorder_cut(&r, &out, &base, &released, &n));
	for (i = 0; i < all; i++)
		recorder_drop(&r, i + 2);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(recorder_op(&r, op_by_code(OP_ADD), in, 2,
		    &params, &op, &err), E_OK);
		ck_assert(recorder_cut(&r, &out, &base, &released, &n));
		ck_assert_uint_eq(n, i == 0 ? RECORD_RELEASED : 100);
		ck_assert_uint_eq(released[0], i == 0 ? 102 : 2);
	}
	buf_clear(&out);
	recorder_clear(&r);
}
END_TEST

/* Another process's graph goes on after the batches that the server has. */
START_TEST(test_attach)
{
	struct msg m = { .id = M_ANSWER };
	struct client_event *ev;
	struct rig r;

	start(&r, _i);
	ck_assert(!client_ask(r.c, "graphs", ""));
	handshake(&r);
	welcome(&r, 0, 0);
	drop_event(&r, CLIENT_EV_READY);
	ck_assert(client_ask(r.c, "graph", "5 1"));
	expect(&r, M_QUERY);
	ck_assert(str_eq(r.m.query.arg, "5 1"));
	m.answer.text = str_of("{}");
	say(&r, &m);
	ev = event(&r, CLIENT_EV_ANSWER);
	ck_assert_str_eq(ev->text, "{}");
	client_event_free(ev);
	ck_assert_uint_eq(client_graph(r.c, key, 5, "g", "", 0, "{}",
	    false), 0);
	client_resume(r.c, 0, 7);
	expect(&r, M_GRAPH);
	ck_assert_uint_eq(r.m.graph.g, 5);
	ack(&r, 5, 0);
	drop_event(&r, CLIENT_EV_OPENED);
	batch(&r, 40, 0, 0);
	expect_batch(&r, 8);
	client_lost(r.c);
	handshake(&r);
	ck_assert_uint_eq(r.m.hello.graphs.n, 1);
	welcome(&r, 5, 7);
	drop_event(&r, CLIENT_EV_READY);
	drop_event(&r, CLIENT_EV_OPENED);
	expect_batch(&r, 8);
	silent(&r);
	stop(&r);
}
END_TEST

/* Ops of another process: numbers go on after them. */
START_TEST(test_adopt)
{
	struct shape shape = { DT_F64, 1, { 3 } };
	uint32_t two[2] = { 1, 1 }, late[1] = { 3 }, base, n, value;
	struct op_params params = { 0 };
	const uint64_t *released;
	struct op_error err;
	struct recorder r;
	struct buf out;

	recorder_init(&r, 1 << 20);
	buf_init(&out);
	ck_assert(recorder_adopt(&r, OP_LIN, &shape, NULL, 0));
	ck_assert(recorder_adopt(&r, OP_ADD, &shape, two, 2));
	ck_assert(!recorder_adopt(&r, OP_NEG, &shape, late, 1));
	ck_assert(!recorder_cut(&r, &out, &base, &released, &n));
	recorder_hold(&r, 2);
	ck_assert_int_eq(recorder_op(&r, op_by_code(OP_ADD), two, 2, &params,
	    &value, &err), E_OK);
	ck_assert_uint_eq(value, 3);
	/* Its last handle goes, another comes: it is not released. */
	recorder_drop(&r, 2);
	recorder_again(&r, 2);
	recorder_hold(&r, 2);
	ck_assert(recorder_cut(&r, &out, &base, &released, &n));
	ck_assert_uint_eq(base, 3);
	ck_assert_uint_eq(n, 0);
	buf_clear(&out);
	recorder_clear(&r);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("client");
	TCase *tc = tcase_create("client");
	SRunner *sr;
	int failed;

	tcase_add_loop_test(tc, test_credit, 0, 2);
	tcase_add_loop_test(tc, test_resend, 0, 2);
	tcase_add_loop_test(tc, test_upload_once, 0, 2);
	tcase_add_loop_test(tc, test_values, 0, 2);
	tcase_add_loop_test(tc, test_bad_value, 0, 2);
	tcase_add_loop_test(tc, test_busy, 0, 2);
	tcase_add_loop_test(tc, test_lost_tensor, 0, 2);
	tcase_add_loop_test(tc, test_no_room, 0, 2);
	tcase_add_loop_test(tc, test_want_too_early, 0, 2);
	tcase_add_loop_test(tc, test_refused, 0, 2);
	tcase_add_loop_test(tc, test_again, 0, 2);
	tcase_add_loop_test(tc, test_abandon, 0, 2);
	tcase_add_loop_test(tc, test_forgotten, 0, 4);
	tcase_add_loop_test(tc, test_attach, 0, 2);
	tcase_add_test(tc, test_record);
	tcase_add_test(tc, test_release_many);
	tcase_add_test(tc, test_adopt);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
