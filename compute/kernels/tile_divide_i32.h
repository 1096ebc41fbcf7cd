/*
 * Floored division of 32-bit ints by way of float64, which vectors have: no
 * quotient of two is so near an integer that it would be rounded to it.
 * Divisors 0 and -1 stand aside: x / 0 = 0, and MIN / -1 wraps.
 */

static inline int32_t
quotient_i32(int32_t a, int32_t b, int32_t *r)
{
	int32_t q = (int32_t)((double)a / (double)b), less;

	*r = a - q * b;
	less = -((*r != 0) & ((*r ^ b) < 0));
	*r += b & less;
	return q + less;
}

static void
k_mod_i32(const void *va, const void *vb, void *vz, size_t n)
{
	const int32_t *a = va, *b = vb;
	int32_t *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		int32_t alone = -((b[i] == 0) | (b[i] == -1)), r;

		(void)quotient_i32(a[i], alone ? 1 : b[i], &r);
		z[i] = r;
	}
}

static void
k_floor_divide_i32(const void *va, const void *vb, void *vz, size_t n)
{
	const int32_t *a = va, *b = vb;
	int32_t *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		int32_t alone = -((b[i] == 0) | (b[i] == -1)), r;
		int32_t q = quotient_i32(a[i], alone ? 1 : b[i], &r);
		int32_t minus = (int32_t)(0 - (uint32_t)a[i]);

		z[i] = alone ? minus & b[i] : q;
	}
}
