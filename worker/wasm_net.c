/*
 * The module's functions for the network worker: handles and numbers for
 * JavaScript around the participant.  wasm.h says who calls what.
 * Must not keep state outside its handles.
 * Dies of (traps): no memory for a handle.
 */
#include "wasm.h"

#include <stddef.h>
#include <string.h>

#include "common/buf.h"
#include "wasm_job.h"
#include "wasm_rt.h"

_Static_assert(sizeof(struct bench_result) == RV_BENCH_SIZE, "layout");
_Static_assert(sizeof(struct participant_status) == RV_STATUS_SIZE, "layout");
_Static_assert(sizeof(struct participant_slot) == RV_SLOT_SIZE, "layout");
_Static_assert(sizeof(struct rv_command) == 36, "layout");
_Static_assert(sizeof(struct rv_piece) == 12, "layout");
_Static_assert(sizeof(struct rv_export) == 112, "layout");
_Static_assert(sizeof(struct rv_outcome) == 56, "layout");
_Static_assert(sizeof(struct op_error) == 48, "layout");
_Static_assert((int)RV_CONNECT == (int)PC_CONNECT &&
    (int)RV_CHANGED == (int)PC_CHANGED, "the same numbers");

#define TEXT_MOST	256
#define MEMORY_MOST	(1u << 30)	/* half of what an instance may have */

static uint64_t
whole(f64 x)
{
	return x > 0 && x < 9007199254740992.0 ? (uint64_t)x : 0;
}

/* ---- both kinds ---- */

u32
rv_abi(void)
{
	return RV_ABI;
}

u32
rv_alloc(u32 n)
{
	return wasm_address(xtry_malloc(n));
}

void
rv_free(u32 a)
{
	xfree(wasm_pointer(a));
}

u32
rv_memory_used(void)
{
	return (u32)wasm_rt_used();
}

u32
rv_error_name(u32 code)
{
	return wasm_address(error_name((enum error)code));
}

u32
rv_error_todo(u32 code)
{
	return wasm_address(error_todo((enum error)code));
}

/* ---- network worker ---- */

struct net {
	struct participant	*participant;
	struct buf		 text[RV_TOKEN + 1];
	uint8_t			*message;	/* being received */
	struct rv_command	 command;
	struct buf		 head;		/* of the job given out */
	struct buf		 pieces;
	struct bench_result	*benches;	/* measured alone, then slots */
	u32			 n_benches;
	struct participant_status status;
	struct participant_slot	 slot;
	/* the outcome being taken over */
	u32			 done_slot, done_run;
	struct rv_outcome	*outcome;
	size_t			 outcome_len;
	struct participant_export *exports;
};

u32
rv_net_new(void)
{
	return wasm_address(xcalloc(1, sizeof(struct net)));
}

void
rv_net_set(u32 h, u32 text, u32 a, u32 len)
{
	struct net *n = wasm_pointer(h);

	if (text < RV_CID || text > RV_TOKEN || len > TEXT_MOST)
		return;
	buf_reset(&n->text[text]);
	buf_add(&n->text[text], wasm_pointer(a), len);
}

static struct str
str_in(const struct net *n, enum rv_text text)
{
	struct str s = { (const char *)n->text[text].data, n->text[text].len };

	return s;
}

static struct bytes
bytes_in(const struct net *n, enum rv_text text)
{
	struct bytes b = { n->text[text].data, n->text[text].len };

	return b;
}

void
rv_net_start(u32 h, u32 slots, f64 memory, u32 seed, f64 now_us)
{
	struct net *n = wasm_pointer(h);
	struct participant_config c = { 0 };

	c.build = str_in(n, RV_BUILD);
	c.kind = str_in(n, RV_KIND);
	c.cid = str_in(n, RV_CID);
	c.secret = bytes_in(n, RV_SECRET);
	c.tab = str_in(n, RV_TAB);
	c.token = bytes_in(n, RV_TOKEN);
	c.slots = slots;
	c.memory = whole(memory);
	if (c.memory > MEMORY_MOST)
		c.memory = MEMORY_MOST;
	c.seed = seed;
	participant_free(n->participant);
	n->participant = participant_new(&c, whole(now_us));
}

static void
free_outcome(struct net *n)
{
	u32 i;

	for (i = 0; n->exports != NULL && i < n->outcome->n_exports; i++)
		xfree(n->exports[i].bytes);
	xfree(n->exports);
	xfree(n->outcome);
	n->exports = NULL;
	n->outcome = NULL;
}

