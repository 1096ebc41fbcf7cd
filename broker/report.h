/*
 * What a command of ravenctl found: sections of rows of named cells, each
 * section with the Redis key (or socket) it shows.  Written once, printed as
 * tables or as JSON.
 */
#ifndef RAVEN_REPORT_H
#define RAVEN_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "common/buf.h"

enum cell_kind { CELL_NONE, CELL_TEXT, CELL_U64, CELL_F64, CELL_TIME,
	CELL_BYTES };

struct cell {
	const char	*name;		/* static, or of report_name */
	enum cell_kind	 kind;
	uint64_t	 u;
	double		 f;
	size_t		 at, n;		/* of text, in the report's bytes */
};

struct section {
	const char	*name;		/* static */
	char		*key;		/* owned */
	bool		 single;	/* one row, shown upright */
	struct cell	*cells;
	size_t		 n_cells, cap;
	size_t		*rows;		/* first cell of each */
	size_t		 n_rows, rows_cap;
	size_t		 shown;		/* rows in a table */
	size_t		 skipped;	/* rows that were not collected */
};

struct report {
	struct section	*sections;
	size_t		 n;
	struct buf	 text;
	char		**notices;	/* owned */
	size_t		 n_notices;
	char		**names;	/* owned */
	size_t		 n_names;
};

void	 report_init(struct report *);
void	 report_clear(struct report *);
/* The same text, kept as long as the report: a name that is not static. */
const char *report_name(struct report *, const char *);
/* Something the reader should know: what could not be shown, and why. */
void	 report_notice(struct report *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	 report_section(struct report *, const char *name, const char *key,
	    bool single);
/* Rows above n are counted in a table, but not listed: a row that would not
 * be (report_full) need not be collected, report_skip counts it. */
void	 report_limit(struct report *, size_t n);
bool	 report_full(const struct report *);
void	 report_skip(struct report *);
/* The rest acts on the section and the row begun last. */
void	 report_row(struct report *);
void	 report_none(struct report *, const char *name);
void	 report_text(struct report *, const char *name, const char *, size_t);
void	 report_string(struct report *, const char *name, const char *);
void	 report_u64(struct report *, const char *name, uint64_t);
void	 report_f64(struct report *, const char *name, double);
/* Unix seconds; a table shows how long ago that was. */
void	 report_time(struct report *, const char *name, uint64_t);
/* A table rounds it. */
void	 report_bytes(struct report *, const char *name, uint64_t);

void	 report_json(const struct report *, struct buf *out);
/* Ages are as of now, in Unix seconds. */
void	 report_table(const struct report *, uint64_t now, struct buf *out);

#endif
