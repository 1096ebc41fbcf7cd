/*
 * A WebSocket client on libevent: worker.sock, or a server by URL.  Native
 * only.  One connection at a time; it is the caller who connects again.
 */
#ifndef RAVEN_NET_H
#define RAVEN_NET_H

#include <stdbool.h>

#include "common/buf.h"

struct event_base;
struct net;

struct net_handlers {
	void	(*opened)(void *arg);
	/* One binary message, borrowed for the call. */
	void	(*message)(const uint8_t *, size_t, void *arg);
	/* What was unsent has gone below a mark. */
	void	(*drained)(void *arg);
	/* Also when it could not be opened.  code: the peer's, or 0. */
	void	(*closed)(uint16_t code, const char *why, void *arg);
};

/*
 * url: http://host:port or ws://host:port, or NULL for the Unix socket at
 * path.  NULL with what is wrong in err.
 */
struct net	*net_new(struct event_base *, const char *url, const char *path,
		    const struct net_handlers *, void *arg, char *err, size_t);
void		 net_free(struct net *);
/* closed is never called from inside. */
void		 net_connect(struct net *);
void		 net_send(struct net *, struct bytes);
/* Says goodbye; closed follows. */
void		 net_close(struct net *, uint16_t code, const char *why);
size_t		 net_unsent(const struct net *);
bool		 net_connected(const struct net *);	/* closed() will come */

#endif
