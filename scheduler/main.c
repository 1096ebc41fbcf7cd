/*
 * schedulerd: graphs, groups, assignments, and their record in Redis.
 * Dies of: an unknown format or an evicting Redis (78), a Redis that does not
 * answer at start (1); afterwards it only leaves when told.
 */
#include <malloc.h>
#include <sys/prctl.h>
#include <time.h>

#include "config.h"
#include "common/log.h"
#include "load.h"
#include "server.h"
#include "store_redis.h"

#define START_TRIES	50		/* to reach Redis, 200 ms apart */
#define OWN_PAGES	(128 << 10)	/* so large: the system's, not the heap's */

static struct store *
start_store(const struct conf *conf)
{
	struct timespec pause = { 0, 200000000 };
	struct store *st = NULL;
	char err[512];
	bool fatal_fault;
	int i;

	for (i = 0; i < START_TRIES && st == NULL; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		if (store_redis_open(conf, &st, &fatal_fault, err,
		    sizeof(err)) != 0) {
			st = NULL;
			if (fatal_fault)
				fatal(EXIT_CONFIG, "%s", err);
		}
	}
	if (st == NULL)
		fatal(1, "%s", err);
	return st;
}

static struct sched *
start_core(const struct conf *conf, struct store *st)
{
	struct sched_setup set = { .build = PACKAGE_STRING,
		.op_text = op_error_text };
	struct load_counts n;
	uint8_t random[DIGEST_KEY_LEN];
	struct timespec ts;
	struct sched *s;
	char err[512];
	bool fatal_fault;

	proc_random(random, sizeof(random));
	proc_random(&set.seed, sizeof(set.seed));
	clock_gettime(CLOCK_REALTIME, &ts);
	set.unix_us = (uint64_t)ts.tv_sec * 1000000 +
	    (uint64_t)ts.tv_nsec / 1000 - proc_now_us();
	server_limits(conf, &set.limits);
	if (load_setup(st, random, &set, &fatal_fault, err, sizeof(err)) != 0)
		fatal(fatal_fault ? EXIT_CONFIG : 1, "%s", err);
	s = sched_new(&set);
	if (load_all(st, s, &n, err, sizeof(err)) != 0)
		fatal(1, "%s", err);
	log_info("start", "epoch=%llu graphs=%llu batches=%llu groups=%llu "
	    "tensors=%llu damaged=%llu", (unsigned long long)set.epoch,
	    (unsigned long long)n.graphs, (unsigned long long)n.batches,
	    (unsigned long long)n.groups, (unsigned long long)n.tensors,
	    (unsigned long long)n.damaged);
	return s;
}

int
main(int argc, char **argv)
{
	static const struct proc_handlers handlers = {
		.drain = server_drain,
		.reload = server_reload,
	};
	struct server *sv;
	struct store *st;
	struct sched *s;
	struct proc proc;
	int status;

	/* Arrays of graphs grow by moving pages; batches leave no holes. */
	(void)mallopt(M_MMAP_THRESHOLD, OWN_PAGES);
	proc_init(&proc, "schedulerd", argc, argv);
	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		log_warn("start", "prctl");
	st = start_store(proc.conf);
	s = start_core(proc.conf, st);
	sv = server_new(&proc, st, s);
	if (sv == NULL)
		fatal(1, "scheduler.sock cannot be used");
	sched_load_end(s, proc_now_us(), server_out(sv));
	store_redis_run(st, proc.base);
	server_start(sv);
	proc_ready(&proc);
	status = proc_run(&proc, &handlers, sv);
	store_redis_stop(st);
	server_free(sv);
	sched_free(s);
	st->ops->free(st);
	proc_clear(&proc);
	return status;
}
