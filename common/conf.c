/*
 * Configuration: parser, checks and dump, all made from conf.def.
 * Must not act on what it reads: it opens no socket and no folder.
 * Dies of: nothing; what is wrong is said in err.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/conf.h"

#define RESTART	false
#define RELOAD	true

enum conf_kind { KIND_U, KIND_B, KIND_S };

struct conf_row {
	const char	*name;
	enum conf_kind	 kind;
	size_t		 offset;	/* in struct conf */
	uint64_t	 def, min, max;
	const char	*text;		/* default of KIND_S */
	bool		 reload;
};

static const struct conf_row rows[] = {
#define CONF_U(name, def, min, max, reload, doc) \
	{ #name, KIND_U, offsetof(struct conf, name), def, min, max, NULL, \
	    reload },
#define CONF_B(name, def, reload, doc) \
	{ #name, KIND_B, offsetof(struct conf, name), def, 0, 1, NULL, reload },
#define CONF_S(name, def, reload, doc) \
	{ #name, KIND_S, offsetof(struct conf, name), 0, 0, 0, def, reload },
#include "common/conf.def"
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))
static_assert(N_ROWS <= sizeof(((struct conf *)0)->source),
    "struct conf has no room for the sources");

/* Where a value was written, for messages. */
struct origin {
	enum conf_source	 source;
	const char		*path;
	unsigned		 line;
};

struct fault {
	char	*text;
	size_t	 len;
};

static uint64_t *
value_u(struct conf *c, size_t i)
{
	return (uint64_t *)(void *)((char *)c + rows[i].offset);
}

static bool *
value_b(struct conf *c, size_t i)
{
	return (bool *)(void *)((char *)c + rows[i].offset);
}

static char **
value_s(struct conf *c, size_t i)
{
	return (char **)(void *)((char *)c + rows[i].offset);
}

struct conf *
conf_new(void)
{
	struct conf *c = xcalloc(1, sizeof(*c));
	size_t i;

	for (i = 0; i < N_ROWS; i++) {
		if (rows[i].kind == KIND_U)
			*value_u(c, i) = rows[i].def;
		else if (rows[i].kind == KIND_B)
			*value_b(c, i) = rows[i].def != 0;
		else
			*value_s(c, i) = xstrdup(rows[i].text);
	}
	return c;
}

void
conf_free(struct conf *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < N_ROWS; i++)
		if (rows[i].kind == KIND_S)
			xfree(*value_s(c, i));
	xfree(c);
}

/* "raven.conf:7" or "-o port" or "RAVEN_PORT". */
static void
origin_text(char *buf, size_t len, const struct origin *o, const char *name)
{
	size_t i, n;

	if (o->source == CONF_FILE)
		snprintf(buf, len, "%s:%u", o->path, o->line);
	else if (o->source == CONF_ENVIRONMENT) {
		n = (size_t)snprintf(buf, len, "RAVEN_%s", name);
		for (i = 0; i < n && i < len && buf[i] != '\0'; i++)
			buf[i] = (char)toupper((unsigned char)buf[i]);
	} else
		snprintf(buf, len, "-o %s", name);
}

