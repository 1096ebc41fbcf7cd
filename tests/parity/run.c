/*
 * raven-run: computes programs given on standard input, one after the other
 * until its end, and writes what came out.  Little-endian, no padding:
 *
 *   in    u64 budget of a step, u64 memory limit, u32 number of given values,
 *         u64 length and bytes of the program, then of each given value
 *   out   u32 error of loading (the rest follows only if 0),
 *         u32 exports, each: u32 op, u8 dtype, u8 ndim, ndim x i64 dims,
 *         32 bytes digest, u64 size, bytes
 *         u32 errors, each: u32 op, i32 input, u32 code, 4 x i64
 *
 * usage: raven-run [narrow]     (narrow: vectors that every processor has)
 * Exits 1 when the input ends within a program.
 */
#include "compute/exec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
get(void *to, size_t n)
{
	return fread(to, 1, n, stdin) == n;
}

static void
put(const void *from, size_t n)
{
	if (fwrite(from, 1, n, stdout) != n)
		exit(1);
}

static void
must(bool ok)
{
	if (!ok) {
		fputs("raven-run: the input ends within a program\n", stderr);
		exit(1);
	}
}

/* A u64 length and as many bytes. */
static struct bytes
get_bytes(void)
{
	struct bytes b;
	uint64_t n;
	uint8_t *p;

	must(get(&n, sizeof n));
	p = xmalloc(n + 1);
	must(get(p, n));
	b.p = p;
	b.n = n;
	return b;
}

static void
put_export(const struct exec_value *v)
{
	uint8_t digest[DIGEST_LEN];
	uint64_t size = v->size;

	put(&v->op, sizeof v->op);
	put(&v->shape.dtype, 1);
	put(&v->shape.ndim, 1);
	put(v->shape.dims, v->shape.ndim * sizeof v->shape.dims[0]);
	tensor_digest(&v->shape, v->bytes, digest);
	put(digest, sizeof digest);
	put(&size, sizeof size);
	put(v->bytes, v->size);
}

static void
put_result(const struct exec *x)
{
	uint32_t n = (uint32_t)exec_exports(x);

	put(&n, sizeof n);
	for (uint32_t i = 0; i < n; i++) {
		struct exec_value v;

		exec_export(x, i, &v);
		put_export(&v);
	}
	n = (uint32_t)exec_errors(x);
	put(&n, sizeof n);
	for (uint32_t i = 0; i < n; i++) {
		const struct op_error *e = exec_op_error(x, i);
		uint32_t code = e->code;

		put(&e->op, sizeof e->op);
		put(&e->input, sizeof e->input);
		put(&code, sizeof code);
		put(e->a, sizeof e->a);
	}
}

/* False at the end of the input. */
static bool
one(struct exec *x)
{
	uint64_t budget, limit;
	uint32_t n = 0, code;
	struct bytes program, *given;
	struct op_error e;

	if (!get(&budget, sizeof budget))
		return false;
	must(get(&limit, sizeof limit) && get(&n, sizeof n));
	program = get_bytes();
	given = xcalloc(n + 1, sizeof *given);
	for (uint32_t i = 0; i < n; i++)
		given[i] = get_bytes();
	code = exec_load(x, program.p, program.n, given, n, limit, &e);
	put(&code, sizeof code);
	if (code == E_OK) {
		while (exec_step(x, budget) == EXEC_MORE)
			continue;
		put_result(x);
	}
	fflush(stdout);
	for (uint32_t i = 0; i < n; i++)
		xfree((void *)(uintptr_t)given[i].p);
	xfree(given);
	xfree((void *)(uintptr_t)program.p);
	return true;
}

int
main(int argc, char **argv)
{
	struct exec *x = exec_new();

	if (argc > 1 && strcmp(argv[1], "narrow") == 0)
		exec_set_wide(x, false);
	while (one(x))
		continue;
	exec_free(x);
	return 0;
}
