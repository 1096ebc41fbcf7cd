/*
 * The reference: one plain loop per family of ops, on contiguous values, that
 * says which bits an op has.  The executor must give the same for every
 * shape, stride, tile and target; tests compare with memcmp.  Slow on purpose.
 */
#ifndef RAVEN_REF_H
#define RAVEN_REF_H

#include "common/op.h"

struct ref_value {
	struct shape	 shape;
	void		*bytes;		/* C order */
};

/*
 * out->shape is what op_infer gave, its unknown lengths are filled in;
 * out->bytes has room for the most.  E_OK or why not.
 */
enum error ref_op(const struct op_row *, const struct op_params *,
	    const struct ref_value *in, size_t n_in, struct ref_value *out);

/* An op that compute/lower.h rewrites. */
enum error ref_compound(const struct op_row *, const struct op_params *,
	    const struct ref_value *in, size_t n_in, struct ref_value *out);

/* The families; each gets inputs of any dtype. */
enum error ref_elementwise(enum op_code, const struct ref_value *in,
	    size_t n_in, struct ref_value *out);
void	 ref_elem(const struct op_row *, const struct ref_value *in,
	    size_t n_in, struct ref_value *out);
void	 ref_reduce(enum op_code, uint32_t bits, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_arg(enum op_code, int32_t axis, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_sort(int32_t axis, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_scan(enum op_code, int32_t axis, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_argsort(int32_t axis, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_topk(bool values, int32_t axis, const struct ref_value *in,
	    struct ref_value *out);
enum error ref_bincount(const struct param *, const struct ref_value *in,
	    size_t n_in, struct ref_value *out);
enum error ref_histogram(bool edges, const struct param *,
	    const struct ref_value *in, struct ref_value *out);
void	 ref_search(bool right, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_rank(enum op_code, uint32_t bits, const struct ref_value *in,
	    struct ref_value *out);
enum error ref_quantile(uint32_t bits, const struct ref_value *in,
	    struct ref_value *out);
/* These fill in the lengths of out that data decides. */
void	 ref_unique(enum op_code, int32_t axis, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_pick(enum op_code, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_find(enum op_code, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_matmul(bool dot, const struct ref_value *in,
	    struct ref_value *out);
enum error ref_linalg(enum op_code, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_transpose(const uint32_t *perm, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_random(const struct param *, struct ref_value *out);
void	 ref_windows(const struct param *, const struct ref_value *in,
	    struct ref_value *out);
void	 ref_windows_sum(const struct param *, const struct ref_value *in,
	    struct ref_value *out);
/* False: not one of the family; *r: E_OK or why not. */
bool	 ref_move(enum op_code, const struct param *,
	    const struct ref_value *in, struct ref_value *out);
bool	 ref_make(enum op_code, const struct param *,
	    const struct ref_value *in, struct ref_value *out);
bool	 ref_indexed(enum op_code, const struct param *,
	    const struct ref_value *in, struct ref_value *out, enum error *r);
void	 ref_concat(int32_t axis, const struct ref_value *in, size_t n_in,
	    struct ref_value *out);

/* A number of any dtype; the member that the dtype names is valid. */
struct ref_number {
	double	f64;
	float	f32;
	int64_t	i;		/* bool, int32, int64 */
};

struct ref_number ref_get(const struct ref_value *, int64_t at,
	    enum dtype as);
void	 ref_set(struct ref_value *, int64_t at, struct ref_number);
/* False: the op is no elementary function of these. */
bool	 ref_math(enum op_code, enum dtype, const struct ref_number *a,
	    const struct ref_number *b, struct ref_number *z);

/* Element j of the lane along axis (-1: all in one) that out position o, of
 * an output without that axis, belongs to; and the lanes' length. */
int64_t	 ref_lane(const struct shape *, int32_t axis, int64_t o, int64_t j);
int64_t	 ref_lane_length(const struct shape *, int32_t axis);
/* a strictly before b, NaN last. */
bool	 ref_before(enum dtype, struct ref_number a, struct ref_number b);

/* Position along each axis of flat index at, and back. */
void	 ref_index(const struct shape *, int64_t at, int64_t *index);
/* Where the element of v lies that is broadcast to index of out. */
int64_t	 ref_broadcast(const struct shape *v, const struct shape *out,
	    const int64_t *index);
int64_t	 ref_flat(const struct shape *, const int64_t *index);

#endif
