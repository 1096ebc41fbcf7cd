/*
 * Products, and whether any or all elements are true.  T: element; A: what
 * products are in; M: A, or the unsigned type of its width, so that overflow
 * wraps.  One element after the other.
 */

static void
NAME(prod)(const void *vx, size_t n, void *vacc)
{
	const T *x = vx;
	A *acc = vacc;
	M product = (M)*acc;

	for (size_t i = 0; i < n; i++)
		product = product * (M)(A)x[i];
	*acc = (A)product;
}

static void
NAME(fold_prod)(const void *vx, void *vacc, size_t n)
{
	const T *restrict x = vx;
	A *restrict acc = vacc;

	for (size_t i = 0; i < n; i++)
		acc[i] = (A)((M)acc[i] * (M)(A)x[i]);
}

static void
NAME(any)(const void *vx, size_t n, void *vacc)
{
	const T *x = vx;
	uint8_t *acc = vacc, any = *acc;

	for (size_t i = 0; i < n; i++)
		any |= x[i] != 0;
	*acc = any;
}

static void
NAME(fold_any)(const void *vx, void *vacc, size_t n)
{
	const T *restrict x = vx;
	uint8_t *restrict acc = vacc;

	for (size_t i = 0; i < n; i++)
		acc[i] |= x[i] != 0;
}

static void
NAME(all)(const void *vx, size_t n, void *vacc)
{
	const T *x = vx;
	uint8_t *acc = vacc, all = *acc;

	for (size_t i = 0; i < n; i++)
		all &= x[i] != 0;
	*acc = all;
}

static void
NAME(fold_all)(const void *vx, void *vacc, size_t n)
{
	const T *restrict x = vx;
	uint8_t *restrict acc = vacc;

	for (size_t i = 0; i < n; i++)
		acc[i] &= x[i] != 0;
}

#undef T
#undef A
#undef M
#undef NAME
