/*
 * SHA-1 of bytes that are all in memory.  Pure; dies of nothing.
 */
#include <string.h>

#include "common/sha1.h"

static uint32_t
rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
store_be32(uint8_t *p, uint32_t x)
{
	p[0] = x >> 24;
	p[1] = x >> 16;
	p[2] = x >> 8;
	p[3] = x;
}

/* The round function and its constant, by the quarter of the 80 rounds. */
static uint32_t
mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999u;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1u;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
	return (b ^ c ^ d) + 0xca62c1d6u;
}

static void
compress(uint32_t h[5], const uint8_t block[64])
{
	uint32_t w[80], v[5], t;
	unsigned i;

	for (i = 0; i < 16; i++)
		w[i] = load_be32(block + 4 * i);
	for (; i < 80; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, h, sizeof(v));
	for (i = 0; i < 80; i++) {
		t = rotate(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + w[i];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = t;
	}
	for (i = 0; i < 5; i++)
		h[i] += v[i];
}

void
sha1_of(const void *data, size_t len, uint8_t out[SHA1_LEN])
{
	uint32_t h[5] = { 0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u,
		0xc3d2e1f0u };
	const uint8_t *p = data;
	uint8_t last[128] = { 0 };
	size_t left, padded;
	unsigned i;

	for (left = len; left >= 64; left -= 64, p += 64)
		compress(h, p);
	if (left > 0)
		memcpy(last, p, left);
	last[left] = 0x80;
	padded = left < 56 ? 64 : 128;
	store_be32(last + padded - 8, (uint32_t)((uint64_t)len >> 29));
	store_be32(last + padded - 4, (uint32_t)(len << 3));
	compress(h, last);
	if (padded == 128)
		compress(h, last + 64);
	for (i = 0; i < 5; i++)
		store_be32(out + 4 * i, h[i]);
}
