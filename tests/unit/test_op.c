/*
 * The op table and its rules.  What NumPy says of shapes and dtypes is in
 * tests/vectors/shapes.txt; the codes of refusals, the limits, packed
 * parameters and costs are checked here.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/op.h"

#define MOST_INPUTS	32
#define LIMIT		(1 << 20)

/* ---- reading "float64:2,3;int32:" and "axis=0,1;keepdims=1" ---- */

static const char *
read_shape(const char *p, struct shape *s)
{
	const char *colon = strchr(p, ':');
	char *end;
	unsigned d;

	memset(s, 0, sizeof(*s));
	ck_assert_ptr_nonnull(colon);
	for (d = DT_BOOL; d < DT_COUNT; d++) {
		if (strlen(dtype_name(d)) == (size_t)(colon - p) &&
		    strncmp(dtype_name(d), p, (size_t)(colon - p)) == 0)
			s->dtype = (uint8_t)d;
	}
	ck_assert_uint_ne(s->dtype, 0);
	p = colon + 1;
	while (*p != '\0' && *p != ';') {
		s->dims[s->ndim++] = strtoll(p, &end, 10);
		p = *end == ',' ? end + 1 : end;
	}
	return p;
}

static size_t
read_shapes(const char *p, struct shape *s)
{
	size_t n = 0;

	while (*p != '\0') {
		p = read_shape(p, &s[n++]);
		if (*p == ';')
			p++;
	}
	return n;
}

static void
read_values(char *text, struct param *p)
{
	char *at = text;

	p->n = -1;
	if (strcmp(text, "none") == 0)
		return;
	p->n = 0;
	if (strcmp(text, "empty") == 0)
		return;
	for (; at != NULL && *at != '\0'; p->n++) {
		p->v[p->n] = strtoll(at, &at, 10);
		if (*at == ',')
			at++;
	}
}

static void
read_params(const struct op_row *row, char *text, struct op_params *params)
{
	char *save = NULL, *word, *value;
	uint32_t i;

	op_params_default(row, params);
	if (strcmp(text, "-") == 0)
		return;
	for (word = strtok_r(text, ";", &save); word != NULL;
	    word = strtok_r(NULL, ";", &save)) {
		value = strchr(word, '=');
		*value++ = '\0';
		for (i = 0; i < row->n_params; i++) {
			if (strcmp(row->params[i].name, word) == 0)
				break;
		}
		ck_assert_uint_lt(i, row->n_params);
		read_values(value, &params->p[i]);
	}
}

/* Infers from text; E_OK or the code. */
static enum error
infer(const char *name, const char *params, const char *inputs,
    struct shape *out, struct op_error *e)
{
	const struct op_row *row = op_by_name(name);
	const struct shape *in[MOST_INPUTS];
	struct shape shapes[MOST_INPUTS];
	int64_t words[OP_PARAM_WORDS];
	struct op_params p, again;
	char copy[256];
	size_t n, i, k;

	ck_assert_ptr_nonnull(row);
	snprintf(copy, sizeof(copy), "%s", params);
	read_params(row, copy, &p);
	/* Every case packs and unpacks to itself, too, if complete. */
	n = op_params_pack(row, &p, words);
	if (op_params_unpack(row, words, n, &again, e) == E_OK) {
		for (k = 0; k < row->n_params; k++) {
			ck_assert_int_eq(p.p[k].n, again.p[k].n);
			for (i = 0; (int32_t)i < p.p[k].n; i++)
				ck_assert_int_eq(p.p[k].v[i],
				    again.p[k].v[i]);
		}
	}
	n = read_shapes(inputs, shapes);
	for (i = 0; i < n; i++)
		in[i] = &shapes[i];
	return op_infer(row, in, n, &p, LIMIT, out, e);
}

START_TEST(as_numpy)
{
	char path[1024], line[1024], op[64], params[128], in[256], want[128];
	const char *top = getenv("srcdir");
	struct shape out, expected;
	struct op_error e;
	char text[128];
	unsigned lines = 0;
	enum error r;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/vectors/shapes.txt",
	    top == NULL ? "." : top);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		ck_assert_int_eq(sscanf(line, "%63s %127s %255s %127s", op,
		    params, in, want), 4);
		r = infer(op, params, in, &out, &e);
		lines++;
		if (want[0] == '!') {
			ck_assert_msg(r != E_OK, "%s", line);
			continue;
		}
		ck_assert_msg(r == E_OK, "%s%s", line, error_name(r));
		(void)read_shape(want, &expected);
		ck_assert_msg(shape_equal(&out, &expected), "%s%s", line,
		    shape_text(text, sizeof(text), &out));
	}
	fclose(f);
	ck_assert_uint_gt(lines, 1000);
}
END_TEST

