/*
 * Histograms of equal bins, with the roundings of NumPy's.
 */
#include "compute/kernels/kernels.h"

#define FINITE(a) ((a) - (a) == 0)

#define T float
#define NAME(f) k_histogram_##f##_f32
#include "compute/kernels/histogram_one.h"
#define T double
#define NAME(f) k_histogram_##f##_f64
#include "compute/kernels/histogram_one.h"

static const struct histogram_kernel f32 = { k_histogram_edges_f32,
	k_histogram_count_f32 };
static const struct histogram_kernel f64 = { k_histogram_edges_f64,
	k_histogram_count_f64 };

const struct histogram_kernel *
histogram_kernel(enum dtype dtype)
{
	return dtype == DT_F32 ? &f32 : &f64;
}
