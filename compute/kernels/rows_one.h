/* Rows of m elements; BEFORE(a, b): a belongs strictly before b. */

/* Does row b belong strictly before row a? */
static bool
NAME(after)(const T *a, const T *b, size_t m)
{
	for (size_t k = 0; k < m; k++) {
		if (BEFORE(b[k], a[k]))
			return true;
		if (BEFORE(a[k], b[k]))
			return false;
	}
	return false;
}

static void
NAME(merge)(const void *rows, size_t m, const int64_t *order, int64_t *y,
    size_t n, size_t width)
{
	const T *x = rows;

	for (size_t from = 0; from < n; from += 2 * width) {
		size_t left = n - from;
		size_t na = left < width ? left : width;
		size_t nb = left - na < width ? left - na : width;
		const int64_t *a = order + from, *a_end = a + na;
		const int64_t *b = a_end, *b_end = b + nb;
		int64_t *z = y + from;

		while (a < a_end && b < b_end) {
			if (NAME(after)(x + (size_t)*a * m,
			    x + (size_t)*b * m, m))
				*z++ = *b++;
			else
				*z++ = *a++;
		}
		while (a < a_end)
			*z++ = *a++;
		while (b < b_end)
			*z++ = *b++;
	}
}

static bool
NAME(differ)(const void *va, const void *vb, size_t m, bool apart)
{
	const T *a = va, *b = vb;

	for (size_t k = 0; k < m; k++) {
		if (BEFORE(a[k], b[k]) || BEFORE(b[k], a[k]) ||
		    (apart && IS_NAN(a[k])))
			return true;
	}
	return false;
}

#undef T
#undef NAME
#undef BEFORE
#undef IS_NAN
