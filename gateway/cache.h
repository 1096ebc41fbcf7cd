/*
 * Bytes of tensors that came lately, by digest: who asks for them soon is
 * served from here and not from Redis.
 */
#ifndef RAVEN_CACHE_H
#define RAVEN_CACHE_H

#include <sys/queue.h>
#include <stdbool.h>

#include "common/digest.h"

struct cache;

/* Immutable once it is in the cache; shared by reference. */
struct blob {
	TAILQ_ENTRY(blob)	 used;		/* latest last */
	LIST_ENTRY(blob)	 same;		/* bucket */
	struct cache		*cache;		/* borrowed */
	uint32_t		 refs;
	bool			 counted;	/* in cache_bytes */
	bool			 found;		/* cache_find gives it */
	uint8_t			 digest[DIGEST_LEN];
	size_t			 len, cap;
	uint8_t			*data;
};

/* One reference, bytes uninitialised; NULL without memory for it. */
struct blob	*blob_new(struct cache *, size_t len);
struct blob	*blob_ref(struct blob *);
void		 blob_unref(struct blob *);

struct cache	*cache_new(void);
/* All references but its own must be gone. */
void		 cache_free(struct cache *);
/* Takes a reference; the longest unused go until limit bytes hold all. */
void		 cache_add(struct cache *, struct blob *,
		    const uint8_t digest[DIGEST_LEN], uint64_t limit);
/* Borrowed; NULL: not there. */
struct blob	*cache_find(struct cache *, const uint8_t digest[DIGEST_LEN]);
/* Once a second: gives back memory that no new blob has wanted for long. */
void		 cache_trim(struct cache *);
/* Bytes of blobs that were found once and are still referenced somewhere. */
uint64_t	 cache_bytes(const struct cache *);

#endif
