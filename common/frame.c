/*
 * Length-prefixed frames: u32 length of what follows, u64 session, message.
 * Reads bytes of another process: believes no length above the given limit.
 */
#include "common/frame.h"

static void
put_le(uint8_t *p, uint64_t v, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint64_t
get_le(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;
	unsigned i;

	for (i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

void
frame_head(uint8_t head[FRAME_HEAD], uint64_t session, size_t len)
{
	put_le(head, len + 8, 4);
	put_le(head + 4, session, 8);
}

void
frame_write(struct buf *b, uint64_t session, const struct msg *m)
{
	size_t start = b->len;

	buf_grow(b, FRAME_HEAD);
	msg_encode(b, m);
	frame_head(b->data + start, session, b->len - start - FRAME_HEAD);
}

int64_t
frame_read(const uint8_t *p, size_t n, size_t max, uint64_t *session,
    struct bytes *body)
{
	uint64_t len;

	if (n < 4)
		return 0;
	len = get_le(p, 4);
	if (len < 8 || len - 8 > max)
		return -1;
	if (n - 4 < len)
		return 0;
	*session = get_le(p + 4, 8);
	body->p = p + FRAME_HEAD;
	body->n = (size_t)len - 8;
	return (int64_t)len + 4;
}
