/*
 * Panels of LU and Cholesky and the triangular solves between them, for one
 * dtype: T, SQRT, GEMM and NAME come from the including file.  Rows are ld
 * elements apart; every element is updated by one product after the other, in
 * the order of the columns, so vectors cannot change a bit.
 */

/* z[0..n) = z - l * u. */
static inline void
NAME(update)(T *restrict z, const T *restrict u, T l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		z[i] = z[i] - l * u[i];
}

static inline void
NAME(divide)(T *z, T by, size_t n)
{
	for (size_t i = 0; i < n; i++)
		z[i] = z[i] / by;
}

static void
NAME(swap)(T *restrict x, T *restrict y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		T t = x[i];

		x[i] = y[i];
		y[i] = t;
	}
}

/* The row of the first largest element of a column, from row at on. */
static int64_t
NAME(pivot)(const T *a, int64_t ld, int64_t n, int64_t at)
{
	int64_t best = at;
	T most = a[at * ld] < 0 ? -a[at * ld] : a[at * ld];

	for (int64_t i = at + 1; i < n; i++) {
		T x = a[i * ld] < 0 ? -a[i * ld] : a[i * ld];

		if (x > most) {
			most = x;
			best = i;
		}
	}
	return best;
}

static int64_t
NAME(lu)(void *va, const struct linalg_panel *d, bool *odd)
{
	T *a = va;
	int64_t end = d->at + d->width;

	for (int64_t p = d->at; p < end; p++) {
		int64_t best = NAME(pivot)(a + p, d->ld, d->n, p);
		T *u = a + p * d->ld;

		if (best != p) {
			NAME(swap)(u, a + best * d->ld, (size_t)d->columns);
			*odd = !*odd;
		}
		if (u[p] == 0)
			return p;
		for (int64_t i = p + 1; i < d->n; i++) {
			T *z = a + i * d->ld;

			z[p] = z[p] / u[p];
			NAME(update)(z + p + 1, u + p + 1, z[p],
			    (size_t)(end - p - 1));
		}
	}
	return -1;
}

static int64_t
NAME(cholesky)(void *va, const struct linalg_panel *d)
{
	T *a = va, column[LINALG_BLOCK];
	int64_t end = d->at + d->width;

	for (int64_t p = d->at; p < end; p++) {
		T *top = a + p * d->ld;

		if (!(top[p] > 0))
			return p;
		top[p] = SQRT(top[p]);
		for (int64_t i = p + 1; i < d->n; i++)
			a[i * d->ld + p] = a[i * d->ld + p] / top[p];
		for (int64_t q = p + 1; q < end; q++)
			column[q - p - 1] = a[q * d->ld + p];
		for (int64_t i = p + 1; i < d->n; i++) {
			int64_t last = i < end ? i + 1 : end;
			T *z = a + i * d->ld;

			NAME(update)(z + p + 1, column, z[p],
			    (size_t)(last - p - 1));
		}
	}
	for (int64_t p = d->at; p < end; p++)
		for (int64_t q = p + 1; q < d->n; q++)
			a[p * d->ld + q] = 0;
	return -1;
}

static void
NAME(forward)(void *va, const struct linalg_panel *d, int64_t from, size_t n)
{
	T *a = va;
	int64_t end = d->at + d->width;

	for (int64_t p = d->at; p < end; p++)
		for (int64_t i = p + 1; i < end; i++)
			NAME(update)(a + i * d->ld + from,
			    a + p * d->ld + from, a[i * d->ld + p], n);
}

static void
NAME(backward)(void *va, const struct linalg_panel *d, int64_t from,
    size_t n)
{
	T *a = va;

	for (int64_t p = d->at + d->width; p-- > d->at;) {
		NAME(divide)(a + p * d->ld + from, a[p * d->ld + p], n);
		for (int64_t i = d->at; i < p; i++)
			NAME(update)(a + i * d->ld + from,
			    a + p * d->ld + from, a[i * d->ld + p], n);
	}
}

static void
NAME(negate)(void *va, size_t n)
{
	T *a = va;

	for (size_t i = 0; i < n; i++)
		a[i] = -a[i];
}

static void
NAME(unit)(void *va, int64_t ld, int64_t n)
{
	T *a = va;

	for (int64_t i = 0; i < n; i++)
		a[i * ld + i] = 1;
}

/* The product as a number below 2 and an exponent: it overflows last. */
static void
NAME(det)(const void *va, int64_t ld, int64_t n, bool odd, void *to)
{
	const T *a = va;
	double m = odd ? -1 : 1;
	int64_t e = 0;

	for (int64_t i = 0; i < n; i++) {
		m = m * (double)a[i * ld + i];
		e += linalg_exponent(&m);
	}
	*(T *)to = (T)linalg_scale(m, e);
}

static const struct linalg_kernel NAME(kernel) = {
	NAME(lu), NAME(cholesky), NAME(forward), NAME(backward), NAME(negate),
	NAME(unit), NAME(det),
};

#undef T
#undef SQRT
#undef NAME
