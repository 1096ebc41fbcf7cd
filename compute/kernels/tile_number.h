/*
 * Arithmetic on numbers.  U is T for floats and the unsigned type of the same
 * width for ints, so that overflow wraps.
 */

static void
NAME(add)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va, *b = vb;
	U *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] + b[i];
}

static void
NAME(sub)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va, *b = vb;
	U *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] - b[i];
}

static void
NAME(mul)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va, *b = vb;
	U *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] * b[i];
}

static void
NAME(square)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va;
	U *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = a[i] * a[i];
}

static void
NAME(cube)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va;
	U *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = a[i] * a[i] * a[i];
}

static void
NAME(neg)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va;
	U *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = -a[i];
}
