/*
 * dtypes, shapes, sizes and digests of tensors.  All products are checked.
 */
#include "common/tensor.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "tensor bytes are little-endian: this host would need to swap them"
#endif

#define HEADER	8	/* of what a digest covers, before the dims */
#define BLOCK	64	/* elements: a fixed count lets compilers use vectors */

struct dtype_row {
	const char	*name;
	uint8_t		 size;
};

static const struct dtype_row dtypes[DT_COUNT] = {
	[DT_NONE] = { "none", 0 },
	[DT_BOOL] = { "bool", 1 },
	[DT_I32] = { "int32", 4 },
	[DT_I64] = { "int64", 8 },
	[DT_F32] = { "float32", 4 },
	[DT_F64] = { "float64", 8 },
};

size_t
dtype_size(enum dtype d)
{
	return (size_t)d < DT_COUNT ? dtypes[d].size : 0;
}

const char *
dtype_name(enum dtype d)
{
	return (size_t)d < DT_COUNT ? dtypes[d].name : "unknown";
}

bool
dtype_is_float(enum dtype d)
{
	return d == DT_F32 || d == DT_F64;
}

enum dtype
dtype_promote(enum dtype a, enum dtype b)
{
	enum dtype least = a < b ? a : b, most = a < b ? b : a;

	/* float32 holds a bool, but no int32 or int64. */
	if (most == DT_F32 && (least == DT_I32 || least == DT_I64))
		return DT_F64;
	return most;
}

/*
 * Lengths of 0 are left out of the product, as in NumPy: strides are made of
 * the others, so those must not overflow either.
 */
static int64_t
product(const struct shape *s, int64_t unit)
{
	bool empty = false;
	unsigned i;

	if (dtype_size(s->dtype) == 0 || s->ndim > TENSOR_RANK)
		return -1;
	for (i = 0; i < s->ndim; i++) {
		if (s->dims[i] < 0)
			return -1;
		if (s->dims[i] == 0)
			empty = true;
		else if (!length_multiply(&unit, s->dims[i]))
			return -1;
	}
	return empty ? 0 : unit;
}

int64_t
shape_elements(const struct shape *s)
{
	return product(s, 1);
}

int64_t
shape_bytes(const struct shape *s)
{
	return product(s, (int64_t)dtype_size(s->dtype));
}

bool
shape_equal(const struct shape *a, const struct shape *b)
{
	unsigned i;

	if (a->dtype != b->dtype || a->ndim != b->ndim)
		return false;
	for (i = 0; i < a->ndim; i++) {
		if (a->dims[i] != b->dims[i])
			return false;
	}
	return true;
}

bool
shape_known(const struct shape *s)
{
	unsigned i;

	for (i = 0; i < s->ndim; i++) {
		if (s->dims[i] < 0)
			return false;
	}
	return true;
}

bool
shape_sound(const struct shape *s)
{
	struct shape least = *s;
	unsigned i;

	for (i = 0; i < s->ndim && i < TENSOR_RANK; i++) {
		if (s->dims[i] == LENGTH_UNKNOWN)
			least.dims[i] = 0;
	}
	return shape_bytes(&least) >= 0;
}

bool
shape_refines(const struct shape *s, const struct shape *from)
{
	unsigned i;

	if (s->dtype != from->dtype || s->ndim != from->ndim)
		return false;
	for (i = 0; i < s->ndim; i++) {
		if (s->dims[i] != from->dims[i] &&
		    from->dims[i] != LENGTH_UNKNOWN)
			return false;
	}
	return true;
}

static void
canonical_f32(uint8_t *p, size_t n)
{
	uint32_t v;
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(&v, p + 4 * i, 4);
		if ((v & 0x7fffffffu) > 0x7f800000u) {
			v = 0x7fc00000u;
			memcpy(p + 4 * i, &v, 4);
		}
	}
}

static void
canonical_f64(uint8_t *p, size_t n)
{
	uint64_t v;
	size_t i;

	for (i = 0; i < n; i++) {
		memcpy(&v, p + 8 * i, 8);
		if ((v & 0x7fffffffffffffffu) > 0x7ff0000000000000u) {
			v = 0x7ff8000000000000u;
			memcpy(p + 8 * i, &v, 8);
		}
	}
}

/* 16 bytes of any alignment: compiler vectors, the same on every target. */
#define LANES_OF_16 __attribute__((vector_size(16), aligned(1), may_alias))
typedef float four_f32 LANES_OF_16;
typedef double two_f64 LANES_OF_16;
typedef int64_t two_i64 LANES_OF_16;

/* Most tensors hold no NaN: a block is only looked at, all of it at once. */
static bool
block_f32(const uint8_t *p)
{
	const four_f32 *v = (const void *)p;
	two_i64 found = { 0, 0 };
	unsigned i;

	for (i = 0; i < BLOCK / 4; i++)
		found |= (two_i64)(v[i] != v[i]);
	return (found[0] | found[1]) != 0;
}

static bool
block_f64(const uint8_t *p)
{
	const two_f64 *v = (const void *)p;
	two_i64 found = { 0, 0 };
	unsigned i;

	for (i = 0; i < BLOCK / 2; i++)
		found |= v[i] != v[i];
	return (found[0] | found[1]) != 0;
}

int64_t
tensor_integer(double x, enum dtype dtype)
{
	double most = dtype == DT_I32 ? 0x1p31 : 0x1p63;

	if (dtype == DT_BOOL)
		return x != 0;
	if (x < most && x > -most)
		return (int64_t)x;
	return dtype == DT_I32 ? INT32_MIN : INT64_MIN;
}

void
tensor_canonical(enum dtype d, void *data, size_t bytes)
{
	size_t size = dtype_size(d), n, i;
	uint8_t *p = data;

	if (!dtype_is_float(d))
		return;
	n = bytes / size;
	for (i = 0; i + BLOCK <= n; i += BLOCK, p += BLOCK * size) {
		if (d == DT_F32 && block_f32(p))
			canonical_f32(p, BLOCK);
		else if (d == DT_F64 && block_f64(p))
			canonical_f64(p, BLOCK);
	}
	if (d == DT_F32)
		canonical_f32(p, n - i);
	else
		canonical_f64(p, n - i);
}

bool
tensor_valid(enum dtype d, const void *data, size_t bytes)
{
	const uint8_t *p = data;
	uint8_t all = 0;
	size_t i;

	if (d != DT_BOOL)
		return true;
	for (i = 0; i < bytes; i++)
		all |= p[i];
	return all <= 1;
}

void
tensor_digest_init(struct digest *d, const struct shape *s)
{
	uint8_t head[HEADER] = { 1, s->dtype, s->ndim };

	digest_init(d);
	digest_update(d, head, sizeof(head));
	digest_update(d, s->dims, s->ndim * sizeof(s->dims[0]));
}

void
tensor_digest(const struct shape *s, const void *data,
    uint8_t out[DIGEST_LEN])
{
	int64_t bytes = shape_bytes(s);
	struct digest d;

	tensor_digest_init(&d, s);
	digest_update(&d, data, bytes < 0 ? 0 : (size_t)bytes);
	digest_final(&d, out);
}
