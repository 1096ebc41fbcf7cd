/*
 * The log: one line an event, written with one write(2), so that lines of
 * several processes never mix and nothing is lost in a buffer when one dies.
 * Must not be given tokens, secrets or tensor values.
 * Dies of: fatal(), which only start-up may call.
 */
#include <sys/stat.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

#define LINE_MAX_BYTES	4096

/* The one place where a process keeps its name; set before the loop runs. */
static struct {
	const char	*role;
	enum log_level	 level;
	bool		 journal;	/* stderr is journald's stream */
} state = { "raven", LOG_INFO, false };

static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (stream == NULL || sscanf(stream, "%llu:%llu", &dev, &ino) != 2)
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	    st.st_ino == ino;
}

void
log_init(const char *role)
{
	state.role = role;
	state.journal = is_journal();
}

void
log_set_level(const char *name)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			state.level = (enum log_level)i;
}

/* journald knows the time; a terminal or a file does not. */
static size_t
write_prefix(char *line, size_t len, enum log_level level, const char *subject)
{
	static const int priority[] = { 3, 4, 6, 7 };
	struct timespec ts;
	struct tm tm;
	char when[32];
	int n;

	if (state.journal)
		snprintf(when, sizeof(when), "<%d>", priority[level]);
	else {
		clock_gettime(CLOCK_REALTIME, &ts);
		localtime_r(&ts.tv_sec, &tm);
		snprintf(when, sizeof(when), "%02d:%02d:%02d.%03ld ",
		    tm.tm_hour % 24, tm.tm_min % 60, tm.tm_sec % 61,
		    ts.tv_nsec / 1000000 % 1000);
	}
	n = snprintf(line, len, "%s%s[%d] %s%s", when, state.role,
	    (int)getpid(), subject, *subject != '\0' ? ": " : "");
	return n < 0 ? 0 : (size_t)n < len ? (size_t)n : len - 1;
}

static void
emit(enum log_level level, const char *subject, int err, const char *fmt,
    va_list ap)
{
	char line[LINE_MAX_BYTES];
	size_t n, room;
	ssize_t ignored;
	int got;

	n = write_prefix(line, sizeof(line) / 2, level,
	    subject != NULL ? subject : "");
	room = sizeof(line) - n - 128;	/* what follows the text */
	got = vsnprintf(line + n, room, fmt, ap);
	if (got > 0)
		n += (size_t)got < room ? (size_t)got : room - 1;
	if (err != 0) {
		got = snprintf(line + n, 126, ": %s", strerror(err));
		n += got > 0 && got < 126 ? (size_t)got : 0;
	}
	line[n++] = '\n';
	ignored = write(STDERR_FILENO, line, n);
	(void)ignored;	/* nobody is left to be told */
}

#define EMIT(lvl, err) do {						\
	va_list ap;							\
	int saved = errno;						\
									\
	if ((lvl) > state.level)					\
		return;							\
	va_start(ap, fmt);						\
	emit(lvl, subject, err, fmt, ap);				\
	va_end(ap);							\
	errno = saved;							\
} while (0)

void
log_warn(const char *subject, const char *fmt, ...)
{
	EMIT(LOG_WARN, saved);
}

void
log_warnx(const char *subject, const char *fmt, ...)
{
	EMIT(LOG_WARN, 0);
}

void
log_info(const char *subject, const char *fmt, ...)
{
	EMIT(LOG_INFO, 0);
}

void
log_debug(const char *subject, const char *fmt, ...)
{
	EMIT(LOG_DEBUG, 0);
}

void
fatal(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(LOG_ERROR, "fatal", 0, fmt, ap);
	va_end(ap);
	exit(status);
}

/* Printable ASCII stays; the rest becomes \xHH, and the backslash doubles. */
char *
log_escape(char *buf, size_t len, const void *data, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *p = data;
	size_t i, o = 0;

	if (len == 0)
		return buf;
	for (i = 0; i < n && o + 5 <= len; i++) {
		if (p[i] == '\\') {
			buf[o++] = '\\';
			buf[o++] = '\\';
		} else if (p[i] >= 0x20 && p[i] < 0x7f)
			buf[o++] = (char)p[i];
		else {
			buf[o++] = '\\';
			buf[o++] = 'x';
			buf[o++] = hex[p[i] >> 4];
			buf[o++] = hex[p[i] & 15];
		}
	}
	buf[o] = '\0';
	return buf;
}
