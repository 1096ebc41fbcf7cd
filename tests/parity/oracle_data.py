"""What ops mean whose data decides a length."""

from __future__ import annotations

from typing import Any

import numpy as np

from .meaning import Line, Param, one_axis
from .program import Array


def unique(which: int) -> Line:
    """One of np.unique's results; asked for all, it sorts stably."""
    return lambda a, axis: np.unique(a, True, True, True, axis=one_axis(axis))[which]


def found(a: Array, v: Array) -> Any:
    """Where each value is, one after the other."""
    return np.concatenate([np.flatnonzero(a == x) for x in v.reshape(-1)] + [np.zeros(0, np.int64)])


def boolean_index(a: Array, mask: Array) -> Any:
    """Other masks would be indices to NumPy."""
    if mask.dtype != bool:
        raise TypeError("mask")
    return a[mask]


LINES: dict[str, Line] = {
    "unique": unique(0),
    "unique_index": unique(1),
    "unique_inverse": unique(2),
    "unique_counts": unique(3),
    "argwhere": np.argwhere,
    "flatnonzero": np.flatnonzero,
    "found_indices": found,
    "found_counts": lambda a, v: np.array([np.sum(a == x) for x in v.reshape(-1)], np.int64),
    "boolean_index": boolean_index,
}
# Inputs that are not promoted to one dtype.
APART = {"boolean_index"}
