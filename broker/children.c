/*
 * The processes of the pools: starting, hearing, telling, burying them.
 * Must not decide when; pool.c does.
 * Dies of: nothing; a child may.
 */
#include <sys/socket.h>
#include <sys/wait.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "broker/broker.h"
#include "broker/repair.h"
#include "broker/spawn.h"
#include "common/log.h"
#include "common/proc.h"

#define CONTROL_MAX	4096		/* bytes of a control message */
#define SILENT_US	10000000ull	/* READY and no STATUS: said once */
#define HUNG_US		60000000ull	/* killed */
#define LATE_US		3000000ull	/* looks come once a second */

static struct broker *
broker_of(const struct child *c)
{
	return c->pool->owner;
}

static enum pool_kind
kind_of(const struct child *c)
{
	return (enum pool_kind)(c->pool - broker_of(c)->pools);
}

static char *
subject(const struct child *c, char *buf, size_t len)
{
	snprintf(buf, len, "%s.%u", c->pool->name, c->slot);
	return buf;
}

static void
on_ready(struct child *c, const struct msg *m)
{
	char who[64];

	if (!child_ready(c, m->ready.pid, m->ready.generation, proc_now_us()))
		return;
	log_info(subject(c, who, sizeof(who)), "ready pid=%d generation=%"
	    PRIu64, c->pid, c->generation);
	event_active(broker_of(c)->turn, EV_TIMEOUT, 1);
}

static void
on_status(struct child *c, const struct msg *m)
{
	size_t n = m->status.text.n;

	if (!child_heard(c, m->status.pid, m->status.generation,
	    proc_now_us()))
		return;
	memcpy(c->text, m->status.text.p, n);
	c->text[n] = '\0';
}

static const struct {
	enum msg_id	id;
	void		(*fn)(struct child *, const struct msg *);
} table[] = {
	{ M_READY, on_ready },
	{ M_STATUS, on_status },
};

static void
close_control(struct child *c)
{
	ipc_free(c->control);
	c->control = NULL;
}

static void
on_message(struct ipc *ipc, uint64_t session, struct bytes body, void *arg)
{
	struct child *c = arg;
	struct broker *b = broker_of(c);
	struct msg_fault fault = { 0 };
	char who[64];
	struct msg m;
	size_t i;

	(void)ipc;
	(void)session;
	if (msg_decode(&m, body.p, body.n, MSG_K, MSG_B, &b->arena, &fault) !=
	    E_OK) {
		log_warnx(subject(c, who, sizeof(who)), "control closed: bad "
		    "message: %s", fault.why);
		close_control(c);
		return;
	}
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].id == m.id)
			table[i].fn(c, &m);
	msg_arena_reset(&b->arena);
}

/* Its process is buried when SIGCHLD comes; a live one will be silent. */
static void
on_closed(struct ipc *ipc, enum ipc_end end, const char *why, void *arg)
{
	struct child *c = arg;
	char who[64];

	(void)ipc;
	if (end != IPC_EOF)
		log_warnx(subject(c, who, sizeof(who)), "control closed: %s",
		    why);
	close_control(c);
}

static void
on_redis_up(void *arg)
{
	struct broker *b = arg;
	struct child *c = b->pools[POOL_REDIS].children[0];

	redis_probe_free(b->probe);
	b->probe = NULL;
	if (!child_ready(c, (uint64_t)c->pid, c->generation, proc_now_us()))
		return;
	log_info("redis.0", "ready pid=%d generation=%" PRIu64, c->pid,
	    c->generation);
	event_active(b->turn, EV_TIMEOUT, 1);
}

static int
start_redis(struct broker *b)
{
	int pid = redis_start(&b->redis, b->conf, b->lock_fd);

	redis_probe_free(b->probe);
	b->probe = pid == -1 ? NULL :
	    redis_probe_new(b->conf, b->base, on_redis_up, b);
	return pid;
}

