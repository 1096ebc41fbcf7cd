/*
 * The executor's promises besides the numbers: refusals, memory, failures of
 * single ops, pauses, exports, the floating-point environment.
 */
#include "unit/exec_fixture.h"

#include <check.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static struct shape
vector(enum dtype dtype, int64_t n)
{
	return (struct shape) { (uint8_t)dtype, 1, { n } };
}

static uint32_t
op(enum op_code code, const uint32_t *in, size_t n_in,
    const struct shape *out, uint8_t flags)
{
	const struct op_row *row = op_by_code(code);
	struct op_params params;

	op_params_default(row, &params);
	return program_write_op(&w, row, &params, in, n_in, out, flags);
}

static void
run(void)
{
	struct op_error e;

	ck_assert_int_eq(load(NULL, 0, MEMORY, &e), E_OK);
	while (exec_step(x, 100) == EXEC_MORE)
		continue;
}

START_TEST(test_not_a_program)
{
	static const uint64_t zeros[16];
	struct op_error e;

	ck_assert_int_eq(exec_load(x, (const void *)zeros, sizeof zeros, NULL,
	    0, MEMORY, &e), E_BAD_PROGRAM);
	ck_assert_int_eq(exec_step(x, 1), EXEC_REFUSED);
	ck_assert_uint_eq(exec_exports(x), 0);
}
END_TEST

START_TEST(test_missing_input)
{
	struct shape s = vector(DT_F64, 3);
	struct op_error e;
	double three[3] = { 1, 2, 3 };
	struct bytes given = { (const uint8_t *)three, 16 };

	program_write_given(&w, &s, 0, PROGRAM_EXPORT);
	ck_assert_int_eq(load(NULL, 0, MEMORY, &e), E_NO_INPUT);
	ck_assert_int_eq(e.a[0], 0);
	ck_assert_int_eq(load(&given, 1, MEMORY, &e), E_BAD_PROGRAM);
	given.n = 24;
	ck_assert_int_eq(load(&given, 1, MEMORY, &e), E_OK);
}
END_TEST

/* The peak is known, and refused, before anything is computed. */
START_TEST(test_memory)
{
	struct shape s = vector(DT_F64, 10000);
	struct op_error e;
	double *zeros = xcalloc(10000, sizeof *zeros);
	uint32_t in;
	int64_t need;

	in = program_write_inline(&w, &s, zeros, 0);
	xfree(zeros);
	for (int i = 0; i < 16; i++)
		in = op(OP_SORT, &in, 1, &s, 0);
	op(OP_SUM, &in, 1, &(struct shape) { DT_F64, 0, { 0 } },
	    PROGRAM_EXPORT);
	ck_assert_int_eq(load(NULL, 0, 1000, &e), E_MEMORY);
	need = e.a[0];
	ck_assert_int_eq(e.a[1], 1000);
	/* Two values and two for sorting live at a time, not all sixteen. */
	ck_assert_int_lt(need, 5 * 80000);
	ck_assert_int_eq(load(NULL, 0, (size_t)need - 1, &e), E_MEMORY);
	ck_assert_int_eq(load(NULL, 0, (size_t)need, &e), E_OK);
}
END_TEST

START_TEST(test_huge)
{
	struct shape row = { DT_F64, 2, { 1, 1 << 20 } };
	struct shape column = { DT_F64, 2, { 1 << 20, 1 } };
	struct shape all = { DT_F64, 2, { 1 << 20, 1 << 20 } };
	struct bytes given = { xcalloc(1, 8 << 20), 8 << 20 };
	struct op_error e;
	uint32_t in[2];

	in[0] = program_write_given(&w, &row, 0, 0);
	in[1] = program_write_given(&w, &column, 0, 0);
	op(OP_ADD, in, 2, &all, PROGRAM_EXPORT);
	ck_assert_int_eq(load(&given, 1, MEMORY, &e), E_MEMORY);
	ck_assert_int_ge(e.a[0], (int64_t)8 << 40);
	xfree((void *)(uintptr_t)given.p);
}
END_TEST

/* A failed op takes its dependants with it, and nobody else. */
START_TEST(test_failures)
{
	struct shape s = vector(DT_I64, 2);
	int64_t base[2] = { 2, 3 }, power[2] = { 2, -1 };
	struct exec_value v;
	uint32_t in[2], bad, next;

	in[0] = program_write_inline(&w, &s, base, 0);
	in[1] = program_write_inline(&w, &s, power, 0);
	bad = op(OP_POW, in, 2, &s, PROGRAM_EXPORT);
	in[1] = in[0];
	next = op(OP_ADD, in, 2, &s, PROGRAM_EXPORT);
	in[0] = bad;
	in[0] = op(OP_NEG, in, 1, &s, 0);
	op(OP_ABS, in, 1, &s, PROGRAM_EXPORT);
	run();
	ck_assert_uint_eq(exec_errors(x), 3);
	ck_assert_uint_eq(exec_op_error(x, 0)->op, bad);
	ck_assert_int_eq(exec_op_error(x, 0)->code, E_NEGATIVE_POWER);
	ck_assert_int_eq(exec_op_error(x, 2)->code, E_DEPENDS);
	ck_assert_int_eq(exec_op_error(x, 2)->a[0], bad);
	ck_assert_uint_eq(exec_exports(x), 1);
	exec_export(x, 0, &v);
	ck_assert_uint_eq(v.op, next);
	ck_assert_int_eq(((const int64_t *)(const void *)v.bytes)[1], 6);
}
END_TEST

