/*
 * The rows of ops.def, and their parameters in packed form.
 * Believes nothing about a packed parameter; computes no data.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

/* Defaults that are not numbers; no parameter can have these values. */
#define NONE		INT64_MIN
#define REQUIRED	(INT64_MIN + 1)
#define IS(v, mark)	((int64_t)(v) == (mark))
#define IS_NUMBER(v)	(!IS(v, NONE) && !IS(v, REQUIRED))

/* The last, empty row lets ops without parameters have a table too. */
#define PARAM(name, kind, value)					\
	{ #name, PARAM_##kind, IS(value, REQUIRED), IS(value, NONE),	\
	    IS_NUMBER(value) ? (int64_t)(value) : 0,			\
	    IS_NUMBER(value) ? (double)(value) : 0, NULL },
#define CHOICE(name, choices, value)					\
	{ #name, PARAM_CHOICE, false, (value) == NONE,			\
	    IS_NUMBER(value) ? (value) : 0, 0, choices },
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc) \
	static const struct param_row params_##NAME[] = {		\
		params { NULL, PARAM_INT, false, false, 0, 0, NULL }	\
	};
#include "common/ops.def"
#undef PARAM
#undef CHOICE

static const struct op_row rows[] = {
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc) \
	{ OP_##NAME, #name, wire, min, max, params_##NAME,		\
	    sizeof(params_##NAME) / sizeof(params_##NAME[0]) - 1,	\
	    SHAPE_##shape, DTYPE_##dtype, COST_##cost, doc },
#include "common/ops.def"
};

#define N_ROWS	(sizeof(rows) / sizeof(rows[0]))

enum row_index {
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc) \
	ROW_##NAME,
#include "common/ops.def"
};

/* Row + 1 by code; 0: no such op. */
static const uint16_t by_code[] = {
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc) \
	[code] = ROW_##NAME + 1,
#include "common/ops.def"
};

struct alias {
	const char	*name;
	uint16_t	 row;
};

static const struct alias aliases[] = {
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc)
#define ALIAS(NAME, name) { #name, ROW_##NAME },
#include "common/ops.def"
};

#define N_ALIASES	(sizeof(aliases) / sizeof(aliases[0]))

struct inputs {
	const char	*names;
	uint16_t	 row;
};

static const struct inputs inputs[] = {
#define OP(code, NAME, name, wire, min, max, params, shape, dtype, cost, doc)
#define INPUTS(NAME, names) { names, ROW_##NAME },
#include "common/ops.def"
};

#define N_INPUTS	(sizeof(inputs) / sizeof(inputs[0]))

const struct op_row *
op_by_code(uint32_t code)
{
	if (code >= sizeof(by_code) / sizeof(by_code[0]) || by_code[code] == 0)
		return NULL;
	return &rows[by_code[code] - 1];
}

const struct op_row *
op_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < N_ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	for (i = 0; i < N_ALIASES; i++) {
		if (strcmp(aliases[i].name, name) == 0)
			return &rows[aliases[i].row];
	}
	return NULL;
}

const struct op_row *
op_rows(size_t *n)
{
	*n = N_ROWS;
	return rows;
}

const char *
op_alias(size_t i, const struct op_row **row)
{
	if (i >= N_ALIASES)
		return NULL;
	*row = &rows[aliases[i].row];
	return aliases[i].name;
}

const char *
op_inputs(const struct op_row *row)
{
	size_t i;

	for (i = 0; i < N_INPUTS; i++) {
		if (&rows[inputs[i].row] == row)
			return inputs[i].names;
	}
	return NULL;
}

bool
op_promotes(const struct op_row *row, size_t k)
{
	switch (row->dtype) {
	case DTYPE_NUM:
	case DTYPE_ADD:
	case DTYPE_SUB:
	case DTYPE_FLOAT:
	case DTYPE_POW:
	case DTYPE_BOOL:
	case DTYPE_BITS:
	case DTYPE_SHIFT:
		return row->max > 1;
	case DTYPE_SELECT:
		return k < 2;
	default:
		return false;
	}
}

enum error
op_fail(struct op_error *e, enum error code, int32_t input, int64_t a,
    int64_t b, int64_t c, int64_t d)
{
	e->code = code;
	e->input = input;
	e->a[0] = a;
	e->a[1] = b;
	e->a[2] = c;
	e->a[3] = d;
	return code;
}

/* ---- parameters ---- */

double
param_float(const struct param *p)
{
	double number;

	memcpy(&number, p->v, sizeof(number));
	return number;
}

void
param_set_float(struct param *p, double number)
{
	p->n = 1;
	memcpy(p->v, &number, sizeof(number));
}

void
param_text(const struct param *p, char buf[OP_TEXT_LEN + 1])
{
	size_t n = p->n > 0 ? (size_t)p->n * sizeof(p->v[0]) : 0;

	memcpy(buf, p->v, n);
	buf[n] = '\0';
}

