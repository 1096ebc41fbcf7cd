/*
 * WebSocket (RFC 6455), both ends, without I/O: bytes in, events out.
 * No extensions.  Payloads are unmasked in place.
 */
#ifndef RAVEN_WS_H
#define RAVEN_WS_H

#include <stdbool.h>

#include "buf.h"

enum ws_end { WS_SERVER, WS_CLIENT };
enum ws_opcode { WS_CONT = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

struct ws_limits {
	size_t		frame;		/* longest payload of a frame */
	size_t		message;	/* longest message */
	unsigned	fragments;	/* of a message */
	unsigned	empty_fragments;
};

enum ws_event_type {
	WS_EV_NONE,	/* needs more bytes */
	WS_EV_MESSAGE,	/* opcode, data */
	WS_EV_PING,	/* data: answer with a pong of the same */
	WS_EV_PONG,
	WS_EV_CLOSE,	/* code (1005: none given), data: reason */
	WS_EV_ERROR,	/* code to close with, why; nothing is read after */
};

struct ws_event {
	enum ws_event_type	 type;
	enum ws_opcode		 opcode;
	uint8_t			*data;	/* borrowed until the next call */
	size_t			 len;
	uint16_t		 code;
	const char		*why;
};

struct ws {
	enum ws_end		 end;
	struct ws_limits	 limits;
	struct buf_pool		*pool;		/* borrowed; NULL: none */
	struct buf		 partial;	/* of a frame */
	struct buf		 message;	/* fragments so far */
	enum ws_opcode		 opcode;	/* of the open message */
	unsigned		 fragments, empty;
	bool			 open;		/* a message is open */
	bool			 dead;		/* after CLOSE or ERROR */
	bool			 filled;	/* the frame in partial is whole */
	bool			 given_partial;	/* the last event lent partial */
	bool			 given_message;	/* the last event lent message */
};

void	 ws_init(struct ws *, enum ws_end, const struct ws_limits *);
void	 ws_clear(struct ws *);		/* frees */
/*
 * Reads from data, at most one event a call; returns the bytes consumed.
 * Call again with the rest until the event is WS_EV_NONE.
 */
size_t	 ws_recv(struct ws *, uint8_t *data, size_t len, struct ws_event *);
/*
 * Where the rest of a frame that was cut off may be read to, 0 if nowhere.
 * Memory is not taken for it.  Then ws_filled() says how much came, and
 * ws_recv() must be called, even with no bytes.
 */
size_t	 ws_room(const struct ws *, uint8_t **);
void	 ws_filled(struct ws *, size_t);
/* Bytes of a message not yet complete (for limits on slow senders). */
size_t	 ws_pending(const struct ws *);

/* Writing.  mask: 4 bytes at a client, NULL at a server. */
#define WS_HEAD_MAX	14
size_t	 ws_head(uint8_t [WS_HEAD_MAX], enum ws_opcode, bool fin, uint64_t len,
	    const uint8_t *mask);
void	 ws_mask(uint8_t *, size_t, const uint8_t [4]);
/* Longer messages go as several frames, so that they pass the peer's limit. */
#define WS_SPLIT	((1u << 20) + 1024)
/* A message or a control frame, appended; the payload is copied, and masked
 * if mask is given. */
void	 ws_frame(struct buf *, enum ws_opcode, const void *, size_t, const uint8_t *mask);
void	 ws_close_frame(struct buf *, uint16_t code, const char *why, const uint8_t *mask);

/* Handshake (ws_handshake.c). */
#define WS_SUBPROTOCOL	"raven.v1"
#define WS_ACCEPT_LEN	29	/* with NUL */
#define WS_KEY_LEN	25
void	 ws_accept(const char *key, size_t, char [WS_ACCEPT_LEN]);
void	 ws_key(const uint8_t random[16], char [WS_KEY_LEN]);
/* The client's request for host and path, appended. */
void	 ws_client_request(struct buf *, const char *host, const char *path,
	    const char *origin, const char key[WS_KEY_LEN]);
/* 1: complete and good, *used bytes of it; 0: needs more; -1: refused, *why. */
int	 ws_client_check(const uint8_t *, size_t, const char key[WS_KEY_LEN],
	    size_t *used, const char **why);

#endif
