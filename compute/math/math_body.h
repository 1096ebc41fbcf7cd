/*
 * All elementary functions, for one target: MATH_BYTES wide, named by
 * MATH_NAME.
 */
#include "exp_f32.h"
#include "exp_f64.h"
#include "log_f32.h"
#include "log_f64.h"
#include "cbrt_f32.h"
#include "cbrt_f64.h"
#include "pow_f32.h"
#include "pow_f64.h"
#include "log2.h"
#include "log1p.h"
#include "expm1.h"
#include "erf.h"
#include "trig_f64.h"
#include "arc.h"
#include "arc_hyperbolic.h"
#include "hypot.h"

#include "tanh_f32.h"
#include "sigmoid_f32.h"
#include "trig_f32.h"
#include "via_f64.h"
