/*
 * Length-prefixed frames between processes: u32 length of what follows, u64
 * session (0: the process itself), then one message.  Little-endian; pure.
 */
#ifndef RAVEN_FRAME_H
#define RAVEN_FRAME_H

#include "buf.h"
#include "msg.h"

#define FRAME_HEAD	12

/* len: of the message alone; the head counts the session too. */
void	 frame_head(uint8_t [FRAME_HEAD], uint64_t session, size_t len);
/* Appends a frame with the message. */
void	 frame_write(struct buf *, uint64_t session, const struct msg *);
/*
 * Looks for a frame at the start of data.  Bytes it takes whole (head
 * included), 0 if more are needed, -1 if the message is longer than max or the
 * length cannot be.
 */
int64_t	 frame_read(const uint8_t *, size_t, size_t max, uint64_t *session,
	    struct bytes *body) MUST_CHECK;

#endif
