/*
 * Writing JSON: commas and escapes, nothing else.  Bytes that are not UTF-8
 * become U+FFFD, so that what a peer named cannot break a reader.
 */
#ifndef RAVEN_JSONW_H
#define RAVEN_JSONW_H

#include <stdbool.h>

#include "common/buf.h"

struct jsonw {
	struct buf	*out;		/* borrowed */
	bool		 comma;		/* the next item needs one before it */
};

void	 jsonw_init(struct jsonw *, struct buf *out);	/* appends to out */
void	 jsonw_open(struct jsonw *, char bracket);	/* { or [ */
void	 jsonw_close(struct jsonw *, char bracket);	/* } or ] */
void	 jsonw_key(struct jsonw *, const char *);
void	 jsonw_text(struct jsonw *, const char *, size_t);
void	 jsonw_string(struct jsonw *, const char *);	/* NULL: null */
void	 jsonw_u64(struct jsonw *, uint64_t);
void	 jsonw_number(struct jsonw *, const char *);	/* as it is */
void	 jsonw_f64(struct jsonw *, double);		/* six digits */
void	 jsonw_bool(struct jsonw *, bool);
/* A key and its value. */
void	 jsonw_put_string(struct jsonw *, const char *key, const char *);
void	 jsonw_put_u64(struct jsonw *, const char *key, uint64_t);
void	 jsonw_put_f64(struct jsonw *, const char *key, double);
void	 jsonw_put_bool(struct jsonw *, const char *key, bool);

#endif
