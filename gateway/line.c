/*
 * What transfers say of a participant's line: the round trip is the least of
 * a minute, a rate the weighted mean of what moved.  How long bytes took down
 * is seen by a PING behind them.
 */
#include "gateway/line.h"

#define BUCKET_US	30000000
#define LEAST_BYTES	65536		/* less tells of the round trip */
#define CLOCK_US	100		/* shorter times are one reading */
#define MARK_BYTES	131072		/* ask about that many at a time */

void
line_rtt(struct line *l, uint64_t now, uint64_t rtt)
{
	rtt = rtt > 0 ? rtt : 1;
	if (l->bucket_us == 0 || now - l->bucket_us >= BUCKET_US) {
		l->least_us[1] = l->bucket_us != 0 &&
		    now - l->bucket_us < 2 * (uint64_t)BUCKET_US ?
		    l->least_us[0] : UINT64_MAX;
		l->least_us[0] = UINT64_MAX;
		l->bucket_us = now;
	}
	if (rtt < l->least_us[0])
		l->least_us[0] = rtt;
}

uint64_t
line_least(const struct line *l)
{
	if (l->bucket_us == 0)
		return 0;
	return l->least_us[0] < l->least_us[1] ? l->least_us[0] :
	    l->least_us[1];
}

uint64_t
line_rate(uint64_t bytes, uint64_t us)
{
	uint64_t r = us == 0 ? LINE_RATE_MOST : bytes * 1000000 / us;

	return r > LINE_RATE_MOST ? LINE_RATE_MOST : r;
}

static void
mean(uint64_t *rate, uint64_t x)
{
	*rate = *rate == 0 ? x : *rate / 10 * 7 + x / 10 * 3;
}

void
line_came(struct line *l, uint64_t bytes, uint64_t us)
{
	if (bytes >= LEAST_BYTES)
		mean(&l->up, line_rate(bytes, us > CLOCK_US ? us : CLOCK_US));
}

void
line_sent(struct line *l, uint64_t now, uint64_t bytes, bool idle)
{
	/* A pause is none of the line's. */
	if (l->burst_us == 0 || idle) {
		l->burst_us = now;
		l->burst = 0;
		l->chained = false;
	}
	l->burst += bytes;
}

bool
line_asks(const struct line *l)
{
	return l->mark_id == 0 && l->burst >= MARK_BYTES;
}

void
line_asked(struct line *l, uint64_t id)
{
	l->mark_id = id;
	l->mark_us = l->burst_us;
	l->mark = l->burst;
	l->burst = 0;
}

bool
line_answered(struct line *l, uint64_t now, uint64_t id, bool idle)
{
	uint64_t us, rtt = l->chained ? 0 : line_least(l);

	if (l->mark_id == 0 || id != l->mark_id)
		return false;
	us = now - l->mark_us;
	us = us > rtt + CLOCK_US ? us - rtt : CLOCK_US;
	mean(&l->down, line_rate(l->mark, us));
	l->mark_id = 0;
	/* What was sent since arrives from now on, if no pause was between. */
	if (l->burst_us == l->mark_us) {
		l->burst_us = idle && l->burst == 0 ? 0 : now;
		l->chained = true;
	}
	return true;
}

static bool
differs(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) > b / 4;
}

bool
line_changed(const struct line *l)
{
	uint64_t rtt = line_least(l), told = l->told_rtt_us;

	return (differs(rtt, told) &&
	    (rtt > told ? rtt - told : told - rtt) >= 1000) ||
	    differs(l->down, l->told_down) || differs(l->up, l->told_up);
}

void
line_told(struct line *l)
{
	l->told_rtt_us = line_least(l);
	l->told_down = l->down;
	l->told_up = l->up;
}