/*
 * Hides lengths, of the inputs' dims those whose bit is set: what is said then
 * must be true of what NumPy says, or that a length is needed.
 */
static void
hide(const char *line, const struct op_row *row, const struct op_params *p,
    struct shape *shapes, size_t n, unsigned bits, const struct shape *want)
{
	const struct shape *in[MOST_INPUTS];
	struct shape hidden[MOST_INPUTS], out;
	struct op_error e;
	char text[128];
	unsigned bit = 0;
	enum error r;
	size_t i, k;

	for (i = 0; i < n; i++) {
		hidden[i] = shapes[i];
		in[i] = &hidden[i];
		for (k = 0; k < shapes[i].ndim; k++, bit++) {
			if (bit < 32 && (bits >> bit & 1) != 0)
				hidden[i].dims[k] = LENGTH_UNKNOWN;
		}
	}
	r = op_infer(row, in, n, p, LIMIT, &out, &e);
	ck_assert_msg(r == E_OK || r == E_LENGTH, "%s%x: %s", line, bits,
	    error_name(r));
	ck_assert_int_eq(out.dtype, want->dtype);
	ck_assert_msg(r == E_LENGTH || shape_refines(want, &out), "%s%x: %s",
	    line, bits, shape_text(text, sizeof(text), &out));
}

START_TEST(unknown_lengths)
{
	char path[1024], line[1024], op[64], params[128], in[256], want[128];
	const char *top = getenv("srcdir");
	struct shape shapes[MOST_INPUTS], expected;
	const struct op_row *row;
	struct op_params p;
	unsigned bit;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/vectors/shapes.txt",
	    top == NULL ? "." : top);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		ck_assert_int_eq(sscanf(line, "%63s %127s %255s %127s", op,
		    params, in, want), 4);
		if (want[0] == '!')
			continue;
		row = op_by_name(op);
		read_params(row, params, &p);
		n = read_shapes(in, shapes);
		(void)read_shape(want, &expected);
		for (bit = 0; bit < 10; bit++)
			hide(line, row, &p, shapes, n, 1u << bit, &expected);
		hide(line, row, &p, shapes, n, ~0u, &expected);
		hide(line, row, &p, shapes, n, 0x55555555u, &expected);
	}
	fclose(f);
}
END_TEST

static const struct known {
	const char	*op, *params, *in, *out;
} known[] = {
	{ "add", "-", "float64:-1;float64:3", "float64:3" },
	{ "add", "-", "float64:-1;float64:1", "float64:-1" },
	{ "add", "-", "float64:-1;float64:2,-1", "float64:2,-1" },
	{ "matmul", "-", "float64:2,-1;float64:4,-1", "float64:2,-1" },
	{ "sum", "axis=0", "float64:-1,3", "float64:3" },
	{ "reshape", "shape=-1,2", "float64:-1", "float64:-1,2" },
	{ "reshape", "shape=3,2", "float64:-1", "float64:3,2" },
	{ "concat", "axis=0", "float64:-1,2;float64:3,-1", "float64:-1,2" },
	{ "concat", "axis=none", "float64:-1,2;float64:3", "float64:-1" },
};

START_TEST(known_as_far)
{
	const struct known *k = &known[_i];
	struct shape out, want;
	struct op_error e;

	ck_assert_int_eq(infer(k->op, k->params, k->in, &out, &e), E_OK);
	(void)read_shape(k->out, &want);
	ck_assert(shape_equal(&out, &want));
}
END_TEST

