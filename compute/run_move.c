/*
 * Runs what moves or makes elements row by row: triangles of matrices, and
 * numbers that are equally far apart.
 */
#include "compute/step_move.h"

#include <string.h>

static int64_t
clamp(int64_t x, int64_t low, int64_t high)
{
	return x < low ? low : x > high ? high : x;
}

void
run_band(const struct run *r, int64_t from, int64_t to)
{
	const struct band_step *d = r->step->detail;
	size_t size = dtype_size(d->dtype);
	const uint8_t *in = run_read(r, d->in);
	uint8_t *out = run_slot(r, d->out);

	in += d->in_offset * (int64_t)size;
	for (int64_t u = from; u < to; u++) {
		int64_t row = u / d->chunks, first = u % d->chunks * d->chunk;
		int64_t n = clamp(d->columns - first, 0, d->chunk);
		/* Columns before the edge belong to the lower triangle. */
		int64_t edge = row % d->rows + d->k + !d->upper - first;
		size_t at = (size_t)(row * d->columns + first) * size;
		size_t low = (size_t)clamp(edge, 0, n) * size;
		size_t all = (size_t)n * size;

		if (d->upper) {
			memset(out + at, 0, low);
			memcpy(out + at + low, in + at + low, all - low);
		} else {
			memcpy(out + at, in + at, low);
			memset(out + at + low, 0, all - low);
		}
	}
}

/* As NumPy's linspace: its last element is the end itself. */
static double
on_line(const struct steps_step *d, int64_t i)
{
	double x = (double)i;

	if (d->ends && i == d->elements - 1)
		return d->last;
	if (d->divisor != 0)
		return x / d->divisor * d->step + d->start;
	return x * d->step + d->start;
}

static double
below(double x)
{
	double whole = (double)tensor_integer(x, DT_I64);

	if (!(x < 0x1p52 && x > -0x1p52))
		return x;
	return whole > x ? whole - 1 : whole;
}

static void
line_element(const struct steps_step *d, int64_t i, uint8_t *out)
{
	double x = on_line(d, i);

	switch (d->dtype) {
	case DT_BOOL:
		out[i] = x != 0;
		break;
	case DT_I32:
		((int32_t *)(void *)out)[i] =
		    (int32_t)tensor_integer(below(x), DT_I32);
		break;
	case DT_I64:
		((int64_t *)(void *)out)[i] = tensor_integer(below(x), DT_I64);
		break;
	case DT_F32:
		((float *)(void *)out)[i] = (float)x;
		break;
	default:
		((double *)(void *)out)[i] = x;
	}
}

static void
range_element(const struct steps_step *d, int64_t i, uint8_t *out)
{
	int64_t n = (int64_t)((uint64_t)d->start_i +
	    (uint64_t)i * (uint64_t)d->step_i);

	switch (d->dtype) {
	case DT_I32:
		((int32_t *)(void *)out)[i] = (int32_t)n;
		break;
	case DT_I64:
		((int64_t *)(void *)out)[i] = n;
		break;
	case DT_F32:
		((float *)(void *)out)[i] = i == 1 ? (float)d->second :
		    (float)d->start + (float)i * (float)d->step;
		break;
	default:
		((double *)(void *)out)[i] = i == 1 ? d->second :
		    d->start + (double)i * d->step;
	}
}

void
run_steps(const struct run *r, int64_t from, int64_t to)
{
	const struct steps_step *d = r->step->detail;
	uint8_t *out = run_slot(r, d->out);
	int64_t end = to * STEPS_UNIT;

	for (int64_t i = from * STEPS_UNIT; i < end && i < d->elements; i++) {
		if (d->line)
			line_element(d, i, out);
		else
			range_element(d, i, out);
	}
}
