/*
 * The store in Redis.  Blocking while the record is read, before the loop
 * runs; asynchronous from store_redis_run on.
 */
#ifndef RAVEN_STORE_REDIS_H
#define RAVEN_STORE_REDIS_H

#include "common/conf.h"
#include "store.h"

struct event_base;

/*
 * Connects and checks the server: 0, or -1 and why in err; *fatal: trying
 * again would not help (it evicts keys).
 */
int	 store_redis_open(const struct conf *, struct store **, bool *fatal,
	    char *err, size_t err_len) MUST_CHECK;
/* Ends the blocking part. */
void	 store_redis_run(struct store *, struct event_base *);
/* Above 80% of its memory, as asked the last time; asks again. */
bool	 store_redis_crowded(struct store *);
/* Disconnects; who asked is told before it goes. */
void	 store_redis_stop(struct store *);
/*
 * Walks over the stored tensors in the background, page by page, and
 * deletes those idle for idle_s seconds that refers() does not know.
 */
void	 store_redis_sweep(struct store *, uint64_t idle_s,
	    bool (*refers)(void *, const uint8_t *), void *arg);

#endif
