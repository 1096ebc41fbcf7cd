"""What the ops of learning mean: NumPy's formulas."""

from __future__ import annotations

import numpy as np

from .meaning import Line, Param, one_axis, real
from .program import Array


def softmax(a: Array, axis: Param) -> Array:
    """exp(a - max) over its sum."""
    a = real(a)
    along = one_axis(axis)
    if a.ndim == 0:  # only to refuse another axis
        np.sum(a, axis=along)
        along = None
    elif along is not None:
        np.zeros(a.ndim)[along]
    if a.size == 0:
        return a
    e = np.exp(a - np.max(a, axis=along, keepdims=True))
    return np.asarray(e / np.sum(e, axis=along, keepdims=True))


LINES: dict[str, Line] = {
    "softmax": softmax,
}

# Formulas over functions and sums: within so many epsilons of NumPy's.
CLOSE: dict[str, float] = {"softmax": 64}


def close(name: str, got: Array, want: Array) -> Array:
    """Where got is near want; subnormals may differ in their last bits."""
    info = np.finfo(got.dtype)
    with np.errstate(all="ignore"):
        error = np.abs(got.astype(np.longdouble) - want)
        bound = CLOSE[name] * (info.eps * np.abs(want.astype(np.longdouble)) + info.smallest_subnormal)
        return np.asarray((error <= bound) | (got == want) | (np.isnan(got) & np.isnan(want)))
