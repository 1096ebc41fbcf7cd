/*
 * Side-by-side BLAKE3 with the compiler's vector types: four lanes of 16
 * bytes everywhere, eight of 32 where an x86 has AVX2, sixteen of 64 where it
 * has AVX-512.  Integers only, so every width gives the same bits.
 */
#include "digest_lanes.h"

typedef uint32_t digest_v4 __attribute__((vector_size(16)));

#define TARGET
#define WORD	uint32_t
#define NAME(x)	one_##x
#include "digest_round.h"
#undef WORD
#undef NAME
#undef TARGET

#define TARGET
#define LANES	4
#define WORD	digest_v4
#define NAME(x)	four_##x
#include "digest_round.h"
#include "digest_wide.h"
#undef LANES
#undef WORD
#undef NAME
#undef TARGET

#if defined(__x86_64__)
#define DIGEST_WIDE
typedef uint32_t digest_v8 __attribute__((vector_size(32)));

#define TARGET	__attribute__((target("avx2")))
#define LANES	8
#define WORD	digest_v8
#define NAME(x)	eight_##x
#include "digest_round.h"
#include "digest_wide.h"
#undef LANES
#undef WORD
#undef NAME
#undef TARGET

typedef uint32_t digest_v16 __attribute__((vector_size(64)));

#define TARGET	__attribute__((target("avx512f,avx512vl,avx512bw")))
#define LANES	16
#define WORD	digest_v16
#define NAME(x)	sixteen_##x
#include "digest_round.h"
#include "digest_wide.h"
#undef LANES
#undef WORD
#undef NAME
#undef TARGET

static int
has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512bw");
}
#endif

static void
one_hash(const struct digest_job *j, uint64_t counter, const uint8_t *in,
    uint8_t *out)
{
	uint32_t b, cv[8], m[16];
	uint8_t flags;

	__builtin_memcpy(cv, j->key, sizeof(cv));
	for (b = 0; b < j->blocks; b++) {
		flags = j->flags;
		if (b == 0)
			flags |= j->start;
		if (b == j->blocks - 1)
			flags |= j->end;
		__builtin_memcpy(m, in + b * DIGEST_BLOCK, sizeof(m));
		one_compress(cv, m, (uint32_t)counter,
		    (uint32_t)(counter >> 32), DIGEST_BLOCK, flags);
	}
	__builtin_memcpy(out, cv, sizeof(cv));
}

void
digest_lanes(const struct digest_job *j, size_t n, uint8_t *out)
{
	const size_t stride = (size_t)j->blocks * DIGEST_BLOCK;
	size_t i = 0;

#ifdef DIGEST_WIDE
	if (n >= 16 && has_avx512())
		for (; n - i >= 16; i += 16)
			sixteen_hash(j, j->counter + i * j->step,
			    j->in + i * stride, out + i * 32);
	if (n - i >= 8 && __builtin_cpu_supports("avx2"))
		for (; n - i >= 8; i += 8)
			eight_hash(j, j->counter + i * j->step,
			    j->in + i * stride, out + i * 32);
#endif
	for (; n - i >= 4; i += 4)
		four_hash(j, j->counter + i * j->step, j->in + i * stride,
		    out + i * 32);
	for (; i < n; i++)
		one_hash(j, j->counter + i * j->step, j->in + i * stride,
		    out + i * 32);
}
