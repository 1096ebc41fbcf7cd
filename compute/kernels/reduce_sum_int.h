/* Sums of T in int64, wrapping: any order gives the same bits. */

static void
NAME(sum)(const void *vx, size_t n, void *vacc)
{
	const T *x = vx;
	uint64_t *acc = vacc, s = 0;

	for (size_t i = 0; i < n; i++)
		s += (uint64_t)(int64_t)x[i];
	*acc += s;
}

static void
NAME(fold_sum)(const void *vx, void *vacc, size_t n)
{
	const T *restrict x = vx;
	uint64_t *restrict acc = vacc;

	for (size_t i = 0; i < n; i++)
		acc[i] += (uint64_t)(int64_t)x[i];
}
