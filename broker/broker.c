/*
 * The supervisor's course: Redis, then the others, then watching, and at last
 * leaving in the opposite order.  Everything that happens ends in a turn, which
 * looks at the pools and the phase and does what is due.
 * Must not parse anything a stranger sent.
 * Dies of: nothing once it runs; no child's death ends it, except one that says
 * that the configuration is wrong.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "broker/broker.h"
#include "broker/notify.h"
#include "common/log.h"
#include "common/proc.h"

#define TURN_US		((uint64_t)1000000)	/* at least one turn a second */
#define CLOSE_MS	500	/* for gateways, after the scheduler left */
#define END_US		((uint64_t)3000000)	/* from SIGTERM to SIGKILL */
#define LAST_US		((uint64_t)60000000)	/* for Redis's last bytes */
#define CORES_A_GATEWAY	4

static const int handled[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGPIPE };
#define N_HANDLED (sizeof(handled) / sizeof(handled[0]))

const char *
broker_phase_name(const struct broker *b)
{
	static const char *const names[] = { "waiting for Redis", "starting",
	    "running", "draining", "closing connections", "ending", "killing",
	    "closing Redis", "done" };

	return names[b->phase];
}

static size_t
alive(const struct broker *b)
{
	return pool_alive(&b->pools[POOL_SCHEDULER]) +
	    pool_alive(&b->pools[POOL_GATEWAY]) +
	    pool_alive(&b->pools[POOL_WORKER]);
}

static void
start_due(struct broker *b, enum pool_kind kind, uint64_t now)
{
	struct child *c;

	while ((c = pool_due(&b->pools[kind], now)) != NULL)
		children_start(b, c);
}

static void
enter(struct broker *b, enum phase phase, uint64_t end_us)
{
	b->phase = phase;
	b->phase_end_us = end_us;
}

static void
record_phase(struct broker *b, uint64_t now)
{
	start_due(b, POOL_REDIS, now);
	if (pool_all_ready(&b->pools[POOL_REDIS]))
		enter(b, PHASE_START, 0);
}

/* Workers come last: they would find nobody to talk to. */
static void
start_all(struct broker *b, uint64_t now)
{
	start_due(b, POOL_REDIS, now);
	start_due(b, POOL_SCHEDULER, now);
	start_due(b, POOL_GATEWAY, now);
	if (b->phase == PHASE_RUN || (pool_all_ready(
	    &b->pools[POOL_SCHEDULER]) && pool_all_ready(
	    &b->pools[POOL_GATEWAY])))
		start_due(b, POOL_WORKER, now);
}

static void
start_phase(struct broker *b, uint64_t now)
{
	int k;

	start_all(b, now);
	for (k = 0; k < POOL_COUNT; k++)
		if (!pool_all_ready(&b->pools[k]))
			return;
	enter(b, PHASE_RUN, 0);
	notify("READY=1");
	log_info("ready", "http://localhost:%u/", b->listeners.port);
}

static void
tell_drain(struct broker *b, enum pool_kind kind, uint64_t ms)
{
	struct msg m = { .id = M_DRAIN };

	m.drain.deadline_ms = ms;
	children_send(b, kind, &m);
}

/* The scheduler first: seen from there, a gateway that leaves takes its
 * participants away, and their work would count as lost. */
static void
drain_phase(struct broker *b, uint64_t now)
{
	if (pool_alive(&b->pools[POOL_SCHEDULER]) > 0 &&
	    now < b->phase_end_us)
		return;
	tell_drain(b, POOL_GATEWAY, CLOSE_MS);
	enter(b, PHASE_CLOSE, now + CLOSE_MS * 1000);
}

static void
close_phase(struct broker *b, uint64_t now)
{
	int k;

	if (pool_alive(&b->pools[POOL_GATEWAY]) > 0 && now < b->phase_end_us)
		return;
	for (k = POOL_SCHEDULER; k < POOL_COUNT; k++)
		children_signal(b, (enum pool_kind)k, SIGTERM);
	enter(b, PHASE_END, now + END_US);
}

