/*
 * A growing byte buffer, and the borrowed views that parsers hand out.
 */
#ifndef RAVEN_BUF_H
#define RAVEN_BUF_H

#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes: valid as long as what they were read from. */
struct bytes {
	const uint8_t	*p;
	size_t		 n;
};

/* Borrowed text, UTF-8, not NUL-terminated. */
struct str {
	const char	*p;
	size_t		 n;
};

struct buf {
	uint8_t	*data;
	size_t	 len;
	size_t	 cap;
};

void	 buf_init(struct buf *);
void	 buf_clear(struct buf *);			/* frees */
void	 buf_reset(struct buf *);			/* keeps the memory */
void	 buf_add(struct buf *, const void *, size_t);
/* Room for n more, uninitialised; len moves. */
uint8_t	*buf_grow(struct buf *, size_t n);
void	 buf_drain(struct buf *, size_t);		/* drops the first n */

/*
 * Empty buffers that many owners share: one has memory only while it holds
 * something.  The pool keeps few and none that is large.
 */
#define BUF_POOL	8
struct buf_pool {
	struct buf	 spares[BUF_POOL];
	unsigned	 n;
};

/* Gives b, which has no memory, that of a spare, if there is one. */
void	 buf_borrow(struct buf_pool *, struct buf *b);
void	 buf_return(struct buf_pool *, struct buf *b);	/* b has none then */
void	 buf_pool_clear(struct buf_pool *);		/* frees */

struct str	 str_of(const char *);
int		 str_eq(struct str, const char *);

#endif
