/*
 * What every child does: options, control messages, signals, leaving.  Each
 * test runs a child that says what happens to it on its standard error.
 */
#include <sys/socket.h>
#include <sys/wait.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/proc.h"

#define WAIT_MS	10000

static char out[16384];		/* what the child said */
static size_t out_n;
static int out_fd, control;	/* our ends */
static pid_t child;
static bool stays;		/* the child does not stop when drained */

static void
on_drain(struct proc *p, uint64_t deadline_ms, void *arg)
{
	(void)arg;
	log_info("test", "drain ms=%lu", (unsigned long)deadline_ms);
	if (!stays)
		proc_stop(p);
}

static void
on_reload(struct proc *p, void *arg)
{
	(void)arg;
	log_info("test", "reload workers=%lu", (unsigned long)p->conf->workers);
}

static void
child_main(int argc, char **argv)
{
	static const struct proc_handlers handlers = { on_drain, on_reload };
	struct proc p;
	int status;

	optind = 1;
	proc_init(&p, "testd", argc, argv);
	log_info("test", "slot=%u generation=%lu listen=%u workers=%lu "
	    "control=%d", p.slot, (unsigned long)p.generation, p.n_listen,
	    (unsigned long)p.conf->workers, p.control != NULL);
	proc_ready(&p);
	proc_status(&p, "fine");
	status = proc_run(&p, &handlers, NULL);
	proc_clear(&p);
	_exit(status);
}

static int
count(char *const *argv)
{
	int n = 0;

	while (argv[n] != NULL)
		n++;
	return n;
}

/* with_control: fd 3 is the other end of control. */
static void
start(char **argv, bool with_control)
{
	int fds[2], ends[2];

	out_n = 0;
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    ends), 0);
	child = fork();
	ck_assert_int_ne(child, -1);
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		fds[0] = fcntl(ends[1], F_DUPFD, 100);
		close_range(3, 99, 0);
		if (with_control)
			dup2(fds[0], PROC_CONTROL_FD);
		close_range(100, ~0u, 0);
		child_main(count(argv), argv);
	}
	close(fds[1]);
	close(ends[1]);
	out_fd = fds[0];
	control = ends[0];
}

/* Reads on until the child has said text. */
static void
expect(const char *text)
{
	struct pollfd pfd = { .fd = out_fd, .events = POLLIN };
	ssize_t n;

	for (;;) {
		out[out_n] = '\0';
		if (strstr(out, text) != NULL)
			return;
		ck_assert_msg(poll(&pfd, 1, WAIT_MS) == 1, "no '%s' in: %s",
		    text, out);
		n = read(out_fd, out + out_n, sizeof(out) - 1 - out_n);
		ck_assert_msg(n > 0, "ended without '%s': %s", text, out);
		out_n += (size_t)n;
	}
}

