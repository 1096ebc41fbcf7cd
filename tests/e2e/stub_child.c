/*
 * A child of brokerd that does nothing but what every child does, so that the
 * supervisor can be tested alone: it is copied beside brokerd as gatewayd,
 * schedulerd and workerd.  The file stub-ROLE in the run folder tells it what
 * to do else: "config" exits with 78, "die" with 1 before READY, "hang" never
 * leaves.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/log.h"
#include "common/proc.h"

static void
read_order(const struct proc *p, char *order, size_t len)
{
	char path[512], name[64];
	FILE *fp;

	snprintf(name, sizeof(name), "stub-%s", p->role);
	conf_run_path(p->conf, name, path, sizeof(path));
	*order = '\0';
	if ((fp = fopen(path, "r")) == NULL)
		return;
	if (fgets(order, (int)len, fp) == NULL)
		*order = '\0';
	order[strcspn(order, "\n")] = '\0';
	fclose(fp);
}

static void
on_drain(struct proc *p, uint64_t deadline_ms, void *arg)
{
	const char *order = arg;

	(void)deadline_ms;
	if (strcmp(order, "hang") == 0)
		for (;;)
			pause();
	proc_stop(p);
}

static void
on_reload(struct proc *p, void *arg)
{
	char text[64];

	(void)arg;
	snprintf(text, sizeof(text), "ping_ms=%lu",
	    (unsigned long)p->conf->ping_ms);
	proc_status(p, text);
	log_info("stub", "reloaded %s", text);
}

int
main(int argc, char **argv)
{
	static const struct proc_handlers handlers = { on_drain, on_reload };
	const char *slash = strrchr(argv[0], '/');
	char order[64];
	struct proc p;
	int status;

	proc_init(&p, slash != NULL ? slash + 1 : argv[0], argc, argv);
	read_order(&p, order, sizeof(order));
	if (strcmp(order, "config") == 0)
		fatal(EXIT_CONFIG, "told to find the configuration wrong");
	if (strcmp(order, "die") == 0)
		_exit(1);
	proc_ready(&p);
	status = proc_run(&p, &handlers, order);
	proc_clear(&p);
	return status;
}
