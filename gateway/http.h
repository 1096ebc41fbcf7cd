/*
 * HTTP/1.1 requests, strictly: what is ambiguous is refused, never guessed.
 * No I/O: the caller keeps a request's bytes until it is whole.
 */
#ifndef RAVEN_HTTP_H
#define RAVEN_HTTP_H

#include <stdbool.h>

#include "common/buf.h"

struct http_limits {
	size_t		line;		/* bytes of the request line: 414 */
	size_t		bytes;		/* of all headers: 431 */
	unsigned	headers;	/* number of headers: 431 */
	uint64_t	body;		/* 413 */
};

enum http_result { HTTP_OK, HTTP_MORE, HTTP_REFUSED };
enum http_method { HTTP_GET, HTTP_HEAD, HTTP_OTHER };

/* A whole request; everything is borrowed from its bytes. */
struct http_request {
	enum http_method	method;
	struct str		path;		/* from / to before ? */
	struct str		query;		/* after ?, may be empty */
	struct str		host;
	struct str		origin;		/* empty: none */
	struct str		none_match;
	struct str		forwarded;	/* X-Forwarded-For */
	struct str		key;		/* Sec-WebSocket-Key */
	uint64_t		body;		/* bytes that follow */
	bool			keep_alive;
	bool			upgrade;	/* to WebSocket, version 13 */
	bool			subprotocol;	/* offers raven.v1 */
};

/* Where a value lies: the bytes may move between two calls. */
struct http_span {
	size_t	at, len;
};

/* A request being read; embedded, nothing to free. */
struct http {
	struct http_limits	limits;
	size_t			line_at;	/* start of the open line */
	size_t			headers_at;
	unsigned		headers;
	enum http_method	method;
	struct http_span	target, host, origin, none_match, forwarded, key;
	uint64_t		body;
	unsigned		seen;		/* HTTP_SEEN_ bits, http.c */
	uint16_t		status;		/* of a refusal */
	const char		*why;
};

void	 http_init(struct http *, const struct http_limits *);
/*
 * data: all bytes of the request so far, from its first.  OK: *used of them
 * were the request's head, the body follows.  REFUSED: status and why are
 * set; the connection must be closed after the answer.
 */
enum http_result http_read(struct http *, const uint8_t *data, size_t len,
	    struct http_request *, size_t *used);

/* Name and port of a Host value, false if it is none.  [::1] keeps its
 * brackets; port is empty if not given. */
bool	 http_split_host(struct str host, struct str *name, struct str *port);
/* localhost, 127.0.0.1, [::1] and 0.0.0.0. */
bool	 http_host_is_local(struct str name);
/* True if the origin (scheme://host:port) is that of the Host value. */
bool	 http_origin_is_host(struct str origin, struct str host);
/* If-None-Match against one strong tag, quotes included. */
bool	 http_etag_matches(struct str list, const char *etag);

/* Answers. */
struct http_answer {
	uint16_t	 status;
	const char	*type;		/* NULL: no Content-Type */
	uint64_t	 length;
	const char	*etag;		/* NULL: none */
	bool		 close;
};

const char	*http_phrase(uint16_t status);
/* The sentence for people, with a newline. */
const char	*http_sentence(uint16_t status);
/* Head with the security headers, appended. */
void	 http_write_head(struct buf *, const struct http_answer *);
/* Head and sentence (no sentence for HEAD), appended. */
void	 http_write_status(struct buf *, uint16_t status, bool close, bool head);
/* 101 for a key, appended. */
void	 http_write_upgrade(struct buf *, struct str key);

#endif
