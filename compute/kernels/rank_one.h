/*
 * T: element; U: T, or the unsigned type of its width, so that differences
 * wrap; F: what the median is in.
 */

static void
NAME(median)(const void *vx, int64_t n, void *out)
{
	const T *x = vx;
	int64_t middle = n / 2;
	F *z = out;

	if (x[n - 1] != x[n - 1])
		*z = (F)x[n - 1];
	else if (n % 2 != 0)
		*z = (F)0 + (F)x[middle];
	else
		*z = ((F)x[middle - 1] + (F)x[middle]) / (F)2;
}

static void
NAME(mode)(const void *vx, int64_t n, void *out)
{
	const T *x = vx;
	T *z = out;
	int64_t longest = 0;

	for (int64_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && (x[end] == x[i] ||
		    ((F)x[end] != (F)x[end] && (F)x[i] != (F)x[i])); end++)
			continue;
		if (end - i > longest) {
			longest = end - i;
			*z = x[i];
		}
	}
}

static double
NAME(quantile)(const void *vx, int64_t n, double q, bool exact)
{
	const T *x = vx;
	double place = (double)(n - 1) * q, t;
	int64_t low = (int64_t)place, high = low + 1;
	double gap;

	if (x[n - 1] != x[n - 1])
		return (double)x[n - 1];
	t = place - (double)low;
	if (place >= (double)(n - 1)) {
		low = high = n - 1;
		t = place + 1;
	}
	if (exact)
		return (double)x[low];
	gap = (double)(T)((U)x[high] - (U)x[low]);
	if (t >= 0.5)
		return (double)x[high] - gap * (1 - t);
	return (double)x[low] + gap * t;
}

#undef T
#undef U
#undef F
#undef NAME
