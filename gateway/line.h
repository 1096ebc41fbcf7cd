/*
 * What transfers say of a participant's line.  Pure: the time is handed in.
 */
#ifndef RAVEN_LINE_H
#define RAVEN_LINE_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_RATE_MOST	10000000000ull	/* bytes a second: none is faster */

struct line {
	uint64_t	least_us[2];	/* round trips: now, and before */
	uint64_t	bucket_us;	/* since when "now" is; 0: none yet */
	uint64_t	down, up;	/* bytes a second; 0: unknown */
	uint64_t	told_rtt_us, told_down, told_up;
	/* Bytes on their way down, and what has been asked about some. */
	uint64_t	burst_us;	/* since when they leave; 0: none do */
	uint64_t	burst;		/* bytes since then */
	uint64_t	mark_us, mark;	/* the same of what was asked about */
	uint64_t	mark_id;	/* of the PING behind them; 0: none */
	bool		chained;	/* the burst began with an answer */
};

void	 line_rtt(struct line *, uint64_t now_us, uint64_t rtt_us);
/* The least of the last 30 to 60 seconds; 0: unknown. */
uint64_t line_least(const struct line *);
uint64_t line_rate(uint64_t bytes, uint64_t us);
/* An upload of so many bytes took so long; little ones tell nothing. */
void	 line_came(struct line *, uint64_t bytes, uint64_t us);
/* A part is handed to the socket, which was idle before. */
void	 line_sent(struct line *, uint64_t now_us, uint64_t bytes, bool idle);
/* Should a PING follow what was sent? */
bool	 line_asks(const struct line *);
void	 line_asked(struct line *, uint64_t id);
/* Its answer came; false: that is another PING's. */
bool	 line_answered(struct line *, uint64_t now_us, uint64_t id, bool idle);
/* Is it worth telling? */
bool	 line_changed(const struct line *);
void	 line_told(struct line *);

#endif
