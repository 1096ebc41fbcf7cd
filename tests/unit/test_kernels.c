/*
 * The executor against the reference: random programs, every exported byte.
 * RAVEN_SEED and RAVEN_PROGRAMS choose others; a failure prints the seed.
 */
#include "compute/exec.h"
#include "compute/ref/ref.h"
#include "random_program.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAMS	1500
#define MEMORY		((size_t)1 << 28)

struct expected {
	struct ref_value	value[RANDOM_OPS];
	enum error		error[RANDOM_OPS];
};

static const uint8_t *
source_bytes(const struct random_program *r, const struct program *p,
    uint32_t i)
{
	return p->ops[i].place == PLACE_INLINE ? program_inline(p, i).p :
	    r->given[p->ops[i].ref].p;
}

/* Room for the most that the op can give. */
static void
make_room(const struct op_row *row, const struct op_params *params,
    const struct ref_value *in, size_t n_in, struct ref_value *v)
{
	const struct shape *shapes[RANDOM_INPUTS];
	struct shape most;

	for (size_t k = 0; k < n_in; k++)
		shapes[k] = &in[k].shape;
	op_bound(row, shapes, n_in, params, &v->shape, &most);
	v->bytes = xmalloc((size_t)shape_bytes(&most) + 1);
}

/* What is said with lengths hidden is true, or that they are needed. */
static void
check_hidden(const struct op_row *row, const struct op_params *params,
    const struct ref_value *in, size_t n_in, const struct shape *declared)
{
	const struct shape *shapes[RANDOM_INPUTS];
	struct shape hidden[RANDOM_INPUTS], out;
	struct op_error e;

	for (uint32_t bits = 1; bits < 16; bits++) {
		for (size_t k = 0; k < n_in; k++) {
			hidden[k] = in[k].shape;
			shapes[k] = &hidden[k];
			for (uint32_t i = 0; i < hidden[k].ndim; i++)
				if ((bits >> (i + k) % 4 & 1) != 0)
					hidden[k].dims[i] = LENGTH_UNKNOWN;
		}
		enum error r = op_infer(row, shapes, n_in, params, INT64_MAX,
		    &out, &e);

		ck_assert_msg(r == E_LENGTH || (r == E_OK &&
		    shape_refines(declared, &out)), "%s, lengths %x hidden: %s",
		    row->name, bits, error_name(r));
	}
}

static void
expect_op(const struct program *p, uint32_t i, struct expected *e)
{
	const struct program_op *op = &p->ops[i];
	struct ref_value in[RANDOM_INPUTS];
	const struct op_row *row;
	struct op_params params;
	struct op_error err;

	for (uint32_t k = 0; k < op->n_in; k++) {
		uint32_t from = p->refs[op->first_in + k];

		in[k] = e->value[from];
		if (e->error[from] != E_OK)
			e->error[i] = E_DEPENDS;
	}
	ck_assert_int_eq(program_check_op(p, i, NULL, NULL, INT64_MAX, &row,
	    &params, &err), E_OK);
	if (op->n_in > 0)
		check_hidden(row, &params, in, op->n_in, &e->value[i].shape);
	make_room(row, &params, in, op->n_in, &e->value[i]);
	if (e->error[i] == E_OK)
		e->error[i] = ref_op(row, &params, in, op->n_in, &e->value[i]);
}

static void
expect(const struct random_program *r, const struct program *p,
    struct expected *e)
{
	memset(e, 0, sizeof *e);
	for (uint32_t i = 0; i < p->n_ops; i++) {
		struct ref_value *v = &e->value[i];
		size_t bytes;

		program_shape(p, i, &v->shape);
		if (p->ops[i].place == PLACE_NONE) {
			expect_op(p, i, e);
			continue;
		}
		bytes = (size_t)shape_bytes(&v->shape);
		v->bytes = xmalloc(bytes + 1);
		memcpy(v->bytes, source_bytes(r, p, i), bytes);
	}
}

static void
explain(const struct program *p, uint32_t bad)
{
	for (uint32_t i = 0; i <= bad; i++) {
		const struct program_op *op = &p->ops[i];

		fprintf(stderr, "%u: %s %s (", i, op_by_code(op->code)->name,
		    dtype_name(op->dtype));
		for (uint32_t k = 0; k < op->ndim; k++)
			fprintf(stderr, " %d", (int)p->dims[op->first_dim + k]);
		fprintf(stderr, " ) of");
		for (uint32_t k = 0; k < op->n_in; k++)
			fprintf(stderr, " %u", p->refs[op->first_in + k]);
		fprintf(stderr, op->flags ? " exported\n" : "\n");
	}
}

static void
check_export(const struct exec *x, size_t i, const struct program *p,
    struct expected *e, uint64_t seed)
{
	struct exec_value v;
	struct ref_value *want;
	const uint8_t *a, *b;

	exec_export(x, i, &v);
	want = &e->value[v.op];
	ck_assert_int_eq(e->error[v.op], E_OK);
	ck_assert_msg(shape_equal(&v.shape, &want->shape), "seed %llu op %u",
	    (unsigned long long)seed, v.op);
	tensor_canonical(want->shape.dtype, want->bytes, v.size);
	a = v.bytes;
	b = want->bytes;
	for (size_t k = 0; k < v.size; k++) {
		if (a[k] == b[k])
			continue;
		explain(p, v.op);
		ck_abort_msg("seed %llu op %u differs at element %zu",
		    (unsigned long long)seed, v.op,
		    k / dtype_size(v.shape.dtype));
	}
}

static uint64_t
budget(uint64_t seed)
{
	static const uint64_t budgets[] = { 1, 5000, 1000000, UINT64_MAX };

	return budgets[seed % 4];
}

static void
check_program(struct exec *x, uint64_t seed)
{
	struct random_program r;
	struct program p;
	struct expected e;
	struct op_error err;
	size_t failed = 0;

	random_program(&r, seed);
	ck_assert_int_eq(program_open(&p, r.program.data, r.program.len, 1000,
	    &err), E_OK);
	expect(&r, &p, &e);
	exec_set_wide(x, seed / 4 % 2 == 0);
	ck_assert_int_eq(exec_load(x, r.program.data, r.program.len, r.given,
	    r.n_given, MEMORY, &err), E_OK);
	while (exec_step(x, budget(seed)) == EXEC_MORE)
		continue;
	for (size_t i = 0; i < exec_exports(x); i++)
		check_export(x, i, &p, &e, seed);
	for (uint32_t i = 0; i < p.n_ops; i++)
		if (e.error[i] != E_OK) {
			ck_assert_uint_lt(failed, exec_errors(x));
			ck_assert_uint_eq(exec_op_error(x, failed)->op, i);
			ck_assert_int_eq(exec_op_error(x, failed)->code,
			    e.error[i]);
			failed++;
		}
	ck_assert_uint_eq(failed, exec_errors(x));
	for (uint32_t i = 0; i < p.n_ops; i++)
		xfree(e.value[i].bytes);
	random_program_clear(&r);
}

START_TEST(test_reference)
{
	const char *from = getenv("RAVEN_SEED");
	const char *many = getenv("RAVEN_PROGRAMS");
	uint64_t seed = from != NULL ? strtoull(from, NULL, 10) : 1;
	uint64_t n = many != NULL ? strtoull(many, NULL, 10) : PROGRAMS;
	struct exec *x = exec_new();

	while (n-- > 0)
		check_program(x, seed++);
	exec_free(x);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("kernels");
	TCase *c = tcase_create("reference");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 300);
	tcase_add_test(c, test_reference);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
