/*
 * Loads a program, steps through its plan, hands the exports out.  Owns the
 * arena; reads no clock: the host says how much work a step may be.
 */
#include "compute/exec.h"
#include "compute/fpenv.h"
#include "compute/plan.h"

#include <string.h>

#define PATIENCE 16	/* loads before memory is given back */

struct exec {
	struct plan	 plan;
	bool		 loaded;
	bool		 wide;		/* see kernels.h */
	uint8_t		*memory;	/* the arena lies in it, aligned */
	size_t		 size;
	uint32_t	 oversized;	/* loads in a row */
	uint8_t		*arena;
	size_t		 step;		/* under way */
	int64_t		 unit;		/* its next */
	uint64_t	 done;
	uint32_t	*exports;	/* ops, from 0; filled in when done */
	size_t		 n_exports;
	uint32_t	*failed;
	const struct op_error *errors;	/* by ops, once done */
	size_t		 n_failed;
};

struct exec *
exec_new(void)
{
	struct exec *x = xcalloc(1, sizeof *x);

	x->wide = kernels_wide();
	return x;
}

void
exec_set_wide(struct exec *x, bool wide)
{
	x->wide = wide && kernels_wide();
}

static void
unload(struct exec *x)
{
	plan_clear(&x->plan);
	x->loaded = false;
	x->step = 0;
	x->unit = 0;
	x->done = 0;
	x->n_exports = 0;
	x->n_failed = 0;
}

void
exec_free(struct exec *x)
{
	if (x == NULL)
		return;
	unload(x);
	xfree(x->memory);
	xfree(x);
}

/*
 * The arena of the last program serves again, unless it has been much too
 * large for a while, or is more than may be had now.
 */
static enum error
take_memory(struct exec *x, size_t limit, struct op_error *e)
{
	size_t need = (size_t)x->plan.arena + ARENA_ALIGN;

	x->oversized = x->size / 4 > need ? x->oversized + 1 : 0;
	if (need > x->size || x->oversized > PATIENCE ||
	    x->size - ARENA_ALIGN > limit) {
		xfree(x->memory);
		x->memory = need < ARENA_ALIGN ? NULL : xtry_malloc(need);
		x->size = x->memory == NULL ? 0 : need;
		x->oversized = 0;
	}
	if (x->memory == NULL) {
		memset(e, 0, sizeof *e);
		e->input = -1;
		e->a[0] = (int64_t)need;
		e->a[1] = (int64_t)limit;
		return e->code = E_MEMORY;
	}
	x->arena = x->memory + (ARENA_ALIGN - 1 -
	    ((uintptr_t)x->memory + ARENA_ALIGN - 1) % ARENA_ALIGN);
	return E_OK;
}

enum error
exec_load(struct exec *x, const uint8_t *program, size_t len,
    const struct bytes *given, size_t n_given, size_t memory_limit,
    struct op_error *e)
{
	enum error r;
	size_t n;

	unload(x);
	r = plan_load(&x->plan, program, len, given, n_given, memory_limit,
	    x->wide, e);
	if (r == E_OK)
		r = take_memory(x, memory_limit, e);
	if (r == E_OK) {
		n = x->plan.source.n_ops + 1u;
		x->exports = plan_alloc(&x->plan, n * sizeof *x->exports);
		x->failed = plan_alloc(&x->plan, n * sizeof *x->failed);
		if (x->plan.failed)
			r = e->code = E_MEMORY;
	}
	if (r != E_OK) {
		unload(x);
		return r;
	}
	x->loaded = true;
	return E_OK;
}

