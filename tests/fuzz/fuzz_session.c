/*
 * Fuzzes a session: a run of messages, each behind a byte that says from whom
 * (bit 0) or that the scheduler went away (bit 1), and a byte of length.  What
 * passes must have been allowed.
 */
#include <stdlib.h>
#include <string.h>

#include "gateway/session.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
judge(const struct session *s, const struct session_verdict *v, bool from_peer)
{
	const struct msg_row *row;

	if (strlen(v->why) >= sizeof(v->why))
		abort();
	if (v->what == SESSION_END && (v->code < 1000 ||
	    s->state != SESSION_CLOSED))
		abort();
	if (v->what != SESSION_PASS)
		return;
	row = msg_row(v->msg.id);
	if (row == NULL)
		abort();
	if (from_peer && (s->state != SESSION_OPEN || !(row->from & s->from) ||
	    !(row->to & MSG_S)))
		abort();
	if (!from_peer && (!(row->from & MSG_S) || !(row->to & s->from)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct session_limits limits = { 200, 10 };
	struct session_verdict v;
	struct msg_arena arena;
	struct session s;
	size_t len;

	memset(&v, 0, sizeof(v));
	msg_arena_init(&arena);
	session_init(&s, &limits, n & 1);
	while (n >= 2) {
		len = p[1] < n - 2 ? p[1] : n - 2;
		if (p[0] & 2)
			(void)session_lost(&s);
		if (p[0] & 1)
			session_from_scheduler(&s, p + 2, len, &arena, &v);
		else
			session_from_peer(&s, p + 2, len, &arena, &v);
		judge(&s, &v, !(p[0] & 1));
		msg_arena_reset(&arena);
		p += len + 2;
		n -= len + 2;
	}
	msg_arena_clear(&arena);
	session_clear(&s);
	return 0;
}
