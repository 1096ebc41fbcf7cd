/*
 * workerd: a native participant.  Ties the pure participant to a socket, a
 * clock and the executor; it computes a step, looks at the network, computes
 * the next.
 * Must not decide anything about groups: worker/participant.h does.
 * Dies of: a wrong option or configuration, an identity it cannot keep, a
 * refusal that another attempt would meet again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "config.h"
#include "common/log.h"
#include "common/proc.h"
#include "identity.h"
#include "job.h"
#include "net.h"


#define STATUS_US	1000000

struct worker {
	struct proc		 proc;
	const char		*url;		/* NULL: worker.sock */
	struct identity		 identity;
	struct participant	*participant;
	struct net		*net;
	struct job		*job;
	struct event		*tick;		/* the participant's deadline */
	struct event		*connect;
	struct event		*step;
	enum participant_state	 shown;		/* last logged */
	uint64_t		 told_us;	/* last status to the broker */
	bool			 draining;
	int			 status;	/* exit */
};

static void	pump(struct worker *);

static void
after_us(struct event *e, uint64_t us)
{
	struct timeval tv;

	tv.tv_sec = (time_t)(us / 1000000);
	tv.tv_usec = (suseconds_t)(us % 1000000);
	event_add(e, &tv);
}

/* ---- commands ---- */

static void
do_connect(struct worker *w, const struct participant_command *c)
{
	after_us(w->connect, (uint64_t)c->after_ms * 1000);
}

static void
do_send(struct worker *w, const struct participant_command *c)
{
	net_send(w->net, c->bytes);
}

static void
do_close(struct worker *w, const struct participant_command *c)
{
	net_close(w->net, c->code, (const char *)c->bytes.p);
}

static void
do_run(struct worker *w, const struct participant_command *c)
{
	job_run(w->job, c);
	after_us(w->step, 0);
}

static void
do_stop(struct worker *w, const struct participant_command *c)
{
	job_stop(w->job, c->run);
}

static void
do_bench(struct worker *w, const struct participant_command *c)
{
	(void)c;
	job_bench(w->job);
	after_us(w->step, 0);
}

static void
do_identity(struct worker *w, const struct participant_command *c)
{
	char err[512];

	snprintf(w->identity.cid, sizeof(w->identity.cid), "%.*s",
	    (int)c->bytes.n, (const char *)c->bytes.p);
	if (identity_keep(&w->identity, w->proc.conf->state_dir, w->proc.slot,
	    err, sizeof(err)) == -1)
		log_warnx("identity", "not kept: %s", err);
}

static const char *
state_name(uint32_t state)
{
	static const char *const names[] = { "none", "waiting", "connecting",
		"joining", "measuring", "ready", "refused", "left" };

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : "?";
}

static void
log_state(struct worker *w, const struct participant_status *s)
{
	char text[4 * PARTICIPANT_TEXT], cid[4 * PARTICIPANT_CID];

	log_escape(text, sizeof(text), s->text, strlen(s->text));
	log_escape(cid, sizeof(cid), s->cid, strlen(s->cid));
	if (s->state == PS_REFUSED || s->state == PS_WAITING)
		log_warnx("participant", "state=%s cid=%s code=%s "
		    "reason=\"%s\"", state_name(s->state), cid,
		    error_name((enum error)s->code), text);
	else
		log_info("participant", "state=%s cid=%s",
		    state_name(s->state), cid);
	w->shown = (enum participant_state)s->state;
}

static void	rejoin(struct worker *);

/* At each change of state, and each second while it works. */
static void
tell_broker(struct worker *w, const struct participant_status *s)
{
	uint64_t now = proc_now_us();
	char text[128];

	if (s->state == w->shown && now - w->told_us < STATUS_US)
		return;
	w->told_us = now;
	snprintf(text, sizeof(text), "%s, %.0f groups done",
	    state_name(s->state), s->groups_done);
	proc_status(&w->proc, text);
}

static void
do_changed(struct worker *w, const struct participant_command *c)
{
	struct participant_status s;

	(void)c;
	participant_status(w->participant, &s);
	tell_broker(w, &s);
	if (s.state == w->shown)
		return;
	log_state(w, &s);
	if (s.state == PS_LEFT && !net_connected(w->net))
		proc_stop(&w->proc);
	else if (s.state == PS_REFUSED && s.code != E_CID_TAKEN) {
		w->status = 1;
		proc_stop(&w->proc);
	}
}

static void (*const commands[])(struct worker *,
    const struct participant_command *) = {
	[PC_CONNECT] = do_connect,
	[PC_SEND] = do_send,
	[PC_CLOSE] = do_close,
	[PC_RUN] = do_run,
	[PC_STOP] = do_stop,
	[PC_BENCH] = do_bench,
	[PC_IDENTITY] = do_identity,
	[PC_CHANGED] = do_changed,
};

/* After every event: carries out what the participant wants. */
static void
pump(struct worker *w)
{
	struct participant_command c;
	uint64_t now = proc_now_us(), at;

	at = participant_tick(w->participant, now);
	while (participant_next(w->participant, net_unsent(w->net), &c))
		commands[c.kind](w, &c);
	if (at == UINT64_MAX)
		event_del(w->tick);
	else
		after_us(w->tick, at > now ? at - now : 0);
}

/* ---- events ---- */

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump(arg);
}

static void
on_connect(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)what;
	net_connect(w->net);
}

static void
on_opened(void *arg)
{
	struct worker *w = arg;

	participant_opened(w->participant, proc_now_us());
	pump(w);
}

