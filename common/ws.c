/*
 * WebSocket frames, both ends: bytes in, events out.  A frame that lies whole
 * in the caller's buffer is unmasked and handed out where it lies; only what
 * is cut off at the buffer's end, and fragments, are copied.
 *
 * Every length is held against the limits when its header has been seen,
 * before memory is taken for it.  Pure; dies of nothing but a lack of memory.
 */
#include <string.h>

#include "common/text.h"
#include "common/ws.h"

#define KEEP_BYTES	1024	/* buffers above this are freed when empty */
#define CONTROL_MAX	125

/* What a frame's first bytes say. */
struct head {
	bool		fin, masked;
	uint8_t		opcode;
	uint64_t	len;	/* of the payload */
	size_t		size;	/* of the head itself */
	uint8_t		mask[4];
};

void
ws_init(struct ws *w, enum ws_end end, const struct ws_limits *limits)
{
	memset(w, 0, sizeof(*w));
	w->end = end;
	w->limits = *limits;
	buf_init(&w->partial);
	buf_init(&w->message);
}

void
ws_clear(struct ws *w)
{
	buf_clear(&w->partial);
	buf_clear(&w->message);
}

size_t
ws_pending(const struct ws *w)
{
	size_t n = 0;

	if (!w->given_partial)
		n += w->partial.len;
	if (!w->given_message)
		n += w->message.len;
	return n;
}

/* Masks whole vectors; returns how many bytes that were. */
#define MASK_VECTORS							\
	lane m, x, y;							\
	size_t i;							\
									\
	for (i = 0; i < sizeof(m); i += 4)				\
		memcpy((uint8_t *)&m + i, mask, 4);			\
	for (i = 0; i + 2 * sizeof(x) <= len; i += 2 * sizeof(x)) {	\
		memcpy(&x, p + i, sizeof(x));				\
		memcpy(&y, p + i + sizeof(x), sizeof(y));		\
		x ^= m;							\
		y ^= m;							\
		memcpy(p + i, &x, sizeof(x));				\
		memcpy(p + i + sizeof(x), &y, sizeof(y));		\
	}								\
	return i;

typedef uint8_t lane __attribute__((vector_size(32)));

