/*
 * The values a participant keeps, by name (G, op), and the bytes behind them.
 * Values with the same bytes may share one blob.  A value without a blob is
 * expected: from the gateway (sent) or from a group in work (producer).
 */
#ifndef RAVEN_VALUES_H
#define RAVEN_VALUES_H

#include <stdbool.h>

#include "common/tensor.h"

struct group;

/* Bytes, immutable once filled; freed with the last reference. */
struct blob {
	uint32_t	 refs;
	struct shape	 shape;
	uint8_t		*data;		/* of size bytes, 8-aligned */
	size_t		 size;
	uint8_t		 digest[DIGEST_LEN];
};

/* A group that waits for a value as its i-th input. */
struct waiter {
	struct waiter	*next;
	struct group	*group;
	uint32_t	 input;
};

struct value {
	struct value	*chain;		/* of its bucket */
	struct value	*next, *prev;	/* of the expected ones */
	uint64_t	 g, op;
	struct blob	*blob;		/* NULL: expected */
	uint8_t		 digest[DIGEST_LEN];	/* expected, if sent */
	bool		 sent;		/* the gateway will bring it */
	bool		 forget;	/* dropped, but somebody waits */
	const struct group *producer;	/* computes it here, or NULL */
	struct waiter	*waiters;
};

struct values {
	struct value	**buckets;
	size_t		 n_buckets;	/* a power of 2 */
	size_t		 n;		/* values, expected ones too */
	size_t		 n_held;
	uint64_t	 bytes;		/* of all blobs */
	uint64_t	 limit;
	struct value	*expected, *expected_last;	/* oldest first */
};

void	 values_init(struct values *, uint64_t limit);
void	 values_clear(struct values *);		/* frees values and waiters */

struct value	*values_find(const struct values *, uint64_t g, uint64_t op);
/* The value, made as an expected one if it is new. */
struct value	*values_expect(struct values *, uint64_t g, uint64_t op);
void		 values_wait(struct value *, struct group *, uint32_t input);
/* Takes a group off the waiters. */
void		 values_unwait(struct value *, const struct group *);
/* Gives an expected value its blob (a new reference); waiters stay. */
void		 values_fill(struct values *, struct value *, struct blob *);
/* Removes a value; it must have no waiters. */
void		 values_remove(struct values *, struct value *);
/* The oldest expected value that the gateway will bring with this digest. */
struct value	*values_awaited(const struct values *, const uint8_t [DIGEST_LEN]);
/* Every value, in no order: f is called with each and may remove it. */
void		 values_each(struct values *, void (*)(struct value *, void *), void *);

/* A blob with one reference; NULL when over the limit or out of memory.
 * data: taken (from xtry_malloc), or NULL for fresh memory. */
struct blob	*values_blob(struct values *, const struct shape *, size_t size,
		    uint8_t *data) MUST_CHECK;
struct blob	*blob_ref(struct blob *);
void		 values_unref(struct values *, struct blob *);	/* NULL is allowed */

#endif
