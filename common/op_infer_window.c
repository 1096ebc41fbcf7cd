/*
 * Shapes of what slides over the last two axes: windows, convolution, pooling
 * and their gradients.
 */
#include "common/op.h"
#include "common/op_priv.h"

#include <string.h>

/* Lengths and steps stay far from the ends of an int64_t. */
#define LONGEST	(INT64_C(1) << 40)

/* One number for both axes, or one for each; index counts parameters. */
static enum error
pair(const struct param *params, uint32_t index, int64_t least, int64_t v[2],
    struct op_error *e)
{
	const struct param *p = &params[index];

	v[0] = v[1] = least;
	if (p->n < 1 || p->n > 2)
		return op_fail(e, E_BAD_PARAM, -1, index, p->n,
		    p->n < 0 ? FAULT_NEEDED : FAULT_NUMBER, 0);
	for (uint32_t i = 0; i < 2; i++) {
		v[i] = p->v[p->n == 2 ? i : 0];
		if (v[i] < least || v[i] > LONGEST)
			return op_fail(e, E_BAD_PARAM, -1, index, v[i],
			    FAULT_VALUE, 0);
	}
	return E_OK;
}

/* Where windows of w.size fit into the last two of dims: w.in, w.out. */
static enum error
slide(struct op_window *w, const int64_t dims[2], struct op_error *e)
{
	int64_t room, reach;

	for (uint32_t i = 0; i < 2; i++) {
		if (dims[i] > LONGEST)
			return op_fail(e, E_OVERFLOW, -1, dims[i], LONGEST, 0,
			    0);
		w->in[i] = dims[i];
		room = dims[i] + 2 * w->padding[i];
		if (__builtin_mul_overflow(w->dilation[i], w->size[i] - 1,
		    &reach) || reach >= room)
			return op_fail(e, E_SHAPE, 0, i, w->size[i], room,
			    FAULT_WINDOW);
		w->out[i] = (room - reach - 1) / w->stride[i] + 1;
	}
	return E_OK;
}

/* The window's size is the last two lengths of an input. */
static enum error
take_size(struct op_window *w, int32_t input, const struct shape *s,
    const int64_t dims[2], struct op_error *e)
{
	for (uint32_t i = 0; i < 2; i++) {
		w->size[i] = s->dims[s->ndim - 2 + i];
		if (w->size[i] < 1 || w->size[i] > LONGEST)
			return op_fail(e, E_SHAPE, input, i, w->size[i],
			    dims[i], FAULT_WINDOW);
	}
	return E_OK;
}

/* Which parameters say what; 0 for size: not a parameter. */
struct places {
	uint32_t	size, stride, padding, dilation;
	bool		square;		/* stride may be none: the size */
};

static enum error
read_window(const struct param *p, const struct places *at,
    struct op_window *w, struct op_error *e)
{
	w->stride[0] = w->stride[1] = 1;
	w->dilation[0] = w->dilation[1] = 1;
	if (at->size > 0 && pair(p, at->size - 1, 1, w->size, e) != E_OK)
		return e->code;
	if (at->square && p[at->stride].n < 0)
		memcpy(w->stride, w->size, sizeof w->stride);
	else if (pair(p, at->stride, 1, w->stride, e) != E_OK)
		return e->code;
	if (pair(p, at->padding, 0, w->padding, e) != E_OK)
		return e->code;
	return at->dilation == 0 ? E_OK :
	    pair(p, at->dilation, 1, w->dilation, e);
}

static enum error
want_rank(const struct shape *s, int32_t input, uint32_t ndim,
    struct op_error *e)
{
	return s->ndim == ndim ? E_OK : op_fail(e, E_SHAPE, input, -1,
	    s->ndim, ndim, FAULT_AXES);
}

static enum error
want_length(int32_t input, uint32_t axis, int64_t want, int64_t got,
    struct op_error *e)
{
	return want == got ? E_OK : op_fail(e, E_SHAPE, input, axis, got, want,
	    FAULT_LENGTH);
}

/* ---- windows and their adjoint ---- */

static const struct places of_windows = { 1, 1, 2, 3, false };

enum error
op_windows(const struct param *p, const struct shape *s,
    struct op_window *w, struct op_error *e)
{
	if (s->ndim < 2)
		return want_rank(s, 0, 2, e);
	if (read_window(p, &of_windows, w, e) != E_OK)
		return e->code;
	return slide(w, &s->dims[s->ndim - 2], e);
}

