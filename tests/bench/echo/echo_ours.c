/*
 * An echo server of the gateway's own connections: gatewayd, but each message
 * is answered with itself.  There is no scheduler and no Redis.
 */
#include "gateway/gateway_priv.h"

static void
echo(struct conn *c, const struct ws_event *ev)
{
	struct bytes body = { ev->data, ev->len };

	conn_forward(c, body);
}

int
main(int argc, char **argv)
{
	static const struct proc_handlers handlers = { 0 };
	struct gateway *gw;
	struct proc proc;
	int status;

	proc_init(&proc, "echo", argc, argv);
	gw = gateway_new(&proc);
	gw->on_message = echo;
	status = proc_run(&proc, &handlers, gw);
	gateway_free(gw);
	proc_clear(&proc);
	return status;
}
