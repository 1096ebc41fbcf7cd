/*
 * Template: LANES inputs of a digest_job at once.  Included with LANES (4, 8
 * or 16), WORD (a vector of that many words), NAME(x) and TARGET defined, after
 * digest_round.h with the same.
 */

/* Word i of every lane's block, for 4 lanes `stride` bytes apart. */
static inline TARGET void
NAME(load4)(const uint8_t *in, size_t stride, digest_v4 m[16])
{
	digest_v4 r[4], t[4];
	int i, k;

	for (i = 0; i < 4; i++) {
		for (k = 0; k < 4; k++)
			__builtin_memcpy(&r[k], in + (size_t)k * stride + i * 16, 16);
		t[0] = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
		t[1] = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
		t[2] = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
		t[3] = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
		m[i * 4] = __builtin_shufflevector(t[0], t[2], 0, 1, 4, 5);
		m[i * 4 + 1] = __builtin_shufflevector(t[0], t[2], 2, 3, 6, 7);
		m[i * 4 + 2] = __builtin_shufflevector(t[1], t[3], 0, 1, 4, 5);
		m[i * 4 + 3] = __builtin_shufflevector(t[1], t[3], 2, 3, 6, 7);
	}
}

#if LANES > 4
static inline TARGET void
NAME(load8)(const uint8_t *in, size_t stride, digest_v8 m[16])
{
	digest_v4 a[16], b[16];
	int i;

	NAME(load4)(in, stride, a);
	NAME(load4)(in + 4 * stride, stride, b);
	for (i = 0; i < 16; i++)
		m[i] = __builtin_shufflevector(a[i], b[i],
		    0, 1, 2, 3, 4, 5, 6, 7);
}
#endif

static inline TARGET void
NAME(load)(const uint8_t *in, size_t stride, WORD m[16])
{
#if LANES == 4
	NAME(load4)(in, stride, m);
#elif LANES == 8
	NAME(load8)(in, stride, m);
#else
	digest_v8 a[16], b[16];
	int i;

	NAME(load8)(in, stride, a);
	NAME(load8)(in + 8 * stride, stride, b);
	for (i = 0; i < 16; i++)
		m[i] = __builtin_shufflevector(a[i], b[i], 0, 1, 2, 3, 4, 5,
		    6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
}

static TARGET void
NAME(hash)(const struct digest_job *j, uint64_t counter, const uint8_t *in,
    uint8_t *out)
{
	const size_t stride = (size_t)j->blocks * DIGEST_BLOCK;
	WORD cv[8], m[16], low, high, zero;
	uint32_t b, word;
	uint8_t flags;
	int i, k;

	__builtin_memset(&zero, 0, sizeof(zero));
	low = high = zero;
	for (k = 0; k < LANES; k++) {
		low[k] = (uint32_t)(counter + (uint64_t)k * j->step);
		high[k] = (uint32_t)((counter + (uint64_t)k * j->step) >> 32);
	}
	for (i = 0; i < 8; i++)
		cv[i] = zero + j->key[i];
	for (b = 0; b < j->blocks; b++) {
		flags = j->flags;
		if (b == 0)
			flags |= j->start;
		if (b == j->blocks - 1)
			flags |= j->end;
		NAME(load)(in + b * DIGEST_BLOCK, stride, m);
		NAME(compress)(cv, m, low, high, zero + DIGEST_BLOCK,
		    zero + (uint32_t)flags);
	}
	for (i = 0; i < 8; i++)
		for (k = 0; k < LANES; k++) {
			word = cv[i][k];
			__builtin_memcpy(out + k * 32 + i * 4, &word, 4);
		}
}
