/*
 * The gateway's cache of tensor bytes: finds what came last, keeps to its
 * limit, frees nothing that is referenced, takes freed memory again.
 */
#include <check.h>
#include <string.h>

#include "gateway/cache.h"

#define KIB	1024u

static struct blob *
add(struct cache *c, unsigned number, size_t len, uint64_t limit)
{
	uint8_t digest[DIGEST_LEN];
	struct blob *b = blob_new(c, len);

	memset(b->data, (int)number, len);
	digest_of(&number, sizeof(number), digest);
	cache_add(c, b, digest, limit);
	return b;
}

static struct blob *
find(struct cache *c, unsigned number)
{
	uint8_t digest[DIGEST_LEN];

	digest_of(&number, sizeof(number), digest);
	return cache_find(c, digest);
}

START_TEST(keeps_the_latest)
{
	struct cache *c = cache_new();
	unsigned i;

	for (i = 0; i < 100; i++) {
		blob_unref(add(c, i, KIB, 10 * KIB));
		ck_assert_ptr_nonnull(find(c, 0));	/* used each time */
	}
	for (i = 1; i < 100; i++)
		ck_assert_msg((find(c, i) != NULL) == (i >= 91), "%u", i);
	ck_assert_uint_eq(cache_bytes(c), 10 * KIB);
	ck_assert_uint_eq(find(c, 95)->data[KIB - 1], 95);
	cache_free(c);
}
END_TEST

START_TEST(limits)
{
	struct cache *c = cache_new();
	struct blob *b;

	blob_unref(add(c, 1, 11, 10));		/* too long */
	blob_unref(add(c, 2, 10, 0));		/* no cache */
	ck_assert_ptr_null(find(c, 1));
	ck_assert_ptr_null(find(c, 2));
	ck_assert_uint_eq(cache_bytes(c), 0);
	b = add(c, 3, 10, 10);
	blob_unref(add(c, 3, 10, 10));		/* the same again */
	ck_assert_ptr_eq(find(c, 3), b);
	blob_unref(b);
	cache_free(c);
}
END_TEST

START_TEST(dropped_but_referenced)
{
	struct cache *c = cache_new();
	struct blob *b = add(c, 1, 8, 8);
	uint8_t digest[DIGEST_LEN];

	blob_unref(add(c, 2, 8, 8));
	ck_assert_ptr_null(find(c, 1));
	ck_assert_uint_eq(cache_bytes(c), 16);
	ck_assert_uint_eq(b->data[7], 1);
	memcpy(digest, b->digest, DIGEST_LEN);
	cache_add(c, b, digest, 16);		/* and comes back */
	ck_assert_ptr_eq(find(c, 1), b);
	ck_assert_uint_eq(cache_bytes(c), 16);
	blob_unref(b);
	cache_free(c);
}
END_TEST

START_TEST(memory_is_taken_again)
{
	struct cache *c = cache_new();
	struct blob *b = blob_new(c, KIB * KIB);
	uint8_t *data = b->data;
	unsigned i;

	blob_unref(b);
	b = blob_new(c, KIB * KIB * 3 / 4);
	ck_assert_ptr_eq(b->data, data);
	ck_assert_uint_eq(b->len, KIB * KIB * 3 / 4);
	ck_assert_uint_eq(b->cap, KIB * KIB);
	blob_unref(b);
	for (i = 0; i < 20; i++)
		cache_trim(c);			/* under valgrind: freed */
	b = blob_new(c, 0);
	blob_unref(b);
	cache_free(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("cache");
	TCase *t = tcase_create("cache");
	SRunner *sr;
	int failed;

	tcase_add_test(t, keeps_the_latest);
	tcase_add_test(t, limits);
	tcase_add_test(t, dropped_but_referenced);
	tcase_add_test(t, memory_is_taken_again);
	suite_add_tcase(s, t);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
