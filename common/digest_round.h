/*
 * Template: the seven rounds of BLAKE3's compression over a word type, which
 * is a 32-bit integer or a vector of them (one lane, one compression).
 * Included with WORD, NAME(x) and TARGET defined.
 */

static inline DIGEST_INLINE TARGET WORD
NAME(rotate)(WORD x, int n)
{
	return (x >> n) | (x << (32 - n));
}

static inline DIGEST_INLINE TARGET void
NAME(quarter)(WORD *a, WORD *b, WORD *c, WORD *d, WORD x, WORD y)
{
	*a = *a + *b + x;
	*d = NAME(rotate)(*d ^ *a, 16);
	*c = *c + *d;
	*b = NAME(rotate)(*b ^ *c, 12);
	*a = *a + *b + y;
	*d = NAME(rotate)(*d ^ *a, 8);
	*c = *c + *d;
	*b = NAME(rotate)(*b ^ *c, 7);
}

static inline DIGEST_INLINE TARGET void
NAME(round)(WORD v[16], const WORD m[16], const uint8_t s[16])
{
	NAME(quarter)(&v[0], &v[4], &v[8], &v[12], m[s[0]], m[s[1]]);
	NAME(quarter)(&v[1], &v[5], &v[9], &v[13], m[s[2]], m[s[3]]);
	NAME(quarter)(&v[2], &v[6], &v[10], &v[14], m[s[4]], m[s[5]]);
	NAME(quarter)(&v[3], &v[7], &v[11], &v[15], m[s[6]], m[s[7]]);
	NAME(quarter)(&v[0], &v[5], &v[10], &v[15], m[s[8]], m[s[9]]);
	NAME(quarter)(&v[1], &v[6], &v[11], &v[12], m[s[10]], m[s[11]]);
	NAME(quarter)(&v[2], &v[7], &v[8], &v[13], m[s[12]], m[s[13]]);
	NAME(quarter)(&v[3], &v[4], &v[9], &v[14], m[s[14]], m[s[15]]);
}

/*
 * cv becomes the chaining value of the block m.  Written out seven times and
 * inlined, so that the compiler knows every index of the schedule.
 */
static inline DIGEST_INLINE TARGET void
NAME(compress)(WORD cv[8], const WORD m[16], WORD low, WORD high, WORD len,
    WORD flags)
{
	const WORD zero = low ^ low;
	WORD v[16];
	int i;

	for (i = 0; i < 8; i++)
		v[i] = cv[i];
	for (i = 0; i < 4; i++)
		v[8 + i] = zero + digest_iv[i];
	v[12] = low;
	v[13] = high;
	v[14] = len;
	v[15] = flags;
	NAME(round)(v, m, digest_schedule[0]);
	NAME(round)(v, m, digest_schedule[1]);
	NAME(round)(v, m, digest_schedule[2]);
	NAME(round)(v, m, digest_schedule[3]);
	NAME(round)(v, m, digest_schedule[4]);
	NAME(round)(v, m, digest_schedule[5]);
	NAME(round)(v, m, digest_schedule[6]);
	for (i = 0; i < 8; i++)
		cv[i] = v[i] ^ v[8 + i];
}
