/*
 * What every child of brokerd does the same.
 * Must not know what the child is for.
 * Dies of: wrong options (64), a bad configuration (78), both before the loop
 * runs; afterwards it only leaves when told, or when the broker is gone.
 */
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "config.h"
#include "common/log.h"
#include "common/proc.h"

#define CONTROL_MAX	4096		/* bytes of a control message */
#define BEAT_S		1		/* seconds between two STATUS */
#define TEXT_MAX	512

struct proc_loop {
	struct proc_handlers	 handlers;
	void			*arg;
	struct event		*signals[4];
	struct event		*beat;
	struct event		*deadline;
	struct msg_arena	 arena;
	char			 text[TEXT_MAX + 1];	/* of STATUS */
	bool			 draining;
};

static const int handled[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };

uint64_t
proc_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

unsigned
proc_port(int fd)
{
	union {
		struct sockaddr		any;
		struct sockaddr_in	v4;
		struct sockaddr_in6	v6;
	} name;
	socklen_t len = sizeof(name);

	memset(&name, 0, sizeof(name));
	if (getsockname(fd, &name.any, &len) == -1)
		return 0;
	return name.any.sa_family == AF_INET ? ntohs(name.v4.sin_port) :
	    name.any.sa_family == AF_INET6 ? ntohs(name.v6.sin6_port) : 0;
}

void
proc_random(void *buf, size_t len)
{
	uint8_t *p = buf;
	ssize_t n;

	while (len > 0) {
		n = getrandom(p, len, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			abort();	/* no kernel since 3.17 fails here */
		p += n;
		len -= (size_t)n;
	}
}

void
proc_raise_files(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1 || rl.rlim_cur == rl.rlim_max)
		return;
	rl.rlim_cur = rl.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		log_warn("start", "cannot raise the limit of open files");
}

static void
usage(FILE *fp, const char *role)
{
	fprintf(fp, "usage: %s [-f file] [-o name=value]... [-i slot] "
	    "[-g generation] [-l count]\n"
	    "  brokerd starts it; %s(8) has all options, and starts it alone.\n",
	    role, role);
}

static unsigned long
number(const char *role, int option, const char *text, unsigned long max)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno != 0 || *text == '\0' || *text == '-' || *end != '\0' ||
	    v > max) {
		fprintf(stderr, "%s: -%c '%s': use 0 to %lu\n", role, option,
		    text, max);
		exit(EXIT_WRONG_USE);
	}
	return v;
}

static void
take_option(struct proc *p, int option, char *text)
{
	switch (option) {
	case 'f':
		p->conf_path = text;
		break;
	case 'o':
		p->overrides[p->n_overrides++] = text;
		break;
	case 'i':
		p->slot = (unsigned)number(p->role, option, text, 100000);
		break;
	case 'g':
		p->generation = number(p->role, option, text, UINT32_MAX);
		break;
	case 'l':
		p->n_listen = (unsigned)number(p->role, option, text, 64);
		break;
	case 'h':
		usage(stdout, p->role);
		exit(0);
	case 'V':
		printf("%s (raven) %s\n", p->role, PACKAGE_VERSION);
		exit(0);
	default:
		usage(stderr, p->role);
		exit(EXIT_WRONG_USE);
	}
}

static void
parse_options(struct proc *p, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	p->overrides = xcalloc((size_t)argc + 1, sizeof(*p->overrides));
	while ((option = getopt_long(argc, argv, "f:o:i:g:l:", longs,
	    NULL)) != -1)
		take_option(p, option, optarg);
	if (optind != argc)
		take_option(p, '?', NULL);
}

static void
load_conf(struct proc *p)
{
	char err[1024];

	p->conf = conf_new();
	if (conf_load(p->conf, p->conf_path, p->overrides, p->n_overrides,
	    err, sizeof(err)) == -1)
		fatal(EXIT_CONFIG, "%s", err);
	log_set_level(p->conf->log_level);
}

static void
leave(struct proc *p, const char *why)
{
	struct proc_loop *l = p->loop;
	struct timeval tv;
	uint64_t ms = p->conf->drain_ms;

	if (l->draining)
		return;
	l->draining = true;
	log_info("leave", "draining reason=\"%s\"", why);
	if (l->handlers.drain == NULL) {
		proc_stop(p);
		return;
	}
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(l->deadline, &tv);
	l->handlers.drain(p, ms, l->arg);
}

/* A bad file keeps the old settings. */
static void
reload(struct proc *p)
{
	struct conf *next = conf_new();
	char err[1024];

	if (conf_load(next, p->conf_path, p->overrides, p->n_overrides, err,
	    sizeof(err)) == -1)
		log_warnx("reload", "old settings kept: %s", err);
	else {
		conf_apply(p->conf, next, err, sizeof(err));
		log_set_level(p->conf->log_level);
		if (p->loop->handlers.reload != NULL)
			p->loop->handlers.reload(p, p->loop->arg);
	}
	conf_free(next);
}

static void
on_reload(struct proc *p, const struct msg *m)
{
	(void)m;
	reload(p);
}

static void
on_drain(struct proc *p, const struct msg *m)
{
	p->conf->drain_ms = m->drain.deadline_ms;
	leave(p, "told by the broker");
}

