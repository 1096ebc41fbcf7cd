/*
 * Writing JSON.
 * Must not read it; jansson does, where that is needed.
 * Dies of: nothing.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "broker/jsonw.h"

void
jsonw_init(struct jsonw *j, struct buf *out)
{
	j->out = out;
	j->comma = false;
}

static void
put(struct jsonw *j, const char *s)
{
	buf_add(j->out, s, strlen(s));
}

static void
item(struct jsonw *j)
{
	if (j->comma)
		put(j, ",");
	j->comma = true;
}

void
jsonw_open(struct jsonw *j, char bracket)
{
	item(j);
	buf_add(j->out, &bracket, 1);
	j->comma = false;
}

void
jsonw_close(struct jsonw *j, char bracket)
{
	buf_add(j->out, &bracket, 1);
	j->comma = true;
}

void
jsonw_key(struct jsonw *j, const char *key)
{
	jsonw_string(j, key);
	put(j, ":");
	j->comma = false;
}

size_t
jsonw_utf8(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 :
	    (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
	size_t i;

	if (len == 0 || len > n)
		return 0;
	for (i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	return len;
}

static size_t
put_character(struct jsonw *j, const unsigned char *p, size_t n)
{
	size_t len = jsonw_utf8(p, n);
	char escape[8];

	if (len == 0)
		put(j, "\xef\xbf\xbd");
	else if (*p == '"' || *p == '\\') {
		snprintf(escape, sizeof(escape), "\\%c", *p);
		put(j, escape);
	} else if (*p < 0x20 || *p == 0x7f) {
		snprintf(escape, sizeof(escape), "\\u%04x", *p);
		put(j, escape);
	} else
		buf_add(j->out, p, len);
	return len > 0 ? len : 1;
}

void
jsonw_text(struct jsonw *j, const char *text, size_t n)
{
	size_t i = 0;

	item(j);
	put(j, "\"");
	while (i < n)
		i += put_character(j, (const unsigned char *)text + i, n - i);
	put(j, "\"");
}

void
jsonw_string(struct jsonw *j, const char *s)
{
	if (s != NULL) {
		jsonw_text(j, s, strlen(s));
		return;
	}
	item(j);
	put(j, "null");
}

void
jsonw_u64(struct jsonw *j, uint64_t v)
{
	char text[32];

	item(j);
	snprintf(text, sizeof(text), "%" PRIu64, v);
	put(j, text);
}

void
jsonw_i64(struct jsonw *j, int64_t v)
{
	char text[32];

	item(j);
	snprintf(text, sizeof(text), "%" PRId64, v);
	put(j, text);
}

void
jsonw_f64(struct jsonw *j, double v)
{
	char text[40];

	item(j);
	if (!isfinite(v)) {
		put(j, "null");
		return;
	}
	snprintf(text, sizeof(text), "%.17g", v);
	put(j, text);
}

void
jsonw_bool(struct jsonw *j, bool v)
{
	item(j);
	put(j, v ? "true" : "false");
}

void
jsonw_put_string(struct jsonw *j, const char *key, const char *s)
{
	jsonw_key(j, key);
	jsonw_string(j, s);
}

void
jsonw_put_u64(struct jsonw *j, const char *key, uint64_t v)
{
	jsonw_key(j, key);
	jsonw_u64(j, v);
}
