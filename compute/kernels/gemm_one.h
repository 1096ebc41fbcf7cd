/*
 * Packing and the block product for one dtype.  C is T, computed in T; V is a
 * vector of T; MR rows by NV vectors make a tile.
 * Every element of C is s = +0; s = s + a * b for k ascending: unrolled over
 * the tile, never over k, so tile sizes cannot change a bit.
 */

#define LANES	((int)(sizeof(V) / sizeof(T)))
#define NR	(NV * LANES)

static void
NAME(pack_a)(const void *va, int64_t row, int64_t col, size_t m, size_t k,
    void *vto)
{
	T *to = vto;

	for (size_t i = 0; i < m; i += MR) {
		const T *a = (const T *)va + (int64_t)i * row;
		size_t rows = m - i < MR ? m - i : MR;

		if (rows == MR) {
			for (size_t p = 0; p < k; p++, a += col, to += MR)
#pragma GCC unroll 8
				for (int r = 0; r < MR; r++)
					to[r] = a[r * row];
			continue;
		}
		for (size_t p = 0; p < k; p++, a += col, to += MR)
			for (size_t r = 0; r < MR; r++)
				to[r] = r < rows ? a[(int64_t)r * row] : 0;
	}
}

static void
NAME(pack_b)(const void *vb, int64_t row, int64_t col, size_t k, size_t n,
    void *vto)
{
	T *to = vto;

	for (size_t j = 0; j < n; j += NR) {
		const T *b = (const T *)vb + (int64_t)j * col;
		size_t cols = n - j < (size_t)NR ? n - j : (size_t)NR;

		for (size_t p = 0; p < k; p++) {
			const T *x = b + (int64_t)p * row;
			size_t c = 0;

			if (col == 1 && cols == (size_t)NR) {
#pragma GCC unroll 8
				for (int v = 0; v < NV; v++)
					*(V *)(to + v * LANES) =
					    *(const V *)(x + v * LANES);
				to += NR;
				continue;
			}
			for (; c < cols; c++)
				to[c] = x[(int64_t)c * col];
			for (; c < (size_t)NR; c++)
				to[c] = 0;
			to += NR;
		}
	}
}

static inline void
NAME(tile)(const T *a, const T *b, T *c, int64_t c_row, size_t k, bool first)
{
	V acc[MR][NV];

#pragma GCC unroll 8
	for (int i = 0; i < MR; i++)
#pragma GCC unroll 8
		for (int j = 0; j < NV; j++)
			acc[i][j] = (V){ 0 };
	for (size_t p = 0; p < k; p++) {
#pragma GCC unroll 8
		for (int i = 0; i < MR; i++)
#pragma GCC unroll 8
			for (int j = 0; j < NV; j++)
				acc[i][j] += a[i] * *(const V *)(b + j * LANES);
		a += MR;
		b += NR;
	}
#pragma GCC unroll 8
	for (int i = 0; i < MR; i++)
#pragma GCC unroll 8
		for (int j = 0; j < NV; j++) {
			V *z = (V *)(c + i * c_row + j * LANES);

			if (first)
				*z = acc[i][j];
			else
				*z = *z + acc[i][j];
		}
}

static void
NAME(block)(const void *va, const void *vb, void *vc, int64_t c_row, size_t m,
    size_t n, size_t k, bool first)
{
	T edge[MR * NR];

	for (size_t j = 0; j < n; j += NR) {
		const T *b = (const T *)vb + j * k;
		size_t cols = n - j < (size_t)NR ? n - j : (size_t)NR;

		for (size_t i = 0; i < m; i += MR) {
			const T *a = (const T *)va + i * k;
			T *c = (T *)vc + (int64_t)i * c_row + (int64_t)j;
			size_t rows = m - i < MR ? m - i : MR;

			if (rows == MR && cols == (size_t)NR) {
				NAME(tile)(a, b, c, c_row, k, first);
				continue;
			}
			NAME(tile)(a, b, edge, NR, k, true);
			for (size_t r = 0; r < rows; r++)
				for (size_t q = 0; q < cols; q++) {
					T *z = c + (int64_t)r * c_row + q;
					T s = edge[r * NR + q];

					*z = first ? s : *z + s;
				}
		}
	}
}

static const struct gemm_kernel NAME(gemm) = {
	MR, NR, sizeof(T), NAME(pack_a), NAME(pack_b), NAME(block),
	NAME(vector),
};

#undef LANES
#undef NR
#undef T
#undef V
#undef Q
#undef TRANSPOSE
#undef NAME
