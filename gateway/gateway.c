/*
 * The gateway as a whole: what is made at start, what a reload and a drain do.
 * Must not parse anything.
 * Dies of: what door.c dies of, at start.
 */
#include "common/log.h"
#include "gateway/gateway_priv.h"

static void
on_store_changed(void *arg)
{
	data_store_changed(arg);
}

struct gateway *
gateway_new(struct proc *p)
{
	static const struct store_handlers handlers = { on_store_changed };
	struct gateway *gw = xcalloc(1, sizeof(*gw));

	gw->proc = p;
	gw->conf = p->conf;
	gw->base = p->base;
	gw->on_message = peer_message;
	TAILQ_INIT(&gw->conns);
	TAILQ_INIT(&gw->dead);
	TAILQ_INIT(&gw->observers);
	buf_init(&gw->stats);
	buf_init(&gw->scratch);
	msg_arena_init(&gw->arena);
	gw->read_buf = xmalloc(READ_BYTES);
	gw->reap = event_new(gw->base, -1, 0, conn_reap, gw);
	gw->timers = timers_new(gw);
	gw->cache = cache_new();
	gw->files = files_new(gw->conf->www_dir);
	log_info("files", "read count=%zu", files_count(gw->files));
	gw->store = store_new(gw->conf, gw->base, &handlers, gw);
	gw->route = route_new(gw);
	gw->door = door_new(gw);
	return gw;
}

void
gateway_free(struct gateway *gw)
{
	conn_free_all(gw);
	route_free(gw->route);
	store_free(gw->store);
	door_free(gw->door);
	files_unref(gw->files);
	cache_free(gw->cache);
	timers_free(gw->timers);
	event_free(gw->reap);
	buf_pool_clear(&gw->pool);
	buf_clear(&gw->scratch);
	msg_arena_clear(&gw->arena);
	buf_clear(&gw->stats);
	xfree(gw->read_buf);
	xfree(gw);
}

void
gateway_reload(struct proc *p, void *arg)
{
	struct gateway *gw = arg;

	(void)p;
	files_unref(gw->files);
	gw->files = files_new(gw->conf->www_dir);
	log_info("files", "read again count=%zu", files_count(gw->files));
	timers_wake_all(gw);
}

/* Sessions are told; new ones get 503; the sweep stops the process when all
 * are gone. */
void
gateway_drain(struct proc *p, uint64_t deadline_ms, void *arg)
{
	struct gateway *gw = arg;
	struct conn *c, *next;

	(void)p;
	(void)deadline_ms;
	gw->draining = true;
	for (c = TAILQ_FIRST(&gw->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->state == CONN_WS)
			conn_end(c, 1001, "the server is stopping");
		else if (c->state == CONN_HTTP && !(c->paused & PAUSE_ANSWER))
			conn_linger(c);
	}
}
