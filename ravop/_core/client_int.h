/*
 * What the files of the client share: client.c (connection, graphs),
 * client_want.c (values waited for), client_send.c (what leaves, and when),
 * client_recv.c (what a message does) and client_data.c (tensors both ways).
 */
#ifndef RAVOP_CLIENT_INT_H
#define RAVOP_CLIENT_INT_H

#include "client.h"

#define CLIENT_FRAME	(512u << 10)	/* longest fragment sent */
#define CLIENT_OUTPUT	(1u << 20)	/* unsent bytes that stop the pump */

struct client_limits {
	uint64_t	credit_batches, credit_bytes, part_bytes;
};

struct client_batch {
	struct client_batch	*next;
	uint64_t		 n;
	struct buf		 program;
	uint64_t		*want, *persist, *released;
	size_t			 n_want, n_persist, n_released;
	unsigned		 tries;		/* refused for a tensor */
	bool			 sent, was_sent;
};

struct client_wanted {
	uint64_t	op, n;		/* after which batch */
	bool		carried;	/* by that batch */
	bool		late;		/* not before it is recorded */
	bool		sent;
};

struct client_wants {
	struct client_wanted	*v;
	uint32_t		*at;	/* by op: place in v + 1; 0: none */
	size_t			 n, cap, cap_at;
	size_t			 unsent;	/* of them */
};

struct client_graph {
	uint8_t			 key[CLIENT_KEY];
	uint64_t		 g, verify;
	bool			 low;
	char			*name, *approach, *options;
	struct client_batch	*first, **last;	/* not acknowledged */
	uint64_t		 next_n, acked;
	size_t			 n_batches;
	size_t			 sent_batches, sent_bytes;	/* of them */
	struct client_wants	 wants;
	bool			 asked;		/* GRAPH sent */
	bool			 open;		/* ACK or WELCOME named it */
	bool			 attach;
	bool			 hold;		/* until client_retry */
	bool			 end, cancel, end_sent, gone;
};

struct client_blob {
	uint8_t		 digest[DIGEST_LEN];
	struct shape	 shape;
	uint8_t		*bytes;		/* while refs > 0 */
	size_t		 size;
	uint32_t	 refs;		/* sources in batches not acknowledged */
	uint64_t	 wait_ms;	/* the server had no room for it */
	bool		 used, uploaded;
};

struct client_download {
	struct client_download	*next;
	uint32_t		 graph;
	uint64_t		 op;
	struct shape		 shape;
	uint8_t			 want[DIGEST_LEN];
	struct digest		 digest;
	uint8_t			*bytes;		/* once PUT came */
	size_t			 size, got;
};

struct client {
	char			*host, *path, *token, *build;
	enum client_state	 state;
	struct ws		 ws;
	char			 key[WS_KEY_LEN];
	uint8_t			 seed[DIGEST_LEN], masks[DIGEST_LEN];
	uint64_t		 mask_count;
	struct buf		 in;		/* of the handshake */
	struct buf		 out;
	size_t			 out_off;
	struct buf		 scratch;
	struct msg_arena	 arena;
	struct client_limits	 limits;
	struct client_stats	 stats;
	struct client_graph	**graphs;
	uint32_t		 n_graphs;
	struct client_blob	*blobs;
	size_t			 n_blobs, cap_blobs;
	struct client_blob	*upload;	/* under way */
	size_t			 upload_off;
	struct client_download	*downloads;
	struct client_event	*events, **events_last;
};

/* client.c */
struct client_event *client_event(struct client *, enum client_event_type,
	    uint32_t graph);
char		*client_text(const char *, size_t);
void		 client_close(struct client *, uint32_t code, const char *why);
void		 client_again(struct client *, bool connection);
void		 client_acked(struct client *, uint32_t graph, uint64_t n);
struct client_batch *client_shift(struct client *, struct client_graph *);

/* client_want.c: by op number; an op is wanted once. */
struct client_wanted *client_wants_find(const struct client_wants *,
		    uint64_t op);
void		 client_wants_add(struct client_wants *, uint64_t op,
		    uint64_t n, bool carried);
void		 client_wants_sent(struct client_wants *,
		    struct client_wanted *, bool sent);
void		 client_wants_drop(struct client_wants *, uint64_t op);
void		 client_wants_unsend(struct client_wants *);
void		 client_wants_clear(struct client_wants *);

/* client_send.c */
void		 client_write(struct client *, const struct msg *);
void		 client_control(struct client *, enum ws_opcode, const void *, size_t);
void		 client_say_hello(struct client *);
void		 client_pump(struct client *);

/* client_recv.c */
void		 client_refused(struct client *, uint32_t graph,
		    const struct msg_refuse *);
void		 client_message(struct client *, const uint8_t *, size_t);

/* client_planned.c */
void		 client_unplanned_text(const struct msg_refuse *, struct buf *);
void		 client_planned_text(const struct msg_planned *, struct buf *);

/* client_data.c */
struct client_blob *client_blob(struct client *, const uint8_t [DIGEST_LEN]);
void		 client_blob_unref(struct client *, const struct buf *program);
uint64_t	 client_missing(struct client *, const struct buf *program);
bool		 client_upload(struct client *, const struct buf *program);
void		 client_part(struct client *);
void		 client_data_lost(struct client *);
void		 client_data_free(struct client *);
void		 client_expect(struct client *, uint32_t graph, const struct msg_value *,
		    const struct shape *);
void		 client_refused_tensor(struct client *, const struct msg_refuse *);
void		 client_on_put(struct client *, const struct msg_put *);
void		 client_on_part(struct client *, const struct msg_part *);

#endif
