/* ravenctl: what its files share. */
#ifndef RAVEN_RAVENCTL_H
#define RAVEN_RAVENCTL_H

#include <hiredis/hiredis.h>

#include "broker/report.h"
#include "common/conf.h"
#include "common/error.h"
#include "common/op.h"
#include "common/program.h"
#include "common/record.h"

#define EXIT_UNREACHABLE	1	/* Redis, or an odd answer */
#define EXIT_NO_GRAPH		2
#define CTL_SHOWN		200	/* rows of a long table without --all */

struct ctl {
	struct conf	*conf;
	const char	*conf_path;
	char		**overrides;
	size_t		 n_overrides;
	bool		 json, all;
	redisContext	*redis;
	struct report	 report;
};

/* Says it and ends the program. */
void		 ctl_fail(int status, const char *fmt, ...)
		    __attribute__((format(printf, 2, 3), noreturn));
int		 ctl_main(int argc, char **argv);

/* ravenctl_store.c: reading Redis; a failure ends the program, except that
 * ctl_try_redis returns -1 with the reason and what to look at. */
int		 ctl_try_redis(struct ctl *, char *err, size_t len) MUST_CHECK;
void		 ctl_open_redis(struct ctl *);
redisReply	*ctl_command(struct ctl *, const char *fmt, ...);
/* Keys that match, each once, sorted; owned by the caller. */
char		**ctl_keys(struct ctl *, const char *pattern, size_t *n);
void		 ctl_free_keys(char **, size_t n);
/* A field of an HGETALL; empty if it is not there. */
struct str	 ctl_field(const redisReply *, const char *name);
uint64_t	 ctl_number(struct str);
/* Cells from fields of the same name. */
void		 ctl_put_text(struct ctl *, const redisReply *,
		    const char *name);
void		 ctl_put_number(struct ctl *, const redisReply *,
		    const char *name);
void		 ctl_put_time(struct ctl *, const redisReply *,
		    const char *name);
void		 ctl_put_bytes(struct ctl *, const redisReply *,
		    const char *name);

/* A group out, from raven:queue:computing. */
struct ctl_out {
	uint64_t	g;
	char		group[48];	/* "epoch.counter" */
	uint64_t	sent_ms;
	uint32_t	n_ops;
	char		cid[256], tab[256];
};

struct ctl_out	*ctl_computing(struct ctl *, size_t *n);

/* ravenctl_ask.c: one question to a process, blocking.  -1: why in err. */
int		 ctl_ask(struct ctl *, const char *socket, uint8_t from,
		    const char *what, const char *arg, struct buf *answer,
		    char *err, size_t len)
		    MUST_CHECK;

/* The commands; each fills the report and returns the exit status. */
int		 ctl_status(struct ctl *, const char *arg);
int		 ctl_graphs(struct ctl *, const char *arg);
int		 ctl_graph(struct ctl *, const char *arg);
int		 ctl_participants(struct ctl *, const char *arg);
int		 ctl_queues(struct ctl *, const char *arg);

#endif