void
rv_net_free(u32 h)
{
	struct net *n = wasm_pointer(h);
	size_t i;

	participant_free(n->participant);
	free_outcome(n);
	for (i = 0; i <= RV_TOKEN; i++)
		buf_clear(&n->text[i]);
	buf_clear(&n->head);
	buf_clear(&n->pieces);
	xfree(n->message);
	xfree(n->benches);
	xfree(n);
}

static void
add_piece(struct net *n, const void *p, size_t len, u32 *total)
{
	struct rv_piece piece = { wasm_address(p), (u32)len, *total };

	buf_add(&n->pieces, &piece, sizeof(piece));
	*total += ((u32)len + JOB_ALIGN - 1) & ~(JOB_ALIGN - 1);
}

/* The job's head, and where its pieces are. */
static void
write_job(struct net *n, const struct participant_command *c)
{
	struct job_head head = { JOB_MAGIC, (u32)c->n_given, c->memory,
		{ 0, (u32)c->program.n } };
	struct job_place place;
	size_t i, len = sizeof(head) + c->n_given * sizeof(place);
	u32 total = 0;

	buf_reset(&n->head);
	buf_reset(&n->pieces);
	buf_grow(&n->head, len);
	add_piece(n, n->head.data, len, &total);
	head.program.at = total;
	add_piece(n, c->program.p, c->program.n, &total);
	for (i = 0; i < c->n_given; i++) {
		place.at = total;
		place.len = (u32)c->given[i].n;
		memcpy(n->head.data + sizeof(head) + i * sizeof(place), &place,
		    sizeof(place));
		add_piece(n, c->given[i].p, c->given[i].n, &total);
	}
	memcpy(n->head.data, &head, sizeof(head));
	n->command.ptr = wasm_address(n->pieces.data);
	n->command.n = (u32)(n->pieces.len / sizeof(struct rv_piece));
	n->command.total = total;
}

u32
rv_net_next(u32 h, f64 unsent)
{
	struct net *n = wasm_pointer(h);
	struct participant_command c;

	if (!participant_next(n->participant, (size_t)whole(unsent), &c))
		return 0;
	memset(&n->command, 0, sizeof(n->command));
	n->command.kind = c.kind;
	n->command.slot = c.slot;
	n->command.run = c.run;
	n->command.after_ms = c.after_ms;
	n->command.code = c.code;
	n->command.ptr = wasm_address(c.bytes.p);
	n->command.len = (u32)c.bytes.n;
	if (c.kind == PC_RUN)
		write_job(n, &c);
	return wasm_address(&n->command);
}

f64
rv_net_tick(u32 h, f64 now_us)
{
	struct net *n = wasm_pointer(h);
	uint64_t at = participant_tick(n->participant, whole(now_us));

	return at == UINT64_MAX ? __builtin_inf() : (f64)at;
}

void
rv_net_opened(u32 h, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	participant_opened(n->participant, whole(now_us));
}

u32
rv_net_reserve(u32 h, u32 len)
{
	struct net *n = wasm_pointer(h);

	xfree(n->message);
	n->message = xtry_malloc(len);
	return wasm_address(n->message);
}

void
rv_net_received(u32 h, u32 len, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	participant_received(n->participant, n->message, len, whole(now_us));
	xfree(n->message);
	n->message = NULL;
}

void
rv_net_closed(u32 h, u32 code, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	participant_closed(n->participant, (uint16_t)code, whole(now_us));
}

void
rv_net_progress(u32 h, u32 slot, u32 run, f64 done, f64 total)
{
	struct net *n = wasm_pointer(h);

	participant_progress(n->participant, slot, run, whole(done),
	    whole(total));
}

u32
rv_net_done(u32 h, u32 slot, u32 run, u32 head_len)
{
	struct net *n = wasm_pointer(h);

	free_outcome(n);
	if (head_len < sizeof(struct rv_outcome) ||
	    !participant_runs(n->participant, slot, run))
		return 0;
	n->outcome = xtry_malloc(head_len);
	n->outcome_len = head_len;
	n->done_slot = slot;
	n->done_run = run;
	return wasm_address(n->outcome);
}

static const struct rv_export *
exports_in(const struct rv_outcome *o)
{
	return (const struct rv_export *)(o + 1);
}

/* The head fits its tables; else the run counts as failed. */
static bool
whole_head(const struct net *n)
{
	const struct rv_outcome *o = n->outcome;
	uint64_t need = sizeof(*o);

	need += (uint64_t)o->n_exports * sizeof(struct rv_export);
	need += (uint64_t)o->n_errors * sizeof(struct op_error);
	return need == n->outcome_len;
}

