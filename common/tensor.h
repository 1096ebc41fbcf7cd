/*
 * dtypes, shapes, sizes and digests of tensors.  Bytes are C order,
 * little-endian; bool is one byte, 0 or 1.
 */
#ifndef RAVEN_TENSOR_H
#define RAVEN_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "xalloc.h"

#define TENSOR_RANK	8
#define LENGTH_UNKNOWN	(-1)	/* a length that only data can tell */

/* Codes on the wire and in the digest. */
enum dtype {
	DT_NONE = 0,
	DT_BOOL = 1,
	DT_I32 = 2,
	DT_I64 = 3,
	DT_F32 = 4,
	DT_F64 = 5,
	DT_COUNT
};

struct shape {
	uint8_t	dtype;			/* enum dtype */
	uint8_t	ndim;
	int64_t	dims[TENSOR_RANK];	/* elements; >= 0, or LENGTH_UNKNOWN
					 * where ops are declared */
};

size_t		 dtype_size(enum dtype);	/* of an element; 0: unknown */
const char	*dtype_name(enum dtype);	/* NumPy's name */
bool		 dtype_is_float(enum dtype);
enum dtype	 dtype_promote(enum dtype, enum dtype);	/* as NumPy 1.24 */

/*
 * Multiplies lengths >= 0; false when over INT64_MAX.  By division: the
 * compiler's checked product wants a library function in wasm.
 */
static inline bool
length_multiply(int64_t *a, int64_t b)
{
	if (b != 0 && *a > INT64_MAX / b)
		return false;
	*a *= b;
	return true;
}

/* Elements, or bytes; -1 when over INT64_MAX, a length is negative, or the
 * dtype or rank unknown. */
int64_t		 shape_elements(const struct shape *) MUST_CHECK;
int64_t		 shape_bytes(const struct shape *) MUST_CHECK;
bool		 shape_equal(const struct shape *, const struct shape *);
bool		 shape_known(const struct shape *);	/* every length is */
/* Every length is >= 0 or unknown, and the bytes fit as far as known. */
bool		 shape_sound(const struct shape *);
/* Equal, but that s may have a length where from has an unknown one. */
bool		 shape_refines(const struct shape *s, const struct shape *from);

/* Towards 0, as an integer dtype or bool; what does not fit is the least. */
int64_t		 tensor_integer(double, enum dtype);
/* Every NaN becomes 0x7fc00000 or 0x7ff8000000000000. */
void		 tensor_canonical(enum dtype, void *, size_t bytes);
/* True if every byte of a bool tensor is 0 or 1 (true for other dtypes). */
bool		 tensor_valid(enum dtype, const void *, size_t bytes);
/*
 * BLAKE3-256 of: u8 1, u8 dtype, u8 ndim, 5 zeros, ndim i64 dims, the bytes.
 * The bytes must be canonical.
 */
void		 tensor_digest(const struct shape *, const void *,
		    uint8_t [DIGEST_LEN]);
/* The same in pieces, for bytes that arrive in parts. */
void		 tensor_digest_init(struct digest *, const struct shape *);

#endif
