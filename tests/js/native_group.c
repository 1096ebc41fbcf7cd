/*
 * A group computed natively, as the oracle of wasm.test.js: prints, in hex,
 * each message that a participant gets and the RESULT that it must answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/program.h"
#include "compute/exec.h"
#include "worker/participant.h"

#define ROWS	65
#define INNER	300		/* more than a block of 256 */
#define COLUMNS	33
#define GIVEN_OP 7		/* its name in the graph */

struct writer {
	struct program_writer	w;
	struct shape		shapes[64];
	size_t			n_exports;
};

static void
print(const char *name, const uint8_t *p, size_t n)
{
	printf("%s ", name);
	while (n-- > 0)
		printf("%02x", *p++);
	printf("\n");
}

/* Numbers in [-2, 2), in no order. */
static void
fill(double *v, size_t n)
{
	uint32_t x = 9;
	size_t i;

	for (i = 0; i < n; i++) {
		x = x * 1664525u + 1013904223u;
		v[i] = (double)(x >> 8) / 4194304.0 - 2;
	}
}

static uint32_t
write_op(struct writer *w, const char *name, uint32_t a, uint32_t b, int64_t axis,
    bool export)
{
	const struct op_row *row = op_by_name(name);
	const struct shape *in[] = { &w->shapes[a], &w->shapes[b] };
	uint32_t refs[] = { a, b }, value;
	struct op_params params;
	struct op_error why;
	struct shape out;

	op_params_default(row, &params);
	if (axis >= 0) {
		params.p[0].n = 1;
		params.p[0].v[0] = axis;
	}
	if (op_infer(row, in, row->max == 1 ? 1 : 2, &params, 1 << 24, &out,
	    &why) != E_OK)
		abort();
	value = program_write_op(&w->w, row, &params, refs,
	    row->max == 1 ? 1 : 2, &out, export ? PROGRAM_EXPORT : 0);
	w->shapes[value] = out;
	w->n_exports += export;
	return value;
}

static void
write_program(struct writer *w, struct buf *out)
{
	struct shape a = { DT_F64, 2, { ROWS, INNER } };
	struct shape b = { DT_F32, 2, { INNER, COLUMNS } };
	struct shape c = { DT_I64, 1, { 3 } };
	static double doubles[INNER * COLUMNS];
	static float floats[INNER * COLUMNS];
	const int64_t ints[] = { 2, -1, 3 };
	uint32_t va, vb, vc, m, e, f;
	size_t i;

	fill(doubles, INNER * COLUMNS);
	for (i = 0; i < INNER * COLUMNS; i++)
		floats[i] = (float)doubles[i];
	program_writer_init(&w->w, 0);
	va = program_write_given(&w->w, &a, 0, 0);
	w->shapes[va] = a;
	vb = program_write_inline(&w->w, &b, floats, 0);
	w->shapes[vb] = b;
	vc = program_write_inline(&w->w, &c, ints, 0);
	w->shapes[vc] = c;
	m = write_op(w, "matmul", va, vb, -1, true);
	e = write_op(w, "exp", vb, vb, -1, false);
	f = write_op(w, "natlog", e, e, -1, false);
	f = write_op(w, "pow", e, f, -1, true);
	write_op(w, "sum", f, f, 0, true);
	write_op(w, "mean", m, m, -1, true);
	write_op(w, "cube_root", m, m, -1, true);
	f = write_op(w, "sort", m, m, 1, false);
	f = write_op(w, "transpose", f, f, -1, false);
	write_op(w, "concat", f, f, 0, true);
	write_op(w, "argmax", f, f, 0, true);
	write_op(w, "natlog", va, va, -1, true);	/* NaN for negatives */
	f = write_op(w, "pow", vc, vc, -1, true);	/* fails */
	write_op(w, "add", f, vc, -1, true);		/* so does this */
	program_finish(&w->w, out);
}

/* ---- the scheduler's side ---- */

static void
tell(struct participant *p, const char *name, const struct msg *m)
{
	struct buf b;

	buf_init(&b);
	msg_encode(&b, m);
	print(name, b.data, b.len);
	participant_received(p, b.data, b.len, 1);
	buf_clear(&b);
}

