/* Kernels of any dtype; T and NAME come from the including file. */

#define CMP(a, op, b) ((uint8_t)((a)op(b)))

static void
NAME(greater)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	uint8_t *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = CMP(a[i], >, b[i]);
}

static void
NAME(greater_equal)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	uint8_t *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = CMP(a[i], >=, b[i]);
}

static void
NAME(less)(const void *va, const void *vb, void *vz, size_t n)
{
	NAME(greater)(vb, va, vz, n);
}

static void
NAME(less_equal)(const void *va, const void *vb, void *vz, size_t n)
{
	NAME(greater_equal)(vb, va, vz, n);
}

static void
NAME(equal)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	uint8_t *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = CMP(a[i], ==, b[i]);
}

static void
NAME(not_equal)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	uint8_t *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = CMP(a[i], !=, b[i]);
}

#undef CMP
