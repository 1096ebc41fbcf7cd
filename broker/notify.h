/* Telling systemd how we are (sd_notify(3)); does nothing elsewhere. */
#ifndef RAVEN_NOTIFY_H
#define RAVEN_NOTIFY_H

#include <stdint.h>

void		 notify(const char *fmt, ...)
		    __attribute__((format(printf, 1, 2)));
/* How often systemd wants WATCHDOG=1; 0: never. */
uint64_t	 notify_watchdog_us(void);

#endif
