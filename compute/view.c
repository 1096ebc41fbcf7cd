/*
 * Views: collapsing, gathering, scattering, walking.  Moves elements without
 * looking at them; must not allocate.  Cannot fail: shapes were checked.
 */
#include "compute/view.h"

#include <string.h>

/* Products may wrap only in tensors without elements, which nobody walks. */
static int64_t
times(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}

void
view_of_shape(struct view *v, const struct shape *s, uint32_t slot)
{
	memset(v, 0, sizeof *v);
	v->slot = slot;
	v->dtype = s->dtype;
	v->ndim = s->ndim;
	memcpy(v->dims, s->dims, s->ndim * sizeof s->dims[0]);
	view_restride(v);
}

void
view_restride(struct view *v)
{
	int64_t stride = 1;

	for (uint32_t i = v->ndim; i-- > 0;) {
		v->strides[i] = stride;
		stride = times(stride, v->dims[i]);
	}
}

int64_t
view_elements(const struct view *v)
{
	int64_t n = 1;

	for (uint32_t i = 0; i < v->ndim; i++)
		if (v->dims[i] == 0)
			return 0;
	for (uint32_t i = 0; i < v->ndim; i++)
		n = times(n, v->dims[i]);
	return n;
}

bool
view_contiguous(const struct view *v)
{
	int64_t stride = 1;

	if (view_elements(v) == 0)
		return true;
	for (uint32_t i = v->ndim; i-- > 0;) {
		if (v->dims[i] == 1)
			continue;
		if (v->strides[i] != stride)
			return false;
		stride = times(stride, v->dims[i]);
	}
	return true;
}

void
view_broadcast(struct view *v, uint32_t ndim, const int64_t *dims)
{
	uint32_t add = ndim > v->ndim ? ndim - v->ndim : 0;
	uint32_t drop = v->ndim > ndim ? v->ndim - ndim : 0;
	int64_t strides[TENSOR_RANK];

	for (uint32_t i = 0; i < ndim; i++) {
		if (i < add || v->dims[i - add + drop] == 1)
			strides[i] = 0;
		else
			strides[i] = v->strides[i - add + drop];
	}
	memcpy(v->strides, strides, ndim * sizeof *strides);
	memcpy(v->dims, dims, ndim * sizeof *dims);
	v->ndim = (uint8_t)ndim;
}

void
view_insert(struct view *v, uint32_t i, int64_t dim, int64_t stride)
{
	for (uint32_t k = v->ndim++; k > i; k--) {
		v->dims[k] = v->dims[k - 1];
		v->strides[k] = v->strides[k - 1];
	}
	v->dims[i] = dim;
	v->strides[i] = stride;
}

void
view_collapse(struct view *v)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->ndim; i++) {
		if (v->dims[i] == 1)
			continue;
		if (n > 0 && v->strides[n - 1] ==
		    times(v->strides[i], v->dims[i])) {
			v->dims[n - 1] = times(v->dims[n - 1], v->dims[i]);
			v->strides[n - 1] = v->strides[i];
			continue;
		}
		v->dims[n] = v->dims[i];
		v->strides[n] = v->strides[i];
		n++;
	}
	v->ndim = (uint8_t)n;
}

/* One straight run of n elements of size bytes, strides in elements. */
static void
copy_run(uint8_t *to, int64_t to_step, const uint8_t *src, int64_t step,
    int64_t n, size_t size)
{
	if (step == 1 && to_step == 1) {
		memcpy(to, src, (size_t)n * size);
		return;
	}
	switch (size) {
	case 1:
		for (int64_t i = 0; i < n; i++)
			to[i * to_step] = src[i * step];
		break;
	case 4: {
		const uint32_t *s = (const void *)src;
		uint32_t *t = (void *)to;

		for (int64_t i = 0; i < n; i++)
			t[i * to_step] = s[i * step];
		break;
	}
	default: {
		const uint64_t *s = (const void *)src;
		uint64_t *t = (void *)to;

		for (int64_t i = 0; i < n; i++)
			t[i * to_step] = s[i * step];
	}
	}
}

