/*
 * Digests against b3sum 1.2.0: plain and keyed (key 00 01 ... 1f), whole and
 * in odd pieces.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/digest.h"

#define LONGEST		1048577

static const struct vector {
	size_t		 len;
	const char	*plain, *keyed;
} vectors[] = {
	{ 0,
	    "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
	    "73492b19995d71cdb1e9d74decc09809eb732f1b00bc95c27cb15f9dd4d6478f" },
	{ 1,
	    "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
	    "d08b45c6b127ee94f3f8527a0b82a5f80be1695a0eaec6022e772c0eb95a7e8b" },
	{ 63,
	    "28b53eee9ac70269602bc733134607e821c8daaf4c0241e3946807340ae2a8f2",
	    "27769dad917ee2239ea6d15698b4031f788d0fd81405acb609dc797e6c56990f" },
	{ 64,
	    "634b00d100fd9de62f479cdd2a4b2c3dfc9c5f98bc4b2005d27bb4eeb2aaf5d8",
	    "ac0cbc852f3a01c2e50ae5f8a6c7f6faf9fabef45eb121830df50dd304048be5" },
	{ 65,
	    "c53b3d039ebf81d0b5ad0b794b4e475ad60731d36e236353221287e31c381568",
	    "ca7de17e86906ddf455262defe82ae30fe779e1774d13c224d910dc15842aa18" },
	{ 1023,
	    "7fd461b8dda0191a0ea8c30132b09fad07aff697261b6a4ca19fe038e369a08b",
	    "8d2fff50a3d37928f549bd547fae24e63973008a0cb573cee9592fe4af7ecdde" },
	{ 1024,
	    "0083923a214c897b05b3d6fbdecef679f917d8aabcd8ae8864fa15f4ce2f4931",
	    "e58104bff9422d1d8c3c72617b51c431cf1b8d2d37e19ae89abf4bef8f4779ec" },
	{ 1025,
	    "4cea3378bd3996d07b1ead648fbf69c5beffdb8fa0126433ecb64a9d569aa3e0",
	    "e43f31ab6b65ddbbd24905cfa8b6d1113abb0a1c6fbf198da4489a747b2f8d35" },
	{ 2048,
	    "52c82ffc02e0e3c15081482375498b6e376af3a6438c4462d839fc40b31e78ad",
	    "0d1ccabcdcb7e60a73d03f3f6af7e83946eb236de0f55aa56c7e13e50843e08b" },
	{ 2049,
	    "b3c43eef63d6eb167f2c7aeaa759ad207a96c9cdd196e6c02c13db16a8add925",
	    "b9d50031ffdef5635182b8b5096b944ae34747c47f4a34589a66a16d5059605f" },
	{ 3072,
	    "36619d218aa5229025539ec09948a6503c42f8f9c139f28864a22b9daed284e4",
	    "83ed6235fb690916fb242617cbfb5cfea25e4211adfc6a6be6b1238d67587570" },
	{ 4097,
	    "7e3f41ab8cc072708aa8091b6f508424369bef160d96218afedf3038db1f0f9e",
	    "02eddd9d0da379e624a6ed0a8413dfde08735ebe528894a43f15d4816566086b" },
	{ 8192,
	    "27a1d649d39116f29b1efd75445749f94697ae6a1634520d90798e094cd3e89b",
	    "9d710331a543401a0bc69496cca9f3f89af8d8e1698851293961d709e5d8d526" },
	{ 8193,
	    "deccc8a197de7af7cab67e4390a404662e776b11a0aa2f395615f15b52e397c7",
	    "e1ce2da68d8ade1a59ee806b3f2949be4a175c38733016b8f770ff50823875d4" },
	{ 31744,
	    "bf2b5d761d2f42435a9ff7d3567d96325494802ed6240eb531bdaa4951ac656f",
	    "c8f013c3f397f02f86b0cd06dca02e5e2f5323595cf7f7073c234a6e88258878" },
	{ 65536,
	    "fd6b2ea5a073814a17e99636bf84769ce98418da0c171c3d7efbd7a5493cd671",
	    "112a0d686616e6bb090ecc2f02a55c51bcda3ec21c40035268a91677bf052f8f" },
	{ 65537,
	    "b71919685bcf3ad892c347fc8b4c8b4eaf63c074a47126ec0c9d13fb54b8aa2b",
	    "a130fafedb41f6ca3a0d70ae5bd1eb90183245a62955d899e4920df9e79ba3c9" },
	{ 131072,
	    "f8fae672660463da6a6b999eb84ac5b621db58d9a5ccc7a73f2d05badcf631fc",
	    "cf24816638e9f26c6d947d90f630e7ea663b58c4c15d76f482de96def2d5eac4" },
	{ 1048576,
	    "55bf7ce846d85a39adc3aa82f745924a818dfc47af00f17a3103625d398afbca",
	    "e9b7bd224c0088d616684c48f19b9135c50fc1542e5b49de4086339376983296" },
	{ 1048577,
	    "42a64987e3917c0335e3feb9fcf999c956d4b56333b2323285349f318cebb76f",
	    "ef8e8ff6d1800567cdda6d3fa33ec607fd765270e7000757b37b98bff1ea624c" },
};

/* The digest of the digests of the first 0, 1, ... 1025 bytes. */
static const char all_sizes[] =
    "ae1088d9c0c84b354792c867ef6611cf06bfd551cb01b12ab5e947222dc34338";

