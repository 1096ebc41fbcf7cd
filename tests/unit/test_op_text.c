/*
 * The sentences people read when an op is refused: each code of the Program
 * section, word by word.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/op.h"

#define F64(...)	{ DT_F64, sizeof((int64_t[]){ __VA_ARGS__ }) / 8, \
			    { __VA_ARGS__ } }

static char text[512];

/* Infers and tells; sets the first parameter if n is not -2. */
static const char *
told(enum op_code code, const struct shape *a, const struct shape *b, int n,
    const int64_t *v)
{
	const struct op_row *row = op_by_code(code);
	const struct shape *in[2] = { a, b };
	struct op_params p;
	struct op_error e;
	struct shape out;

	memset(&e, 0, sizeof(e));
	op_params_default(row, &p);
	if (n >= -1) {
		p.p[0].n = n;
		memcpy(p.p[0].v, v, (size_t)(n > 0 ? n : 0) * sizeof(*v));
	}
	if (op_infer(row, in, b == NULL ? 1 : 2, &p, 1 << 20, &out, &e) ==
	    E_OK)
		return "accepted";
	return op_error_text(text, sizeof(text), row, in, b == NULL ? 1 : 2,
	    &p, &e);
}

static const char *
plain(const struct op_row *row, enum error code, int32_t input, int64_t a0,
    int64_t a1, int64_t a2)
{
	struct op_error e = { 0, input, code, { a0, a1, a2, 0 } };

	return op_error_text(text, sizeof(text), row, NULL, 0, NULL, &e);
}

START_TEST(shapes)
{
	const struct shape m = F64(2, 3), v = F64(4), big = F64(1024, 1),
	    wide = F64(1024), scalar = { DT_F64, 0, { 0 } };

	ck_assert_str_eq(shape_text(text, sizeof(text), &m),
	    "(2, 3) float64");
	ck_assert_str_eq(shape_text(text, sizeof(text), &v), "(4,) float64");
	ck_assert_str_eq(shape_text(text, sizeof(text), &scalar),
	    "() float64");
	ck_assert_str_eq(shape_text(text, 6, &m), "(2, 3");
	ck_assert_str_eq(told(OP_ADD, &m, &v, -2, NULL),
	    "add: shapes (2, 3) float64 and (4,) float64 do not broadcast: "
	    "axis 1 is 3 and 4; make them equal or 1");
	ck_assert_str_eq(told(OP_MATMUL, &m, &m, -2, NULL),
	    "matmul: shapes (2, 3) float64 and (2, 3) float64 do not fit: the "
	    "last axis of the first is 3 and the last axis but one of the "
	    "second 2; make them equal");
	ck_assert_str_eq(told(OP_DOT, &m, &v, -2, NULL),
	    "dot: shapes (2, 3) float64 and (4,) float64 do not fit: the last "
	    "axis of the first is 3 and the only axis of the second 4; make "
	    "them equal");
	ck_assert_str_eq(told(OP_MATMUL, &m, &scalar, -2, NULL),
	    "matmul: the second input is () float64, which has no axes; it "
	    "takes at least one, or use mul to multiply by a scalar");
	ck_assert_str_eq(told(OP_ADD, &big, &wide, -2, NULL),
	    "add: the result would have 1048576 elements; a tensor may have "
	    "at most 1048576 bytes");
	ck_assert_str_eq(told(OP_CONCAT, &m, &v, -2, NULL),
	    "concat: the first input (2, 3) float64 has 2 axes and input 2 "
	    "(4,) float64 1; make them equal, for example by expand_dims");
	ck_assert_str_eq(told(OP_CONCAT, &m, &big, -2, NULL),
	    "concat: axis 1 of the first input (2, 3) float64 is 3 and of "
	    "input 2 (1024, 1) float64 1; only the axis that is joined may "
	    "differ");
}
END_TEST

START_TEST(parameters)
{
	const struct shape m = F64(2, 3), cube = F64(2, 3, 4),
	    none = { DT_F64, 1, { 0 } }, scalar = { DT_F64, 0, { 0 } };

	ck_assert_str_eq(told(OP_RESHAPE, &m, NULL, 1, (int64_t[]){ 5 }),
	    "reshape: (2, 3) float64 has 6 elements and cannot become (5,), "
	    "which has 5; the numbers must be equal");
	ck_assert_str_eq(told(OP_RESHAPE, &m, NULL, 2, (int64_t[]){ 4, -1 }),
	    "reshape: (2, 3) float64 has 6 elements and cannot become (4, -1)"
	    ": -1 has no length that fits; the other lengths make 4");
	ck_assert_str_eq(told(OP_RESHAPE, &m, NULL, 2, (int64_t[]){ 1LL << 62,
	    4 }), "reshape: (2, 3) float64 has 6 elements and cannot become "
	    "(4611686018427387904, 4), which has more than can be counted");
	ck_assert_str_eq(told(OP_RESHAPE, &m, NULL, 1, (int64_t[]){ -6 }),
	    "reshape: shape cannot have -6; it takes lengths of 0 or more, "
	    "and -1 at most once");
	ck_assert_str_eq(told(OP_RESHAPE, &m, NULL, 2, (int64_t[]){ -1, -1 }),
	    "reshape: shape has -1 more than once; give each at most once "
	    "(given (-1, -1))");
	ck_assert_str_eq(told(OP_RESHAPE, &m, NULL, -2, NULL),
	    "reshape: shape is needed; give it one int or several");
	ck_assert_str_eq(told(OP_TRANSPOSE, &m, NULL, 3,
	    (int64_t[]){ 0, 1, 2 }),
	    "transpose: axes has 3 values for (2, 3) float64; give each of "
	    "its axes once, or two to swap");
	ck_assert_str_eq(told(OP_TRANSPOSE, &cube, NULL, 3,
	    (int64_t[]){ 0, 0, 2 }),
	    "transpose: axes has 0 more than once; give each at most once "
	    "(given (0, 0, 2))");
	ck_assert_str_eq(told(OP_SUM, &m, NULL, 1, (int64_t[]){ 2 }),
	    "sum: axis 2 is out of range for (2, 3) float64; use -2 to 1");
	ck_assert_str_eq(told(OP_SORT, &scalar, NULL, -2, NULL),
	    "sort: axis -1 is out of range for () float64, which has no axes");
	ck_assert_str_eq(told(OP_EXPAND_DIMS, &m, NULL, 1, (int64_t[]){ 3 }),
	    "expand_dims: axis 3 is out of range for a result of 3 axes; use "
	    "-3 to 2");
	ck_assert_str_eq(told(OP_EXPAND_DIMS, &m, NULL, 7,
	    (int64_t[]){ 0, 1, 2, 3, 4, 5, 6 }),
	    "expand_dims: the result would have 9 dimensions; tensors have at "
	    "most 8");
	ck_assert_str_eq(told(OP_MAX, &none, NULL, -2, NULL),
	    "max: (0,) float64 has no elements along the axes reduced, and "
	    "nothing has no max; give it at least one element");
}
END_TEST

