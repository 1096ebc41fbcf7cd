"""What elementwise ops mean: NumPy's functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from .meaning import Line, Param, real
from .program import DTYPES, Array


def dtype_of(p: Param, other: np.dtype[Any]) -> np.dtype[Any]:
    """A parameter as a dtype."""
    if p is None:
        return other
    if not 1 <= p[0] <= len(DTYPES):
        raise ValueError("dtype")
    return DTYPES[p[0] - 1]


def rounded(a: Array, decimals: Param) -> Array:
    """Of one axis at least: NumPy rounds a 0-d float32 in float64."""
    assert decimals is not None
    if a.dtype == bool:
        a = a.astype(np.float64)
    return np.asarray(np.round(np.atleast_1d(a), decimals[0]).reshape(a.shape))


def where(a: Array, b: Array, condition: Array) -> Array:
    """a where the condition is true; 0-d tensors count as arrays."""
    common = np.promote_types(a.dtype, b.dtype)
    return np.where(condition, a.astype(common), b.astype(common))


def clip(a: Array, lower: Array, upper: Array) -> Array:
    """Between the limits; 0-d tensors count as arrays, and a NaN limit gives NaN, as np.clip announces."""
    common = np.promote_types(np.promote_types(a.dtype, lower.dtype), upper.dtype)
    return np.minimum(np.maximum(a.astype(common), lower.astype(common)), upper.astype(common))


def astype(a: Array, dtype: Param) -> Array:
    """As another dtype."""
    if dtype is None:
        raise ValueError("dtype")
    return a.astype(dtype_of(dtype, a.dtype))


LINES: dict[str, Line] = {
    "floor": lambda a: np.floor(real(a)),
    "ceil": lambda a: np.ceil(real(a)),
    "trunc": lambda a: np.trunc(real(a)),
    "rint": lambda a: np.rint(real(a)),
    "round": rounded,
    "sign": np.sign,
    "reciprocal": np.reciprocal,
    "relu": lambda a: np.maximum(a, a.dtype.type(0)),
    "minimum": np.minimum,
    "maximum": np.maximum,
    "clip": clip,
    "mod": np.mod,
    "floor_divide": np.floor_divide,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
    "logical_not": np.logical_not,
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "invert": np.invert,
    "left_shift": np.left_shift,
    "right_shift": np.right_shift,
    "isnan": np.isnan,
    "isfinite": np.isfinite,
    "isinf": np.isinf,
    "where": where,
    "astype": astype,
    "zeros_like": lambda a, dtype: np.zeros_like(a, dtype_of(dtype, a.dtype)),
    "ones_like": lambda a, dtype: np.ones_like(a, dtype_of(dtype, a.dtype)),
    "full_like": lambda a, value, dtype: np.full_like(a, value, dtype_of(dtype, a.dtype)),
}

# Bools alone, which NumPy would make int8.
REFUSED_BOOLS = {"reciprocal", "mod", "floor_divide", "left_shift", "right_shift"}

# Zeros compared by value: NumPy's choice between 0 and -0 goes by position.
BY_VALUE = {"minimum", "maximum", "clip", "relu"}

# Ops whose inputs keep their own dtypes.
APART = {"full_like"}
