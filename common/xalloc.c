/*
 * Memory, native half; the wasm half is worker/wasm_rt.c.
 * Must not be used for what a peer sizes, except xtry_malloc.
 * Dies of: no memory for a small, fixed need.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/xalloc.h"

static void
out_of_memory(size_t n)
{
	fprintf(stderr, "out of memory: %zu bytes\n", n);
	abort();
}

void *
xmalloc(size_t n)
{
	void *p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		out_of_memory(n);
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n > 0 ? n : 1, size > 0 ? size : 1);

	if (p == NULL)
		out_of_memory(n);
	return p;
}

void *
xrealloc(void *old, size_t n)
{
	void *p = realloc(old, n > 0 ? n : 1);

	if (p == NULL)
		out_of_memory(n);
	return p;
}

char *
xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xmalloc(n), s, n);
}

void *
xtry_malloc(size_t n)
{
	return malloc(n > 0 ? n : 1);
}

void
xfree(void *p)
{
	free(p);
}