static int fail(const struct fault *, const struct origin *, const char *name,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static int
fail(const struct fault *f, const struct origin *o, const char *name,
    const char *fmt, ...)
{
	char where[300], why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	origin_text(where, sizeof(where), o, name);
	snprintf(f->text, f->len, "%s: %s", where, why);
	return -1;
}

/* Digits with an optional k, M or G (1024 each). */
static bool
parse_u64(const char *s, uint64_t *out)
{
	uint64_t v = 0, unit = 1;

	if (!isdigit((unsigned char)*s))
		return false;
	for (; isdigit((unsigned char)*s); s++) {
		if (v > (UINT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	if (*s == 'k' || *s == 'K')
		unit = 1024;
	else if (*s == 'M')
		unit = 1024 * 1024;
	else if (*s == 'G')
		unit = 1024 * 1024 * 1024;
	if (unit != 1)
		s++;
	if (*s != '\0' || v > UINT64_MAX / unit)
		return false;
	*out = v * unit;
	return true;
}

static bool
parse_bool(const char *s, bool *out)
{
	static const char *const yes[] = { "yes", "true", "on", "1" };
	static const char *const no[] = { "no", "false", "off", "0" };
	size_t i;

	for (i = 0; i < 4; i++) {
		if (strcasecmp(s, yes[i]) == 0)
			*out = true;
		else if (strcasecmp(s, no[i]) == 0)
			*out = false;
		else
			continue;
		return true;
	}
	return false;
}

/* Edit distance, bounded: only to guess what was meant. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[64], la = strlen(a), lb = strlen(b), i, j, diag, up;

	if (la >= 64 || lb >= 64)
		return 64;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			up = row[j];
			row[j] = diag + (a[i - 1] != b[j - 1]);
			if (up + 1 < row[j])
				row[j] = up + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			diag = up;
		}
	}
	return row[lb];
}

static int
unknown(const struct fault *f, const struct origin *o, const char *name)
{
	size_t i, d, best = 4;
	const char *near = NULL;

	for (i = 0; i < N_ROWS; i++) {
		d = distance(name, rows[i].name);
		if (d < best) {
			best = d;
			near = rows[i].name;
		}
	}
	if (near != NULL)
		return fail(f, o, name,
		    "there is no setting '%s'; did you mean '%s'?", name, near);
	return fail(f, o, name, "there is no setting '%s'; raven.conf(5) "
	    "lists them, brokerd -n prints them", name);
}

/* What the file cannot say: brokerd hands its settings on in one. */
static bool
is_unwritable(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f ||
		    (s[i] == '#' && (i == 0 || s[i - 1] == ' ')))
			return true;
	return false;
}

static int
set_row(struct conf *c, size_t i, const char *value, const struct origin *o,
    const struct fault *f)
{
	const struct conf_row *r = &rows[i];
	uint64_t u;

	if (o->source == CONF_FILE && c->source[i] == CONF_FILE)
		return fail(f, o, r->name,
		    "%s is set twice in this file; remove one", r->name);
	if (r->kind == KIND_U) {
		if (!parse_u64(value, &u))
			return fail(f, o, r->name, "%s = '%s' is not a whole "
			    "number; k, M and G may follow", r->name, value);
		if (u < r->min || u > r->max)
			return fail(f, o, r->name, "%s = %" PRIu64 " is out of "
			    "range; use %" PRIu64 " to %" PRIu64, r->name, u,
			    r->min, r->max);
		*value_u(c, i) = u;
	} else if (r->kind == KIND_B) {
		if (!parse_bool(value, value_b(c, i)))
			return fail(f, o, r->name,
			    "%s = '%s': use yes or no", r->name, value);
	} else {
		if (is_unwritable(value))
			return fail(f, o, r->name, "%s has a control character "
			    "or a # after a space; remove it", r->name);
		xfree(*value_s(c, i));
		*value_s(c, i) = xstrdup(value);
	}
	c->source[i] = (uint8_t)o->source;
	return 0;
}

static int
set_name(struct conf *c, const char *name, const char *value,
    const struct origin *o, const struct fault *f)
{
	size_t i;

	for (i = 0; i < N_ROWS; i++)
		if (strcmp(name, rows[i].name) == 0)
			return set_row(c, i, value, o, f);
	return unknown(f, o, name);
}

static char *
trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return s;
}

/* A # starts a comment at the line's start or after white space. */
static void
cut_comment(char *s)
{
	char *p;

	for (p = s; *p != '\0'; p++)
		if (*p == '#' && (p == s || isspace((unsigned char)p[-1]))) {
			*p = '\0';
			return;
		}
}

/* "name = value" in place. */
static int
set_pair(struct conf *c, char *pair, const struct origin *o,
    const struct fault *f)
{
	char *eq = strchr(pair, '=');

	if (eq == NULL)
		return fail(f, o, pair, "'%s' is not 'name = value'", pair);
	*eq = '\0';
	return set_name(c, trim(pair), trim(eq + 1), o, f);
}

static int
load_file(struct conf *c, const char *path, const struct fault *f)
{
	struct origin o = { CONF_FILE, path, 0 };
	char *line = NULL, *s;
	size_t cap = 0;
	FILE *fp;
	int rc = 0;

	if ((fp = fopen(path, "re")) == NULL) {
		snprintf(f->text, f->len, "%s: cannot read the configuration: "
		    "%s", path, strerror(errno));
		return -1;
	}
	while (rc == 0 && getline(&line, &cap, fp) != -1) {
		o.line++;
		cut_comment(line);
		s = trim(line);
		if (*s != '\0')
			rc = set_pair(c, s, &o, f);
	}
	if (rc == 0 && ferror(fp))
		rc = fail(f, &o, "", "cannot read on: %s", strerror(errno));
	free(line);
	fclose(fp);
	return rc;
}

static int
load_environment(struct conf *c, const struct fault *f)
{
	struct origin o = { CONF_ENVIRONMENT, NULL, 0 };
	char name[80];
	const char *value;
	size_t i;

	for (i = 0; i < N_ROWS; i++) {
		origin_text(name, sizeof(name), &o, rows[i].name);
		value = getenv(name);
		if (value != NULL && set_row(c, i, value, &o, f) == -1)
			return -1;
	}
	return 0;
}

static int
load_overrides(struct conf *c, char *const *overrides, size_t n,
    const struct fault *f)
{
	struct origin o = { CONF_COMMAND, NULL, 0 };
	char *pair;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++) {
		pair = xstrdup(overrides[i]);
		rc = set_pair(c, pair, &o, f);
		xfree(pair);
	}
	return rc;
}

/* Copies the next item of a comma-separated list; NULL at its end. */
static const char *
next_item(const char *list, char *item, size_t len)
{
	size_t n;

	while (*list == ',' || isspace((unsigned char)*list))
		list++;
	if (*list == '\0')
		return NULL;
	n = strcspn(list, ",");
	snprintf(item, len, "%.*s", (int)(n < len ? n : len - 1), list);
	memmove(item, trim(item), strlen(trim(item)) + 1);
	return list + n;
}

static bool
is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 ||
	    strcmp(address, "[::1]") == 0 || strcmp(address, "::1") == 0 ||
	    strcasecmp(address, "localhost") == 0;
}