/* Which code, which input, which first number. */
static const struct refusal {
	const char	*op, *params, *in;
	enum error	 code;
	int32_t		 input;
	int64_t		 a0;
} refusals[] = {
	{ "add", "-", "float64:2", E_ARITY, -1, 1 },
	{ "add", "-", "float64:2;float64:2;float64:2", E_ARITY, -1, 3 },
	{ "add", "-", "float64:2,3;float64:4", E_SHAPE, 1, 1 },
	{ "add", "-", "float64:1024,1;float64:1024", E_OVERFLOW, -1, 1 << 20 },
	{ "add", "-", "bool:1024,1;bool:1024", E_OK, 0, 0 },
	{ "sub", "-", "bool:2;bool:2", E_DTYPE, 0, DT_BOOL },
	{ "pow", "-", "bool:2;bool:2", E_DTYPE, 0, DT_BOOL },
	{ "neg", "-", "bool:2", E_DTYPE, 0, DT_BOOL },
	{ "matmul", "-", "float64:;float64:2", E_SHAPE, 0, -1 },
	{ "matmul", "-", "float64:2;float64:", E_SHAPE, 1, -1 },
	{ "matmul", "-", "float64:2,3;float64:4,3", E_SHAPE, 1, 0 },
	{ "matmul", "-", "float64:2,1,2,2;float64:2,3,2,2", E_OK, 0, 0 },
	{ "matmul", "-", "float64:2,2,2,2;float64:3,2,2,2", E_SHAPE, 1, 0 },
	{ "dot", "-", "float64:1,1,1,1,1;float64:1,1,1,1,1,1", E_RANK, -1, 9 },
	{ "transpose", "axes=0,1,5", "float64:2,3,4", E_AXIS, 0, 5 },
	{ "transpose", "axes=0,0,1", "float64:2,3,4", E_BAD_PARAM, -1, 0 },
	{ "transpose", "axes=0,1,2", "float64:2,3", E_BAD_PARAM, -1, 0 },
	{ "transpose", "axes=0,-4", "float64:2,3,4", E_AXIS, 0, -4 },
	{ "sum", "axis=2", "float64:2,3", E_AXIS, 0, 2 },
	{ "sum", "axis=0,-2", "float64:2,3", E_BAD_PARAM, -1, 0 },
	{ "max", "axis=none", "float64:0", E_EMPTY, 0, 0 },
	{ "max", "axis=0", "float64:0,0", E_EMPTY, 0, 0 },
	{ "argmax", "axis=0", "float64:0,0", E_EMPTY, 0, 0 },
	{ "sort", "axis=0", "float64:", E_AXIS, 0, 0 },
	{ "reshape", "shape=5", "float64:2,3", E_SHAPE, 0, -1 },
	{ "reshape", "shape=4,-1", "float64:2,3", E_SHAPE, 0, 1 },
	{ "reshape", "shape=-1,-1", "float64:2,3", E_BAD_PARAM, -1, 0 },
	{ "reshape", "shape=-7", "float64:2,3", E_BAD_PARAM, -1, 0 },
	{ "reshape", "shape=none", "float64:2,3", E_BAD_PARAM, -1, 0 },
	{ "reshape", "shape=1,1,1,1,1,1,1,1,6", "float64:6", E_RANK, -1, 9 },
	{ "reshape", "shape=4611686018427387904,4", "float64:6", E_SHAPE, 0,
	    -1 },
	{ "concat", "axis=0", "float64:2,3;float64:2", E_SHAPE, 1, -1 },
	{ "concat", "axis=0", "float64:-1,3;float64:2,4", E_SHAPE, 1, 1 },
	{ "add", "-", "float64:-1,2;float64:3", E_SHAPE, 1, 1 },
	{ "matmul", "-", "float64:2,3;float64:4,-1", E_SHAPE, 1, 0 },
	{ "concat", "axis=0", "float64:2,3;float64:2,4", E_SHAPE, 1, 1 },
	{ "concat", "axis=2", "float64:2,3;float64:2,3", E_AXIS, 0, 2 },
	{ "concat", "axis=0", "float64:70000;float64:70000", E_OVERFLOW, -1,
	    140000 },
	{ "expand_dims", "axis=0", "bool:1,1,1,1,1,1,1,1", E_RANK, -1, 9 },
	{ "expand_dims", "axis=3", "float64:2", E_AXIS, 0, 3 },
	{ "expand_dims", "axis=1,1", "float64:2", E_BAD_PARAM, -1, 0 },
	{ "expand_dims", "axis=none", "float64:2", E_BAD_PARAM, -1, 0 },
};

START_TEST(refused)
{
	const struct refusal *r = &refusals[_i];
	struct op_error e;
	struct shape out;
	enum error code;

	memset(&e, 0, sizeof(e));
	code = infer(r->op, r->params, r->in, &out, &e);
	ck_assert_msg(code == r->code, "%s %s %s: %s", r->op, r->params, r->in,
	    error_name(code));
	if (code == E_OK)
		return;
	ck_assert_int_eq(e.code, code);
	ck_assert_int_eq(e.input, r->input);
	ck_assert_int_eq(e.a[0], r->a0);
}
END_TEST

