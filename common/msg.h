/*
 * Messages: structs, encoder and decoder made from messages.def.
 * On the wire a message is a msgpack array [id, fields in order]; unknown
 * trailing fields are ignored, missing trailing fields are zero.
 */
#ifndef RAVEN_MSG_H
#define RAVEN_MSG_H

#include <stdbool.h>

#include "buf.h"
#include "error.h"
#include "xalloc.h"

#define RAVEN_PROTOCOL	1	/* version in HELLO, WELCOME, ATTACH */
#define MSG_SMALL	4096	/* tensors up to this many bytes ride inside */

#define MSG_D	0x01	/* developer */
#define MSG_P	0x02	/* participant */
#define MSG_O	0x04	/* observer */
#define MSG_G	0x08	/* gateway */
#define MSG_S	0x10	/* scheduler */
#define MSG_C	0x20	/* ravenctl */
#define MSG_B	0x40	/* brokerd */
#define MSG_K	0x80	/* child of brokerd */

enum msg_role {
	ROLE_DEVELOPER = 1, ROLE_PARTICIPANT, ROLE_OBSERVER, ROLE_CONTROL
};
enum msg_subject {
	SUBJECT_SESSION = 1, SUBJECT_MESSAGE, SUBJECT_GRAPH, SUBJECT_BATCH,
	SUBJECT_GROUP, SUBJECT_TENSOR, SUBJECT_VALUE, SUBJECT_PLAN
};
enum msg_from { FROM_SENT = 1, FROM_HELD = 2, FROM_COMING = 3 };
enum msg_presence {
	PRESENCE_GONE = 1, PRESENCE_SILENT, PRESENCE_BACK, PRESENCE_LINK
};

/* Capabilities in HELLO. */
#define CAP_TRUSTED	0x01	/* set by the gateway: came by worker.sock */

struct u64s { const uint64_t *v; size_t n; };
struct i64s { const int64_t *v; size_t n; };

#define F_U(n)		uint64_t n;
#define F_I(n)		int64_t n;
#define F_F(n)		double n;
#define F_B(n)		bool n;
#define F_S(n, max)	struct str n;
#define F_X(n, max)	struct bytes n;
#define F_US(n, max)	struct u64s n;
#define F_IS(n, max)	struct i64s n;
#define F_L(name_, record, max) \
	struct { const struct rec_##record *v; size_t n; } name_;

#define RECORD(name, fields)	struct rec_##name { fields };
#include "messages.def"
#define MSG(id, NAME, name, from, to, max_bytes, fields) \
	struct msg_##name { fields };
#include "messages.def"

#undef F_U
#undef F_I
#undef F_F
#undef F_B
#undef F_S
#undef F_X
#undef F_US
#undef F_IS
#undef F_L

enum msg_id {
#define MSG(id, NAME, name, from, to, max_bytes, fields) M_##NAME = id,
#include "messages.def"
};

struct msg {
	enum msg_id	id;
	union {
#define MSG(id, NAME, name, from, to, max_bytes, fields) struct msg_##name name;
#include "messages.def"
	};
};

struct msg_row {
	enum msg_id	 id;
	const char	*name;		/* "HELLO" */
	uint8_t		 from, to;
	uint32_t	 max_bytes;
};

const struct msg_row	*msg_row(uint32_t id);	/* NULL: unknown */

/* What was wrong with a message that did not decode. */
struct msg_fault {
	const char	*message;	/* name, or NULL */
	const char	*field;		/* name, or NULL */
	const char	*why;		/* "not a number of 0 or more" */
	size_t		 offset;	/* in the bytes */
};

/*
 * Memory of a decoded message's lists; reset keeps it for the next.  Strings
 * and bytes are borrowed from the input and not copied.
 */
struct msg_arena {
	struct msg_chunk	*chunks;
	size_t			 used;	/* of the first chunk */
};

void	 msg_arena_init(struct msg_arena *);
void	 msg_arena_reset(struct msg_arena *);
void	 msg_arena_clear(struct msg_arena *);	/* frees */

/*
 * Decodes one message.  from: who sent it (one MSG_ bit) and to: who reads it;
 * a message that does not go that way is refused (E_NOT_ALLOWED), one over its
 * max_bytes too (E_TOO_BIG), anything malformed is E_BAD_MESSAGE.
 */
enum error msg_decode(struct msg *, const void *, size_t, uint8_t from,
	    uint8_t to, struct msg_arena *, struct msg_fault *) MUST_CHECK;
/* The id without decoding more; 0 if there is none. */
uint32_t msg_peek(const void *, size_t);
/* Appends the encoded message; its fields' limits are the caller's duty. */
void	 msg_encode(struct buf *, const struct msg *);
/* The same without the bytes of the last field, which follow. */
void	 msg_encode_head(struct buf *, const struct msg *);

#endif
