/*
 * Philox4x32-10: ten rounds of multiplying and mixing turn a counter into four
 * words.  key = seed, counter = (block, stream); a block gives four elements
 * of 32 bits or two of 64.  Normal ones are Box-Muller's, in float64.
 */
#include "compute/kernels/random.h"
#include "compute/math/math.h"

#include <string.h>

#define ROUNDS	10
#define LANES	16	/* blocks made side by side */
#define BLOCKS	(RANDOM_AT_ONCE / 2)

struct lanes {
	uint32_t	w[4][LANES];
};

static void
philox(struct lanes *x, uint32_t k0, uint32_t k1)
{
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < LANES; i++) {
			uint64_t a = (uint64_t)0xd2511f53u * x->w[0][i];
			uint64_t b = (uint64_t)0xcd9e8d57u * x->w[2][i];

			x->w[0][i] = (uint32_t)(b >> 32) ^ x->w[1][i] ^ k0;
			x->w[1][i] = (uint32_t)b;
			x->w[2][i] = (uint32_t)(a >> 32) ^ x->w[3][i] ^ k1;
			x->w[3][i] = (uint32_t)a;
		}
		k0 += 0x9e3779b9u;
		k1 += 0xbb67ae85u;
	}
}

/* Blocks first to first + n - 1, as four words each. */
static void
make_blocks(const struct random_source *s, uint64_t first, size_t n,
    uint32_t *words)
{
	struct lanes x = { 0 };

	for (size_t at = 0; at < n; at += LANES) {
		size_t m = n - at < LANES ? n - at : LANES;

		for (size_t i = 0; i < LANES; i++) {
			x.w[0][i] = (uint32_t)(first + at + i);
			x.w[1][i] = (uint32_t)((first + at + i) >> 32);
			x.w[2][i] = (uint32_t)s->stream;
			x.w[3][i] = (uint32_t)(s->stream >> 32);
		}
		philox(&x, (uint32_t)s->seed, (uint32_t)(s->seed >> 32));
		for (size_t i = 0; i < m; i++)
			for (size_t k = 0; k < 4; k++)
				words[4 * (at + i) + k] = x.w[k][i];
	}
}

static uint64_t
word64(const uint32_t *words, size_t i)
{
	return (uint64_t)words[2 * i + 1] << 32 | words[2 * i];
}

/* The upper half of a * b. */
static uint64_t
multiply_high(uint64_t a, uint64_t b)
{
	uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
	uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32);
	uint64_t other = a0 * b1 + (uint32_t)middle;

	return a1 * b1 + (middle >> 32) + (other >> 32);
}

/* Pairs: radius sqrt(-2 log u) with u in (0, 1], angle 2 pi v. */
static void
normal(const uint32_t *words, size_t pairs, double *z)
{
	double r[BLOCKS], sine[BLOCKS], cosine[BLOCKS];

	if (pairs == 0)
		return;
	for (size_t i = 0; i < pairs; i++) {
		r[i] = (double)((word64(words, 2 * i) >> 11) + 1) * 0x1p-53;
		sine[i] = (double)(word64(words, 2 * i + 1) >> 11) * 0x1p-53 *
		    6.283185307179586;
	}
	math_log_f64(r, r, pairs);
	math_cos_f64(sine, cosine, pairs);
	math_sin_f64(sine, sine, pairs);
	for (size_t i = 0; i < pairs; i++) {
		r[i] = __builtin_sqrt(-2 * r[i]);
		z[2 * i] = r[i] * cosine[i];
		z[2 * i + 1] = r[i] * sine[i];
	}
}

static void
fill_normal(const struct random_source *s, const uint32_t *words, size_t n,
    void *out)
{
	double z[RANDOM_AT_ONCE] = { 0 };
	float *narrow = out;

	normal(words, (n + 1) / 2, z);
	if (s->dtype == DT_F64)
		memcpy(out, z, n * sizeof *z);
	for (size_t i = 0; i < n && s->dtype == DT_F32; i++)
		narrow[i] = (float)z[i];
}

void
random_make(const struct random_source *s, uint64_t start, size_t n, void *out)
{
	uint32_t words[4 * BLOCKS] = { 0 };
	size_t each = s->kind == RANDOM_UNIFORM && s->dtype == DT_F32 ? 4 : 2;
	uint64_t *whole = out;
	double *wide = out;
	float *narrow = out;

	make_blocks(s, start / each, (n + each - 1) / each, words);
	if (s->kind == RANDOM_NORMAL)
		fill_normal(s, words, n, out);
	else if (s->kind == RANDOM_BITS)
		for (size_t i = 0; i < n; i++)
			whole[i] = s->below == 0 ? word64(words, i) :
			    multiply_high(word64(words, i), s->below);
	else if (s->dtype == DT_F32)
		for (size_t i = 0; i < n; i++)
			narrow[i] = (float)(words[i] >> 8) * 0x1p-24f;
	else
		for (size_t i = 0; i < n; i++)
			wide[i] = (double)(word64(words, i) >> 11) * 0x1p-53;
}
