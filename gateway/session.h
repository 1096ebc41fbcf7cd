/*
 * A session: what one peer may say at what time, and what becomes of it.
 * Messages in, verdicts out; no I/O.
 *
 *   NEW --HELLO--> HELLO --WELCOME--> OPEN
 *                    ^                  | the scheduler went away
 *                    +----- HELLO --- AGAIN
 */
#ifndef RAVEN_SESSION_H
#define RAVEN_SESSION_H

#include "common/digest.h"
#include "common/msg.h"

enum session_state {
	SESSION_NEW,	/* nothing said yet */
	SESSION_HELLO,	/* the scheduler is asked */
	SESSION_OPEN,
	SESSION_AGAIN,	/* the peer must say HELLO again */
	SESSION_CLOSED	/* nothing is read after a fault or a refusal */
};

struct session_limits {
	size_t		hello;		/* longest message before HELLO */
	unsigned	control_rate;	/* control frames a second */
};

struct session_group {
	uint64_t	g, epoch, group;
};

struct session {
	enum session_state	state;
	enum msg_role		role;
	uint8_t			from;		/* its MSG_ bit; 0 before HELLO */
	bool			trusted;	/* came by worker.sock */
	bool			was_open;	/* since the connection began */
	struct session_limits	limits;
	uint64_t		control_since_us;
	unsigned		control_count;
	struct session_group	*out;		/* groups it works on */
	uint32_t		n_out, cap_out;
};

enum session_do {
	SESSION_DROP,		/* nothing: stale or without effect */
	SESSION_PASS,		/* forward the bytes as they are */
	SESSION_SAY,		/* send msg instead of the bytes */
	SESSION_DATA,		/* PUT or PART: msg */
	SESSION_LINK,		/* PING, PONG or PROBE: msg */
	SESSION_END		/* close with code and why */
};

struct session_verdict {
	enum session_do	what;
	struct msg	msg;		/* decoded, unless PASS did not need it */
	bool		decoded;	/* msg is filled in */
	uint16_t	code;		/* close code: with END, or after PASS */
	char		why[124];
	uint8_t		token[DIGEST_LEN], secret[DIGEST_LEN];	/* of SAY */
};

void	 session_init(struct session *, const struct session_limits *,
	    bool trusted);
void	 session_clear(struct session *);	/* frees */
/* A message of the peer.  The verdict borrows from the bytes and the arena. */
void	 session_from_peer(struct session *, const uint8_t *, size_t,
	    struct msg_arena *, struct session_verdict *);
/* A message of the scheduler for this session. */
void	 session_from_scheduler(struct session *, const uint8_t *, size_t,
	    struct msg_arena *, struct session_verdict *);
/* A text message: not allowed. */
void	 session_text(struct session *, struct session_verdict *);
/* A control frame came; false if there were too many in this second. */
bool	 session_control(struct session *, uint64_t now_us);
/* The scheduler went away.  True if the peer must be told AGAIN later. */
bool	 session_lost(struct session *);
/* The close code for a refusal of the session. */
uint16_t session_close_code(enum error);

#endif
