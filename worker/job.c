/*
 * Steps of a group or of the benchmark, timed.
 * Must not know of sockets or messages.
 * Dies of: no memory for the list of exports.
 */
#include <string.h>

#include "common/proc.h"
#include "compute/exec.h"
#include "job.h"

struct job {
	struct exec			*exec;
	bool				 running;
	uint32_t			 run;
	uint64_t			 started_us, compute_us;
	struct participant_outcome	 outcome;
	struct participant_export	*exports;
	struct op_error			*errors;
	struct bench			*bench;
};

struct job *
job_new(void)
{
	struct job *j = xcalloc(1, sizeof(*j));

	j->exec = exec_new();
	return j;
}

void
job_free(struct job *j)
{
	if (j == NULL)
		return;
	exec_free(j->exec);
	bench_free(j->bench);
	xfree(j->exports);
	xfree(j->errors);
	xfree(j);
}

void
job_run(struct job *j, const struct participant_command *c)
{
	struct op_error why = { 0 };

	memset(&j->outcome, 0, sizeof(j->outcome));
	j->running = true;
	j->run = c->run;
	j->started_us = proc_now_us();
	j->outcome.refused = exec_load(j->exec, c->program.p, c->program.n,
	    c->given, c->n_given, c->memory, &why);
	memcpy(j->outcome.a, why.a, sizeof(why.a));
	j->compute_us = proc_now_us() - j->started_us;
}

void
job_stop(struct job *j, uint32_t run)
{
	if (j->run == run)
		j->running = false;
}

void
job_bench(struct job *j)
{
	bench_free(j->bench);
	j->bench = bench_new(BENCH_ALL);
}

bool
job_busy(const struct job *j)
{
	return j->running || j->bench != NULL;
}

static enum job_state
step_bench(struct job *j)
{
	uint64_t start = proc_now_us();
	bool more = bench_step(j->bench);

	bench_timed(j->bench, (double)(proc_now_us() - start));
	return more ? JOB_RUNNING : JOB_BENCHED;
}

enum job_state
job_step(struct job *j, uint64_t budget)
{
	uint64_t start = proc_now_us();
	enum exec_state state = EXEC_DONE;

	if (!j->running)
		return j->bench != NULL ? step_bench(j) : JOB_IDLE;
	if (j->outcome.refused == E_OK)
		state = exec_step(j->exec, budget);
	j->compute_us += proc_now_us() - start;
	return state == EXEC_MORE ? JOB_RUNNING : JOB_DONE;
}

uint32_t
job_run_id(const struct job *j)
{
	return j->run;
}

void
job_progress(const struct job *j, uint64_t *done, uint64_t *total)
{
	struct exec_progress p;

	exec_progress(j->exec, &p);
	*done = p.done;
	*total = p.total;
}

static void
take_export(struct job *j, size_t i)
{
	struct participant_export *x = &j->exports[i];
	struct exec_value v;

	exec_export(j->exec, i, &v);
	x->op = v.op;
	x->shape = v.shape;
	x->size = v.size;
	x->bytes = xtry_malloc(v.size);
	if (x->bytes == NULL)
		return;
	if (v.size > 0)
		memcpy(x->bytes, v.bytes, v.size);
	tensor_digest(&x->shape, x->bytes, x->digest);
}

static void
take_values(struct job *j)
{
	struct participant_outcome *o = &j->outcome;
	size_t i;

	o->n_exports = exec_exports(j->exec);
	xfree(j->exports);
	j->exports = xcalloc(o->n_exports, sizeof(*j->exports));
	for (i = 0; i < o->n_exports; i++)
		take_export(j, i);
	o->exports = j->exports;

	o->n_errors = exec_errors(j->exec);
	xfree(j->errors);
	j->errors = xcalloc(o->n_errors, sizeof(*j->errors));
	for (i = 0; i < o->n_errors; i++)
		j->errors[i] = *exec_op_error(j->exec, i);
	o->errors = j->errors;
}

const struct participant_outcome *
job_outcome(struct job *j)
{
	struct participant_outcome *o = &j->outcome;
	struct exec_progress p;
	uint64_t start = proc_now_us();

	if (o->refused == E_OK) {
		take_values(j);
		exec_progress(j->exec, &p);
		o->units = p.done;
	}
	o->compute_us = j->compute_us;
	o->wall_us = proc_now_us() - j->started_us;
	j->compute_us += proc_now_us() - start;
	j->running = false;
	return o;
}

void
job_bench_result(struct job *j, struct bench_result *r)
{
	bench_result(j->bench, r);
	bench_free(j->bench);
	j->bench = NULL;
}
