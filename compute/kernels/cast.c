/*
 * Conversions between any two dtypes, as NumPy's astype: ints wrap, what an
 * int cannot hold of a float becomes the least one, all but 0 is true.
 */
#include "compute/kernels/kernels.h"
#include "compute/vec.h"

#define FROM uint8_t
#define TO int32_t
#define NAME k_cast_bool_i32
#include "compute/kernels/cast_one.h"
#define FROM uint8_t
#define TO int64_t
#define NAME k_cast_bool_i64
#include "compute/kernels/cast_one.h"
#define FROM uint8_t
#define TO float
#define NAME k_cast_bool_f32
#include "compute/kernels/cast_one.h"
#define FROM uint8_t
#define TO double
#define NAME k_cast_bool_f64
#include "compute/kernels/cast_one.h"
#define FROM int32_t
#define NAME k_cast_i32_bool
#include "compute/kernels/cast_truth.h"
#define FROM int32_t
#define TO int64_t
#define NAME k_cast_i32_i64
#include "compute/kernels/cast_one.h"
#define FROM int32_t
#define TO float
#define NAME k_cast_i32_f32
#include "compute/kernels/cast_one.h"
#define FROM int32_t
#define TO double
#define NAME k_cast_i32_f64
#include "compute/kernels/cast_one.h"
#define FROM int64_t
#define NAME k_cast_i64_bool
#include "compute/kernels/cast_truth.h"
#define FROM int64_t
#define TO int32_t
#define NAME k_cast_i64_i32
#include "compute/kernels/cast_one.h"
#define FROM int64_t
#define TO float
#define NAME k_cast_i64_f32
#include "compute/kernels/cast_one.h"
#define FROM int64_t
#define TO double
#define NAME k_cast_i64_f64
#include "compute/kernels/cast_one.h"
#define FROM float
#define NAME k_cast_f32_bool
#include "compute/kernels/cast_truth.h"
#define FROM float
#define TO int32_t
#define LOW -0x1.000002p31f
#define HIGH 0x1p31f
#define LEAST INT32_MIN
#define NAME k_cast_f32_i32
#include "compute/kernels/cast_int.h"
#define FROM float
#define TO int64_t
#define LOW -0x1.000002p63f
#define HIGH 0x1p63f
#define LEAST INT64_MIN
#define NAME k_cast_f32_i64
#include "compute/kernels/cast_int.h"
#define FROM float
#define TO double
#define NAME k_cast_f32_f64
#include "compute/kernels/cast_one.h"
#define FROM double
#define NAME k_cast_f64_bool
#include "compute/kernels/cast_truth.h"
#define FROM double
#define TO int32_t
#define LOW -0x1.00000002p31
#define HIGH 0x1p31
#define LEAST INT32_MIN
#define NAME k_cast_f64_i32
#include "compute/kernels/cast_int.h"
#define FROM double
#define TO int64_t
#define LOW -0x1.0000000000001p63
#define HIGH 0x1p63
#define LEAST INT64_MIN
#define NAME k_cast_f64_i64
#include "compute/kernels/cast_int.h"
#define FROM double
#define TO float
#define NAME k_cast_f64_f32
#include "compute/kernels/cast_one.h"

static const tile_fn casts[DT_COUNT][DT_COUNT] = {
	[DT_BOOL] = { [DT_I32] = k_cast_bool_i32, [DT_I64] = k_cast_bool_i64,
	    [DT_F32] = k_cast_bool_f32, [DT_F64] = k_cast_bool_f64 },
	[DT_I32] = { [DT_BOOL] = k_cast_i32_bool, [DT_I64] = k_cast_i32_i64,
	    [DT_F32] = k_cast_i32_f32, [DT_F64] = k_cast_i32_f64 },
	[DT_I64] = { [DT_BOOL] = k_cast_i64_bool, [DT_I32] = k_cast_i64_i32,
	    [DT_F32] = k_cast_i64_f32, [DT_F64] = k_cast_i64_f64 },
	[DT_F32] = { [DT_BOOL] = k_cast_f32_bool, [DT_I32] = k_cast_f32_i32,
	    [DT_I64] = k_cast_f32_i64, [DT_F64] = k_cast_f32_f64 },
	[DT_F64] = { [DT_BOOL] = k_cast_f64_bool, [DT_I32] = k_cast_f64_i32,
	    [DT_I64] = k_cast_f64_i64, [DT_F32] = k_cast_f64_f32 },
};

tile_fn
tile_cast(enum dtype from, enum dtype to)
{
	return casts[from][to];
}
