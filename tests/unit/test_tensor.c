/*
 * dtypes, shapes, canonical NaN and the digest of a tensor.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/tensor.h"
#include "unit/random.h"

START_TEST(promotion)
{
	static const uint8_t want[DT_COUNT][DT_COUNT] = {
		[DT_BOOL] = { 0, DT_BOOL, DT_I32, DT_I64, DT_F32, DT_F64 },
		[DT_I32] = { 0, DT_I32, DT_I32, DT_I64, DT_F64, DT_F64 },
		[DT_I64] = { 0, DT_I64, DT_I64, DT_I64, DT_F64, DT_F64 },
		[DT_F32] = { 0, DT_F32, DT_F64, DT_F64, DT_F32, DT_F64 },
		[DT_F64] = { 0, DT_F64, DT_F64, DT_F64, DT_F64, DT_F64 },
	};
	unsigned a, b;

	for (a = DT_BOOL; a < DT_COUNT; a++) {
		for (b = DT_BOOL; b < DT_COUNT; b++)
			ck_assert_uint_eq(dtype_promote(a, b), want[a][b]);
	}
}
END_TEST

START_TEST(dtypes)
{
	ck_assert_uint_eq(dtype_size(DT_BOOL), 1);
	ck_assert_uint_eq(dtype_size(DT_I32), 4);
	ck_assert_uint_eq(dtype_size(DT_F64), 8);
	ck_assert_uint_eq(dtype_size(DT_NONE), 0);
	ck_assert_uint_eq(dtype_size(DT_COUNT), 0);
	ck_assert_str_eq(dtype_name(DT_F32), "float32");
	ck_assert_str_eq(dtype_name((enum dtype)99), "unknown");
	ck_assert(dtype_is_float(DT_F32) && !dtype_is_float(DT_I64));
}
END_TEST

START_TEST(sizes)
{
	struct shape s = { DT_F64, 2, { 3, 4 } };
	struct shape scalar = { DT_I32, 0, { 0 } };
	struct shape huge = { DT_F64, 2, { 1LL << 31, 1LL << 31 } };
	struct shape empty = { DT_F64, 3, { 1LL << 40, 1LL << 40, 0 } };

	ck_assert_int_eq(shape_elements(&s), 12);
	ck_assert_int_eq(shape_bytes(&s), 96);
	ck_assert_int_eq(shape_elements(&scalar), 1);
	ck_assert_int_eq(shape_bytes(&scalar), 4);
	ck_assert_int_eq(shape_elements(&huge), 1LL << 62);
	ck_assert_int_eq(shape_bytes(&huge), -1);
	ck_assert_int_eq(shape_bytes(&empty), -1);
	empty.dims[0] = 5;
	ck_assert_int_eq(shape_bytes(&empty), 0);
	s.dims[1] = -1;
	ck_assert_int_eq(shape_elements(&s), -1);
	s.dims[1] = 4;
	s.dtype = DT_NONE;
	ck_assert_int_eq(shape_elements(&s), -1);
	s.dtype = DT_F64;
	s.ndim = 9;
	ck_assert_int_eq(shape_elements(&s), -1);
}
END_TEST

START_TEST(equality)
{
	struct shape a = { DT_F64, 2, { 3, 4 } }, b = a;

	b.dims[5] = 77;		/* beyond the rank */
	ck_assert(shape_equal(&a, &b));
	b.dims[1] = 5;
	ck_assert(!shape_equal(&a, &b));
	b = a;
	b.dtype = DT_F32;
	ck_assert(!shape_equal(&a, &b));
	b = a;
	b.ndim = 1;
	ck_assert(!shape_equal(&a, &b));
}
END_TEST

