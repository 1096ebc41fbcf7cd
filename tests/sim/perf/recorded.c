/*
 * Programs that tests/sim/record.py has recorded: their tensors are replaced
 * by fake ones of the same shapes, everything else stays.
 */
#include "recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *
read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	long size;

	if (f == NULL)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) > 0) {
		rewind(f);
		*n = (size_t)size;
		p = xmalloc(*n + 8);
		if (fread(p, 1, *n, f) != *n) {
			xfree(p);
			p = NULL;
		}
	}
	(void)fclose(f);
	return p;
}

static void
take_op(struct work *w, const struct program *p, uint32_t i)
{
	struct shape shape;

	program_shape(p, i, &shape);
	if (p->ops[i].place == PLACE_INLINE)
		work_inline(w, &shape, program_inline(p, i).p);
	else if (p->ops[i].place == PLACE_DIGEST)
		work_tensor(w, &shape);
	else
		work_copy(w, p, i);
}

/* Counts, wanted ops, then each program behind its length. */
static bool
take_all(struct work *w, const uint8_t *p, size_t n)
{
	const uint64_t *words = (const uint64_t *)(const void *)p;
	uint64_t n_programs, n_want, k;
	struct program program;
	struct op_error e;
	size_t at;
	uint32_t i;

	if (n < 16)
		return false;
	n_programs = words[0];
	n_want = words[1];
	at = 16 + n_want * 8;
	while (n_programs-- > 0) {
		if (at + 8 > n || words[at / 8] > n - at - 8 ||
		    program_open(&program, p + at + 8, words[at / 8],
		    UINT32_MAX, &e) != E_OK)
			return false;
		for (i = 0; i < program.n_ops; i++)
			take_op(w, &program, i);
		at += 8 + (words[at / 8] + 7) / 8 * 8;
	}
	for (k = 0; k < n_want; k++)
		if (words[2 + k] >= 1 && words[2 + k] <= w->n_ops &&
		    !w->ops[words[2 + k]].wanted &&
		    !w->ops[words[2 + k]].source)
			work_want(w, (uint32_t)words[2 + k]);
	return w->n_wanted > 0;
}

static void
name_of(const char *path, char *name, size_t size)
{
	const char *from = strrchr(path, '/');
	char *dot;

	snprintf(name, size, "%s", from == NULL ? path : from + 1);
	dot = strrchr(name, '.');
	if (dot != NULL)
		*dot = '\0';
}

struct work *
recorded(const char *path)
{
	struct work *w;
	char name[32];
	size_t n = 0;
	uint8_t *p = read_file(path, &n);

	if (p == NULL)
		return NULL;
	name_of(path, name, sizeof(name));
	w = work_new(name);
	if (!take_all(w, p, n)) {
		work_free(w);
		w = NULL;
	} else {
		work_finish(w);
	}
	xfree(p);
	return w;
}
