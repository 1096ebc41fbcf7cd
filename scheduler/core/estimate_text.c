/*
 * Estimates as the record keeps them and people read them: for each class and
 * dtype that is known, class.dtype=rate:error:results, with the rate in units
 * of the class a second and the error in thousandths; likewise op, ns of an
 * op's overhead; hidden, the speed when hidden, in thousandths; group, us
 * beside the ops, with the error of predictions.
 */
#include "sched_priv.h"

#define AGE_VAR		0.01	/* what may have changed since */
#define NUMBER_MOST	1000000000000000000u

static const char *const class_names[COST_CLASSES] = { "none", "matmul",
	"elementwise", "transcendental", "reduction", "copy", "sort" };

const char *
estimate_class_name(enum cost_class class)
{
	return class_names[class];
}

/* ---- writing ---- */

static void
put_entry(struct buf *b, struct text *name, double value, double error,
    uint64_t n)
{
	text_add(name, "=");
	text_add_u64(name, value < 1 ? 1 : value > 1e18 ? NUMBER_MOST :
	    (uint64_t)value);
	text_add_char(name, ':');
	text_add_u64(name, (uint64_t)(error * 1000 + 0.5));
	text_add_char(name, ':');
	text_add_u64(name, n);
	if (b->len > 0)
		buf_add(b, " ", 1);
	buf_add(b, name->s, name->n);
}

static void
cell_name(struct text *t, int class, int dtype)
{
	text_init(t);
	text_add(t, class_names[class]);
	text_add_char(t, '.');
	text_add(t, dtype_name((enum dtype)dtype));
}

static double
cell_rate(int class, int dtype)
{
	return 1e6 / estimate_reference_us((enum cost_class)class,
	    (enum dtype)dtype, 1);
}

void
estimate_write(const struct peer *p, struct buf *b)
{
	const struct estimate *e;
	struct text t;
	int c, d;

	for (c = COST_NONE + 1; c < COST_CLASSES; c++) {
		for (d = DT_NONE + 1; d < DT_COUNT; d++) {
			e = &p->est[c][d];
			if (!e->known)
				continue;
			cell_name(&t, c, d);
			put_entry(b, &t, cell_rate(c, d) *
			    estimate_exp((double)e->m),
			    estimate_root((double)e->v), e->n);
		}
	}
	text_init(&t);
	text_add(&t, "op");
	e = &p->est[COST_NONE][DT_NONE];
	put_entry(b, &t, OP_US * 1000 * estimate_exp(-(double)e->m),
	    estimate_root((double)e->v), e->n);
	text_init(&t);
	text_add(&t, "hidden");
	put_entry(b, &t, 1000 * estimate_hidden(p),
	    estimate_root((double)p->veil.v), p->veil.n);
	text_init(&t);
	text_add(&t, "group");
	put_entry(b, &t, (double)p->group_us, (double)p->error, 0);
}

/* ---- reading ---- */

/* Digits up to the next of these, which is skipped; false: it is none. */
static bool
take_number(struct bytes *b, char end, uint64_t *v)
{
	size_t n = 0;

	while (n < b->n && b->p[n] != (uint8_t)end && b->p[n] != ' ')
		n++;
	if (text_u64((struct bytes){ b->p, n }, v) != 0)
		return false;
	b->p += n;
	b->n -= n;
	if (b->n > 0 && b->p[0] == (uint8_t)end) {
		b->p++;
		b->n--;
	}
	return true;
}

static bool
take_entry(struct bytes *b, struct str *name, uint64_t v[3])
{
	size_t n = 0;

	while (n < b->n && b->p[n] != '=')
		n++;
	if (n == b->n)
		return false;
	*name = (struct str){ (const char *)b->p, n };
	b->p += n + 1;
	b->n -= n + 1;
	return take_number(b, ':', &v[0]) && take_number(b, ':', &v[1]) &&
	    take_number(b, ' ', &v[2]) && v[0] > 0 && v[0] <= NUMBER_MOST &&
	    v[1] < 10000;
}

static void
read_estimate(struct estimate *e, double m, const uint64_t v[3])
{
	double error = (double)v[1] / 1000;

	e->m = (float)(m > 8 ? 8 : m < -8 ? -8 : m);
	e->v = (float)(error * error + AGE_VAR);
	e->n = (uint16_t)(v[2] < UINT16_MAX ? v[2] : UINT16_MAX);
	e->known = true;
}

static void
read_cell(struct peer *p, struct str name, const uint64_t v[3])
{
	struct text t;
	int c, d;

	for (c = COST_NONE + 1; c < COST_CLASSES; c++) {
		for (d = DT_NONE + 1; d < DT_COUNT; d++) {
			cell_name(&t, c, d);
			if (str_eq(name, t.s))
				read_estimate(&p->est[c][d],
				    estimate_ln((double)v[0] /
				    cell_rate(c, d)), v);
		}
	}
}

void
estimate_read(struct peer *p, struct bytes b)
{
	struct str name;
	uint64_t v[3];

	while (take_entry(&b, &name, v)) {
		if (str_eq(name, "op")) {
			read_estimate(&p->est[COST_NONE][DT_NONE],
			    -estimate_ln((double)v[0] / 1000 / OP_US), v);
		} else if (str_eq(name, "hidden")) {
			read_estimate(&p->veil,
			    estimate_ln((double)v[0] / 1000), v);
			p->veil.m = p->veil.m < 0 ? p->veil.m : 0;
		} else if (str_eq(name, "group")) {
			p->group_us = v[0] < 1000000 ? (float)v[0] : 1e6f;
			p->error = v[1] < 2000 ? (float)v[1] / 1000 : 2;
		} else {
			read_cell(p, name, v);
		}
	}
	estimate_apply_all(p);
}
