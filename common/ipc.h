/*
 * Frames on a socket in libevent's loop: the glue between processes.  Native
 * only.  What is sent during a turn of the loop leaves together at its end.
 */
#ifndef RAVEN_IPC_H
#define RAVEN_IPC_H

#include "frame.h"

struct event_base;
struct bufferevent;
struct ipc;

/* Why a channel closed. */
enum ipc_end { IPC_EOF, IPC_FAULT, IPC_ERROR };

struct ipc_handlers {
	/* One whole message; bytes are borrowed for the call.  The handler may
	 * call ipc_free: the channel stops and goes after the callback. */
	void	(*message)(struct ipc *, uint64_t session, struct bytes,
		    void *arg);
	/* The last call; ipc_free is the owner's, here or later. */
	void	(*closed)(struct ipc *, enum ipc_end, const char *why,
		    void *arg);
	/* Output crossed the high mark of 4 MiB (full true) or fell below the
	 * low one of 1 MiB; told at the end of a turn.  May be NULL. */
	void	(*pressure)(struct ipc *, bool full, void *arg);
};

/* Takes fd (connected, non-blocking).  max: longest frame. */
struct ipc	*ipc_new(struct event_base *, int fd, size_t max,
		    const struct ipc_handlers *, void *arg);
/* Connects to a Unix socket; NULL and errno on failure. */
struct ipc	*ipc_connect(struct event_base *, const char *path, size_t max,
		    const struct ipc_handlers *, void *arg);
void		 ipc_free(struct ipc *);
void		 ipc_send(struct ipc *, uint64_t session, const struct msg *);
/* A message already encoded. */
void		 ipc_forward(struct ipc *, uint64_t session, struct bytes);
void		 ipc_pause(struct ipc *, bool);	/* no message until false */
size_t		 ipc_pending(const struct ipc *);	/* bytes unsent */

#endif
