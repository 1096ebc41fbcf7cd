/*
 * What raven.wasm offers to JavaScript.  Nothing is imported.  The module is
 * instantiated once for the network worker, which runs the participant
 * (rv_net_*), and once for each slot's compute worker (rv_job_*, rv_bench_*).
 * The functions without a prefix serve both.
 *
 * Rules of the boundary
 *   - u32 is an i32 in wasm: take results with >>> 0.  f64 is a number.  No
 *     64-bit integer crosses as a value; times are f64 microseconds of one
 *     clock that never goes back (performance.now() * 1000).
 *   - Addresses are offsets in the exported memory `memory`, 8-aligned or
 *     better; 0 means that there was no memory.  ANY call may grow the memory
 *     and so detach views: make them anew after each call.
 *   - Text is UTF-8 with a length; names returned alone end with NUL.
 *   - Bytes that a function gives out ("borrowed") stay as they are until the
 *     next call of any rv_ function with the same handle, unless said
 *     otherwise.  Copy (slice) before the next call.
 *   - Structs are little-endian with the offsets given here and in
 *     participant.h, bench.h.
 *   - A trap (WebAssembly.RuntimeError) means a fault of this program or no
 *     memory for a small need: throw the instance away and make another.
 *
 * The network worker
 *
 *	n = rv_net_new()
 *	for each text: a = rv_alloc(len); copy; rv_net_set(n, RV_CID, a, len);
 *	    rv_free(a)		RV_SECRET is needed; a CID may be left out
 *	rv_net_start(n, slots, memory, seed, now)
 *	pump()
 *
 *   pump(), after every event and when the deadline has come:
 *	deadline = rv_net_tick(n, now)
 *	while ((c = rv_net_next(n, socket ? socket.bufferedAmount : 0)))
 *	    switch (kind of c)
 *	    RV_CONNECT	after after_ms: new WebSocket(url, 'raven.v1')
 *	    RV_SEND	socket.send(bytes at ptr, len)		(send copies)
 *	    RV_CLOSE	socket.close(code, text at ptr, len); onclose follows
 *	    RV_RUN	job = new Uint8Array(total); for each of the n pieces
 *			    job.set(bytes(piece.ptr, piece.len), piece.at);
 *			post {run, job} to slot's worker, transferring job
 *	    RV_STOP	post {stop: run} to slot's worker
 *	    RV_BENCH	start the benchmark (below)
 *	    RV_IDENTITY	keep the CID at ptr, len in local storage
 *	    RV_CHANGED	post a copy of the status to the page, at leisure
 *	set one timer for the deadline (Infinity: none), replacing the last
 *
 *   events, each followed by pump():
 *	socket.onopen		rv_net_opened(n, now)
 *	socket.onmessage	a = rv_net_reserve(n, len); copy the message there;
 *				rv_net_received(n, len, now).  a == 0: close the
 *				socket; onclose follows
 *	socket.onclose, or new WebSocket threw	rv_net_closed(n, code, now)
 *	a worker's progress	rv_net_progress(n, slot, run, done, total)
 *	a worker's outcome	a = rv_net_done(n, slot, run, head length);
 *				a == 0: drop it (stale or no memory);
 *				copy the head to a;
 *				for i of the values: v = rv_net_value(n, i);
 *				    v != 0: copy the i-th value's bytes there;
 *				rv_net_done_end(n, compute_us, wall_us, now)
 *	a worker died		rv_net_failed(n, slot, run, now); make another
 *	the page's wishes	rv_net_pause, _slots, _hidden, _duty, _leave
 *
 * A compute worker
 *
 *	j = rv_job_new()
 *	on {run, job}:
 *	    t0 = now; compute = 0
 *	    a = rv_job_load(j, job.length); a == 0: outcome without values
 *	    copy job to a;  rv_job_start(j)
 *	    do { t = now; more = rv_job_step(j, budget); compute += now - t;
 *		 adapt budget so that a step takes 20 to 50 ms (start: 2e7);
 *		 let messages in (MessageChannel, not a timer): a {stop} ends it;
 *		 now and then post {progress: run, rv_job_done(j), rv_job_total(j)}
 *	    } while (more)
 *	    h = rv_job_outcome(j); head = slice(h, h + rv_job_outcome_size(j))
 *	    n = u32 at head + 4
 *	    values = for i < n: e = head + 56 + 112 i:
 *		slice(u32 at e + 8, u32 at e + 12 bytes)
 *	    post {run, head, values, compute_us, wall_us = now - t0}, transferring
 *	    rv_job_clear(j)
 *   head and values stay valid until rv_job_load, rv_job_clear.
 *
 * The benchmark, on slot 0's compute worker:
 *	b = rv_bench_new(RV_BENCH_ALL)
 *	do { t = now; more = rv_bench_step(b); rv_bench_timed(b, now - t);
 *	     post the stage's name and number to the page } while (more)
 *	r = rv_bench_result(b): RV_BENCH_SIZE bytes; rv_bench_free(b) after copying
 *   then, with several slots, all at once on each: the same with RV_BENCH_SLOTS.
 *   In the network worker, for each result: a = rv_alloc(RV_BENCH_SIZE); copy;
 *   rv_net_bench(n, a); rv_free(a): first the one of RV_BENCH_ALL, then each
 *   slot's; then rv_net_benched(n, now) and pump().
 */
