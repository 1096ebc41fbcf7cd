/*
 * The blocking part: what is asked of Redis before the loop runs.
 */
#include <stdio.h>
#include <string.h>

#include "store_redis_priv.h"

static int
sync_fault(redisContext *c, const redisReply *r, char *err, size_t err_len)
{
	snprintf(err, err_len, "Redis: %s", r == NULL ? c->errstr :
	    r->type == REDIS_REPLY_ERROR ? r->str : "unexpected answer");
	return -1;
}

/* Hashes are graphs', clients', tokens'; what else is read is a string. */
static bool
is_hash(struct bytes key)
{
	static const char *const prefix[] = { "raven:graph:", "raven:client:",
		"raven:token:" };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (key.n > strlen(prefix[i]) &&
		    memcmp(key.p, prefix[i], strlen(prefix[i])) == 0)
			return true;
	}
	return false;
}

void
redis_answer_hash(const redisReply *r, store_reply fn, void *arg)
{
	struct store_field *f = xmalloc((r->elements + 1) * sizeof(*f));
	size_t i, n = 0;

	for (i = 0; i + 1 < r->elements; i += 2) {
		f[n].field = (struct bytes){
			(const uint8_t *)r->element[i]->str,
			r->element[i]->len };
		f[n++].value = (struct bytes){
			(const uint8_t *)r->element[i + 1]->str,
			r->element[i + 1]->len };
	}
	fn(arg, true, f, n);
	xfree(f);
}

int
redis_sync_read(struct store *st, struct bytes key, store_reply fn, void *arg,
    char *err, size_t err_len)
{
	struct store_redis *s = (struct store_redis *)st;
	struct store_field f = { .field = { NULL, 0 } };
	redisReply *r;
	int ret = 0;

	r = redisCommand(s->sync, is_hash(key) ? "HGETALL %b" : "GET %b", key.p,
	    key.n);
	if (r == NULL || r->type == REDIS_REPLY_ERROR) {
		ret = sync_fault(s->sync, r, err, err_len);
	} else if (r->type == REDIS_REPLY_ARRAY) {
		redis_answer_hash(r, fn, arg);
	} else if (r->type == REDIS_REPLY_STRING) {
		f.value = (struct bytes){ (const uint8_t *)r->str, r->len };
		fn(arg, true, &f, 1);
	} else {
		fn(arg, true, NULL, 0);
	}
	freeReplyObject(r);
	return ret;
}

static int
walk_page(redisReply *r, char cursor[24], store_visit fn, void *arg)
{
	redisReply *keys = r->element[1];
	struct bytes key;
	size_t i;
	int stop = 0;

	snprintf(cursor, 24, "%s", r->element[0]->str);
	for (i = 0; i < keys->elements && stop == 0; i++) {
		key = (struct bytes){ (const uint8_t *)keys->element[i]->str,
			keys->element[i]->len };
		stop = fn(arg, key);
	}
	return stop;
}

int
redis_sync_walk(struct store *st, const char *prefix, store_visit fn, void *arg,
    char *err, size_t err_len)
{
	struct store_redis *s = (struct store_redis *)st;
	char cursor[24] = "0";
	redisReply *r;
	int stop = 0;

	do {
		r = redisCommand(s->sync, "SCAN %s MATCH %s* COUNT 1000",
		    cursor, prefix);
		if (r == NULL || r->type != REDIS_REPLY_ARRAY ||
		    r->elements != 2) {
			stop = sync_fault(s->sync, r, err, err_len);
			cursor[0] = '0';
			cursor[1] = '\0';
		} else {
			stop = walk_page(r, cursor, fn, arg);
		}
		freeReplyObject(r);
	} while (stop == 0 && strcmp(cursor, "0") != 0);
	return stop;
}

int
redis_sync_write(struct store *st, const struct store_write *w, size_t n,
    char *err, size_t err_len)
{
	struct store_redis *s = (struct store_redis *)st;
	struct buf b;
	void *reply;
	redisReply *r;
	size_t i, used;
	int ret = 0;

	buf_init(&b);
	for (i = 0; i < n && ret == 0; i += used) {
		buf_reset(&b);
		cmd_write(&b, w + i, n - i, &used);
		if (redisAppendFormattedCommand(s->sync, (char *)b.data, b.len)
		    != REDIS_OK || redisGetReply(s->sync, &reply) != REDIS_OK) {
			ret = sync_fault(s->sync, NULL, err, err_len);
			continue;
		}
		r = reply;
		if (r->type == REDIS_REPLY_ERROR)
			ret = sync_fault(s->sync, r, err, err_len);
		freeReplyObject(r);
	}
	buf_clear(&b);
	return ret;
}

/* Evicting keys would be losing them; nothing else is worth a refusal. */
int
redis_sync_check(struct store_redis *s, bool *fatal, char *err, size_t err_len)
{
	static const char name[] = "maxmemory_policy:";
	const char *at;
	redisReply *r = redisCommand(s->sync, "INFO memory");
	int ret = 0;

	if (r == NULL || r->type != REDIS_REPLY_STRING) {
		ret = sync_fault(s->sync, r, err, err_len);
	} else if ((at = strstr(r->str, name)) != NULL &&
	    strncmp(at + sizeof(name) - 1, "noeviction", 10) != 0) {
		*fatal = true;
		ret = -1;
		snprintf(err, err_len, "Redis would delete keys when it is "
		    "full: set maxmemory-policy noeviction");
	}
	freeReplyObject(r);
	return ret;
}
