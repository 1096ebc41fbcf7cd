/*
 * Packed programs: what the writer writes opens and checks; each way in which
 * a program can be wrong is refused with its code; noise never crashes.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/program.h"
#include "unit/random.h"

#define LIMIT		(1 << 20)
#define MAX_OPS		1000
#define MUTATIONS	200000

static struct program_writer w;
static struct program p;
static struct op_error e;
static struct buf out;

static void
setup(void)
{
	program_writer_init(&w, 0);
	buf_init(&out);
}

static void
teardown(void)
{
	program_writer_clear(&w);
	buf_clear(&out);
}

static enum error
reopen(void)
{
	return program_open(&p, out.data, out.len, MAX_OPS, &e);
}

static void
finish(void)
{
	buf_reset(&out);
	program_finish(&w, &out);
	ck_assert_uint_eq(out.len, program_size(&w));
	ck_assert_int_eq(reopen(), E_OK);
}

static uint32_t
write_op(enum op_code code, const uint32_t *in, size_t n_in,
    const struct shape *s)
{
	const struct op_row *row = op_by_code(code);
	struct op_params params;

	op_params_default(row, &params);
	return program_write_op(&w, row, &params, in, n_in, s, 0);
}

static const struct shape matrix = { DT_F64, 2, { 2, 3 } };
static const struct shape row3 = { DT_F64, 1, { 3 } };
static const struct shape flags3 = { DT_BOOL, 1, { 3 } };
static const struct shape scalar = { DT_F64, 0, { 0 } };

/*
 * 0 inline (2, 3), 1 inline bool (3,), 2 digest (2, 3), 3 given (3,),
 * 4 = 0 + 3, 5 = 4 * 1, 6 = sum(5), exported.
 */
static void
write_sample(uint32_t base)
{
	static const double data[6] = { 1, 2, 3, 4, 5, 6 };
	static const uint8_t bools[3] = { 1, 0, 1 };
	uint8_t digest[DIGEST_LEN];
	uint32_t v[7];

	program_writer_reset(&w, base);
	memset(digest, 0xd1, sizeof(digest));
	v[0] = program_write_inline(&w, &matrix, data, 0);
	v[1] = program_write_inline(&w, &flags3, bools, 0);
	v[2] = program_write_digest(&w, &matrix, digest, PROGRAM_EXPORT);
	v[3] = program_write_given(&w, &row3, 1, 0);
	v[4] = write_op(OP_ADD, (uint32_t[]){ v[0], v[3] }, 2, &matrix);
	v[5] = write_op(OP_MUL, (uint32_t[]){ v[4], v[1] }, 2, &matrix);
	v[6] = write_op(OP_SUM, &v[5], 1, &scalar);
	program_set_flags(&w, v[6], PROGRAM_EXPORT);
	ck_assert_uint_eq(v[6], base + 6);
	finish();
}

START_TEST(there_and_back)
{
	struct shape s, scratch[2];
	const struct shape *in[2];

	write_sample(0);
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e), E_OK);
	ck_assert_uint_eq(p.n_ops, 7);
	ck_assert_uint_eq(p.n_refs, 5);
	program_shape(&p, 5, &s);
	ck_assert(shape_equal(&s, &matrix));
	program_shape(&p, 6, &s);
	ck_assert(shape_equal(&s, &scalar));
	ck_assert_uint_eq(p.ops[6].flags, PROGRAM_EXPORT);
	ck_assert_uint_eq(p.ops[5].flags, 0);
	ck_assert_uint_eq(program_inline(&p, 0).n, 48);
	ck_assert_uint_eq(program_inline(&p, 1).n, 3);
	ck_assert_uint_eq(program_inline(&p, 1).p[2], 1);
	ck_assert_uint_eq(program_inline(&p, 2).n, 0);
	ck_assert_uint_eq(program_digest(&p, 2)[31], 0xd1);
	ck_assert_ptr_null(program_digest(&p, 3));
	ck_assert_uint_eq(p.ops[3].ref, 1);
	ck_assert_uint_eq(program_inputs(&p, 5, NULL, NULL, in, scratch, 2),
	    2);
	ck_assert(shape_equal(in[0], &matrix) && shape_equal(in[1], &flags3));
	ck_assert_uint_eq(program_inputs(&p, 5, NULL, NULL, in, scratch, 1),
	    2);
}
END_TEST