static void
tell_assign(struct participant *p, const struct buf *program, size_t n_exports,
    const uint8_t *digest)
{
	struct rec_want_export exports[64] = { 0 };
	struct rec_input input = { .op = GIVEN_OP, .from = FROM_SENT };
	struct msg m = { .id = M_ASSIGN };
	size_t i;

	for (i = 0; i < n_exports; i++)
		exports[i].op = 100 + i;
	input.digest.p = digest;
	input.digest.n = DIGEST_LEN;
	m.assign.g = 1;
	m.assign.epoch = 2;
	m.assign.group = 3;
	m.assign.token = (struct bytes){ digest, 16 };
	m.assign.name = str_of("case");
	m.assign.program = (struct bytes){ program->data, program->len };
	m.assign.inputs.v = &input;
	m.assign.inputs.n = 1;
	m.assign.exports.v = exports;
	m.assign.exports.n = n_exports;
	tell(p, "assign", &m);
}

static void
bring(struct participant *p, const double *v, const struct shape *s,
    const uint8_t *digest)
{
	struct msg put = { .id = M_PUT }, part = { .id = M_PART };

	put.put.digest = part.part.digest = (struct bytes){ digest, DIGEST_LEN };
	put.put.dtype = s->dtype;
	put.put.dims.v = s->dims;
	put.put.dims.n = s->ndim;
	put.put.size = (uint64_t)shape_bytes(s);
	part.part.data = (struct bytes){ (const uint8_t *)v,
		(size_t)shape_bytes(s) };
	tell(p, "put", &put);
	tell(p, "part", &part);
}

/* ---- the host's side ---- */

static void
run(struct participant *p, const struct participant_command *c)
{
	struct participant_export exports[64] = { 0 };
	struct op_error errors[64], why;
	struct participant_outcome o = { .exports = exports, .errors = errors,
		.compute_us = 1000, .wall_us = 2000 };
	struct exec *e = exec_new();
	struct exec_value v;
	size_t i;

	if (exec_load(e, c->program.p, c->program.n, c->given, c->n_given,
	    c->memory, &why) != E_OK)
		abort();
	while (exec_step(e, 1000) == EXEC_MORE)
		continue;
	o.n_exports = exec_exports(e);
	for (i = 0; i < o.n_exports; i++) {
		exec_export(e, i, &v);
		exports[i].op = v.op;
		exports[i].shape = v.shape;
		exports[i].size = v.size;
		exports[i].bytes = xtry_malloc(v.size);
		memcpy(exports[i].bytes, v.bytes, v.size);
		tensor_digest(&v.shape, v.bytes, exports[i].digest);
	}
	o.n_errors = exec_errors(e);
	for (i = 0; i < o.n_errors; i++)
		errors[i] = *exec_op_error(e, i);
	participant_done(p, c->slot, c->run, &o, 1);
	exec_free(e);
}

static void
pump(struct participant *p)
{
	struct participant_command c;

	while (participant_next(p, 0, &c)) {
		if (c.kind == PC_RUN)
			run(p, &c);
		else if (c.kind == PC_SEND &&
		    msg_peek(c.bytes.p, c.bytes.n) == M_RESULT)
			print("result", c.bytes.p, c.bytes.n);
	}
}

int
main(void)
{
	static double given[ROWS * INNER];
	struct shape shape = { DT_F64, 2, { ROWS, INNER } };
	struct participant_config config = { .slots = 1, .memory = 1 << 26 };
	struct bench_result bench = { .n = 1 };
	struct msg welcome = { .id = M_WELCOME };
	struct writer w = { 0 };
	uint8_t digest[DIGEST_LEN];
	struct participant *p;
	struct buf program;

	fill(given, ROWS * INNER);
	tensor_digest(&shape, given, digest);
	buf_init(&program);
	write_program(&w, &program);
	p = participant_new(&config, 1);
	participant_opened(p, 1);
	welcome.welcome.version = RAVEN_PROTOCOL;
	welcome.welcome.part_bytes = 65536;
	tell(p, "welcome", &welcome);
	participant_benched(p, &bench, 1, 1);
	tell_assign(p, &program, w.n_exports, digest);
	bring(p, given, &shape, digest);
	pump(p);
	participant_free(p);
	program_writer_clear(&w.w);
	buf_clear(&program);
	return 0;
}
