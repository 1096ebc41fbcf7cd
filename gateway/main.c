/*
 * gatewayd: every foreign byte comes through here.
 */
#include "gateway/box.h"
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
	gw = gateway_new(&proc);
	box_enter(proc.conf, proc.conf_path);
	proc_ready(&proc);
	status = proc_run(&proc, &handlers, gw);
	gateway_free(gw);
	proc_clear(&proc);
	return status;
}
