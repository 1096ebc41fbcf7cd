/*
 * ravenctl status: the processes as brokerd sees them, the scheduler's live
 * totals, and Redis.
 * Must not need more than one of the three: what is missing is a notice.
 * Dies of: nothing.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "broker/ravenctl.h"
#include "common/msg.h"

static void
put_scalar(struct ctl *c, const char *key, const json_t *v)
{
	const char *name = report_name(&c->report, key);

	if (json_is_string(v))
		report_string(&c->report, name, json_string_value(v));
	else if (json_is_integer(v) && json_integer_value(v) >= 0)
		report_u64(&c->report, name,
		    (uint64_t)json_integer_value(v));
	else if (json_is_number(v))
		report_f64(&c->report, name, json_number_value(v));
	else if (json_is_boolean(v))
		report_string(&c->report, name, json_is_true(v) ? "yes" : "no");
	else if (json_is_null(v))
		report_none(&c->report, name);
}

static void
put_object(struct ctl *c, json_t *object)
{
	const char *key;
	json_t *v;

	json_object_foreach(object, key, v)
		put_scalar(c, key, v);
}

/* Asks and reads the answer; NULL with a notice when there is none. */
static json_t *
ask(struct ctl *c, const char *socket, uint8_t from, const char *who)
{
	char err[600];
	json_error_t fault;
	struct buf text;
	json_t *root = NULL;

	buf_init(&text);
	if (ctl_ask(c, socket, from, "status", "", &text, err, sizeof(err)) == -1)
		report_notice(&c->report, "%s does not answer: %s", who, err);
	else if ((root = json_loadb((const char *)text.data, text.len,
	    JSON_REJECT_DUPLICATES, &fault)) == NULL)
		report_notice(&c->report, "%s answers oddly: %s", who,
		    fault.text);
	buf_clear(&text);
	return root;
}

static void
put_server(struct ctl *c)
{
	json_t *root = ask(c, "control.sock", MSG_B, "brokerd"), *rows, *row;
	size_t i;

	if (root == NULL)
		return;
	report_section(&c->report, "server", "control.sock", true);
	put_object(c, root);
	rows = json_object_get(root, "processes");
	report_section(&c->report, "processes", "control.sock", false);
	json_array_foreach(rows, i, row) {
		report_row(&c->report);
		put_object(c, row);
	}
	json_decref(root);
}

static void
put_scheduler(struct ctl *c)
{
	json_t *root = ask(c, "scheduler.sock", MSG_S, "schedulerd");

	if (root == NULL)
		return;
	report_section(&c->report, "scheduler", "scheduler.sock", true);
	put_object(c, root);
	json_decref(root);
}

/* The value of "name:value" in INFO, cut at the line's end. */
static const char *
info_value(const char *info, const char *name, char *buf, size_t len)
{
	size_t n = strlen(name);
	const char *p = info;

	while (p != NULL) {
		if (strncmp(p, name, n) == 0 && p[n] == ':') {
			snprintf(buf, len, "%.*s",
			    (int)strcspn(p + n + 1, "\r\n"), p + n + 1);
			return buf;
		}
		p = strchr(p, '\n');
		p = p != NULL ? p + 1 : NULL;
	}
	return NULL;
}

static void
put_info(struct ctl *c, const char *info)
{
	static const struct {
		const char	*field, *name;
		enum cell_kind	 kind;
	} rows[] = {
		{ "redis_version", "version", CELL_TEXT },
		{ "uptime_in_seconds", "uptime_s", CELL_U64 },
		{ "used_memory", "used_bytes", CELL_BYTES },
		{ "maxmemory", "max_bytes", CELL_BYTES },
		{ "instantaneous_ops_per_sec", "commands_per_s", CELL_U64 },
		{ "aof_enabled", "append_only", CELL_U64 },
		{ "aof_current_size", "append_only_bytes", CELL_BYTES },
		{ "aof_last_write_status", "last_write", CELL_TEXT },
	};
	char value[128];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (info_value(info, rows[i].field, value, sizeof(value)) ==
		    NULL)
			report_none(&c->report, rows[i].name);
		else if (rows[i].kind == CELL_TEXT)
			report_string(&c->report, rows[i].name, value);
		else if (rows[i].kind == CELL_BYTES)
			report_bytes(&c->report, rows[i].name,
			    strtoull(value, NULL, 10));
		else
			report_u64(&c->report, rows[i].name,
			    strtoull(value, NULL, 10));
	}
}

static void
put_string_key(struct ctl *c, const char *key, const char *name)
{
	redisReply *r = ctl_command(c, "GET %s", key);

	if (r->type == REDIS_REPLY_STRING)
		report_text(&c->report, name, r->str, (size_t)r->len);
	else
		report_none(&c->report, name);
	freeReplyObject(r);
}

static int
put_redis(struct ctl *c)
{
	redisReply *r;
	char err[1600];

	if (ctl_try_redis(c, err, sizeof(err)) == -1) {
		report_notice(&c->report, "%s", err);
		return EXIT_UNREACHABLE;
	}
	report_section(&c->report, "redis",
	    "INFO, raven:format, raven:epoch, raven:next", true);
	r = ctl_command(c, "INFO");
	put_info(c, r->str);
	freeReplyObject(r);
	put_string_key(c, "raven:format", "format");
	put_string_key(c, "raven:epoch", "epoch");
	put_string_key(c, "raven:next", "next_graph");
	return 0;
}

int
ctl_status(struct ctl *c, const char *arg)
{
	(void)arg;
	put_server(c);
	put_scheduler(c);
	return put_redis(c);
}