static int
check_listen(const struct conf *c, const struct fault *f)
{
	const char *p = c->listen;
	char item[256];

	while (!c->tokens && (p = next_item(p, item, sizeof(item))) != NULL)
		if (!is_loopback(item)) {
			snprintf(f->text, f->len, "listen = %s: others can "
			    "reach that address; set tokens = yes, or listen "
			    "on 127.0.0.1 and [::1] only", item);
			return -1;
		}
	return 0;
}

static int
check_order(const struct fault *f, const char *low, uint64_t a,
    const char *high, uint64_t b)
{
	if (a <= b)
		return 0;
	snprintf(f->text, f->len, "%s = %" PRIu64 " is above %s = %" PRIu64
	    "; lower the one or raise the other", low, a, high, b);
	return -1;
}

static int
check_choice(const struct fault *f, const char *name, const char *value,
    const char *const *choices)
{
	size_t i;

	for (i = 0; choices[i] != NULL; i++)
		if (strcmp(value, choices[i]) == 0)
			return 0;
	snprintf(f->text, f->len, "%s = '%s': use ", name, value);
	for (i = 0; choices[i] != NULL; i++)
		snprintf(f->text + strlen(f->text), f->len - strlen(f->text),
		    "%s%s", i > 0 ? " or " : "", choices[i]);
	return -1;
}

