/*
 * LU with partial pivoting and Cholesky, 64 columns at a time.  Within a
 * panel, and within its rows, elements lose one product after the other; what
 * lies below (or above, going back) loses the sum over the panel, from +0 with
 * the columns ascending, at once.
 */
#include "compute/ref/ref.h"

#include "common/xalloc.h"

#define BLOCK 64

/* Rows of floats of the dtype; n x n and the right-hand sides beside them. */
struct matrix {
	struct ref_value v;
	int64_t		 n, columns;
};

static struct ref_number
get(const struct matrix *m, int64_t row, int64_t column)
{
	return ref_get(&m->v, row * m->columns + column, m->v.shape.dtype);
}

static void
put(struct matrix *m, int64_t row, int64_t column, struct ref_number x)
{
	ref_set(&m->v, row * m->columns + column, x);
}

/* m[row][column] -= m[row][k] * m[k][column] */
static void
update(struct matrix *m, int64_t row, int64_t column, int64_t k)
{
	struct ref_number z = get(m, row, column), l = get(m, row, k);
	struct ref_number u = get(m, k, column);

	z.f32 = z.f32 - l.f32 * u.f32;
	z.f64 = z.f64 - l.f64 * u.f64;
	put(m, row, column, z);
}

/* The same for all k in from .. to at once; turned: m[column][k] instead. */
static void
update_all(struct matrix *m, int64_t row, int64_t column, int64_t from,
    int64_t to, bool turned)
{
	struct ref_number z = get(m, row, column), s = { 0, 0, 0 };

	for (int64_t k = from; k < to; k++) {
		struct ref_number l = get(m, row, k);
		struct ref_number u = turned ? get(m, column, k) :
		    get(m, k, column);

		s.f32 = s.f32 + l.f32 * -u.f32;
		s.f64 = s.f64 + l.f64 * -u.f64;
	}
	z.f32 = z.f32 + s.f32;
	z.f64 = z.f64 + s.f64;
	put(m, row, column, z);
}

static void
divide(struct matrix *m, int64_t row, int64_t column, int64_t diagonal)
{
	struct ref_number z = get(m, row, column);
	struct ref_number by = get(m, diagonal, diagonal);

	z.f32 = z.f32 / by.f32;
	z.f64 = z.f64 / by.f64;
	put(m, row, column, z);
}

static bool
exchange(struct matrix *m, int64_t p)
{
	struct ref_number best = get(m, p, p), x, y;
	int64_t row = p;

	for (int64_t i = p + 1; i < m->n; i++) {
		x = get(m, i, p);
		if (__builtin_fabs(x.f64) > __builtin_fabs(best.f64)) {
			best = x;
			row = i;
		}
	}
	for (int64_t c = 0; row != p && c < m->columns; c++) {
		x = get(m, p, c);
		y = get(m, row, c);
		put(m, p, c, y);
		put(m, row, c, x);
	}
	return row != p;
}

/* False: singular. */
static bool
lu(struct matrix *m, bool *odd)
{
	for (int64_t at = 0; at < m->n; at += BLOCK) {
		int64_t end = at + BLOCK < m->n ? at + BLOCK : m->n;

		for (int64_t p = at; p < end; p++) {
			if (exchange(m, p))
				*odd = !*odd;
			if (get(m, p, p).f64 == 0)
				return false;
			for (int64_t i = p + 1; i < m->n; i++) {
				divide(m, i, p, p);
				for (int64_t q = p + 1; q < end; q++)
					update(m, i, q, p);
			}
		}
		for (int64_t c = end; c < m->columns; c++) {
			for (int64_t p = at; p < end; p++)
				for (int64_t i = p + 1; i < end; i++)
					update(m, i, c, p);
			for (int64_t i = end; i < m->n; i++)
				update_all(m, i, c, at, end, false);
		}
	}
	return true;
}

static void
back(struct matrix *m)
{
	for (int64_t end = m->n; end > 0;) {
		int64_t at = (end - 1) / BLOCK * BLOCK;

		for (int64_t c = m->n; c < m->columns; c++) {
			for (int64_t p = end; p-- > at;) {
				divide(m, p, c, p);
				for (int64_t i = at; i < p; i++)
					update(m, i, c, p);
			}
			for (int64_t i = 0; i < at; i++)
				update_all(m, i, c, at, end, false);
		}
		end = at;
	}
}

/* The root of the diagonal element; false: there is none. */
static bool
root(struct matrix *m, int64_t p)
{
	struct ref_number d = get(m, p, p);

	if (!(d.f64 > 0))
		return false;
	d.f32 = __builtin_sqrtf(d.f32);
	d.f64 = __builtin_sqrt(d.f64);
	put(m, p, p, d);
	return true;
}