static void
on_message(const uint8_t *p, size_t n, void *arg)
{
	struct worker *w = arg;

	participant_received(w->participant, p, n, proc_now_us());
	pump(w);
}

static void
on_drained(void *arg)
{
	pump(arg);
}

static void
on_closed(uint16_t code, const char *why, void *arg)
{
	struct worker *w = arg;
	struct participant_status s;

	log_debug("net", "closed code=%u reason=\"%s\"", code, why);
	participant_closed(w->participant, code, proc_now_us());
	participant_status(w->participant, &s);
	if (s.state == PS_REFUSED && s.code == E_CID_TAKEN)
		rejoin(w);
	else if (s.state == PS_LEFT)
		proc_stop(&w->proc);
	pump(w);
}

static void
finish_job(struct worker *w)
{
	const struct participant_outcome *o = job_outcome(w->job);

	participant_done(w->participant, 0, job_run_id(w->job), o,
	    proc_now_us());
}

static void
finish_bench(struct worker *w)
{
	struct bench_result r;

	job_bench_result(w->job, &r);
	participant_benched(w->participant, &r, 1, proc_now_us());
}

static void
tell_progress(struct worker *w)
{
	uint64_t done, total;

	if (!participant_runs(w->participant, 0, job_run_id(w->job)))
		return;
	job_progress(w->job, &done, &total);
	participant_progress(w->participant, 0, job_run_id(w->job), done,
	    total);
}

static void
on_step(evutil_socket_t fd, short what, void *arg)
{
	struct worker *w = arg;

	(void)fd;
	(void)what;
	switch (job_step(w->job, w->proc.conf->step_flops)) {
	case JOB_IDLE:
		return;
	case JOB_RUNNING:
		tell_progress(w);
		break;
	case JOB_DONE:
		finish_job(w);
		break;
	case JOB_BENCHED:
		finish_bench(w);
		break;
	}
	if (job_busy(w->job))
		after_us(w->step, 0);
	pump(w);
}

static void
on_drain(struct proc *proc, uint64_t deadline_ms, void *arg)
{
	struct worker *w = arg;

	(void)proc;
	(void)deadline_ms;
	w->draining = true;
	participant_leave(w->participant, proc_now_us());
	pump(w);
}

static void
on_reload(struct proc *proc, void *arg)
{
	struct worker *w = arg;

	participant_set_memory(w->participant, proc->conf->worker_memory_bytes,
	    proc_now_us());
	pump(w);
}

/* ---- life ---- */

static void
new_participant(struct worker *w)
{
	struct participant_config c = { 0 };
	char tab[32];

	snprintf(tab, sizeof(tab), "slot-%u", w->proc.slot);
	c.build = str_of("workerd " PACKAGE_VERSION);
	c.kind = str_of("native");
	c.cid = str_of(w->identity.cid);
	c.secret.p = w->identity.secret;
	c.secret.n = sizeof(w->identity.secret);
	c.tab = str_of(tab);
	c.slots = 1;
	c.memory = w->proc.conf->worker_memory_bytes;
	proc_random(&c.seed, sizeof(c.seed));
	w->participant = participant_new(&c, proc_now_us());
}

/* The server knows this CID with another secret (the state folder was
 * emptied): come back as somebody new. */
static void
rejoin(struct worker *w)
{
	char err[512];

	if (identity_renew(&w->identity, w->proc.conf->state_dir, w->proc.slot,
	    err, sizeof(err)) == -1) {
		log_warnx("identity", "%s", err);
		w->status = 1;
		proc_stop(&w->proc);
		return;
	}
	participant_free(w->participant);
	job_free(w->job);
	w->job = job_new();
	new_participant(w);
	if (w->draining)
		participant_leave(w->participant, proc_now_us());
}

/* -u is ours; the rest is every child's. */
static int
take_url(struct worker *w, int argc, char **argv)
{
	int i, n = 1;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-u") == 0 && i + 1 < argc)
			w->url = argv[++i];
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

static void
init(struct worker *w, int argc, char **argv)
{
	static const struct net_handlers handlers = {
		.opened = on_opened,
		.message = on_message,
		.drained = on_drained,
		.closed = on_closed,
	};
	char err[512], path[512];

	argc = take_url(w, argc, argv);
	proc_init(&w->proc, "workerd", argc, argv);
	conf_run_path(w->proc.conf, "worker.sock", path, sizeof(path));
	if (identity_load(&w->identity, w->proc.conf->state_dir, w->proc.slot,
	    err, sizeof(err)) == -1)
		fatal(EXIT_CONFIG, "%s", err);
	w->net = net_new(w->proc.base, w->url, path, &handlers, w, err,
	    sizeof(err));
	if (w->net == NULL)
		fatal(EXIT_CONFIG, "%s", err);
	w->job = job_new();
	w->tick = evtimer_new(w->proc.base, on_tick, w);
	w->connect = evtimer_new(w->proc.base, on_connect, w);
	w->step = evtimer_new(w->proc.base, on_step, w);
	new_participant(w);
}

static void
clear(struct worker *w)
{
	participant_free(w->participant);
	job_free(w->job);
	net_free(w->net);
	event_free(w->tick);
	event_free(w->connect);
	event_free(w->step);
	proc_clear(&w->proc);
}

int
main(int argc, char **argv)
{
	static const struct proc_handlers handlers = {
		.drain = on_drain,
		.reload = on_reload,
	};
	struct worker w = { 0 };

	init(&w, argc, argv);
	proc_ready(&w.proc);
	pump(&w);
	proc_run(&w.proc, &handlers, &w);
	clear(&w);
	return w.status;
}
