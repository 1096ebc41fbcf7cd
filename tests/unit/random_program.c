/*
 * Makes random programs: picks ops and inputs, asks the op rules whether they
 * fit, keeps those that do.
 */
#include "random_program.h"

#include <string.h>

#define MAX_ELEMENTS	6000
#define TRIES		400

struct maker {
	struct random_program	*r;
	struct program_writer	 w;
	struct shape		 shapes[RANDOM_OPS];
	uint32_t		 n;
	int64_t			 dims[4];	/* lengths that fit together */
};

uint64_t
random_u64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint32_t
random_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((random_u64(state) >> 32) * n >> 32);
}

static double
special(uint64_t *state)
{
	static const double table[] = { 0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324,
		2.2250738585072014e-308, 1e-40, 1.17549435e-38, 1e308, 3e38,
		-3e38, 0.1, 1.0 / 3 };
	uint32_t i = random_below(state, 18);

	if (i == 14)
		return __builtin_inf();
	if (i == 15)
		return -__builtin_inf();
	if (i >= 16)
		return i == 16 ? __builtin_nan("") : -__builtin_nan("");
	return table[i];
}

static double
number(uint64_t *state, uint32_t wild)
{
	if (random_below(state, 100) < wild)
		return special(state);
	return ((double)(random_u64(state) >> 11) * 0x1p-53 - 0.5) *
	    (random_below(state, 2) ? 4 : 64);
}

static int64_t
integer(uint64_t *state, uint32_t wild, bool wide)
{
	static const int64_t table[] = { INT64_MIN, INT64_MAX, 0, -1 };
	static const int64_t narrow[] = { INT32_MIN, INT32_MAX, 0, -1 };

	if (random_below(state, 100) < wild)
		return (wide ? table : narrow)[random_below(state, 4)];
	return (int64_t)random_below(state, 19) - (wild ? 9 : 0);
}

void
random_fill(uint64_t *state, enum dtype dtype, void *p, size_t bytes)
{
	static const uint32_t shares[] = { 0, 0, 3, 30 };
	uint32_t wild = shares[random_below(state, 4)];
	size_t n = bytes / dtype_size(dtype);

	for (size_t i = 0; i < n; i++)
		switch (dtype) {
		case DT_BOOL:
			((uint8_t *)p)[i] = random_below(state, 2) != 0;
			break;
		case DT_I32:
			((int32_t *)p)[i] = (int32_t)integer(state, wild,
			    false);
			break;
		case DT_I64:
			((int64_t *)p)[i] = integer(state, wild, true);
			break;
		case DT_F32:
			((float *)p)[i] = (float)number(state, wild);
			break;
		default:
			((double *)p)[i] = number(state, wild);
		}
}

static void
add_source(struct maker *m)
{
	uint64_t *state = &m->r->state;
	struct shape *s = &m->shapes[m->n];
	size_t bytes;
	uint8_t *p;

	memset(s, 0, sizeof *s);
	s->dtype = (uint8_t)(1 + random_below(state, 5));
	s->ndim = (uint8_t)random_below(state, 5);
	for (uint32_t i = 0; i < s->ndim; i++)
		s->dims[i] = random_below(state, 6) == 0 ? 1 :
		    m->dims[4 - s->ndim + i];
	if (shape_elements(s) > MAX_ELEMENTS)
		s->ndim = 1;
	bytes = (size_t)shape_bytes(s);
	p = xmalloc(bytes + 8);
	random_fill(state, s->dtype, p, bytes);
	if (random_below(state, 2)) {
		program_write_inline(&m->w, s, p, random_below(state, 8) == 0);
		xfree(p);
	} else {
		m->r->given[m->r->n_given] = (struct bytes) { p, bytes };
		program_write_given(&m->w, s, (uint32_t)m->r->n_given++,
		    random_below(state, 8) == 0);
	}
	m->n++;
}

/* An order, a value, a slope: whatever a number may be for. */
static double
random_number(uint64_t *state)
{
	static const double table[] = { 0, 1, 2, -1, 0.5, 3, -2.5, 1e300 };
	uint32_t i = random_below(state, 10);

	return i == 8 ? __builtin_inf() : i == 9 ? -__builtin_inf() : table[i];
}

