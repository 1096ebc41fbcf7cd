/*
 * The Redis store against a private redis-server: order, transactions, what
 * happens when the server is killed under load, and a server that evicts.
 */
#include <sys/wait.h>
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/proc.h"
#include "scheduler/store_redis.h"

#define SKIPPED		77
#define DEADLINE_US	10000000

static char dir[] = "/tmp/raven-store-XXXXXX";
static char sock[64], setting[80];
static pid_t server;
static struct conf *conf;

static void
nap(void)
{
	struct timespec ts = { 0, 20000000 };

	nanosleep(&ts, NULL);
}

static void
start_redis(const char *policy)
{
	int fd;

	server = fork();
	if (server != 0)
		return;
	fd = open("/dev/null", O_RDWR);
	dup2(fd, 1);
	dup2(fd, 2);
	execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
	    sock, "--dir", dir, "--appendonly", "yes", "--appendfsync",
	    "always", "--save", "", "--maxmemory-policy", policy,
	    (char *)NULL);
	_exit(SKIPPED);
}

static void
stop_redis(int sig)
{
	kill(server, sig);
	waitpid(server, NULL, 0);
}

static void
setup(void)
{
	char *overrides[1];
	char err[256];

	conf = conf_new();
	snprintf(sock, sizeof(sock), "%s/r.sock", dir);
	snprintf(setting, sizeof(setting), "redis=unix:%s", sock);
	overrides[0] = setting;
	ck_assert_int_eq(conf_load(conf, NULL, overrides, 1, err, sizeof(err)),
	    0);
}

static void
teardown(void)
{
	conf_free(conf);
}

static struct store *
open_store(bool *fatal_fault)
{
	struct store *st = NULL;
	uint64_t end = proc_now_us() + DEADLINE_US;
	char err[256];

	while (store_redis_open(conf, &st, fatal_fault, err,
	    sizeof(err)) != 0) {
		st = NULL;
		if (*fatal_fault || proc_now_us() > end)
			break;
		nap();
	}
	return st;
}

struct seen {
	struct event_base	*base;
	uint64_t		 number;
	unsigned		 down, up, broken;
};

static void
on_recorded(void *arg, uint64_t number)
{
	struct seen *s = arg;

	ck_assert_uint_gt(number, s->number);
	s->number = number;
}

static void
on_broken(void *arg, uint64_t g, const char *why)
{
	(void)g;
	(void)why;
	((struct seen *)arg)->broken++;
}

static void
on_state(void *arg, enum store_state state)
{
	struct seen *s = arg;

	if (state == STORE_UP)
		s->up++;
	else
		s->down++;
}

static const struct store_events events = { on_recorded, on_broken, on_state };

static struct bytes
b(const char *s)
{
	return (struct bytes){ (const uint8_t *)s, strlen(s) };
}

/* Turn n: v of graph 1 and of graph 2, a field each, and an event. */
static void
submit(struct store *st, uint64_t n)
{
	char v[24], field[24];
	struct store_write w[6];

	snprintf(v, sizeof(v), "%llu", (unsigned long long)n);
	snprintf(field, sizeof(field), "f%llu", (unsigned long long)n);
	w[0] = (struct store_write){ STORE_XADD, 0, 0, b("raven:events"),
		b(""), { (const uint8_t *)"kind\0test", 10 }, 0 };
	w[1] = (struct store_write){ STORE_HSET, 1, n, b("raven:graph:{1}"),
		b("v"), b(v), 0 };
	w[2] = (struct store_write){ STORE_HSET, 1, n, b("raven:graph:{1}"),
		b(field), b("one"), 0 };
	w[3] = (struct store_write){ STORE_HSET, 1, n, b("raven:graph:{1}:ops"),
		b(v), { (const uint8_t *)"\0\r\n\xff", 4 }, 0 };
	w[4] = (struct store_write){ STORE_HSET, 2, n, b("raven:graph:{2}"),
		b("v"), b(v), 0 };
	w[5] = (struct store_write){ STORE_HSET, 2, n, b("raven:graph:{2}"),
		b("sum"), b(v), 0 };
	st->ops->submit(st, n, w, 6);
}