/* fd 3 is the control socket; then what it listens on; last the lock. */
static unsigned
list_fds(const struct broker *b, enum pool_kind kind, int control,
    struct spawn *s)
{
	const struct listeners *l = &b->listeners;
	unsigned n_listen;
	size_t i;

	s->fds[s->n_fds++] = control;
	if (kind == POOL_SCHEDULER)
		s->fds[s->n_fds++] = l->scheduler;
	if (kind == POOL_GATEWAY) {
		for (i = 0; i < l->n_tcp; i++)
			s->fds[s->n_fds++] = l->tcp[i];
		s->fds[s->n_fds++] = l->worker;
	}
	n_listen = (unsigned)s->n_fds - 1;
	s->fds[s->n_fds++] = b->lock_fd;
	return n_listen;
}

static int
spawn_child(struct broker *b, struct child *c, int control)
{
	char path[512], slot[16], generation[24], count[16];
	char *argv[] = { path, "-f", b->child_conf, "-i", slot, "-g",
	    generation, "-l", count, NULL };
	struct spawn s = { .path = path, .argv = argv, .in = -1,
	    .death_signal = SIGTERM };
	unsigned n;

	spawn_find(c->pool->name, path, sizeof(path));
	n = list_fds(b, kind_of(c), control, &s);
	snprintf(slot, sizeof(slot), "%u", c->slot);
	snprintf(generation, sizeof(generation), "%" PRIu64, c->generation);
	snprintf(count, sizeof(count), "%u", n);
	return spawn_program(&s);
}

static int
start_raven(struct broker *b, struct child *c)
{
	static const struct ipc_handlers handlers = { .message = on_message,
	    .closed = on_closed };
	int ends[2], pid, saved;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
	    ends) == -1)
		return -1;
	pid = spawn_child(b, c, ends[1]);
	saved = errno;
	close(ends[1]);
	if (pid == -1) {
		close(ends[0]);
		errno = saved;
		return -1;
	}
	c->control = ipc_new(b->base, ends[0], CONTROL_MAX, &handlers, c);
	return pid;
}

void
children_start(struct broker *b, struct child *c)
{
	uint64_t now = proc_now_us();
	char who[64];
	int pid;

	child_start(c);
	pid = kind_of(c) == POOL_REDIS ? start_redis(b) : start_raven(b, c);
	if (pid == -1) {
		log_warn(subject(c, who, sizeof(who)), "cannot start");
		child_started(c, 0, now);
		child_exited(c, now);
		return;
	}
	child_started(c, pid, now);
	log_debug(subject(c, who, sizeof(who)), "started pid=%d generation=%"
	    PRIu64, pid, c->generation);
}

static void
log_exit(const struct broker *b, const struct child *c, int status)
{
	const char *what = WIFSIGNALED(status) ? "signal" : "status";
	int n = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	char who[64];

	subject(c, who, sizeof(who));
	if (b->phase >= PHASE_DRAIN || c->state == CHILD_LEAVING)
		log_info(who, "left pid=%d %s=%d", c->pid, what, n);
	else
		log_warnx(who, "died pid=%d %s=%d", c->pid, what, n);
}

/* Before it is started again, its files are looked at. */
static void
redis_failed(struct broker *b)
{
	struct child *c = b->pools[POOL_REDIS].children[0];

	log_warnx("redis.0", "did not start; %s/redis/redis.log says why",
	    b->conf->state_dir);
	b->checker = repair_start(b->conf, b->lock_fd);
	if (b->checker == -1)
		b->checker = 0;
	else
		c->due_us = POOL_NEVER;
}

static void
redis_checked(struct broker *b)
{
	struct child *c = b->pools[POOL_REDIS].children[0];
	char text[1600];

	b->checker = 0;
	if (b->phase >= PHASE_DRAIN || c->state != CHILD_WAITING)
		return;
	switch (repair_finish(b->conf, text, sizeof(text))) {
	case REPAIR_SOUND:
		c->due_us = proc_now_us() + c->pool->delay_us;
		break;
	case REPAIR_DONE:
		log_warnx("redis.0", "%s", text);
		c->due_us = proc_now_us();
		break;
	case REPAIR_REFUSED:
		broker_leave(b, EXIT_FAILED, text);
		break;
	}
}

