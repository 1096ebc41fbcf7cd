/* Ints as bits, and what of the rest only ints do this way. */

static void
NAME(bitwise_and)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] & b[i];
}

static void
NAME(bitwise_or)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] | b[i];
}

static void
NAME(bitwise_xor)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] ^ b[i];
}

static void
NAME(invert)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = ~a[i];
}

/* Counts that C has no answer for shift everything out, as in NumPy. */
static void
NAME(left_shift)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va, *b = vb;
	U *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		U shifted = a[i] << (b[i] & (8 * sizeof(U) - 1));

		z[i] = b[i] < 8 * sizeof(U) ? shifted : 0;
	}
}

static void
NAME(right_shift)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	const U *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		U last = 8 * sizeof(U) - 1;

		z[i] = a[i] >> (b[i] < last ? b[i] : last);
	}
}

static void
NAME(minimum)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] < b[i] ? a[i] : b[i];
}

static void
NAME(maximum)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] > b[i] ? a[i] : b[i];
}

static void
NAME(sign)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = (T)((a[i] > 0) - (a[i] < 0));
}

/* 1 / 0 is infinite, which as an int is the least one. */
static void
NAME(reciprocal)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++) {
		T one = a[i] == 1 || a[i] == -1 ? a[i] : 0;

		z[i] = a[i] == 0 ? (T)((U)1 << (8 * sizeof(U) - 1)) : one;
	}
}
