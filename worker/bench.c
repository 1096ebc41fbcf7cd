/*
 * The benchmark.  Each stage is a small program, run by the executor as any
 * group is: warmed first, then the best of three batches long enough for a
 * coarse clock.  A stage that cannot run (no memory) reports no speed.
 */
#include "bench.h"

#include <string.h>

#include "common/program.h"
#include "compute/exec.h"

#define WARM_US		10000.0
#define BATCH_US	15000.0
#define BATCHES		3
#define REPEATS_MOST	1000000u
#define SIDE		256		/* of the matrices */
#define LARGE		4194304		/* bytes of a large operand */
#define OPERANDS	3
#define SORTED		32768		/* elements */
#define EXPS		100000
#define SMALL_OPS	1000
#define SMALL_LEN	4
#define DIGESTED	1048576
#define MEMORY		(256u << 20)

enum work {
	WORK_MATMUL, WORK_MULADD, WORK_EXP, WORK_SUM, WORK_COPY, WORK_SORT,
	WORK_SMALL, WORK_DIGEST
};

struct stage {
	const char	*name;
	enum work	 work;
	enum dtype	 dtype;
};

static const struct stage all[] = {
	{ "matrix product, float32", WORK_MATMUL, DT_F32 },
	{ "matrix product, float64", WORK_MATMUL, DT_F64 },
	{ "a * b + c, float32", WORK_MULADD, DT_F32 },
	{ "a * b + c, float64", WORK_MULADD, DT_F64 },
	{ "exp, float32", WORK_EXP, DT_F32 },
	{ "exp, float64", WORK_EXP, DT_F64 },
	{ "sum, float32", WORK_SUM, DT_F32 },
	{ "sum, float64", WORK_SUM, DT_F64 },
	{ "copying", WORK_COPY, DT_F64 },
	{ "sorting", WORK_SORT, DT_F64 },
	{ "small operations", WORK_SMALL, DT_F64 },
	{ "digests", WORK_DIGEST, DT_F64 },
};

static const struct stage slots[] = {
	{ "matrix product, float32", WORK_MATMUL, DT_F32 },
	{ "a * b + c, float32", WORK_MULADD, DT_F32 },
};

struct bench {
	const struct stage	*stages;
	uint32_t		 n_stages, at;
	/* of the stage it is at */
	struct exec		*exec;
	struct program_writer	 writer;
	struct buf		 program;
	struct shape		 shape;		/* of the operands */
	struct bytes		 given[3];
	size_t			 n_given;
	enum cost_class		 cost_class;
	enum dtype		 dtype;
	double			 amount;	/* of one repeat */
	uint32_t		 repeats, batch;
	double			 warm_us, best_us;
	bool			 failed;
	uint8_t			*operand;	/* OPERANDS of LARGE bytes */
	struct bench_result	 result;
};

/* ---- operands and programs ---- */

/* Numbers in [0.5, 1.5), none of them special, in no order. */
static void
fill(enum dtype dtype, uint8_t *p, size_t n)
{
	uint32_t x = 1;
	size_t i;
	double d;
	float f;

	for (i = 0; i < n / dtype_size(dtype); i++) {
		x = x * 1664525u + 1013904223u;
		d = 0.5 + (double)(x >> 8) / 16777216.0;
		f = (float)d;
		if (dtype == DT_F32)
			memcpy(p + i * sizeof(f), &f, sizeof(f));
		else
			memcpy(p + i * sizeof(d), &d, sizeof(d));
	}
}

static struct shape
vector(enum dtype dtype, int64_t n)
{
	struct shape s = { .dtype = (uint8_t)dtype, .ndim = 1 };

	s.dims[0] = n;
	return s;
}

/* Writes an op over values of known shape, and counts what it costs. */
static uint32_t
write_op(struct bench *b, enum op_code code, const uint32_t *in,
    const struct shape *const *shapes, size_t n, uint8_t flags,
    struct shape *out)
{
	const struct op_row *row = op_by_code(code);
	struct op_params params;
	struct op_error why;
	struct op_cost cost;

	op_params_default(row, &params);
	if (op_infer(row, shapes, n, &params, MEMORY, out, &why) != E_OK) {
		b->failed = true;
		return 0;
	}
	op_cost(row, shapes, n, out, &cost);
	b->cost_class = cost.cost_class;
	b->dtype = cost.dtype;
	b->amount += cost.amount;
	return program_write_op(&b->writer, row, &params, in, n, out, flags);
}

