/*
 * Sorting indices by the elements they point at: stable merges, NaN last, -0
 * equal to +0; descending, NaN first.  And searching what is sorted so.
 */
#include "compute/kernels/kernels.h"

/* a belongs strictly after b; for floats a NaN after every number. */
#define INT_AFTER(a, b)		((a) > (b))
#define FLOAT_AFTER(a, b)	(((a) > (b)) | (((a) != (a)) & ((b) == (b))))
#define INT_BEFORE(a, b)	INT_AFTER(b, a)
#define FLOAT_BEFORE(a, b)	FLOAT_AFTER(b, a)

#define T uint8_t
#define NAME(f) k_argsort_##f##_bool
#define AFTER INT_AFTER
#include "compute/kernels/argsort_one.h"
#define NAME(f) k_argdown_##f##_bool
#define AFTER INT_BEFORE
#include "compute/kernels/argsort_one.h"
#define NAME k_search_bool
#define AFTER INT_AFTER
#include "compute/kernels/search_one.h"
#undef T
#define T int32_t
#define NAME(f) k_argsort_##f##_i32
#define AFTER INT_AFTER
#include "compute/kernels/argsort_one.h"
#define NAME(f) k_argdown_##f##_i32
#define AFTER INT_BEFORE
#include "compute/kernels/argsort_one.h"
#define NAME k_search_i32
#define AFTER INT_AFTER
#include "compute/kernels/search_one.h"
#undef T
#define T int64_t
#define NAME(f) k_argsort_##f##_i64
#define AFTER INT_AFTER
#include "compute/kernels/argsort_one.h"
#define NAME(f) k_argdown_##f##_i64
#define AFTER INT_BEFORE
#include "compute/kernels/argsort_one.h"
#define NAME k_search_i64
#define AFTER INT_AFTER
#include "compute/kernels/search_one.h"
#undef T
#define T float
#define NAME(f) k_argsort_##f##_f32
#define AFTER FLOAT_AFTER
#include "compute/kernels/argsort_one.h"
#define NAME(f) k_argdown_##f##_f32
#define AFTER FLOAT_BEFORE
#include "compute/kernels/argsort_one.h"
#define NAME k_search_f32
#define AFTER FLOAT_AFTER
#include "compute/kernels/search_one.h"
#undef T
#define T double
#define NAME(f) k_argsort_##f##_f64
#define AFTER FLOAT_AFTER
#include "compute/kernels/argsort_one.h"
#define NAME(f) k_argdown_##f##_f64
#define AFTER FLOAT_BEFORE
#include "compute/kernels/argsort_one.h"
#define NAME k_search_f64
#define AFTER FLOAT_AFTER
#include "compute/kernels/search_one.h"
#undef T

#define EACH(name) { NULL, name##_bool, name##_i32, name##_i64, name##_f32, \
	name##_f64 }

static const order_fn runs[2][DT_COUNT] = { EACH(k_argsort_runs),
	EACH(k_argdown_runs) };
static const order_merge_fn merges[2][DT_COUNT] = { EACH(k_argsort_merge),
	EACH(k_argdown_merge) };
static const search_fn searches[DT_COUNT] = EACH(k_search);

order_fn
order_kernel(enum dtype dtype, bool descending)
{
	return runs[descending][dtype];
}

order_merge_fn
order_merge_kernel(enum dtype dtype, bool descending)
{
	return merges[descending][dtype];
}

search_fn
search_kernel(enum dtype dtype)
{
	return searches[dtype];
}