/* The position's index along each axis, and its offset. */
static int64_t
seek(const struct view *v, int64_t from, int64_t *index)
{
	int64_t offset = v->offset;

	for (uint32_t i = v->ndim; i-- > 0;) {
		index[i] = from % v->dims[i];
		from /= v->dims[i];
		offset += index[i] * v->strides[i];
	}
	return offset;
}

/* To the start of the next run along the last axis. */
static int64_t
advance(const struct view *v, int64_t *index, int64_t offset, int64_t run)
{
	uint32_t i = v->ndim - 1u;

	index[i] += run;
	offset += run * v->strides[i];
	while (i > 0 && index[i] == v->dims[i]) {
		offset -= index[i] * v->strides[i];
		index[i] = 0;
		i--;
		index[i]++;
		offset += v->strides[i];
	}
	return offset;
}

static int64_t
run_length(const struct view *v, const int64_t *index, size_t left)
{
	int64_t run = v->dims[v->ndim - 1] - index[v->ndim - 1];

	return run < (int64_t)left ? run : (int64_t)left;
}

void
view_gather(const struct view *v, const uint8_t *base, int64_t from, size_t n,
    uint8_t *to)
{
	int64_t index[TENSOR_RANK], offset, run;
	size_t size = dtype_size(v->dtype);

	if (v->ndim == 0) {
		memcpy(to, base + v->offset * (int64_t)size, size);
		return;
	}
	offset = seek(v, from, index);
	while (n > 0) {
		run = run_length(v, index, n);
		copy_run(to, 1, base + offset * (int64_t)size,
		    v->strides[v->ndim - 1], run, size);
		to += (size_t)run * size;
		n -= (size_t)run;
		if (n > 0)
			offset = advance(v, index, offset, run);
	}
}

void
view_scatter(const struct view *v, uint8_t *base, int64_t from, size_t n,
    const uint8_t *src)
{
	int64_t index[TENSOR_RANK], offset, run;
	size_t size = dtype_size(v->dtype);

	if (v->ndim == 0) {
		memcpy(base + v->offset * (int64_t)size, src, size);
		return;
	}
	offset = seek(v, from, index);
	while (n > 0) {
		run = run_length(v, index, n);
		copy_run(base + offset * (int64_t)size,
		    v->strides[v->ndim - 1], src, 1, run, size);
		src += (size_t)run * size;
		n -= (size_t)run;
		if (n > 0)
			offset = advance(v, index, offset, run);
	}
}

void
walk_init(struct walk *w)
{
	w->ndim = 0;
	w->offset = 0;
}

void
walk_axis(struct walk *w, int64_t dim, int64_t stride)
{
	w->dims[w->ndim] = dim;
	w->strides[w->ndim] = stride;
	w->index[w->ndim] = 0;
	w->ndim++;
}

int64_t
walk_positions(const struct walk *w)
{
	int64_t n = 1;

	for (uint32_t i = 0; i < w->ndim; i++)
		n = times(n, w->dims[i]);
	return n;
}

void
walk_seek(struct walk *w, int64_t position)
{
	w->offset = 0;
	for (uint32_t i = w->ndim; i-- > 0;) {
		w->index[i] = position % w->dims[i];
		position /= w->dims[i];
		w->offset += w->index[i] * w->strides[i];
	}
}

bool
walk_next(struct walk *w)
{
	for (uint32_t i = w->ndim; i-- > 0;) {
		w->offset += w->strides[i];
		if (++w->index[i] < w->dims[i])
			return true;
		w->offset -= w->dims[i] * w->strides[i];
		w->index[i] = 0;
	}
	return false;
}

void
walk_lane(struct walk *w, int64_t position, const struct view *all,
    struct view *lane)
{
	walk_seek(w, position);
	lane->offset = all->offset + w->offset;
}
