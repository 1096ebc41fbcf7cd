/*
 * Shared by the files of sentences about ops.
 */
#ifndef RAVEN_OP_TEXT_PRIV_H
#define RAVEN_OP_TEXT_PRIV_H

#include "common/op.h"

/* Text of a fixed size; what does not fit is cut. */
struct text {
	char	*p;
	size_t	 len;		/* with the NUL; at least 1 */
	size_t	 used;
};

/* What a sentence is about. */
struct subject {
	const struct op_row		*row;		/* may be NULL */
	const struct shape *const	*in;
	size_t				 n_in;
	const struct op_params		*params;	/* may be NULL */
	const struct op_error		*e;
};

void	 say(struct text *, const char *, ...)
	    __attribute__((format(printf, 2, 3)));
/* A shape; the shape of input i; "the first input", "an input". */
void	 say_shape(struct text *, const struct shape *);
void	 say_input(struct text *, const struct subject *, int32_t i);
const char *input_name(int32_t i);
/* The values of a parameter, as they were given. */
void	 say_given(struct text *, const struct param *);

/* op_text_shape.c: what an E_SHAPE is about. */
void	 text_shape(struct text *, const struct subject *);

#endif
