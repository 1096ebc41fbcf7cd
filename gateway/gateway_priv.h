/*
 * What the parts of gatewayd share: the process, its connections, and the
 * calls between the files that do I/O.
 *
 *   door.c    listens, accepts, counts by address
 *   conn.c    a socket: reads,    out.c     what it sends
 *             closes
 *   serve.c   HTTP on it          peer.c    WebSocket and session on it
 *   data.c    uploads, batches    push.c    tensors to peers
 *   route.c   the scheduler       timers.c  deadlines, shedding
 *   store.c   Redis               cache.c   tensors that came lately
 *   gateway.c start, drain, reload
 */
#ifndef RAVEN_GATEWAY_PRIV_H
#define RAVEN_GATEWAY_PRIV_H

#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "common/proc.h"
#include "common/ws.h"
#include "gateway/cache.h"
#include "gateway/files.h"
#include "gateway/http.h"
#include "gateway/line.h"
#include "gateway/session.h"
#include "gateway/store.h"

#define READ_BYTES	(256 * 1024)	/* of the shared read buffer */
#define SUBJECT_LEN	64
#define LINK_PINGS	5		/* before the first LINK */
#define LINK_MOST_MS	3000		/* then ANNOUNCE waits no longer for it */

struct address;
struct flow;
struct gateway;
struct route;
struct timers;

enum {
	STORE_DEVELOPERS = 1 << 0,
	STORE_PARTICIPANTS = 1 << 1,
};

enum conn_state {
	CONN_HTTP,	/* requests */
	CONN_WS,	/* after the upgrade */
	CONN_LINGER,	/* the last output leaves; input is thrown away */
	CONN_DEAD	/* closed; reaped after the callback */
};

/* Who asked to stop reading. */
enum {
	PAUSE_OUTPUT = 1 << 0,	/* the peer does not take what we send */
	PAUSE_ROUTE = 1 << 1,	/* the scheduler does not */
	PAUSE_STORE = 1 << 2,	/* Redis does not */
	PAUSE_ANSWER = 1 << 3,	/* HTTP: an answer is under way */
	PAUSE_UPLOADS = 1 << 4,	/* many small tensors are being stored */
};

/* Output behind messages: a whole frame or a file, never split by others. */
struct chunk {
	STAILQ_ENTRY(chunk)	 entry;
	struct buf		 own;		/* sent from head_at on */
	size_t			 head_at;
	struct files		*files;		/* one of these keeps p alive */
	struct blob		*blob;
	const uint8_t		*p;		/* sent behind own */
	size_t			 n;
};
STAILQ_HEAD(chunks, chunk);

/* What is known of a participant's line. */
struct link {
	uint64_t	ping_id;	/* not answered; 0: none */
	uint64_t	ping_us;
	uint64_t	probe_us;	/* sent; 0: not under way */
	uint64_t	probe_first_us;	/* first bytes of its answer */
	unsigned	n_pongs;
	unsigned	n_probes;
	struct line	line;
	uint64_t	since_us;	/* measuring began; 0: not yet */
	bool		told;		/* the first LINK has gone */
	bool		silent;		/* SESSION silent was sent */
};

