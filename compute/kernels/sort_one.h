/* Stable merge sort; AFTER(a, b): a belongs strictly after b. */

static void
NAME(runs)(void *vx, size_t n)
{
	T *x = vx;

	for (size_t from = 0; from < n; from += SORT_RUN) {
		size_t to = from + SORT_RUN < n ? from + SORT_RUN : n;

		for (size_t i = from + 1; i < to; i++) {
			T v = x[i];
			size_t j = i;

			while (j > from && AFTER(x[j - 1], v)) {
				x[j] = x[j - 1];
				j--;
			}
			x[j] = v;
		}
	}
}

static inline void
NAME(pair)(const T *a, size_t na, const T *b, size_t nb, T *z)
{
	const T *a_end = a + na, *b_end = b + nb;

	while (a < a_end && b < b_end) {
		T x = *a, y = *b;
		int right = AFTER(x, y);

		*z++ = right ? y : x;
		a += !right;
		b += right;
	}
	__builtin_memcpy(z, a, (size_t)(a_end - a) * sizeof *z);
	z += a_end - a;
	__builtin_memcpy(z, b, (size_t)(b_end - b) * sizeof *z);
}

static void
NAME(merge)(const void *vx, void *vy, size_t n, size_t width)
{
	const T *x = vx;
	T *y = vy;

	for (size_t from = 0; from < n; from += 2 * width) {
		size_t left = n - from;
		size_t na = left < width ? left : width;
		size_t nb = left - na < width ? left - na : width;

		NAME(pair)(x + from, na, x + from + na, nb, y + from);
	}
}

#undef T
#undef NAME
#undef AFTER
