/*
 * Prints the golden vectors: what this code writes, as hex, a line each.
 * The files beside it are its committed output; check compares them, and the
 * tests of other languages read them.
 *
 * usage: make messages|frames|tensors|programs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"
#include "common/program.h"
#include "unit/random_msg.h"

#define VARIANTS	2	/* of each message */

static void
print_hex(const uint8_t *p, size_t n)
{
	size_t i;

	if (n == 0)
		putchar('-');
	for (i = 0; i < n; i++)
		printf("%02x", p[i]);
}

/* ---- messages: NAME-VARIANT HEX; frames: NAME SESSION HEX ---- */

static void
print_message(struct pool *pool, enum msg_id id, unsigned variant, bool frame)
{
	uint64_t session;
	struct buf b;
	struct msg m;

	pool->r.state = 1000 * (uint64_t)id + variant;
	pool->used = 0;
	fill_msg(pool, &m, id);
	buf_init(&b);
	if (frame) {
		session = random_u64(&pool->r);
		frame_write(&b, session, &m);
		printf("%s %llu ", msg_row(id)->name,
		    (unsigned long long)session);
	} else {
		msg_encode(&b, &m);
		printf("%s-%u ", msg_row(id)->name, variant);
	}
	print_hex(b.data, b.len);
	putchar('\n');
	buf_clear(&b);
}

static void
print_messages(bool frames)
{
	struct pool *pool = xmalloc(sizeof(*pool));
	unsigned id, variant;

	for (id = 0; id < 256; id++) {
		if (msg_row(id) == NULL)
			continue;
		for (variant = 1; variant <= (frames ? 1 : VARIANTS); variant++)
			print_message(pool, (enum msg_id)id, variant, frames);
	}
	xfree(pool);
}

/* ---- tensors: NAME DTYPE DIMS BYTES DIGEST ---- */

static void
print_tensor(const char *name, const struct shape *s, const void *data)
{
	uint8_t digest[DIGEST_LEN];
	unsigned i;

	printf("%s %s ", name, dtype_name(s->dtype));
	for (i = 0; i < s->ndim; i++)
		printf("%s%lld", i == 0 ? "" : ",", (long long)s->dims[i]);
	printf(s->ndim == 0 ? "- " : " ");
	print_hex(data, (size_t)shape_bytes(s));
	putchar(' ');
	tensor_digest(s, data, digest);
	print_hex(digest, sizeof(digest));
	putchar('\n');
}

static void
print_tensors(void)
{
	static const uint8_t truth[3] = { 1, 0, 1 };
	static const int32_t ints[4] = { 0, -1, INT32_MAX, INT32_MIN };
	static const int64_t longs[2] = { INT64_MIN, 1LL << 53 };
	static const float floats[3] = { 1.5f, -0.0f, 1e-45f };
	static const double doubles[6] = { 1, 2, 3, -4.25, 0, 1e300 };
	uint64_t nans[2] = { 0xfff8000000000001, 0x3ff0000000000000 };

	print_tensor("bools", &(struct shape){ DT_BOOL, 1, { 3 } }, truth);
	print_tensor("ints", &(struct shape){ DT_I32, 2, { 2, 2 } }, ints);
	print_tensor("longs", &(struct shape){ DT_I64, 1, { 2 } }, longs);
	print_tensor("floats", &(struct shape){ DT_F32, 2, { 3, 1 } }, floats);
	print_tensor("doubles", &(struct shape){ DT_F64, 2, { 2, 3 } },
	    doubles);
	print_tensor("scalar", &(struct shape){ DT_F64, 0, { 0 } }, doubles);
	print_tensor("empty", &(struct shape){ DT_F64, 2, { 0, 7 } }, doubles);
	tensor_canonical(DT_F64, nans, sizeof(nans));
	print_tensor("nan", &(struct shape){ DT_F64, 1, { 2 } }, nans);
}

/* ---- programs: NAME HEX ---- */

/* A program being written, with the shapes of its values. */
struct draft {
	struct program_writer	w;
	struct shape		shapes[128];
};

static void
draft_init(struct draft *d, uint32_t base)
{
	program_writer_init(&d->w, base);
	memset(d->shapes, 0, sizeof(d->shapes));
}

static void
draft_print(struct draft *d, const char *name)
{
	struct buf out;

	buf_init(&out);
	program_finish(&d->w, &out);
	printf("%s ", name);
	print_hex(out.data, out.len);
	putchar('\n');
	buf_clear(&out);
	program_writer_clear(&d->w);
}

static uint32_t
source(struct draft *d, const struct shape *s, const void *data)
{
	uint32_t v = program_write_inline(&d->w, s, data, 0);

	d->shapes[v] = *s;
	return v;
}

