/*
 * One kernel of vectors, KERNEL, made of LANES(a, b), an expression of two
 * vectors V of T; the last, partial vector goes the same way.  For what
 * compilers do not turn into vectors by themselves.
 */

static void
KERNEL(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;
	size_t i = 0, lanes = sizeof(V) / sizeof(T);
	V x = { 0 }, y = { 0 };

	for (; i + lanes <= n; i += lanes)
		*(V *)(z + i) = LANES(*(const V *)(a + i),
		    *(const V *)(b + i));
	if (i == n)
		return;
	memcpy(&x, a + i, (n - i) * sizeof(T));
	memcpy(&y, b + i, (n - i) * sizeof(T));
	x = LANES(x, y);
	memcpy(z + i, &x, (n - i) * sizeof(T));
}

#undef KERNEL
#undef LANES
