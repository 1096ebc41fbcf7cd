/*
 * The server: the real core behind a modelled gateway and store.  A turn takes
 * the events that came while the last one lasted; what it decides leaves one
 * after the other, as the time for each is over.
 */
#ifndef RAVEN_PERF_SERVER_H
#define RAVEN_PERF_SERVER_H

#include "common/msg.h"
#include "common/tensor.h"
#include "host.h"
#include "scheduler/core/sched.h"

#define TURN_NS		(20 * US)	/* a turn */
#define TURN_OP_NS	(2 * US)	/* and for each op it hands out */
#define DEV_SESSION	((uint64_t)1 << 32)	/* and above: developers */

struct mail;
struct gate;
struct stored;

/* Who decides: the core, or a baseline. */
struct brain {
	void		(*apply)(void *, uint64_t now_us,
			    const struct sched_event *, struct sched_out *);
	/* When it wants to be called again. */
	uint64_t	(*tick)(void *, uint64_t now_us, struct sched_out *);
	void		*arg;
};

struct server_figures {
	uint64_t	assigns, ops_sent;
	double		cpu;		/* seconds of this machine in the core */
};

struct server {
	struct clock		*clock;
	struct brain		 brain;
	struct sched_out	 out;
	struct mail		*inbox, **inbox_end;
	bool			 busy, due;
	/* until then turns are few and long: people join, nobody waits */
	uint64_t		 gathers;
	uint64_t		 wake;
	struct gate		**gates;	/* by session */
	size_t			 n_gates, gates_cap;
	struct stored		**stored;	/* hash by digest */
	size_t			 n_stored, stored_cap;
	void			(*to_dev)(void *, uint64_t session,
				    struct bytes);
	void			*dev_arg;
	struct server_figures	 figures;
	const struct watch	*watch;
	struct msg_arena	 arena;
};

void	 server_init(struct server *, struct clock *);
void	 server_clear(struct server *);
/* The host gets a session, and the ends of its lines. */
void	 server_connect(struct server *, struct host *);
/* The host is gone; the core hears of it so many seconds later. */
void	 server_lost(struct server *, struct host *, double seen);
/* A message from a developer, or from the gateway about a session. */
void	 server_say(struct server *, uint64_t session, const struct msg *);
/* Takes all that came, unless a turn is under way. */
void	 server_turn(struct server *);
/* A tensor that is there from the beginning. */
void	 server_store(struct server *, uint64_t name, const struct shape *,
	    const uint8_t digest[DIGEST_LEN]);

#endif
