/*
 * What the supervisor tells: JSON for ravenctl, a line for systemd.
 * Must not change anything.  Dies of: nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "config.h"
#include "broker/broker.h"
#include "common/jsonw.h"
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
put_child(struct jsonw *j, const struct child *c, bool speaks, uint64_t now)
{
	jsonw_open(j, '{');
	jsonw_put_string(j, "role", c->pool->name);
	jsonw_put_u64(j, "slot", c->slot);
	jsonw_put_u64(j, "pid", (uint64_t)c->pid);
	jsonw_put_u64(j, "generation", c->generation);
	jsonw_put_string(j, "state", child_state_name(c));
	jsonw_put_u64(j, "age_s",
	    c->pid != 0 ? (now - c->started_us) / 1000000 : 0);
	if (speaks)
		jsonw_put_u64(j, "heard_ms",
		    c->pid != 0 ? (now - c->heard_us) / 1000 : 0);
	else
		jsonw_put_string(j, "heard_ms", NULL);
	jsonw_put_string(j, "text", c->text);
	jsonw_close(j, '}');
}

static void
put_head(struct jsonw *j, const struct broker *b, uint64_t now)
{
	char text[512];

	jsonw_put_u64(j, "pid", (uint64_t)getpid());
	jsonw_put_string(j, "version", PACKAGE_VERSION);
	jsonw_put_string(j, "phase", broker_phase_name(b));
	snprintf(text, sizeof(text), "http://localhost:%u/",
	    b->listeners.port);
	jsonw_put_string(j, "url", text);
	jsonw_put_u64(j, "port", b->listeners.port);
	jsonw_put_string(j, "state_dir", b->conf->state_dir);
	jsonw_put_string(j, "run_dir", conf_run_path(b->conf, "", text,
	    sizeof(text)));
	jsonw_put_string(j, "redis",
	    *b->conf->redis == '\0' ? "embedded" : "external");
	jsonw_put_u64(j, "uptime_s", (now - b->started_us) / 1000000);
}

void
status_json(const struct broker *b, struct buf *out)
{
	uint64_t now = proc_now_us();
	struct jsonw j;
	size_t i;
	int k;

	jsonw_init(&j, out);
	jsonw_open(&j, '{');
	put_head(&j, b, now);
	jsonw_key(&j, "processes");
	jsonw_open(&j, '[');
	for (k = 0; k < POOL_COUNT; k++)
		for (i = 0; i < b->pools[k].n; i++)
			if (b->pools[k].children[i]->state != CHILD_NONE)
				put_child(&j, b->pools[k].children[i],
				    k != POOL_REDIS, now);
	jsonw_close(&j, ']');
	jsonw_close(&j, '}');
}
