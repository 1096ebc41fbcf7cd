/*
 * Connections to a real Redis with the users that brokerd gives out: what each
 * may do, and that every way of ending is reported once.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "broker/redis.h"
#include "common/proc.h"
#include "common/rconn.h"

static char folder[64];
static char err[600];
static struct conf *conf;
static struct redis redis;
static struct event_base *base;
static int server, lock;

struct seen {
	redisAsyncContext	*ac;
	unsigned		 ups, downs, replies, nulls;
	char			 why[200];
	bool			 leave;		/* disconnect when up */
};

static void
on_up(redisAsyncContext *ac, void *arg)
{
	struct seen *s = arg;

	s->ups++;
	if (s->leave)
		redisAsyncDisconnect(ac);
}

static void
on_down(const char *why, void *arg)
{
	struct seen *s = arg;

	s->downs++;
	s->ac = NULL;
	snprintf(s->why, sizeof(s->why), "%s", why);
}

static const struct rconn_handlers handlers = { on_up, on_down };

static void
on_reply(redisAsyncContext *ac, void *reply, void *arg)
{
	struct seen *s = arg;

	(void)ac;
	s->replies++;
	s->nulls += reply == NULL;
}

static void
wait_for(const unsigned *count, unsigned n)
{
	uint64_t end = proc_now_us() + 10000000;
	struct timeval tv = { 0, 20000 };

	while (*count < n && proc_now_us() < end) {
		event_base_loopexit(base, &tv);
		event_base_loop(base, 0);
	}
	ck_assert_uint_eq(*count, n);
}

static void
start_server(void)
{
	redisContext *c;
	unsigned i;

	server = redis_start(&redis, conf, lock);
	ck_assert_int_gt(server, 0);
	for (i = 0; i < 500; i++) {
		c = rconn_open_sync(conf, "ops", err, sizeof(err));
		if (c != NULL) {
			redisFree(c);
			return;
		}
		usleep(20000);
	}
	ck_abort_msg("Redis does not answer: %s", err);
}

static void
stop_server(int sig)
{
	if (server > 0) {
		kill(server, sig);
		waitpid(server, NULL, 0);
	}
	server = 0;
}