enum error
infer_windows(const struct infer *f)
{
	struct op_window w = { 0 };
	uint32_t n = f->in[0]->ndim;

	if (op_windows(f->p, f->in[0], &w, f->e) != E_OK)
		return f->e->code;
	if (n + 2 > TENSOR_RANK)
		return op_fail(f->e, E_RANK, -1, n + 2, TENSOR_RANK, 0, 0);
	(void)infer_same(f);
	memcpy(&f->out->dims[n - 2], w.out, sizeof w.out);
	memcpy(&f->out->dims[n], w.size, sizeof w.size);
	f->out->ndim = (uint8_t)(n + 2);
	return E_OK;
}

enum error
op_windows_sum(const struct param *p, const struct shape *s,
    struct op_window *w, struct op_error *e)
{
	static const struct places at = { 0, 1, 2, 3, false };
	int64_t dims[2];

	if (s->ndim < 4)
		return want_rank(s, 0, 4, e);
	if (pair(p, 0, 0, dims, e) != E_OK ||
	    read_window(p, &at, w, e) != E_OK)
		return e->code;
	if (take_size(w, 0, s, dims, e) != E_OK || slide(w, dims, e) != E_OK)
		return e->code;
	for (uint32_t i = 0; i < 2; i++)
		if (want_length(0, s->ndim - 4 + i, w->out[i],
		    s->dims[s->ndim - 4 + i], e) != E_OK)
			return e->code;
	return E_OK;
}

enum error
infer_windows_sum(const struct infer *f)
{
	struct op_window w = { 0 };
	uint32_t n = f->in[0]->ndim;

	if (op_windows_sum(f->p, f->in[0], &w, f->e) != E_OK)
		return f->e->code;
	(void)infer_same(f);
	memcpy(&f->out->dims[n - 4], w.in, sizeof w.in);
	f->out->ndim = (uint8_t)(n - 2);
	return E_OK;
}

/* ---- convolution ---- */

/* Channels of x and filters of w (or of dy) fall into as many groups. */
static enum error
read_groups(const struct param *p, uint32_t index, int64_t channels,
    int64_t filters, struct op_error *e)
{
	int64_t groups = p[index].v[0];

	if (groups < 1 || channels % groups != 0 || filters % groups != 0)
		return op_fail(e, E_BAD_PARAM, -1, index, groups, FAULT_VALUE,
		    0);
	return E_OK;
}

/* x and w of a convolution. */
static enum error
check_filters(const struct infer *f, const struct shape *x,
    const struct shape *w, uint32_t groups)
{
	if (read_groups(f->p, groups, x->dims[1], w->dims[0], f->e) != E_OK)
		return f->e->code;
	return want_length(1, 1, x->dims[1] / f->p[groups].v[0], w->dims[1],
	    f->e);
}

enum error
infer_conv2d(const struct infer *f)
{
	static const struct places at = { 0, 0, 1, 2, false };
	const struct shape *x = f->in[0], *w = f->in[1];
	struct op_window v = { 0 };

	if (want_rank(x, 0, 4, f->e) != E_OK ||
	    want_rank(w, 1, 4, f->e) != E_OK ||
	    read_window(f->p, &at, &v, f->e) != E_OK ||
	    check_filters(f, x, w, 3) != E_OK)
		return f->e->code;
	if (f->n_in == 3 && (want_rank(f->in[2], 2, 1, f->e) != E_OK ||
	    want_length(2, 0, w->dims[0], f->in[2]->dims[0], f->e) != E_OK))
		return f->e->code;
	if (take_size(&v, 1, w, &x->dims[2], f->e) != E_OK ||
	    slide(&v, &x->dims[2], f->e) != E_OK)
		return f->e->code;
	f->out->ndim = 4;
	f->out->dims[0] = x->dims[0];
	f->out->dims[1] = w->dims[0];
	memcpy(&f->out->dims[2], v.out, sizeof v.out);
	return E_OK;
}

/* The gradient has the shape that the forward op gave. */
static enum error
check_gradient(const struct infer *f, const struct shape *dy, int32_t input,
    const int64_t want[4])
{
	if (want_rank(dy, input, 4, f->e) != E_OK)
		return f->e->code;
	for (uint32_t i = 0; i < 4; i++)
		if (want_length(input, i, want[i], dy->dims[i], f->e) != E_OK)
			return f->e->code;
	return E_OK;
}

