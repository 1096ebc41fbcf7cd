/*
 * The tensor bytes of one session, both ways; shared by data.c and push.c.
 * It outlives its connection while Redis still holds answers for it.
 */
#ifndef RAVEN_FLOW_PRIV_H
#define RAVEN_FLOW_PRIV_H

#include "common/program.h"
#include "common/tensor.h"
#include "gateway/gateway_priv.h"

#define LOG_BYTES	(1u << 20)	/* smaller tensors' times are not logged */

/* A tensor on its way in. */
struct upload {
	TAILQ_ENTRY(upload)	 entry;
	struct flow		*flow;		/* borrowed */
	uint8_t			 digest[DIGEST_LEN];
	struct shape		 shape;
	uint64_t		 size;
	uint64_t		 got;
	uint64_t		 first;		/* bytes of the first part */
	uint64_t		 first_us;	/* when they were there */
	uint64_t		 whole_us;	/* when all were */
	uint64_t		 hashed;	/* of them */
	struct digest		 state;		/* over those */
	struct blob		*blob;		/* NULL: refused, skipped */
	bool			 storing;	/* whole, Redis is asked */
};
TAILQ_HEAD(uploads, upload);

/* A developer's message that waits for tensors, or behind one that does. */
struct held {
	STAILQ_ENTRY(held)	 entry;
	struct flow		*flow;		/* borrowed */
	uint8_t			*bytes;		/* the message */
	size_t			 len;
	uint64_t		 g, n;		/* of a BATCH */
	uint8_t			*digests;	/* NULL: not a BATCH */
	uint32_t		 n_digests;
	uint32_t		 asked;		/* EXISTS not answered */
	uint32_t		 missing;	/* index of one, or n_digests */
	bool			 done;		/* all were asked */
	bool			 dropped;	/* out of the queue */
};
STAILQ_HEAD(helds, held);

/* A tensor on its way out. */
struct pull {
	TAILQ_ENTRY(pull)	 entry;
	struct flow		*flow;		/* borrowed */
	uint8_t			 digest[DIGEST_LEN];
	struct shape		 shape;
	uint64_t		 size;
	uint64_t		 asked;		/* bytes asked of Redis */
	uint64_t		 got;		/* bytes handed to the socket */
	uint64_t		 since_us;	/* when it was asked for */
	uint32_t		 part;		/* bytes of a PART */
	unsigned		 flight;	/* answers outstanding */
	bool			 failed;
};
TAILQ_HEAD(pulls, pull);

struct flow {
	struct gateway	*gw;		/* borrowed */
	struct conn	*conn;		/* NULL: gone */
	unsigned	 flight;	/* answers of Redis outstanding */
	struct uploads	 uploads;
	unsigned	 n_uploads, n_storing;
	uint64_t	 upload_bytes;	/* reserved */
	uint64_t	 since_us;	/* came is counted; 0: none is open */
	uint64_t	 came;		/* bytes of PARTs since then */
	struct helds	 held;
	size_t		 held_bytes;
	bool		 shut;		/* all wait: the line is measured */
	struct pulls	 pulls;
	uint64_t	 pull_bytes;	/* asked and not answered */
	bool		 idle;		/* nothing was on its way */
};

/* Tells the peer; text is the digest. */
void	 flow_refuse_tensor(struct flow *, const uint8_t [DIGEST_LEN],
	    enum error, uint64_t retry_ms);
/* An answer of Redis came: frees the flow if it was the last one's. */
void	 flow_landed(struct flow *);
/* A view of a program at 8-aligned bytes; *copy is freed by the caller. */
enum error flow_open_program(struct bytes, uint32_t max_ops, struct program *,
	    uint8_t **copy, struct op_error *) MUST_CHECK;
void	 flow_forget_pulls(struct flow *);

#endif