START_TEST(table)
{
	const struct op_row *rows, *row;
	const char *alias;
	size_t n, i, k;

	rows = op_rows(&n);
	ck_assert_uint_gt(n, 30);
	for (i = 0; i < n; i++) {
		ck_assert_ptr_eq(op_by_code(rows[i].code), &rows[i]);
		ck_assert_ptr_eq(op_by_name(rows[i].name), &rows[i]);
		ck_assert_uint_le(rows[i].n_params, OP_PARAMS);
		ck_assert_uint_le(rows[i].min, rows[i].max);
		for (k = 0; k < i; k++)
			ck_assert_str_ne(rows[i].wire, rows[k].wire);
	}
	ck_assert_ptr_null(op_by_code(0));
	ck_assert_ptr_null(op_by_code(60000));
	ck_assert_ptr_null(op_by_name("nothing"));
	alias = op_alias(0, &row);
	ck_assert_str_eq(alias, "elemul");
	ck_assert_int_eq(row->code, OP_MULTIPLY);
	ck_assert_ptr_eq(op_by_name("elemul"), row);
	ck_assert_ptr_null(op_alias(1000, &row));
}
END_TEST

START_TEST(defaults)
{
	struct op_params p;

	op_params_default(op_by_code(OP_SUM), &p);
	ck_assert_int_eq(p.p[0].n, -1);
	ck_assert(p.p[1].n == 1 && p.p[1].v[0] == 0);
	op_params_default(op_by_code(OP_SORT), &p);
	ck_assert(p.p[0].n == 1 && p.p[0].v[0] == -1);
	op_params_default(op_by_code(OP_RESHAPE), &p);
	ck_assert_int_eq(p.p[0].n, -1);
}
END_TEST

/* Every kind of parameter: what packs comes back, what cannot be is refused. */
START_TEST(parameter_kinds)
{
	static const struct param_row params[] = {
		{ "eps", PARAM_FLOAT, false, false, 0, 1e-5, NULL },
		{ "dtype", PARAM_DTYPE, false, true, 0, 0, NULL },
		{ "mode", PARAM_CHOICE, false, false, 1, 0, "one|two" },
		{ "text", PARAM_TEXT, true, false, 0, 0, NULL },
	};
	struct op_row row = { .params = params, .n_params = 4 };
	char text[OP_TEXT_LEN + 1];
	int64_t words[OP_PARAM_WORDS];
	struct op_params p, q;
	struct op_error e;
	size_t n, len;

	op_params_default(&row, &p);
	ck_assert(param_float(&p.p[0]) == 1e-5);
	ck_assert(p.p[1].n == -1 && p.p[2].v[0] == 1 && p.p[3].n == -1);
	ck_assert(param_set_text(&p.p[3], "ij,jk->ik", 9));
	ck_assert(!param_set_text(&q.p[0], "\n", 1));
	ck_assert(!param_set_text(&q.p[0], "x", OP_TEXT_LEN + 1));
	n = op_params_pack(&row, &p, words);
	ck_assert(op_params_unpack(&row, words, n, &q, &e) == E_OK);
	param_text(&q.p[3], text);
	ck_assert_str_eq(text, "ij,jk->ik");
	ck_assert(strncmp(param_choice(&params[2], 1, &len), "two", 3) == 0);
	ck_assert(len == 3 && param_choice(&params[2], 2, &len) == NULL);
	words[n - 1] |= (int64_t)1 << 40;	/* not padding */
	ck_assert(op_params_unpack(&row, words, n, &q, &e) == E_BAD_PARAM);
	ck_assert_int_eq(e.a[0], 3);
	p.p[2].v[0] = 2;
	n = op_params_pack(&row, &p, words);
	ck_assert(op_params_unpack(&row, words, n, &q, &e) == E_BAD_PARAM);
	ck_assert_int_eq(e.a[0], 2);
	p.p[1] = (struct param){ .n = 1, .v = { 99 } };
	n = op_params_pack(&row, &p, words);
	ck_assert(op_params_unpack(&row, words, n, &q, &e) == E_BAD_PARAM);
	ck_assert_int_eq(e.a[0], 1);
}
END_TEST

static enum error
unpack(enum op_code code, const int64_t *words, size_t n)
{
	struct op_params p;
	struct op_error e;

	return op_params_unpack(op_by_code(code), words, n, &p, &e);
}

