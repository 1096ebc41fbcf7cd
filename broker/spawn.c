/*
 * Fork and exec.
 * Must not allocate or log between the two.
 * Dies of: nothing here; the child of a failing exec, with 78.
 */
#include <sys/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "broker/spawn.h"
#include "common/proc.h"

#define FIRST_FD	3
#define PARK_FD		128	/* above what is handed on */

static void
child_die(const char *what, const char *path)
{
	char line[512];
	ssize_t ignored;
	int n;

	n = snprintf(line, sizeof(line), "brokerd: %s %s: %s\n", what, path,
	    strerror(errno));
	ignored = write(STDERR_FILENO, line, n > 0 ? (size_t)n : 0);
	(void)ignored;
	_exit(EXIT_CONFIG);
}

static void
reset_signals(void)
{
	sigset_t none;
	int sig;

	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A target number may be the source of another: park all, then place all. */
static int
place_fds(const struct spawn *s)
{
	int parked[SPAWN_FDS];
	size_t i;

	for (i = 0; i < s->n_fds; i++) {
		parked[i] = fcntl(s->fds[i], F_DUPFD_CLOEXEC, PARK_FD);
		if (parked[i] == -1)
			return -1;
	}
	for (i = 0; i < s->n_fds; i++)
		if (dup2(parked[i], FIRST_FD + (int)i) == -1)
			return -1;
	return 0;
}

static int
place_stdin(const struct spawn *s)
{
	int fd = s->in != -1 ? s->in : open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd == -1 ? -1 : dup2(fd, STDIN_FILENO);
}

static int
place_stdout(const struct spawn *s)
{
	return dup2(s->out != 0 ? s->out : STDERR_FILENO, STDOUT_FILENO);
}

static void __attribute__((noreturn))
run_child(const struct spawn *s, pid_t parent)
{
	reset_signals();
	/* A Ctrl-C at the terminal is for the broker, which drains. */
	setsid();
	if (place_stdin(s) == -1 || place_stdout(s) == -1 ||
	    place_fds(s) == -1)
		child_die("cannot place descriptors of", s->path);
	close_range(FIRST_FD + (unsigned)s->n_fds, ~0u, 0);
	if (s->death_signal != 0)
		prctl(PR_SET_PDEATHSIG, s->death_signal);
	if (getppid() != parent)
		_exit(0);	/* it died before the line above */
	execvp(s->path, s->argv);
	child_die("cannot start", s->path);
	_exit(EXIT_CONFIG);
}

int
spawn_program(const struct spawn *s)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		run_child(s, parent);
	return (int)pid;
}

char *
spawn_find(const char *name, char *buf, size_t len)
{
	ssize_t n = readlink("/proc/self/exe", buf, len - 1);
	char *slash;

	if (n > 0) {
		buf[n] = '\0';
		slash = strrchr(buf, '/');
		if (slash != NULL) {
			slash++;
			snprintf(slash, len - (size_t)(slash - buf), "%s",
			    name);
			if (access(buf, X_OK) == 0)
				return buf;
		}
	}
	snprintf(buf, len, "%s/%s", BIN_DIR, name);
	return buf;
}
