/*
 * Conversions to the dtype that two dtypes promote to.  They only ever widen,
 * so none can fail; int64 to float64 rounds to nearest.
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
#define TO int64_t
#define NAME k_cast_i32_i64
#include "compute/kernels/cast_one.h"
#define FROM int32_t
#define TO double
#define NAME k_cast_i32_f64
#include "compute/kernels/cast_one.h"
#define FROM int64_t
#define TO double
#define NAME k_cast_i64_f64
#include "compute/kernels/cast_one.h"
#define FROM float
#define TO double
#define NAME k_cast_f32_f64
#include "compute/kernels/cast_one.h"

static const tile_fn casts[DT_COUNT][DT_COUNT] = {
	[DT_BOOL] = { [DT_I32] = k_cast_bool_i32, [DT_I64] = k_cast_bool_i64,
	    [DT_F32] = k_cast_bool_f32, [DT_F64] = k_cast_bool_f64 },
	[DT_I32] = { [DT_I64] = k_cast_i32_i64, [DT_F64] = k_cast_i32_f64 },
	[DT_I64] = { [DT_F64] = k_cast_i64_f64 },
	[DT_F32] = { [DT_F64] = k_cast_f32_f64 },
};

tile_fn
tile_cast(enum dtype from, enum dtype to)
{
	return casts[from][to];
}
