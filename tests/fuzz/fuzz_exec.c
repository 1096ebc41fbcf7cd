/*
 * Fuzzes the executor: a foreign program with inputs of the sizes it asks for,
 * or nearly.  Nothing may crash, read or write out of bounds.  The first byte
 * chooses the budget of a step, the second which input is wrong, and how.
 */
#include <stdlib.h>
#include <string.h>

#include "compute/exec.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define HEAD		8
#define MAX_GIVEN	64
#define MAX_BYTES	(1 << 20)
#define MEMORY		(16 << 20)
#define WORK		(UINT64_C(1) << 28)

static void
give(struct bytes *given, size_t bytes, uint8_t wrong)
{
	uint8_t *p = malloc(bytes > 0 ? bytes : 1);

	if (p == NULL)
		abort();
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(wrong < 4 ? i * 37 % 251 : i & 1);
	given->p = p;
	given->n = bytes;
}

static void
give_all(const struct program *p, struct bytes *given, const uint8_t *head)
{
	for (uint32_t i = 0; i < p->n_ops; i++) {
		const struct program_op *op = &p->ops[i];
		struct shape s;
		int64_t bytes;

		if (op->place != PLACE_GIVEN || op->ref >= MAX_GIVEN ||
		    given[op->ref].p != NULL)
			continue;
		program_shape(p, i, &s);
		bytes = shape_bytes(&s);
		if (bytes < 0 || bytes > MAX_BYTES)
			continue;
		if (head[1] == op->ref + 4 && bytes > 0)
			bytes--;
		give(&given[op->ref], (size_t)bytes, head[1]);
	}
}

static void
use_results(struct exec *x)
{
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < exec_exports(x); i++) {
		struct exec_value v;

		exec_export(x, i, &v);
		for (size_t k = 0; k < v.size; k++)
			sum = (uint8_t)(sum + v.bytes[k]);
	}
	for (size_t i = 0; i < exec_errors(x); i++)
		sum = (uint8_t)(sum + exec_op_error(x, i)->op);
}

static void
execute(struct exec *x, const uint8_t *program, size_t n,
    const struct bytes *given, uint64_t budget)
{
	struct exec_progress done;
	struct op_error e;
	enum exec_state state = EXEC_MORE;

	if (exec_load(x, program, n, given, MAX_GIVEN, MEMORY, &e) != E_OK) {
		if (e.code == E_OK || exec_step(x, 1) != EXEC_REFUSED)
			abort();
		return;
	}
	for (int i = 0; i < 1000 && state == EXEC_MORE; i++) {
		exec_progress(x, &done);
		if (done.done > WORK)
			return;
		state = exec_step(x, budget);
	}
	if (state != EXEC_DONE)
		return;
	exec_progress(x, &done);
	if (done.done != done.total)
		abort();
	use_results(x);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct bytes given[MAX_GIVEN] = { { NULL, 0 } };
	uint8_t *aligned;
	struct program p;
	struct op_error e;
	struct exec *x;

	if (n < HEAD)
		return 0;
	n -= HEAD;
	aligned = malloc(n > 0 ? n : 1);
	if (aligned == NULL)
		return 0;
	memcpy(aligned, bytes + HEAD, n);
	if (program_open(&p, aligned, n, 1000, &e) == E_OK)
		give_all(&p, given, bytes);
	x = exec_new();
	execute(x, aligned, n, given, bytes[0] < 128 ? bytes[0] + 1u : WORK);
	exec_free(x);
	for (size_t i = 0; i < MAX_GIVEN; i++)
		free((void *)(uintptr_t)given[i].p);
	free(aligned);
	return 0;
}
