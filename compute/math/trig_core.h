/*
 * The parts of sine, cosine and tangent: the argument less a multiple of pi/2,
 * and the polynomials.
 *
 * Below 2^20, pi/2 is taken in four parts, of which three times the multiple
 * are exact.  Beyond, an integer product with the bits of 2/pi that matter
 * (Payne and Hanek) gives 126 bits of the fraction, one lane at a time.
 */
#ifndef RAVEN_TRIG_CORE_H
#define RAVEN_TRIG_CORE_H

#include "pair.h"

#define TRIG_FAR	0x1p+20

struct trig {
	f64v	r, rest;	/* r + rest = x - k pi/2 */
	u64v	k;
};

/* The bits of m 2^e / (pi/2) from weight 2 on, three words; e >= -32. */
static inline void
trig_product(uint64_t m, int e, uint64_t out[3])
{
	const uint32_t low = (uint32_t)m, high = (uint32_t)(m >> 32);
	const unsigned at = (unsigned)(e + 62), shift = at % 32;
	const uint32_t *w = two_over_pi + at / 32;
	uint64_t carry = 0, more = 0, pair;
	uint32_t v[6], p[6];
	int i;

	for (i = 0; i < 6; i++) {
		pair = (uint64_t)w[5 - i] << 32 | w[6 - i];
		v[i] = (uint32_t)(pair << shift >> 32);
	}
	for (i = 0; i < 6; i++) {
		carry += (uint64_t)low * v[i];
		p[i] = (uint32_t)carry;
		carry >>= 32;
		if (i == 0)
			continue;
		more += (uint64_t)high * v[i - 1] + p[i];
		p[i] = (uint32_t)more;
		more >>= 32;
	}
	for (i = 0; i < 3; i++)
		out[i] = (uint64_t)p[5 - 2 * i] << 32 | p[4 - 2 * i];
}

/* x - k pi/2 for |x| >= 2^20; NaN if x is not finite. */
static inline double
trig_far(double x, double *rest, uint64_t *k)
{
	uint64_t bits, p[3], high, low, flip, minus;
	double a, b, top, scale, big, small;
	int e, zeros;

	__builtin_memcpy(&bits, &x, sizeof(bits));
	e = (int)(bits >> 52 & 0x7ff) - 1075;
	minus = bits >> 63;
	*k = 0;
	*rest = 0;
	if (e == 2047 - 1075)
		return x - x;
	trig_product((bits & F64_MANTISSA) | (uint64_t)1 << 52, e, p);
	*k = p[0] >> 62;
	high = p[0] << 2 | p[1] >> 62;
	low = p[1] << 2 | p[2] >> 62;
	/* A half and more is less than nothing of the next multiple. */
	flip = high >> 63;
	*k += flip;
	high ^= 0 - flip;
	low ^= 0 - flip;
	zeros = 0;
	if (high == 0) {
		high = low;
		low = 0;
		zeros = 64;
	}
	e = __builtin_clzll(high | 1);
	high = high << e | low >> 1 >> (63 - e);
	low <<= e;
	zeros += e;
	bits = (uint64_t)(1023 - zeros) << 52;
	__builtin_memcpy(&scale, &bits, sizeof(scale));
	a = (double)(high >> 11) * 0x1p-53;
	b = (double)((high & 0x7ff) << 42 | low >> 22) * 0x1p-106;
	if (flip != minus)
		scale = -scale;
	if (minus != 0)
		*k = 0 - *k;
	high = (high >> 38) << 38;
	top = (double)(high >> 11) * 0x1p-53;
	big = top * PI_HALF_TOP;
	small = top * PI_HALF_LOW + ((a - top) + b) * PI_HALF;
	a = big + small;
	*rest = scale * ((big - a) + small);
	return scale * a;
}

static inline struct trig
trig_reduce(f64v x)
{
	i64v far = ~(i64v)(f64_abs(x) < TRIG_FAR);
	f64v y = f64_select(far, f64_all(0.0), x);
	f64v t = y * TWO_OVER_PI + F64_MAGIC, n = t - F64_MAGIC;
	struct pair b = pair_sum(y - n * PI_HALF_1, -(n * PI_HALF_2));
	struct pair c = pair_sum(b.hi, -(n * PI_HALF_3));
	struct trig r;
	double rest;
	uint64_t k;
	int i;

	c = pair_fast(c.hi, (b.lo + c.lo) - n * PI_HALF_4);
	r.r = c.hi;
	r.rest = c.lo;
	r.k = (u64v)t - (u64v)f64_all(F64_MAGIC);
	for (i = 0; i < F64_LANES; i++) {
		if (far[i] == 0)
			continue;
		r.r[i] = trig_far(x[i], &rest, &k);
		r.rest[i] = rest;
		r.k[i] = k;
	}
	return r;
}

/* The lanes whose multiple is odd, and those whose second bit is set. */
static inline i64v
trig_odd(u64v k)
{
	return -(i64v)(k & 1);
}

static inline f64v
trig_sign(u64v k)
{
	return (f64v)((k & 2) << 62);
}

static inline f64v
trig_sin_tail(f64v z)
{
	f64v z2 = z * z;

	return FOUR(SIN, 0, 1, 2, 3, z, z2) + (SIN_4 + SIN_5 * z) * (z2 * z2);
}

static inline f64v
trig_cos_tail(f64v z)
{
	f64v z2 = z * z;

	return FOUR(COS, 0, 1, 2, 3, z, z2) + (COS_4 + COS_5 * z) * (z2 * z2);
}

#endif
