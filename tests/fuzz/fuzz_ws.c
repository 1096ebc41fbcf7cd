/*
 * Fuzzes the WebSocket reader: the first byte chooses the end; one piece,
 * single bytes, and pieces of which some are read to where a cut frame lies
 * must give the same events.  The client's check of a handshake reads the same
 * bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "common/digest.h"
#include "common/ws.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct ws_limits limits = { 2000, 5000, 8, 2 };

static void
note(struct digest *d, const struct ws_event *ev)
{
	uint32_t head[4];

	if (ev->type == WS_EV_NONE)
		return;
	if (ev->len > limits.message)
		abort();
	head[0] = ev->type;
	head[1] = ev->opcode;
	head[2] = ev->code;
	head[3] = (uint32_t)ev->len;
	digest_update(d, head, sizeof(head));
	digest_update(d, ev->data, ev->len);
}

/* As a gateway reads: buffers from a pool, cut frames to where they lie. */
static void
events_in_place(enum ws_end end, const uint8_t *p, size_t n, size_t step,
    uint8_t out[DIGEST_LEN])
{
	struct buf_pool pool = { 0 };
	uint8_t *copy = malloc(n + 1), *room = NULL;
	size_t at, next, used;
	struct digest d;
	struct ws_event ev;
	struct ws w;

	memcpy(copy, p, n);
	digest_init(&d);
	ws_init(&w, end, &limits);
	w.pool = &pool;
	for (at = 0; at < n; at = next) {
		next = n - at < step ? n : at + step;
		used = ws_room(&w, &room);
		if (used > next - at)
			used = next - at;
		if (used > 0) {
			memcpy(room, copy + at, used);
			ws_filled(&w, used);
			at += used;
		}
		do {
			at += ws_recv(&w, copy + at, next - at, &ev);
			note(&d, &ev);
		} while (ev.type != WS_EV_NONE);
	}
	digest_final(&d, out);
	ws_clear(&w);
	buf_pool_clear(&pool);
	free(copy);
}

/* All events of the bytes, as one digest. */
static void
events(enum ws_end end, const uint8_t *p, size_t n, size_t step,
    uint8_t out[DIGEST_LEN])
{
	uint8_t *copy = malloc(n + 1);
	struct digest d;
	struct ws_event ev;
	struct ws w;
	size_t at = 0, part;

	memcpy(copy, p, n);
	digest_init(&d);
	ws_init(&w, end, &limits);
	while (at < n) {
		part = n - at < step ? n - at : step;
		at += ws_recv(&w, copy + at, part, &ev);
		note(&d, &ev);
	}
	digest_final(&d, out);
	ws_clear(&w);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t one[DIGEST_LEN], two[DIGEST_LEN];
	enum ws_end end;
	const char *why;
	size_t used;

	if (n == 0)
		return 0;
	end = p[0] & 1 ? WS_SERVER : WS_CLIENT;
	p++;
	n--;
	events(end, p, n, n + 1, one);
	events(end, p, n, 1, two);
	if (memcmp(one, two, sizeof(one)) != 0)
		abort();
	events_in_place(end, p, n, 5, two);
	if (memcmp(one, two, sizeof(one)) != 0)
		abort();
	events_in_place(end, p, n, 100, two);
	if (memcmp(one, two, sizeof(one)) != 0)
		abort();
	if (ws_client_check(p, n, "dGhlIHNhbXBsZSBub25jZQ==", &used,
	    &why) == 1 && used > n)
		abort();
	return 0;
}
