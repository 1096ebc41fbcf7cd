/*
 * Kernels: pointers, counts and strides in, numbers out.  They allocate
 * nothing, know no shapes and cannot fail.  Tables pick them by dtype; NULL
 * where the op rules allow no such combination.
 */
#ifndef RAVEN_KERNELS_H
#define RAVEN_KERNELS_H

#include "common/op.h"

/* z[i] = f(a[i], b[i]) over contiguous tiles; b is unused by unary kernels. */
typedef void (*tile_fn)(const void *a, const void *b, void *z, size_t n);

/*
 * dtype: what the op computes in.  NULL: not an elementwise op.  wide: this
 * processor's widest vectors rather than every one's.
 */
tile_fn	 tile_kernel(enum op_code, enum dtype, bool wide);
/* z[i] = c[i] ? a[i] : b[i]; c are bools. */
typedef void (*select_fn)(const void *a, const void *b, const void *c,
	    void *z, size_t n);
select_fn tile_select(enum dtype, bool wide);
tile_fn	 tile_cast(enum dtype from, enum dtype to);	/* NULL: same */
bool	 tile_negative(const void *, enum dtype, size_t n);	/* any < 0 */

/* acc[0] = f(acc[0], x[0..n)) in the order of the rules. */
typedef void (*reduce_fn)(const void *x, size_t n, void *acc);
/* acc[i] = f(acc[i], x[i]). */
typedef void (*fold_fn)(const void *x, void *acc, size_t n);

struct reduce_kernel {
	reduce_fn	run;
	fold_fn		fold;
	enum reduce_start { FROM_ZERO, FROM_ONE, FROM_FIRST } start; /* of acc */
};

/*
 * in: dtype of the elements; sums and products of bool and int32 go to int64
 * themselves.
 */
struct reduce_kernel reduce_kernel(enum op_code, enum dtype in);
/* A scalar that serves as 0 or 1 of the dtype. */
const void *reduce_constant(enum dtype, bool one);
/* acc[i] = acc[i] / divisor, float32 or float64. */
void	 reduce_divide(enum dtype, void *acc, size_t n, double divisor);

/*
 * The winner so far is element best (of value *value); x are elements at,
 * at + 1, ...  Returns the winner's position; best -1: none yet.
 */
typedef int64_t (*arg_fn)(const void *x, size_t n, int64_t at, int64_t best,
	    void *value);
arg_fn	 arg_kernel(enum op_code, enum dtype);

/*
 * z[i] = sum or product of x[0..i] and what came before, which acc has, and
 * afterwards acc is the last of z; first: nothing came before.
 */
typedef void (*scan_fn)(const void *x, size_t n, void *acc, bool first,
	    void *z);
/* in: dtype of the elements; bool and int32 go to int64 themselves. */
scan_fn	 scan_kernel(enum op_code, enum dtype in);

/*
 * to[i * to_row + j] = from[i + j * from_column] for i < rows, j < n; rows are
 * at most a cache line's.
 */
typedef void (*turn_fn)(const void *from, int64_t from_column, void *to,
	    int64_t to_row, size_t rows, size_t n);
turn_fn	 turn_kernel(enum dtype);

#define SORT_RUN 16	/* elements sorted by insertion before merging */
/* Sorts each run of SORT_RUN in place. */
typedef void (*sort_fn)(void *x, size_t n);
/* Merges neighbouring runs of width from x to y. */
typedef void (*merge_fn)(const void *x, void *y, size_t n, size_t width);
sort_fn	 sort_kernel(enum dtype);
merge_fn merge_kernel(enum dtype);

/*
 * The same of indices into x: order becomes runs of SORT_RUN, each sorted by
 * the elements there; runs of width merge from order to y.  Equal elements
 * keep their order, also when descending, which is the reverse otherwise.
 */
typedef void (*order_fn)(const void *x, int64_t *order, size_t n);
typedef void (*order_merge_fn)(const void *x, const int64_t *order, int64_t *y,
	    size_t n, size_t width);
order_fn order_kernel(enum dtype, bool descending);
order_merge_fn order_merge_kernel(enum dtype, bool descending);

/* Where each of v belongs in the n sorted elements of x; right: behind equals. */
typedef void (*search_fn)(const void *x, int64_t n, const void *v, size_t m,
	    bool right, int64_t *z);