struct conn {
	TAILQ_ENTRY(conn)	 entry;
	struct gateway		*gw;		/* borrowed */
	uint64_t		 id;		/* session in frames to s */
	int			 fd;
	enum conn_state		 state;
	unsigned		 paused;	/* PAUSE_ bits */
	bool			 trusted;	/* came by worker.sock */
	bool			 counted;	/* in address's fresh */
	bool			 announced;	/* the scheduler knows it */
	bool			 close_after;	/* HTTP: when the answer is out */
	bool			 shut;		/* LINGER: our side is closed */
	bool			 blocked;	/* the socket takes no more */
	bool			 due;		/* a flush comes this turn */
	bool			 asleep;	/* see timers.c */
	uint32_t		 slot;		/* of the wheel, if asleep */
	TAILQ_ENTRY(conn)	 watch;		/* awake, or in that slot */
	TAILQ_ENTRY(conn)	 audience;	/* gw->observers */
	uint8_t			 role;		/* counted in gw->roles; 0: not */
	struct event		 rd, wr;
	struct address		*address;	/* NULL: trusted */
	char			 subject[SUBJECT_LEN];	/* of log lines */
	struct buf		 in;		/* HTTP not yet parsed */
	struct buf		 out;		/* messages */
	size_t			 out_start;	/* of what is unsent */
	struct chunks		 bulk;
	size_t			 bulk_bytes;	/* unsent, of all chunks */
	size_t			 bulk_at;	/* sent of the first chunk */
	uint64_t		 bytes;		/* counted in gw->bytes */
	uint64_t		 since_us;	/* start of the state's deadline */
	uint64_t		 heard_us;
	uint64_t		 asked_us;	/* last ping */
	uint64_t		 moved_us;	/* output last moved */
	uint64_t		 partial_us;	/* open message began; 0: none */
	struct http		*http;		/* CONN_HTTP */
	bool			 stats_due;	/* observer: newest wins */
	struct ws		 ws;
	struct session		 session;
	struct flow		*flow;		/* tensor bytes; NULL: none */
	struct link		 link;
};
TAILQ_HEAD(conns, conn);

struct gateway {
	struct proc		*proc;		/* borrowed */
	const struct conf	*conf;
	struct event_base	*base;		/* of proc */
	struct files		*files;
	struct cache		*cache;
	struct route		*route;
	struct store		*store;
	struct door		*door;
	struct conns		 conns;
	struct conns		 dead;
	struct conns		 observers;	/* whose turn comes first */
	unsigned		 roles[ROLE_OBSERVER + 1];	/* sessions */
	struct conn		**slots;
	uint32_t		*free_slots;
	uint32_t		 n_slots, n_free;
	uint64_t		 n_conns;
	uint64_t		 sequence;	/* of session ids */
	uint64_t		 bytes;		/* in all buffers */
	uint8_t			*read_buf;
	struct conn		*reading;	/* whose input is being read */
	struct buf_pool		 pool;		/* of output, partial frames */
	struct buf		 scratch;	/* a message being encoded */
	struct timers		*timers;
	struct event		*reap;
	struct msg_arena	 arena;		/* of peers' messages */
	struct session_verdict	 verdict;	/* large: one for all */
	struct buf		 stats;		/* newest STATS, encoded */
	bool			 draining;
	/* A whole message of a peer: peer_message, unless a bench says else. */
	void			(*on_message)(struct conn *,
				    const struct ws_event *);
	unsigned		 store_full;	/* STORE_ bits: who waits for Redis */
};

/* conn.c */
struct conn	*conn_new(struct gateway *, int fd, bool trusted);
struct conn	*conn_find(struct gateway *, uint64_t id);
void		 conn_pause(struct conn *, unsigned bit, bool on);
/* The only exits: end lets the output leave (code for WebSocket), drop not. */
void		 conn_end(struct conn *, uint16_t code, const char *why);
void		 conn_drop(struct conn *, const char *why);
void		 conn_linger(struct conn *);
void		 conn_reap(evutil_socket_t, short, void *gateway);
void		 conn_free_all(struct gateway *);

/* out.c */
void		 conn_write(struct conn *, const void *, size_t);
void		 conn_send(struct conn *, const struct msg *);
void		 conn_forward(struct conn *, struct bytes);
/* about: bytes of the message, to take the memory for it at once. */
void		 conn_bulk(struct conn *, const struct msg *, size_t about);
/* A PART; its bytes are n of blob's from at on, which is referenced. */
void		 conn_bulk_part(struct conn *, struct msg_part *,
		    struct blob *, size_t at, size_t n);
/* p is borrowed from files, which is referenced until it is sent. */
void		 conn_bulk_file(struct conn *, struct files *, const uint8_t *p,
		    size_t);