/* Against a plain loop, at odd sizes and addresses. */
START_TEST(canonical)
{
	static const uint64_t nans64[] = { 0x7ff0000000000001,
		0xfff8000000000000, 0xffffffffffffffff, 0x7ff4000000000000,
		0x7ff0000000000000, 0xfff0000000000000, 0, 1 };
	static const uint32_t nans32[] = { 0x7f800001, 0xffc00000, 0xffffffff,
		0x7fa00000, 0x7f800000, 0xff800000, 0, 1 };
	struct random r = { 3 };
	uint8_t raw[100 * 8 + 1];
	uint64_t v64, got64;
	uint32_t v32, got32;
	uint8_t copy[sizeof(raw)];
	size_t n, i;
	double d;
	float f;

	for (n = 0; n < 100; n++) {
		for (i = 0; i < n; i++) {
			v64 = nans64[random_below(&r, 8)];
			memcpy(raw + 1 + 8 * i, &v64, 8);
		}
		memcpy(copy, raw, sizeof(raw));
		tensor_canonical(DT_F64, raw + 1, 8 * n);
		for (i = 0; i < n; i++) {
			memcpy(&v64, copy + 1 + 8 * i, 8);
			memcpy(&got64, raw + 1 + 8 * i, 8);
			memcpy(&d, &v64, 8);
			ck_assert_uint_eq(got64, isnan(d) ?
			    0x7ff8000000000000 : v64);
		}
		for (i = 0; i < n; i++) {
			v32 = nans32[random_below(&r, 8)];
			memcpy(raw + 1 + 4 * i, &v32, 4);
		}
		memcpy(copy, raw, sizeof(raw));
		tensor_canonical(DT_F32, raw + 1, 4 * n);
		for (i = 0; i < n; i++) {
			memcpy(&v32, copy + 1 + 4 * i, 4);
			memcpy(&got32, raw + 1 + 4 * i, 4);
			memcpy(&f, &v32, 4);
			ck_assert_uint_eq(got32, isnan(f) ? 0x7fc00000 : v32);
		}
	}
	memset(raw, 0xff, sizeof(raw));
	tensor_canonical(DT_I64, raw, 800);
	ck_assert_uint_eq(raw[0], 0xff);
	tensor_canonical(DT_F64, NULL, 0);
}
END_TEST

START_TEST(bools_are_0_or_1)
{
	uint8_t b[3] = { 0, 1, 1 };

	ck_assert(tensor_valid(DT_BOOL, b, 3));
	b[1] = 2;
	ck_assert(!tensor_valid(DT_BOOL, b, 3));
	ck_assert(tensor_valid(DT_BOOL, b, 1));
	ck_assert(tensor_valid(DT_I32, b, 3));
}
END_TEST

/* Header and bytes put together by hand; whole and in parts. */
START_TEST(digest)
{
	struct shape s = { DT_I32, 2, { 2, 3 } };
	int32_t data[6] = { 1, -2, 3, 4, 5, 6 };
	uint8_t by_hand[8 + 16 + 24] = { 1, 2, 2 };
	uint8_t want[DIGEST_LEN], got[DIGEST_LEN];
	struct digest d;

	memcpy(by_hand + 8, s.dims, 16);
	memcpy(by_hand + 24, data, 24);
	digest_of(by_hand, sizeof(by_hand), want);
	tensor_digest(&s, data, got);
	ck_assert_mem_eq(got, want, DIGEST_LEN);
	tensor_digest_init(&d, &s);
	digest_update(&d, data, 5);
	digest_update(&d, (const uint8_t *)data + 5, 19);
	digest_final(&d, got);
	ck_assert_mem_eq(got, want, DIGEST_LEN);
	s.dims[0] = 3;
	s.dims[1] = 2;
	tensor_digest(&s, data, got);
	ck_assert_mem_ne(got, want, DIGEST_LEN);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("tensor");
	TCase *t = tcase_create("tensor");
	SRunner *r;
	int failed;

	tcase_add_test(t, promotion);
	tcase_add_test(t, dtypes);
	tcase_add_test(t, sizes);
	tcase_add_test(t, equality);
	tcase_add_test(t, canonical);
	tcase_add_test(t, bools_are_0_or_1);
	tcase_add_test(t, digest);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
