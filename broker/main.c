/*
 * brokerd: options, lock, sockets; then the supervisor runs.
 * Must not be linked into tests; everything else is in libbroker.
 * Dies of: wrong use (64), a running server (75), a bad configuration (78),
 * whatever else keeps it from starting (1).
 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "broker/broker.h"
#include "broker/lock.h"
#include "common/log.h"
#include "common/proc.h"

struct options {
	bool	dump;	/* -n */
};

static void
usage(FILE *fp)
{
	fprintf(fp, "usage: brokerd [-n] [-f file] [-o name=value]...\n"
	    "  -f file        read settings from file (default " DEFAULT_CONF
	    ", if there)\n"
	    "  -o name=value  set one; may be repeated; wins over file and "
	    "environment\n"
	    "  -n             check the settings, print each with its source, "
	    "exit\n"
	    "  --help, --version\n"
	    "SIGHUP reloads, SIGTERM drains and stops.  Exit status: 0 "
	    "stopped, 1 could not\nstart, 64 wrong use, 75 already running, "
	    "78 bad configuration.\n");
}

static void
take_option(struct broker *b, struct options *o, int option)
{
	switch (option) {
	case 'f':
		b->conf_path = optarg;
		break;
	case 'o':
		b->overrides[b->n_overrides++] = optarg;
		break;
	case 'n':
		o->dump = true;
		break;
	case 'h':
		usage(stdout);
		exit(0);
	case 'V':
		printf("brokerd (raven) %s\n", PACKAGE_VERSION);
		exit(0);
	default:
		usage(stderr);
		exit(EXIT_WRONG_USE);
	}
}

static void
parse_options(struct broker *b, struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	b->overrides = xcalloc((size_t)argc + 1, sizeof(*b->overrides));
	while ((option = getopt_long(argc, argv, "f:o:n", longs, NULL)) != -1)
		take_option(b, o, option);
	if (optind != argc) {
		fprintf(stderr, "brokerd: what is '%s'?\n", argv[optind]);
		take_option(b, o, '?');
	}
	if (b->conf_path == NULL && access(DEFAULT_CONF, R_OK) == 0)
		b->conf_path = DEFAULT_CONF;
}

static void
load_conf(struct broker *b)
{
	char err[1024];

	b->conf = conf_new();
	if (conf_load(b->conf, b->conf_path, b->overrides, b->n_overrides, err,
	    sizeof(err)) == -1)
		fatal(EXIT_CONFIG, "%s", err);
	log_set_level(b->conf->log_level);
}

static void
open_all(struct broker *b)
{
	char err[1024];

	switch (lock_take(b->conf, &b->lock_fd, err, sizeof(err))) {
	case LOCK_HELD:
		break;
	case LOCK_TAKEN:
		fatal(EXIT_LOCKED, "%s", err);
	case LOCK_FAILED:
		fatal(EXIT_FAILED, "%s", err);
	}
	if (listen_open(&b->listeners, b->conf, err, sizeof(err)) == -1)
		fatal(EXIT_FAILED, "%s", err);
	if (*b->conf->redis == '\0' &&
	    redis_prepare(&b->redis, b->conf, err, sizeof(err)) == -1)
		fatal(EXIT_FAILED, "%s", err);
}

static void
close_all(struct broker *b)
{
	close(b->lock_fd);
	conf_free(b->conf);
	xfree(b->overrides);
}

int
main(int argc, char **argv)
{
	struct broker b = { .lock_fd = -1 };
	struct options o = { false };
	int status;

	log_init("brokerd");
	parse_options(&b, &o, argc, argv);
	load_conf(&b);
	if (o.dump) {
		conf_dump(b.conf, stdout);
		status = fflush(stdout) == 0 ? 0 : EXIT_FAILED;
	} else {
		umask(0077);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		proc_raise_files();
		open_all(&b);
		status = broker_run(&b);
	}
	close_all(&b);
	return status;
}
