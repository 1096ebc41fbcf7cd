/*
 * What the files of the Redis store share.
 */
#ifndef RAVEN_STORE_REDIS_PRIV_H
#define RAVEN_STORE_REDIS_PRIV_H

#include <sys/queue.h>

#include <hiredis/async.h>

#include "store_redis.h"

/*
 * What one submission writes for one graph, as commands ready to send: a
 * transaction, or with graph 0 plain commands.
 */
struct store_redis;

struct unit {
	TAILQ_ENTRY(unit)	 entry;
	struct store_redis	*owner;		/* borrowed */
	uint64_t		 number;	/* of the submission */
	uint64_t		 g, v;
	uint64_t		 acked_us;
	struct buf		 bytes;
	uint32_t		*ends;		/* of each command in bytes */
	uint32_t		 n_ends;
	bool			 last;		/* of its submission */
	bool			 sent;
	bool			 redo;		/* again, whatever v says */
	bool			 told;		/* reported as recorded */
	/* Redis has it: a PING instead */
	bool			 skip;
};

TAILQ_HEAD(units, unit);

struct asked;

struct store_redis {
	struct store		 store;
	const struct conf	*conf;
	struct event_base	*base;
	redisContext		*sync;		/* before the loop */
	redisAsyncContext	*ac;
	struct event		*retry, *trim;
	bool			 up;		/* units may be sent */
	bool			 starting;	/* never was up or down yet */
	STAILQ_HEAD(, asked)	 asked;		/* while starting */
	bool			 logged;
	uint32_t		 checks;	/* HGET v outstanding */
	char			 run_id[48];
	/* oldest first; sent ones lead */
	struct units		 queue;
	struct units		 acked;		/* fsync = second: for 3 s */
	struct unit		*next;		/* first unsent, or NULL */
	size_t			 bytes, in_flight, n;
	uint32_t		 wait_ms;	/* until the next attempt */
	bool			 crowded;	/* above 80% of maxmemory */
	/* The sweep. */
	char			 cursor[24];
	bool			 sweeping;
	uint64_t		 idle_s;
	bool			 (*refers)(void *, const uint8_t *);
	void			*refers_arg;
};

/* redis_cmd.c */
struct unit	*unit_new(const struct store_write *, size_t n);
void		 unit_free(struct unit *);
void		 cmd_write(struct buf *, const struct store_write *, size_t n,
		    size_t *used);
/* redis_ask.c */
void	 redis_get(struct store *, struct bytes key, store_reply, void *arg);
void	 redis_ask_waiting(struct store_redis *);
/* redis_sync.c */
void	 redis_answer_hash(const redisReply *, store_reply, void *arg);
int	 redis_sync_read(struct store *, struct bytes, store_reply, void *,
	    char *, size_t);
int	 redis_sync_walk(struct store *, const char *, store_visit, void *,
	    char *, size_t);
int	 redis_sync_write(struct store *, const struct store_write *, size_t,
	    char *, size_t);
int	 redis_sync_check(struct store_redis *, bool *fatal, char *, size_t);

#endif
