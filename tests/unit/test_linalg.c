/*
 * inv, solve, cholesky and det against the reference, bit by bit: sizes around
 * every block, batches, vectors, views, small steps; and what they refuse.
 */
#include "compute/exec.h"
#include "compute/ref/ref.h"
#include "random_program.h"

#include <check.h>
#include <string.h>

static struct exec *x;

/* An op with its inputs, which are transposed views if turned. */
struct call {
	enum op_code		 code;
	struct ref_value	 in[2];
	size_t			 n_in;
	bool			 turned;	/* the first */
	uint64_t		 budget;
};

static struct shape
shape(enum dtype dtype, uint32_t ndim, int64_t a, int64_t b, int64_t c)
{
	return (struct shape) { (uint8_t)dtype, (uint8_t)ndim, { a, b, c } };
}

/* Numbers that make matrices well conditioned: a heavy diagonal. */
static void
fill(struct ref_value *v, uint64_t seed, bool heavy)
{
	int64_t n = shape_elements(&v->shape);
	int64_t rows = v->shape.ndim > 1 ? v->shape.dims[v->shape.ndim - 1] : 1;

	v->bytes = xmalloc((size_t)shape_bytes(&v->shape) + 8);
	for (int64_t i = 0; i < n; i++) {
		double d = (double)(random_u64(&seed) >> 11) * 0x1p-53 - 0.5;
		int64_t row = i / rows % rows, column = i % rows;

		if (heavy && row == column)
			d = d + 2 * (double)rows;
		ref_set(v, i, (struct ref_number) { d, (float)d,
		    (int64_t)(8 * d) });
	}
}

static uint32_t
transposed(struct program_writer *w, const struct shape *s)
{
	const struct op_row *row = op_by_code(OP_TRANSPOSE);
	uint32_t id = program_write_given(w, s, 0, 0);
	struct op_params params;

	op_params_default(row, &params);
	params.p[0].n = 2;
	params.p[0].v[0] = s->ndim - 2;
	params.p[0].v[1] = s->ndim - 1;
	if (s->ndim == 2)
		params.p[0].n = -1;
	return program_write_op(w, row, &params, &id, 1, s, 0);
}

/* The executor's answer for a call, or the op's error. */
static const struct op_error *
execute(const struct call *c, const struct shape *out, struct exec_value *v)
{
	static struct buf program;
	struct bytes given[2];
	struct program_writer w;
	struct op_params params;
	struct op_error e;
	uint32_t ids[2];

	buf_clear(&program);
	program_writer_init(&w, 0);
	for (uint32_t i = 0; i < c->n_in; i++) {
		given[i] = (struct bytes) { c->in[i].bytes,
			(size_t)shape_bytes(&c->in[i].shape) };
		ids[i] = i == 0 && c->turned ?
		    transposed(&w, &c->in[0].shape) :
		    program_write_given(&w, &c->in[i].shape, i, 0);
	}
	op_params_default(op_by_code(c->code), &params);
	program_write_op(&w, op_by_code(c->code), &params, ids, c->n_in, out,
	    PROGRAM_EXPORT);
	buf_init(&program);
	program_finish(&w, &program);
	program_writer_clear(&w);
	ck_assert_int_eq(exec_load(x, program.data, program.len, given,
	    c->n_in, (size_t)1 << 28, &e), E_OK);
	while (exec_step(x, c->budget) == EXEC_MORE)
		continue;
	if (exec_errors(x) > 0)
		return exec_op_error(x, 0);
	exec_export(x, 0, v);
	return NULL;
}

/* Turned inputs are symmetric in shape only: the reference turns its own. */
static void
turn(struct ref_value *v)
{
	struct ref_value t = *v;
	uint32_t perm[3] = { 1, 0, 0 };

	if (v->shape.ndim == 3) {
		perm[0] = 0;
		perm[1] = 2;
		perm[2] = 1;
	}
	t.bytes = xmalloc((size_t)shape_bytes(&v->shape) + 8);
	ref_transpose(perm, v, &t);
	xfree(v->bytes);
	v->bytes = t.bytes;
}

static void
check_call(struct call *c)
{
	const struct shape *in[2] = { &c->in[0].shape, &c->in[1].shape };
	const struct op_row *row = op_by_code(c->code);
	struct ref_value want;
	struct op_params params;
	struct exec_value v;
	struct op_error e;

	op_params_default(row, &params);
	ck_assert_int_eq(op_infer(row, in, c->n_in, &params, INT64_MAX,
	    &want.shape, &e), E_OK);
	ck_assert_ptr_null(execute(c, &want.shape, &v));
	if (c->turned)
		turn(&c->in[0]);
	want.bytes = xmalloc((size_t)shape_bytes(&want.shape) + 8);
	ck_assert_int_eq(ref_op(row, &params, c->in, c->n_in, &want), E_OK);
	tensor_canonical(want.shape.dtype, want.bytes,
	    (size_t)shape_bytes(&want.shape));
	ck_assert_msg(memcmp(v.bytes, want.bytes, v.size) == 0,
	    "%s %s %d turned %d", row->name, dtype_name(want.shape.dtype),
	    (int)c->in[0].shape.dims[c->in[0].shape.ndim - 1], c->turned);
	xfree(want.bytes);
	for (size_t i = 0; i < c->n_in; i++)
		xfree(c->in[i].bytes);
}

static const int64_t sizes[] = { 1, 2, 3, 7, 16, 63, 64, 65, 128, 130, 250 };
#define N_SIZES (sizeof sizes / sizeof sizes[0])

