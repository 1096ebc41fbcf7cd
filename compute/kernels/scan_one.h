/*
 * T: element; A: what results are in; M: A, or the unsigned type of its width,
 * so that overflow wraps.
 */

static void
NAME(sum)(const void *vx, size_t n, void *vacc, bool first, void *vz)
{
	const T *x = vx;
	A *acc = vacc, *restrict z = vz;
	M last = (M)*acc;

	for (size_t i = 0; i < n; i++) {
		last = first && i == 0 ? (M)(A)x[0] : last + (M)(A)x[i];
		z[i] = (A)last;
	}
	*acc = (A)last;
}

static void
NAME(prod)(const void *vx, size_t n, void *vacc, bool first, void *vz)
{
	const T *x = vx;
	A *acc = vacc, *restrict z = vz;
	M last = (M)*acc;

	for (size_t i = 0; i < n; i++) {
		last = first && i == 0 ? (M)(A)x[0] : last * (M)(A)x[i];
		z[i] = (A)last;
	}
	*acc = (A)last;
}

#undef T
#undef A
#undef M
#undef NAME
