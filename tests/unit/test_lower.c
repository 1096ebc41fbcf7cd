/*
 * Compounds: a program with them keeps its numbering of exports and errors,
 * and nothing a stranger writes makes lowering grow without bounds.
 */
#include "unit/exec_fixture.h"

#include <check.h>
#include <string.h>

static uint32_t
op(enum op_code code, uint32_t in, const struct shape *out, uint8_t flags)
{
	const struct op_row *row = op_by_code(code);
	struct op_params params;

	op_params_default(row, &params);
	return program_write_op(&w, row, &params, &in, 1, out, flags);
}

static void
run(const struct bytes *given, size_t n)
{
	struct op_error e;

	ck_assert_int_eq(load(given, n, MEMORY, &e), E_OK);
	while (exec_step(x, 1) == EXEC_MORE)
		continue;
}

static double
element(size_t export, size_t i)
{
	struct exec_value v;
	double y;

	exec_export(x, export, &v);
	memcpy(&y, v.bytes + i * sizeof y, sizeof y);
	return y;
}

START_TEST(test_numbering)
{
	struct shape s = { DT_F64, 1, { 2 } };
	double data[2] = { 3, 3 };
	struct bytes given = { (const uint8_t *)data, sizeof data };
	struct exec_value v;
	uint32_t a, b, c;

	program_writer_reset(&w, 7);
	a = program_write_given(&w, &s, 0, PROGRAM_EXPORT);
	b = op(OP_NEG, op(OP_SOFTMAX, a, &s, 0), &s, PROGRAM_EXPORT);
	c = op(OP_SOFTMAX, b, &s, PROGRAM_EXPORT);
	run(&given, 1);
	ck_assert_uint_eq(exec_errors(x), 0);
	ck_assert_uint_eq(exec_exports(x), 3);
	ck_assert_uint_eq(a, 7);
	exec_export(x, 0, &v);
	ck_assert_uint_eq(v.op, a);
	exec_export(x, 1, &v);
	ck_assert_uint_eq(v.op, b);
	ck_assert(element(1, 0) == -0.5 && element(1, 1) == -0.5);
	exec_export(x, 2, &v);
	ck_assert_uint_eq(v.op, c);
	ck_assert_uint_eq(v.shape.ndim, 1);
	ck_assert(element(2, 1) == 0.5);
}
END_TEST

/* What fails is named as it was numbered; the rest goes on. */
START_TEST(test_errors)
{
	struct shape none = { DT_F64, 1, { 0 } }, one = { DT_F64, 0, { 0 } };
	uint32_t a, bad, next;

	a = program_write_inline(&w, &none, "", 0);
	op(OP_SOFTMAX, a, &none, PROGRAM_EXPORT);
	bad = op(OP_MAX, a, &one, 0);
	next = op(OP_SOFTMAX, bad, &one, PROGRAM_EXPORT);
	op(OP_NEG, next, &one, PROGRAM_EXPORT);
	run(NULL, 0);
	ck_assert_uint_eq(exec_exports(x), 1);
	ck_assert_uint_eq(exec_errors(x), 3);
	ck_assert_uint_eq(exec_op_error(x, 0)->op, bad);
	ck_assert_int_eq(exec_op_error(x, 0)->code, E_EMPTY);
	ck_assert_uint_eq(exec_op_error(x, 1)->op, next);
	ck_assert_int_eq(exec_op_error(x, 1)->code, E_DEPENDS);
	ck_assert_int_eq(exec_op_error(x, 2)->a[0], bad);
}
END_TEST

/* Constants are given values to the planner: nobody else may name them. */
START_TEST(test_no_input)
{
	struct shape s = { DT_F64, 1, { 2 } };
	struct op_error e;

	for (uint32_t ordinal = 0; ordinal < 2; ordinal++) {
		program_writer_reset(&w, 0);
		(void)op(OP_SOFTMAX, program_write_given(&w, &s, 0, 0), &s, 0);
		program_write_given(&w, &s, ordinal, PROGRAM_EXPORT);
		ck_assert_int_eq(load(NULL, 0, MEMORY, &e), E_NO_INPUT);
		ck_assert_uint_eq(e.op, 0);
	}
}
END_TEST

START_TEST(test_wrong_shape)
{
	struct shape s = { DT_F64, 1, { 2 } }, other = { DT_F64, 1, { 3 } };
	double data[2] = { 0, 0 };
	struct op_error e;

	op(OP_SOFTMAX, program_write_inline(&w, &s, data, 0), &other, 0);
	ck_assert_int_eq(load(NULL, 0, MEMORY, &e), E_BAD_PROGRAM);
	ck_assert_uint_eq(e.op, 1);
}
END_TEST

/* So many at once: computed, or refused for want of memory. */
START_TEST(test_many)
{
	struct shape s = { DT_F64, 1, { 2 } };
	double data[2] = { 1, 1 };
	struct op_error e;
	uint32_t a = program_write_inline(&w, &s, data, 0);

	for (int i = 0; i < 2000; i++)
		a = op(OP_SOFTMAX, a, &s, i == 1999 ? PROGRAM_EXPORT : 0);
	run(NULL, 0);
	ck_assert(element(0, 0) == 0.5);
	while (a < 60000)
		a = op(OP_SOFTMAX, a, &s, PROGRAM_EXPORT);
	ck_assert_int_eq(load(NULL, 0, 1000, &e), E_MEMORY);
	ck_assert_int_eq(load(NULL, 0, MEMORY, &e), E_MEMORY);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lower");
	TCase *tc = tcase_create("lower");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_numbering);
	tcase_add_test(tc, test_errors);
	tcase_add_test(tc, test_no_input);
	tcase_add_test(tc, test_wrong_shape);
	tcase_add_test(tc, test_many);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
