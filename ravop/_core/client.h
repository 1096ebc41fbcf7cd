/*
 * The developer's end of the protocol: bytes and events, no socket.
 *
 * Keeps what the server has not acknowledged, across connections: batches with
 * their numbers, the tensors they need, the values that are wanted.  After a
 * reconnect it sends again what the server has not recorded, and nothing else.
 *
 * Pure: no socket, clock or random source; the caller brings the bytes, the
 * seed of the masks and the time to wait.  Must not interpret programs beyond
 * the digests they name.  Dies of nothing but lack of memory.
 */
#ifndef RAVOP_CLIENT_H
#define RAVOP_CLIENT_H

#include "common/msg.h"
#include "common/program.h"
#include "common/ws.h"

#define CLIENT_KEY	16	/* bytes of a graph's key */
#define CLIENT_NONE	UINT32_MAX

enum client_state {
	CLIENT_OFF,		/* no connection */
	CLIENT_HANDSHAKE,	/* WebSocket not open yet */
	CLIENT_HELLO,		/* HELLO sent, no WELCOME yet */
	CLIENT_READY,
};

enum client_event_type {
	CLIENT_EV_READY,	/* WELCOME; g is the server's largest tensor */
	CLIENT_EV_OPENED,	/* graph, g: its number at the server */
	CLIENT_EV_ACKED,	/* graph, number: batches up to it are recorded */
	CLIENT_EV_VALUE,	/* graph, op, shape, bytes */
	CLIENT_EV_FAILED,	/* graph, op, code, cause, text: op has no value */
	CLIENT_EV_PROGRESS,	/* graph, counts */
	CLIENT_EV_ENDED,	/* graph, counts, failures */
	CLIENT_EV_REFUSED,	/* what, graph or CLIENT_NONE, number, op, code,
				 * text, retry_ms */
	CLIENT_EV_RETRY,	/* graph, retry_ms, code, text: then client_retry */
	CLIENT_EV_CLOSED,	/* code, text: the connection is over */
	CLIENT_EV_ANSWER,	/* text: to client_ask */
	CLIENT_EV_PLANNED,	/* graph, text: to client_plan, as JSON */
};

struct client_failure {
	uint64_t	 op, cause;
	uint32_t	 code;
	char		*text;
};

/* Owns its bytes, text and failures: client_event_free. */
struct client_event {
	struct client_event	*next;
	enum client_event_type	 type;
	uint32_t		 graph;		/* handle */
	uint32_t		 what, code;
	uint64_t		 g, op, number, cause, retry_ms;
	uint64_t		 total, pending, computing, computed, failed;
	uint64_t		 cancelled, participants, left_ms;
	uint64_t		 predicted_ms;
	bool			 believed;
	struct shape		 shape;
	uint8_t			*bytes;
	size_t			 size;
	char			*text;
	char			*by;		/* who failed at it, if known */
	struct client_failure	*failures;
	size_t			 n_failures;
};

/* Counts for tests and R.versions(). */
struct client_stats {
	uint64_t	uploads, upload_bytes, batches, resent, connects;
};

struct client;

struct client	*client_new(const char *host, const char *path,
		    const char *token, const char *build);
void		 client_free(struct client *);

/* A new connection: seed draws the key and the masks, 32 random bytes. */
void		 client_connect(struct client *, const uint8_t seed[DIGEST_LEN]);
void		 client_lost(struct client *);
enum client_state client_state(const struct client *);
const struct client_stats *client_stats(const struct client *);

/* Bytes that came; data is unmasked in place. */
void		 client_recv(struct client *, uint8_t *data, size_t);
/* What happened, in order; the caller frees it.  NULL: nothing. */
struct client_event *client_next(struct client *);
void		 client_event_free(struct client_event *);
/* Bytes to send now, borrowed until the next call, and how many were sent. */
const uint8_t	*client_output(struct client *, size_t *);
void		 client_sent(struct client *, size_t);

/*
 * A graph to open, or with g != 0 to attach to; returns its handle.  Texts
 * are copied.
 */
uint32_t	 client_graph(struct client *, const uint8_t key[CLIENT_KEY],
		    uint64_t g, const char *name, const char *approach,
		    uint64_t verify, const char *options, bool low);
/*
 * Takes the bytes (from xmalloc) of a tensor that the next batch names by its
 * digest; each source of a program has one call.
 */
void		 client_tensor(struct client *, const struct shape *,
		    const uint8_t digest[DIGEST_LEN], uint8_t *bytes);
/* Takes the program's buffer; returns the batch's number. */
uint64_t	 client_batch(struct client *, uint32_t graph, struct buf *program,
		    const uint64_t *want, size_t n_want,
		    const uint64_t *persist, size_t n_persist,
		    const uint64_t *released, size_t n_released);
void		 client_want(struct client *, uint32_t graph, const uint64_t *, size_t);
/* The value is not waited for any more. */
void		 client_unwant(struct client *, uint32_t graph, uint64_t op);
void		 client_end(struct client *, uint32_t graph, bool cancel);
/* Asks about graphs of one's own; false: there is no session to ask in. */
bool		 client_ask(struct client *, const char *what, const char *arg);
/*
 * Asks what would become of the graph if the program were its next batch;
 * false: it is not open in a session.  Bytes of tensors that would be uploaded.
 */
bool		 client_plan(struct client *, uint32_t graph,
		    const struct buf *program, const uint64_t *want,
		    size_t n_want, bool sinks, uint64_t *upload);
/* Of a graph to attach to: the server has that many batches of it. */
void		 client_resume(struct client *, uint32_t graph, uint64_t batches);
void		 client_retry(struct client *, uint32_t graph);
/* Nobody has a use for the graph: cancelled, if the server knows it. */
void		 client_abandon(struct client *, uint32_t graph);
/* Graphs that the server knows and that have not ended. */
size_t		 client_open(const struct client *);
/* Nothing of the graph is sent any more. */
void		 client_forget(struct client *, uint32_t graph);
/* Batches that the server has not recorded. */
size_t		 client_unacked(const struct client *, uint32_t graph);

#endif
