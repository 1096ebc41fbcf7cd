/*
 * Store writes as Redis commands, in its own protocol: nothing is formatted
 * by printf, so that any byte may be in a key or a value.
 */
#include <stdio.h>
#include <string.h>

#include "store_redis_priv.h"

static void
put_count(struct buf *b, char kind, size_t n)
{
	char t[24];
	int len = snprintf(t, sizeof(t), "%c%zu\r\n", kind, n);

	buf_add(b, t, (size_t)len);
}

static void
put_arg(struct buf *b, const void *p, size_t n)
{
	put_count(b, '$', n);
	if (n > 0)
		buf_add(b, p, n);
	buf_add(b, "\r\n", 2);
}

static void
put_bytes(struct buf *b, struct bytes x)
{
	put_arg(b, x.p, x.n);
}

static void
put_text(struct buf *b, const char *s)
{
	put_arg(b, s, strlen(s));
}

static bool
same_key(const struct store_write *a, const struct store_write *b)
{
	return a->op == b->op && a->key.n == b->key.n &&
	    memcmp(a->key.p, b->key.p, a->key.n) == 0;
}

/* Fields set in one hash go as one command. */
static size_t
cmd_hset(struct buf *b, const struct store_write *w, size_t n)
{
	size_t k = 1, i;

	while (k < n && k < 64 && same_key(&w[0], &w[k]))
		k++;
	put_count(b, '*', 2 + 2 * k);
	put_text(b, "HSET");
	put_bytes(b, w->key);
	for (i = 0; i < k; i++) {
		put_bytes(b, w[i].field);
		put_bytes(b, w[i].value);
	}
	return k;
}

static void
cmd_xadd(struct buf *b, const struct store_write *w)
{
	const char *p = (const char *)w->value.p, *end = p + w->value.n;
	size_t parts = 0, i;
	char most[16];

	for (i = 0; i < w->value.n; i++)
		parts += p[i] == '\0';
	parts &= ~(size_t)1;
	snprintf(most, sizeof(most), "%d", STORE_EVENTS_MAX);
	put_count(b, '*', 6 + parts);
	put_text(b, "XADD");
	put_bytes(b, w->key);
	put_text(b, "MAXLEN");
	put_text(b, "~");
	put_text(b, most);
	put_text(b, "*");
	for (i = 0; i < parts && p < end; i++) {
		put_text(b, p);
		p += strlen(p) + 1;
	}
}

static void
cmd_zadd(struct buf *b, const struct store_write *w)
{
	char score[24];

	snprintf(score, sizeof(score), "%llu", (unsigned long long)w->score);
	put_count(b, '*', 4);
	put_text(b, "ZADD");
	put_bytes(b, w->key);
	put_text(b, score);
	put_bytes(b, w->field);
}

static void
cmd_plain(struct buf *b, const char *name, const struct store_write *w,
    const struct bytes *second)
{
	put_count(b, '*', second != NULL ? 3 : 2);
	put_text(b, name);
	put_bytes(b, w->key);
	if (second != NULL)
		put_bytes(b, *second);
}

/* Appends one command for the first of n writes, or for several; used says. */
void
cmd_write(struct buf *b, const struct store_write *w, size_t n, size_t *used)
{
	char seconds[24];

	*used = 1;
	switch (w->op) {
	case STORE_SET:
		cmd_plain(b, "SET", w, &w->value);
		break;
	case STORE_HSET:
		*used = cmd_hset(b, w, n);
		break;
	case STORE_HDEL:
		cmd_plain(b, "HDEL", w, &w->field);
		break;
	case STORE_DEL:
		cmd_plain(b, "DEL", w, NULL);
		break;
	case STORE_ZADD:
		cmd_zadd(b, w);
		break;
	case STORE_ZREM:
		cmd_plain(b, "ZREM", w, &w->field);
		break;
	case STORE_XADD:
		cmd_xadd(b, w);
		break;
	case STORE_EXPIRE:
		snprintf(seconds, sizeof(seconds), "%llu",
		    (unsigned long long)w->score);
		cmd_plain(b, "EXPIRE", w, &(struct bytes){
		    (const uint8_t *)seconds, strlen(seconds) });
		break;
	}
}

static void
unit_end(struct unit *u)
{
	if (u->n_ends % 16 == 0)
		u->ends = xrealloc(u->ends,
		    (u->n_ends + 16) * sizeof(*u->ends));
	u->ends[u->n_ends++] = (uint32_t)u->bytes.len;
}

/* All n writes are of one graph. */
struct unit *
unit_new(const struct store_write *w, size_t n)
{
	struct unit *u = xcalloc(1, sizeof(*u));
	size_t i, used;

	u->g = w->g;
	u->v = w->v;
	buf_init(&u->bytes);
	if (u->g != 0) {
		buf_add(&u->bytes, "*1\r\n$5\r\nMULTI\r\n", 15);
		unit_end(u);
	}
	for (i = 0; i < n; i += used) {
		cmd_write(&u->bytes, w + i, n - i, &used);
		unit_end(u);
	}
	if (u->g != 0) {
		buf_add(&u->bytes, "*1\r\n$4\r\nEXEC\r\n", 14);
		unit_end(u);
	}
	return u;
}

void
unit_free(struct unit *u)
{
	buf_clear(&u->bytes);
	xfree(u->ends);
	xfree(u);
}
