"""The array API standard, 2022.12, on ops; ``x.__array_namespace__()``.

Every function of the standard that bool, int32, int64, float32 and float64
allow: real, imag and conj need complex numbers. Where it may differ: NaN is
one value in the unique functions, and a correction is a whole number.

>>> import ravop as R
>>> from ravop import array_api as xp
>>> graph = R.Graph(approach='local')
>>> xp.sum(xp.asarray([1.5, 2.5]))()
array(4.)
"""
from __future__ import annotations

import math

import numpy as np

from ._creation import (arange, asarray, empty, empty_like, eye, from_dlpack,
                        full, full_like, linspace, meshgrid, ones, ones_like,
                        tril, triu, zeros, zeros_like)
from ._dtypes import (astype, can_cast, finfo, finfo_object, iinfo,
                      iinfo_object, isdtype, result_type)
from ._elementwise import (abs, acos, acosh, add, asin, asinh, atan, atan2,
                           atanh, bitwise_and, bitwise_invert,
                           bitwise_left_shift, bitwise_or,
                           bitwise_right_shift, bitwise_xor, ceil, cos, cosh,
                           divide, equal, exp, expm1, floor, floor_divide,
                           greater, greater_equal, isfinite, isinf, isnan,
                           less, less_equal, log, log1p, log2, log10,
                           logaddexp, logical_and, logical_not, logical_or,
                           logical_xor, multiply, negative, not_equal,
                           positive, pow, remainder, round, sign, sin, sinh,
                           sqrt, square, subtract, tan, tanh, trunc)
from ._linalg import matmul, matrix_transpose, tensordot, vecdot
from ._manipulation import (broadcast_arrays, broadcast_to, concat,
                            expand_dims, flip, permute_dims, reshape, roll,
                            squeeze, stack, take)
from ._reductions import (all, any, argmax, argmin, argsort, max, mean, min,
                          nonzero, prod, sort, std, sum, unique_all,
                          unique_counts, unique_inverse, unique_values, var,
                          where)

__array_api_version__ = "2022.12"

bool = np.dtype(np.bool_)
int32 = np.dtype(np.int32)
int64 = np.dtype(np.int64)
float32 = np.dtype(np.float32)
float64 = np.dtype(np.float64)
e = math.e
inf = math.inf
nan = math.nan
pi = math.pi
newaxis = None

__all__ = [
    "abs", "acos", "acosh", "add", "all", "any", "arange", "argmax", "argmin",
    "argsort", "asarray", "asin", "asinh", "astype", "atan", "atan2", "atanh",
    "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "bool", "broadcast_arrays",
    "broadcast_to", "can_cast", "ceil", "concat", "cos", "cosh", "divide", "e",
    "empty", "empty_like", "equal", "exp", "expand_dims", "expm1", "eye",
    "finfo", "finfo_object", "flip", "float32", "float64", "floor",
    "floor_divide", "from_dlpack", "full", "full_like", "greater",
    "greater_equal", "iinfo", "iinfo_object", "inf", "int32", "int64",
    "isdtype", "isfinite", "isinf", "isnan", "less", "less_equal", "linspace",
    "log", "log10", "log1p", "log2", "logaddexp", "logical_and", "logical_not",
    "logical_or", "logical_xor", "matmul", "matrix_transpose", "max", "mean",
    "meshgrid", "min", "multiply", "nan", "negative", "newaxis", "nonzero",
    "not_equal", "ones", "ones_like", "permute_dims", "pi", "positive", "pow",
    "prod", "remainder", "reshape", "result_type", "roll", "round", "sign",
    "sin", "sinh", "sort", "sqrt", "square", "squeeze", "stack", "std",
    "subtract", "sum", "take", "tan", "tanh", "tensordot", "tril", "triu",
    "trunc", "unique_all", "unique_counts", "unique_inverse", "unique_values",
    "var", "vecdot", "where", "zeros", "zeros_like",
]
