/*
 * One event a line: role[pid] subject: event key=value ...  Native only.
 * The local time stands before it, except for journald, which knows it.
 * Written with write(2) to stderr, with <N> priorities when that is journald.
 * Bytes from peers must pass log_escape first.  Never tokens or tensor values.
 */
#ifndef RAVEN_LOG_H
#define RAVEN_LOG_H

#include <stddef.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void	 log_init(const char *role);
void	 log_set_level(const char *name);	/* error, warn, info, debug */
void	 log_warn(const char *subject, const char *fmt, ...)	/* adds errno */
	    __attribute__((format(printf, 2, 3)));
void	 log_warnx(const char *subject, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 log_info(const char *subject, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 log_debug(const char *subject, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Only before the loop runs: says why and exits. */
void	 fatal(int status, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3), noreturn));
char	*log_escape(char *buf, size_t len, const void *, size_t);

#endif