static const struct {
	enum msg_id	id;
	void		(*fn)(struct proc *, const struct msg *);
} control_table[] = {
	{ M_RELOAD, on_reload },
	{ M_DRAIN, on_drain },
};

static void
control_message(struct ipc *c, uint64_t session, struct bytes body, void *arg)
{
	struct proc *p = arg;
	struct msg_fault fault = { 0 };
	struct msg m;
	size_t i;

	(void)c;
	(void)session;
	if (msg_decode(&m, body.p, body.n, MSG_B, MSG_K, &p->loop->arena,
	    &fault) != E_OK) {
		log_warnx("control", "bad message: %s", fault.why);
		return;
	}
	for (i = 0; i < sizeof(control_table) / sizeof(control_table[0]); i++)
		if (control_table[i].id == m.id)
			control_table[i].fn(p, &m);
	msg_arena_reset(&p->loop->arena);
}

static void
control_closed(struct ipc *c, enum ipc_end end, const char *why, void *arg)
{
	struct proc *p = arg;

	(void)end;
	(void)why;
	ipc_free(c);
	p->control = NULL;
	leave(p, "the broker is gone");
}

static void
send_status(struct proc *p)
{
	struct msg m = { .id = M_STATUS };

	if (p->control == NULL)
		return;
	m.status.pid = (uint64_t)getpid();
	m.status.generation = p->generation;
	m.status.text = str_of(p->loop->text);
	ipc_send(p->control, 0, &m);
}

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_status(arg);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	log_warnx("leave", "deadline passed; work is left undone");
	proc_stop(arg);
}

/* The second one does not wait for work. */
static void
on_signal(evutil_socket_t sig, short what, void *arg)
{
	struct proc *p = arg;

	(void)what;
	if (sig == SIGPIPE)
		return;
	if (sig == SIGHUP)
		reload(p);
	else if (p->loop->draining)
		proc_stop(p);
	else
		leave(p, strsignal((int)sig));
}

/* The broker's end is there only if it says so by -g and it is a socket. */
static void
open_control(struct proc *p)
{
	static const struct ipc_handlers handlers = {
		.message = control_message,
		.closed = control_closed,
	};
	struct stat st;

	if (p->generation == 0 || fstat(PROC_CONTROL_FD, &st) == -1 ||
	    !S_ISSOCK(st.st_mode))
		return;
	evutil_make_socket_nonblocking(PROC_CONTROL_FD);
	evutil_make_socket_closeonexec(PROC_CONTROL_FD);
	p->control = ipc_new(p->base, PROC_CONTROL_FD, CONTROL_MAX, &handlers,
	    p);
}

static void
open_loop(struct proc *p)
{
	struct proc_loop *l = xcalloc(1, sizeof(*l));
	size_t i;

	p->loop = l;
	msg_arena_init(&l->arena);
	if ((p->base = event_base_new()) == NULL)
		fatal(1, "no event loop: %s", strerror(errno));
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
		l->signals[i] = evsignal_new(p->base, handled[i], on_signal, p);
		event_add(l->signals[i], NULL);
	}
	l->beat = event_new(p->base, -1, EV_PERSIST, on_beat, p);
	l->deadline = event_new(p->base, -1, 0, on_deadline, p);
	open_control(p);
}

static void
check_listen_fds(const struct proc *p)
{
	unsigned i;

	for (i = 0; i < p->n_listen; i++) {
		int fd = PROC_LISTEN_FD + (int)i;

		if (evutil_make_socket_nonblocking(fd) == -1 ||
		    evutil_make_socket_closeonexec(fd) == -1)
			fatal(EXIT_WRONG_USE, "-l %u: no descriptor %d",
			    p->n_listen, fd);
	}
}

void
proc_init(struct proc *p, const char *role, int argc, char **argv)
{
	memset(p, 0, sizeof(*p));
	p->role = role;
	log_init(role);
	parse_options(p, argc, argv);
	load_conf(p);
	proc_raise_files();
	check_listen_fds(p);
	open_loop(p);
}

int
proc_run(struct proc *p, const struct proc_handlers *handlers, void *arg)
{
	struct timeval tv = { BEAT_S, 0 };

	p->loop->handlers = *handlers;
	p->loop->arg = arg;
	event_add(p->loop->beat, &tv);
	event_base_dispatch(p->base);
	return 0;
}

void
proc_ready(struct proc *p)
{
	struct msg m = { .id = M_READY };

	if (p->control == NULL)
		return;
	m.ready.pid = (uint64_t)getpid();
	m.ready.generation = p->generation;
	ipc_send(p->control, 0, &m);
}

void
proc_status(struct proc *p, const char *text)
{
	snprintf(p->loop->text, sizeof(p->loop->text), "%s", text);
	send_status(p);
}

void
proc_stop(struct proc *p)
{
	event_base_loopexit(p->base, NULL);
}

void
proc_clear(struct proc *p)
{
	size_t i;

	ipc_free(p->control);
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		event_free(p->loop->signals[i]);
	event_free(p->loop->beat);
	event_free(p->loop->deadline);
	msg_arena_clear(&p->loop->arena);
	event_base_free(p->base);
	conf_free(p->conf);
	xfree(p->overrides);
	xfree(p->loop);
	memset(p, 0, sizeof(*p));
}
