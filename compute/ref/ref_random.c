/*
 * Random numbers, one element at a time.
 */
#include "compute/kernels/random.h"
#include "compute/math/math.h"
#include "compute/ref/ref.h"

/* Words of one block of Philox4x32-10. */
static void
block(uint64_t seed, uint64_t stream, uint64_t i, uint32_t w[4])
{
	uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);

	w[0] = (uint32_t)i;
	w[1] = (uint32_t)(i >> 32);
	w[2] = (uint32_t)stream;
	w[3] = (uint32_t)(stream >> 32);
	for (int round = 0; round < 10; round++) {
		uint64_t a = UINT64_C(0xd2511f53) * w[0];
		uint64_t b = UINT64_C(0xcd9e8d57) * w[2];
		uint32_t w1 = w[1], w3 = w[3];

		w[0] = (uint32_t)(b >> 32) ^ w1 ^ k0;
		w[1] = (uint32_t)b;
		w[2] = (uint32_t)(a >> 32) ^ w3 ^ k1;
		w[3] = (uint32_t)a;
		k0 += 0x9e3779b9u;
		k1 += 0xbb67ae85u;
	}
}

static double
normal(uint64_t u, uint64_t v, bool second)
{
	double r = (double)((u >> 11) + 1) * 0x1p-53;
	double angle = (double)(v >> 11) * 0x1p-53 * 6.283185307179586;

	math_log_f64(&r, &r, 1);
	if (second)
		math_sin_f64(&angle, &angle, 1);
	else
		math_cos_f64(&angle, &angle, 1);
	return __builtin_sqrt(-2 * r) * angle;
}

/* The upper half of a * b, digit by digit of base 2^16. */
static uint64_t
multiply_high(uint64_t a, uint64_t b)
{
	uint64_t columns[8] = { 0 }, carry = 0, high = 0;

	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 4; k++)
			columns[i + k] += (a >> 16 * i & 0xffff) *
			    (b >> 16 * k & 0xffff);
	for (int i = 0; i < 8; i++) {
		carry += columns[i];
		if (i >= 4)
			high |= (carry & 0xffff) << 16 * (i - 4);
		carry >>= 16;
	}
	return high;
}

void
ref_random(const struct param *p, struct ref_value *out)
{
	uint64_t below = (uint64_t)p[2].v[0];
	uint64_t seed = p[3].n < 0 ? 0 : (uint64_t)p[3].v[0];
	uint64_t stream = (uint64_t)p[4].v[0];
	bool narrow = p[1].v[0] == RANDOM_UNIFORM &&
	    out->shape.dtype == DT_F32;

	for (int64_t i = 0; i < shape_elements(&out->shape); i++) {
		struct ref_number x = { 0, 0, 0 };
		uint32_t w[4];
		uint64_t u, v, mine;

		block(seed, stream, (uint64_t)i / (narrow ? 4 : 2), w);
		u = (uint64_t)w[1] << 32 | w[0];
		v = (uint64_t)w[3] << 32 | w[2];
		mine = i % 2 == 0 ? u : v;
		x.i = (int64_t)(below == 0 ? mine :
		    multiply_high(mine, below));
		x.f64 = p[1].v[0] == RANDOM_NORMAL ? normal(u, v, i % 2 != 0) :
		    (double)(mine >> 11) * 0x1p-53;
		x.f32 = narrow ? (float)(w[i % 4] >> 8) * 0x1p-24f :
		    (float)x.f64;
		ref_set(out, i, x);
	}
}
