/*
 * The module's functions for compute workers: a group of one job at a time,
 * and the benchmark.  wasm.h says who calls what.
 * Must not keep state outside its handles.
 * Dies of (traps): no memory for a handle or the table of an outcome.
 */
#include <string.h>

#include "compute/exec.h"
#include "wasm.h"
#include "wasm_job.h"

struct compute {
	struct exec		*exec;
	uint8_t			*job;		/* bytes of the job */
	u32			 job_len;
	struct bytes		*given;
	bool			 started;	/* exec_load was content */
	enum error		 refused;
	int64_t			 a[4];
	struct buf		 outcome;
};

u32
rv_job_new(void)
{
	struct compute *c = xcalloc(1, sizeof(*c));

	c->exec = exec_new();
	return wasm_address(c);
}

void
rv_job_clear(u32 h)
{
	struct compute *c = wasm_pointer(h);

	/* The executor borrows from the job: a new one takes its place. */
	exec_free(c->exec);
	c->exec = exec_new();
	xfree(c->job);
	xfree(c->given);
	c->job = NULL;
	c->given = NULL;
	c->job_len = 0;
	c->started = false;
	c->refused = E_INTERNAL;
	memset(c->a, 0, sizeof(c->a));
	buf_clear(&c->outcome);
}

u32
rv_job_load(u32 h, u32 size)
{
	struct compute *c = wasm_pointer(h);

	rv_job_clear(h);
	c->job = xtry_malloc(size);
	if (c->job == NULL) {
		c->refused = E_MEMORY;
		c->a[0] = size;
		return 0;
	}
	c->job_len = size;
	return wasm_address(c->job);
}

static bool
place_fits(const struct compute *c, const struct job_place *p)
{
	return p->at % JOB_ALIGN == 0 && p->at <= c->job_len &&
	    p->len <= c->job_len - p->at;
}

/* Reads the head and the places; false: it is no job of rv_net_next. */
static bool
read_job(struct compute *c, struct job_head *head)
{
	struct job_place place;
	u32 i;

	if (c->job_len < sizeof(*head))
		return false;
	memcpy(head, c->job, sizeof(*head));
	if (head->magic != JOB_MAGIC || !place_fits(c, &head->program) ||
	    head->n_given > (c->job_len - sizeof(*head)) / sizeof(place))
		return false;
	c->given = xcalloc(head->n_given, sizeof(*c->given));
	for (i = 0; i < head->n_given; i++) {
		memcpy(&place, c->job + sizeof(*head) + i * sizeof(place),
		    sizeof(place));
		if (!place_fits(c, &place))
			return false;
		c->given[i].p = c->job + place.at;
		c->given[i].n = place.len;
	}
	return true;
}

u32
rv_job_start(u32 h)
{
	struct compute *c = wasm_pointer(h);
	struct job_head head;
	struct op_error why = { 0 };

	if (c->job == NULL || c->started)
		return c->refused;
	c->refused = E_BAD_PROGRAM;
	if (read_job(c, &head))
		c->refused = exec_load(c->exec, c->job + head.program.at,
		    head.program.len, c->given, head.n_given,
		    (size_t)head.memory, &why);
	memcpy(c->a, why.a, sizeof(c->a));
	c->started = c->refused == E_OK;
	return c->refused;
}

u32
rv_job_step(u32 h, f64 budget)
{
	struct compute *c = wasm_pointer(h);

	if (!c->started)
		return 0;
	return exec_step(c->exec, budget < 1 ? 1 : budget > 1e15 ?
	    1000000000000000u : (uint64_t)budget) == EXEC_MORE;
}

static struct exec_progress
progress(u32 h)
{
	struct compute *c = wasm_pointer(h);
	struct exec_progress p = { 0 };

	if (c->started)
		exec_progress(c->exec, &p);
	return p;
}

f64
rv_job_done(u32 h)
{
	return (f64)progress(h).done;
}

f64
rv_job_total(u32 h)
{
	return (f64)progress(h).total;
}

static void
write_export(struct compute *c, size_t i)
{
	struct rv_export e = { 0 };
	struct exec_value v;

	exec_export(c->exec, i, &v);
	e.op = v.op;
	e.dtype = v.shape.dtype;
	e.ndim = v.shape.ndim;
	e.ptr = wasm_address(v.bytes);
	e.size = (u32)v.size;
	memcpy(e.dims, v.shape.dims, v.shape.ndim * sizeof(e.dims[0]));
	tensor_digest(&v.shape, v.bytes, e.digest);
	buf_add(&c->outcome, &e, sizeof(e));
}

u32
rv_job_outcome(u32 h)
{
	struct compute *c = wasm_pointer(h);
	struct rv_outcome o = { 0 };
	size_t i;

	o.refused = c->refused;
	memcpy(o.a, c->a, sizeof(o.a));
	if (c->started) {
		o.n_exports = (u32)exec_exports(c->exec);
		o.n_errors = (u32)exec_errors(c->exec);
		o.units = progress(h).done;
	}
	buf_reset(&c->outcome);
	buf_add(&c->outcome, &o, sizeof(o));
	for (i = 0; i < o.n_exports; i++)
		write_export(c, i);
	for (i = 0; i < o.n_errors; i++)
		buf_add(&c->outcome, exec_op_error(c->exec, i),
		    sizeof(struct op_error));
	return wasm_address(c->outcome.data);
}

u32
rv_job_outcome_size(u32 h)
{
	struct compute *c = wasm_pointer(h);

	return (u32)c->outcome.len;
}

/* ---- the benchmark ---- */

struct measure {
	struct bench		*bench;
	struct bench_result	 result;
};

u32
rv_bench_new(u32 which)
{
	struct bench *b = bench_new(which == RV_BENCH_SLOTS ? BENCH_SLOTS :
	    BENCH_ALL);
	struct measure *m;

	if (b == NULL)
		return 0;
	m = xcalloc(1, sizeof(*m));
	m->bench = b;
	return wasm_address(m);
}

u32
rv_bench_step(u32 h)
{
	struct measure *m = wasm_pointer(h);

	return bench_step(m->bench);
}

void
rv_bench_timed(u32 h, f64 us)
{
	struct measure *m = wasm_pointer(h);

	bench_timed(m->bench, us);
}

u32
rv_bench_stage(u32 h)
{
	struct measure *m = wasm_pointer(h);

	return bench_stage(m->bench);
}

u32
rv_bench_stages(u32 h)
{
	struct measure *m = wasm_pointer(h);

	return bench_stages(m->bench);
}

u32
rv_bench_stage_name(u32 h, u32 stage)
{
	struct measure *m = wasm_pointer(h);

	return wasm_address(bench_stage_name(m->bench, stage));
}

u32
rv_bench_result(u32 h)
{
	struct measure *m = wasm_pointer(h);

	bench_result(m->bench, &m->result);
	return wasm_address(&m->result);
}

void
rv_bench_free(u32 h)
{
	struct measure *m = wasm_pointer(h);

	bench_free(m->bench);
	xfree(m);
}