static bool
cholesky(struct matrix *m)
{
	struct ref_number zero = { 0, 0, 0 }, z, l, u;

	for (int64_t at = 0; at < m->n; at += BLOCK) {
		int64_t end = at + BLOCK < m->n ? at + BLOCK : m->n;

		for (int64_t p = at; p < end; p++) {
			if (!root(m, p))
				return false;
			for (int64_t i = p + 1; i < m->n; i++)
				divide(m, i, p, p);
			for (int64_t i = p + 1; i < m->n; i++)
				for (int64_t q = p + 1; q <= i && q < end;
				    q++) {
					z = get(m, i, q);
					l = get(m, i, p);
					u = get(m, q, p);
					z.f32 = z.f32 - l.f32 * u.f32;
					z.f64 = z.f64 - l.f64 * u.f64;
					put(m, i, q, z);
				}
		}
		for (int64_t i = end; i < m->n; i++)
			for (int64_t q = end; q <= i; q++)
				update_all(m, i, q, at, end, true);
	}
	for (int64_t i = 0; i < m->n; i++)
		for (int64_t q = i + 1; q < m->n; q++)
			put(m, i, q, zero);
	return true;
}

/* The product in float64, with an exponent of its own. */
static struct ref_number
diagonal(const struct matrix *m, bool odd)
{
	double x = odd ? -1 : 1, by = 1;
	struct ref_number n = { 0, 0, 0 };
	int64_t e = 0;

	for (int64_t i = 0; i < m->n; i++) {
		x = x * get(m, i, i).f64;
		if (x == 0 || x - x != 0)
			continue;
		for (; x >= 2 || x <= -2; e++)
			x = x / 2;
		for (; x < 1 && x > -1; e--)
			x = x * 2;
	}
	for (; e > 0 && x - x == 0; e--)
		x = x * 2;
	for (; e < -64 && (x >= 0x1p-900 || x <= -0x1p-900); e++)
		x = x / 2;
	for (; e < 0 && by > 0; e++)
		by = by / 2;
	n.f64 = x * by;
	n.f32 = (float)n.f64;
	return n;
}

/* Element i of the batch's matrix in v of rows x columns, into m from column
 * on; batches broadcast. */
static void
take(struct matrix *m, int64_t from, const struct ref_value *v,
    const int64_t *index, uint32_t axes, uint32_t core, int64_t columns)
{
	uint32_t own = v->shape.ndim - core;
	int64_t at = 0;

	for (uint32_t i = 0; i < own; i++)
		at = at * v->shape.dims[i] + (v->shape.dims[i] == 1 ? 0 :
		    index[axes - own + i]);
	at = at * m->n * columns;
	for (int64_t i = 0; i < m->n; i++)
		for (int64_t c = 0; c < columns; c++)
			put(m, i, from + c, ref_get(v, at + i * columns + c,
			    m->v.shape.dtype));
}

static void
take_unit(struct matrix *m)
{
	struct ref_number x = { 0, 0, 0 };

	for (int64_t i = 0; i < m->n; i++)
		for (int64_t c = 0; c < m->n; c++) {
			x.f64 = i == c ? 1.0 : 0.0;
			x.f32 = (float)x.f64;
			put(m, i, m->n + c, x);
		}
}

/* Matrix o of the batch, whose result starts at element o * size of out. */
static enum error
one(enum op_code code, struct matrix *m, int64_t o, int64_t size,
    struct ref_value *out)
{
	int64_t from = code == OP_CHOLESKY ? 0 : m->n;
	int64_t sides = m->columns - from;
	bool odd = false, ok;

	ok = code == OP_CHOLESKY ? cholesky(m) : lu(m, &odd);
	if (code == OP_DET) {
		struct ref_number zero = { 0, 0, 0 };

		ref_set(out, o, ok ? diagonal(m, odd) : zero);
		return E_OK;
	}
	if (!ok)
		return code == OP_CHOLESKY ? E_NOT_POSITIVE : E_SINGULAR;
	if (code != OP_CHOLESKY)
		back(m);
	for (int64_t i = 0; i < size; i++)
		ref_set(out, o * size + i, get(m, i / sides,
		    from + i % sides));
	return E_OK;
}

enum error
ref_linalg(enum op_code code, const struct ref_value *in,
    struct ref_value *out)
{
	const struct shape *a = &in[0].shape;
	uint32_t core = code == OP_SOLVE && in[1].shape.ndim + 1u == a->ndim ?
	    1 : 2;
	struct shape batch = out->shape;
	struct matrix m;
	int64_t sides = 0, index[TENSOR_RANK];
	enum error r = E_OK;

	m.n = a->dims[a->ndim - 1];
	if (code == OP_INV)
		sides = m.n;
	if (code == OP_SOLVE)
		sides = core == 1 ? 1 : in[1].shape.dims[in[1].shape.ndim - 1];
	m.columns = m.n + sides;
	m.v.shape = (struct shape) { out->shape.dtype, 2, { m.n, m.columns } };
	if (code != OP_DET)
		batch.ndim = (uint8_t)(batch.ndim - core);
	if (m.n == 0 && code != OP_DET)
		return E_OK;
	m.v.bytes = xmalloc((size_t)shape_bytes(&m.v.shape) + 8);
	for (int64_t o = 0; o < shape_elements(&batch) && r == E_OK; o++) {
		ref_index(&batch, o, index);
		take(&m, 0, &in[0], index, batch.ndim, 2, m.n);
		if (code == OP_INV)
			take_unit(&m);
		if (code == OP_SOLVE)
			take(&m, m.n, &in[1], index, batch.ndim, core, sides);
		r = one(code, &m, o, shape_elements(&out->shape) /
		    shape_elements(&batch), out);
	}
	xfree(m.v.bytes);
	return r;
}
