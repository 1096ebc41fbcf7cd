/*
 * Text without stdio: numbers in and out, UTF-8.  Never reads a locale.
 */
#include "common/text.h"

#include <string.h>

void
text_init(struct text *t)
{
	t->n = 0;
	t->s[0] = '\0';
}

void
text_add_char(struct text *t, char c)
{
	if (t->n + 1 < sizeof(t->s))
		t->s[t->n++] = c;
	t->s[t->n] = '\0';
}

void
text_add_str(struct text *t, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		text_add_char(t, s.p[i]);
}

void
text_add(struct text *t, const char *s)
{
	while (*s != '\0')
		text_add_char(t, *s++);
}

void
text_add_u64(struct text *t, uint64_t v)
{
	char d[20];
	size_t n = 0;

	do {
		d[n++] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	while (n > 0)
		text_add_char(t, d[--n]);
}

void
text_add_i64(struct text *t, int64_t v)
{
	if (v < 0)
		text_add_char(t, '-');
	text_add_u64(t, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void
text_add_hex(struct text *t, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		text_add_char(t, digits[p[i] >> 4]);
		text_add_char(t, digits[p[i] & 15]);
	}
}

void
text_add_f64(struct text *t, double v)
{
	int e = 0, i;
	uint64_t m;

	if (!(v == v) || v > 1e300 || v < -1e300) {
		text_add(t, "0");	/* not a figure */
		return;
	}
	if (v < 0) {
		text_add_char(t, '-');
		v = -v;
	}
	if (v > 0) {
		for (; v >= 10; e++)
			v /= 10;
		for (; v < 1 && e > -300; e--)
			v *= 10;
	}
	m = (uint64_t)(v * 100000 + 0.5);
	if (m >= 1000000) {
		m /= 10;
		e++;
	}
	text_add_u64(t, m / 100000);
	text_add_char(t, '.');
	for (i = 10000; i > 0; i /= 10)
		text_add_char(t, (char)('0' + m / (uint64_t)i % 10));
	text_add_char(t, 'e');
	text_add_i64(t, e);
}

struct bytes
text_bytes(const struct text *t)
{
	return (struct bytes){ (const uint8_t *)t->s, t->n };
}

struct str
text_str(const struct text *t)
{
	return (struct str){ t->s, t->n };
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
text_hex(struct str hex, uint8_t *out, size_t n)
{
	int high, low;
	size_t i;

	if (hex.n != 2 * n)
		return -1;
	for (i = 0; i < n; i++) {
		high = hex_digit(hex.p[2 * i]);
		low = hex_digit(hex.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return -1;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

int
text_u64(struct bytes b, uint64_t *v)
{
	size_t i;

	*v = 0;
	if (b.n == 0 || b.n > 19)
		return -1;
	for (i = 0; i < b.n; i++) {
		if (b.p[i] < '0' || b.p[i] > '9')
			return -1;
		*v = *v * 10 + (b.p[i] - '0');
	}
	return 0;
}

size_t
text_character(const uint8_t *p, size_t n)
{
	size_t len, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	for (i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* In more bytes than it needs, a surrogate, or above U+10FFFF. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	return len;
}

bool
text_utf8(const uint8_t *p, size_t n)
{
	size_t len;

	for (; n > 0; p += len, n -= len)
		if ((len = text_character(p, n)) == 0)
			return false;
	return true;
}

static char
lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool
text_same(struct str a, struct str b)
{
	size_t i;

	if (a.n != b.n)
		return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}