static void
loop_until(struct seen *s, struct store *st, uint64_t number)
{
	uint64_t end = proc_now_us() + DEADLINE_US;
	struct timeval tv = { 0, 10000 };

	(void)st;
	while (s->number < number && proc_now_us() < end) {
		event_base_loopexit(s->base, &tv);
		event_base_dispatch(s->base);
	}
	ck_assert_uint_eq(s->number, number);
}

struct counted {
	size_t	n;
	char	v[24];
};

static void
on_hash(void *arg, bool ok, const struct store_field *f, size_t n)
{
	struct counted *c = arg;
	size_t i;

	ck_assert(ok);
	c->n = n;
	for (i = 0; i < n; i++) {
		if (f[i].field.n == 1 && f[i].field.p[0] == 'v')
			snprintf(c->v, sizeof(c->v), "%.*s",
			    (int)f[i].value.n, (const char *)f[i].value.p);
	}
}

static void
check_hash(struct store *st, const char *key, size_t n, const char *v)
{
	struct counted c = { 0, "" };
	char err[256];

	ck_assert_int_eq(st->ops->read(st, b(key), on_hash, &c, err,
	    sizeof(err)), 0);
	ck_assert_uint_eq(c.n, n);
	ck_assert_str_eq(c.v, v);
}

static struct store *
run_store(struct seen *s)
{
	bool fatal_fault;
	struct store *st = open_store(&fatal_fault);

	ck_assert_ptr_nonnull(st);
	memset(s, 0, sizeof(*s));
	s->base = event_base_new();
	st->events = &events;
	st->arg = s;
	store_redis_run(st, s->base);
	return st;
}

static void
close_store(struct store *st, struct seen *s)
{
	st->ops->free(st);
	event_base_free(s->base);
}

START_TEST(killed_under_load)
{
	struct store *st;
	struct seen s;
	bool fatal_fault;
	uint64_t n;
	int round;

	start_redis("noeviction");
	st = run_store(&s);
	for (n = 1; n <= 100; n++)
		submit(st, n);
	loop_until(&s, st, 100);
	for (round = 0; round < 3; round++) {
		for (; n <= (uint64_t)(round + 2) * 100; n++) {
			submit(st, n);
			if (n % 100 == 50) {
				event_base_loop(s.base, EVLOOP_NONBLOCK);
				stop_redis(SIGKILL);
				start_redis("noeviction");
			}
		}
		loop_until(&s, st, n - 1);
	}
	ck_assert_uint_eq(s.broken, 0);
	ck_assert_uint_ge(s.down, 3);
	ck_assert_uint_eq(st->ops->pending(st), 0);
	ck_assert_uint_eq(st->ops->pending_bytes(st), 0);
	close_store(st, &s);
	st = open_store(&fatal_fault);
	check_hash(st, "raven:graph:{1}", 401, "400");
	check_hash(st, "raven:graph:{1}:ops", 400, "");
	check_hash(st, "raven:graph:{2}", 2, "400");
	st->ops->free(st);
	stop_redis(SIGTERM);
}
END_TEST

START_TEST(a_fault_in_a_transaction)
{
	struct store_write w = { .op = STORE_HSET, .g = 1, .v = 1,
		.field = b("x"), .value = b("y") };
	struct store_write set = { .op = STORE_SET };
	struct store *st;
	struct seen s;
	bool fatal_fault;
	char err[256];

	start_redis("noeviction");
	st = open_store(&fatal_fault);
	set.key = b("raven:graph:{9}");
	set.value = b("not a hash");
	ck_assert_int_eq(st->ops->write(st, &set, 1, err, sizeof(err)), 0);
	st->ops->free(st);
	st = run_store(&s);
	w.key = b("raven:graph:{9}");
	w.g = 9;
	st->ops->submit(st, 1, &w, 1);
	loop_until(&s, st, 1);
	ck_assert_uint_eq(s.broken, 1);
	close_store(st, &s);
	stop_redis(SIGTERM);
}
END_TEST

static void
say(const char *command)
{
	char line[160];

	snprintf(line, sizeof(line), "redis-cli -s %s %s >/dev/null", sock,
	    command);
	ck_assert_int_eq(system(line), 0);
}