START_TEST(dtypes)
{
	const struct shape b = { DT_BOOL, 1, { 2 } };

	ck_assert_str_eq(told(OP_SUB, &b, &b, -2, NULL),
	    "sub: two bools cannot be subtracted; use not_equal, or convert "
	    "one to int64");
	ck_assert_str_eq(told(OP_POW, &b, &b, -2, NULL),
	    "pow: bools alone have no power here; convert one to int64");
	ck_assert_str_eq(told(OP_NEG, &b, NULL, -2, NULL),
	    "neg: does not take bool, got (2,) bool; convert it to int64 or "
	    "float64");
}
END_TEST

START_TEST(references_and_the_rest)
{
	const struct op_row *add = op_by_code(OP_ADD);

	ck_assert_str_eq(plain(add, E_ARITY, -1, 1, 2, 2),
	    "add: takes 2 inputs, got 1");
	ck_assert_str_eq(plain(add, E_ARITY, -1, 0, 1, OP_MANY),
	    "add: takes at least 1 input, got 0");
	ck_assert_str_eq(plain(add, E_ARITY, -1, 2, 0, 1),
	    "add: takes 0 to 1 inputs, got 2");
	ck_assert_str_eq(plain(add, E_SELF, 0, 7, 0, 0),
	    "add: the first input is op 7, the op itself; an op cannot be its "
	    "own input");
	ck_assert_str_eq(plain(add, E_LATER, 1, 9, 0, 0),
	    "add: the second input is op 9, which comes later; use ops "
	    "recorded before it");
	ck_assert_str_eq(plain(add, E_MISSING, 2, 9, 0, 0),
	    "add: an input is op 9, which does not exist in this graph");
	ck_assert_str_eq(plain(NULL, E_UNKNOWN_OP, -1, 999, 0, 0),
	    "op: code 999 is not a known op; update the server or use another "
	    "op");
	ck_assert_str_eq(plain(add, E_BAD_PROGRAM, -1, 0, 0, 0),
	    "add: what the program says of this op does not fit together; "
	    "update the library");
	ck_assert_str_eq(plain(add, E_TOO_BIG, -1, 70000, 65536, 0),
	    "add: the program has 70000 ops; at most 65536 are taken at once");
	ck_assert_str_eq(plain(add, E_DEPENDS, -1, 3, 0, 0),
	    "add: not computed, because op 3 failed");
	ck_assert_str_eq(plain(add, E_MEMORY, -1, 100, 50, 0),
	    "add: needs 100 bytes of memory; the limit is 50");
	ck_assert_str_eq(plain(add, E_NO_INPUT, -1, 2, 0, 0),
	    "add: source 2 was not handed in");
	ck_assert_str_eq(plain(NULL, E_BAD_PARAM, -1, 5, 6, 0),
	    "op: a parameter cannot be 6");
	ck_assert_str_eq(plain(add, E_NEGATIVE_POWER, -1, 0, 0, 0),
	    "add: negative_power: Integers cannot have negative integer "
	    "powers; use floats.");
	ck_assert_str_eq(plain(op_by_code(OP_SUM), E_BAD_PARAM, -1, 1, 2, 0),
	    "sum: keepdims cannot have 2; it takes True or False");
}
END_TEST

/* Whatever the code and numbers, and however short the buffer. */
START_TEST(never_past_the_end)
{
	const struct op_row *rows;
	struct op_error e;
	size_t n, i, len;
	char *small;
	int code;

	rows = op_rows(&n);
	for (i = 0; i < n; i++) {
		for (code = 0; code < 80; code++) {
			e = (struct op_error){ 1, code % 4 - 1,
				(enum error)code, { code - 40, INT64_MIN,
				code % 7, code % 9 } };
			len = 1 + (size_t)code % 30;
			small = malloc(len);
			op_error_text(small, len, &rows[i], NULL, 0, NULL,
			    &e);
			ck_assert_uint_lt(strlen(small), len);
			free(small);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("op_text");
	TCase *t = tcase_create("sentences");
	SRunner *r;
	int failed;

	tcase_add_test(t, shapes);
	tcase_add_test(t, parameters);
	tcase_add_test(t, dtypes);
	tcase_add_test(t, references_and_the_rest);
	tcase_add_test(t, never_past_the_end);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
