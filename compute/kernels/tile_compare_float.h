/*
 * Floats against each other and the special ones.  The least and greatest are
 * chosen by bits, so that -0 < 0 and NaN wins whichever side it stands on.
 */

#define SIGN	((BITS)1 << (8 * sizeof(BITS) - 1))

/* left, right: where a, b wins; tie: the bits of two equal ones. */
static inline V
NAME(choose)(V a, V b, B left, B right, B tie)
{
	B equal = (B)(a == b);

	return (V)((left & (B)a) | (right & (B)b) | (equal & tie) |
	    (~(left | right | equal) & NAN_BITS));
}

#define KERNEL		NAME(minimum)
#define LANES(a, b)	NAME(choose)(a, b, (B)((a) < (b)), (B)((b) < (a)), \
	(B)(a) | (B)(b))
#include "compute/kernels/tile_vector.h"
#define KERNEL		NAME(maximum)
#define LANES(a, b)	NAME(choose)(a, b, (B)((a) > (b)), (B)((b) > (a)), \
	(B)(a) & (B)(b))
#include "compute/kernels/tile_vector.h"

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