static void
give(struct bench *b, size_t n)
{
	size_t i;

	/* Each its own, or a cache would make memory look fast. */
	for (i = 0; i < n; i++) {
		b->given[i].p = b->operand + i * LARGE;
		b->given[i].n = (size_t)shape_bytes(&b->shape);
		fill(b->shape.dtype, b->operand + i * LARGE, b->given[i].n);
		program_write_given(&b->writer, &b->shape, (uint32_t)i, 0);
	}
	b->n_given = n;
}

static void
one_op(struct bench *b, enum op_code code, size_t n)
{
	static const uint32_t in[] = { 0, 1 };
	const struct shape *shapes[] = { &b->shape, &b->shape };
	struct shape out;

	give(b, n);
	write_op(b, code, in, shapes, n, PROGRAM_EXPORT, &out);
}

static void
mul_add(struct bench *b)
{
	const struct shape *shapes[] = { &b->shape, &b->shape };
	uint32_t in[] = { 0, 1 };
	struct shape out;

	give(b, 3);
	in[0] = write_op(b, OP_MUL, in, shapes, 2, 0, &out);
	in[1] = 2;
	write_op(b, OP_ADD, in, shapes, 2, PROGRAM_EXPORT, &out);
}

static void
many_small(struct bench *b)
{
	const struct shape *shapes[] = { &b->shape, &b->shape };
	uint32_t in[] = { 0, 1 };
	struct shape out;
	int i;

	give(b, 2);
	for (i = 0; i < SMALL_OPS; i++)
		in[0] = write_op(b, OP_ADD, in, shapes, 2,
		    i == SMALL_OPS - 1 ? PROGRAM_EXPORT : 0, &out);
}

static void
write_program(struct bench *b, const struct stage *s)
{
	int64_t large = LARGE / (int64_t)dtype_size(s->dtype);

	switch (s->work) {
	case WORK_MATMUL:
		b->shape.dtype = (uint8_t)s->dtype;
		b->shape.ndim = 2;
		b->shape.dims[0] = b->shape.dims[1] = SIDE;
		one_op(b, OP_MATMUL, 2);
		break;
	case WORK_MULADD:
		b->shape = vector(s->dtype, large);
		mul_add(b);
		break;
	case WORK_EXP:
		b->shape = vector(s->dtype, EXPS);
		one_op(b, OP_EXP, 1);
		break;
	case WORK_SUM:
		b->shape = vector(s->dtype, large);
		one_op(b, OP_SUM, 1);
		break;
	case WORK_COPY:
		b->shape = vector(s->dtype, large / 2);
		one_op(b, OP_CONCAT, 2);
		break;
	case WORK_SORT:
		b->shape = vector(s->dtype, SORTED);
		one_op(b, OP_SORT, 1);
		break;
	case WORK_SMALL:
		b->shape = vector(s->dtype, SMALL_LEN);
		many_small(b);
		break;
	case WORK_DIGEST:
		b->shape = vector(s->dtype,
		    DIGESTED / (int64_t)dtype_size(s->dtype));
		fill(s->dtype, b->operand, DIGESTED);
		b->amount = DIGESTED;
		break;
	}
}

static void
prepare(struct bench *b)
{
	if (b->at >= b->n_stages)
		return;
	program_writer_reset(&b->writer, 0);
	buf_reset(&b->program);
	memset(&b->shape, 0, sizeof(b->shape));
	b->n_given = 0;
	b->amount = 0;
	b->repeats = 1;
	b->batch = 0;
	b->warm_us = b->best_us = 0;
	b->failed = false;
	write_program(b, &b->stages[b->at]);
	program_finish(&b->writer, &b->program);
}

/* ---- life ---- */

struct bench *
bench_new(enum bench_which which)
{
	uint8_t *operand = xtry_malloc(OPERANDS * LARGE);
	struct bench *b;

	if (operand == NULL)
		return NULL;
	b = xcalloc(1, sizeof(*b));
	b->operand = operand;
	b->exec = exec_new();
	program_writer_init(&b->writer, 0);
	buf_init(&b->program);
	if (which == BENCH_SLOTS) {
		b->stages = slots;
		b->n_stages = sizeof(slots) / sizeof(slots[0]);
	} else {
		b->stages = all;
		b->n_stages = sizeof(all) / sizeof(all[0]);
	}
	prepare(b);
	return b;
}

