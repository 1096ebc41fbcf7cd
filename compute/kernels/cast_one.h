/* One conversion; FROM, TO and NAME come from the including file. */

static void
NAME(const void *va, const void *vb, void *vz, size_t n)
{
	const FROM *a = va;
	TO *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++)
		z[i] = (TO)a[i];
}

#undef FROM
#undef TO
#undef NAME
