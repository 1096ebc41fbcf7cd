/*
 * Template: a function of one vector, MAP_LANES(f), applied to arrays.  The
 * last, partial vector goes through the same code, padded with ones.
 * Included with MAP_NAME, MAP_LANES, MAP_TYPE, MAP_VECTOR and, for two
 * arguments, MAP_TWO defined.
 */
#define MAP_WIDTH	(sizeof(MAP_VECTOR) / sizeof(MAP_TYPE))

static inline MAP_VECTOR
map_padded(const MAP_TYPE *x, size_t n)
{
	MAP_TYPE pad[MAP_WIDTH];
	MAP_VECTOR v;
	size_t k;

	for (k = 0; k < MAP_WIDTH; k++)
		pad[k] = k < n ? x[k] : 1;
	__builtin_memcpy(&v, pad, sizeof(v));
	return v;
}

#ifdef MAP_TWO
void
MAP_NAME(const MAP_TYPE *x, const MAP_TYPE *y, MAP_TYPE *z, size_t n)
{
	MAP_VECTOR a, b;
	size_t i, k;

	for (i = 0; n - i >= MAP_WIDTH; i += MAP_WIDTH) {
		__builtin_memcpy(&a, x + i, sizeof(a));
		__builtin_memcpy(&b, y + i, sizeof(b));
		a = MAP_LANES(a, b);
		__builtin_memcpy(z + i, &a, sizeof(a));
	}
	if (i == n)
		return;
	a = MAP_LANES(map_padded(x + i, n - i), map_padded(y + i, n - i));
	for (k = 0; k < n - i; k++)
		z[i + k] = a[k];
}
#else
void
MAP_NAME(const MAP_TYPE *x, MAP_TYPE *y, size_t n)
{
	MAP_VECTOR a;
	size_t i, k;

	for (i = 0; n - i >= MAP_WIDTH; i += MAP_WIDTH) {
		__builtin_memcpy(&a, x + i, sizeof(a));
		a = MAP_LANES(a);
		__builtin_memcpy(y + i, &a, sizeof(a));
	}
	if (i == n)
		return;
	a = MAP_LANES(map_padded(x + i, n - i));
	for (k = 0; k < n - i; k++)
		y[i + k] = a[k];
}
#endif
