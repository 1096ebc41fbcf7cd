/*
 * Matrix times vector for one dtype, the same bits as a block of the matrix
 * product: sums of GEMM_K, each from +0 with k ascending.  T, Q (16 bytes of
 * T), NAME and TRANSPOSE(v) of LANES vectors come from the including file.
 * Lanes are rows, so rows are read four at a time and turned in registers.
 */

#define LANES	((int)(16 / sizeof(T)))
#define ROWS	(4 * LANES)

/* s[0..ROWS) of one block, rows contiguous. */
static void
NAME(rows)(const T *a, int64_t row, const T *x, size_t k, T *s)
{
	Q acc[4] = { { 0 }, { 0 }, { 0 }, { 0 } };
	size_t p = 0;

	for (; p + (size_t)LANES <= k; p += (size_t)LANES) {
#pragma GCC unroll 4
		for (int g = 0; g < 4; g++) {
			const T *at = a + g * LANES * row + (int64_t)p;
			Q v[LANES];

#pragma GCC unroll 4
			for (int r = 0; r < LANES; r++)
				v[r] = *(const Q *)(at + r * row);
			TRANSPOSE(v);
#pragma GCC unroll 4
			for (int r = 0; r < LANES; r++)
				acc[g] += v[r] * x[p + (size_t)r];
		}
	}
	for (int g = 0; g < 4; g++)
		*(Q *)(s + g * LANES) = acc[g];
	for (; p < k; p++)
		for (int r = 0; r < ROWS; r++)
			s[r] = s[r] + a[r * row + (int64_t)p] * x[p];
}

/* One row of contiguous elements; whole blocks go side by side. */
static void
NAME(dot)(const T *a, const T *x, size_t k, T *c, bool first)
{
	size_t p = 0;

	for (; p + 8 * GEMM_K <= k; p += 8 * GEMM_K) {
		T s[8] = { 0 };

		for (size_t i = p; i < p + GEMM_K; i++)
#pragma GCC unroll 8
			for (size_t j = 0; j < 8; j++)
				s[j] = s[j] + a[i + j * GEMM_K] *
				    x[i + j * GEMM_K];
		for (size_t j = 0; j < 8; j++) {
			*c = first ? s[j] : *c + s[j];
			first = false;
		}
	}
	while (p < k) {
		size_t end = p + GEMM_K < k ? p + GEMM_K : k;
		T s = 0;

		for (; p < end; p++)
			s = s + a[p] * x[p];
		*c = first ? s : *c + s;
		first = false;
	}
}

/* Columns contiguous: k rows of m elements, four added at a time. */
static void
NAME(columns)(const T *a, int64_t col, const T *x, size_t m, size_t k,
    T *restrict s)
{
	size_t p = 0;

	for (size_t i = 0; i < m; i++)
		s[i] = 0;
	for (; p + 4 <= k; p += 4) {
		const T *b = a + (int64_t)p * col;
		T x0 = x[p], x1 = x[p + 1], x2 = x[p + 2], x3 = x[p + 3];

		for (size_t i = 0; i < m; i++)
			s[i] = (((s[i] + b[i] * x0) + b[(int64_t)i + col] *
			    x1) + b[(int64_t)i + 2 * col] * x2) +
			    b[(int64_t)i + 3 * col] * x3;
	}
	for (; p < k; p++)
		for (size_t i = 0; i < m; i++)
			s[i] = s[i] + a[(int64_t)i + (int64_t)p * col] * x[p];
}

static void
NAME(strided)(const T *a, int64_t row, int64_t col, const T *x, size_t m,
    size_t k, T *s)
{
	for (size_t i = 0; i < m; i++) {
		s[i] = 0;
		for (size_t p = 0; p < k; p++)
			s[i] = s[i] + a[(int64_t)i * row + (int64_t)p * col] *
			    x[p];
	}
}

static void
NAME(store)(const T *s, size_t m, T *c, int64_t step, bool first)
{
	for (size_t i = 0; i < m; i++) {
		T *z = c + (int64_t)i * step;

		*z = first ? s[i] : *z + s[i];
	}
}

/* m <= MATVEC_M rows; k elements, blocks of GEMM_K counted from the first. */
static void
NAME(vector)(const void *va, int64_t row, int64_t col, const void *vx,
    size_t m, size_t k, void *vc, int64_t step, bool first)
{
	const T *a = va, *x = vx;
	T s[MATVEC_M], *c = vc;
	size_t whole = col == 1 ? m - m % ROWS : m;

	for (size_t p = 0; p < k && whole > 0; p += GEMM_K) {
		size_t n = k - p < GEMM_K ? k - p : GEMM_K;
		const T *at = a + (int64_t)p * col;

		if (col == 1)
			for (size_t i = 0; i < whole; i += ROWS)
				NAME(rows)(at + (int64_t)i * row, row, x + p,
				    n, s + i);
		else if (row == 1)
			NAME(columns)(at, col, x + p, m, n, s);
		else
			NAME(strided)(at, row, col, x + p, m, n, s);
		NAME(store)(s, whole, c, step, first && p == 0);
	}
	for (size_t i = whole; i < m; i++)
		NAME(dot)(a + (int64_t)i * row, x, k, c + (int64_t)i * step,
		    first);
}

#undef LANES
#undef ROWS
