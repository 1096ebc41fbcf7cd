/*
 * BLAKE3-256, plain and keyed, in pieces: the tree of chunks.  Whole
 * subtrees go through digest_lanes() side by side; the open chunk is
 * compressed block by block.  Takes any bytes, never fails.
 */
#include <string.h>

#include "digest.h"
#include "digest_lanes.h"
#include "text.h"

#define TARGET
#define WORD	uint32_t
#define NAME(x)	digest_##x
#include "digest_round.h"

/* Chunks hashed at once: enough to fill the lanes of their parents too. */
#define SUBTREE		64

static void
compress_bytes(uint32_t cv[8], const uint8_t *block, uint64_t counter,
    uint32_t len, uint32_t flags)
{
	uint32_t m[16];

	memcpy(m, block, sizeof(m));
	digest_compress(cv, m, (uint32_t)counter, (uint32_t)(counter >> 32),
	    len, flags);
}

static void
parent(const struct digest *d, const uint32_t left[8],
    const uint32_t right[8], uint32_t flags, uint32_t out[8])
{
	uint32_t cv[8], m[16];

	memcpy(m, left, 32);
	memcpy(m + 8, right, 32);
	memcpy(cv, d->key, sizeof(cv));
	digest_compress(cv, m, 0, 0, DIGEST_BLOCK,
	    d->flags | DIGEST_PARENT | flags);
	memcpy(out, cv, sizeof(cv));
}

/*
 * A finished subtree of n chunks joins those before it.  There is always
 * more to come, so none of these parents is the root.
 */
static void
push(struct digest *d, const uint32_t subtree[8], size_t n)
{
	uint32_t cv[8];
	uint64_t done;

	memcpy(cv, subtree, sizeof(cv));
	d->chunk += n;
	for (done = d->chunk / n; (done & 1) == 0; done >>= 1)
		parent(d, d->stack[--d->depth], cv, 0, cv);
	memcpy(d->stack[d->depth++], cv, sizeof(cv));
}

/* The chaining value of n chunks, n a power of two. */
static void
subtree(const struct digest *d, const uint8_t *in, size_t n, uint32_t out[8])
{
	uint8_t cvs[SUBTREE * 32], up[SUBTREE / 2 * 32];
	struct digest_job chunks = {
		.in = in, .blocks = DIGEST_CHUNK / DIGEST_BLOCK,
		.key = d->key, .counter = d->chunk, .step = 1,
		.flags = d->flags, .start = DIGEST_CHUNK_START,
		.end = DIGEST_CHUNK_END,
	};
	struct digest_job parents = {
		.in = cvs, .blocks = 1, .key = d->key,
		.flags = d->flags | DIGEST_PARENT,
	};

	digest_lanes(&chunks, n, cvs);
	while (n > 1) {
		n /= 2;
		digest_lanes(&parents, n, up);
		memcpy(cvs, up, n * 32);
	}
	memcpy(out, cvs, 32);
}

static uint32_t
chunk_flags(const struct digest *d)
{
	return d->flags | (d->blocks == 0 ? DIGEST_CHUNK_START : 0);
}

/* Opens the next chunk.  The open one must be full. */
static void
next_chunk(struct digest *d)
{
	compress_bytes(d->cv, d->block, d->chunk, DIGEST_BLOCK,
	    chunk_flags(d) | DIGEST_CHUNK_END);
	push(d, d->cv, 1);
	memcpy(d->cv, d->key, sizeof(d->cv));
	d->blocks = 0;
	d->block_len = 0;
}

/* The most chunks that can be hashed at once here, leaving a byte over. */
static size_t
subtree_chunks(const struct digest *d, size_t len)
{
	size_t n = SUBTREE;

	while (n > 1 && (n > (len - 1) / DIGEST_CHUNK || d->chunk % n != 0))
		n /= 2;
	return n;
}

void
digest_init(struct digest *d)
{
	memset(d, 0, sizeof(*d));
	memcpy(d->key, digest_iv, sizeof(d->key));
	memcpy(d->cv, d->key, sizeof(d->cv));
}

void
digest_init_keyed(struct digest *d, const uint8_t key[DIGEST_KEY_LEN])
{
	memset(d, 0, sizeof(*d));
	memcpy(d->key, key, sizeof(d->key));
	memcpy(d->cv, d->key, sizeof(d->cv));
	d->flags = DIGEST_KEYED;
}

void
digest_update(struct digest *d, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint32_t cv[8];
	size_t n;

	while (len > 0) {
		if (d->block_len == DIGEST_BLOCK) {
			if (d->blocks == DIGEST_CHUNK / DIGEST_BLOCK - 1) {
				next_chunk(d);
			} else {
				compress_bytes(d->cv, d->block, d->chunk,
				    DIGEST_BLOCK, chunk_flags(d));
				d->blocks++;
				d->block_len = 0;
			}
		}
		if (d->blocks == 0 && d->block_len == 0 &&
		    len > DIGEST_CHUNK) {
			n = subtree_chunks(d, len);
			subtree(d, p, n, cv);
			push(d, cv, n);
			n *= DIGEST_CHUNK;
		} else {
			n = DIGEST_BLOCK - d->block_len;
			if (n > len)
				n = len;
			memcpy(d->block + d->block_len, p, n);
			d->block_len += (uint8_t)n;
		}
		p += n;
		len -= n;
	}
}

void
digest_final(const struct digest *d, uint8_t out[DIGEST_LEN])
{
	uint8_t block[DIGEST_BLOCK] = { 0 };
	uint32_t cv[8], depth = d->depth;

	memcpy(block, d->block, d->block_len);
	memcpy(cv, d->cv, sizeof(cv));
	compress_bytes(cv, block, d->chunk, d->block_len, chunk_flags(d) |
	    DIGEST_CHUNK_END | (depth == 0 ? DIGEST_ROOT : 0));
	while (depth > 0) {
		depth--;
		parent(d, d->stack[depth], cv,
		    depth == 0 ? DIGEST_ROOT : 0, cv);
	}
	memcpy(out, cv, DIGEST_LEN);
}

void
digest_of(const void *bytes, size_t len, uint8_t out[DIGEST_LEN])
{
	struct digest d;

	digest_init(&d);
	digest_update(&d, bytes, len);
	digest_final(&d, out);
}

void
digest_hex(const uint8_t digest[DIGEST_LEN], char hex[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";
	int i;

	for (i = 0; i < DIGEST_LEN; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[2 * DIGEST_LEN] = '\0';
}

int
digest_parse(const char *hex, size_t len, uint8_t digest[DIGEST_LEN])
{
	return text_hex((struct str){ hex, len }, digest, DIGEST_LEN);
}
