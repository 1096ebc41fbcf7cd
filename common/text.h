/*
 * Text made without stdio: keys, field values, reasons, JSON.
 */
#ifndef RAVEN_TEXT_H
#define RAVEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

/* A fixed piece of memory; what does not fit is cut. */
struct text {
	size_t	n;
	char	s[480];
};

void		 text_init(struct text *);
void		 text_add(struct text *, const char *);
void		 text_add_str(struct text *, struct str);
void		 text_add_u64(struct text *, uint64_t);
void		 text_add_i64(struct text *, int64_t);
void		 text_add_hex(struct text *, const uint8_t *, size_t);
/* Six significant digits, as 1.23456e+09; for records and figures. */
void		 text_add_f64(struct text *, double);
void		 text_add_char(struct text *, char);
struct bytes	 text_bytes(const struct text *);
struct str	 text_str(const struct text *);
/* The n bytes that 2n hex digits name; -1 on anything else. */
int		 text_hex(struct str, uint8_t *, size_t n);
/* Decimal digits only; -1 on anything else. */
int		 text_u64(struct bytes, uint64_t *);
/* Bytes of the UTF-8 character at p (n > 0), or 0 if there is none. */
size_t		 text_character(const uint8_t *p, size_t n);
bool		 text_utf8(const uint8_t *, size_t);	/* all of it is */
/* Equal but for the case of ASCII letters. */
bool		 text_same(struct str, struct str);

#endif
