/*
 * gatewayd: every foreign byte comes through here.
 */
#include <sys/prctl.h>

#include "common/log.h"
#include "gateway/gateway_priv.h"

int
main(int argc, char **argv)
{
	static const struct proc_handlers handlers = {
		.drain = gateway_drain,
		.reload = gateway_reload,
	};
	struct gateway *gw;
	struct proc proc;
	int status;

	proc_init(&proc, "gatewayd", argc, argv);
	/* Nobody may read our memory, and nothing we run gains rights. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		log_warn("start", "prctl");
	gw = gateway_new(&proc);
	proc_ready(&proc);
	status = proc_run(&proc, &handlers, gw);
	gateway_free(gw);
	proc_clear(&proc);
	return status;
}
