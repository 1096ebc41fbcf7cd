/*
 * Position of the first winner.  BETTER(a, b): a beats b; ISNAN(a): a wins
 * over everything, the first of them for good; both also of vectors V, which
 * give masks I.
 */

#define LANES	(sizeof(V) / sizeof(T))
#define STRETCH	(4 * LANES)

static int64_t
NAME(const void *vx, size_t n, int64_t at, int64_t best, void *value)
{
	const T *x = vx;
	T win;
	size_t i = 0;

	if (n == 0)
		return best;
	if (best < 0) {
		win = x[0];
		best = at;
		i = 1;
	} else
		__builtin_memcpy(&win, value, sizeof win);
	while (i < n && !ISNAN(win)) {
		/* Most elements lose: look at a few vectors at a time. */
		while (i + STRETCH <= n) {
			I any = { 0 };

			for (size_t j = 0; j < STRETCH; j += LANES) {
				V v = *(const V *)(x + i + j);

				any |= (I)BETTER(v, win) | (I)ISNAN(v);
			}
			if (some((vec_i64)any))
				break;
			i += STRETCH;
		}
		for (size_t end = i + STRETCH; i < n && i < end; i++) {
			if (!(BETTER(x[i], win) || ISNAN(x[i])))
				continue;
			win = x[i];
			best = at + (int64_t)i;
			if (ISNAN(win))
				break;
		}
	}
	__builtin_memcpy(value, &win, sizeof win);
	return best;
}

#undef LANES
#undef STRETCH
#undef NAME
#undef BETTER
