"""What the elementary functions mean, and the ULP they may err."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .meaning import Line, real
from .program import Array

# Below it the series, beyond it the continued fraction.
ERF_SERIES = 1


def _erf(x: Array) -> Array:
    """The error function with a mantissa of 64 bits, of |x| below 1; then 1 - erfc."""
    a = np.abs(x)
    small = np.minimum(a, np.longdouble(ERF_SERIES))
    term = 2 * small * np.exp(-small * small) / np.sqrt(PI)
    total = np.zeros_like(small)
    for n in range(90):
        total = total + term
        term = term * (2 * small * small / (2 * n + 3))
    return np.asarray(np.copysign(np.where(a < ERF_SERIES, total, 1 - _erfc_far(a)), x))


def _erfc_far(a: Array) -> Array:
    """erfc of a >= 1, by its continued fraction."""
    a = np.maximum(a, np.longdouble(ERF_SERIES))
    f = a
    for n in range(400, 0, -1):
        f = a + np.longdouble(n) / 2 / f
    return np.asarray(np.where(np.isinf(a), 0, np.exp(-a * a) / (f * np.sqrt(PI))))


PI = 4 * np.arctan(np.longdouble(1))


def erf(x: Array) -> Array:
    """NumPy has none."""
    x = real(x)
    return np.asarray(_erf(x.astype(np.longdouble)).astype(x.dtype) if x.dtype != np.longdouble else _erf(x))


def gelu(x: Array) -> Array:
    """x/2 erfc(-x / sqrt 2), at infinity its limit."""
    x = real(x)
    wide = x.astype(np.longdouble)
    h = wide / np.sqrt(np.longdouble(2))
    tail = np.where(h > -ERF_SERIES, 1 + _erf(h), _erfc_far(-h))
    return np.asarray(np.where(wide == -np.inf, -0.0, wide / 2 * tail).astype(x.dtype))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    x = real(x)
    e = np.exp(-np.abs(x))
    one = x.dtype.type(1)
    return np.asarray(np.where(x >= 0, one, e) / (one + e))


def softplus(x: Array) -> Array:
    """log(1 + exp(x)); a maximum that keeps NaN."""
    x = real(x)
    return np.asarray(np.maximum(x, x.dtype.type(0)) + np.log1p(np.exp(-np.abs(x))))


def _of(function: Any) -> Line:
    return lambda a: function(real(a))


def _of_two(function: Any) -> Line:
    return lambda a, b: function(real(a), real(b))


LINES: dict[str, Line] = {
    "log2": _of(np.log2),
    "log10": _of(np.log10),
    "expm1": _of(np.expm1),
    "log1p": _of(np.log1p),
    "sin": _of(np.sin),
    "cos": _of(np.cos),
    "tan": _of(np.tan),
    "sinh": _of(np.sinh),
    "cosh": _of(np.cosh),
    "tanh": _of(np.tanh),
    "arcsin": _of(np.arcsin),
    "arccos": _of(np.arccos),
    "arctan": _of(np.arctan),
    "arcsinh": _of(np.arcsinh),
    "arccosh": _of(np.arccosh),
    "arctanh": _of(np.arctanh),
    "arctan2": _of_two(np.arctan2),
    "hypot": _of_two(np.hypot),
    "erf": erf,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "gelu": gelu,
    "logaddexp": _of_two(np.logaddexp),
}

# Against 64-bit mantissas, of the result's dtype; compute/math/bounds.def.
ULP: dict[str, float] = {"exp": 0.84, "natlog": 0.72, "cube_root": 0.67, "pow": 0.84}
ULP.update(dict.fromkeys(LINES, 2.0))


def least(name: str, inputs: list[Array], dtype: np.dtype[Any]) -> Array:
    """The least number whose ULP counts: logaddexp's terms may cancel."""
    if name != "logaddexp":
        return np.zeros((), dtype)
    a, b = (np.nan_to_num(np.abs(x.astype(dtype)), posinf=0) for x in inputs)
    return np.asarray(np.maximum(a, b))


if math.log2(np.finfo(np.longdouble).eps) > -63:
    raise ImportError("the oracle needs a long double of 64 bits")
