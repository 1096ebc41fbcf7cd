/* Stable merge sort of indices; AFTER(a, b): a belongs strictly after b. */

static void
NAME(runs)(const void *vx, int64_t *order, size_t n)
{
	const T *x = vx;

	for (size_t from = 0; from < n; from += SORT_RUN) {
		size_t to = from + SORT_RUN < n ? from + SORT_RUN : n;

		for (size_t i = from; i < to; i++) {
			T v = x[i];
			size_t j = i;

			while (j > from && AFTER(x[order[j - 1]], v)) {
				order[j] = order[j - 1];
				j--;
			}
			order[j] = (int64_t)i;
		}
	}
}

static void
NAME(merge)(const void *vx, const int64_t *order, int64_t *y, size_t n,
    size_t width)
{
	const T *x = vx;

	for (size_t from = 0; from < n; from += 2 * width) {
		size_t left = n - from;
		size_t na = left < width ? left : width;
		size_t nb = left - na < width ? left - na : width;
		const int64_t *a = order + from, *a_end = a + na;
		const int64_t *b = a_end, *b_end = b + nb;
		int64_t *z = y + from;

		while (a < a_end && b < b_end) {
			int right = AFTER(x[*a], x[*b]);

			*z++ = right ? *b : *a;
			a += !right;
			b += right;
		}
		while (a < a_end)
			*z++ = *a++;
		while (b < b_end)
			*z++ = *b++;
	}
}

#undef NAME
#undef AFTER