u32
rv_net_value(u32 h, u32 i)
{
	struct net *n = wasm_pointer(h);
	const struct rv_export *e;

	if (n->outcome == NULL || !whole_head(n) || i >= n->outcome->n_exports)
		return 0;
	if (n->exports == NULL)
		n->exports = xcalloc(n->outcome->n_exports,
		    sizeof(*n->exports));
	e = &exports_in(n->outcome)[i];
	if (n->exports[i].bytes == NULL)
		n->exports[i].bytes = xtry_malloc(e->size);
	return e->size == 0 ? 0 : wasm_address(n->exports[i].bytes);
}

static void
take_export(struct participant_export *x, const struct rv_export *e)
{
	x->op = e->op;
	x->size = e->size;
	x->shape.dtype = e->dtype;
	x->shape.ndim = e->ndim <= TENSOR_RANK ? e->ndim : TENSOR_RANK;
	memcpy(x->shape.dims, e->dims, sizeof(e->dims));
	memcpy(x->digest, e->digest, DIGEST_LEN);
}

static void
read_outcome(struct net *n, struct participant_outcome *o)
{
	const struct rv_export *e = exports_in(n->outcome);
	u32 i;

	o->refused = (enum error)n->outcome->refused;
	memcpy(o->a, n->outcome->a, sizeof(o->a));
	o->units = n->outcome->units;
	if (n->exports == NULL)
		n->exports = xcalloc(n->outcome->n_exports,
		    sizeof(*n->exports));
	for (i = 0; i < n->outcome->n_exports; i++)
		take_export(&n->exports[i], &e[i]);
	o->exports = n->exports;
	o->n_exports = n->outcome->n_exports;
	o->errors = (const struct op_error *)(e + o->n_exports);
	o->n_errors = n->outcome->n_errors;
}

void
rv_net_done_end(u32 h, f64 compute_us, f64 wall_us, f64 now_us)
{
	struct net *n = wasm_pointer(h);
	struct participant_outcome o = { .refused = E_INTERNAL };

	if (n->outcome == NULL)
		return;
	if (whole_head(n))
		read_outcome(n, &o);
	o.compute_us = whole(compute_us);
	o.wall_us = whole(wall_us);
	participant_done(n->participant, n->done_slot, n->done_run, &o,
	    whole(now_us));
	free_outcome(n);
}

void
rv_net_failed(u32 h, u32 slot, u32 run, f64 now_us)
{
	struct net *n = wasm_pointer(h);
	struct participant_outcome o = { .refused = E_INTERNAL };

	participant_done(n->participant, slot, run, &o, whole(now_us));
}

void
rv_net_bench(u32 h, u32 result)
{
	struct net *n = wasm_pointer(h);

	if (n->n_benches > PARTICIPANT_SLOTS)
		return;
	n->benches = xrealloc(n->benches,
	    (n->n_benches + 1) * sizeof(*n->benches));
	memcpy(&n->benches[n->n_benches++], wasm_pointer(result),
	    sizeof(*n->benches));
}

void
rv_net_benched(u32 h, f64 now_us)
{
	struct net *n = wasm_pointer(h);
	struct bench_result none = { 0 };
	f64 all = 1;

	if (n->n_benches > 1)
		all = bench_all_slots(&n->benches[0], &n->benches[1],
		    n->n_benches - 1);
	participant_benched(n->participant,
	    n->n_benches > 0 ? &n->benches[0] : &none, all, whole(now_us));
	xfree(n->benches);
	n->benches = NULL;
	n->n_benches = 0;
}

void
rv_net_pause(u32 h, u32 pause, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	if (pause <= PAUSE_AFTER)
		participant_pause(n->participant, (enum participant_pause)pause,
		    whole(now_us));
}

void
rv_net_slots(u32 h, u32 slots, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	participant_set_slots(n->participant, slots, whole(now_us));
}

void
rv_net_hidden(u32 h, u32 hidden, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	participant_set_hidden(n->participant, hidden != 0, whole(now_us));
}

void
rv_net_duty(u32 h, f64 duty, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	participant_set_duty(n->participant, duty, whole(now_us));
}

void
rv_net_leave(u32 h, f64 now_us)
{
	struct net *n = wasm_pointer(h);

	participant_leave(n->participant, whole(now_us));
}

u32
rv_net_status(u32 h)
{
	struct net *n = wasm_pointer(h);

	participant_status(n->participant, &n->status);
	return wasm_address(&n->status);
}

u32
rv_net_slot(u32 h, u32 slot)
{
	struct net *n = wasm_pointer(h);

	participant_slot(n->participant, slot, &n->slot);
	return wasm_address(&n->slot);
}
