/*
 * The packed records of scheduler/store.h: batches and groups, to bytes and
 * back.  The scheduler writes and reads them, ravenctl reads them.
 */
#ifndef RAVEN_RECORD_H
#define RAVEN_RECORD_H

#include <stdbool.h>

#include "buf.h"
#include "digest.h"
#include "xalloc.h"

#define RECORD_BATCH	0x31425652u	/* "RVB1" */
#define RECORD_GROUP	0x31475652u	/* "RVG1" */
#define RECORD_SMALL	0x01		/* a value's data is inside */
#define RECORD_SHAPED	0x02		/* so are its lengths: data decides them */

enum record_state { RECORD_OUT = 1, RECORD_DONE = 2, RECORD_RETURNED = 3 };

struct record_batch {
	struct bytes	 program;
	uint32_t	 first, n_ops;
	uint32_t	 n_want, n_persist, n_released;
	const uint32_t	*want, *persist, *released;
};

struct record_group {
	uint8_t		 state, attempt;
	struct str	 cid, tab;
	uint64_t	 time_ms, compute_us;
	uint32_t	 n_ops, n_values, n_errors;
	const uint32_t	*ops;
};

struct record_value {
	uint32_t	 op;
	uint8_t		 dtype, flags;
	uint8_t		 ndim;		/* if shaped */
	uint64_t	 size;
	uint8_t		 digest[DIGEST_LEN];
	const int64_t	*dims;		/* if shaped */
	struct bytes	 data;
};

struct record_error {
	uint32_t	op, code, cause;
	int64_t		a[4];
};

uint32_t record_crc(const void *, size_t);

void	 record_batch_pack(struct buf *, const struct record_batch *);
/* Bytes must be 8-aligned; views are borrowed from them.  -1: damaged. */
int	 record_batch_open(struct record_batch *, struct bytes) MUST_CHECK;

/* A group: head, then each value, then each error, then the end. */
void	 record_group_begin(struct buf *, const struct record_group *);
void	 record_group_value(struct buf *, const struct record_value *);
void	 record_group_error(struct buf *, const struct record_error *);
void	 record_group_end(struct buf *, size_t start);
/* Opens the head; then read the values and errors it counts, in order. */
int	 record_group_open(struct record_group *, struct bytes, size_t *at) MUST_CHECK;
int	 record_read_value(struct bytes, size_t *at, struct record_value *) MUST_CHECK;
int	 record_read_error(struct bytes, size_t *at, struct record_error *) MUST_CHECK;

#endif
