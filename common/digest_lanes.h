/*
 * BLAKE3 of many inputs of equal length side by side, a vector lane each:
 * chunks of a message, or pairs of chaining values.  Private to digest*.c.
 */
#ifndef RAVEN_DIGEST_LANES_H
#define RAVEN_DIGEST_LANES_H

#include <stddef.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "big-endian hosts are not supported"
#endif

#define DIGEST_BLOCK	64
#define DIGEST_CHUNK	1024

#define DIGEST_INLINE	__attribute__((always_inline))

enum digest_flag {
	DIGEST_CHUNK_START = 1,
	DIGEST_CHUNK_END = 2,
	DIGEST_PARENT = 4,
	DIGEST_ROOT = 8,
	DIGEST_KEYED = 16,
};

static const uint32_t digest_iv[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* Which message word each round takes where. */
static const uint8_t digest_schedule[7][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8 },
	{ 3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1 },
	{ 10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6 },
	{ 12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4 },
	{ 9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7 },
	{ 11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13 },
};

struct digest_job {
	const uint8_t	*in;		/* the first input */
	uint32_t	 blocks;	/* of each; the inputs touch */
	const uint32_t	*key;		/* 8 words */
	uint64_t	 counter;	/* of the first input */
	uint32_t	 step;		/* counter's, from input to input */
	uint8_t		 flags;		/* of every block */
	uint8_t		 start, end;	/* of the first and last block */
};

/* n chaining values of 32 bytes. */
void	digest_lanes(const struct digest_job *, size_t n, uint8_t *out);

#endif
