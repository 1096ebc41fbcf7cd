/*
 * One conversion of a float to an int; FROM, TO, LOW, HIGH, LEAST and NAME
 * come from the including file.  C has no answer for what is not between LOW
 * and HIGH, so 0 is converted in its place, and LEAST the result.
 */

static void
NAME(const void *va, const void *vb, void *vz, size_t n)
{
	const FROM *a = va;
	TO *restrict z = vz;

	(void)vb;
	for (size_t i = 0; i < n; i++) {
		bool fits = (a[i] > LOW) & (a[i] < HIGH);
		TO whole = (TO)(fits ? a[i] : 0);

		z[i] = fits ? whole : LEAST;
	}
}

#undef FROM
#undef TO
#undef LOW
#undef HIGH
#undef LEAST
#undef NAME
