/*
 * BLAKE3, 256 bits (https://github.com/BLAKE3-team/BLAKE3-specs), plain and
 * keyed.  Names bytes everywhere: store, caches, comparison of results.
 */
#ifndef RAVEN_DIGEST_H
#define RAVEN_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_LEN	32
#define DIGEST_KEY_LEN	32
#define DIGEST_HEX	65	/* with NUL */

/* Incremental state; embedded, nothing to free. */
struct digest {
	uint32_t	key[8];
	uint32_t	cv[8];		/* of the open chunk */
	uint8_t		block[64];
	uint32_t	stack[54][8];	/* finished subtrees */
	uint64_t	chunk;		/* index of the open chunk */
	uint8_t		block_len;
	uint8_t		blocks;		/* compressed in the open chunk */
	uint8_t		depth;		/* of the stack */
	uint8_t		flags;
};

void	 digest_init(struct digest *);
void	 digest_init_keyed(struct digest *, const uint8_t [DIGEST_KEY_LEN]);
void	 digest_update(struct digest *, const void *, size_t);
void	 digest_final(const struct digest *, uint8_t [DIGEST_LEN]);
void	 digest_of(const void *, size_t, uint8_t [DIGEST_LEN]);
void	 digest_hex(const uint8_t [DIGEST_LEN], char [DIGEST_HEX]);
int	 digest_parse(const char *hex, size_t, uint8_t [DIGEST_LEN]);	/* -1: not hex */

#endif
