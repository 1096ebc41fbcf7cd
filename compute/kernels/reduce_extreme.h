/*
 * Greatest or least element of T, V a vector of T, I of ints as wide: any NaN
 * gives NaN and -0 < +0, a rule that no order of folding can change.
 * BEATS(a, b) and TIE(a, b), of two equal ones' bits, come from the including
 * file, NONE is what stands for NaN (0 for ints, where nothing is unordered).
 */

#define LANES	((size_t)(sizeof(V) / sizeof(T)))
#define PARTS	4

static inline V
NAME(pick)(V a, V b)
{
	I x = (I)a, y = (I)b;
	I left = (I)BEATS(a, b), right = (I)BEATS(b, a), tie = (I)(a == b);

	return (V)((left & x) | (right & y) | (tie & TIE(x, y)) |
	    (~(left | right | tie) & NONE));
}

static inline T
NAME(pick_one)(T a, T b)
{
	V x = { a }, y = { b };

	return NAME(pick)(x, y)[0];
}

static void
NAME(run)(const void *vx, size_t n, void *vacc)
{
	const T *x = vx;
	T *acc = vacc, best = *acc;
	size_t i = 0;

	if (n >= PARTS * LANES) {
		V r[PARTS];

		for (size_t j = 0; j < PARTS; j++)
			r[j] = *(const V *)(x + j * LANES);
		for (i = PARTS * LANES; i + PARTS * LANES <= n;
		    i += PARTS * LANES)
#pragma GCC unroll 4
			for (size_t j = 0; j < PARTS; j++)
				r[j] = NAME(pick)(r[j],
				    *(const V *)(x + i + j * LANES));
		for (size_t j = 1; j < PARTS; j++)
			r[0] = NAME(pick)(r[0], r[j]);
		for (size_t j = 0; j < LANES; j++)
			best = NAME(pick_one)(best, r[0][j]);
	}
	for (; i < n; i++)
		best = NAME(pick_one)(best, x[i]);
	*acc = best;
}

static void
NAME(fold)(const void *vx, void *vacc, size_t n)
{
	const T *x = vx;
	T *acc = vacc;
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		*(V *)(acc + i) = NAME(pick)(*(const V *)(acc + i),
		    *(const V *)(x + i));
	for (; i < n; i++)
		acc[i] = NAME(pick_one)(acc[i], x[i]);
}

#undef LANES
#undef PARTS
#undef BEATS
#undef TIE
#undef NAME
