/*
 * What the supervisor tells: JSON for ravenctl, a line for systemd.
 * Must not change anything.  Dies of: nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "broker/broker.h"
#include "broker/json.h"
#include "common/proc.h"

char *
status_line(const struct broker *b, char *buf, size_t len)
{
	size_t n, used = 0;
	int k;

	used = (size_t)snprintf(buf, len, "%s", broker_phase_name(b));
	for (k = 0; k < POOL_COUNT; k++) {
		n = pool_alive(&b->pools[k]);
		if (b->pools[k].want > 0 && used < len)
			used += (size_t)snprintf(buf + used, len - used,
			    ", %s %zu/%u", b->pools[k].name, n,
			    b->pools[k].want);
	}
	return buf;
}

static void
put_child(struct json *j, const struct child *c, uint64_t now)
{
	json_open(j, '{');
	json_put_string(j, "role", c->pool->name);
	json_put_u64(j, "slot", c->slot);
	json_put_u64(j, "pid", (uint64_t)c->pid);
	json_put_u64(j, "generation", c->generation);
	json_put_string(j, "state", child_state_name(c));
	json_put_u64(j, "age_s",
	    c->pid != 0 ? (now - c->started_us) / 1000000 : 0);
	json_put_u64(j, "heard_ms",
	    c->pid != 0 ? (now - c->heard_us) / 1000 : 0);
	json_put_string(j, "text", c->text);
	json_close(j, '}');
}

static void
put_head(struct json *j, const struct broker *b, uint64_t now)
{
	char text[512];

	json_put_u64(j, "pid", (uint64_t)getpid());
	json_put_string(j, "version", PACKAGE_VERSION);
	json_put_string(j, "phase", broker_phase_name(b));
	snprintf(text, sizeof(text), "http://localhost:%u/",
	    b->listeners.port);
	json_put_string(j, "url", text);
	json_put_u64(j, "port", b->listeners.port);
	json_put_string(j, "state_dir", b->conf->state_dir);
	json_put_string(j, "run_dir", conf_run_path(b->conf, "", text,
	    sizeof(text)));
	json_put_string(j, "redis",
	    *b->conf->redis == '\0' ? "embedded" : "external");
	json_put_u64(j, "uptime_s", (now - b->started_us) / 1000000);
}

void
status_json(const struct broker *b, struct buf *out)
{
	uint64_t now = proc_now_us();
	struct json j;
	size_t i;
	int k;

	json_init(&j, out);
	json_open(&j, '{');
	put_head(&j, b, now);
	json_key(&j, "processes");
	json_open(&j, '[');
	for (k = 0; k < POOL_COUNT; k++)
		for (i = 0; i < b->pools[k].n; i++)
			if (b->pools[k].children[i]->state != CHILD_NONE)
				put_child(&j, b->pools[k].children[i], now);
	json_close(&j, ']');
	json_close(&j, '}');
}
