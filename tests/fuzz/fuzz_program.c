/*
 * Fuzzes the reader of packed programs: nothing may crash, and what passes
 * both checks must survive being copied op by op through the writer.
 */
#include <stdlib.h>
#include <string.h>

#include "common/program.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define MAX_OPS		1000
#define MAX_BYTES	(1 << 20)

/* Values of earlier batches, for programs with a base: some exist. */
static const struct shape *
earlier(void *arg, uint32_t value)
{
	static const struct shape shapes[2] = {
		{ DT_F64, 2, { 2, 3 } }, { DT_I64, 1, { 3 } } };

	(void)arg;
	return value % 3 == 0 ? NULL : &shapes[value % 3 - 1];
}

static void
copy(const struct program *p)
{
	struct program_writer w;
	struct op_error e;
	struct program q;
	struct buf out;
	uint32_t i;

	program_writer_init(&w, p->base);
	for (i = 0; i < p->n_ops; i++)
		(void)program_copy_op(&w, p, i, p->refs + p->ops[i].first_in,
		    NULL, p->ops[i].flags);
	buf_init(&out);
	program_finish(&w, &out);
	if (out.len != program_size(&w) ||
	    program_open(&q, out.data, out.len, MAX_OPS, &e) != E_OK ||
	    program_check(&q, earlier, NULL, MAX_BYTES, &e) != E_OK)
		abort();
	buf_clear(&out);
	program_writer_clear(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint8_t *aligned = malloc(n > 0 ? n : 1);	/* as readers have it */
	struct program p;
	struct op_error e;

	if (aligned == NULL)
		return 0;
	memcpy(aligned, bytes, n);
	if (program_open(&p, aligned, n, MAX_OPS, &e) == E_OK &&
	    program_check(&p, earlier, NULL, MAX_BYTES, &e) == E_OK)
		copy(&p);
	free(aligned);
	return 0;
}