#ifndef RAVEN_WASM_H
#define RAVEN_WASM_H

#include "participant.h"

#define RV(name)	__attribute__((export_name(#name))) name

#define RV_ABI		1
#define RV_BENCH_SIZE	280	/* sizeof(struct bench_result) */
#define RV_STATUS_SIZE	792	/* sizeof(struct participant_status) */
#define RV_SLOT_SIZE	136	/* sizeof(struct participant_slot) */

typedef uint32_t u32;
typedef double f64;

/* rv_net_set: which text. */
enum rv_text {
	RV_CID = 1, RV_SECRET = 2, RV_TAB = 3, RV_KIND = 4, RV_BUILD = 5,
	RV_TOKEN = 6
};

/* The same numbers as enum participant_kind. */
enum rv_kind {
	RV_CONNECT = 1, RV_SEND = 2, RV_CLOSE = 3, RV_RUN = 4, RV_STOP = 5,
	RV_BENCH = 6, RV_IDENTITY = 7, RV_CHANGED = 8
};

enum rv_bench { RV_BENCH_ALL = 0, RV_BENCH_SLOTS = 1 };

/* A command; members that its kind does not use are 0. */
struct rv_command {
	u32	kind;		/* 0 enum rv_kind */
	u32	slot;		/* 4 RUN, STOP */
	u32	run;		/* 8 RUN, STOP */
	u32	after_ms;	/* 12 CONNECT */
	u32	code;		/* 16 CLOSE */
	u32	ptr;		/* 20 SEND, CLOSE, IDENTITY: the bytes;
				 * RUN: n pieces */
	u32	len;		/* 24 of the bytes */
	u32	n;		/* 28 RUN: pieces */
	u32	total;		/* 32 RUN: bytes of the job; between the pieces
				 * it is zero */
};				/* 36 bytes */

struct rv_piece {
	u32	ptr;		/* 0 */
	u32	len;		/* 4 */
	u32	at;		/* 8 offset in the job */
};				/* 12 bytes */

/* What a run came to; the head that travels from compute to network worker. */
struct rv_export {
	u32	op;		/* 0 */
	uint8_t	dtype, ndim;	/* 4, 5 */
	uint8_t	unused[2];
	u32	ptr;		/* 8 of the bytes, in the compute instance */
	u32	size;		/* 12 */
	int64_t	dims[TENSOR_RANK];	/* 16 */
	uint8_t	digest[DIGEST_LEN];	/* 80 */
};				/* 112 bytes */

struct rv_outcome {
	u32	refused;	/* 0 enum error; 0: it ran */
	u32	n_exports;	/* 4 */
	u32	n_errors;	/* 8 */
	u32	unused;		/* 12 */
	int64_t	a[4];		/* 16 numbers of refused */
	uint64_t units;		/* 48 cost units computed */
	/* 56: n_exports x struct rv_export, then n_errors x struct op_error
	 * (48 bytes each; opaque to JavaScript) */
};				/* 56 bytes */

