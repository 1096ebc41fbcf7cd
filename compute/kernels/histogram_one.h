/* For T, the dtype of the edges. */

static bool
NAME(edges)(struct histogram *h, const void *least, const void *greatest,
    void *vedges)
{
	T *edges = vedges, low = *(const T *)least;
	T high = *(const T *)greatest;
	double step, width;

	width = h->last - h->first;
	if (!h->given) {
		h->first = (double)low;
		h->last = (double)high;
		width = (double)(T)(high - low);
	}
	if (!FINITE(h->first) || !FINITE(h->last))
		return false;
	if (h->first == h->last) {
		h->first = h->first - 0.5;
		h->last = h->last + 0.5;
		width = h->last - h->first;
	}
	h->scale = (double)h->bins / width;
	step = (h->last - h->first) / (double)h->bins;
	for (int64_t i = 0; i < h->bins; i++) {
		double at = step != 0 ? (double)i * step :
		    (double)i / (double)h->bins * (h->last - h->first);

		edges[i] = (T)(at + h->first);
	}
	edges[h->bins] = (T)h->last;
	return true;
}

static void
NAME(count)(const struct histogram *h, const void *vx, size_t n,
    const void *vedges, int64_t *counts)
{
	const T *x = vx, *edges = vedges;
	T first = (T)h->first, last = (T)h->last, scale = (T)h->scale;
	int64_t top = h->bins - 1;

	for (size_t i = 0; i < n; i++) {
		T place = (x[i] - first) * scale;
		int64_t k = 0;

		if (!(x[i] >= first && x[i] <= last))
			continue;
		if (place > 0)
			k = place >= (T)top ? top : (int64_t)place;
		/* The product may be an edge off. */
		if (x[i] < edges[k] && k > 0)
			k--;
		if (x[i] >= edges[k + 1] && k != top)
			k++;
		counts[k]++;
	}
}

#undef T
#undef NAME
