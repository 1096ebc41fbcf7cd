/*
 * Programs: the only form of ops.  One little-endian buffer serves as the
 * batch a developer sends, the record in Redis, and the group a participant
 * computes.  Every op has exactly one value, so the op table is the value
 * table too.
 *
 *   head                     10 x u32: magic, version, base, n_ops, n_refs,
 *                            n_dims, n_params, n_digests, n_data, 0
 *   ops      n_ops x 24      op i gives value base + i
 *   refs     n_refs x u32    inputs, as value numbers; padded to 8
 *   dims     n_dims x i64
 *   params   n_params x i64  packed as in op.h
 *   digests  n_digests x 32
 *   data     n_data bytes    inline values, each padded to 8
 *
 * Batch: base = index of its first op in the graph, from 1; references below
 * base are ops of earlier batches.  Group: base = 0, no earlier values; what
 * comes from outside are sources (OP_LIN without inputs).
 * A reference is always below the op that makes it: there are no cycles.
 * refs and data are used up by the ops in order, without gaps; dims may be
 * shared.  Padding is zero.
 */
#ifndef RAVEN_PROGRAM_H
#define RAVEN_PROGRAM_H

#include "buf.h"
#include "op.h"

#define PROGRAM_MAGIC	0x31505652u	/* "RVP1" */
#define PROGRAM_VERSION	1
#define PROGRAM_HEAD	40
#define PROGRAM_OP	24
#define PROGRAM_NONE	0xffffffffu

/* Where a source's bytes are; PLACE_NONE for ops that compute. */
enum place {
	PLACE_NONE = 0,
	PLACE_INLINE = 1,	/* ref: offset in data */
	PLACE_DIGEST = 2,	/* ref: index in digests */
	PLACE_GIVEN = 3,	/* ref: ordinal; the host hands the bytes in */
};

/* Op flags. */
#define PROGRAM_EXPORT	0x01	/* Python holds or wants it; a group's output */

struct program_op {
	uint16_t	code;
	uint8_t		dtype;
	uint8_t		ndim;
	uint8_t		flags;
	uint8_t		place;
	uint16_t	n_in;
	uint32_t	first_in;	/* in refs */
	uint32_t	first_dim;	/* in dims */
	uint32_t	first_param;	/* in params */
	uint32_t	ref;		/* of a source; else PROGRAM_NONE */
};

/* A checked, borrowed view of a program; valid as long as its bytes. */
struct program {
	const uint8_t		*bytes;
	size_t			 len;
	uint32_t		 base;
	uint32_t		 n_ops, n_refs, n_dims, n_params, n_digests;
	uint32_t		 n_data;
	const struct program_op	*ops;
	const uint32_t		*refs;
	const int64_t		*dims;
	const int64_t		*params;
	const uint8_t		*digests;
	const uint8_t		*data;
};

/*
 * Structure only, what the gateway checks: magic, version, counts and offsets
 * in range, ranks, known dtypes, places; sizes of inline data; every length
 * >= 0, or unknown where an op computes it.  bytes must be 8-aligned (E_BAD_PROGRAM else).  max_ops bounds the
 * count (E_TOO_BIG).  Borrowed: p points into bytes.
 */
enum error program_open(struct program *p, const uint8_t *bytes, size_t len,
	    uint32_t max_ops, struct op_error *) MUST_CHECK;
/* The declared shape of op i (0-based). */
void	 program_shape(const struct program *, uint32_t i, struct shape *);
/*
 * Meaning of op i: known code, arity, parameters, references, and the shape
 * and dtype recomputed and equal to the declared; where a length cannot be
 * known yet, the declared one may be any, and a rule that needs an unknown
 * length of an input is not asked: whoever learns the length checks again.  earlier gives the shapes
 * of values below base (NULL: there are none); it returns NULL for a value
 * that does not exist.  Ops must be checked in order.  row and params are
 * filled in for the caller.
 */
typedef const struct shape *(*program_earlier)(void *arg, uint32_t value);
enum error program_check_op(const struct program *, uint32_t i,
	    program_earlier, void *arg, int64_t max_bytes,
	    const struct op_row **row, struct op_params *params,
	    struct op_error *) MUST_CHECK;
/* All ops in order; the first error. */
enum error program_check(const struct program *, program_earlier, void *arg,
	    int64_t max_bytes, struct op_error *) MUST_CHECK;
/*
 * Shapes of op i's inputs, the first max of them, into in[] (NULL: there is no
 * such value below op i's); returns n_in.  Scratch holds them.
 */
size_t	 program_inputs(const struct program *, uint32_t i, program_earlier,
	    void *arg, const struct shape **in, struct shape *scratch,
	    size_t max);
/* Bytes of an inline or digest source. */
struct bytes	 program_inline(const struct program *, uint32_t i);
const uint8_t	*program_digest(const struct program *, uint32_t i);

/* Building.  Shapes are interned; the writer owns its buffers. */
struct program_writer {
	uint32_t	base;
	uint32_t	n_ops, n_refs, n_dims, n_params, n_digests;
	struct buf	ops, refs, dims, params, digests, data;
	uint32_t	last_dim;	/* of last_shape, for reuse */
	struct shape	last_shape;
};

void	 program_writer_init(struct program_writer *, uint32_t base);
void	 program_writer_clear(struct program_writer *);		/* frees */
void	 program_writer_reset(struct program_writer *, uint32_t base);
/* Each returns the value number of the op written. */
uint32_t program_write_inline(struct program_writer *, const struct shape *,
	    const void *bytes, uint8_t flags);
uint32_t program_write_digest(struct program_writer *, const struct shape *,
	    const uint8_t [DIGEST_LEN], uint8_t flags);
uint32_t program_write_given(struct program_writer *, const struct shape *,
	    uint32_t ordinal, uint8_t flags);
uint32_t program_write_op(struct program_writer *, const struct op_row *,
	    const struct op_params *, const uint32_t *in, size_t n_in,
	    const struct shape *, uint8_t flags);
/*
 * The same op with parameters already packed, copied from another program.
 * shape: what is known of it now; NULL: as it was declared.
 */
uint32_t program_copy_op(struct program_writer *, const struct program *,
	    uint32_t i, const uint32_t *in, const struct shape *shape,
	    uint8_t flags);
void	 program_set_flags(struct program_writer *, uint32_t value,
	    uint8_t flags);
size_t	 program_size(const struct program_writer *);
/* Appends the program. */
void	 program_finish(const struct program_writer *, struct buf *out);

#endif
