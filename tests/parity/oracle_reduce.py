"""What reductions, scans, orders and statistics mean: NumPy's functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from .meaning import Line, Param, axes, one_axis
from .program import Array


def reduced(function: Line) -> Line:
    """A function of axis and keepdims."""
    return lambda a, axis, keep: function(a, axis=axes(axis), keepdims=bool(keep[0]))


def along(function: Line, **more: Any) -> Line:
    """A function of one axis or none."""
    return lambda a, axis: function(a, axis=one_axis(axis), **more)


def searchsorted(a: Array, v: Array, side: Param) -> Any:
    """Where v would go."""
    assert side is not None
    return np.searchsorted(a, v, side="right" if side[0] else "left")


LINES: dict[str, Line] = {
    "prod": reduced(np.prod),
    "any": reduced(np.any),
    "all": reduced(np.all),
    "cumsum": along(np.cumsum),
    "cumprod": along(np.cumprod),
    "argsort": along(np.argsort, kind="stable"),
    "searchsorted": searchsorted,
}