static void
bury(struct broker *b, struct child *c, int status)
{
	bool failed = c->state == CHILD_STARTING && b->phase < PHASE_DRAIN &&
	    WIFEXITED(status) && WEXITSTATUS(status) != EXIT_CONFIG;
	uint64_t now = proc_now_us();
	char who[64], why[160];

	log_exit(b, c, status);
	close_control(c);
	if (kind_of(c) == POOL_REDIS) {
		redis_probe_free(b->probe);
		b->probe = NULL;
	}
	child_exited(c, now);
	subject(c, who, sizeof(who));
	if (c->state == CHILD_WAITING && c->due_us > now &&
	    b->phase < PHASE_DRAIN)
		log_warnx(who, "starts again in_s=%" PRIu64,
		    (c->due_us - now) / 1000000);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CONFIG &&
	    b->phase < PHASE_DRAIN) {
		snprintf(why, sizeof(why), "%s cannot run as configured; its "
		    "line above says why", who);
		broker_leave(b, EXIT_CONFIG, why);
	}
	if (kind_of(c) == POOL_REDIS && failed)
		redis_failed(b);
}

void
children_reap(struct broker *b)
{
	struct child *c;
	int status, pid, k;

	while ((pid = (int)waitpid(-1, &status, WNOHANG)) > 0) {
		for (k = 0; k < POOL_COUNT; k++)
			if ((c = pool_find(&b->pools[k], pid)) != NULL)
				bury(b, c, status);
		if (pid == b->checker)
			redis_checked(b);
	}
}

void
children_signal(struct broker *b, enum pool_kind kind, int sig)
{
	struct pool *p = &b->pools[kind];
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->children[i]->pid != 0) {
			child_leaving(p->children[i]);
			kill(p->children[i]->pid, sig);
		}
}

void
children_send(struct broker *b, enum pool_kind kind, const struct msg *m)
{
	struct pool *p = &b->pools[kind];
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->children[i]->control != NULL)
			ipc_send(p->children[i]->control, 0, m);
}

void
children_dismiss(struct broker *b, enum pool_kind kind)
{
	struct pool *p = &b->pools[kind];
	size_t i;

	for (i = p->want; i < p->n; i++)
		if (p->children[i]->pid != 0) {
			child_leaving(p->children[i]);
			kill(p->children[i]->pid, SIGTERM);
		}
}

/* A slow child is not a dead one: much patience before the kill. */
static void
watch_child(struct child *c, uint64_t now_us)
{
	uint64_t quiet = now_us - c->heard_us;
	char who[64];

	if (c->state != CHILD_READY || now_us < c->heard_us ||
	    quiet < SILENT_US)
		return;
	if (!c->silent)
		log_warnx(subject(c, who, sizeof(who)), "silent pid=%d "
		    "since_ms=%" PRIu64, c->pid, quiet / 1000);
	c->silent = true;
	if (quiet >= HUNG_US) {
		log_warnx(subject(c, who, sizeof(who)), "hangs; killed pid=%d",
		    c->pid);
		kill(c->pid, SIGKILL);
		c->heard_us = now_us;	/* one kill is enough */
	}
}

/* If we were stopped ourselves, what they said lies in their sockets. */
void
children_watch(struct broker *b, uint64_t now_us)
{
	bool late = b->looked_us != 0 && now_us - b->looked_us > LATE_US;
	size_t i;
	int k;

	b->looked_us = now_us;
	for (k = 0; k < POOL_COUNT; k++)
		if (k != POOL_REDIS)
			for (i = 0; i < b->pools[k].n; i++) {
				if (late)
					b->pools[k].children[i]->heard_us =
					    now_us;
				watch_child(b->pools[k].children[i], now_us);
			}
}
