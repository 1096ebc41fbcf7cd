/*
 * Formulas of elementwise ops.
 */
#include "compute/lower.h"

#define MOST_DECIMALS	400	/* beyond, powers of ten are infinite */
#define TENS_F32	38	/* powers of ten that float32 can hold */

uint32_t
lower_clip(struct lower *l, const struct compound *c)
{
	return lower_binary(l, OP_MINIMUM, lower_binary(l, OP_MAXIMUM,
	    c->in[0], c->in[1]), c->in[2]);
}

uint32_t
lower_relu(struct lower *l, const struct compound *c)
{
	return lower_binary(l, OP_MAXIMUM, c->in[0], lower_scalar(l,
	    c->shape.dtype, 0));
}

/* A value of its own, if of the same dtype one that shares its memory. */
static uint32_t
astype(struct lower *l, uint32_t a, enum dtype dtype)
{
	struct op_params params = { .p = { { 1, { dtype } } } };

	return lower_op(l, OP_ASTYPE, &params, &a, 1);
}

/* 10 to the n, each product rounded, as NumPy has it. */
static double
power_of_ten(int64_t n)
{
	double p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

/* x times or by a power of ten that float32 may be too small for. */
static uint32_t
scale(struct lower *l, enum op_code code, uint32_t x, uint32_t ten,
    enum dtype by, enum dtype dtype)
{
	if (by != dtype)
		x = astype(l, x, by);
	x = lower_binary(l, code, x, ten);
	return by != dtype ? astype(l, x, dtype) : x;
}

/* Scaled, rounded to even, scaled back: each time in dtype, as NumPy does. */
static uint32_t
round_float(struct lower *l, uint32_t x, int64_t n, enum dtype dtype)
{
	enum dtype by = dtype;
	uint32_t ten;
	bool up = n > 0;

	if (n == 0)
		return lower_unary(l, OP_RINT, x);
	if (n > MOST_DECIMALS || n < -MOST_DECIMALS)
		n = MOST_DECIMALS;
	if (n < 0)
		n = -n;
	if (n > TENS_F32)
		by = DT_F64;
	ten = lower_scalar(l, by, power_of_ten(n));
	x = scale(l, up ? OP_MUL : OP_DIV, x, ten, by, dtype);
	x = lower_unary(l, OP_RINT, x);
	return scale(l, up ? OP_DIV : OP_MUL, x, ten, by, dtype);
}

/* Of integers, digits before the point go by way of float64. */
uint32_t
lower_round(struct lower *l, const struct compound *c)
{
	int64_t n = c->params->p[0].v[0];
	enum dtype dtype = c->shape.dtype;
	uint32_t x = c->in[0];

	if (!dtype_is_float(dtype))
		return n >= 0 ? astype(l, x, dtype) : astype(l,
		    round_float(l, astype(l, x, DT_F64), n, DT_F64), dtype);
	return round_float(l, lower_float(l, x), n, dtype);
}
