/* One conversion to bool: 0 and -0 are false; FROM and NAME as above. */

static void
NAME(const void *va, const void *vb, void *vz, size_t n)
{
	const FROM *a = va;
	uint8_t *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = (uint8_t)(a[i] != 0);
}

#undef FROM
#undef NAME