static uint32_t
compute(struct draft *d, const struct op_row *row,
    const struct op_params *params, const uint32_t *in, size_t n_in)
{
	const struct shape *shapes[4];
	struct op_error e;
	struct shape out;
	uint32_t v;
	size_t i;

	for (i = 0; i < n_in; i++)
		shapes[i] = &d->shapes[in[i]];
	if (op_infer(row, shapes, n_in, params, 1 << 30, &out, &e) != E_OK) {
		fprintf(stderr, "%s: %s\n", row->name, error_name(e.code));
		exit(EXIT_FAILURE);
	}
	v = program_write_op(&d->w, row, params, in, n_in, &out,
	    PROGRAM_EXPORT);
	d->shapes[v] = out;
	return v;
}

static uint32_t
binary(struct draft *d, enum op_code code, uint32_t a, uint32_t b)
{
	const struct op_row *row = op_by_code(code);
	const uint32_t in[2] = { a, b };
	struct op_params params;

	op_params_default(row, &params);
	return compute(d, row, &params, in, 2);
}

/* The example of the front page: c = a + b. */
static void
print_add(void)
{
	static const double a[3] = { 1, 2, 3 }, b[3] = { 5, 22, 7 };
	const struct shape s = { DT_F64, 1, { 3 } };
	struct draft d;
	uint32_t x, y;

	draft_init(&d, 1);
	x = source(&d, &s, a);
	y = source(&d, &s, b);
	(void)binary(&d, OP_ADD, x, y);
	draft_print(&d, "add");
}

/*
 * The ops of the first release, over two small matrices: programs recorded
 * then must read the same for ever.  Later ops have no other form.
 */
static void
print_first_ops(void)
{
	static const double a[4] = { 1, 2, 3, 4 }, b[4] = { 5, 6, 7, 8 };
	const struct shape s = { DT_F64, 2, { 2, 2 } };
	struct op_params params;
	const struct op_row *rows;
	uint32_t in[2];
	struct draft d;
	size_t n, i;

	draft_init(&d, 0);
	in[0] = source(&d, &s, a);
	in[1] = source(&d, &s, b);
	rows = op_rows(&n);
	for (i = 0; i < n; i++) {
		if (rows[i].code > OP_NOT_EQUAL)
			continue;
		op_params_default(&rows[i], &params);
		if (rows[i].code == OP_RESHAPE) {
			params.p[0].n = 2;
			params.p[0].v[0] = 4;
			params.p[0].v[1] = -1;
		}
		(void)compute(&d, &rows[i], &params, in,
		    rows[i].max == 1 ? 1 : 2);
	}
	draft_print(&d, "first-ops");
}

/* A group: sources that the host hands in, odd sizes, a bool. */
static void
print_group(void)
{
	static const uint8_t mask[3] = { 1, 0, 1 };
	static const float half = 0.5f;
	const struct shape s = { DT_F32, 2, { 2, 3 } };
	struct draft d;
	uint32_t a, b, c;

	draft_init(&d, 0);
	a = program_write_given(&d.w, &s, 0, 0);
	d.shapes[a] = s;
	b = source(&d, &(struct shape){ DT_BOOL, 1, { 3 } }, mask);
	c = source(&d, &(struct shape){ DT_F32, 0, { 0 } }, &half);
	a = binary(&d, OP_MUL, a, b);
	(void)binary(&d, OP_SUB, a, c);
	draft_print(&d, "group");
}

/* A later batch: values of an earlier one, and a large tensor by digest. */
static void
print_batch(void)
{
	const struct shape s = { DT_F64, 1, { 1000 } };
	uint8_t digest[DIGEST_LEN];
	struct draft d;
	uint32_t v;
	unsigned i;

	for (i = 0; i < DIGEST_LEN; i++)
		digest[i] = (uint8_t)(i * 7);
	draft_init(&d, 5);
	d.shapes[3] = s;
	v = program_write_digest(&d.w, &s, digest, 0);
	d.shapes[v] = s;
	(void)binary(&d, OP_ADD, v, 3);
	draft_print(&d, "batch");
}

int
main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (strcmp(what, "messages") == 0)
		print_messages(false);
	else if (strcmp(what, "frames") == 0)
		print_messages(true);
	else if (strcmp(what, "tensors") == 0)
		print_tensors();
	else if (strcmp(what, "programs") == 0) {
		print_add();
		print_first_ops();
		print_group();
		print_batch();
	} else {
		fprintf(stderr,
		    "usage: make messages|frames|tensors|programs\n");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