static void
setup(void)
{
	char pair[128], path[128];
	char *overrides[] = { pair };

	strcpy(folder, "/tmp/raven-rconn-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(pair, sizeof(pair), "state_dir=%s", folder);
	conf = conf_new();
	ck_assert_int_eq(conf_load(conf, NULL, overrides, 1, err,
	    sizeof(err)), 0);
	snprintf(path, sizeof(path), "%s/run", folder);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(redis_prepare(&redis, conf, err, sizeof(err)), 0);
	lock = open("/dev/null", O_RDONLY);
	base = event_base_new();
	start_server();
}

static void
teardown(void)
{
	char command[128];

	stop_server(SIGTERM);
	event_base_free(base);
	conf_free(conf);
	close(lock);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static redisAsyncContext *
open_as(const char *user, struct seen *s)
{
	s->ac = rconn_open(conf, base, user, &handlers, s, err, sizeof(err));
	ck_assert_msg(s->ac != NULL, "%s", err);
	return s->ac;
}

START_TEST(up_and_down)
{
	struct seen s = { 0 };

	open_as("scheduler", &s);
	wait_for(&s.ups, 1);
	redisAsyncCommand(s.ac, on_reply, &s, "SET raven:x 1");
	wait_for(&s.replies, 1);
	redisAsyncDisconnect(s.ac);
	wait_for(&s.downs, 1);
	ck_assert_uint_eq(s.nulls, 0);
}
END_TEST

START_TEST(left_in_up)
{
	struct seen s = { .leave = true };

	open_as("gateway", &s);
	wait_for(&s.downs, 1);
	ck_assert_uint_eq(s.ups, 1);
	ck_assert_str_eq(s.why, "closed");
}
END_TEST

START_TEST(server_dies)
{
	struct seen s = { 0 };

	open_as("scheduler", &s);
	wait_for(&s.ups, 1);
	kill(server, SIGSTOP);
	redisAsyncCommand(s.ac, on_reply, &s, "SET raven:x 1");
	stop_server(SIGKILL);
	wait_for(&s.downs, 1);
	ck_assert_uint_eq(s.replies, 1);
	ck_assert_uint_eq(s.nulls, 1);
	/* The socket's name is still there, but nobody listens. */
	s.ac = rconn_open(conf, base, "scheduler", &handlers, &s, err,
	    sizeof(err));
	if (s.ac != NULL)
		wait_for(&s.downs, 2);
	start_server();
	open_as("scheduler", &s);
	wait_for(&s.ups, 2);
	rconn_close(s.ac);
}
END_TEST

START_TEST(closed_by_us)
{
	struct seen s = { 0 };

	open_as("scheduler", &s);
	rconn_close(s.ac);	/* before it is up */
	open_as("scheduler", &s);
	wait_for(&s.ups, 1);
	redisAsyncCommand(s.ac, on_reply, &s, "GET raven:x");
	rconn_close(s.ac);
	ck_assert_uint_eq(s.nulls, 1);
	ck_assert_uint_eq(s.downs, 0);
	rconn_close(NULL);
}
END_TEST

static bool
allowed(redisContext *c, const char *command)
{
	redisReply *r = redisCommand(c, command);
	bool ok;

	ck_assert_ptr_nonnull(r);
	ok = r->type != REDIS_REPLY_ERROR || strstr(r->str, "NOPERM") == NULL;
	freeReplyObject(r);
	return ok;
}

START_TEST(users_may_what_they_need)
{
	static const struct {
		const char	*user, *command;
		bool		 ok;
	} rows[] = {
		{ "scheduler", "MULTI", true },
		{ "scheduler", "HSET raven:graph:{1} v 1", true },
		{ "scheduler", "EXEC", true },
		{ "scheduler", "ZADD raven:queue:high 1 1", true },
		{ "scheduler", "XADD raven:events MAXLEN ~ 9 * a b", true },
		{ "scheduler", "SCAN 0 MATCH raven:*", true },
		{ "scheduler", "INFO", true },
		{ "scheduler", "CLIENT KILL USER scheduler SKIPME yes", true },
		{ "scheduler", "SET other 1", false },
		{ "scheduler", "FLUSHALL", false },
		{ "scheduler", "CONFIG GET dir", false },
		{ "scheduler", "ACL LIST", false },
		{ "gateway", "SET raven:data:00 x", true },
		{ "gateway", "GETRANGE raven:data:00 0 1", true },
		{ "gateway", "EXISTS raven:data:00", true },
		{ "gateway", "STRLEN raven:data:00", true },
		{ "gateway", "GET raven:token:00", false },
		{ "gateway", "DEL raven:data:00", false },
		{ "gateway", "SCAN 0", false },
		{ "ops", "HGETALL raven:graph:{1}", true },
		{ "ops", "HSCAN raven:graph:{1} 0", true },
		{ "ops", "ZRANGE raven:queue:high 0 -1 WITHSCORES", true },
		{ "ops", "SCAN 0", true },
		{ "ops", "INFO", true },
		{ "ops", "SET raven:x 1", false },
		{ "ops", "SHUTDOWN", false },
	};
	redisContext *c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].command, "HSET raven:graph:{1} v 1") == 0 ||
		    strcmp(rows[i].command, "EXEC") == 0)
			continue;
		c = rconn_open_sync(conf, rows[i].user, err, sizeof(err));
		ck_assert_msg(c != NULL, "%s", err);
		ck_assert_msg(allowed(c, rows[i].command) == rows[i].ok,
		    "%s: %s", rows[i].user, rows[i].command);
		redisFree(c);
	}
	c = rconn_open_sync(conf, "scheduler", err, sizeof(err));
	ck_assert(allowed(c, "MULTI"));
	ck_assert(allowed(c, "HSET raven:graph:{1} v 1"));
	ck_assert(allowed(c, "EXEC"));
	redisFree(c);
}
END_TEST

static long long
run_int(redisContext *c, const char *command)
{
	redisReply *r = redisCommand(c, command);
	long long n;

	ck_assert_ptr_nonnull(r);
	ck_assert_msg(r->type != REDIS_REPLY_ERROR, "%s", r->str);
	n = r->integer;
	freeReplyObject(r);
	return n;
}

