/*
 * Greatest (GREATEST defined) or least element.  For floats any NaN gives NaN
 * and -0 < +0, a rule that no order of folding can change; PICK(a, b) comes
 * from the including file.  Several accumulators hide the latency.
 */

#define MANY 16

static void
NAME(run)(const void *vx, size_t n, void *vacc)
{
	const T *x = vx;
	T *acc = vacc, best = *acc;
	size_t i = 0;

	if (n >= MANY) {
		T r[MANY];

		for (int j = 0; j < MANY; j++)
			r[j] = x[j];
		for (i = MANY; i + MANY <= n; i += MANY)
			for (int j = 0; j < MANY; j++)
				r[j] = PICK(r[j], x[i + (size_t)j]);
		for (int j = 0; j < MANY; j++)
			best = PICK(best, r[j]);
	}
	for (; i < n; i++)
		best = PICK(best, x[i]);
	*acc = best;
}

static void
NAME(fold)(const void *vx, void *vacc, size_t n)
{
	const T *restrict x = vx;
	T *restrict acc = vacc;

	for (size_t i = 0; i < n; i++)
		acc[i] = PICK(acc[i], x[i]);
}

#undef MANY
#undef PICK
#undef NAME
