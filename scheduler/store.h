/*
 * Where the scheduler keeps its record: a small table of functions, filled by
 * store_redis.c (production) and store_mem.c (tests), and the layout that both
 * keep.  raven-redis(7) shows it with redis-cli.
 *
 * Numbers in hash fields are decimal text; times are Unix seconds (queues:
 * milliseconds); digests and keys are lower-case hex.  {G} is the graph number
 * in braces, a hash tag, so that one graph lies on one node of a cluster.
 *
 * raven:format           string "1"; a scheduler refuses to start on another
 * raven:epoch            string; rises by one before each scheduler start
 * raven:next             string; number of the next graph
 * raven:secret           string, 64 hex digits; key of assignment tokens
 *
 * raven:graph:{G}        hash
 *     v        transactions written for this graph, first in each
 *     key      the developer's 128-bit key       name, owner, approach, options
 *     verify   participants per group            priority   high or low
 *     status   running, ending (END came), ended, cancelled, frozen
 *     created, ended   times                     seen   its developer was here
 *     batch    last batch n                      ops    number of ops
 *     pending, computing, computed, failed       counts of ops
 *     groups   handed out in this epoch          bytes  of values held
 *     cancelled   ops open when it was cancelled
 *     kept     digests of what stays after the end, one after the other
 *     compute_us   compute time of accepted results
 * raven:graph:{G}:ops    hash: batch n -> packed batch
 * raven:graph:{G}:groups hash: "epoch.counter" -> packed group
 *
 * raven:client:CID       hash
 *     kind     browser, native, ...              build
 *     status   online or offline                 first, last   times
 *     secret   BLAKE3 of the client's secret
 *     slots, memory, hidden, all_slots, overhead_us, digest_rate
 *     benchmark   as measured at join: "class.dtype=rate ..." with the names
 *              none matmul elementwise transcendental reduction copy sort and
 *              NumPy's dtypes; rate in units of op.h a second
 *     estimates   as learnt since: "class=ln(factor):variance ..."
 *     groups, ops, compute_us   accepted          lost, refused   groups
 *     credibility   results in a row that agreed
 *   forgotten 10 minutes after one left that never did anything (a day, if
 *   nobody saw it leave), 90 days after one that did
 * raven:data:DIGEST      string: the bytes of a tensor, nothing else
 * raven:token:HASH       hash: owner, rights (d, o: letters), expiry (0: never)
 *
 * raven:queue:high, :low sorted sets: G of graphs with ready ops, by created
 * raven:queue:computing  sorted set: "G.epoch.counter" of groups out, by sent
 * raven:events           stream, about 10,000 entries: kind, then g, cid, text
 *     kinds: start graph end group-lost group-late joined left refused
 *
 * Queues and events are derived: rewritten at start, never read back.
 *
 * Packed records are little-endian.  Every table in them starts at a multiple
 * of 8 (zeros between); the last 4 bytes are the CRC32C of all before.
 *
 * Batch, magic "RVB1":
 *    0 u32 magic       4 u32 program bytes   8 u32 first op   12 u32 n_ops
 *   16 u32 n_want     20 u32 n_persist      24 u32 n_released 28 u32 0
 *   32 u8[program bytes]   the program as received (common/program.h)
 *      u32[n_want]  u32[n_persist]  u32[n_released]   op indices
 *      u32 0  u32 crc
 *
 * Group, magic "RVG1":
 *    0 u32 magic       4 u8 state   5 u8 attempt   6 u8 cid length
 *    7 u8 tab length
 *    8 u32 n_ops      12 u32 n_values       16 u32 n_errors   20 u32 0
 *   24 u64 time, Unix ms                    32 u64 compute_us
 *   40 u8[cid bytes]  u8[tab bytes]         to whom it was given
 *      u32[n_ops]     op indices, in program order
 *      n_values x     u32 op, u8 dtype, u8 flags, u16 0, u64 size,
 *                     u8[32] digest, u8[size] data if flags has 1 (small)
 *                     padded to 8
 *      n_errors x     u32 op, u32 code, u32 cause, u32 0, i64[4]
 *      u32 0  u32 crc
 *   state: 1 out, 2 done, 3 returned (its ops wait again; a late result counts)
 * A group is written when it leaves, when it returns and when it is done.  A
 * large value (flags 0) is in raven:data:DIGEST or only with participants.
 */
#ifndef RAVEN_STORE_H
#define RAVEN_STORE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/xalloc.h"

#define STORE_FORMAT		"1"
#define STORE_EVENTS_MAX	10000

enum store_op {
	STORE_SET,	/* key, value */
	STORE_HSET,	/* key, field, value */
	STORE_HDEL,	/* key, field */
	STORE_DEL,	/* key */
	STORE_ZADD,	/* key, field = member, score */
	STORE_ZREM,	/* key, field = member */
	STORE_XADD,	/* key, value = fields and values, NUL after each */
	STORE_EXPIRE,	/* key, score = seconds until it is forgotten */
};

/*
 * One write.  Writes with the same graph that are submitted together are one
 * transaction, graph 0: plain commands.  v: the graph's transaction number;
 * the same in all writes of one transaction.
 */
struct store_write {
	enum store_op	op;
	uint64_t	g;
	uint64_t	v;
	struct bytes	key, field, value;	/* borrowed for the call */
	uint64_t	score;
};

/* A field of a hash, or the whole of a string (field empty). */
struct store_field {
	struct bytes	field, value;
};

enum store_state { STORE_UP, STORE_DOWN };

struct store_events {
	/* Everything submitted up to this number is recorded. */
	void	(*recorded)(void *arg, uint64_t number);
	/* A transaction of g failed inside EXEC: freeze that graph. */
	void	(*broken)(void *arg, uint64_t g, const char *why);
	void	(*state)(void *arg, enum store_state);
};

/* Hash or string at a key; n = 0: there is none.  ok false: store down. */
typedef void (*store_reply)(void *arg, bool ok, const struct store_field *,
    size_t n);
/* For each key found by a walk; nonzero stops it. */
typedef int (*store_visit)(void *arg, struct bytes key);

struct store;

struct store_ops {
	/* Submits n writes, ordered by graph; number rises by one each call. */
	void	(*submit)(struct store *, uint64_t number,
		    const struct store_write *, size_t n);
	/* Asynchronous look-up, for HELLO. */
	void	(*get)(struct store *, struct bytes key, store_reply,
		    void *arg);
	/* Before the loop runs: 0, or -1 with the reason in err. */
	int	(*read)(struct store *, struct bytes key, store_reply,
		    void *arg, char *err, size_t err_len) MUST_CHECK;
	int	(*walk)(struct store *, const char *prefix, store_visit,
		    void *arg, char *err, size_t err_len) MUST_CHECK;
	int	(*write)(struct store *, const struct store_write *, size_t n,
		    char *err, size_t err_len) MUST_CHECK;
	/* Submitted and not yet recorded. */
	size_t	(*pending_bytes)(const struct store *);
	size_t	(*pending)(const struct store *);
	void	(*free)(struct store *);
};

struct store {
	const struct store_ops		*ops;
	const struct store_events	*events;	/* set by the turn */
	void				*arg;	/* borrowed, for events */
};

#endif
