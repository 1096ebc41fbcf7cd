/* Floored division of 64-bit ints: x / 0 = 0, x % 0 = 0, MIN / -1 wraps. */

static void
k_mod_i64(const void *va, const void *vb, void *vz, size_t n)
{
	const int64_t *a = va, *b = vb;
	int64_t *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		int64_t r = 0;

		if (b[i] != 0 && b[i] != -1)
			r = a[i] % b[i];
		if (r != 0 && (r ^ b[i]) < 0)
			r += b[i];
		z[i] = r;
	}
}

static void
k_floor_divide_i64(const void *va, const void *vb, void *vz, size_t n)
{
	const int64_t *a = va, *b = vb;
	int64_t *restrict z = vz;

	for (size_t i = 0; i < n; i++) {
		int64_t q = 0;

		if (b[i] == -1)
			q = (int64_t)(0 - (uint64_t)a[i]);
		else if (b[i] != 0) {
			q = a[i] / b[i];
			if (a[i] % b[i] != 0 && (a[i] ^ b[i]) < 0)
				q--;
		}
		z[i] = q;
	}
}
