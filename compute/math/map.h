/*
 * Template: MAP_NAME(x) of every element of an array, from a function of one
 * vector, MAP_LANES.  The last, partial vector goes through the same code,
 * padded with ones.  Included with MAP_NAME and MAP_LANES defined, MAP_F32 for
 * float32 and MAP_TWO for two arguments.
 */
#ifdef MAP_F32
#define MAP_TYPE	float
#define MAP_VECTOR	f32v
#else
#define MAP_TYPE	double
#define MAP_VECTOR	f64v
#endif
#define MAP_WIDTH	(sizeof(MAP_VECTOR) / sizeof(MAP_TYPE))

#ifdef MAP_TWO
void
MATH_NAME(MAP_NAME)(const MAP_TYPE *x, const MAP_TYPE *y, MAP_TYPE *z,
    size_t n)
{
	MAP_TYPE pad[MAP_WIDTH], more[MAP_WIDTH];
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
	for (k = 0; k < MAP_WIDTH; k++) {
		pad[k] = k < n - i ? x[i + k] : 1;
		more[k] = k < n - i ? y[i + k] : 1;
	}
	__builtin_memcpy(&a, pad, sizeof(a));
	__builtin_memcpy(&b, more, sizeof(b));
	a = MAP_LANES(a, b);
	for (k = 0; k < n - i; k++)
		z[i + k] = a[k];
}
#else
void
MATH_NAME(MAP_NAME)(const MAP_TYPE *x, MAP_TYPE *y, size_t n)
{
	MAP_TYPE pad[MAP_WIDTH];
	MAP_VECTOR a;
	size_t i, k;

	for (i = 0; n - i >= MAP_WIDTH; i += MAP_WIDTH) {
		__builtin_memcpy(&a, x + i, sizeof(a));
		a = MAP_LANES(a);
		__builtin_memcpy(y + i, &a, sizeof(a));
	}
	if (i == n)
		return;
	for (k = 0; k < MAP_WIDTH; k++)
		pad[k] = k < n - i ? x[i + k] : 1;
	__builtin_memcpy(&a, pad, sizeof(a));
	a = MAP_LANES(a);
	for (k = 0; k < n - i; k++)
		y[i + k] = a[k];
}
#endif

#undef MAP_NAME
#undef MAP_LANES
#undef MAP_TYPE
#undef MAP_VECTOR
#undef MAP_WIDTH
#undef MAP_F32
#undef MAP_TWO