/* What no single row can say. */
static int
check(const struct conf *c, const struct fault *f)
{
	static const char *const fsync[] = { "always", "second", NULL };
	static const char *const levels[] = { "error", "warn", "info", "debug",
	    NULL };

	if (check_choice(f, "fsync", c->fsync, fsync) == -1 ||
	    check_choice(f, "log_level", c->log_level, levels) == -1)
		return -1;
	if (*c->state_dir == '\0') {
		snprintf(f->text, f->len, "state_dir is empty: name a folder");
		return -1;
	}
	if (check_order(f, "group_min_us", c->group_min_us, "group_max_us",
	    c->group_max_us) == -1 ||
	    check_order(f, "ping_ms", c->ping_ms, "silent_ms",
	    c->silent_ms) == -1 ||
	    check_order(f, "work_ping_ms", c->work_ping_ms, "work_silent_ms",
	    c->work_silent_ms) == -1 ||
	    check_order(f, "ws_frame_bytes", c->ws_frame_bytes,
	    "ws_message_bytes", c->ws_message_bytes) == -1)
		return -1;
	return check_listen(c, f);
}

int
conf_load(struct conf *c, const char *path, char *const *overrides, size_t n,
    char *err, size_t err_len)
{
	const struct fault f = { err, err_len };

	if (path != NULL && load_file(c, path, &f) == -1)
		return -1;
	if (load_environment(c, &f) == -1 ||
	    load_overrides(c, overrides, n, &f) == -1)
		return -1;
	return check(c, &f);
}

/* As the file would say it. */
static void
value_text(const struct conf *conf, size_t i, char *buf, size_t len)
{
	struct conf *c = (struct conf *)(uintptr_t)conf;	/* only read */

	if (rows[i].kind == KIND_U)
		snprintf(buf, len, "%" PRIu64, *value_u(c, i));
	else if (rows[i].kind == KIND_B)
		snprintf(buf, len, "%s", *value_b(c, i) ? "yes" : "no");
	else
		snprintf(buf, len, "%s", *value_s(c, i));
}

static void
take_row(struct conf *c, const struct conf *next, size_t i)
{
	struct conf *n = (struct conf *)(uintptr_t)next;	/* only read */

	if (rows[i].kind == KIND_U)
		*value_u(c, i) = *value_u(n, i);
	else if (rows[i].kind == KIND_B)
		*value_b(c, i) = *value_b(n, i);
	else {
		xfree(*value_s(c, i));
		*value_s(c, i) = xstrdup(*value_s(n, i));
	}
	c->source[i] = n->source[i];
}

void
conf_apply(struct conf *c, const struct conf *next, char *ignored, size_t len)
{
	char a[4096], b[4096];
	size_t i, used = 0;
	int n;

	if (len > 0)
		*ignored = '\0';
	for (i = 0; i < N_ROWS; i++) {
		value_text(c, i, a, sizeof(a));
		value_text(next, i, b, sizeof(b));
		if (rows[i].reload) {
			take_row(c, next, i);
			continue;
		}
		if (strcmp(a, b) == 0 || used >= len)
			continue;
		n = snprintf(ignored + used, len - used, "%s%s",
		    used > 0 ? " " : "", rows[i].name);
		used += n > 0 ? (size_t)n : 0;
	}
}

void
conf_dump(const struct conf *c, FILE *fp)
{
	static const char *const names[] = { "default", "file", "environment",
	    "command line" };
	char value[4096];
	size_t i;

	for (i = 0; i < N_ROWS; i++) {
		value_text(c, i, value, sizeof(value));
		fprintf(fp, "%s = %s\t# %s\n", rows[i].name, value,
		    names[c->source[i]]);
	}
}

char *
conf_run_path(const struct conf *c, const char *file, char *buf, size_t len)
{
	if (*c->run_dir != '\0')
		snprintf(buf, len, "%s%s%s", c->run_dir,
		    *file != '\0' ? "/" : "", file);
	else
		snprintf(buf, len, "%s/run%s%s", c->state_dir,
		    *file != '\0' ? "/" : "", file);
	return buf;
}

bool
conf_list_has(const char *list, const char *item)
{
	char one[1024];

	while ((list = next_item(list, one, sizeof(one))) != NULL)
		if (strcasecmp(one, item) == 0)
			return true;
	return false;
}