static size_t
mask_any(uint8_t *p, size_t len, const uint8_t mask[4])
{
	MASK_VECTORS
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t
mask_avx2(uint8_t *p, size_t len, const uint8_t mask[4])
{
	MASK_VECTORS
}
#endif

void
ws_mask(uint8_t *p, size_t len, const uint8_t mask[4])
{
	size_t i;

#if defined(__x86_64__)
	if (len >= 256 && __builtin_cpu_supports("avx2"))
		i = mask_avx2(p, len, mask);
	else
#endif
		i = mask_any(p, len, mask);
	for (; i < len; i++)
		p[i] ^= mask[i & 3];
}

static void
fault(struct ws *w, struct ws_event *ev, uint16_t code, const char *why)
{
	w->dead = true;
	ev->type = WS_EV_ERROR;
	ev->code = code;
	ev->why = why;
	ev->data = NULL;
	ev->len = 0;
}

/* Reads a head: 1 whole, 0 needs more, -1 not allowed (*why). */
static int
read_head(struct head *h, const uint8_t *p, size_t len, const char **why)
{
	size_t i, ext;

	if (len < 2)
		return 0;
	h->fin = (p[0] & 0x80) != 0;
	h->opcode = p[0] & 0x0f;
	h->masked = (p[1] & 0x80) != 0;
	h->len = p[1] & 0x7f;
	ext = h->len == 126 ? 2 : h->len == 127 ? 8 : 0;
	h->size = 2 + ext + (h->masked ? 4 : 0);
	if (len < h->size)
		return 0;
	if (ext > 0) {
		for (h->len = 0, i = 0; i < ext; i++)
			h->len = h->len << 8 | p[2 + i];
		if (h->len < (ext == 2 ? 126u : 65536u)) {
			*why = "length not in its shortest form";
			return -1;
		}
		if (h->len >> 63) {
			*why = "length with its top bit set";
			return -1;
		}
	}
	if (h->masked)
		memcpy(h->mask, p + 2 + ext, 4);
	return 1;
}

/* What the first two bytes alone show to be wrong. */
static const char *
check_first(const struct ws *w, const uint8_t *p, size_t len)
{
	uint8_t op = p[0] & 0x0f;

	if (p[0] & 0x70)
		return "reserved bit set";
	if (op > WS_PONG || (op > WS_BINARY && op < WS_CLOSE))
		return "unknown opcode";
	if (op >= WS_CLOSE && !(p[0] & 0x80))
		return "control frame in fragments";
	if (op == WS_CONT && !w->open)
		return "continuation of nothing";
	if (op != WS_CONT && op < WS_CLOSE && w->open)
		return "new message inside another";
	if (len < 2)
		return NULL;
	if (((p[1] & 0x80) != 0) != (w->end == WS_SERVER))
		return w->end == WS_SERVER ? "frame not masked" :
		    "frame masked by the server";
	if (op >= WS_CLOSE && (p[1] & 0x7f) > CONTROL_MAX)
		return "control frame too long";
	return NULL;
}

/* Limits of a whole head; returns the close code, 0 if within them. */
static uint16_t
check_limits(const struct ws *w, const struct head *h, const char **why)
{
	if (h->opcode >= WS_CLOSE)
		return 0;
	if (h->len > w->limits.frame) {
		*why = "frame too long";
		return 1009;
	}
	if (h->len > w->limits.message ||
	    w->message.len > w->limits.message - h->len) {
		*why = "message too long";
		return 1009;
	}
	if (h->fin && h->opcode != WS_CONT)
		return 0;
	*why = "too many fragments";
	if (w->fragments >= w->limits.fragments)
		return 1008;
	*why = "too many empty fragments";
	if (h->len == 0 && w->empty >= w->limits.empty_fragments)
		return 1008;
	return 0;
}

static bool
close_code_valid(uint16_t code)
{
	if (code >= 3000 && code <= 4999)
		return true;
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
	    code != 1006;
}

static void
on_close(struct ws *w, uint8_t *p, size_t len, struct ws_event *ev)
{
	ev->type = WS_EV_CLOSE;
	ev->code = 1005;
	ev->len = 0;
	if (len == 1) {
		fault(w, ev, 1002, "close frame of one byte");
		return;
	}
	if (len >= 2) {
		ev->code = (uint16_t)(p[0] << 8 | p[1]);
		ev->data = p + 2;
		ev->len = len - 2;
		if (!close_code_valid(ev->code)) {
			fault(w, ev, 1002, "close code not allowed");
			return;
		}
		if (!text_utf8(ev->data, ev->len)) {
			fault(w, ev, 1007, "close reason not UTF-8");
			return;
		}
	}
	w->dead = true;
}

static void
on_control(struct ws *w, const struct head *h, uint8_t *p, struct ws_event *ev)
{
	ev->opcode = h->opcode;
	ev->data = p;
	ev->len = h->len;
	if (h->opcode == WS_CLOSE)
		on_close(w, p, h->len, ev);
	else
		ev->type = h->opcode == WS_PING ? WS_EV_PING : WS_EV_PONG;
}

static void
give_message(struct ws *w, enum ws_opcode opcode, uint8_t *p, size_t len,
    struct ws_event *ev)
{
	if (opcode == WS_TEXT && !text_utf8(p, len)) {
		fault(w, ev, 1007, "text not UTF-8");
		return;
	}
	ev->type = WS_EV_MESSAGE;
	ev->opcode = opcode;
	ev->data = p;
	ev->len = len;
}

static void
add(const struct ws *w, struct buf *b, const uint8_t *p, size_t n)
{
	if (b->cap == 0 && w->pool != NULL)
		buf_borrow(w->pool, b);
	buf_add(b, p, n);
}

static void
on_fragment(struct ws *w, const struct head *h, const uint8_t *p,
    struct ws_event *ev)
{
	if (!w->open) {
		w->open = true;
		w->opcode = h->opcode;
	}
	w->fragments++;
	if (h->len == 0)
		w->empty++;
	else
		add(w, &w->message, p, h->len);
	if (!h->fin)
		return;
	w->open = false;
	w->fragments = w->empty = 0;
	w->given_message = true;
	give_message(w, w->opcode, w->message.data, w->message.len, ev);
}

/* One whole frame, payload at p. */
static void
on_frame(struct ws *w, const struct head *h, uint8_t *p, struct ws_event *ev)
{
	if (h->masked)
		ws_mask(p, h->len, h->mask);
	if (h->opcode >= WS_CLOSE)
		on_control(w, h, p, ev);
	else if (h->fin && h->opcode != WS_CONT)
		give_message(w, h->opcode, p, h->len, ev);
	else
		on_fragment(w, h, p, ev);
}

/*
 * Looks at a frame's start: 1 the head is whole and allowed, 0 needs more,
 * -1 a fault was put in ev.
 */
static int
look(struct ws *w, struct head *h, const uint8_t *p, size_t len,
    struct ws_event *ev)
{
	const char *why;
	uint16_t code;
	int got;

	if (len == 0)
		return 0;
	why = check_first(w, p, len);
	if (why == NULL)
		got = read_head(h, p, len, &why);
	else
		got = -1;
	if (got < 0) {
		fault(w, ev, 1002, why);
		return -1;
	}
	if (got == 0)
		return 0;
	code = check_limits(w, h, &why);
	if (code != 0) {
		fault(w, ev, code, why);
		return -1;
	}
	return 1;
}

static void
release(const struct ws *w, struct buf *b)
{
	if (w->pool != NULL)
		buf_return(w->pool, b);
	else if (b->cap > KEEP_BYTES)
		buf_clear(b);
	else
		buf_reset(b);
}

/* The buffers that the last event lent are free again. */
static void
take_back(struct ws *w)
{
	if (w->given_partial)
		release(w, &w->partial);
	if (w->given_message)
		release(w, &w->message);
	w->given_partial = w->given_message = false;
}

/* Adds to the frame begun in partial; returns the bytes used. */
static size_t
recv_partial(struct ws *w, const uint8_t *data, size_t len, struct ws_event *ev)
{
	struct head h;
	size_t used = 0, need, n;
	int got;

	/* A byte at a time until the head is whole: it has at most 14. */
	while ((got = look(w, &h, w->partial.data, w->partial.len, ev)) == 0) {
		if (used == len)
			return used;
		buf_add(&w->partial, data + used, 1);
		used++;
	}
	if (got < 0)
		return len;
	need = h.size + h.len - w->partial.len;
	n = len - used < need ? len - used : need;
	buf_add(&w->partial, data + used, n);
	used += n;
	if (n == need) {
		w->filled = false;
		w->given_partial = true;
		on_frame(w, &h, w->partial.data + h.size, ev);
	}
	return used;
}

/* A frame at the start of data; returns the bytes used. */
static size_t
recv_whole(struct ws *w, uint8_t *data, size_t len, struct ws_event *ev)
{
	struct head h;
	int got;

	got = look(w, &h, data, len, ev);
	if (got < 0)
		return len;
	if (got == 0 || h.size + h.len > len) {
		add(w, &w->partial, data, len);
		return len;
	}
	on_frame(w, &h, data + h.size, ev);
	return h.size + (size_t)h.len;
}

size_t
ws_recv(struct ws *w, uint8_t *data, size_t len, struct ws_event *ev)
{
	size_t used = 0;

	memset(ev, 0, sizeof(*ev));
	take_back(w);
	if (w->dead)
		return len;
	while ((used < len || w->filled) && ev->type == WS_EV_NONE) {
		if (w->given_partial)	/* a fragment, copied by now */
			take_back(w);
		if (w->partial.len > 0)
			used += recv_partial(w, data + used, len - used, ev);
		else
			used += recv_whole(w, data + used, len - used, ev);
	}
	if (w->given_partial && ev->type == WS_EV_NONE)
		take_back(w);
	return used;
}

size_t
ws_room(const struct ws *w, uint8_t **p)
{
	const struct buf *b = &w->partial;
	struct head h;
	const char *why;
	size_t need;

	if (w->dead || w->filled || w->given_partial || b->len == 0 ||
	    read_head(&h, b->data, b->len, &why) != 1)
		return 0;
	need = h.size + (size_t)h.len - b->len;
	*p = b->data + b->len;
	return need < b->cap - b->len ? need : b->cap - b->len;
}

void
ws_filled(struct ws *w, size_t n)
{
	struct head h;
	const char *why;

	w->partial.len += n;
	if (n > 0 && read_head(&h, w->partial.data, w->partial.len, &why) == 1)
		w->filled = w->partial.len == h.size + h.len;
}

size_t
ws_head(uint8_t out[WS_HEAD_MAX], enum ws_opcode opcode, bool fin, uint64_t len,
    const uint8_t *mask)
{
	size_t n = 2;
	int shift;

	out[0] = (fin ? 0x80 : 0) | opcode;
	if (len < 126) {
		out[1] = len;
	} else if (len < 65536) {
		out[1] = 126;
		out[n++] = len >> 8;
		out[n++] = len;
	} else {
		out[1] = 127;
		for (shift = 56; shift >= 0; shift -= 8)
			out[n++] = len >> shift;
	}
	if (mask != NULL) {
		out[1] |= 0x80;
		memcpy(out + n, mask, 4);
		n += 4;
	}
	return n;
}

static void
add_frame(struct buf *out, enum ws_opcode opcode, bool fin, const uint8_t *data,
    size_t len, const uint8_t *mask)
{
	uint8_t head[WS_HEAD_MAX];
	size_t at;

	buf_add(out, head, ws_head(head, opcode, fin, len, mask));
	if (len == 0)
		return;
	at = out->len;
	buf_add(out, data, len);
	if (mask != NULL)
		ws_mask(out->data + at, len, mask);
}

void
ws_frame(struct buf *out, enum ws_opcode opcode, const void *data, size_t len,
    const uint8_t *mask)
{
	const uint8_t *p = data;

	while (len > WS_SPLIT) {
		add_frame(out, opcode, false, p, WS_SPLIT, mask);
		opcode = WS_CONT;
		p += WS_SPLIT;
		len -= WS_SPLIT;
	}
	add_frame(out, opcode, true, p, len, mask);
}

void
ws_close_frame(struct buf *out, uint16_t code, const char *why,
    const uint8_t *mask)
{
	uint8_t payload[CONTROL_MAX];
	size_t n = 0;

	if (code != 1005) {
		payload[0] = code >> 8;
		payload[1] = code & 0xff;
		n = strlen(why);
		if (n > sizeof(payload) - 2)
			n = sizeof(payload) - 2;
		memcpy(payload + 2, why, n);
		/* A cut reason must not end inside a character. */
		while (n > 0 && !text_utf8(payload + 2, n))
			n--;
		n += 2;
	}
	ws_frame(out, WS_CLOSE, payload, n, mask);
}
