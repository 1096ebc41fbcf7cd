/*
 * A scripted host and scheduler around one participant: its commands are
 * collected, its messages decoded, the scheduler's encoded for it.
 */
#ifndef PARTICIPANT_SIM_H
#define PARTICIPANT_SIM_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/program.h"
#include "worker/participant.h"

#define SIM_SENT	512

struct sim {
	struct participant	*p;
	uint64_t		 now;
	size_t			 unsent;	/* what the socket is said to hold */
	/* commands since the last sim_drain */
	size_t			 n_connect, n_close, n_run, n_stop, n_bench,
				 n_identity, n_changed;
	uint32_t		 connect_ms;
	uint16_t		 close_code;
	struct participant_command run[PARTICIPANT_SLOTS], stop;
	/* messages since the last sim_drain, in order */
	struct msg		 sent[SIM_SENT];
	uint8_t			*bytes[SIM_SENT];
	struct msg_arena	 arena[SIM_SENT];
	size_t			 n_sent;
};

static inline void
sim_forget(struct sim *s)
{
	while (s->n_sent > 0) {
		s->n_sent--;
		msg_arena_clear(&s->arena[s->n_sent]);
		free(s->bytes[s->n_sent]);
	}
	s->n_connect = s->n_close = s->n_run = s->n_stop = s->n_bench = 0;
	s->n_identity = s->n_changed = 0;
}

static inline void
sim_take(struct sim *s, const struct participant_command *c)
{
	size_t i = s->n_sent;

	switch (c->kind) {
	case PC_CONNECT:
		s->n_connect++;
		s->connect_ms = c->after_ms;
		break;
	case PC_SEND:
		ck_assert_uint_lt(i, SIM_SENT);
		s->bytes[i] = malloc(c->bytes.n);
		memcpy(s->bytes[i], c->bytes.p, c->bytes.n);
		msg_arena_init(&s->arena[i]);
		ck_assert_int_eq(msg_decode(&s->sent[i], s->bytes[i],
		    c->bytes.n, MSG_P, MSG_S | MSG_G, &s->arena[i],
		    &(struct msg_fault){ 0 }), E_OK);
		s->n_sent++;
		break;
	case PC_CLOSE:
		s->n_close++;
		s->close_code = c->code;
		break;
	case PC_RUN:
		s->run[c->slot] = *c;
		s->n_run++;
		break;
	case PC_STOP:
		s->stop = *c;
		s->n_stop++;
		break;
	case PC_BENCH:
		s->n_bench++;
		break;
	case PC_IDENTITY:
		s->n_identity++;
		break;
	case PC_CHANGED:
		s->n_changed++;
		break;
	}
}

/* Lets time tick, then collects what the participant wants. */
static inline void
sim_drain(struct sim *s)
{
	struct participant_command c;

	sim_forget(s);
	(void)participant_tick(s->p, s->now);
	while (participant_next(s->p, s->unsent, &c))
		sim_take(s, &c);
}

static inline void
sim_tell(struct sim *s, const struct msg *m)
{
	struct buf b;

	buf_init(&b);
	msg_encode(&b, m);
	participant_received(s->p, b.data, b.len, s->now);
	buf_clear(&b);
	sim_drain(s);
}

/* The k-th message of a kind since the last drain, or NULL. */
static inline const struct msg *
sim_sent(const struct sim *s, enum msg_id id, size_t k)
{
	size_t i;

	for (i = 0; i < s->n_sent; i++)
		if (s->sent[i].id == id && k-- == 0)
			return &s->sent[i];
	return NULL;
}

static inline void
sim_start(struct sim *s, uint32_t slots, uint64_t memory)
{
	static const uint8_t secret[32] = { 1, 2, 3 };
	struct participant_config c = { 0 };

	memset(s, 0, sizeof(*s));
	s->now = 1000000;
	c.build = str_of("test 1");
	c.kind = str_of("test");
	c.cid = str_of("me");
	c.tab = str_of("tab");
	c.secret.p = secret;
	c.secret.n = sizeof(secret);
	c.slots = slots;
	c.memory = memory;
	c.seed = 7;
	s->p = participant_new(&c, s->now);
	sim_drain(s);
}

static inline void
sim_welcome(struct sim *s)
{
	struct msg m = { .id = M_WELCOME };

	m.welcome.version = RAVEN_PROTOCOL;
	m.welcome.part_bytes = 1000;
	sim_tell(s, &m);
}

static inline void
sim_open(struct sim *s)
{
	participant_opened(s->p, s->now);
	sim_drain(s);
}

static inline void
sim_benched(struct sim *s)
{
	struct bench_result r = { .n = 1, .overhead_us = 2 };

	r.speeds[0].cost_class = COST_MATMUL;
	r.speeds[0].dtype = DT_F32;
	r.speeds[0].rate = 1e9;
	participant_benched(s->p, &r, 1.5, s->now);
	sim_drain(s);
}

/* Joined and measured. */
static inline void
sim_join(struct sim *s, uint32_t slots, uint64_t memory)
{
	sim_start(s, slots, memory);
	sim_open(s);
	sim_welcome(s);
	sim_benched(s);
}

