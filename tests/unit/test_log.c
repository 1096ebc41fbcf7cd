/* The log: the form of a line, levels, errno, escapes, lines too long. */
#include <check.h>
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"

static char out[16384];

/* Runs fn with stderr in a pipe; its output is in out. */
static int
capture(void (*fn)(void))
{
	size_t used = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		fn();
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], out + used, sizeof(out) - 1 - used)) > 0)
		used += (size_t)n;
	out[used] = '\0';
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
expect(const char *pattern)
{
	regex_t re;

	ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	ck_assert_msg(regexec(&re, out, 0, NULL, 0) == 0, "%s\nis not %s", out,
	    pattern);
	regfree(&re);
}

static void
say_levels(void)
{
	log_init("roled");
	log_set_level("info");
	log_debug("x", "hidden");
	log_info("conn.3", "closed reason=%s", "eof");
	errno = ENOENT;
	log_warn("file", "cannot open");
	log_warnx("", "no subject");
	log_set_level("error");
	log_warnx("x", "hidden too");
	log_set_level("nonsense");
	log_warnx("x", "hidden still");
}

START_TEST(levels)
{
	ck_assert_int_eq(capture(say_levels), 0);
	expect("^[0-9:.]{12} roled\\[[0-9]+\\] conn\\.3: closed reason=eof\n"
	    "[0-9:.]{12} roled\\[[0-9]+\\] file: cannot open: No such file or "
	    "directory\n"
	    "[0-9:.]{12} roled\\[[0-9]+\\] no subject\n$");
}
END_TEST

static void
say_long(void)
{
	static char text[20000];

	memset(text, 'a', sizeof(text) - 1);
	log_init("roled");
	log_info(text, "%s", text);
	errno = EPERM;
	log_warn("b", "%s", text);
}

START_TEST(long_lines_are_cut)
{
	char *second;

	ck_assert_int_eq(capture(say_long), 0);
	second = strchr(out, '\n');
	ck_assert_ptr_nonnull(second);
	ck_assert_int_le(second - out, 4096);
	ck_assert_ptr_nonnull(strstr(second, "Operation not permitted\n"));
}
END_TEST

static void
say_fatal(void)
{
	log_init("roled");
	fatal(78, "no %s", "good");
}

START_TEST(fatal_exits)
{
	ck_assert_int_eq(capture(say_fatal), 78);
	expect("fatal: no good\n$");
}
END_TEST

START_TEST(escape)
{
	char buf[16];

	ck_assert_str_eq(log_escape(buf, sizeof(buf), "a\\b", 3), "a\\\\b");
	ck_assert_str_eq(log_escape(buf, sizeof(buf), "\n\x1b\xff", 3),
	    "\\x0a\\x1b\\xff");
	ck_assert_str_eq(log_escape(buf, 6, "\n\n\n", 3), "\\x0a");
	ck_assert_str_eq(log_escape(buf, 1, "abc", 3), "");
	ck_assert_str_eq(log_escape(buf, sizeof(buf), "", 0), "");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("log");
	TCase *t = tcase_create("log");
	SRunner *r = srunner_create(s);
	int failed;

	unsetenv("JOURNAL_STREAM");
	tcase_add_test(t, levels);
	tcase_add_test(t, long_lines_are_cut);
	tcase_add_test(t, fatal_exits);
	tcase_add_test(t, escape);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
