/*
 * Writing JSON: commas and escapes, nothing else.  Bytes that are not UTF-8
 * become U+FFFD, so that what a peer named cannot break a reader.
 */
#ifndef RAVEN_JSONW_H
#define RAVEN_JSONW_H

#include <stdbool.h>

#include "common/buf.h"

struct jsonw {
	struct buf	*out;
	bool		 comma;		/* the next item needs one before it */
};

void	 jsonw_init(struct jsonw *, struct buf *out);	/* appends to out */
void	 jsonw_open(struct jsonw *, char bracket);	/* { or [ */
void	 jsonw_close(struct jsonw *, char bracket);	/* } or ] */
void	 jsonw_key(struct jsonw *, const char *);
void	 jsonw_text(struct jsonw *, const char *, size_t);
void	 jsonw_string(struct jsonw *, const char *);	/* NULL: null */
void	 jsonw_u64(struct jsonw *, uint64_t);
void	 jsonw_i64(struct jsonw *, int64_t);
void	 jsonw_f64(struct jsonw *, double);		/* not finite: null */
void	 jsonw_bool(struct jsonw *, bool);
/* Bytes of the UTF-8 character at p (n > 0), or 0 if there is none. */
size_t	 jsonw_utf8(const unsigned char *p, size_t n);
/* A key and its value. */
void	 jsonw_put_string(struct jsonw *, const char *key, const char *);
void	 jsonw_put_u64(struct jsonw *, const char *key, uint64_t);

#endif