START_TEST(packed_parameters)
{
	int64_t many[20] = { 17 };

	ck_assert_int_eq(unpack(OP_ADD, NULL, 0), E_OK);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ -1, 1, 0 }, 3), E_OK);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ 2, 0, 1, 1, 1 }, 5),
	    E_OK);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ -1, 1, 0, 99 }, 4), E_OK);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ -1 }, 1), E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_SUM, NULL, 0), E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ -2, 1, 0 }, 3),
	    E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ INT64_MAX, 1, 0 }, 3),
	    E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ 3, 1, 0 }, 3),
	    E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ -1, 1, 2 }, 3),
	    E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_SUM, (int64_t[]){ -1, -1, 0 }, 3),
	    E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_SORT, (int64_t[]){ 2, 0, 1 }, 3),
	    E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_RESHAPE, (int64_t[]){ -1 }, 1),
	    E_BAD_PARAM);
	ck_assert_int_eq(unpack(OP_RESHAPE, (int64_t[]){ 0 }, 1), E_OK);
	ck_assert_int_eq(unpack(OP_RESHAPE, many, 20), E_BAD_PARAM);
}
END_TEST

static double
cost(const char *name, const char *inputs, struct op_cost *c)
{
	const struct op_row *row = op_by_name(name);
	const struct shape *in[MOST_INPUTS];
	struct shape shapes[MOST_INPUTS], out;
	struct op_params p;
	struct op_error e;
	size_t n, i;

	n = read_shapes(inputs, shapes);
	for (i = 0; i < n; i++)
		in[i] = &shapes[i];
	op_params_default(row, &p);
	ck_assert_int_eq(op_infer(row, in, n, &p, LIMIT, &out, &e), E_OK);
	op_cost(row, in, n, &out, c);
	return c->amount;
}

START_TEST(costs)
{
	struct op_cost c;

	ck_assert(cost("matmul", "float32:2,3;float32:3,4", &c) ==
	    4 * 48 + 6 * 26);
	ck_assert(c.cost_class == COST_MATMUL && c.dtype == DT_F32);
	ck_assert(cost("matmul", "float64:5,2,3;float64:3,4", &c) ==
	    4 * 240 + 6 * 82);
	ck_assert(cost("dot", "float64:3;float64:3", &c) == 6 + 6 * 7);
	ck_assert(cost("dot", "float64:3;float64:", &c) == 6 + 6 * 7);
	ck_assert(cost("add", "int32:2,3;float32:", &c) == 24 + 4 + 48);
	ck_assert(c.cost_class == COST_ELEMENTWISE && c.dtype == DT_F64);
	ck_assert(cost("less", "int32:8;int64:8", &c) == 32 + 64 + 8);
	ck_assert(c.dtype == DT_I64);
	ck_assert(cost("exp", "int32:10", &c) == 10 && c.dtype == DT_F64);
	ck_assert(cost("sum", "int32:10", &c) == 40 && c.dtype == DT_I32);
	ck_assert(cost("concat", "bool:3;bool:4", &c) == 14);
	ck_assert(cost("transpose", "float64:3,4", &c) == 0);
	ck_assert(cost("sort", "float64:8", &c) == 9 * 24);
	ck_assert(cost("sort", "float64:2,1000", &c) == 15 * 2000);
	/* By what is read, or by what is written. */
	ck_assert(cost("logsumexp", "float64:10", &c) == 1.5 * 10);
	ck_assert(cost("gather", "float64:1000;int64:2", &c) == 5.4 * 48);
	ck_assert(cost("trace", "float64:4,4", &c) == 9.7 * 8 * 32);
	ck_assert(cost("isnan", "int64:4", &c) == 36 && c.dtype == DT_I64);
	ck_assert(cost("sort", "float64:0", &c) == 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("op");
	TCase *t = tcase_create("rules");
	SRunner *r;
	int failed;

	tcase_add_test(t, as_numpy);
	tcase_add_test(t, unknown_lengths);
	tcase_add_loop_test(t, known_as_far, 0,
	    sizeof(known) / sizeof(known[0]));
	tcase_add_loop_test(t, refused, 0,
	    sizeof(refusals) / sizeof(refusals[0]));
	tcase_add_test(t, table);
	tcase_add_test(t, defaults);
	tcase_add_test(t, parameter_kinds);
	tcase_add_test(t, packed_parameters);
	tcase_add_test(t, costs);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
