/*
 * Writing JSON: commas and escapes, nothing else.  Bytes that are not UTF-8
 * become U+FFFD, so that what a peer named cannot break a reader.
 */
#ifndef RAVEN_JSON_H
#define RAVEN_JSON_H

#include <stdbool.h>

#include "common/buf.h"

struct json {
	struct buf	*out;
	bool		 comma;		/* the next item needs one before it */
};

void	 json_init(struct json *, struct buf *out);	/* appends to out */
void	 json_open(struct json *, char bracket);	/* { or [ */
void	 json_close(struct json *, char bracket);	/* } or ] */
void	 json_key(struct json *, const char *);
void	 json_text(struct json *, const char *, size_t);
void	 json_string(struct json *, const char *);	/* NULL: null */
void	 json_u64(struct json *, uint64_t);
void	 json_i64(struct json *, int64_t);
void	 json_f64(struct json *, double);		/* not finite: null */
void	 json_bool(struct json *, bool);
/* Bytes of the UTF-8 character at p (n > 0), or 0 if there is none. */
size_t	 json_utf8(const unsigned char *p, size_t n);
/* A key and its value. */
void	 json_put_string(struct json *, const char *key, const char *);
void	 json_put_u64(struct json *, const char *key, uint64_t);

#endif