START_TEST(dims_are_shared)
{
	uint32_t v, i;

	v = program_write_given(&w, &matrix, 0, 0);
	for (i = 0; i < 20; i++)
		v = write_op(OP_NEG, &v, 1, &matrix);
	finish();
	ck_assert_uint_eq(p.n_dims, 2);
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e), E_OK);
}
END_TEST

START_TEST(copies_are_equal)
{
	struct buf first;
	uint32_t i;

	write_sample(0);
	first = out;
	buf_init(&out);
	program_writer_reset(&w, 0);
	for (i = 0; i < p.n_ops; i++)
		(void)program_copy_op(&w, &p, i, p.refs + p.ops[i].first_in,
		    NULL, p.ops[i].flags);
	finish();
	ck_assert_uint_eq(out.len, first.len);
	ck_assert_mem_eq(out.data, first.data, out.len);
	buf_clear(&first);
}
END_TEST

START_TEST(many_inputs)
{
	const struct shape joined = { DT_F64, 1, { 60 } };
	uint32_t in[20], i;

	for (i = 0; i < 20; i++)
		in[i] = program_write_given(&w, &row3, i, 0);
	(void)write_op(OP_CONCAT, in, 20, &joined);
	finish();
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e), E_OK);
}
END_TEST

START_TEST(nothing_at_all)
{
	finish();
	ck_assert_uint_eq(out.len, PROGRAM_HEAD);
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e), E_OK);
}
END_TEST

/* ---- structure ---- */

#define OP_AT(i, field)	(PROGRAM_HEAD + (i) * PROGRAM_OP + \
			    offsetof(struct program_op, field))

/* In the sample: which bytes are set to what, and all must be refused. */
static const struct patch {
	size_t		at;
	uint32_t	value;
	uint8_t		width;
} patches[] = {
	{ 0, 0x31505653, 4 },			/* magic */
	{ 4, 2, 4 },				/* version */
	{ 12, 6, 4 }, { 12, 8, 4 }, { 12, 0xffffffff, 4 },
	{ 16, 4, 4 }, { 16, 7, 4 }, { 16, 0xfffffffe, 4 },
	{ 20, 5, 4 }, { 20, 0xffffffff, 4 },
	{ 24, 0, 4 }, { 24, 0x80000000, 4 },
	{ 28, 0, 4 }, { 28, 0x08000000, 4 },
	{ 32, 57, 4 }, { 32, 64, 4 },
	{ 36, 1, 4 },				/* reserved */
	{ 8, 0xfffffffd, 4 },			/* base: values overflow */
	{ OP_AT(0, dtype), 0, 1 }, { OP_AT(0, dtype), 6, 1 },
	{ OP_AT(0, ndim), 9, 1 }, { OP_AT(0, ndim), 1, 1 },
	{ OP_AT(0, flags), 2, 1 },
	{ OP_AT(0, place), PLACE_NONE, 1 }, { OP_AT(0, place), 9, 1 },
	{ OP_AT(0, n_in), 1, 2 },
	{ OP_AT(0, code), OP_NEG, 2 },
	{ OP_AT(0, ref), 8, 4 },
	{ OP_AT(1, ref), 0, 4 },		/* over the one before */
	{ OP_AT(1, dtype), DT_F32, 1 },		/* larger than its bytes */
	{ OP_AT(2, ref), 1, 4 },		/* no such digest */
	{ OP_AT(3, ref), 7, 4 },		/* an ordinal above all ops */
	{ OP_AT(4, place), PLACE_GIVEN, 1 },
	{ OP_AT(4, ref), 0, 4 },
	{ OP_AT(4, first_in), 1, 4 },
	{ OP_AT(4, n_in), 3, 2 },
	{ OP_AT(4, first_dim), 0xffffffff, 4 },
	{ OP_AT(6, first_param), 100, 4 },
	{ OP_AT(5, first_dim), 0x7fffffff, 4 },
};

START_TEST(structure)
{
	const struct patch *x = &patches[_i];

	write_sample(0);
	memcpy(out.data + x->at, &x->value, x->width);
	ck_assert_msg(reopen() != E_OK, "patch at %zu to %u", x->at, x->value);
	ck_assert(e.code == E_BAD_PROGRAM || e.code == E_TOO_BIG);
}
END_TEST

