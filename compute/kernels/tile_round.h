/*
 * Floats to whole floats, without the instructions that SSE2 lacks: adding
 * WHOLE, from which on every float is whole, rounds to even.
 */

/* The magnitude, rounded; infinities and NaN stay. */
static inline T
NAME(rint_abs)(T a)
{
	T r = a + WHOLE - WHOLE;

	return a < WHOLE ? r : a;
}

static inline T
NAME(floor_one)(T x)
{
	T r = COPYSIGN(NAME(rint_abs)(FABS(x)), x);

	r = r > x ? r - 1 : r;
	return COPYSIGN(r, x);
}

static void
NAME(rint)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = COPYSIGN(NAME(rint_abs)(FABS(a[i])), a[i]);
}

static void
NAME(floor)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = NAME(floor_one)(a[i]);
}

static void
NAME(ceil)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = -NAME(floor_one)(-a[i]);
}

static void
NAME(trunc)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va;
	T *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++) {
		T x = FABS(a[i]), r = NAME(rint_abs)(x);

		r = r > x ? r - 1 : r;
		z[i] = COPYSIGN(r, a[i]);
	}
}
