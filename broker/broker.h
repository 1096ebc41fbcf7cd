/* The supervisor: what its files share. */
#ifndef RAVEN_BROKER_H
#define RAVEN_BROKER_H

#include "broker/listen.h"
#include "broker/pool.h"
#include "broker/redis.h"
#include "common/msg.h"

#define EXIT_FAILED	1	/* could not start; the log says why */

struct event;
struct event_base;
struct control;

enum pool_kind { POOL_REDIS, POOL_SCHEDULER, POOL_GATEWAY, POOL_WORKER,
	POOL_COUNT };

/* In the order they are passed. */
enum phase {
	PHASE_RECORD,	/* waiting for Redis's first answer */
	PHASE_START,	/* waiting for the others' READY */
	PHASE_RUN,
	PHASE_DRAIN,	/* the scheduler finishes */
	PHASE_CLOSE,	/* the gateways take leave of their peers */
	PHASE_END,	/* SIGTERM was sent to all but Redis */
	PHASE_KILL,	/* SIGKILL was */
	PHASE_LAST,	/* only Redis is left, and was told */
	PHASE_DONE,
};

struct broker {
	struct conf		*conf;
	const char		*conf_path;	/* NULL: none */
	char			**overrides;
	size_t			 n_overrides;
	char			 child_conf[512];	/* what children read */
	struct event_base	*base;
	struct pool		 pools[POOL_COUNT];
	struct redis		 redis;
	struct redis_probe	*probe;		/* while Redis starts */
	int			 checker;	/* pid; looks at its files */
	struct listeners	 listeners;
	struct control		*control;
	int			 lock_fd;
	struct event		*signals[6];
	struct event		*turn;		/* looks at all pools */
	struct msg_arena	 arena;
	enum phase		 phase;
	uint64_t		 phase_end_us;	/* of a phase of leaving */
	uint64_t		 started_us;
	uint64_t		 watchdog_us;	/* systemd's; 0: none */
	uint64_t		 watched_us;	/* when it was told last */
	uint64_t		 looked_us;	/* at the children, last */
	int			 status;	/* to exit with */
};

/* broker.c */
int	 broker_run(struct broker *);		/* until it has left */
void	 broker_leave(struct broker *, int status, const char *why);
const char *broker_phase_name(const struct broker *);

/* children.c: processes of the pools. */
void	 children_start(struct broker *, struct child *);
void	 children_reap(struct broker *);
void	 children_signal(struct broker *, enum pool_kind, int sig);
void	 children_send(struct broker *, enum pool_kind, const struct msg *);
void	 children_dismiss(struct broker *, enum pool_kind);	/* above want */
void	 children_watch(struct broker *, uint64_t now_us);	/* silence */

/* status.c */
void	 status_json(const struct broker *, struct buf *);
/* The line for systemd. */
char	*status_line(const struct broker *, char *buf, size_t len);

/* control.c */
struct control *control_new(struct broker *);
void	 control_free(struct control *);

#endif
