/* where: T is an unsigned type of the width; NAME comes with it. */

static void
NAME(const void *va, const void *vb, const void *vc, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	const uint8_t *c = vc;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = c[i] ? a[i] : b[i];
}

#undef T
#undef NAME
