/*
 * Fuzzes the message decoder: nothing may crash, and what decodes must encode
 * to something that decodes to the same bytes again.
 */
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"
#include "common/wire.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
again(const struct msg *m)
{
	struct msg_arena arena;
	struct msg_fault fault;
	struct buf one, two;
	struct msg other;

	buf_init(&one);
	buf_init(&two);
	msg_arena_init(&arena);
	msg_encode(&one, m);
	/* A shorter form on the wire may have stayed within a limit that the
	 * canonical one (a float for an int, say) passes. */
	if (msg_decode(&other, one.data, one.len, 0xff, 0xff, &arena,
	    &fault) == E_OK) {
		msg_encode(&two, &other);
		if (one.len != two.len ||
		    memcmp(one.data, two.data, one.len) != 0)
			abort();
	} else if (fault.field != NULL)
		abort();
	msg_arena_clear(&arena);
	buf_clear(&one);
	buf_clear(&two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct msg_arena arena;
	struct msg_fault fault;
	struct bytes body;
	struct wire w;
	struct msg m;
	uint64_t session;

	msg_arena_init(&arena);
	if (msg_decode(&m, p, n, 0xff, 0xff, &arena, &fault) == E_OK)
		again(&m);
	msg_arena_clear(&arena);
	(void)msg_peek(p, n);
	if (frame_read(p, n, 1 << 20, &session, &body) > 0 &&
	    body.n > 0 && body.p[body.n - 1] == 0xff)
		(void)msg_peek(body.p, body.n);
	wire_init(&w, p, n);
	while (wire_left(&w) > 0 && wire_skip(&w, 8))
		;
	return 0;
}
