/*
 * What the process may still do once it serves: read the page, its settings
 * and the password of Redis; write and run nothing.
 */
#ifndef RAVEN_BOX_H
#define RAVEN_BOX_H

#include "common/conf.h"

/* conf_path: the settings' file, or NULL.  Says in the log what the kernel
 * cannot do; the process goes on without it. */
void	 box_enter(const struct conf *, const char *conf_path);

#endif
