/*
 * Reading Redis for ravenctl.
 * Must not write; user ops could not.
 * Dies of: an answer that does not come or makes no sense (1).
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "broker/ravenctl.h"
#include "common/rconn.h"

#define SCAN_COUNT	1000

int
ctl_try_redis(struct ctl *c, char *err, size_t len)
{
	char why[600];

	if (c->redis == NULL)
		c->redis = rconn_open_sync(c->conf, "ops", why, sizeof(why));
	if (c->redis == NULL)
		snprintf(err, len, "%s; is brokerd running, and is state_dir "
		    "= %s its folder?", why, c->conf->state_dir);
	return c->redis != NULL ? 0 : -1;
}

void
ctl_open_redis(struct ctl *c)
{
	char err[1600];

	if (ctl_try_redis(c, err, sizeof(err)) == -1)
		ctl_fail(EXIT_UNREACHABLE, "%s", err);
}

redisReply *
ctl_command(struct ctl *c, const char *fmt, ...)
{
	redisReply *r;
	va_list ap;

	ctl_open_redis(c);
	va_start(ap, fmt);
	r = redisvCommand(c->redis, fmt, ap);
	va_end(ap);
	if (r == NULL)
		ctl_fail(EXIT_UNREACHABLE, "Redis: %s", c->redis->errstr);
	if (r->type == REDIS_REPLY_ERROR)
		ctl_fail(EXIT_UNREACHABLE, "Redis: %s", r->str);
	return r;
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* SCAN may name a key twice. */
static size_t
unique(char **keys, size_t n)
{
	size_t i, kept = 0;

	for (i = 0; i < n; i++) {
		if (kept > 0 && strcmp(keys[kept - 1], keys[i]) == 0)
			xfree(keys[i]);
		else
			keys[kept++] = keys[i];
	}
	return kept;
}

char **
ctl_keys(struct ctl *c, const char *pattern, size_t *n)
{
	char **keys = NULL, cursor[32] = "0";
	size_t used = 0, i;
	redisReply *r;

	do {
		r = ctl_command(c, "SCAN %s MATCH %s COUNT %d", cursor, pattern,
		    SCAN_COUNT);
		if (r->type != REDIS_REPLY_ARRAY || r->elements != 2)
			ctl_fail(EXIT_UNREACHABLE, "Redis: odd answer to SCAN");
		snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
		keys = xrealloc(keys, (used + r->element[1]->elements + 1) *
		    sizeof(*keys));
		for (i = 0; i < r->element[1]->elements; i++)
			keys[used++] = xstrdup(r->element[1]->element[i]->str);
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
	qsort(keys, used, sizeof(*keys), compare_keys);
	*n = unique(keys, used);
	return keys;
}

void
ctl_free_keys(char **keys, size_t n)
{
	while (n > 0)
		xfree(keys[--n]);
	xfree(keys);
}

struct str
ctl_field(const redisReply *r, const char *name)
{
	struct str none = { "", 0 }, value;
	size_t i;

	for (i = 0; i + 1 < r->elements; i += 2)
		if (strcmp(r->element[i]->str, name) == 0) {
			value.p = r->element[i + 1]->str;
			value.n = (size_t)r->element[i + 1]->len;
			return value;
		}
	return none;
}

uint64_t
ctl_number(struct str s)
{
	return s.n > 0 ? strtoull(s.p, NULL, 10) : 0;
}

void
ctl_put_text(struct ctl *c, const redisReply *r, const char *name)
{
	struct str s = ctl_field(r, name);

	report_text(&c->report, name, s.p, s.n);
}

void
ctl_put_number(struct ctl *c, const redisReply *r, const char *name)
{
	struct str s = ctl_field(r, name);

	if (s.n == 0)
		report_none(&c->report, name);
	else if (memchr(s.p, '.', s.n) != NULL || memchr(s.p, 'e', s.n) != NULL)
		report_f64(&c->report, name, strtod(s.p, NULL));
	else
		report_u64(&c->report, name, ctl_number(s));
}

void
ctl_put_bytes(struct ctl *c, const redisReply *r, const char *name)
{
	struct str s = ctl_field(r, name);

	if (s.n == 0)
		report_none(&c->report, name);
	else
		report_bytes(&c->report, name, ctl_number(s));
}

void
ctl_put_time(struct ctl *c, const redisReply *r, const char *name)
{
	struct str s = ctl_field(r, name);

	if (ctl_number(s) == 0)
		report_none(&c->report, name);
	else
		report_time(&c->report, name, ctl_number(s));
}

/* To whom a group was given is in its record. */
static void
read_holder(struct ctl *c, struct ctl_out *out)
{
	struct record_group g;
	redisReply *r;
	void *copy;
	size_t at;

	r = ctl_command(c, "HGET raven:graph:{%llu}:groups %s",
	    (unsigned long long)out->g, out->group);
	if (r->type == REDIS_REPLY_STRING) {
		copy = xmalloc((size_t)r->len);	/* aligned, as records need */
		memcpy(copy, r->str, (size_t)r->len);
		if (record_group_open(&g, (struct bytes){ copy,
		    (size_t)r->len }, &at) == 0) {
			out->n_ops = g.n_ops;
			snprintf(out->cid, sizeof(out->cid), "%.*s",
			    (int)g.cid.n, g.cid.p);
			snprintf(out->tab, sizeof(out->tab), "%.*s",
			    (int)g.tab.n, g.tab.p);
		}
		xfree(copy);
	}
	freeReplyObject(r);
}

struct ctl_out *
ctl_computing(struct ctl *c, size_t *n)
{
	redisReply *r = ctl_command(c,
	    "ZRANGE raven:queue:computing 0 -1 WITHSCORES");
	struct ctl_out *out = xcalloc(r->elements / 2 + 1, sizeof(*out));
	const char *member, *dot;
	size_t i;

	*n = 0;
	for (i = 0; i + 1 < r->elements; i += 2) {
		member = r->element[i]->str;
		if ((dot = strchr(member, '.')) == NULL)
			continue;
		out[*n].g = strtoull(member, NULL, 10);
		snprintf(out[*n].group, sizeof(out->group), "%s", dot + 1);
		out[*n].sent_ms = (uint64_t)strtod(r->element[i + 1]->str,
		    NULL);
		read_holder(c, &out[*n]);
		(*n)++;
	}
	freeReplyObject(r);
	return out;
}
