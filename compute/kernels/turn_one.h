/* Turning rows into columns; T and NAME come from the including file. */

#define LINE (64 / sizeof(T))

static void
NAME(const void *vfrom, int64_t from_column, void *vto, int64_t to_row,
    size_t rows, size_t n)
{
	const T *from = vfrom;
	T *to = vto;

	for (size_t j = 0; rows == LINE && j < n; j++) {
		const T *x = from + (int64_t)j * from_column;
		T *y = to + j;

#pragma GCC unroll 16
		for (size_t i = 0; i < LINE; i++)
			y[(int64_t)i * to_row] = x[i];
	}
	for (size_t j = 0; rows < LINE && j < n; j++)
		for (size_t i = 0; i < rows; i++)
			to[(int64_t)i * to_row + (int64_t)j] =
			    from[(int64_t)i + (int64_t)j * from_column];
}

#undef LINE
#undef T
#undef NAME
