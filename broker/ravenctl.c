/*
 * ravenctl: options and the choice of the command.
 * Must not write to Redis; its user there could not.
 * Dies of: wrong use (64), a bad configuration (78), Redis not reachable (1),
 * no such graph (2).
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "broker/ravenctl.h"
#include "common/log.h"
#include "common/proc.h"

static const struct command {
	const char	*name, *arg, *doc;
	int		(*fn)(struct ctl *, const char *arg);
} commands[] = {
	{ "status", NULL, "processes, live totals, Redis", ctl_status },
	{ "graphs", NULL, "every graph with its counts", ctl_graphs },
	{ "graph", "G", "one graph: its ops, groups and failures", ctl_graph },
	{ "participants", NULL, "who computes, how fast, and on what",
	    ctl_participants },
	{ "queues", NULL, "graphs with ready ops, and groups out",
	    ctl_queues },
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

void
ctl_fail(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("ravenctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

static void
usage(FILE *fp)
{
	size_t i;

	fprintf(fp, "usage: ravenctl [--json] [--all] [-f file] "
	    "[-o name=value]... command\n");
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(fp, "  %-12s %-2s %s\n", commands[i].name,
		    commands[i].arg != NULL ? commands[i].arg : "",
		    commands[i].doc);
	fprintf(fp, "  --json         for programs\n"
	    "  --all          long tables whole\n"
	    "  -f, -o         settings, as for brokerd; state_dir says which "
	    "server\n"
	    "  --help, --version\n"
	    "Exit status: 0 done, 1 Redis is not reachable, 2 no such graph, "
	    "64 wrong use,\n78 bad configuration.\n");
}

static void
take_option(struct ctl *c, int option)
{
	switch (option) {
	case 'f':
		c->conf_path = optarg;
		break;
	case 'o':
		c->overrides[c->n_overrides++] = optarg;
		break;
	case 'j':
		c->json = true;
		break;
	case 'a':
		c->all = true;
		break;
	case 'h':
		usage(stdout);
		exit(0);
	case 'V':
		printf("ravenctl (raven) %s\n", PACKAGE_VERSION);
		exit(0);
	default:
		usage(stderr);
		exit(EXIT_WRONG_USE);
	}
}

static const struct command *
find_command(int argc, char **argv)
{
	size_t i;

	if (optind == argc) {
		usage(stderr);
		exit(EXIT_WRONG_USE);
	}
	for (i = 0; i < N_COMMANDS; i++)
		if (strcmp(argv[optind], commands[i].name) == 0)
			break;
	if (i == N_COMMANDS)
		ctl_fail(EXIT_WRONG_USE, "there is no command '%s'; --help "
		    "lists them", argv[optind]);
	if (argc - optind - 1 != (commands[i].arg != NULL))
		ctl_fail(EXIT_WRONG_USE, "%s takes %s", commands[i].name,
		    commands[i].arg != NULL ? "one argument, the number of a "
		    "graph" : "no argument");
	return &commands[i];
}

static const struct command *
parse_options(struct ctl *c, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	c->overrides = xcalloc((size_t)argc + 1, sizeof(*c->overrides));
	while ((option = getopt_long(argc, argv, "f:o:", longs, NULL)) != -1)
		take_option(c, option);
	if (c->conf_path == NULL && access(DEFAULT_CONF, R_OK) == 0)
		c->conf_path = DEFAULT_CONF;
	return find_command(argc, argv);
}

static void
print(const struct ctl *c)
{
	struct buf out;
	size_t i;

	buf_init(&out);
	if (c->json)
		report_json(&c->report, &out);
	else
		report_table(&c->report, (uint64_t)time(NULL), &out);
	fwrite(out.data, 1, out.len, stdout);
	for (i = 0; i < c->report.n_notices && !c->json; i++)
		fprintf(stderr, "ravenctl: %s\n", c->report.notices[i]);
	buf_clear(&out);
	if (fflush(stdout) != 0)
		ctl_fail(EXIT_UNREACHABLE, "cannot write the output");
}

int
ctl_main(int argc, char **argv)
{
	struct ctl c = { 0 };
	const struct command *command;
	char err[1024];
	int status;

	command = parse_options(&c, argc, argv);
	c.conf = conf_new();
	if (conf_load(c.conf, c.conf_path, c.overrides, c.n_overrides, err,
	    sizeof(err)) == -1)
		ctl_fail(EXIT_CONFIG, "%s", err);
	report_init(&c.report);
	status = command->fn(&c,
	    command->arg != NULL ? argv[argc - 1] : NULL);
	print(&c);
	report_clear(&c.report);
	redisFree(c.redis);
	conf_free(c.conf);
	xfree(c.overrides);
	return status;
}
