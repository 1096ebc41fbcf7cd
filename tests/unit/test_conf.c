/*
 * Configuration: sources and their order, every kind of mistake, reloading,
 * and that what is dumped is read back as the same.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"

static char path[] = "/tmp/raven-conf-XXXXXX";
static char err[1024];

static void
setup(void)
{
	int fd;

	strcpy(path, "/tmp/raven-conf-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	close(fd);
	*err = '\0';
}

static void
teardown(void)
{
	unlink(path);
}

static void
write_file(const char *text)
{
	FILE *fp = fopen(path, "w");

	ck_assert_ptr_nonnull(fp);
	fputs(text, fp);
	ck_assert_int_eq(fclose(fp), 0);
}

static int
load_text(struct conf *c, const char *text)
{
	write_file(text);
	return conf_load(c, path, NULL, 0, err, sizeof(err));
}

/* Loading must fail, and the message must hold what. */
static void
refuse(const char *text, const char *what)
{
	struct conf *c = conf_new();

	ck_assert_int_eq(load_text(c, text), -1);
	ck_assert_msg(strstr(err, what) != NULL, "'%s' gave: %s", text, err);
	conf_free(c);
}

static void
refuse_override(const char *pair, const char *what)
{
	char *const overrides[] = { (char *)(uintptr_t)pair };
	struct conf *c = conf_new();

	ck_assert_int_eq(conf_load(c, NULL, overrides, 1, err, sizeof(err)),
	    -1);
	ck_assert_msg(strstr(err, what) != NULL, "'%s' gave: %s", pair, err);
	conf_free(c);
}

START_TEST(defaults)
{
	struct conf *c = conf_new();

	ck_assert_int_eq(conf_load(c, NULL, NULL, 0, err, sizeof(err)), 0);
	ck_assert_uint_eq(c->port, 9999);
	ck_assert_str_eq(c->fsync, "second");
	ck_assert(!c->tokens);
	ck_assert_uint_eq(c->source[0], CONF_DEFAULT);
	conf_free(c);
}
END_TEST

START_TEST(file_syntax)
{
	struct conf *c = conf_new();

	ck_assert_int_eq(load_text(c, "# comment\n\n  port =  1234  # why\n"
	    "hosts=a.example, b#c.example\nstate_dir = /tmp/a b\n"
	    "tokens = yes\nlisten = 0.0.0.0\nbatch_bytes = 2M"), 0);
	ck_assert_uint_eq(c->port, 1234);
	ck_assert_str_eq(c->hosts, "a.example, b#c.example");
	ck_assert_str_eq(c->state_dir, "/tmp/a b");
	ck_assert(c->tokens);
	ck_assert_uint_eq(c->batch_bytes, 2 * 1024 * 1024);
	conf_free(c);
}
END_TEST

START_TEST(later_sources_win)
{
	char one[] = "port=3", two[] = "port=4";
	char *const overrides[] = { one, two };
	struct conf *c = conf_new();

	write_file("port = 1\nworkers = 5\n");
	setenv("RAVEN_PORT", "2", 1);
	setenv("RAVEN_GATEWAYS", "7", 1);
	ck_assert_int_eq(conf_load(c, path, overrides, 2, err, sizeof(err)),
	    0);
	unsetenv("RAVEN_PORT");
	unsetenv("RAVEN_GATEWAYS");
	ck_assert_uint_eq(c->port, 4);
	ck_assert_uint_eq(c->gateways, 7);
	ck_assert_uint_eq(c->workers, 5);
	conf_free(c);
}
END_TEST

START_TEST(mistakes_are_named)
{
	refuse("port = 1\nprt = 2\n", ":2: ");
	refuse("prt = 2\n", "did you mean 'port'?");
	refuse("quite_something_else = 2\n", "brokerd -n");
	refuse("port\n", "not 'name = value'");
	refuse("port = 70000\n", "0 to 65535");
	refuse("port = -1\n", "not a whole number");
	refuse("port = 1x\n", "not a whole number");
	refuse("port = 99999999999999999999\n", "not a whole number");
	refuse("port = \n", "not a whole number");
	refuse("tokens = maybe\n", "yes or no");
	refuse("port = 1\nport = 2\n", "set twice");
	refuse("fsync = never\n", "always or second");
	refuse("fsync = Always\n", "always or second");
	refuse("log_level = loud\n", "error or warn or info or debug");
	refuse("state_dir =\n", "name a folder");
	refuse("group_max_us = 50\n", "out of range");
	refuse("group_min_us = 90000\ngroup_max_us = 80000\n", "is above");
	refuse_override("port", "not 'name = value'");
	refuse_override("hosts=a #b", "remove it");
	refuse_override("hosts=a\nb", "remove it");
}
END_TEST

