"""How the oracle's lines read parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .program import Array

Param = tuple[int, ...] | None
Line = Callable[..., Any]


def real(x: Array) -> Array:
    """Integers and bools as float64: where NumPy would choose float16, Raven does not."""
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def axes(p: Param) -> int | tuple[int, ...] | None:
    """A parameter as NumPy's axis."""
    return p[0] if p is not None and len(p) == 1 else p


def one_axis(p: Param) -> int | None:
    """A parameter that is one axis or none."""
    return None if p is None else p[0]