START_TEST(one_matrix)
{
	static const enum op_code codes[] = { OP_INV, OP_CHOLESKY, OP_DET };
	int64_t n = sizes[(size_t)_i % N_SIZES];
	enum dtype dtype = (size_t)_i < N_SIZES ? DT_F64 : DT_F32;

	for (size_t k = 0; k < 3; k++)
		for (int heavy = codes[k] == OP_CHOLESKY; heavy < 2; heavy++) {
			struct call c = { .code = codes[k], .n_in = 1,
				.turned = n % 2 == 1,
				.budget = heavy ? UINT64_MAX : 1 };

			c.in[0].shape = shape(dtype, 2, n, n, 0);
			fill(&c.in[0], (uint64_t)n, heavy);
			check_call(&c);
		}
}
END_TEST

START_TEST(solutions)
{
	int64_t n = sizes[(size_t)_i % N_SIZES];
	enum dtype dtype = (size_t)_i < N_SIZES ? DT_F64 : DT_F32;
	static const int64_t sides[] = { 0, 1, 5, 64, 70 };

	for (size_t k = 0; k < 5; k++) {
		struct call c = { .code = OP_SOLVE, .n_in = 2,
			.budget = k % 2 ? 1 : 1 << 20 };

		c.in[0].shape = shape(dtype, 2, n, n, 0);
		c.in[1].shape = shape(dtype, k == 0 ? 1 : 2, n, sides[k], 0);
		fill(&c.in[0], (uint64_t)n, false);
		fill(&c.in[1], 7, false);
		check_call(&c);
	}
}
END_TEST

/* Batches on either side, broadcast, of integers. */
START_TEST(batches)
{
	static const enum op_code codes[] = { OP_INV, OP_CHOLESKY, OP_DET };
	struct call c = { .n_in = 1, .budget = 5000, .turned = true };
	int64_t n = _i;

	for (size_t k = 0; k < 3; k++) {
		c.code = codes[k];
		c.in[0].shape = shape(DT_I32, 3, 4, n, n);
		fill(&c.in[0], (uint64_t)n, true);
		check_call(&c);
	}
	c.code = OP_SOLVE;
	c.n_in = 2;
	for (int64_t a = 1; a <= 3; a += 2)
		for (uint32_t ndim = 2; ndim < 4; ndim++) {
			c.in[0].shape = shape(DT_F64, 3, a, n, n);
			c.in[1].shape = ndim == 2 ? shape(DT_F32, 2, 3, n, 0) :
			    shape(DT_F32, 3, 4 - a, n, 9);
			fill(&c.in[0], (uint64_t)n, true);
			fill(&c.in[1], 3, false);
			check_call(&c);
		}
}
END_TEST

/* The third matrix of four lacks a pivot; the error says which. */
START_TEST(refused)
{
	static const enum op_code codes[] = { OP_INV, OP_CHOLESKY };
	struct call c = { .n_in = 1, .budget = 1 };
	const struct op_error *e;
	struct exec_value v;

	for (size_t k = 0; k < 2; k++) {
		c.code = codes[k];
		c.in[0].shape = shape(DT_F64, 3, 4, 70, 70);
		fill(&c.in[0], 1, true);
		for (int64_t i = 0; i < 70; i++) {
			double *a = (double *)c.in[0].bytes + 2 * 70 * 70;

			a[i * 70 + 66] = k == 0 ? 0 : a[i * 70 + 66];
			if (k == 1 && i == 66)
				a[i * 70 + i] = -1;
		}
		e = execute(&c, &c.in[0].shape, &v);
		ck_assert_ptr_nonnull(e);
		ck_assert_int_eq(e->code, k == 0 ? E_SINGULAR :
		    E_NOT_POSITIVE);
		ck_assert_int_eq(e->a[0], 66);
		ck_assert_int_eq(e->a[1], 2);
		xfree(c.in[0].bytes);
	}
}
END_TEST

/* Determinants overflow and underflow only when they must. */
START_TEST(determinants)
{
	static const double diagonals[][3] = { { 1e200, 1e200, 1e-300 },
		{ 1e-200, 1e-200, 1e150 }, { 1e-300, 1e-10, 1 },
		{ 1e200, 1e200, 1 }, { 0, 1, 1 }, { -1, 2, 3 },
		{ 1e-300, 1e-300, 1 } };
	static const double want[] = { 1e100, 1e-250, 1e-310,
		__builtin_inf(), 0, -6, 0 };
	struct call c = { .code = OP_DET, .n_in = 1, .budget = 1 };
	struct shape none = shape(DT_F64, 0, 0, 0, 0);
	struct exec_value v;
	double a[9], got;

	c.in[0].shape = shape(DT_F64, 2, 3, 3, 0);
	c.in[0].bytes = a;
	for (size_t k = 0; k < 7; k++) {
		memset(a, 0, sizeof a);
		for (size_t i = 0; i < 3; i++)
			a[4 * i] = diagonals[k][i];
		ck_assert_ptr_null(execute(&c, &none, &v));
		memcpy(&got, v.bytes, sizeof got);
		ck_assert(got == want[k] || (got - want[k] < 1e-15 * want[k] &&
		    want[k] - got < 1e-15 * want[k]));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("linalg");
	TCase *tc = tcase_create("linalg");
	SRunner *runner;
	int failed;

	x = exec_new();
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, one_matrix, 0, 2 * (int)N_SIZES);
	tcase_add_loop_test(tc, solutions, 0, 2 * (int)N_SIZES);
	tcase_add_loop_test(tc, batches, 1, 6);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, determinants);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	exec_free(x);
	return failed == 0 ? 0 : 1;
}