static bool
printable(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	return true;
}

bool
param_set_text(struct param *p, const char *text, size_t n)
{
	if (n > OP_TEXT_LEN || !printable(text, n))
		return false;
	memset(p, 0, sizeof(*p));
	p->n = (int32_t)((n + sizeof(p->v[0]) - 1) / sizeof(p->v[0]));
	memcpy(p->v, text, n);
	return true;
}

const char *
param_choice(const struct param_row *row, int64_t i, size_t *len)
{
	const char *name = row->choices;

	for (;;) {
		for (*len = 0; name[*len] != '\0' && name[*len] != '|';)
			++*len;
		if (i-- == 0)
			return name;
		if (name[*len] == '\0')
			return NULL;
		name += *len + 1;
	}
}

void
op_params_default(const struct op_row *row, struct op_params *params)
{
	uint32_t i;

	memset(params, 0, sizeof(*params));
	for (i = 0; i < row->n_params; i++) {
		if (row->params[i].required || row->params[i].none) {
			params->p[i].n = -1;
			continue;
		}
		params->p[i].n = 1;
		params->p[i].v[0] = row->params[i].value;
		if (row->params[i].kind == PARAM_FLOAT)
			param_set_float(&params->p[i], row->params[i].number);
	}
}

size_t
op_params_pack(const struct op_row *row, const struct op_params *params,
    int64_t out[OP_PARAM_WORDS])
{
	const struct param *p;
	size_t at = 0;
	uint32_t i;
	int32_t k;

	for (i = 0; i < row->n_params; i++) {
		p = &params->p[i];
		out[at++] = p->n;
		for (k = 0; k < p->n; k++)
			out[at++] = p->v[k];
	}
	return at;
}

/* Is n, the count of values, one that the parameter may have? */
static bool
count_fits(const struct param_row *row, int64_t n)
{
	if (n == -1)
		return row->none || row->kind == PARAM_AXIS ||
		    row->kind == PARAM_AXES;
	switch (row->kind) {
	case PARAM_AXIS:
	case PARAM_BOOL:
	case PARAM_INT:
	case PARAM_FLOAT:
	case PARAM_DTYPE:
	case PARAM_CHOICE:
		return n == 1;
	case PARAM_AXES:
	case PARAM_INTS:
	case PARAM_TEXT:
		return n >= 0 && n <= OP_PARAM_LEN;
	}
	return false;
}

/* Is a text's last word nothing but padding from its len-th byte on? */
static bool
zero_from(const struct param *p, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)p->v;

	for (; len < (size_t)p->n * sizeof(p->v[0]); len++) {
		if (bytes[len] != 0)
			return false;
	}
	return true;
}

/* Is the value, whose count fits, one that its kind may have? */
static bool
value_fits(const struct param_row *row, const struct param *p)
{
	char text[OP_TEXT_LEN + 1];
	size_t len;

	if (p->n <= 0)
		return true;
	switch (row->kind) {
	case PARAM_BOOL:
		return p->v[0] == 0 || p->v[0] == 1;
	case PARAM_DTYPE:
		return p->v[0] > 0 && p->v[0] < DT_COUNT;
	case PARAM_CHOICE:
		return p->v[0] >= 0 && p->v[0] <= INT32_MAX &&
		    param_choice(row, p->v[0], &len) != NULL;
	case PARAM_TEXT:
		/* Padding is zero, so a text has one form. */
		param_text(p, text);
		len = strlen(text);
		return printable(text, len) && p->v[p->n - 1] != 0 &&
		    zero_from(p, len);
	default:
		return true;
	}
}

enum error
op_params_unpack(const struct op_row *row, const int64_t *in, size_t words,
    struct op_params *params, struct op_error *e)
{
	struct param *p;
	uint32_t i;
	int64_t n;

	memset(params, 0, sizeof(*params));
	for (i = 0; i < row->n_params; i++) {
		p = &params->p[i];
		if (words == 0)
			return op_fail(e, E_BAD_PARAM, -1, i, 0, FAULT_NEEDED,
			    0);
		n = *in++;
		words--;
		if (n == -1 && row->params[i].required)
			return op_fail(e, E_BAD_PARAM, -1, i, 0, FAULT_NEEDED,
			    0);
		if (!count_fits(&row->params[i], n) ||
		    (n > 0 && (uint64_t)n > words))
			return op_fail(e, E_BAD_PARAM, -1, i, n, FAULT_NUMBER,
			    0);
		p->n = (int32_t)n;
		if (n > 0) {
			memcpy(p->v, in, (size_t)n * sizeof(*in));
			in += n;
			words -= (size_t)n;
		}
		if (!value_fits(&row->params[i], p))
			return op_fail(e, E_BAD_PARAM, -1, i, p->v[0],
			    FAULT_VALUE, 0);
	}
	return E_OK;
}