static void
last_phase(struct broker *b, uint64_t now)
{
	if (pool_alive(&b->pools[POOL_REDIS]) == 0) {
		enter(b, PHASE_DONE, 0);
		event_base_loopexit(b->base, NULL);
	} else if (now >= b->phase_end_us) {
		log_warnx("redis.0", "does not end; killed");
		children_signal(b, POOL_REDIS, SIGKILL);
		b->phase_end_us = now + LAST_US;
	}
}

static void
end_phase(struct broker *b, uint64_t now)
{
	int k;

	if (alive(b) == 0) {
		children_signal(b, POOL_REDIS, SIGTERM);
		enter(b, PHASE_LAST, now + LAST_US);
		last_phase(b, now);
	} else if (now >= b->phase_end_us) {
		log_warnx("leave", "killing what does not end");
		for (k = POOL_SCHEDULER; k < POOL_COUNT; k++)
			children_signal(b, (enum pool_kind)k, SIGKILL);
		enter(b, PHASE_KILL, now + END_US);
	}
}

static void
tell_systemd(struct broker *b, uint64_t now)
{
	struct pool *p = &b->pools[POOL_SCHEDULER];
	bool fresh = b->phase != PHASE_RUN || (p->n > 0 &&
	    p->children[0]->heard_us + b->watchdog_us > now);
	char line[300];

	if (now < b->watched_us + TURN_US)
		return;
	b->watched_us = now;
	if (b->watchdog_us != 0 && fresh)
		notify("WATCHDOG=1");
	notify("STATUS=%s", status_line(b, line, sizeof(line)));
}

static void
arm(struct broker *b, uint64_t now)
{
	uint64_t next = now + TURN_US, due;
	struct timeval tv;
	int k;

	for (k = 0; k < POOL_COUNT && b->phase < PHASE_DRAIN; k++) {
		due = pool_next(&b->pools[k]);
		if (due < next)
			next = due;
	}
	if (b->phase >= PHASE_DRAIN && b->phase_end_us < next)
		next = b->phase_end_us;
	/* A pool that may not start yet is overdue: no busy loop. */
	next = next > now ? next - now : 10000;
	tv.tv_sec = (time_t)(next / 1000000);
	tv.tv_usec = (suseconds_t)(next % 1000000);
	event_add(b->turn, &tv);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	static void (*const phases[])(struct broker *, uint64_t) = {
		record_phase, start_phase, start_all, drain_phase, close_phase,
		end_phase, end_phase, last_phase, last_phase,
	};
	struct broker *b = arg;
	enum phase before;
	uint64_t now = proc_now_us();

	(void)fd;
	(void)what;
	do {
		before = b->phase;
		phases[b->phase](b, now);
	} while (b->phase != before && b->phase != PHASE_DONE);
	children_watch(b, now);
	tell_systemd(b, now);
	arm(b, now);
}

void
broker_leave(struct broker *b, int status, const char *why)
{
	uint64_t now = proc_now_us(), drain_us = b->conf->drain_ms * 1000;

	if (b->phase >= PHASE_DRAIN) {
		if (b->phase == PHASE_DRAIN)
			b->phase_end_us = now;	/* asked twice: no patience */
		event_active(b->turn, EV_TIMEOUT, 1);
		return;
	}
	log_info("leave", "stopping reason=\"%s\"", why);
	b->status = status;
	notify("STOPPING=1\nSTATUS=stopping: %s\nEXTEND_TIMEOUT_USEC=%" PRIu64,
	    why, drain_us + 2 * END_US + LAST_US);
	tell_drain(b, POOL_SCHEDULER, b->conf->drain_ms);
	enter(b, PHASE_DRAIN, now + drain_us);
	event_active(b->turn, EV_TIMEOUT, 1);
}

/* Children read a file of ours: a slip in the operator's, made later, must
 * not meet a child that is restarted. */
static int
write_child_conf(struct broker *b)
{
	char fresh[520];
	FILE *fp;
	int rc;

	snprintf(fresh, sizeof(fresh), "%s.new", b->child_conf);
	unlink(fresh);
	if ((fp = fopen(fresh, "wxe")) == NULL)
		return -1;
	conf_dump(b->conf, fp);
	rc = ferror(fp) ? -1 : 0;
	if (fclose(fp) != 0)
		rc = -1;
	return rc == 0 ? rename(fresh, b->child_conf) : -1;
}

