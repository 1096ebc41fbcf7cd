/* Binary search; AFTER(a, b): a belongs strictly after b. */

static void
NAME(const void *vx, int64_t n, const void *vv, size_t m, bool right,
    int64_t *z)
{
	const T *x = vx, *v = vv;

	for (size_t i = 0; i < m; i++) {
		int64_t low = 0, high = n;

		while (low < high) {
			int64_t middle = low + (high - low) / 2;

			/* Left: x before v; right: x not after v. */
			if (right ? !AFTER(x[middle], v[i]) :
			    AFTER(v[i], x[middle]))
				low = middle + 1;
			else
				high = middle;
		}
		z[i] = low;
	}
}

#undef NAME
#undef AFTER