static int
wait_exit(void)
{
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	close(out_fd);
	close(control);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
send_message(const struct msg *m)
{
	struct buf b;

	buf_init(&b);
	frame_write(&b, 0, m);
	ck_assert_int_eq(write(control, b.data, b.len), (ssize_t)b.len);
	buf_clear(&b);
}

/* The next message from the child. */
static void
read_message(struct msg *m, struct msg_arena *arena)
{
	static uint8_t bytes[4096];
	struct msg_fault fault;
	struct bytes body;
	uint64_t session;
	size_t n = 0;

	while (frame_read(bytes, n, sizeof(bytes), &session, &body) == 0) {
		ck_assert_int_eq(read(control, bytes + n, 1), 1);
		n++;
	}
	ck_assert_int_eq(msg_decode(m, body.p, body.n, MSG_K, MSG_B, arena,
	    &fault), E_OK);
}

#define ARGV(...) (char *[]){ "testd", __VA_ARGS__, NULL }

START_TEST(options)
{
	start(ARGV("-o", "workers=3", "-i", "7", "-o", "port=1"), false);
	expect("slot=7 generation=0 listen=0 workers=3 control=0");
	kill(child, SIGTERM);
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

static void
refuse(char **argv, int status, const char *text)
{
	start(argv, false);
	expect(text);
	ck_assert_int_eq(wait_exit(), status);
}

START_TEST(wrong_options)
{
	refuse(ARGV("-x"), EXIT_WRONG_USE, "usage: testd");
	refuse(ARGV("word"), EXIT_WRONG_USE, "usage: testd");
	refuse(ARGV("-i", "-1"), EXIT_WRONG_USE, "use 0 to");
	refuse(ARGV("-i", "x"), EXIT_WRONG_USE, "use 0 to");
	refuse(ARGV("-l", "65"), EXIT_WRONG_USE, "use 0 to");
	refuse(ARGV("-l", "2"), EXIT_WRONG_USE, "no descriptor 4");
	refuse(ARGV("-o", "prt=1"), EXIT_CONFIG, "did you mean");
	refuse(ARGV("-f", "/nonexistent"), EXIT_CONFIG, "No such file");
	refuse(ARGV("--help"), 0, "usage: testd");
	refuse(ARGV("--version"), 0, "testd (raven)");
}
END_TEST

START_TEST(says_ready_and_beats)
{
	struct msg_arena arena;
	struct msg m;
	unsigned i;

	msg_arena_init(&arena);
	start(ARGV("-g", "5"), true);
	read_message(&m, &arena);
	ck_assert_int_eq(m.id, M_READY);
	ck_assert_int_eq(m.ready.pid, child);
	ck_assert_int_eq(m.ready.generation, 5);
	for (i = 0; i < 3; i++) {
		read_message(&m, &arena);
		ck_assert_int_eq(m.id, M_STATUS);
		ck_assert(str_eq(m.status.text, "fine"));
		ck_assert_int_eq(m.status.generation, 5);
	}
	msg_arena_clear(&arena);
	kill(child, SIGTERM);
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

/* A descriptor 3 that happens to be a socket is nobody's order. */
START_TEST(no_generation_no_control)
{
	start(ARGV("-i", "0"), true);
	expect("control=0");
	kill(child, SIGTERM);
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(obeys)
{
	struct msg reload = { .id = M_RELOAD }, drain = { .id = M_DRAIN };

	setenv("RAVEN_WORKERS", "9", 1);
	start(ARGV("-g", "1"), true);
	expect("control=1");
	send_message(&reload);
	expect("reload workers=9");
	drain.drain.deadline_ms = 1234;
	kill(child, SIGTERM);
	ck_assert_int_eq(wait_exit(), 0);
	unsetenv("RAVEN_WORKERS");

	start(ARGV("-g", "1"), true);
	expect("control=1");
	send_message(&drain);
	expect("drain ms=1234");
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(leaves_when_the_broker_is_gone)
{
	start(ARGV("-g", "1"), true);
	expect("control=1");
	shutdown(control, SHUT_WR);
	expect("reason=\"the broker is gone\"");
	expect("drain ms=10000");
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(nonsense_is_survived)
{
	struct msg status = { .id = M_STATUS }, drain = { .id = M_DRAIN };

	start(ARGV("-g", "1"), true);
	expect("control=1");
	ck_assert_int_eq(write(control, "\x09\0\0\0\0\0\0\0\0\0\0\0\xc1", 13),
	    13);
	expect("bad message");
	status.status.text = str_of("not yours to say");
	send_message(&status);
	send_message(&drain);
	expect("drain ms=0");
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(the_deadline_ends_it)
{
	stays = true;
	start(ARGV("-o", "drain_ms=100"), false);
	expect("control=0");
	kill(child, SIGTERM);
	expect("drain ms=100");
	expect("deadline passed");
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(a_second_signal_ends_it)
{
	stays = true;
	start(ARGV("-o", "drain_ms=600000"), false);
	expect("control=0");
	kill(child, SIGTERM);
	expect("drain ms=600000");
	kill(child, SIGINT);
	ck_assert_int_eq(wait_exit(), 0);
}
END_TEST

START_TEST(a_bad_reload_keeps_the_old)
{
	char path[] = "/tmp/raven-proc-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_eq(write(fd, "workers = 1\n", 12), 12);
	start(ARGV("-f", path), false);
	expect("workers=1");
	ck_assert_int_eq(pwrite(fd, "workers = 2\n", 12, 0), 12);
	kill(child, SIGHUP);
	expect("reload workers=2");
	ck_assert_int_eq(pwrite(fd, "wrkers = 3\n\n", 12, 0), 12);
	kill(child, SIGHUP);
	expect("old settings kept");
	kill(child, SIGTERM);
	ck_assert_int_eq(wait_exit(), 0);
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(clock_and_random)
{
	uint8_t a[64], b[64];
	uint64_t t = proc_now_us();

	usleep(2000);
	ck_assert_uint_ge(proc_now_us() - t, 2000);
	proc_random(a, sizeof(a));
	proc_random(b, sizeof(b));
	ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("proc");
	TCase *t = tcase_create("proc");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_set_timeout(t, 30);
	tcase_add_test(t, options);
	tcase_add_test(t, wrong_options);
	tcase_add_test(t, says_ready_and_beats);
	tcase_add_test(t, no_generation_no_control);
	tcase_add_test(t, obeys);
	tcase_add_test(t, leaves_when_the_broker_is_gone);
	tcase_add_test(t, nonsense_is_survived);
	tcase_add_test(t, the_deadline_ends_it);
	tcase_add_test(t, a_second_signal_ends_it);
	tcase_add_test(t, a_bad_reload_keeps_the_old);
	tcase_add_test(t, clock_and_random);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
