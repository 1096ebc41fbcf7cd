/*
 * Sorting by digits, for one dtype.  U is the unsigned type of its width,
 * KEY(u) and ELEMENT(k) map bits to keys of the same order and back,
 * IS_ZERO_MINUS(u) tells -0; all from the including file.
 */

static void
NAME(keys)(void *vx, size_t n, struct radix_state *s)
{
	U *x = vx;

	for (size_t i = 0; i < n; i++) {
		U k;

		s->minus |= IS_ZERO_MINUS(x[i]);
		k = KEY(x[i]);
		x[i] = k;
		for (uint32_t d = 0; d < sizeof(U); d++)
			s->count[d][k >> 8 * d & 0xff]++;
	}
}

static void
NAME(pass)(const void *vx, void *vy, size_t n, struct radix_state *s,
    uint32_t digit)
{
	const U *x = vx;
	U *y = vy;
	uint32_t *at = s->count[digit], sum = 0;

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t count = at[i];

		at[i] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		y[at[x[i] >> 8 * digit & 0xff]++] = x[i];
}

static void
NAME(elements)(void *vx, size_t n)
{
	U *x = vx;

	for (size_t i = 0; i < n; i++)
		x[i] = ELEMENT(x[i]);
}

/* Sorted x has its zeros in one run: they get their signs back, in order. */
static void
NAME(zeros)(void *vx, size_t n, const void *voriginal)
{
	const U *original = voriginal;
	U *x = vx;
	size_t at = 0;

	while (at < n && x[at] != 0)
		at++;
	for (size_t i = 0; i < n; i++)
		if (original[i] == 0 || IS_ZERO_MINUS(original[i]))
			x[at++] = original[i];
}

static const struct radix_kernel NAME(kernel) = {
	sizeof(U), NAME(keys), NAME(pass), NAME(elements), NAME(zeros),
};

#undef U
#undef NAME
#undef KEY
#undef ELEMENT
#undef IS_ZERO_MINUS
