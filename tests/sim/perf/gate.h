/*
 * The gateway's part for one participant: tensors down behind an ASSIGN, in
 * parts and after messages; tensors up into the store; the line measured.
 */
#ifndef RAVEN_PERF_GATE_H
#define RAVEN_PERF_GATE_H

#include "server.h"

struct stored {
	struct stored	*chain;
	struct shape	 shape;
	uint64_t	 size;
	uint8_t		 digest[DIGEST_LEN];
	uint8_t		 head[64];	/* its first bytes; the rest is 0 */
};

struct pull;
struct push;

struct gate {
	struct server	*server;
	struct host	*host;		/* NULL: gone */
	uint64_t	 session;
	struct buf	*messages;	/* unsent, in order */
	size_t		 n_messages, first_message, messages_cap;
	struct pull	*pulls, **pulls_end;
	struct push	*pushes;
	size_t		 part;
	bool		 hello;
};

struct gate	*gate_new(struct server *, struct host *, uint64_t session);
/* Takes the ends of its host's lines. */
void		 gate_attach(struct gate *);
void		 gate_free(struct gate *);
void		 gate_cut(struct gate *);	/* the host is gone */
/* From the core to the participant. */
void		 gate_send(struct gate *, struct bytes);

struct stored	*store_find(struct server *, const uint8_t [DIGEST_LEN]);
struct stored	*store_add(struct server *, const struct shape *,
	    const uint8_t digest[DIGEST_LEN], const uint8_t *head, size_t n);
void		 store_clear(struct server *);
/* Into the inbox of the core; bytes are copied. */
void		 server_post(struct server *, uint64_t session, uint8_t from,
	    struct bytes);

#endif