/* A transaction is still there when the server has read its file again. */
START_TEST(transactions_survive)
{
	redisContext *c = rconn_open_sync(conf, "scheduler", err, sizeof(err));

	ck_assert_msg(c != NULL, "%s", err);
	run_int(c, "SET raven:plain 1");
	run_int(c, "MULTI");
	run_int(c, "HSET raven:graph:{1} v 1");
	run_int(c, "HSET raven:graph:{1}:ops 1 x");
	run_int(c, "EXEC");
	redisFree(c);
	stop_server(SIGKILL);
	start_server();
	c = rconn_open_sync(conf, "ops", err, sizeof(err));
	ck_assert_msg(c != NULL, "%s", err);
	ck_assert_int_eq(run_int(c, "EXISTS raven:plain"), 1);
	ck_assert_int_eq(run_int(c, "HLEN raven:graph:{1}"), 1);
	ck_assert_int_eq(run_int(c, "HLEN raven:graph:{1}:ops"), 1);
	redisFree(c);
}
END_TEST

/* The default user has every right and no way in. */
START_TEST(nobody_comes_in_without_a_password)
{
	static const char *const commands[] = { "PING", "GET raven:x",
	    "AUTH default ", "AUTH x", "AUTH default x", "ACL WHOAMI" };
	redisContext *c;
	redisReply *r;
	char path[160];
	size_t i;

	snprintf(path, sizeof(path), "%s/run/redis.sock", folder);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		c = redisConnectUnix(path);
		ck_assert_int_eq(c->err, 0);
		r = redisCommand(c, commands[i]);
		ck_assert_ptr_nonnull(r);
		ck_assert_msg(r->type == REDIS_REPLY_ERROR, "%s", commands[i]);
		freeReplyObject(r);
		redisFree(c);
	}
}
END_TEST

START_TEST(wrong_password)
{
	struct seen s = { 0 };
	char path[128];
	FILE *fp;

	snprintf(path, sizeof(path), "%s/run/redis.auth", folder);
	fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	fputs("scheduler wrong\n", fp);
	fclose(fp);
	ck_assert_ptr_null(rconn_open_sync(conf, "scheduler", err,
	    sizeof(err)));
	ck_assert_ptr_nonnull(strstr(err, "WRONGPASS"));
	open_as("scheduler", &s);
	wait_for(&s.downs, 1);
	ck_assert_uint_eq(s.ups, 0);
	ck_assert_ptr_nonnull(strstr(s.why, "WRONGPASS"));
	ck_assert_ptr_null(rconn_open_sync(conf, "nobody", err, sizeof(err)));
	ck_assert_ptr_nonnull(strstr(err, "no such user"));
}
END_TEST

START_TEST(addresses)
{
	static const struct {
		const char	*text, *why;
	} rows[] = {
		{ "unix:/nonexistent/redis.sock", "No such file" },
		{ "redis://127.0.0.1:1", "Connection refused" },
		{ "redis://[::1]:1/3", "" },
		{ "redis://user:pass@127.0.0.1:1/0", "Connection refused" },
		{ "redis://:pass@127.0.0.1:1", "Connection refused" },
		{ "http://x", "use unix:/path" },
		{ "redis://", "use unix:/path" },
		{ "redis://h:70000", "use unix:/path" },
		{ "redis://h:1/x", "use unix:/path" },
		{ "redis://user@h:1", "use unix:/path" },
		{ "unix:", "use unix:/path" },
	};
	char pair[128];
	char *overrides[] = { pair };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(pair, sizeof(pair), "redis=%s", rows[i].text);
		ck_assert_int_eq(conf_load(conf, NULL, overrides, 1, err,
		    sizeof(err)), 0);
		ck_assert_ptr_null(rconn_open_sync(conf, "ops", err,
		    sizeof(err)));
		ck_assert_msg(strstr(err, rows[i].why) != NULL, "%s: %s",
		    rows[i].text, err);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rconn");
	TCase *t = tcase_create("rconn");
	SRunner *r = srunner_create(s);
	int failed;

	signal(SIGPIPE, SIG_IGN);	/* as every process of ours does */
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, up_and_down);
	tcase_add_test(t, left_in_up);
	tcase_add_test(t, server_dies);
	tcase_add_test(t, closed_by_us);
	tcase_add_test(t, users_may_what_they_need);
	tcase_add_test(t, transactions_survive);
	tcase_add_test(t, nobody_comes_in_without_a_password);
	tcase_add_test(t, wrong_password);
	tcase_add_test(t, addresses);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
