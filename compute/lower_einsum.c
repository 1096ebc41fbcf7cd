/*
 * einsum as transposes, matrix products and sums: operands meet one after the
 * other from the left, labels that nobody needs any more are summed at once.
 */
#include "common/op_einsum.h"
#include "compute/lower.h"

#include <string.h>

struct term {
	uint32_t		value;
	struct einsum_term	axes;
};

static int32_t
find(const struct einsum_term *t, uint8_t label)
{
	for (int32_t i = 0; i < t->n; i++)
		if (t->label[i] == label)
			return i;
	return -1;
}

static void
drop(struct einsum_term *t, int32_t i)
{
	t->n--;
	memmove(t->label + i, t->label + i + 1, (size_t)(t->n - i));
}

static void
append(struct einsum_term *t, uint8_t label)
{
	if (t->n < TENSOR_RANK)
		t->label[t->n++] = label;
}

static uint32_t
as_dtype(struct lower *l, uint32_t value, enum dtype dtype)
{
	struct op_params params = { .p = { { 1, { dtype } } } };

	if (value == LOWER_NONE || lower_shape(l, value).dtype == dtype)
		return value;
	return lower_op(l, OP_ASTYPE, &params, &value, 1);
}

/* Axes of one label become their diagonal, which stands last. */
static void
take_diagonals(struct lower *l, struct term *t)
{
	struct einsum_term *a = &t->axes;

	for (int32_t k = a->n - 1; k > 0; k--) {
		uint8_t label = a->label[k];
		int32_t j = find(a, label);
		struct op_params params = { .p = { { 1, { 0 } },
			{ 1, { j } }, { 1, { k } } } };

		if (j == k)
			continue;
		t->value = lower_op(l, OP_DIAGONAL, &params, &t->value, 1);
		drop(a, k);
		drop(a, j);
		append(a, label);
		k = a->n;
	}
}

/* Axes of length 1 that other operands stretch go. */
static void
drop_stretched(struct lower *l, const struct einsum *s, struct term *t)
{
	struct shape shape = lower_shape(l, t->value), kept = shape;
	struct einsum_term axes = { 0 };

	if (shape.ndim != t->axes.n)
		return;
	kept.ndim = 0;
	for (uint32_t i = 0; i < shape.ndim; i++) {
		if (shape.dims[i] == 1 && s->length[t->axes.label[i]] != 1)
			continue;
		kept.dims[kept.ndim++] = shape.dims[i];
		append(&axes, t->axes.label[i]);
	}
	if (kept.ndim == shape.ndim)
		return;
	t->value = lower_reshape(l, t->value, kept.ndim, kept.dims);
	t->axes = axes;
}

/* Sums the labels that are not kept; sums stay in their dtype. */
static void
sum_others(struct lower *l, struct term *t, const bool *keep)
{
	struct param axes = { .n = 0 };
	struct einsum_term kept = { 0 };
	enum dtype dtype = (enum dtype)lower_shape(l, t->value).dtype;

	for (uint32_t i = 0; i < t->axes.n; i++) {
		if (keep[t->axes.label[i]])
			append(&kept, t->axes.label[i]);
		else
			axes.v[axes.n++] = i;
	}
	if (axes.n == 0)
		return;
	t->value = as_dtype(l, lower_reduce(l, OP_SUM, t->value, &axes,
	    false), dtype);
	t->axes = kept;
}

static void
arrange(struct lower *l, struct term *t, const struct einsum_term *order)
{
	int64_t axes[TENSOR_RANK];
	bool same = true;

	for (int32_t i = 0; i < order->n; i++) {
		axes[i] = find(&t->axes, order->label[i]);
		same = same && axes[i] == i;
	}
	if (!same)
		t->value = lower_transpose(l, t->value, order->n, axes);
	t->axes = *order;
}

/* How the labels of two operands meet. */
struct meeting {
	struct einsum_term batch, left, right, inner;
};

static int64_t
product(const struct einsum *s, const struct einsum_term *t)
{
	int64_t n = 1;

	for (uint32_t i = 0; i < t->n; i++)
		n *= s->length[t->label[i]];
	return n;
}

/*
 * The labels of batch, then of more; false: more axes than there may be.
 */
static bool
join(struct einsum_term *to, const struct einsum_term *more)
{
	if (to->n + more->n > TENSOR_RANK)
		return false;
	for (uint32_t i = 0; i < more->n; i++)
		append(to, more->label[i]);
	return true;
}

static void
lengths(const struct einsum *s, const struct einsum_term *t, int64_t *dims,
    uint32_t *n)
{
	for (uint32_t i = 0; i < t->n; i++)
		dims[(*n)++] = s->length[t->label[i]];
}

/* The batch's axes and two more: rows and columns, of several labels each. */
static uint32_t
as_matrices(struct lower *l, const struct einsum *s, struct term *t,
    const struct meeting *m, const struct einsum_term *rows,
    const struct einsum_term *columns)
{
	struct einsum_term order = m->batch;
	int64_t dims[TENSOR_RANK + 2];
	uint32_t n = 0;

	(void)join(&order, rows);
	(void)join(&order, columns);
	arrange(l, t, &order);
	if (rows->n == 1 && columns->n == 1)
		return t->value;
	lengths(s, &m->batch, dims, &n);
	dims[n++] = product(s, rows);
	dims[n++] = product(s, columns);
	return lower_reshape(l, t->value, n, dims);
}