START_TEST(test_empty_maximum)
{
	struct shape none = vector(DT_F64, 0), some = { DT_F64, 0, { 0 } };
	uint32_t in;

	in = program_write_inline(&w, &none, "", PROGRAM_EXPORT);
	in = op(OP_MAX, &in, 1, &some, PROGRAM_EXPORT);
	op(OP_EXP, &in, 1, &some, PROGRAM_EXPORT);
	run();
	ck_assert_uint_eq(exec_exports(x), 1);
	ck_assert_uint_eq(exec_errors(x), 2);
	ck_assert_int_eq(exec_op_error(x, 0)->code, E_EMPTY);
	ck_assert_int_eq(exec_op_error(x, 1)->code, E_DEPENDS);
}
END_TEST

/* NaN leaves with one bit pattern, whatever came in or was computed. */
START_TEST(test_canonical)
{
	struct shape s = vector(DT_F64, 2);
	uint64_t odd[2] = { 0xfff8000000000123u, 0x7ff0000000000001u };
	struct exec_value v;
	uint32_t in;

	in = program_write_inline(&w, &s, odd, PROGRAM_EXPORT);
	op(OP_NEG, &in, 1, &s, PROGRAM_EXPORT);
	run();
	for (size_t i = 0; i < 2; i++) {
		exec_export(x, i, &v);
		for (int k = 0; k < 2; k++)
			ck_assert_uint_eq(((const uint64_t *)(const void *)
			    v.bytes)[k], 0x7ff8000000000000u);
	}
	ck_assert_uint_eq(odd[0], 0xfff8000000000123u);
}
END_TEST

/* A small budget pauses; the progress grows and ends at its total. */
START_TEST(test_progress)
{
	struct shape s = vector(DT_F64, 50000), sum = { DT_F64, 0, { 0 } };
	struct bytes given = { xcalloc(50000, 8), 400000 };
	struct exec_progress p;
	struct op_error e;
	uint64_t last = 0;
	uint32_t in;
	int steps = 0;

	in = program_write_given(&w, &s, 0, 0);
	in = op(OP_EXP, &in, 1, &s, 0);
	op(OP_SUM, &in, 1, &sum, PROGRAM_EXPORT);
	ck_assert_int_eq(load(&given, 1, MEMORY, &e), E_OK);
	while (exec_step(x, 100000) == EXEC_MORE) {
		exec_progress(x, &p);
		ck_assert_uint_gt(p.done, last);
		ck_assert_uint_le(p.done, p.total);
		last = p.done;
		steps++;
	}
	exec_progress(x, &p);
	ck_assert_uint_eq(p.done, p.total);
	ck_assert_int_gt(steps, 10);
	xfree((void *)(uintptr_t)given.p);
}
END_TEST

#if defined(__x86_64__)
/* A host that flushes subnormals to zero gets the same bits, and its mode. */
START_TEST(test_environment)
{
	struct shape s = vector(DT_F64, 1);
	double tiny = 1e-310;
	struct exec_value v;
	uint32_t in[2], mode = _mm_getcsr();

	in[0] = program_write_inline(&w, &s, &tiny, 0);
	in[1] = in[0];
	op(OP_ADD, in, 2, &s, PROGRAM_EXPORT);
	_mm_setcsr(mode | 0x8040);
	run();
	ck_assert_uint_eq(_mm_getcsr() & 0xffc0, (mode | 0x8040) & 0xffc0);
	_mm_setcsr(mode);
	exec_export(x, 0, &v);
	ck_assert(*(const double *)(const void *)v.bytes == 2e-310);
}
END_TEST
#endif

/* Programs may count from any base; results and errors then do, too. */
START_TEST(test_base)
{
	struct shape s = vector(DT_I32, 1);
	int32_t five = 5;
	struct exec_value v;
	uint32_t in;

	program_writer_reset(&w, 40);
	in = program_write_inline(&w, &s, &five, 0);
	op(OP_NEG, &in, 1, &s, PROGRAM_EXPORT);
	run();
	exec_export(x, 0, &v);
	ck_assert_uint_eq(v.op, 41);
	ck_assert_int_eq(*(const int32_t *)(const void *)v.bytes, -5);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("exec");
	TCase *c = tcase_create("exec");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, test_not_a_program);
	tcase_add_test(c, test_missing_input);
	tcase_add_test(c, test_memory);
	tcase_add_test(c, test_huge);
	tcase_add_test(c, test_failures);
	tcase_add_test(c, test_empty_maximum);
	tcase_add_test(c, test_canonical);
	tcase_add_test(c, test_progress);
#if defined(__x86_64__)
	tcase_add_test(c, test_environment);
#endif
	tcase_add_test(c, test_base);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
