/*
 * Pairwise sums of floats.  T, V (a vector of T) and NAME come from the
 * including file.  Eight accumulators, element i to accumulator i mod 8, so
 * the width of V cannot change the order.
 */

#define LANES	((int)(sizeof(V) / sizeof(T)))
#define PARTS	(8 / LANES)

/* n <= 128. */
static inline T
NAME(leaf)(const T *x, size_t n)
{
	T r[8], s;
	size_t i;

	if (n < 8) {
		s = n == 0 ? (T)0 : x[0];
		for (i = 1; i < n; i++)
			s = s + x[i];
		return s;
	}
	V acc[PARTS];

	for (int j = 0; j < PARTS; j++)
		acc[j] = *(const V *)(x + j * LANES);
	for (i = 8; i + 8 <= n; i += 8)
		for (int j = 0; j < PARTS; j++)
			acc[j] += *(const V *)(x + i + (size_t)(j * LANES));
	for (int j = 0; j < PARTS; j++)
		*(V *)(r + j * LANES) = acc[j];
	s = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
	for (; i < n; i++)
		s = s + x[i];
	return s;
}

static T
NAME(pairwise)(const T *x, size_t n)
{
	size_t half;

	if (n <= 128)
		return NAME(leaf)(x, n);
	half = n / 2;
	half -= half % 8;
	return NAME(pairwise)(x, half) + NAME(pairwise)(x + half, n - half);
}

static void
NAME(sum)(const void *x, size_t n, void *vacc)
{
	T *acc = vacc;

	*acc = *acc + NAME(pairwise)(x, n);
}

static void
NAME(fold_sum)(const void *vx, void *vacc, size_t n)
{
	const T *restrict x = vx;
	T *restrict acc = vacc;

	for (size_t i = 0; i < n; i++)
		acc[i] = acc[i] + x[i];
}

static void
NAME(divide)(void *vacc, size_t n, double divisor)
{
	T *acc = vacc;

	for (size_t i = 0; i < n; i++)
		acc[i] = (T)((double)acc[i] / divisor);
}

#undef LANES
#undef PARTS