void
bench_free(struct bench *b)
{
	if (b == NULL)
		return;
	exec_free(b->exec);
	program_writer_clear(&b->writer);
	buf_clear(&b->program);
	xfree(b->operand);
	xfree(b);
}

/* ---- running ---- */

static bool
run_program(struct bench *b)
{
	struct exec_value value;
	struct op_error why;

	if (b->failed || exec_load(b->exec, b->program.data, b->program.len,
	    b->given, b->n_given, MEMORY, &why) != E_OK)
		return false;
	while (exec_step(b->exec, UINT64_MAX) == EXEC_MORE)
		continue;
	if (exec_exports(b->exec) != 1)
		return false;
	exec_export(b->exec, 0, &value);
	return value.size > 0;
}

bool
bench_step(struct bench *b)
{
	uint8_t digest[DIGEST_LEN];
	bool last = b->at + 1 >= b->n_stages && b->batch == BATCHES;
	uint32_t i;

	if (b->at >= b->n_stages)
		return false;
	for (i = 0; i < b->repeats && !b->failed; i++) {
		if (b->stages[b->at].work == WORK_DIGEST)
			tensor_digest(&b->shape, b->operand, digest);
		else
			b->failed = !run_program(b);
	}
	return !last;
}

static void
report(struct bench *b)
{
	struct bench_result *r = &b->result;
	double rate = b->amount * b->repeats / b->best_us * 1e6;

	switch (b->stages[b->at].work) {
	case WORK_SMALL:
		r->overhead_us = b->best_us / b->repeats / SMALL_OPS;
		break;
	case WORK_DIGEST:
		r->digest_rate = rate;
		break;
	default:
		r->speeds[r->n].cost_class = b->cost_class;
		r->speeds[r->n].dtype = b->dtype;
		r->speeds[r->n].rate = rate;
		r->n++;
		break;
	}
}

static void
next_stage(struct bench *b)
{
	if (!b->failed && b->best_us > 0)
		report(b);
	b->at++;
	prepare(b);
}

/* Repeats that make a batch long enough, once it is warm. */
static void
warmed(struct bench *b, double us)
{
	double n;

	b->warm_us += us;
	if (b->warm_us < WARM_US && b->repeats < REPEATS_MOST) {
		if (us < WARM_US / 2)
			b->repeats *= 2;
		return;
	}
	n = us > 0 ? b->repeats * (BATCH_US / us) + 1 : REPEATS_MOST;
	b->repeats = n > REPEATS_MOST ? REPEATS_MOST : (uint32_t)n;
	b->batch = 1;
}

void
bench_timed(struct bench *b, double us)
{
	if (b->at >= b->n_stages)
		return;
	if (b->failed) {
		next_stage(b);
		return;
	}
	if (b->batch == 0) {
		warmed(b, us);
		return;
	}
	if (us > 0 && (b->best_us == 0 || us < b->best_us))
		b->best_us = us;
	if (b->batch++ == BATCHES)
		next_stage(b);
}

uint32_t
bench_stages(const struct bench *b)
{
	return b->n_stages;
}

uint32_t
bench_stage(const struct bench *b)
{
	return b->at;
}

const char *
bench_stage_name(const struct bench *b, uint32_t i)
{
	return i < b->n_stages ? b->stages[i].name : "";
}

void
bench_result(const struct bench *b, struct bench_result *r)
{
	*r = b->result;
}

static double
rate_of(const struct bench_result *r, uint32_t cost_class, uint32_t dtype)
{
	uint32_t i;

	for (i = 0; i < r->n && i < BENCH_SPEEDS; i++)
		if (r->speeds[i].cost_class == cost_class &&
		    r->speeds[i].dtype == dtype)
			return r->speeds[i].rate;
	return 0;
}

double
bench_all_slots(const struct bench_result *one,
    const struct bench_result *of, uint32_t n)
{
	double sum, total = 0, alone;
	uint32_t i, k, stages = 0;

	for (k = 0; n > 0 && k < of[0].n && k < BENCH_SPEEDS; k++) {
		alone = rate_of(one, of[0].speeds[k].cost_class,
		    of[0].speeds[k].dtype);
		sum = 0;
		for (i = 0; i < n; i++)
			sum += rate_of(&of[i], of[0].speeds[k].cost_class,
			    of[0].speeds[k].dtype);
		if (alone > 0) {
			total += sum / alone;
			stages++;
		}
	}
	return stages > 0 ? total / stages : 1;
}
