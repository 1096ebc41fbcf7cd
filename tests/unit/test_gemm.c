/*
 * Matrix products of sizes around every block and tile edge, from views of
 * every orientation, against the reference; and that nothing is contracted
 * into a fused multiply-add.
 */
#include "compute/exec.h"
#include "compute/ref/ref.h"
#include "random_program.h"

#include <check.h>
#include <string.h>

struct product {
	struct exec	*exec;
	enum dtype	 dtype;
	int64_t		 m, n, k;
	bool		 turn_a, turn_b;	/* given transposed */
	uint64_t	 budget;
};

/* A matrix in memory, and the value a program makes of it. */
static uint32_t
operand(struct program_writer *w, struct ref_value *v, uint32_t ordinal,
    bool turn)
{
	const struct op_row *row = op_by_code(OP_TRANSPOSE);
	struct shape t = v->shape;
	struct op_params params;
	uint32_t id;

	if (!turn)
		return program_write_given(w, &v->shape, ordinal, 0);
	t.dims[0] = v->shape.dims[1];
	t.dims[1] = v->shape.dims[0];
	id = program_write_given(w, &t, ordinal, 0);
	op_params_default(row, &params);
	return program_write_op(w, row, &params, &id, 1, &v->shape, 0);
}

/* The bytes as they are given: rows and columns exchanged if turned. */
static struct bytes
given(const struct ref_value *v, bool turn)
{
	struct ref_value t = *v;
	const uint32_t swap[2] = { 1, 0 };
	size_t bytes = (size_t)shape_bytes(&v->shape);

	t.bytes = xmalloc(bytes + 8);
	if (turn) {
		t.shape.dims[0] = v->shape.dims[1];
		t.shape.dims[1] = v->shape.dims[0];
		ref_transpose(swap, v, &t);
	} else
		memcpy(t.bytes, v->bytes, bytes);
	return (struct bytes) { t.bytes, bytes };
}

static void
compute(const struct product *p, struct ref_value *in,
    const struct ref_value *want)
{
	const struct op_row *row = op_by_code(OP_MATMUL);
	struct bytes bytes[2] = { given(&in[0], p->turn_a),
		given(&in[1], p->turn_b) };
	struct program_writer w;
	struct op_params params;
	struct exec_value v;
	struct op_error e;
	struct buf program;
	uint32_t ids[2];

	program_writer_init(&w, 0);
	ids[0] = operand(&w, &in[0], 0, p->turn_a);
	ids[1] = operand(&w, &in[1], 1, p->turn_b);
	op_params_default(row, &params);
	program_write_op(&w, row, &params, ids, 2, &want->shape,
	    PROGRAM_EXPORT);
	buf_init(&program);
	program_finish(&w, &program);
	ck_assert_int_eq(exec_load(p->exec, program.data, program.len, bytes,
	    2, (size_t)1 << 28, &e), E_OK);
	while (exec_step(p->exec, p->budget) == EXEC_MORE)
		continue;
	exec_export(p->exec, 0, &v);
	ck_assert_uint_eq(v.size, (size_t)shape_bytes(&want->shape));
	ck_assert_msg(memcmp(v.bytes, want->bytes, v.size) == 0,
	    "%s %d x %d x %d turned %d %d", dtype_name(p->dtype), (int)p->m,
	    (int)p->k, (int)p->n, p->turn_a, p->turn_b);
	buf_clear(&program);
	program_writer_clear(&w);
	xfree((void *)(uintptr_t)bytes[0].p);
	xfree((void *)(uintptr_t)bytes[1].p);
}

static void
check_product(const struct product *p)
{
	struct ref_value in[2] = {
		{ { (uint8_t)p->dtype, 2, { p->m, p->k } }, NULL },
		{ { (uint8_t)p->dtype, 2, { p->k, p->n } }, NULL },
	}, want = { { (uint8_t)p->dtype, 2, { p->m, p->n } }, NULL };
	uint64_t state = (uint64_t)(p->m * 31 + p->n * 7 + p->k);

	for (int i = 0; i < 2; i++) {
		in[i].bytes = xmalloc((size_t)shape_bytes(&in[i].shape) + 1);
		random_fill(&state, p->dtype, in[i].bytes,
		    (size_t)shape_bytes(&in[i].shape));
	}
	want.bytes = xmalloc((size_t)shape_bytes(&want.shape) + 1);
	ref_matmul(false, in, &want);
	tensor_canonical(p->dtype, want.bytes,
	    (size_t)shape_bytes(&want.shape));
	compute(p, in, &want);
	xfree(in[0].bytes);
	xfree(in[1].bytes);
	xfree(want.bytes);
}

static void
check_all(int64_t m, int64_t n, int64_t k)
{
	struct product p = { .exec = exec_new(), .m = m, .n = n, .k = k };

	for (int dtype = DT_BOOL; dtype < DT_COUNT; dtype++)
		for (int turn = 0; turn < 4; turn++) {
			p.dtype = (enum dtype)dtype;
			p.turn_a = (turn & 1) != 0;
			p.turn_b = (turn & 2) != 0;
			p.budget = turn == 1 ? 1 : UINT64_MAX;
			exec_set_wide(p.exec, false);
			check_product(&p);
			exec_set_wide(p.exec, true);
			check_product(&p);
		}
	exec_free(p.exec);
}

START_TEST(test_tiles)
{
	for (int64_t m = 1; m < 10; m++)
		for (int64_t n = 1; n < 20; n += 1 + n / 4)
			check_all(m, n, 1 + (m * n) % 13);
}
END_TEST

START_TEST(test_blocks)
{
	check_all(241, 9, 257);
	check_all(5, 2050, 3);
	check_all(3, 5, 700);
}
END_TEST

START_TEST(test_vectors)
{
	check_all(1, 1, 4500);
	check_all(1, 37, 513);
	check_all(37, 1, 513);
	check_all(1030, 1, 30);
	check_all(1, 1030, 30);
	check_all(17, 1, 4100);
}
END_TEST

START_TEST(test_empty)
{
	check_all(3, 4, 0);
	check_all(0, 4, 3);
	check_all(3, 0, 4);
}
END_TEST

/* 1 * -1 + a * b with a * b just below 1: rounded twice 0, fused -2^-60. */
START_TEST(test_no_contraction)
{
	struct product p = { .exec = exec_new(), .dtype = DT_F64, .k = 2,
		.budget = UINT64_MAX };

	for (p.m = 1; p.m < 14; p.m++)
		for (p.n = 1; p.n < 14; p.n++) {
			double a[2 * 14], b[2 * 14], zero[14 * 14] = { 0 };
			struct ref_value in[2] = {
				{ { DT_F64, 2, { p.m, 2 } }, a },
				{ { DT_F64, 2, { 2, p.n } }, b },
			}, want = { { DT_F64, 2, { p.m, p.n } }, zero };

			for (int64_t i = 0; i < p.m; i++) {
				a[2 * i] = 1;
				a[2 * i + 1] = 1 + 0x1p-30;
			}
			for (int64_t j = 0; j < p.n; j++) {
				b[j] = -1;
				b[p.n + j] = 1 - 0x1p-30;
			}
			compute(&p, in, &want);
			p.turn_a = !p.turn_a;
			exec_set_wide(p.exec, p.turn_a);
			compute(&p, in, &want);
		}
	exec_free(p.exec);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("gemm");
	TCase *c = tcase_create("gemm");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 120);
	tcase_add_test(c, test_tiles);
	tcase_add_test(c, test_blocks);
	tcase_add_test(c, test_vectors);
	tcase_add_test(c, test_empty);
	tcase_add_test(c, test_no_contraction);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
