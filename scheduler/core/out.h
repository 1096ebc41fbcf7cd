/*
 * What the core wants done: messages to sessions and writes to the record.
 * Bytes are copied into one buffer; the shell takes them once a turn.
 */
#ifndef RAVEN_SCHED_OUT_H
#define RAVEN_SCHED_OUT_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/msg.h"
#include "scheduler/store.h"

struct out_send {
	uint64_t	session;
	size_t		at, len;	/* in bytes */
	bool		wait;		/* only after this turn is recorded */
};

/* As struct store_write, with offsets instead of pointers. */
struct out_write {
	enum store_op	op;
	uint64_t	g, v, score;
	size_t		key, key_len, field, field_len, value, value_len;
};

struct sched_out {
	struct buf		 bytes;
	struct out_send		*sends;
	struct out_write	*writes;
	size_t			 n_sends, sends_cap;
	size_t			 n_writes, writes_cap;
};

void	 out_init(struct sched_out *);
void	 out_clear(struct sched_out *);		/* frees */
void	 out_reset(struct sched_out *);		/* keeps the memory */
void	 out_send(struct sched_out *, uint64_t session, const struct msg *,
	    bool wait);
void	 out_write(struct sched_out *, enum store_op, uint64_t g,
	    struct bytes key,
	    struct bytes field, struct bytes value, uint64_t score);
/* The i-th, valid until the next change. */
struct bytes	 out_message(const struct sched_out *, size_t i);
void	 out_store_write(const struct sched_out *, size_t i,
	    struct store_write *);

#endif