static void
set_wants(struct broker *b)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t now = proc_now_us(), n = b->conf->gateways;

	if (n == 0)
		n = cores > CORES_A_GATEWAY ?
		    (uint64_t)cores / CORES_A_GATEWAY : 1;
	pool_resize(&b->pools[POOL_REDIS], *b->conf->redis == '\0', now);
	pool_resize(&b->pools[POOL_SCHEDULER], 1, now);
	pool_resize(&b->pools[POOL_GATEWAY], (unsigned)n, now);
	pool_resize(&b->pools[POOL_WORKER], (unsigned)b->conf->workers, now);
	children_dismiss(b, POOL_WORKER);
}

static void
take_conf(struct broker *b, const struct conf *next)
{
	struct msg m = { .id = M_RELOAD };
	char ignored[1024];
	int k;

	conf_apply(b->conf, next, ignored, sizeof(ignored));
	log_set_level(b->conf->log_level);
	if (write_child_conf(b) == -1)
		log_warn("reload", "%s", b->child_conf);
	for (k = POOL_SCHEDULER; k < POOL_COUNT; k++)
		children_send(b, (enum pool_kind)k, &m);
	set_wants(b);
	log_info("reload", "done%s%s", *ignored != '\0' ?
	    "; needs a restart: " : "", ignored);
}

static void
reload(struct broker *b)
{
	struct conf *next = conf_new();
	char err[1024];

	if (b->phase >= PHASE_DRAIN)
		log_info("reload", "not while stopping");
	else if (conf_load(next, b->conf_path, b->overrides, b->n_overrides,
	    err, sizeof(err)) == -1)
		log_warnx("reload", "old settings kept: %s", err);
	else
		take_conf(b, next);
	conf_free(next);
}

static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct broker *b = arg;

	(void)what;
	if (sig == SIGTERM || sig == SIGINT)
		broker_leave(b, 0, strsignal((int)sig));
	else if (sig == SIGHUP)
		reload(b);
	else if (sig == SIGCHLD)
		children_reap(b);
	event_active(b->turn, EV_TIMEOUT, 1);
}

static void
open_loop(struct broker *b)
{
	size_t i;

	if ((b->base = event_base_new()) == NULL)
		fatal(EXIT_FAILED, "no event loop");
	for (i = 0; i < N_HANDLED; i++) {
		b->signals[i] = evsignal_new(b->base, handled[i], on_signal, b);
		event_add(b->signals[i], NULL);
	}
	b->turn = event_new(b->base, -1, 0, on_turn, b);
	event_active(b->turn, EV_TIMEOUT, 1);
}

static void
close_all(struct broker *b)
{
	char path[512];
	size_t i;
	int k;

	control_free(b->control);
	redis_probe_free(b->probe);
	listen_close(&b->listeners, b->conf);
	unlink(b->child_conf);
	if (*b->conf->redis == '\0')
		unlink(conf_run_path(b->conf, "redis.auth", path,
		    sizeof(path)));
	for (i = 0; i < N_HANDLED; i++)
		event_free(b->signals[i]);
	event_free(b->turn);
	for (k = 0; k < POOL_COUNT; k++)
		pool_clear(&b->pools[k]);
	msg_arena_clear(&b->arena);
	event_base_free(b->base);
}

int
broker_run(struct broker *b)
{
	static const char *const names[POOL_COUNT] = { "redis", "schedulerd",
	    "gatewayd", "workerd" };
	int k;

	msg_arena_init(&b->arena);
	for (k = 0; k < POOL_COUNT; k++)
		pool_init(&b->pools[k], names[k], b);
	conf_run_path(b->conf, "effective.conf", b->child_conf,
	    sizeof(b->child_conf));
	if (write_child_conf(b) == -1)
		fatal(EXIT_FAILED, "%s: cannot write", b->child_conf);
	b->started_us = proc_now_us();
	b->watchdog_us = notify_watchdog_us();
	open_loop(b);
	b->control = control_new(b);
	set_wants(b);
	event_base_dispatch(b->base);
	close_all(b);
	log_info("leave", "stopped status=%d", b->status);
	return b->status;
}
