/*
 * What an einsum's subscripts say.  Labels are letters; the axes that an
 * ellipsis stands for have labels of their own, the last the same in every
 * operand, so that they broadcast.
 */
#ifndef RAVEN_OP_EINSUM_H
#define RAVEN_OP_EINSUM_H

#include "op_priv.h"

#define EINSUM_OPERANDS	8
#define EINSUM_LABELS	(52 + TENSOR_RANK)	/* A-Z, a-z, ellipsis */

/* Labels of an operand's axes, or of the output's, in order. */
struct einsum_term {
	uint8_t	n;
	uint8_t	label[TENSOR_RANK];
};

struct einsum {
	uint32_t		n;	/* operands */
	struct einsum_term	term[EINSUM_OPERANDS];
	struct einsum_term	out;
	int64_t			length[EINSUM_LABELS];	/* 0 also: unused */
};

/* E_OK, or the error, as a shape rule. */
enum error	 einsum_read(const struct infer *, struct einsum *) MUST_CHECK;

/* op_einsum_text.c, native only: 'i', and what is wrong with subscripts. */
#define EINSUM_LABEL_TEXT	32
char	*einsum_label(char buf[EINSUM_LABEL_TEXT], int64_t label);
char	*einsum_text(char *buf, size_t len, const struct op_params *,
	    size_t n_in, const struct op_error *);

#endif
