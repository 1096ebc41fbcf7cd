/*
 * An executor, a program being written for it, and how to load that: what the
 * executor's tests start from.
 */
#ifndef RAVEN_EXEC_FIXTURE_H
#define RAVEN_EXEC_FIXTURE_H

#include "compute/exec.h"

#define MEMORY	((size_t)1 << 24)

static struct exec *x;
static struct program_writer w;
static struct buf program;

static void
setup(void)
{
	x = exec_new();
	program_writer_init(&w, 0);
	buf_init(&program);
}

static void
teardown(void)
{
	exec_free(x);
	program_writer_clear(&w);
	buf_clear(&program);
}

static enum error
load(const struct bytes *given, size_t n, size_t memory, struct op_error *e)
{
	buf_reset(&program);
	program_finish(&w, &program);
	return exec_load(x, program.data, program.len, given, n, memory, e);
}

#endif
