/* Arithmetic only floats do this way; U is the unsigned type of the width. */

static void
NAME(div)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++)
		z[i] = a[i] / b[i];
}

static void
NAME(abs)(const void *va, const void *vb, void *vz, size_t n)
{
	const BITS *a = va;
	BITS *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = a[i] & ~((BITS)1 << (8 * sizeof(BITS) - 1));
}

static void
NAME(square_root)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = SQRT(a[i]);
}

/* The elementary functions. */
#define ONE(OP, f) \
static void \
NAME(f)(const void *a, const void *b, void *z, size_t n) \
{ \
	(void)b; \
	MATH(f)(a, z, n); \
}
#define TWO(OP, f) \
static void \
NAME(f)(const void *a, const void *b, void *z, size_t n) \
{ \
	MATH(f)(a, b, z, n); \
}
#include "compute/math/functions.def"
