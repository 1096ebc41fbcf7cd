/*
 * Writing JSON.
 * Must not read it; jansson does, where that is needed.
 * Dies of: no memory.
 */
#include <string.h>

#include "common/jsonw.h"
#include "common/text.h"

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

static size_t
put_character(struct jsonw *j, const unsigned char *p, size_t n)
{
	size_t len = text_character(p, n);
	struct text escape;

	if (len == 0) {
		put(j, "\xef\xbf\xbd");
	} else if (*p == '"' || *p == '\\' || *p < 0x20 || *p == 0x7f) {
		text_init(&escape);
		text_add(&escape, "\\u00");
		text_add_hex(&escape, p, 1);
		put(j, escape.s);
	} else {
		buf_add(j->out, p, len);
	}
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
jsonw_number(struct jsonw *j, const char *digits)
{
	item(j);
	put(j, digits);
}

void
jsonw_u64(struct jsonw *j, uint64_t v)
{
	struct text t;

	text_init(&t);
	text_add_u64(&t, v);
	jsonw_number(j, t.s);
}

void
jsonw_f64(struct jsonw *j, double v)
{
	struct text t;

	text_init(&t);
	text_add_f64(&t, v);
	jsonw_number(j, t.s);
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

void
jsonw_put_f64(struct jsonw *j, const char *key, double v)
{
	jsonw_key(j, key);
	jsonw_f64(j, v);
}

void
jsonw_put_bool(struct jsonw *j, const char *key, bool v)
{
	jsonw_key(j, key);
	jsonw_bool(j, v);
}
