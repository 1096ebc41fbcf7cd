/* Arithmetic only integers do this way; overflow wraps. */

static void
NAME(abs)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	U *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = a[i] < 0 ? (U)0 - (U)a[i] : (U)a[i];
}

/* By squaring; exponents were checked to be >= 0. */
static void
NAME(pow)(const void *va, const void *vb, void *vz, size_t n)
{
	const U *a = va, *b = vb;
	U *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		U x = a[i], e = b[i], y = 1;

		while (e != 0) {
			if (e & 1)
				y *= x;
			x *= x;
			e >>= 1;
		}
		z[i] = y;
	}
}