START_TEST(truncated)
{
	uint8_t *part;
	size_t n;

	write_sample(0);
	for (n = 0; n < out.len; n++) {
		part = malloc(n > 0 ? n : 1);
		memcpy(part, out.data, n);
		ck_assert_int_eq(program_open(&p, part, n, MAX_OPS, &e),
		    E_BAD_PROGRAM);
		free(part);
	}
	buf_add(&out, "\0\0\0\0\0\0\0\0", 8);
	ck_assert_int_eq(reopen(), E_BAD_PROGRAM);
}
END_TEST

START_TEST(misaligned)
{
	uint8_t *moved;

	write_sample(0);
	moved = malloc(out.len + 8);
	memcpy(moved + 4, out.data, out.len);
	ck_assert_int_eq(program_open(&p, moved + 4, out.len, MAX_OPS, &e),
	    E_BAD_PROGRAM);
	free(moved);
}
END_TEST

START_TEST(too_many_ops)
{
	write_sample(3);
	ck_assert_int_eq(program_open(&p, out.data, out.len, 6, &e),
	    E_TOO_BIG);
	ck_assert_int_eq(e.a[0], 7);
	ck_assert_int_eq(e.a[1], 6);
	ck_assert_int_eq(program_open(&p, out.data, out.len, 7, &e), E_OK);
}
END_TEST

START_TEST(bytes_of_bools_and_padding)
{
	uint8_t *data;

	write_sample(0);
	data = out.data + out.len - 8;	/* the bools, last of the data */
	data[0] = 2;
	ck_assert_int_eq(reopen(), E_BAD_PROGRAM);
	ck_assert_uint_eq(e.op, 1);
	data[0] = 1;
	ck_assert_int_eq(reopen(), E_OK);
	data[7] = 1;
	ck_assert_int_eq(reopen(), E_BAD_PROGRAM);
}
END_TEST

START_TEST(negative_and_huge_lengths)
{
	int64_t *dims;

	write_sample(0);
	dims = (int64_t *)(void *)(out.data +
	    ((const uint8_t *)p.dims - p.bytes));
	dims[0] = -1;
	ck_assert_int_eq(reopen(), E_BAD_PROGRAM);
	dims[0] = INT64_MAX;
	ck_assert_int_eq(reopen(), E_BAD_PROGRAM);
	dims[0] = 2;
	ck_assert_int_eq(reopen(), E_OK);
}
END_TEST

/* ---- meaning ---- */

static const struct shape *
earlier(void *arg, uint32_t value)
{
	(void)arg;
	return value == 2 ? &row3 : NULL;
}

static enum error
checked(int32_t *input)
{
	enum error r;

	finish();
	r = program_check(&p, earlier, NULL, LIMIT, &e);
	*input = e.input;
	return r;
}

/* One op over the given values, in a batch that starts at 5. */
static enum error
one_op(enum op_code code, const uint32_t *in, size_t n_in,
    const struct shape *s, int32_t *input)
{
	program_writer_reset(&w, 5);
	(void)program_write_given(&w, &row3, 0, 0);
	(void)write_op(code, in, n_in, s);
	return checked(input);
}

START_TEST(references)
{
	int32_t input;

	ck_assert_int_eq(one_op(OP_ADD, (uint32_t[]){ 5, 2 }, 2, &row3,
	    &input), E_OK);
	ck_assert_int_eq(one_op(OP_ADD, (uint32_t[]){ 5, 6 }, 2, &row3,
	    &input), E_SELF);
	ck_assert_int_eq(input, 1);
	ck_assert_uint_eq(e.op, 6);
	ck_assert_int_eq(one_op(OP_ADD, (uint32_t[]){ 7, 5 }, 2, &row3,
	    &input), E_LATER);
	ck_assert_int_eq(input, 0);
	ck_assert_int_eq(e.a[0], 7);
	ck_assert_int_eq(one_op(OP_ADD, (uint32_t[]){ 5, 3 }, 2, &row3,
	    &input), E_MISSING);
	ck_assert_int_eq(one_op(OP_ADD, (uint32_t[]){ 5, 0 }, 2, &row3,
	    &input), E_MISSING);
	ck_assert_int_eq(one_op(OP_ADD, (uint32_t[]){ 5, 0xffffffff }, 2,
	    &row3, &input), E_LATER);
	ck_assert_int_eq(one_op(OP_ADD, (uint32_t[]){ 5, 2 }, 2, &row3,
	    &input), E_OK);
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e), E_MISSING);
}
END_TEST

