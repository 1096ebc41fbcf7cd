/*
 * What server.c and hello.c share.
 */
#ifndef RAVEN_SERVER_PRIV_H
#define RAVEN_SERVER_PRIV_H

#include <sys/queue.h>

#include "core/map.h"
#include "server.h"
#include "turn.h"

/* A gateway, or ravenctl. */
struct link {
	TAILQ_ENTRY(link) entry;
	struct server	*sv;		/* borrowed */
	struct ipc	*ipc;
	uint64_t	 number;	/* counts up */
	bool		 gateway;	/* it said ATTACH */
};

/* Somebody behind a gateway; the core knows it by its handle. */
struct seat {
	struct link	*link;		/* NULL: free */
	uint64_t	 id;		/* of the gateway */
	uint32_t	 turn;		/* of use: part of the handle */
	uint8_t		 from;		/* MSG_ bit of its role */
};

struct server {
	struct proc		*proc;		/* borrowed */
	struct store		*st;
	struct sched		*s;
	struct turn		*turn;
	struct evconnlistener	*listener;
	struct event		*turn_event;	/* ends the turn, once a loop */
	struct event		*tick;		/* each second */
	struct event		*draining;
	TAILQ_HEAD(, link)	 links;
	uint64_t		 next_link;
	struct seat		*seats;
	uint32_t		 n_seats, seats_cap;
	uint32_t		*free_seats;
	uint32_t		 n_free, free_cap;
	struct map		 by_id;		/* link and id -> seat */
	struct msg_arena	 arena;
	bool			 woken;
	unsigned		 seconds;
	bool			 crowded;	/* Redis is nearly full */
};

/* server.c */
void	 server_wake(struct server *);
void	 server_event(struct server *, const struct sched_event *);
struct seat	*seat_of(struct server *, uint64_t handle);
/* hello.c: looks up who it is, then tells the core. */
void	 hello_take(struct server *, uint64_t handle, struct bytes);

#endif
