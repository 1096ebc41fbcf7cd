/*
 * A bounded cursor over foreign msgpack.  It allocates nothing, believes no
 * count that the bytes left could not hold, and reports where it stopped.
 */
#ifndef RAVEN_WIRE_H
#define RAVEN_WIRE_H

#include <stdbool.h>

#include "buf.h"
#include "xalloc.h"

struct wire {
	const uint8_t	*start, *p, *end;
};

void	 wire_init(struct wire *, const void *, size_t);
/* Each returns false on a wrong type, a short or an oversized item. */
bool	 wire_u64(struct wire *, uint64_t *) MUST_CHECK;
bool	 wire_i64(struct wire *, int64_t *) MUST_CHECK;
bool	 wire_f64(struct wire *, double *) MUST_CHECK;	/* ints accepted */
bool	 wire_bool(struct wire *, bool *) MUST_CHECK;
/* Well-formed UTF-8 only. */
bool	 wire_str(struct wire *, size_t max, struct str *) MUST_CHECK;
bool	 wire_bin(struct wire *, size_t max, struct bytes *) MUST_CHECK;
bool	 wire_array(struct wire *, size_t max, uint32_t *n) MUST_CHECK;
/* Any one item, nested at most depth; ext types are refused. */
bool	 wire_skip(struct wire *, unsigned depth) MUST_CHECK;
size_t	 wire_left(const struct wire *);

#endif