void		 conn_forget_bulk(struct conn *);	/* but a frame begun */
size_t		 conn_unsent(const struct conn *);
void		 conn_account(struct conn *);
void		 conn_flush(struct conn *);
void		 conn_flush_later(struct conn *);
void		 conn_on_writable(evutil_socket_t, short, void *conn);
void		 conn_free_output(struct conn *);

/* door.c */
struct door	*door_new(struct gateway *);
void		 door_free(struct door *);
void		 door_leave(struct conn *);	/* the connection is gone */
void		 door_known(struct conn *);	/* no longer unauthenticated */
/* Counts it under the address that a trusted proxy names; false: too many. */
bool		 door_forwarded(struct conn *, struct str forwarded);
void		 door_bad_token(struct conn *);
bool		 door_too_many_bad(const struct conn *);

/* serve.c */
void		 serve_input(struct conn *, uint8_t *, size_t);
void		 serve_flushed(struct conn *);
void		 serve_refuse(struct conn *, uint16_t status);

/* peer.c */
void		 peer_start(struct conn *);
void		 peer_input(struct conn *, uint8_t *, size_t);
void		 peer_message(struct conn *, const struct ws_event *);
void		 peer_gone(struct conn *, const char *why);
void		 peer_from_scheduler(struct conn *, struct bytes);
void		 peer_again(struct conn *);	/* asks for HELLO once more */
void		 peer_lost(struct conn *);	/* the scheduler went away */
void		 peer_ping(struct conn *);
void		 peer_silent(struct conn *);	/* its groups go to others */
void		 peer_link_late(struct conn *);	/* measuring takes too long */
void		 peer_stats(struct conn *);
/* A PART goes down, the first for a while if idle. */
void		 peer_sends(struct conn *, size_t bytes, bool idle);
/* So many bytes of an upload took so long. */
void		 peer_got(struct conn *, uint64_t bytes, uint64_t us);
void		 peer_stats_all(struct gateway *);

/* route.c */
struct route	*route_new(struct gateway *);
void		 route_free(struct route *);
bool		 route_up(const struct route *);
/* It answers, too: the socket alone may wait for a scheduler to start. */
bool		 route_ready(const struct route *);
bool		 route_full(const struct route *);
void		 route_forward(struct route *, uint64_t session, struct bytes);
void		 route_send(struct route *, uint64_t session, const struct msg *);

/* data.c */
struct flow	*flow_new(struct conn *);
void		 flow_leave(struct flow *);	/* its connection is gone */
size_t		 flow_bytes(const struct flow *);
void		 flow_on_put(struct flow *, const struct msg_put *);
void		 flow_on_part(struct flow *, const struct msg_part *);
/* A message for the scheduler, in order behind what waits. */
void		 flow_forward(struct flow *, struct bytes, const struct msg *);
void		 flow_forget_held(struct flow *);
/* Uploads are open and their bytes do not come; asked at each sweep. */
bool		 flow_stalls(struct flow *, uint64_t now_us);
/* While shut, all messages for the scheduler wait. */
void		 flow_shut(struct flow *, bool);
bool		 flow_is_shut(const struct flow *);
/* Nothing of it has a deadline. */
bool		 flow_quiet(const struct flow *);
void		 data_store_changed(struct gateway *);

/* push.c */
void		 flow_on_assign(struct flow *, const struct msg_assign *);
void		 flow_on_value(struct flow *, const struct msg_value *);
void		 flow_pump(struct flow *);

/* timers.c */
struct timers	*timers_new(struct gateway *);
void		 timers_free(struct timers *);
void		 timers_add(struct conn *);
void		 timers_remove(struct conn *);
/* Something of it has a deadline again. */
void		 timers_wake(struct conn *);
void		 timers_wake_all(struct gateway *);

/* gateway.c */
struct gateway	*gateway_new(struct proc *);
void		 gateway_free(struct gateway *);
/* Handlers of proc_run. */
void		 gateway_drain(struct proc *, uint64_t deadline_ms, void *);
void		 gateway_reload(struct proc *, void *);

#endif