/* dy, w -> the gradient of x; shape: its last two lengths. */
enum error
infer_conv2d_input(const struct infer *f)
{
	static const struct places at = { 0, 1, 2, 3, false };
	const struct shape *dy = f->in[0], *w = f->in[1];
	struct op_window v = { 0 };
	int64_t dims[2], channels;

	if (want_rank(dy, 0, 4, f->e) != E_OK ||
	    want_rank(w, 1, 4, f->e) != E_OK ||
	    pair(f->p, 0, 0, dims, f->e) != E_OK ||
	    read_window(f->p, &at, &v, f->e) != E_OK ||
	    read_groups(f->p, 4, 0, w->dims[0], f->e) != E_OK)
		return f->e->code;
	if (take_size(&v, 1, w, dims, f->e) != E_OK ||
	    slide(&v, dims, f->e) != E_OK)
		return f->e->code;
	if (__builtin_mul_overflow(w->dims[1], f->p[4].v[0], &channels))
		return op_fail(f->e, E_OVERFLOW, -1, -1, INT64_MAX, 0, 0);
	f->out->ndim = 4;
	f->out->dims[0] = dy->dims[0];
	f->out->dims[1] = channels;
	memcpy(&f->out->dims[2], dims, sizeof dims);
	return check_gradient(f, dy, 0, (const int64_t[4]) { dy->dims[0],
	    w->dims[0], v.out[0], v.out[1] });
}

/* x, dy -> the gradient of w; size: its last two lengths. */
enum error
infer_conv2d_weight(const struct infer *f)
{
	static const struct places at = { 1, 1, 2, 3, false };
	const struct shape *x = f->in[0], *dy = f->in[1];
	struct op_window v = { 0 };

	if (want_rank(x, 0, 4, f->e) != E_OK ||
	    want_rank(dy, 1, 4, f->e) != E_OK ||
	    read_window(f->p, &at, &v, f->e) != E_OK ||
	    read_groups(f->p, 4, x->dims[1], dy->dims[1], f->e) != E_OK ||
	    slide(&v, &x->dims[2], f->e) != E_OK)
		return f->e->code;
	f->out->ndim = 4;
	f->out->dims[0] = dy->dims[1];
	f->out->dims[1] = x->dims[1] / f->p[4].v[0];
	memcpy(&f->out->dims[2], v.size, sizeof v.size);
	return check_gradient(f, dy, 1, (const int64_t[4]) { x->dims[0],
	    dy->dims[1], v.out[0], v.out[1] });
}

/* ---- pooling ---- */

/* Every window holds something: padding reaches to its middle at most. */
static enum error
read_pool(const struct infer *f, uint32_t size, const int64_t dims[2],
    struct op_window *w)
{
	const struct places at = { size + 1, size + 1, size + 2, 0, true };

	if (read_window(f->p, &at, w, f->e) != E_OK)
		return f->e->code;
	for (uint32_t i = 0; i < 2; i++)
		if (w->padding[i] > w->size[i] / 2)
			return op_fail(f->e, E_BAD_PARAM, -1, size + 2,
			    w->padding[i], FAULT_VALUE, 0);
	return slide(w, dims, f->e);
}

enum error
infer_pool2d(const struct infer *f)
{
	const struct shape *x = f->in[0];
	struct op_window w = { 0 };

	if (want_rank(x, 0, 4, f->e) != E_OK ||
	    read_pool(f, 0, &x->dims[2], &w) != E_OK)
		return f->e->code;
	(void)infer_same(f);
	memcpy(&f->out->dims[2], w.out, sizeof w.out);
	return E_OK;
}

/* x, dy -> the gradient of x. */
enum error
infer_max_pool2d_grad(const struct infer *f)
{
	const struct shape *x = f->in[0];
	struct op_window w = { 0 };

	if (want_rank(x, 0, 4, f->e) != E_OK ||
	    read_pool(f, 0, &x->dims[2], &w) != E_OK)
		return f->e->code;
	(void)infer_same(f);
	f->out->dtype = f->in[1]->dtype;
	return check_gradient(f, f->in[1], 1, (const int64_t[4]) { x->dims[0],
	    x->dims[1], w.out[0], w.out[1] });
}

/* dy -> the gradient of x; shape: its last two lengths. */
enum error
infer_avg_pool2d_grad(const struct infer *f)
{
	const struct shape *dy = f->in[0];
	struct op_window w = { 0 };
	int64_t dims[2];

	if (want_rank(dy, 0, 4, f->e) != E_OK ||
	    pair(f->p, 0, 0, dims, f->e) != E_OK ||
	    read_pool(f, 1, dims, &w) != E_OK)
		return f->e->code;
	(void)infer_same(f);
	memcpy(&f->out->dims[2], dims, sizeof dims);
	return check_gradient(f, dy, 0, (const int64_t[4]) { dy->dims[0],
	    dy->dims[1], w.out[0], w.out[1] });
}