/* Full for a while: nothing is lost, nothing overtakes. */
/* Asked, and the answer awaited. */
static bool
crowded(struct store *st, struct seen *s)
{
	struct timeval tv = { 0, 200000 };

	(void)store_redis_crowded(st);
	event_base_loopexit(s->base, &tv);
	event_base_dispatch(s->base);
	return store_redis_crowded(st);
}

START_TEST(a_server_that_is_full)
{
	struct timeval tv = { 0, 200000 };
	struct store *st;
	struct seen s;
	bool fatal_fault;
	uint64_t n;

	start_redis("noeviction");
	st = run_store(&s);
	for (n = 1; n <= 20; n++)
		submit(st, n);
	loop_until(&s, st, 20);
	ck_assert(!crowded(st, &s));
	say("CONFIG SET maxmemory 1");
	ck_assert(crowded(st, &s));
	say("FLUSHALL");
	for (; n <= 40; n++)
		submit(st, n);
	event_base_loopexit(s.base, &tv);
	event_base_dispatch(s.base);
	ck_assert_uint_eq(s.number, 20);
	say("CONFIG SET maxmemory 0");
	loop_until(&s, st, 40);
	close_store(st, &s);
	st = open_store(&fatal_fault);
	check_hash(st, "raven:graph:{1}", 21, "40");
	check_hash(st, "raven:graph:{2}", 2, "40");
	st->ops->free(st);
	stop_redis(SIGTERM);
}
END_TEST

static bool
refers_to_first(void *arg, const uint8_t *digest)
{
	(void)arg;
	return digest[0] == 0 && digest[1] == 0;
}

static int
count_key(void *arg, struct bytes key)
{
	(void)key;
	++*(unsigned *)arg;
	return 0;
}

static void
write_tensors(struct store *st, unsigned n)
{
	struct store_write w = { .op = STORE_SET, .value = b("bytes") };
	char key[80], err[64];
	unsigned i;

	for (i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "raven:data:%04x%060u", i, 0u);
		w.key = b(key);
		ck_assert_int_eq(st->ops->write(st, &w, 1, err, sizeof(err)),
		    0);
	}
}

/* One sweep takes all that nobody refers to, however many pages that is. */
START_TEST(a_sweep_is_whole)
{
	struct timeval tv = { 1, 0 };
	struct store *st;
	struct seen s;
	bool fatal_fault;
	unsigned left = 0;
	char err[64];

	start_redis("noeviction");
	st = open_store(&fatal_fault);
	write_tensors(st, 3000);
	st->ops->free(st);
	st = run_store(&s);
	submit(st, 1);
	loop_until(&s, st, 1);
	store_redis_sweep(st, 0, refers_to_first, NULL);
	event_base_loopexit(s.base, &tv);
	event_base_dispatch(s.base);
	close_store(st, &s);
	st = open_store(&fatal_fault);
	ck_assert_int_eq(st->ops->walk(st, "raven:data:", count_key, &left,
	    err, sizeof(err)), 0);
	ck_assert_uint_eq(left, 1);
	st->ops->free(st);
	stop_redis(SIGTERM);
}
END_TEST

START_TEST(a_server_that_evicts)
{
	struct store *st;
	bool fatal_fault;

	start_redis("allkeys-lru");
	st = open_store(&fatal_fault);
	ck_assert_ptr_null(st);
	ck_assert(fatal_fault);
	stop_redis(SIGTERM);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("store_redis");
	TCase *t = tcase_create("redis");
	SRunner *r;
	char cmd[80];
	int failed;

	if (system("redis-server --version >/dev/null 2>&1") != 0)
		return SKIPPED;
	if (mkdtemp(dir) == NULL)
		return EXIT_FAILURE;
	log_init("test");
	signal(SIGPIPE, SIG_IGN);	/* as proc.c does */
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, killed_under_load);
	tcase_add_test(t, a_fault_in_a_transaction);
	tcase_add_test(t, a_server_that_is_full);
	tcase_add_test(t, a_sweep_is_whole);
	tcase_add_test(t, a_server_that_evicts);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	if (system(cmd) != 0)
		failed = 1;
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