static uint8_t *
pattern(void)
{
	uint8_t *bytes = malloc(LONGEST);
	size_t i;

	ck_assert_ptr_nonnull(bytes);
	for (i = 0; i < LONGEST; i++)
		bytes[i] = (uint8_t)((i * 7 + (i >> 8) * 13 + (i >> 16)) %
		    251);
	return bytes;
}

static void
expect(const struct digest *d, const char *want)
{
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX];

	digest_final(d, digest);
	digest_hex(digest, hex);
	ck_assert_str_eq(hex, want);
}

START_TEST(vectors_whole)
{
	const struct vector *v = &vectors[_i];
	uint8_t *bytes = pattern(), digest[DIGEST_LEN], key[DIGEST_KEY_LEN];
	struct digest d;
	char hex[DIGEST_HEX];
	int i;

	digest_of(bytes, v->len, digest);
	digest_hex(digest, hex);
	ck_assert_str_eq(hex, v->plain);
	for (i = 0; i < DIGEST_KEY_LEN; i++)
		key[i] = (uint8_t)i;
	digest_init_keyed(&d, key);
	digest_update(&d, bytes, v->len);
	expect(&d, v->keyed);
	free(bytes);
}
END_TEST

START_TEST(vectors_in_pieces)
{
	static const size_t pieces[] = { 61, 64, 1023, 1024, 7777, 65536 };
	const struct vector *v = &vectors[_i];
	uint8_t *bytes = pattern();
	struct digest d;
	size_t i, n, p;

	for (p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++) {
		digest_init(&d);
		for (i = 0; i < v->len; i += n) {
			n = v->len - i;
			if (n > pieces[p])
				n = pieces[p];
			digest_update(&d, bytes + i, n);
		}
		expect(&d, v->plain);
	}
	free(bytes);
}
END_TEST

START_TEST(every_small_size)
{
	uint8_t *bytes = pattern(), digest[DIGEST_LEN];
	struct digest all;
	size_t n;

	digest_init(&all);
	for (n = 0; n <= 1025; n++) {
		digest_of(bytes, n, digest);
		digest_update(&all, digest, sizeof(digest));
	}
	expect(&all, all_sizes);
	free(bytes);
}
END_TEST

START_TEST(pieces_grow)
{
	uint8_t *bytes = pattern(), whole[DIGEST_LEN], digest[DIGEST_LEN];
	struct digest d;
	size_t i = 0, n = 1;

	digest_init(&d);
	while (i + n <= 600000) {
		digest_update(&d, bytes + i, n);
		i += n;
		n = n * 5 / 4 + 1;
	}
	digest_of(bytes, i, whole);
	digest_final(&d, digest);
	ck_assert_mem_eq(whole, digest, DIGEST_LEN);
	free(bytes);
}
END_TEST

START_TEST(hex_round_trip)
{
	uint8_t digest[DIGEST_LEN], again[DIGEST_LEN];
	char hex[DIGEST_HEX];

	digest_of("raven", 5, digest);
	digest_hex(digest, hex);
	ck_assert_int_eq(digest_parse(hex, 64, again), 0);
	ck_assert_mem_eq(digest, again, DIGEST_LEN);
	ck_assert_int_eq(digest_parse(hex, 63, again), -1);
	hex[5] = 'g';
	ck_assert_int_eq(digest_parse(hex, 64, again), -1);
}
END_TEST

int
main(void)
{
	const int n = sizeof(vectors) / sizeof(vectors[0]);
	Suite *s = suite_create("digest");
	TCase *t = tcase_create("blake3");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, vectors_whole, 0, n);
	tcase_add_loop_test(t, vectors_in_pieces, 0, n);
	tcase_add_test(t, every_small_size);
	tcase_add_test(t, pieces_grow);
	tcase_add_test(t, hex_round_trip);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