static void
random_params(struct maker *m, const struct op_row *row,
    const struct shape *first, struct op_params *params)
{
	static const char *const subscripts[] = { "ab->ba", "a,a", "ab,bc",
		"...a->...", "aa", "ab,ab->a", "abc->b", "a,b->ab" };
	uint64_t *state = &m->r->state;

	op_params_default(row, params);
	for (uint32_t i = 0; i < row->n_params; i++) {
		struct param *p = &params->p[i];
		uint32_t ndim = first->ndim + (row->code == OP_EXPAND_DIMS);

		if (random_below(state, 3) == 0 && !row->params[i].required)
			continue;
		p->n = 1;
		p->v[0] = random_below(state, 2);
		if (row->params[i].kind == PARAM_FLOAT) {
			param_set_float(p, random_number(state));
		} else if (row->params[i].kind == PARAM_TEXT) {
			const char *text = subscripts[random_below(state, 8)];

			(void)param_set_text(p, text, strlen(text));
		} else if (row->params[i].kind == PARAM_DTYPE) {
			p->v[0] = 1 + random_below(state, 5);
		} else if (row->params[i].kind == PARAM_AXIS) {
			p->n = random_below(state, 4) == 0 ? -1 : 1;
			p->v[0] = (int64_t)random_below(state, 2 * ndim + 1) -
			    ndim;
		} else if (row->params[i].kind == PARAM_AXES) {
			/* Some of the axes, in any order. */
			p->n = (int32_t)random_below(state, ndim + 1);
			if (row->code == OP_TRANSPOSE)
				p->n = (int32_t)ndim;
			for (int32_t k = 0; k < p->n; k++)
				p->v[k] = random_below(state, ndim);
		} else if (row->code == OP_WINDOWS_SUM && i == 0) {
			/* The least image that has them. */
			p->n = 2;
			for (uint32_t k = 0; k < 2 && first->ndim >= 4; k++)
				p->v[k] = first->dims[first->ndim - 4 + k] +
				    first->dims[first->ndim - 2 + k] - 1;
		} else if (row->code == OP_WINDOWS && i < 4) {
			p->n = 1 + (int32_t)random_below(state, 2);
			for (int32_t k = 0; k < p->n; k++)
				p->v[k] = random_below(state, 3) + (i != 2);
		} else if (row->params[i].kind == PARAM_FLOAT) {
			param_set_float(p, number(state, 30));
		} else if (row->code == OP_RESHAPE) {
			p->n = 2 - (int32_t)random_below(state, 2);
			p->v[0] = p->n == 1 ? shape_elements(first) :
			    1 + (int64_t)random_below(state, 8);
			p->v[1] = -1;
		}
	}
}

/* False: what was picked does not fit. */
static bool
add_op(struct maker *m)
{
	uint64_t *state = &m->r->state;
	const struct op_row *row;
	const struct shape *in[RANDOM_INPUTS];
	struct op_params params;
	struct shape most;
	struct op_error e;
	uint32_t ids[RANDOM_INPUTS], n_in;
	size_t n_rows;

	row = &op_rows(&n_rows)[0];
	row = &row[random_below(state, (uint32_t)n_rows)];
	n_in = row->max == OP_MANY ? 1 + random_below(state, 4) : row->max;
	/* Parameters take after an input; a source has none, and draws one. */
	for (uint32_t k = 0; k < n_in || k == 0; k++) {
		/* Late values more often: chains. */
		uint32_t back = random_below(state, 3) == 0 ? m->n :
		    (m->n < 4 ? m->n : 4);

		ids[k] = m->n - 1 - random_below(state, back);
		in[k] = &m->shapes[ids[k]];
		/* What data decided a length of must leave the program. */
		if (!shape_known(in[k]))
			return false;
	}
	random_params(m, row, in[0], &params);
	if (op_infer(row, in, n_in, &params, MAX_ELEMENTS * 8,
	    &m->shapes[m->n], &e) != E_OK)
		return false;
	op_bound(row, in, n_in, &params, &m->shapes[m->n], &most);
	if (shape_elements(&most) > MAX_ELEMENTS || shape_elements(&most) < 0)
		return false;
	program_write_op(&m->w, row, &params, ids, n_in, &m->shapes[m->n],
	    random_below(state, 2) ? PROGRAM_EXPORT : 0);
	m->n++;
	return true;
}

void
random_program(struct random_program *r, uint64_t seed)
{
	static const uint32_t lengths[] = { 2, 4, 8, 40, 300 };
	struct maker m = { .r = r };
	uint32_t n;

	memset(r, 0, sizeof *r);
	r->state = seed;
	for (int i = 0; i < 4; i++) {
		n = lengths[random_below(&r->state, 5)];
		m.dims[i] = 1 + random_below(&r->state, n);
		if (random_below(&r->state, 40) == 0)
			m.dims[i] = 0;
	}
	program_writer_init(&m.w, 0);
	n = 1 + random_below(&r->state, 4);
	while (n-- > 0)
		add_source(&m);
	n = 1 + random_below(&r->state, RANDOM_OPS - 4);
	for (int i = 0; i < TRIES && m.n < n + 1 && m.n < RANDOM_OPS; i++)
		(void)add_op(&m);
	buf_init(&r->program);
	program_finish(&m.w, &r->program);
	program_writer_clear(&m.w);
}

void
random_program_clear(struct random_program *r)
{
	for (size_t i = 0; i < r->n_given; i++)
		xfree((void *)(uintptr_t)r->given[i].p);
	buf_clear(&r->program);
}
