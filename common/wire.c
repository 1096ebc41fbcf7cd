/*
 * A bounded cursor over foreign msgpack.  It must not allocate, nor read past
 * the end, nor believe a count that the bytes left could not hold.  On a
 * refusal the cursor stays at the item at fault.
 */
#include "common/text.h"
#include "common/wire.h"

#include <string.h>

/* Heads of msgpack items. */
enum {
	FIXMAP = 0x80, FIXARRAY = 0x90, FIXSTR = 0xa0, NIL = 0xc0,
	FALSE_ = 0xc2, TRUE_ = 0xc3, BIN8 = 0xc4, BIN32 = 0xc6,
	FLOAT32 = 0xca, FLOAT64 = 0xcb, UINT8 = 0xcc, INT8 = 0xd0,
	INT64 = 0xd3, STR8 = 0xd9, STR32 = 0xdb, ARRAY16 = 0xdc,
	MAP16 = 0xde, NEGATIVE = 0xe0,
};

void
wire_init(struct wire *w, const void *p, size_t n)
{
	static const uint8_t none;

	w->start = n > 0 ? p : &none;
	w->p = w->start;
	w->end = w->start + n;
}

size_t
wire_left(const struct wire *w)
{
	return (size_t)(w->end - w->p);
}

/* n big-endian bytes; the caller has seen that they are there. */
static uint64_t
big(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

/*
 * Reads an integer as its 64 bits; neg says that they are a negative number.
 */
static bool
read_int(struct wire *w, uint64_t *v, bool *neg)
{
	size_t left = wire_left(w);
	unsigned head, n;

	if (left == 0)
		return false;
	head = w->p[0];
	if (head < FIXMAP || head >= NEGATIVE) {
		*v = (uint64_t)(int64_t)(int8_t)head;
		*neg = head >= NEGATIVE;
		w->p++;
		return true;
	}
	if (head < UINT8 || head > INT64)
		return false;
	n = 1u << ((head - UINT8) & 3);
	if (left - 1 < n)
		return false;
	*v = big(w->p + 1, n);
	*neg = false;
	if (head >= INT8) {
		if (n < 8 && (*v >> (8 * n - 1) & 1) != 0)
			*v |= ~(uint64_t)0 << (8 * n);
		*neg = *v >> 63 != 0;
	}
	w->p += 1 + n;
	return true;
}

bool
wire_u64(struct wire *w, uint64_t *v)
{
	const uint8_t *start = w->p;
	bool neg;

	if (!read_int(w, v, &neg))
		return false;
	if (neg)
		w->p = start;
	return !neg;
}

bool
wire_i64(struct wire *w, int64_t *v)
{
	const uint8_t *start = w->p;
	uint64_t u;
	bool neg;

	if (!read_int(w, &u, &neg))
		return false;
	if (!neg && u > INT64_MAX) {
		w->p = start;
		return false;
	}
	*v = (int64_t)u;
	return true;
}

bool
wire_f64(struct wire *w, double *v)
{
	size_t left = wire_left(w);
	uint64_t bits;
	uint32_t half;
	float f;
	bool neg;

	if (left >= 9 && w->p[0] == FLOAT64) {
		bits = big(w->p + 1, 8);
		memcpy(v, &bits, sizeof(*v));
		w->p += 9;
		return true;
	}
	if (left >= 5 && w->p[0] == FLOAT32) {
		half = (uint32_t)big(w->p + 1, 4);
		memcpy(&f, &half, sizeof(f));
		*v = f;
		w->p += 5;
		return true;
	}
	if (!read_int(w, &bits, &neg))
		return false;
	*v = neg ? (double)(int64_t)bits : (double)bits;
	return true;
}

bool
wire_bool(struct wire *w, bool *v)
{
	if (wire_left(w) == 0 || (w->p[0] != FALSE_ && w->p[0] != TRUE_))
		return false;
	*v = *w->p++ == TRUE_;
	return true;
}

/*
 * Length after a head whose forms of 8, 16 and 32 bits start at first (wide:
 * 16 and 32 only).  Says how long the head is; false if it is not all there.
 */
static bool
read_len(const struct wire *w, unsigned first, bool wide, size_t *n,
    size_t *head)
{
	unsigned width = 1u << (w->p[0] - first + (wide ? 1 : 0));

	if (wire_left(w) - 1 < width)
		return false;
	*n = (size_t)big(w->p + 1, width);
	*head = 1 + width;
	return true;
}

/* Takes a string's or binary's body, its head known. */
static bool
take_body(struct wire *w, size_t head, size_t n, size_t max, const uint8_t **p)
{
	if (n > max || n > wire_left(w) - head)
		return false;
	*p = w->p + head;
	w->p += head + n;
	return true;
}

static bool
str_head(const struct wire *w, size_t *n, size_t *head)
{
	if (wire_left(w) == 0)
		return false;
	if (w->p[0] >= FIXSTR && w->p[0] < NIL) {
		*n = w->p[0] & 31;
		*head = 1;
		return true;
	}
	return w->p[0] >= STR8 && w->p[0] <= STR32 &&
	    read_len(w, STR8, false, n, head);
}

bool
wire_str(struct wire *w, size_t max, struct str *s)
{
	const uint8_t *start = w->p, *p;
	size_t n, head;

	if (!str_head(w, &n, &head) || !take_body(w, head, n, max, &p))
		return false;
	if (!text_utf8(p, n)) {
		w->p = start;
		return false;
	}
	s->p = (const char *)p;
	s->n = n;
	return true;
}

bool
wire_bin(struct wire *w, size_t max, struct bytes *b)
{
	size_t n, head;

	if (wire_left(w) == 0 || w->p[0] < BIN8 || w->p[0] > BIN32 ||
	    !read_len(w, BIN8, false, &n, &head) ||
	    !take_body(w, head, n, max, &b->p))
		return false;
	b->n = n;
	return true;
}

/* Head of an array (or map): count, and length of the head. */
static bool
list_head(const struct wire *w, unsigned fix, unsigned wide, size_t *n,
    size_t *head)
{
	if (wire_left(w) == 0)
		return false;
	if (w->p[0] >= fix && w->p[0] < fix + 16) {
		*n = w->p[0] & 15;
		*head = 1;
		return true;
	}
	return (w->p[0] == wide || w->p[0] == wide + 1) &&
	    read_len(w, wide, true, n, head);
}

bool
wire_array(struct wire *w, size_t max, uint32_t *n)
{
	size_t count, head;

	if (!list_head(w, FIXARRAY, ARRAY16, &count, &head) || count > max ||
	    count > wire_left(w) - head)
		return false;
	w->p += head;
	*n = (uint32_t)count;
	return true;
}

/* One item that holds no others. */
static bool
skip_plain(struct wire *w)
{
	const uint8_t *p;
	struct bytes b;
	size_t n, head;
	double f;
	bool t;

	if (w->p[0] == NIL) {
		w->p++;
		return true;
	}
	if (str_head(w, &n, &head))
		return take_body(w, head, n, SIZE_MAX, &p);
	return wire_bool(w, &t) || wire_bin(w, SIZE_MAX, &b) || wire_f64(w, &f);
}

bool
wire_skip(struct wire *w, unsigned depth)
{
	size_t n, head, per;

	if (wire_left(w) == 0)
		return false;
	if (list_head(w, FIXARRAY, ARRAY16, &n, &head))
		per = 1;
	else if (list_head(w, FIXMAP, MAP16, &n, &head))
		per = 2;
	else
		return skip_plain(w);
	if (depth == 0 || n > (wire_left(w) - head) / per)
		return false;
	w->p += head;
	for (n *= per; n > 0; n--) {
		if (!wire_skip(w, depth - 1))
			return false;
	}
	return true;
}
