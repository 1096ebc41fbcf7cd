/*
 * The recorder: turns calls into the ops of a program, with shapes and dtypes
 * known at once, and remembers of each op what later calls need.
 *
 * Pure.  Must not read arrays' bytes (they come as bytes or as a digest), know
 * Python, or send anything.  Dies of nothing but lack of memory.
 */
#ifndef RAVOP_RECORD_H
#define RAVOP_RECORD_H

#include "common/program.h"

#define RECORD_CONSTS	64	/* slots of the cache of Python numbers */
#define RECORD_SHAPES	64	/* shapes of late, by hash */
#define RECORD_RELEASED	65536u	/* that one BATCH can say */
#define RECORD_NO_CODE	UINT32_MAX

/* What is remembered of an op after its batch has left. */
struct record_op {
	uint32_t	 shape;		/* place in shapes */
	uint32_t	 held;		/* handles Python has */
	uint32_t	 where;		/* whose line: index of a code object */
	int32_t		 instruction;	/* in it */
	uint32_t	 first_in;	/* of its inputs, in refs */
	uint32_t	 n_in;
	uint16_t	 code;
	bool		 done;		/* computed: its value was seen, or one's
					 * that needs it */
};

struct record_const {
	uint64_t	 bits;
	uint32_t	 value;		/* 0: free */
	uint8_t		 dtype;
};

struct recorder {
	struct program_writer	 w;
	struct record_op	*ops;		/* of op 1 on */
	uint32_t		 n, cap;
	struct shape		*shapes;	/* few beside the ops */
	uint32_t		 n_shapes, cap_shapes;
	uint32_t		 recent[RECORD_SHAPES];	/* place + 1; 0: none */
	int64_t			 max_bytes;	/* of one value */
	uint32_t		*refs;		/* inputs of all ops */
	uint32_t		 n_refs, cap_refs;
	uint32_t		 n_done;
	bool			 open;		/* a length was unknown */
	uint64_t		*released;	/* since the last cut */
	uint32_t		 n_released, cap_released;
	struct record_const	 consts[RECORD_CONSTS];
};

void	 recorder_init(struct recorder *, int64_t max_bytes);
void	 recorder_clear(struct recorder *);		/* frees */

/* Records an op; *value is its number in the graph. */
enum error recorder_op(struct recorder *, const struct op_row *,
	    const uint32_t *in, size_t n, const struct op_params *,
	    uint32_t *value, struct op_error *) MUST_CHECK;
/* Sources; bytes are canonical and copied. */
uint32_t recorder_inline(struct recorder *, const struct shape *,
	    const void *bytes);
uint32_t recorder_digest(struct recorder *, const struct shape *,
	    const uint8_t [DIGEST_LEN]);
uint32_t recorder_given(struct recorder *, const struct shape *,
	    uint32_t ordinal);
/* A number without dimensions, recorded once a batch. */
uint32_t recorder_const(struct recorder *, enum dtype, const void *bytes);

/* Ops by their number, from 1; the caller asks only for recorded ones. */
/*
 * An op that another process recorded; before the first of one's own.  False:
 * it takes one that comes later.
 */
bool	 recorder_adopt(struct recorder *, uint16_t code, const struct shape *,
	    const uint32_t *in, size_t n) MUST_CHECK;
struct record_op	*recorder_get(struct recorder *, uint32_t value);
/* Borrowed until the next op is recorded. */
const struct shape	*recorder_shape(const struct recorder *, uint32_t value);
/* Handles come and go; an op without any is let go with the next cut. */
void	 recorder_hold(struct recorder *, uint32_t value);
void	 recorder_drop(struct recorder *, uint32_t value);
/* It may have lost its last handle and now gets another. */
void	 recorder_again(struct recorder *, uint32_t value);

/* The true shape, once data has told it. */
void	 recorder_learn(struct recorder *, uint32_t value,
	    const struct shape *);
/* The op is computed, so what it needs is. */
void	 recorder_done(struct recorder *, uint32_t value);

uint32_t recorder_pending(const struct recorder *);	/* ops since the cut */
size_t	 recorder_bytes(const struct recorder *);	/* of their program */
/*
 * Ends the batch: appends its program to out with what Python holds marked for
 * export, and starts the next.  Returns false if there was no op.  released: at
 * most RECORD_RELEASED, others with the next batches; they stay valid until the
 * next call of recorder_cut or recorder_drop.
 */
bool	 recorder_cut(struct recorder *, struct buf *out, uint32_t *base,
	    const uint64_t **released, uint32_t *n_released);
/* The program that recorder_cut would append now; nothing changes. */
void	 recorder_look(struct recorder *, struct buf *out);
/* The sentence for people about an op that was refused. */
char	*recorder_text(struct recorder *, char *, size_t, const struct op_row *,
	    const uint32_t *in, size_t n, const struct op_params *,
	    const struct op_error *);

#endif
