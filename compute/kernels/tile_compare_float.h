/*
 * Floats against each other and the special ones.  MASK(c) is all ones where
 * c, of the width of BITS; the least and greatest are chosen by bits, so that
 * -0 < 0 and NaN wins whichever side it stands on.
 */

#define SIGN	((BITS)1 << (8 * sizeof(BITS) - 1))
#define MASK(c)	((BITS)0 - (BITS)(c))

static void
NAME(minimum)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	const BITS *x = va, *y = vb;
	BITS *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		BITS left = MASK(a[i] < b[i]), right = MASK(b[i] < a[i]);
		BITS tie = MASK(a[i] == b[i]);

		z[i] = (left & x[i]) | (right & y[i]) |
		    (tie & (x[i] | y[i])) | (~(left | right | tie) & NAN_BITS);
	}
}

static void
NAME(maximum)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	const BITS *x = va, *y = vb;
	BITS *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		BITS left = MASK(a[i] > b[i]), right = MASK(b[i] > a[i]);
		BITS tie = MASK(a[i] == b[i]);

		z[i] = (left & x[i]) | (right & y[i]) |
		    (tie & (x[i] & y[i])) | (~(left | right | tie) & NAN_BITS);
	}
}

static void
NAME(sign)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++) {
		T s = (T)(a[i] > 0 ? 1 : 0) - (T)(a[i] < 0 ? 1 : 0);

		z[i] = a[i] != a[i] ? a[i] : s;
	}
}

static void
NAME(reciprocal)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = 1 / a[i];
}

static void
NAME(isnan)(const void *va, const void *vb, void *vz, size_t n)
{
	const BITS *a = va;
	uint8_t *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = (uint8_t)((a[i] & ~SIGN) > INFINITE);
}

static void
NAME(isinf)(const void *va, const void *vb, void *vz, size_t n)
{
	const BITS *a = va;
	uint8_t *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = (uint8_t)((a[i] & ~SIGN) == INFINITE);
}

static void
NAME(isfinite)(const void *va, const void *vb, void *vz, size_t n)
{
	const BITS *a = va;
	uint8_t *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = (uint8_t)((a[i] & ~SIGN) < INFINITE);
}

#undef SIGN
#undef MASK