static inline void
sim_lose(struct sim *s)
{
	participant_closed(s->p, 1006, s->now);
	sim_drain(s);
}

/* The connection comes back. */
static inline void
sim_rejoin(struct sim *s)
{
	s->now += 60000000;
	sim_open(s);
	sim_welcome(s);
}

static inline void
sim_end(struct sim *s)
{
	sim_forget(s);
	participant_free(s->p);
}

static inline struct participant_status
sim_status(const struct sim *s)
{
	struct participant_status st;

	participant_status(s->p, &st);
	return st;
}

/* ---- groups ---- */

/* n GIVEN vectors of len float64, one op that adds the first and last. */
static inline void
sim_program(struct buf *out, uint32_t n, int64_t len, uint8_t flags)
{
	struct shape shape = { .dtype = DT_F64, .ndim = 1, .dims = { len } };
	struct program_writer w;
	struct op_params params = { 0 };
	uint32_t in[2], i;

	program_writer_init(&w, 0);
	for (i = 0; i < n; i++)
		in[i == 0 ? 0 : 1] = program_write_given(&w, &shape, i, 0);
	if (n == 1)
		in[1] = in[0];
	program_write_op(&w, op_by_code(OP_ADD), &params, in, 2, &shape, flags);
	program_finish(&w, out);
	program_writer_clear(&w);
}

struct sim_input {
	uint64_t	op;
	enum msg_from	from;
	const uint8_t	*digest;	/* or NULL */
};

/* Group number of graph 9: adds inputs of len float64 to op out. */
static inline void
sim_assign(struct sim *s, uint64_t number, const struct sim_input *in, size_t n,
    int64_t len, uint64_t out, bool upload)
{
	struct rec_input inputs[8] = { 0 };
	struct rec_want_export export = { out, upload };
	struct msg m = { .id = M_ASSIGN };
	struct buf program;
	size_t i;

	buf_init(&program);
	sim_program(&program, (uint32_t)n, len, PROGRAM_EXPORT);
	for (i = 0; i < n; i++) {
		inputs[i].op = in[i].op;
		inputs[i].from = in[i].from;
		inputs[i].size = (uint64_t)len * 8;
		inputs[i].digest.p = in[i].digest;
		inputs[i].digest.n = in[i].digest == NULL ? 0 : DIGEST_LEN;
	}
	m.assign.g = 9;
	m.assign.epoch = 1;
	m.assign.group = number;
	m.assign.token.p = (const uint8_t *)"0123456789abcdef";
	m.assign.token.n = 16;
	m.assign.name = str_of("graph");
	m.assign.program.p = program.data;
	m.assign.program.n = program.len;
	m.assign.inputs.v = inputs;
	m.assign.inputs.n = n;
	m.assign.exports.v = &export;
	m.assign.exports.n = 1;
	sim_tell(s, &m);
	buf_clear(&program);
}

/* A vector of len float64 that are all x, its digest in digest. */
static inline double *
sim_vector(int64_t len, double x, uint8_t digest[DIGEST_LEN])
{
	struct shape shape = { .dtype = DT_F64, .ndim = 1, .dims = { len } };
	double *v = calloc((size_t)len + 1, 8);
	int64_t i;

	for (i = 0; i < len; i++)
		v[i] = x;
	tensor_digest(&shape, v, digest);
	return v;
}

static inline void
sim_put(struct sim *s, const uint8_t *digest, int64_t len)
{
	struct msg m = { .id = M_PUT };

	m.put.digest.p = digest;
	m.put.digest.n = DIGEST_LEN;
	m.put.dtype = DT_F64;
	m.put.dims.v = &len;
	m.put.dims.n = 1;
	m.put.size = (uint64_t)len * 8;
	sim_tell(s, &m);
}

static inline void
sim_part(struct sim *s, const uint8_t *digest, uint64_t offset, const void *p,
    size_t n)
{
	struct msg m = { .id = M_PART };

	m.part.digest.p = digest;
	m.part.digest.n = DIGEST_LEN;
	m.part.offset = offset;
	m.part.data.p = p;
	m.part.data.n = n;
	sim_tell(s, &m);
}

/* The gateway brings len float64 that are all x. */
static inline void
sim_bring(struct sim *s, int64_t len, double x)
{
	uint8_t digest[DIGEST_LEN];
	double *v = sim_vector(len, x, digest);

	sim_put(s, digest, len);
	sim_part(s, digest, 0, v, (size_t)len * 8);
	free(v);
}

/* Slot has computed its group (op at n_in of the program): len times x. */
static inline void
sim_done(struct sim *s, uint32_t slot, uint32_t at, int64_t len, double x)
{
	struct participant_export e = { .op = at, .size = (size_t)len * 8 };
	struct participant_outcome o = { .exports = &e, .n_exports = 1,
		.units = 100, .compute_us = 50, .wall_us = 60 };

	e.shape.dtype = DT_F64;
	e.shape.ndim = 1;
	e.shape.dims[0] = len;
	e.bytes = (uint8_t *)sim_vector(len, x, e.digest);
	participant_done(s->p, slot, s->run[slot].run, &o, s->now);
	sim_drain(s);
}

#endif