/* Labels of the batch and the left or right ones, with 1 for the others. */
static uint32_t
spread(struct lower *l, const struct einsum *s, struct term *t,
    const struct meeting *m, bool left)
{
	struct einsum_term order = m->batch;
	int64_t dims[2 * TENSOR_RANK];
	uint32_t n = 0;

	(void)join(&order, left ? &m->left : &m->right);
	arrange(l, t, &order);
	if (left ? m->right.n == 0 : m->left.n == 0)
		return t->value;
	lengths(s, &m->batch, dims, &n);
	if (left)
		lengths(s, &m->left, dims, &n);
	else
		for (uint32_t i = 0; i < m->left.n; i++)
			dims[n++] = 1;
	if (!left)
		lengths(s, &m->right, dims, &n);
	else
		for (uint32_t i = 0; i < m->right.n; i++)
			dims[n++] = 1;
	return lower_reshape(l, t->value, n, dims);
}

static struct meeting
meet(const struct term *a, const struct term *b, const bool *keep)
{
	struct meeting m;

	memset(&m, 0, sizeof m);
	for (uint32_t i = 0; i < a->axes.n; i++) {
		uint8_t label = a->axes.label[i];

		if (find(&b->axes, label) < 0)
			append(&m.left, label);
		else
			append(keep[label] ? &m.batch : &m.inner, label);
	}
	for (uint32_t i = 0; i < b->axes.n; i++)
		if (find(&a->axes, b->axes.label[i]) < 0)
			append(&m.right, b->axes.label[i]);
	return m;
}

/* a and b become one term; both have only labels that are needed. */
static void
contract(struct lower *l, const struct einsum *s, struct term *a,
    struct term *b, const bool *keep)
{
	struct meeting m = meet(a, b, keep);
	struct einsum_term axes = m.batch;
	int64_t dims[TENSOR_RANK];
	uint32_t n = 0, x, y;

	if (!join(&axes, &m.left) || !join(&axes, &m.right) ||
	    (m.inner.n > 0 && m.batch.n + 2 > TENSOR_RANK)) {
		a->value = lower_fail(l, E_RANK, -1, m.batch.n + m.left.n +
		    m.right.n, TENSOR_RANK, 0, 0);
		return;
	}
	if (m.inner.n == 0) {
		x = spread(l, s, a, &m, true);
		y = spread(l, s, b, &m, false);
		a->value = lower_binary(l, OP_MUL, x, y);
	} else {
		x = as_matrices(l, s, a, &m, &m.left, &m.inner);
		y = as_matrices(l, s, b, &m, &m.inner, &m.right);
		a->value = lower_binary(l, OP_MATMUL, x, y);
		lengths(s, &axes, dims, &n);
		if (m.left.n != 1 || m.right.n != 1)
			a->value = lower_reshape(l, a->value, n, dims);
	}
	a->axes = axes;
}

/* Labels of the output, and of the terms from first on. */
static void
needed(const struct einsum *s, const struct term *terms, uint32_t first,
    bool *keep)
{
	memset(keep, 0, EINSUM_LABELS);
	for (uint32_t i = 0; i < s->out.n; i++)
		keep[s->out.label[i]] = true;
	for (uint32_t k = first; k < s->n; k++)
		for (uint32_t i = 0; i < terms[k].axes.n; i++)
			keep[terms[k].axes.label[i]] = true;
}

/* The labels of one more term. */
static void
also(bool *with, const bool *keep, const struct term *t)
{
	memcpy(with, keep, EINSUM_LABELS);
	for (uint32_t i = 0; i < t->axes.n; i++)
		with[t->axes.label[i]] = true;
}

static bool
read_again(struct lower *l, const struct compound *c, struct einsum *s)
{
	struct shape in[EINSUM_OPERANDS], out;
	const struct shape *at[EINSUM_OPERANDS];
	struct op_error e;
	struct infer f = { c->row, at, c->n_in, c->params->p, &out, &e };

	for (size_t i = 0; i < c->n_in && i < EINSUM_OPERANDS; i++) {
		if (c->in[i] == LOWER_NONE)
			return false;
		in[i] = lower_shape(l, c->in[i]);
		at[i] = &in[i];
	}
	return einsum_read(&f, s) == E_OK;
}

uint32_t
lower_einsum(struct lower *l, const struct compound *c)
{
	struct term terms[EINSUM_OPERANDS] = { { 0 } };
	bool keep[EINSUM_LABELS], with[EINSUM_LABELS];
	struct einsum s;

	if (!read_again(l, c, &s))
		return LOWER_NONE;
	for (uint32_t i = 0; i < s.n; i++) {
		terms[i].value = as_dtype(l, c->in[i],
		    (enum dtype)c->shape.dtype);
		terms[i].axes = s.term[i];
		take_diagonals(l, &terms[i]);
		drop_stretched(l, &s, &terms[i]);
	}
	for (uint32_t i = 1; i < s.n; i++) {
		needed(&s, terms, i + 1, keep);
		also(with, keep, &terms[i]);
		sum_others(l, &terms[0], with);
		also(with, keep, &terms[0]);
		sum_others(l, &terms[i], with);
		contract(l, &s, &terms[0], &terms[i], keep);
	}
	needed(&s, terms, s.n, keep);
	sum_others(l, &terms[0], keep);
	arrange(l, &terms[0], &s.out);
	return terms[0].value;
}
