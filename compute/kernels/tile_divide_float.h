/*
 * Remainders of floats, exact as the C library's fmod, and the floored
 * division that Python and NumPy make of them.  MANTISSA is the number of
 * stored bits of one, STEP how many a remainder can be shifted up at a time.
 */

#define HIDDEN		((BITS)1 << MANTISSA)
#define SIGN		((BITS)1 << (8 * sizeof(BITS) - 1))

/* Of magnitudes as bits, a >= b > 0, a finite. */
static inline BITS
NAME(fmod_bits)(BITS a, BITS b)
{
	int high = (int)(a >> MANTISSA), low = (int)(b >> MANTISSA), up;
	uint64_t r = (a & (HIDDEN - 1)) | (high > 0 ? HIDDEN : 0);
	uint64_t m = (b & (HIDDEN - 1)) | (low > 0 ? HIDDEN : 0);

	high = high > 0 ? high : 1;
	low = low > 0 ? low : 1;
	r %= m;
	for (; high > low && r != 0; high -= up) {
		up = high - low < STEP ? high - low : STEP;
		r = (r << up) % m;
	}
	if (r == 0)
		return 0;
	up = __builtin_clzll(r) - (63 - MANTISSA);
	if (up < low)
		return (BITS)(((uint64_t)(low - up) << MANTISSA) +
		    ((r << up) - HIDDEN));
	return (BITS)(r << (low - 1));
}

static inline T
NAME(fmod_one)(T a, T b)
{
	BITS x, y, r;

	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	r = x & SIGN;
	x &= ~SIGN;
	y &= ~SIGN;
	if (x >= INFINITE || y == 0 || y > INFINITE)
		return (T)NAN_OF;
	if (x < y)
		return a;
	r |= NAME(fmod_bits)(x, y);
	memcpy(&a, &r, sizeof a);
	return a;
}

static void
NAME(mod)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		T r = NAME(fmod_one)(a[i], b[i]);

		if (r == 0)
			r = COPYSIGN((T)0, b[i]);
		else if ((r < 0) != (b[i] < 0))
			r += b[i];
		z[i] = r;
	}
}

static void
NAME(floor_divide)(const void *va, const void *vb, void *vz, size_t n)
{
	const T *a = va, *b = vb;
	T *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		T r, q, whole;

		if (b[i] == 0) {
			z[i] = a[i] / b[i];
			continue;
		}
		r = NAME(fmod_one)(a[i], b[i]);
		q = (a[i] - r) / b[i];
		if (r != 0 && (r < 0) != (b[i] < 0))
			q -= 1;
		whole = NAME(floor_one)(q);
		if (q - whole > (T)0.5)
			whole += 1;
		z[i] = q != 0 ? whole : COPYSIGN((T)0, a[i] / b[i]);
	}
}

#undef HIDDEN
#undef SIGN
