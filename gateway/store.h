/*
 * Tensor bytes in Redis: a queue of commands on one connection, which is made
 * again when it breaks.  Every command here may be repeated, so those under
 * way when it broke are sent once more and callers see answers only.
 */
#ifndef RAVEN_STORE_H
#define RAVEN_STORE_H

#include "common/conf.h"
#include "common/digest.h"

struct event_base;
struct store;

struct store_answer {
	bool		 ok;
	const char	*error;		/* Redis's words, if not ok */
	int64_t		 number;	/* EXISTS */
	const uint8_t	*bytes;		/* GETRANGE; borrowed */
	size_t		 len;
};

typedef void (*store_fn)(const struct store_answer *, void *arg);

struct store_handlers {
	void	(*changed)(void *arg);	/* up, down, or less is waiting */
};

struct store	*store_new(const struct conf *, struct event_base *,
		    const struct store_handlers *, void *arg);
/* Callers' callbacks are not called. */
void		 store_free(struct store *);
/* bytes are borrowed until the answer. */
void		 store_set(struct store *, const uint8_t [DIGEST_LEN],
		    const uint8_t *bytes, size_t, store_fn, void *arg);
void		 store_exists(struct store *, const uint8_t [DIGEST_LEN],
		    store_fn, void *arg);
void		 store_range(struct store *, const uint8_t [DIGEST_LEN],
		    uint64_t offset, size_t len, store_fn, void *arg);
bool		 store_up(const struct store *);
/* Redis is full or cannot write: SETs wait. */
bool		 store_blocked(const struct store *);
/* Bytes of SETs not answered. */
uint64_t	 store_waiting(const struct store *);

#endif