static enum error
run_units(const struct run *r, int64_t from, int64_t to)
{
	switch (r->step->kind) {
	case STEP_TILE:
		return run_tile(r, from, to);
	case STEP_REDUCE:
		run_reduce(r, from, to);
		break;
	case STEP_ARG:
		run_arg(r, from, to);
		break;
	case STEP_SORT:
		run_sort(r, from, to);
		break;
	case STEP_SCAN:
		run_scan(r, from, to);
		break;
	case STEP_ARGSORT:
		run_argsort(r, from, to);
		break;
	case STEP_SEARCH:
		run_search(r, from, to);
		break;
	case STEP_BINCOUNT:
		return run_bincount(r, from, to);
	case STEP_HISTOGRAM:
		return run_histogram(r, from, to);
	case STEP_RANK:
		return run_rank(r, from, to);
	case STEP_ROWS:
		run_rows(r, from, to);
		break;
	case STEP_MARK:
		run_mark(r, from, to);
		break;
	case STEP_UNIQUE:
		run_unique(r, from, to);
		break;
	case STEP_SQUEEZE:
		run_squeeze(r, from, to);
		break;
	case STEP_PICK:
		run_pick(r, from, to);
		break;
	case STEP_FIND:
		run_find(r, from, to);
		break;
	case STEP_GEMM:
		run_gemm(r, from, to);
		break;
	case STEP_MATVEC:
		run_matvec(r, from, to);
		break;
	case STEP_TURN:
		run_turn(r, from, to);
		break;
	case STEP_LU:
		return run_lu(r, from, to);
	case STEP_CHOLESKY:
		return run_cholesky(r, from, to);
	case STEP_BAND:
		run_band(r, from, to);
		break;
	case STEP_GATHER:
		return run_gather(r, from, to);
	case STEP_SCATTER:
		return run_scatter(r, from, to);
	case STEP_TAKE:
		return run_take(r, from, to);
	case STEP_STEPS:
		run_steps(r, from, to);
		break;
	case STEP_RANDOM:
		run_random(r, from, to);
		break;
	case STEP_CANON:
		run_canon(r, from, to);
		break;
	}
	return E_OK;
}

/* Some units of the step under way; returns what they cost. */
static uint64_t
run_some(struct exec *x, uint64_t budget)
{
	const struct step *s = &x->plan.steps[x->step];
	struct op_error e = { .input = -1 };
	struct run r = { x->arena, x->plan.slots, s, &e };
	int64_t left = s->units - x->unit, n = left;

	plan_settle(&x->plan, s->op + 1);
	if (x->plan.errors[s->op].code != E_OK) {
		n = 0;
	} else {
		if ((uint64_t)n > budget / s->unit_cost)
			n = (int64_t)(budget / s->unit_cost);
		if (n == 0)
			n = 1;
		e.code = run_units(&r, x->unit, x->unit + n);
		if (e.code != E_OK)
			plan_fail(&x->plan, s->op, &e);
	}
	x->unit += n;
	if (x->unit == s->units || x->plan.errors[s->op].code != E_OK) {
		x->done += (uint64_t)left * s->unit_cost;
		x->step++;
		x->unit = 0;
	} else
		x->done += (uint64_t)n * s->unit_cost;
	return (uint64_t)n * s->unit_cost;
}

/* Lists exports and failures. */
static void
finish(struct exec *x)
{
	const struct program *source = &x->plan.source;
	if (x->n_exports + x->n_failed > 0)
		return;
	plan_settle(&x->plan, x->plan.prog.n_ops);
	x->errors = lower_errors(&x->plan);
	for (uint32_t i = 0; i < source->n_ops; i++) {
		if (x->errors[i].code != E_OK)
			x->failed[x->n_failed++] = i;
		else if ((source->ops[i].flags & PROGRAM_EXPORT) != 0)
			x->exports[x->n_exports++] = i;
	}
}

enum exec_state
exec_step(struct exec *x, uint64_t budget)
{
	uint64_t spent = 0;

	if (!x->loaded)
		return EXEC_REFUSED;
	if (x->step < x->plan.n_steps) {
		__auto_type fpenv = fpenv_enter();

		do {
			spent += run_some(x, budget - spent);
		} while (spent < budget && x->step < x->plan.n_steps);
		fpenv_leave(fpenv);
	}
	if (x->step < x->plan.n_steps)
		return EXEC_MORE;
	finish(x);
	return EXEC_DONE;
}

void
exec_progress(const struct exec *x, struct exec_progress *p)
{
	p->done = x->done;
	p->total = x->plan.cost;
}

size_t
exec_exports(const struct exec *x)
{
	return x->n_exports;
}

void
exec_export(const struct exec *x, size_t i, struct exec_value *v)
{
	const struct plan *p = &x->plan;
	uint32_t op = lower_value(p, x->exports[i]);

	v->op = p->source.base + x->exports[i];
	program_shape(&p->prog, op, &v->shape);
	for (uint32_t k = 0; k < v->shape.ndim; k++)
		if (v->shape.dims[k] == LENGTH_UNKNOWN)
			v->shape.dims[k] = *p->values[op].found;
	v->bytes = x->arena + p->slots[p->values[op].export].offset;
	v->size = (size_t)shape_bytes(&v->shape);
}

size_t
exec_errors(const struct exec *x)
{
	return x->n_failed;
}

const struct op_error *
exec_op_error(const struct exec *x, size_t i)
{
	return &x->errors[x->failed[i]];
}