START_TEST(strangers_need_tokens)
{
	struct conf *c = conf_new();

	refuse("listen = 0.0.0.0\n", "tokens = yes");
	refuse("listen = 127.0.0.1, 192.168.0.1\n", "192.168.0.1");
	refuse("listen = [::]\n", "tokens = yes");
	ck_assert_int_eq(load_text(c, "listen = 127.0.0.5,[::1],localhost\n"),
	    0);
	conf_free(c);
}
END_TEST

START_TEST(missing_file)
{
	struct conf *c = conf_new();

	ck_assert_int_eq(conf_load(c, "/nonexistent/raven.conf", NULL, 0, err,
	    sizeof(err)), -1);
	ck_assert_ptr_nonnull(strstr(err, "No such file"));
	conf_free(c);
}
END_TEST

START_TEST(dump_reads_back)
{
	struct conf *a = conf_new(), *b = conf_new();
	char *dumps[2];
	size_t lens[2];
	FILE *fp;

	ck_assert_int_eq(load_text(a, "port = 81\nhosts = x,y\ntokens=on\n"),
	    0);
	fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	conf_dump(a, fp);
	fclose(fp);
	ck_assert_int_eq(conf_load(b, path, NULL, 0, err, sizeof(err)), 0);
	ck_assert_uint_eq(b->port, 81);
	ck_assert_str_eq(b->hosts, "x,y");
	ck_assert(b->tokens);
	memcpy(b->source, a->source, sizeof(a->source));
	fp = open_memstream(&dumps[0], &lens[0]);
	conf_dump(a, fp);
	fclose(fp);
	fp = open_memstream(&dumps[1], &lens[1]);
	conf_dump(b, fp);
	fclose(fp);
	ck_assert_str_eq(dumps[0], dumps[1]);
	ck_assert_ptr_nonnull(strstr(dumps[0], "port = 81\t# file\n"));
	free(dumps[0]);
	free(dumps[1]);
	conf_free(a);
	conf_free(b);
}
END_TEST

START_TEST(reload_takes_what_it_may)
{
	struct conf *c = conf_new(), *next = conf_new();
	char ignored[256];

	ck_assert_int_eq(load_text(next, "port = 1\nworkers = 3\n"
	    "state_dir = /elsewhere\nlog_level = debug\n"), 0);
	conf_apply(c, next, ignored, sizeof(ignored));
	ck_assert_uint_eq(c->port, 9999);
	ck_assert_uint_eq(c->workers, 3);
	ck_assert_str_eq(c->log_level, "debug");
	ck_assert_str_eq(ignored, "port state_dir");
	conf_apply(c, next, ignored, 6);
	ck_assert_uint_lt(strlen(ignored), 6);
	conf_free(c);
	conf_free(next);
}
END_TEST

START_TEST(paths_and_lists)
{
	struct conf *c = conf_new();
	char buf[64];

	ck_assert_str_eq(conf_run_path(c, "a.sock", buf, sizeof(buf)),
	    "/var/lib/raven/run/a.sock");
	ck_assert_str_eq(conf_run_path(c, "", buf, sizeof(buf)),
	    "/var/lib/raven/run");
	ck_assert_int_eq(load_text(c, "run_dir = /run/raven\n"), 0);
	ck_assert_str_eq(conf_run_path(c, "a.sock", buf, sizeof(buf)),
	    "/run/raven/a.sock");
	conf_free(c);
	ck_assert(conf_list_has("a, B ,c", "b"));
	ck_assert(conf_list_has("a", "a"));
	ck_assert(!conf_list_has("ab,c", "a"));
	ck_assert(!conf_list_has("", "a"));
	ck_assert(!conf_list_has(" , ,", "a"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("conf");
	TCase *t = tcase_create("conf");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, defaults);
	tcase_add_test(t, file_syntax);
	tcase_add_test(t, later_sources_win);
	tcase_add_test(t, mistakes_are_named);
	tcase_add_test(t, strangers_need_tokens);
	tcase_add_test(t, missing_file);
	tcase_add_test(t, dump_reads_back);
	tcase_add_test(t, reload_takes_what_it_may);
	tcase_add_test(t, paths_and_lists);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