/* Both kinds of instance. */
u32	 RV(rv_abi)(void);		/* RV_ABI: check it first */
u32	 RV(rv_alloc)(u32 n);		/* 0: no memory */
void	 RV(rv_free)(u32 address);	/* of rv_alloc; 0 is allowed */
u32	 RV(rv_memory_used)(void);	/* bytes allocated, for people */

/* Network worker.  n: the handle. */
u32	 RV(rv_net_new)(void);
void	 RV(rv_net_set)(u32 n, u32 text, u32 address, u32 len);	/* copies */
/* memory: bytes lent; seed: any number, of the reconnect's jitter. */
void	 RV(rv_net_start)(u32 n, u32 slots, f64 memory, u32 seed, f64 now_us);
void	 RV(rv_net_free)(u32 n);
u32	 RV(rv_net_next)(u32 n, f64 unsent);	/* struct rv_command, or 0 */
f64	 RV(rv_net_tick)(u32 n, f64 now_us);	/* the deadline, or Infinity */

void	 RV(rv_net_opened)(u32 n, f64 now_us);
u32	 RV(rv_net_reserve)(u32 n, u32 len);
void	 RV(rv_net_received)(u32 n, u32 len, f64 now_us);
void	 RV(rv_net_closed)(u32 n, u32 code, f64 now_us);

void	 RV(rv_net_progress)(u32 n, u32 slot, u32 run, f64 done, f64 total);
u32	 RV(rv_net_done)(u32 n, u32 slot, u32 run, u32 head_len);
u32	 RV(rv_net_value)(u32 n, u32 i);	/* 0: empty, or no memory */
void	 RV(rv_net_done_end)(u32 n, f64 compute_us, f64 wall_us, f64 now_us);
void	 RV(rv_net_failed)(u32 n, u32 slot, u32 run, f64 now_us);
void	 RV(rv_net_bench)(u32 n, u32 result);
void	 RV(rv_net_benched)(u32 n, f64 now_us);

/* pause: enum participant_pause */
void	 RV(rv_net_pause)(u32 n, u32 pause, f64 now_us);
void	 RV(rv_net_slots)(u32 n, u32 slots, f64 now_us);
void	 RV(rv_net_hidden)(u32 n, u32 hidden, f64 now_us);
void	 RV(rv_net_duty)(u32 n, f64 duty, f64 now_us);
void	 RV(rv_net_leave)(u32 n, f64 now_us);

u32	 RV(rv_net_status)(u32 n);		/* struct participant_status */
u32	 RV(rv_net_slot)(u32 n, u32 slot);	/* struct participant_slot */
/* Wire name of an enum error ("cid_taken"), and what to do about it. */
u32	 RV(rv_error_name)(u32 code);
u32	 RV(rv_error_todo)(u32 code);

/* Compute worker.  j: the handle. */
u32	 RV(rv_job_new)(void);
u32	 RV(rv_job_load)(u32 j, u32 size);	/* ends the last; where to copy */
u32	 RV(rv_job_start)(u32 j);		/* 0, or why it is refused */
u32	 RV(rv_job_step)(u32 j, f64 budget);	/* 1: more to do */
f64	 RV(rv_job_done)(u32 j);		/* cost units */
f64	 RV(rv_job_total)(u32 j);
u32	 RV(rv_job_outcome)(u32 j);		/* struct rv_outcome and tables */
u32	 RV(rv_job_outcome_size)(u32 j);
void	 RV(rv_job_clear)(u32 j);

u32	 RV(rv_bench_new)(u32 which);		/* enum rv_bench; 0: no memory */
u32	 RV(rv_bench_step)(u32 b);		/* 1: more to do */
void	 RV(rv_bench_timed)(u32 b, f64 us);
u32	 RV(rv_bench_stage)(u32 b);
u32	 RV(rv_bench_stages)(u32 b);
u32	 RV(rv_bench_stage_name)(u32 b, u32 stage);
u32	 RV(rv_bench_result)(u32 b);		/* struct bench_result */
void	 RV(rv_bench_free)(u32 b);

#endif