START_TEST(meaning)
{
	const struct shape ints = { DT_I64, 1, { 3 } };
	const uint32_t in[3] = { 5, 5, 5 };
	uint16_t code = 9999;
	int32_t input;

	ck_assert_int_eq(one_op(OP_ADD, in, 3, &row3, &input), E_ARITY);
	ck_assert_int_eq(one_op(OP_ADD, in, 1, &row3, &input), E_ARITY);
	ck_assert_int_eq(one_op(OP_ADD, in, 2, &matrix, &input),
	    E_BAD_PROGRAM);
	ck_assert_int_eq(one_op(OP_ADD, in, 2, &ints, &input), E_BAD_PROGRAM);
	ck_assert_int_eq(one_op(OP_ADD, in, 2, &row3, &input), E_OK);
	ck_assert_int_eq(program_check(&p, NULL, NULL, 23, &e), E_OVERFLOW);
	ck_assert_int_eq(program_check(&p, NULL, NULL, 24, &e), E_OK);
	memcpy(out.data + OP_AT(1, code), &code, sizeof(code));
	ck_assert_int_eq(reopen(), E_OK);
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e),
	    E_UNKNOWN_OP);
	ck_assert_int_eq(e.a[0], 9999);
	ck_assert_uint_eq(e.op, 6);
}
END_TEST

/* A lin of a value is an op like others; parameters are checked. */
START_TEST(identity_and_parameters)
{
	const uint32_t in[1] = { 5 };
	int64_t *params;
	int32_t input;

	ck_assert_int_eq(one_op(OP_LIN, in, 1, &row3, &input), E_OK);
	ck_assert_int_eq(one_op(OP_SUM, in, 1, &scalar, &input), E_OK);
	params = (int64_t *)(void *)(out.data +
	    ((const uint8_t *)p.params - p.bytes));
	params[2] = 7;			/* keepdims */
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e),
	    E_BAD_PARAM);
	ck_assert_int_eq(e.a[0], 1);
	params[2] = 1;			/* then the shape would be (1,) */
	ck_assert_int_eq(program_check(&p, NULL, NULL, LIMIT, &e),
	    E_BAD_PROGRAM);
}
END_TEST

/* Random damage, seldom noticed by the structure: nothing may crash. */
START_TEST(mutated)
{
	struct random r = { 42 };
	struct shape scratch[4];
	const struct shape *in[4];
	uint8_t *copy;
	size_t at;
	int i, k, passed = 0;

	write_sample(0);
	copy = malloc(out.len);
	for (i = 0; i < MUTATIONS; i++) {
		memcpy(copy, out.data, out.len);
		for (k = 0; k <= i % 3; k++) {
			at = (size_t)random_below(&r, out.len);
			copy[at] = (uint8_t)(i % 2 == 0 ? random_next(&r) :
			    copy[at] + random_below(&r, 5) - 2);
		}
		if (program_open(&p, copy, out.len, MAX_OPS, &e) != E_OK)
			continue;
		(void)program_inputs(&p, p.n_ops - 1, earlier, NULL, in,
		    scratch, 4);
		if (program_check(&p, earlier, NULL, LIMIT, &e) == E_OK)
			passed++;
	}
	ck_assert_int_gt(passed, 0);
	free(copy);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("program");
	TCase *t = tcase_create("program");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, there_and_back);
	tcase_add_test(t, dims_are_shared);
	tcase_add_test(t, copies_are_equal);
	tcase_add_test(t, many_inputs);
	tcase_add_test(t, nothing_at_all);
	tcase_add_loop_test(t, structure, 0,
	    sizeof(patches) / sizeof(patches[0]));
	tcase_add_test(t, truncated);
	tcase_add_test(t, misaligned);
	tcase_add_test(t, too_many_ops);
	tcase_add_test(t, bytes_of_bools_and_padding);
	tcase_add_test(t, negative_and_huge_lengths);
	tcase_add_test(t, references);
	tcase_add_test(t, meaning);
	tcase_add_test(t, identity_and_parameters);
	tcase_add_test(t, mutated);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
