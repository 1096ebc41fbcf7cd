/*
 * ravenctl: see ravenctl.c.
 * Must not hold anything else, so that tests can link the rest.
 */
#include "broker/ravenctl.h"

int
main(int argc, char **argv)
{
	return ctl_main(argc, argv);
}