search_fn search_kernel(enum dtype);

/* Median or mode of n > 0 sorted elements. */
typedef void (*rank_fn)(const void *x, int64_t n, void *out);
rank_fn	 rank_kernel(enum op_code, enum dtype);
/* Of n > 0 sorted elements, 0 <= q <= 1; exact: no interpolation. */
typedef double (*quantile_fn)(const void *x, int64_t n, double q, bool exact);
quantile_fn quantile_kernel(enum dtype);
/* Rows of m elements, NaN last. */
struct rows_kernel {
	/* Merges neighbouring runs of width from order to y, as above. */
	void	(*merge)(const void *rows, size_t m, const int64_t *order,
		    int64_t *y, size_t n, size_t width);
	/* apart: a NaN makes rows differ; else it equals any NaN. */
	bool	(*differ)(const void *a, const void *b, size_t m, bool apart);
};
const struct rows_kernel *rows_kernel(enum dtype);

struct histogram {
	double		first, last;	/* of the range, once known */
	double		scale;		/* bins over its width */
	int64_t		bins;
	bool		given;		/* the range was, not the data's */
};

/* Both of the dtype of the edges, which are one more than the bins. */
struct histogram_kernel {
	/* Fills in h and edges; false: the ends are not finite. */
	bool	(*edges)(struct histogram *h, const void *least,
		    const void *greatest, void *edges);
	void	(*count)(const struct histogram *, const void *x, size_t n,
		    const void *edges, int64_t *counts);
};

const struct histogram_kernel *histogram_kernel(enum dtype);

/* Sorting by digits of a byte; lanes shorter than RADIX_LEAST are merged. */
#define RADIX_LEAST	256
#define RADIX_MOST	(INT64_C(1) << 31)

struct radix_state {
	uint32_t	count[8][256];	/* of each digit, from the lowest */
	uint32_t	minus;		/* there was a -0 */
	uint32_t	turned;		/* keys lie in the second buffer */
};

struct radix_kernel {
	uint32_t	digits;
	/* In place; the state was zeroed. */
	void	(*keys)(void *x, size_t n, struct radix_state *);
	/* By one digit, from x to y. */
	void	(*pass)(const void *x, void *y, size_t n,
		    struct radix_state *, uint32_t digit);
	/* Back from keys, in place; every -0 has become +0 ... */
	void	(*elements)(void *x, size_t n);
	/* ... until the zeros of the original, in order, replace them. */
	void	(*zeros)(void *x, size_t n, const void *original);
};

const struct radix_kernel *radix_kernel(enum dtype);

/* Blocks of the matrix product; the length of a k block is part of the bits. */
#ifndef GEMM_M
#define GEMM_M	240	/* a multiple of every tile's rows */
#define GEMM_N	2048
#endif
#define GEMM_K	256
/* Rows and elements of a matrix times vector done at a time. */
#define MATVEC_M	1024
#define MATVEC_K	(16 * GEMM_K)

struct gemm_kernel {
	uint32_t	mr, nr;		/* rows, columns of a tile */
	uint32_t	size;		/* bytes of an element */
	/* Panels of mr rows (nr columns), zero-padded; strides in elements. */
	void	(*pack_a)(const void *a, int64_t row, int64_t col, size_t m,
		    size_t k, void *to);
	void	(*pack_b)(const void *b, int64_t row, int64_t col, size_t k,
		    size_t n, void *to);
	/* C (rows c_row elements apart) = or += packed A x packed B. */
	void	(*block)(const void *a, const void *b, void *c, int64_t c_row,
		    size_t m, size_t n, size_t k, bool first);
	/* c (step elements apart) = or += matrix x contiguous vector. */
	void	(*vector)(const void *a, int64_t row, int64_t col,
		    const void *x, size_t m, size_t k, void *c, int64_t step,
		    bool first);
};

const struct gemm_kernel *gemm_kernel(enum dtype, bool wide);
#if defined(__x86_64__)
const struct gemm_kernel *gemm_kernel_avx2(enum dtype);
tile_fn	 tile_kernel_avx2(enum op_code, enum dtype);
select_fn tile_select_avx2(enum dtype);
#endif

/* Whether wide may be asked for here. */
static inline bool
kernels_wide(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("avx2");
#else
	return false;
#endif
}

#endif
